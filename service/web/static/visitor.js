// The visitor's window: a drawing and words for what the guidance says. What it does not hear for half a
// second it does not believe: then it is "one moment".

import { Picture } from "./picture.js";
import "./manners.js";

const SILENT_MS = 500;
const { words, welcome, mirror } = JSON.parse(document.getElementById("window").textContent);
const place = document.getElementById("words");
let heardAt = performance.now();
let shown = "";

function show(guide) {
  if (guide === shown) return;
  shown = guide;
  document.body.dataset.guide = guide;
  const own = guide === "welcome" && welcome ? [["", welcome]] : Object.entries(words).map(([code, of]) => [code, of[guide]]);
  place.replaceChildren(...own.map(([code, text]) => {
    const line = document.createElement("p");
    if (code) line.lang = code;
    line.textContent = text;
    return line;
  }));
}

new EventSource("/api/guidance").addEventListener("guide", (event) => {
  heardAt = performance.now();
  show(JSON.parse(event.data).guide);
});
setInterval(() => performance.now() - heardAt > SILENT_MS && show("moment"), 100);
show("moment");

if (mirror) {
  const canvas = document.getElementById("mirror");
  canvas.hidden = false;
  document.body.dataset.mirror = "true";
  const picture = new Picture(canvas);
  const open = () => {
    const socket = new WebSocket(`ws://${location.host}/api/picture`);
    socket.binaryType = "arraybuffer";
    // No guard watches here: this window is not counted among the screens.
    socket.addEventListener("open", () => socket.send(JSON.stringify({ hidden: true })));
    socket.addEventListener("message", (event) => picture.take(event.data));
    socket.addEventListener("close", () => setTimeout(open, SILENT_MS));
  };
  open();
  const paint = () => {
    picture.draw(() => null);
    requestAnimationFrame(paint);
  };
  requestAnimationFrame(paint);
}
