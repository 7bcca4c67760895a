// The alert screen: puts a view into words, shapes, sound and boxes, and carries a guard's answers.

import { openConsoleWhenHeld } from "./console.js";
import { Cover } from "./cover.js";
import { ask, Link } from "./link.js";
import { Picture } from "./picture.js";
import { Sounder } from "./sound.js";
import { currentLanguage, languages, number, speak, speakAsBefore, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const SHOWN_VISITORS = 3;
const PLANNED = new Set(["ffc", "settling"]); // short pauses of a healthy station make no noise
const COLORS = { clear: "#3ccfae", elevated: "#ff7a3d", recheck: "#f5c83a", no_result: "#f5c83a", pending: "#7cc4ff" };
const SHAPES = { clear: "clear", elevated: "elevated", recheck: "recheck", no_result: "recheck", pending: "hold_still" };

let view = { state: "starting", reasons: [], visitors: [], alarms: [], reference: {}, locked: true, acceptance: { causes: [] } };
let quieted = false; // the not-screening tone of this episode
let failed = ""; // the last request was not taken
let focusedAlarm = 0;

const picture = new Picture($("picture"));
const sounder = new Sounder(showSound);
const coverWords = () => [word("titles.not_screening"), word("instructions.not_screening")];
new Link({
  cover: new Cover($("cover"), $("outer-cover"), coverWords),
  onView: show,
  onBlind: () => show({ ...view, state: "not_screening", reasons: ["silent"], visitor: null, fading: null, visitors: [] }),
  onPicture: (buffer) => picture.take(buffer),
});

const unacknowledged = () => view.alarms.find((alarm) => !alarm.acknowledged);
const waiting = () => view.alarms.filter((alarm) => alarm.acknowledged);

function show(next) {
  if (view.state === "not_screening" && next.state !== "not_screening") quieted = false;
  view = next;
  render();
}

function text(id, value) {
  const element = $(id);
  if (element.textContent !== value) element.textContent = value;
}

function render() {
  const { state, reasons, visitor } = view;
  document.body.dataset.state = state;
  $("shape").setAttribute("href", `#state-${state}`);
  const title = word(`titles.${state}`);
  text("title", title);
  $("title").dataset.length = lengthOf(title);
  text("instruction", word(`instructions.${state}`));
  text("reason", reasons.slice(0, 2).map((reason) => word(`reasons.${reason}`)).join(" "));
  $("fading").style.transform = `scaleX(${view.fading ?? 0})`;
  renderReading(["clear", "recheck", "elevated"].includes(state) ? visitor : null);
  sounder.play(toneOf());
  renderVisitors();
  renderDock();
  renderFrame();
  if (state === "not_screening" && !view.sensor) picture.clear();
}

// How large a title may be depends on its longest word: words are never broken.
function lengthOf(title) {
  if (title.length <= 8) return "short";
  return title.split(" ").some((part) => part.length > 12) ? "wide" : "long";
}

function renderReading(visitor) {
  const measured = visitor?.skin_temp_c != null;
  $("reading").hidden = !measured;
  if (!measured) return;
  const { skin_temp_c: skin, expanded_uncertainty_c: uncertainty } = visitor;
  text("reading-visitor", word("ui.visitor", { number: visitor.id }));
  text("reading-value", number(skin));
  text("reading-range", uncertainty == null ? "" : word("ui.uncertainty", { low: number(skin - uncertainty), high: number(skin + uncertainty) }));
}

function renderVisitors() {
  const rows = view.visitors.slice(0, SHOWN_VISITORS).map((visitor) => {
    const verdict = visitor.verdict ?? "pending";
    const row = document.createElement("li");
    row.dataset.verdict = verdict;
    const who = element("p", "who", `${word("ui.visitor", { number: visitor.id })} · ${word(`verdicts.${verdict}`)}`);
    const why = element("p", "why", visitor.reasons.map((reason) => word(`reasons.${reason}`)).join(" "));
    const words = element("div", "");
    words.append(who, why);
    row.append(shape(SHAPES[verdict]), words);
    if (visitor.skin_temp_c != null) {
      const skin = element("p", "skin", `${number(visitor.skin_temp_c)}\u00a0°C`);
      if (visitor.expanded_uncertainty_c != null) skin.append(element("small", "", `± ${number(visitor.expanded_uncertainty_c)}`));
      row.append(skin);
    }
    return row;
  });
  if (rows.length === 0) rows.push(element("li", "nobody", word("ui.nobody")));
  while (rows.length < SHOWN_VISITORS) rows.push(element("li", "nobody"));
  $("visitors").replaceChildren(...rows);
}

function renderDock() {
  const alarm = unacknowledged();
  const checks = waiting();
  const noisy = !alarm && sounder.tone === "not_screening";
  const mode = alarm ? "alarm" : checks.length ? "check" : "idle";
  $("dock").dataset.mode = mode;
  const about = alarm ?? checks[0];
  if (about) {
    const temperature = about.visitor.skin_temp_c == null ? "" : ` · ${number(about.visitor.skin_temp_c)}\u00a0°C`;
    const minutes = Math.floor(about.age_s / 60);
    const when = minutes ? word("ui.minutes_ago", { minutes }) : word("ui.just_now");
    const title = alarm ? word("titles.elevated") : word("ui.second_check");
    text("dock-title", `${title} · ${word("ui.visitor", { number: about.visitor.id })}${temperature}`);
    const more = view.alarms.length - 1;
    const note = alarm ? word("instructions.elevated") : word("ui.second_check_note");
    text("dock-note", failed || [note, when, more ? word("ui.more_waiting", { count: more }) : ""].filter(Boolean).join(" · "));
  } else {
    text("dock-title", word("ui.nothing_waiting"));
    text("dock-note", failed);
  }
  $("acknowledge").hidden = !alarm;
  $("quiet").hidden = !noisy || Boolean(checks.length);
  for (const button of document.querySelectorAll("[data-outcome]")) button.hidden = mode !== "check";
  if (alarm && alarm.number !== focusedAlarm) {
    focusedAlarm = alarm.number;
    $("acknowledge").focus({ focusVisible: true });
  }
}

function renderFrame() {
  $("flag-simulated").hidden = !view.sensor?.simulated;
  $("flag-unlocked").hidden = view.locked;
  $("flag-unaccepted").hidden = view.acceptance.causes.length === 0;
  $("flag-relative").hidden = !view.relative;
  $("flag-frozen").hidden = !view.frozen_screens;
  $("flag-lane").hidden = (view.lane ?? "open") === "open";
  if (view.lane) text("lane", word(`shift.lane_${view.lane}`));
  // "No network" is said only of a computer that was looked at less than a minute ago.
  const network = view.network?.[0];
  const none = view.network?.length === 0;
  $("fact-network").dataset.held = view.locked && !none ? "found" : String(view.locked);
  text("network", network ? word("ui.network_is", { found: network }) : word(view.network ? "ui.no_network" : "ui.network_unknown"));
  $("fact-recording").dataset.held = String(view.locked);
  $("fact-audit").hidden = !view.audit_head;
  text("audit", view.audit_head ?? "");
  text("reference", word(view.reference?.found ? "ui.reference_found" : "ui.reference_lost"));
  text("threshold", view.threshold_c == null ? "–" : `${number(view.threshold_c)}\u00a0°C`);
  text("sensor", view.sensor?.model ?? "");
  const dossier = view.sensor ? `/${encodeURIComponent(view.sensor.dossier)}` : "";
  $("fact-sensor").href = `/register/${currentLanguage()}${dossier}`;
}

function toneOf() {
  if (unacknowledged()) return "elevated";
  if (view.state === "not_screening") {
    return quieted || view.reasons.every((reason) => PLANNED.has(reason)) ? "" : "not_screening";
  }
  return view.state === "recheck" ? "recheck" : "";
}

function showSound() {
  document.body.dataset.sound = sounder.on ? "on" : "off";
  document.body.dataset.tone = sounder.tone;
  $("sound-shape").setAttribute("href", sounder.on ? "#sound-on" : "#sound-off");
  $("sound-word").dataset.word = sounder.on ? "ui.sound_on" : "ui.sound_off";
  text("sound-word", word($("sound-word").dataset.word));
}

function element(tag, name, content = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = content;
  return made;
}

function shape(name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#state-${name}`);
  drawing.append(use);
  return drawing;
}

// ---- the picture, as often as the browser paints

// Whom the view does not know has no box: what is green on the picture is green in the list.
function looks(mark) {
  const visitor = view.visitors.find((one) => one.mark === mark);
  if (!visitor) return null;
  const verdict = visitor.verdict ?? "pending";
  return { color: COLORS[verdict], label: `${visitor.id} · ${word(`verdicts.${verdict}`)}` };
}

function paint() {
  picture.draw(looks, view.reference?.found ? picture.reference : null);
  $("no-picture").hidden = picture.live;
  $("live").hidden = !picture.live;
  requestAnimationFrame(paint);
}

// ---- a guard's answers

async function request(path, body) {
  const answer = await ask(path, body);
  failed = answer.ok || answer.status === 404 ? "" : word("ui.request_failed");
  render();
}

function acknowledge() {
  const alarm = unacknowledged();
  if (alarm) request(`/api/alarms/${alarm.number}/acknowledge`);
}

function secondCheck(outcome) {
  const [alarm] = waiting();
  if (alarm && !unacknowledged()) request(`/api/alarms/${alarm.number}/second-check`, { outcome });
}

function quiet() {
  quieted = true;
  render();
}

function nextLanguage() {
  const all = languages();
  use(all[(all.indexOf(currentLanguage()) + 1) % all.length]);
}

function use(code) {
  speak(code);
  showSound();
  render();
}

const OUTCOMES = { 1: "confirmed", 2: "not_confirmed", 3: "declined" };

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === " " && (unacknowledged() || !$("quiet").hidden)) {
    event.preventDefault(); // whatever has the focus: the alarm comes first
    if (unacknowledged()) acknowledge();
    else quiet();
  } else if (event.key in OUTCOMES) {
    secondCheck(OUTCOMES[event.key]);
  } else if (event.key.toLowerCase() === "l") {
    nextLanguage();
  }
});
document.addEventListener("keyup", (event) => {
  if (event.key === " " && document.activeElement === $("acknowledge")) event.preventDefault();
});
$("acknowledge").addEventListener("click", acknowledge);
$("quiet").addEventListener("click", quiet);
for (const button of document.querySelectorAll("[data-outcome]")) {
  button.addEventListener("click", () => secondCheck(button.dataset.outcome));
}
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => use(button.dataset.language));
}

openConsoleWhenHeld($("brand"));
speakAsBefore();
showSound();
render();
requestAnimationFrame(paint);
