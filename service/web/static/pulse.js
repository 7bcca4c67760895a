// Pages without state or picture say that they paint, so that the watch outside of the browser covers a
// frozen one (service/kiosk). They go back to the alert screen when an alarm waits, and when nobody
// has touched them for five minutes. That the station is out of order, or cannot be heard, they hear as
// events.

import "./manners.js";

const EVERY_MS = 100;
const UNTOUCHED_MS = 300_000;
const RECONNECT_MS = 500;

let socket = null;
let painted = 0;
let touchedAt = performance.now();

function tell(words) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(words));
}

function open() {
  socket = new WebSocket(`ws://${location.host}/api/pulse`);
  socket.addEventListener("open", () => {
    dispatchEvent(new Event("heard"));
    if (document.hidden) tell({ hidden: true });
  });
  socket.addEventListener("message", ({ data }) => (data === "alarm" ? location.replace("/#alarm") : dispatchEvent(new Event(data))));
  socket.addEventListener("close", () => {
    dispatchEvent(new Event("unheard"));
    setTimeout(open, RECONNECT_MS);
  });
}

function paint() {
  painted += 1;
  tell({ painted });
  setTimeout(() => requestAnimationFrame(paint), EVERY_MS);
}

for (const touch of ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"]) {
  addEventListener(touch, () => { touchedAt = performance.now(); }, { passive: true });
}
setInterval(() => {
  if (performance.now() - touchedAt > UNTOUCHED_MS) location.replace("/");
}, 1000);
document.addEventListener("visibilitychange", () => tell({ hidden: document.hidden }));
open();
requestAnimationFrame(paint);
