// What every page of the station keeps to, in a kiosk and elsewhere: no menu of the browser, no second
// tab or window by a click, nothing dropped on the page.

const no = (event) => event.preventDefault();

addEventListener("contextmenu", no);
addEventListener("dragover", no);
addEventListener("drop", no);
addEventListener("auxclick", no); // the middle button: a tab
addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("a") && (event.shiftKey || event.ctrlKey || event.metaKey)) no(event);
}, { capture: true });
