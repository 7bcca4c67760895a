// The visitor's window: a drawing and words for what the guidance says. What has expired it does not
// believe: then it is "one moment".

import { Expiry } from "./expiry.js";
import { Picture } from "./picture.js";
import "./manners.js";

const REOPEN_MS = 500;
const NEAREST = 0.45; // of its size: how the figure is drawn that is far away
const LARGEST = 1.3; // and that is too near
const PER_M = 0.3;
const { words, mirror } = JSON.parse(document.getElementById("window").textContent);
const place = document.getElementById("words");
const expiry = new Expiry();
let until = 0;
let shown = "";
let welcome = {}; // the site's own words, by language

// How far to step: the figure grows, or shrinks, into its outline, and the metres stand below it.
function step(guide, metres) {
  const known = metres !== undefined;
  const size = guide === "closer" ? Math.max(NEAREST, 0.85 - PER_M * metres) : Math.min(LARGEST, 1.1 + PER_M * metres);
  document.body.style.setProperty("--size", known ? size.toFixed(2) : "");
  document.body.dataset.step = String(known);
  const told = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  document.getElementById("steps").textContent = known ? `${told.format(metres)} m` : "";
}

function show(guide, metres) {
  step(guide, metres);
  if (guide === shown) return;
  shown = guide;
  document.body.dataset.guide = guide;
  place.replaceChildren(...Object.entries(words).map(([code, of]) => {
    const line = document.createElement("p");
    line.lang = code;
    line.textContent = (guide === "welcome" && welcome[code]) || of[guide];
    return line;
  }));
}

const guidance = new EventSource("/api/guidance");
guidance.addEventListener("open", () => (welcome = {}));
guidance.addEventListener("welcome", (event) => {
  welcome = JSON.parse(event.data);
  shown = "";
});
guidance.addEventListener("guide", (event) => {
  const { guide, step_m: metres, now_s, until_s } = JSON.parse(event.data);
  until = expiry.of(now_s, until_s);
  if (performance.now() < until) show(guide, metres);
});
setInterval(() => performance.now() >= until && show("moment"), 50);
show("moment");

if (mirror) {
  const canvas = document.getElementById("mirror");
  canvas.hidden = false;
  document.body.dataset.mirror = "true";
  const picture = new Picture(canvas, () => picture.draw(() => null));
  const open = () => {
    const socket = new WebSocket(`ws://${location.host}/api/picture`);
    socket.binaryType = "arraybuffer";
    // No guard watches here: this window is not counted among the screens.
    socket.addEventListener("open", () => socket.send(JSON.stringify({ hidden: true })));
    socket.addEventListener("message", (event) => picture.take(event.data));
    socket.addEventListener("close", () => setTimeout(open, REOPEN_MS));
  };
  open();
}
