// Two monitors in one window, for a compositor that spans one over all of them: the guard's pages in the
// left frame, as wide as the address says (/beside#1920), the visitor's window in the rest. A key, wherever
// the pointer is, belongs to the guard.

import "./manners.js";

const guard = document.getElementById("guard");
const width = Number(location.hash.slice(1));

if (width > 0 && width < innerWidth) {
  guard.dataset.beside = "";
  document.documentElement.style.setProperty("--guard", `${width}px`);
}

const heed = () => guard.contentWindow.focus();

guard.addEventListener("load", heed);
addEventListener("focus", heed);
addEventListener("mousedown", (event) => {
  event.preventDefault(); // the focus would go to what was clicked
  heed();
});
heed();
