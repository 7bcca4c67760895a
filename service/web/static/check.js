// The page with the check code. It goes back to the alert screen by itself: nobody watches meanwhile.

import { speak, speakAsBefore, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const ASK_EVERY_MS = 2000;
const SILENT_AFTER_MS = 1000;
const BACK_AFTER_MS = 90_000;
const CALM = new Set(["ready", "starting", "warming_up", "self_test", "not_screening"]);

let shown = { text: "", modules: [], age_s: null };
let askedAt = performance.now();
let heardAt = -Infinity; // a station that says nothing says nothing of its network either

function draw({ text, modules }) {
  if (text === $("code-text").textContent) return;
  $("code-text").textContent = text;
  const size = modules.length;
  if (size === 0) return;
  const side = Math.max(1, Math.floor($("qr").parentElement.clientWidth / size)) * size; // whole pixels
  $("qr").setAttribute("viewBox", `0 0 ${size} ${size}`);
  $("qr").setAttribute("width", side);
  $("qr").setAttribute("height", side);
  const runs = modules.flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index} ${y}h${run[0].length}v1h-${run[0].length}z`));
  $("qr").firstElementChild.setAttribute("d", runs.join(""));
}

// Its age goes on counting when the station says nothing any more.
function tell() {
  if (performance.now() - heardAt > SILENT_AFTER_MS) $("ask_network").hidden = true;
  const age = shown.age_s === null ? null : shown.age_s + (performance.now() - askedAt) / 1000;
  const old = age !== null && age > 60;
  $("qr").toggleAttribute("hidden", old || !shown.text);
  $("age").dataset.old = String(old);
  $("age").textContent = age === null ? word("check.none") : word(old ? "check.old" : "check.made", { seconds: Math.round(age) });
  draw(old ? { text: "", modules: [] } : shown);
}

async function ask() {
  try {
    const response = await fetch("/api/check", { signal: AbortSignal.timeout(4000) });
    if (response.ok) {
      shown = await response.json();
      askedAt = performance.now();
    }
  } catch {
    // what is shown grows old, and says so
  }
  tell();
  setTimeout(ask, ASK_EVERY_MS);
}

function back() {
  location.replace("/");
}

const events = new EventSource("/api/events");
events.addEventListener("view", (event) => {
  const { view } = JSON.parse(event.data);
  heardAt = performance.now();
  $("ask_network").hidden = view.network?.length !== 0; // said only of a computer that was looked at
  if (!CALM.has(view.state) || view.alarms.some((alarm) => !alarm.acknowledged)) back();
});
setTimeout(back, BACK_AFTER_MS);
setInterval(tell, 1000);
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    speak(button.dataset.language);
    tell();
  });
}
speakAsBefore();
ask();
