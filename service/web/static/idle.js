// A console that nobody touches gives the screen back: a guard looks at it again.

import { ask } from "./link.js";
import { word } from "./words.js";

const AT_THE_DOOR_S = 60;
const INSIDE_S = 300;
const WARNED_S = 15;

const $ = (id) => document.getElementById(id);

export function returnWhenIdle() {
  let touched = performance.now();
  let leaving = false;
  for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "input"]) {
    document.addEventListener(sign, () => (touched = performance.now()), { passive: true });
  }
  setInterval(() => {
    const limit = document.body.dataset.page === "admin" ? INSIDE_S : AT_THE_DOOR_S;
    const left = Math.ceil(limit - (performance.now() - touched) / 1000);
    $("returns").hidden = left > WARNED_S;
    $("returns").textContent = left > WARNED_S ? "" : word("admin.returns", { seconds: Math.max(0, left) });
    if (left <= 0 && !leaving) {
      leaving = true;
      ask("/api/admin/logout").then(() => (location.href = "/")); // a guard finds no open console
    }
  }, 1000);
}
