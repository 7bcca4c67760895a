// The shift: what is tried at its beginning, the lane, how the screen looks and sounds, and its sums.

import { Expiry } from "./expiry.js";
import { headline } from "./headline.js";
import { BLIND, DOWN, ask } from "./link.js";
import { look, setLook, setVolume, volume } from "./look.js";
import "./pulse.js";
import { Sounder } from "./sound.js";
import { currentLanguage, speakAsBefore, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const SHAPES = ["clear", "recheck", "elevated", "not_screening"];
const SUMS = ["screened", "elevated", "confirmed", "not_confirmed", "declined", "no_result"];
const TONE_MS = 2500;
const READ_EVERY_MS = 5000;

const TRIALS = "limen.trials";
const TRIALS_LAST_MS = 600_000; // then whoever stands here may be somebody else

const sounder = new Sounder(() => {});
const tries = trials();
let ended = false;

// What has been tried: of each trial which button, and whether it was well; and the shape asked for.
// An alarm takes the guard away from this page, so it is kept in this tab until the shift begins.
function trials() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(TRIALS));
    if (kept && Date.now() - kept.at < TRIALS_LAST_MS) return kept;
  } catch {
    // nothing is kept: all is tried anew
  }
  return { wanted: SHAPES[Math.floor(Math.random() * SHAPES.length)], found: {} };
}

function keepTrials() {
  try {
    sessionStorage.setItem(TRIALS, JSON.stringify({ ...tries, at: Date.now() }));
  } catch {
    // then they last as long as this page
  }
}

function forgetTrials() {
  try {
    sessionStorage.removeItem(TRIALS);
  } catch {
    // there are none
  }
}

function press(buttons, chosen) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
}

// ---- the beginning

function tried(trial, well, button) {
  tries.found[trial] = { well, button: [...button.parentElement.children].indexOf(button) };
  keepTrials();
  showTrials();
}

function showTrials() {
  for (const row of document.querySelectorAll("li[data-trial]")) {
    const buttons = [...row.querySelector(".choice").children];
    press(buttons, buttons[tries.found[row.dataset.trial]?.button]);
  }
  $("begin").disabled = Object.keys(tries.found).length < 3;
}

for (const row of document.querySelectorAll("li[data-trial]")) {
  for (const button of row.querySelectorAll("[data-well]")) {
    button.addEventListener("click", () => tried(row.dataset.trial, button.dataset.well === "true", button));
  }
}

$("shapes").replaceChildren(...SHAPES.map((name) => {
  const button = document.createElement("button");
  button.type = "button";
  button.innerHTML = `<svg aria-hidden="true"><use href="#state-${name}"/></svg>`;
  button.dataset.shape = name;
  button.addEventListener("click", () => tried("shape", name === tries.wanted, button));
  return button;
}));

$("try").addEventListener("click", () => {
  sounder.play("elevated");
  setTimeout(() => sounder.play(""), TONE_MS);
  ask("/api/kiosk/test");
});

// What came of it is said where the button is; of a lane it is the lane itself that says it.
async function note(duty, button, well = true) {
  const answer = await ask("/api/shift", { duty, well });
  for (const place of document.querySelectorAll(".said")) place.textContent = "";
  const said = button.dataset.lane ? "" : word(`shift.noted_${duty}`);
  button.closest("section").querySelector(".said").textContent = answer.ok ? said : word("ui.request_failed");
  await read();
  return answer.ok;
}

$("begin").addEventListener("click", async () => {
  const well = Object.values(tries.found).every((one) => one.well);
  ended = false;
  if (await note("begun", $("begin"), well)) {
    forgetTrials();
    if (well) location.replace("/");
    else $("said").textContent = word("shift.not_well");
  }
});

// ---- the lane, the screen

for (const button of document.querySelectorAll("[data-duty]")) {
  button.addEventListener("click", () => note(button.dataset.duty, button));
}
$("volume").value = String(volume());
$("volume").addEventListener("change", () => {
  setVolume($("volume").value);
  sounder.play("recheck");
  setTimeout(() => sounder.play(""), 700);
});
const looks = [...document.querySelectorAll("button[data-look]")];
for (const button of looks) {
  button.addEventListener("click", () => {
    setLook(button.dataset.look);
    press(looks, button);
  });
}
press(looks, looks.find((button) => button.dataset.look === look()));

// ---- the end, the logbook

$("end").addEventListener("click", async () => {
  ended = true;
  await note("ended", $("end"));
});

function ago(seconds) {
  if (seconds < 60) return word("ui.just_now");
  return new Intl.RelativeTimeFormat(currentLanguage(), { numeric: "always" }).format(-Math.floor(seconds / 60), "minute");
}

async function read() {
  try {
    const response = await fetch("/api/shift", { signal: AbortSignal.timeout(4000) });
    if (!response.ok) return;
    show(await response.json());
  } catch {
    // what is shown stays; the alert screen says when the station is silent
  }
}

function show(shift) {
  $("lane").textContent = word(`shift.lane_${shift.lane}`);
  press(document.querySelectorAll("[data-lane]"), document.querySelector(`[data-lane="${shift.lane}"]`));
  $("log").replaceChildren(...shift.log.map((line) => {
    const row = document.createElement("li");
    const said = word(`shift.noted_${line.duty}`);
    row.textContent = `${ago(line.age_s)} · ${line.well ? said : `${said} ${word("shift.not_well")}`}`;
    return row;
  }));
  $("sums").hidden = $("few").hidden = $("since").hidden = !ended;
  $("since").textContent = shift.begun_s === null ? word("shift.since_start") : word("shift.since", { ago: ago(shift.begun_s) });
  $("sums").replaceChildren(...SUMS.flatMap((name) => {
    const [term, value] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = word(`shift.sum_${name}`);
    value.textContent = shift[name] ?? word("shift.hidden");
    return [term, value];
  }));
}

// What the station says of this moment; of a view that has expired nothing is believed.
const expiry = new Expiry();
let believed = 0; // until when

function showMoment(view) {
  $("ask_network").hidden = view.network?.length !== 0; // said only of a computer that was looked at
  const looked = !DOWN.has(view.state) || view.reasons.some((reason) => reason.startsWith("reference"));
  $("reference").textContent = view.reference?.found ? word("ui.reference_found") : looked ? word("ui.reference_lost") : "–";
  $("station").textContent = headline(view).title;
}

setInterval(() => performance.now() >= believed && showMoment(BLIND), 50);

new EventSource("/api/events").addEventListener("view", (event) => {
  const { now_s, view } = JSON.parse(event.data);
  believed = expiry.of(now_s, DOWN.has(view.state) ? Infinity : view.until_s);
  showMoment(performance.now() < believed ? view : BLIND);
  const { causes, until } = view.acceptance;
  $("accepted").textContent = causes.length ? word("shift.not_accepted") : until ? word("shift.accepted_until", { day: until }) : "–";
  const waiting = view.waiting ? word("shift.still_waiting", { count: view.waiting }) : "";
  if ($("waiting").textContent !== waiting) $("waiting").textContent = waiting;
  $("still-waiting").hidden = !waiting;
});

speakAsBefore();
$("shape-question").textContent = word("shift.shape", { state: word(`titles.${tries.wanted}`) });
for (const button of $("shapes").children) button.setAttribute("aria-label", word(`titles.${button.dataset.shape}`));
showTrials();
read();
setInterval(read, READ_EVERY_MS);
