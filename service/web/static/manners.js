// What every page of the station keeps to, in a kiosk and elsewhere: no menu of the browser, no second
// tab or window by a click, nothing dropped on the page, and a comma in a number is its point.

const no = (event) => event.preventDefault();

addEventListener("contextmenu", no);
addEventListener("dragover", no);
addEventListener("drop", no);
addEventListener("auxclick", no); // the middle button: a tab
addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("a") && (event.shiftKey || event.ctrlKey || event.metaKey)) no(event);
}, { capture: true });

// A browser that writes 0.5 drops a comma in a number: 0,1 would be read as 1.
if ((0.5).toLocaleString().includes(".")) {
  addEventListener("beforeinput", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.type !== "number" || !event.data?.includes(",")) return;
    no(event);
    document.execCommand("insertText", false, event.data.replace(",", "."));
  }, { capture: true });
}
