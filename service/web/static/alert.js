// The alert screen: puts a view into words, shapes, sound and boxes, and carries a guard's answers.
//
// Everything on it comes from one view: `shown`, which a view of a station that screens nobody
// cannot fill with anybody.

import { Cards } from "./cards.js";
import { openConsoleWhenHeld } from "./console.js";
import { Cover } from "./cover.js";
import { $, attribute, element, fit, hide, shape, text, write } from "./dom.js";
import { headline } from "./headline.js";
import { BLIND, Link } from "./link.js";
import { Picture } from "./picture.js";
import { Sounder } from "./sound.js";
import { Voice } from "./voice.js";
import { currentLanguage, number, speak, speakAsBefore, word } from "./words.js";

const SHOWN_VISITORS = 3;
const DOWN = new Set(["not_screening", "starting", "warming_up", "self_test"]);
const OF_SOMEBODY = new Set(["clear", "recheck", "elevated"]);
const COLORS = { clear: "#3ccfae", elevated: "#ff7a3d", recheck: "#f5c83a", no_result: "#f5c83a", pending: "#7cc4ff" };
const SHAPES = { clear: "clear", elevated: "elevated", recheck: "recheck", no_result: "recheck", pending: "hold_still" };
const PEDAL = { F13: "next", F14: "acknowledge" };

let view = { state: "starting", reasons: [], visitors: [], alarms: [], waiting: 0, reference: {}, locked: true, acceptance: { causes: [] } };
let called = false; // an alarm brought the guard here
let [blind, busy] = [false, false]; // whether nobody was screened, and a card waited, when it was last drawn
let quieted = false; // the not-screening tone of this episode

const picture = new Picture($("picture"), paint);
const sounder = new Sounder(showSound);
const voice = new Voice();
const cards = new Cards(render);
const coverWords = () => [word("titles.not_screening"), word("instructions.not_screening")];
const name = document.title;
new Link({
  cover: new Cover($("cover"), $("outer-cover"), coverWords),
  onView: show,
  onBlind: () => show({ ...view, ...BLIND }),
  onPicture: (buffer) => picture.take(buffer),
});

function show(next) {
  if (view.state === "not_screening" && next.state !== "not_screening") quieted = false;
  view = DOWN.has(next.state) ? { ...next, visitor: null, fading: null, visitors: [] } : next;
  cards.take(view);
  if (called && cards.calling) cards.explain();
  called = false;
  render();
}

const moment = () => view.state === "not_screening" && view.advice === "moment";

// Whom the headline is about: of several alarms it is the chosen one.
function about() {
  if (!OF_SOMEBODY.has(view.state)) return null;
  const called = view.state === "elevated" && cards.calling ? cards.chosen.visitor : view.visitor;
  return called ?? null;
}

function render() {
  const { state, advice } = view;
  const { shape: drawing, title, instruction } = headline(view);
  const who = about();
  const why = (who ? who.reasons : view.reasons).slice(0, 2).map((reason) => word(`reasons.${reason}`)).join(" ");
  document.body.dataset.state = state;
  document.body.dataset.moment = String(moment());
  attribute($("shape"), "href", `#state-${drawing}`);
  text("title", title);
  text("instruction", instruction);
  const far = view.step_m == null ? "" : word("ui.step_about", { metres: number(Math.abs(view.step_m)) });
  // Whoever could not be measured may have left already, and another stands there: it says whom it means.
  const unmeasured = who && who.skin_temp_c == null ? `${word("ui.visitor", { number: who.id })}.` : "";
  text("reason", moment() || drawing === "shut" ? "" : [unmeasured, why, far].filter(Boolean).join(" "));
  $("fading").style.transform = `scaleX(${view.fading ?? 0})`;
  renderReading(who);
  const named = who && `${word("ui.visitor", { number: who.id })}.`;
  const urgent = state === "elevated" || (state === "not_screening" && !moment());
  const several = view.waiting > 1 && state === "elevated" && `${word("ui.waiting", { count: view.waiting })}.`;
  voice.tell([state, drawing, advice, who?.id, cards.newest, currentLanguage()].join(), [title, named, instruction, several].filter(Boolean).join(" "), urgent);
  sounder.play(toneOf());
  renderVisitors();
  cards.render(sounder.tone === "not_screening");
  renderCaption();
  renderFrame();
  keepInSight();
  write(document.querySelector("title"), view.waiting ? `(${view.waiting}) ${name}` : name);
  fit($("headline"), [title, instruction.replace(/\d+/g, "0"), $("reason").textContent, Boolean(who)].join("|"));
  fit($("card"), [$("card-title").textContent, $("card-note").textContent, $("card").dataset.need, $("card").dataset.calls, $("quiet").hidden].join("|"));
  if (state === "not_screening" && !view.sensor) picture.clear();
  picture.ask();
}

// Where the page is longer than the screen, a card that had the focus has scrolled the headline away.
function keepInSight() {
  const [was, had] = [blind, busy];
  [blind, busy] = [DOWN.has(view.state), Boolean(cards.chosen)];
  if (!cards.calling && ((blind && !was) || (had && !busy))) scrollTo(0, 0);
}

function renderReading(visitor) {
  const measured = visitor?.skin_temp_c != null;
  hide($("reading"), !measured);
  if (!measured) return;
  const { skin_temp_c: skin, expanded_uncertainty_c: uncertainty } = visitor;
  text("reading-visitor", word("ui.visitor", { number: visitor.id }));
  text("reading-value", number(skin));
  text("reading-range", uncertainty == null ? "" : word("ui.uncertainty", { low: number(skin - uncertainty), high: number(skin + uncertainty) }));
}

// What is said of a visitor in the list and in the picture: of whoever was sent to the thermometer, or
// to wait, that, as the headline does, and not the last verdict.
function told(visitor) {
  const verdict = visitor.verdict ?? "pending";
  const unsure = verdict === "recheck" || verdict === "no_result";
  const need = unsure && view.alarms.find((card) => card.outcome == null && card.visitor.id === visitor.id)?.need;
  if (need === "thermometer" || need === "wait") return { drawing: need === "wait" ? "recheck" : need, words: word(`advice.${need}`) };
  return { drawing: SHAPES[verdict], words: word(`verdicts.${verdict}`) };
}

let listed = ""; // what the list shows: it is written anew when that changes

function renderVisitors() {
  const shown = view.visitors.slice(0, SHOWN_VISITORS);
  const key = JSON.stringify([currentLanguage(), DOWN.has(view.state), shown, shown.map(told)]);
  if (key === listed) return;
  listed = key;
  const rows = shown.map((visitor) => {
    const { drawing, words } = told(visitor);
    const row = document.createElement("li");
    row.dataset.verdict = visitor.verdict ?? "pending";
    row.append(shape(drawing), element("p", "who", `${word("ui.visitor", { number: visitor.id })} · ${words}`));
    if (visitor.skin_temp_c != null) {
      const skin = element("p", "skin", `${number(visitor.skin_temp_c)}\u00a0°C`);
      if (visitor.expanded_uncertainty_c != null) skin.append(element("small", "", `± ${number(visitor.expanded_uncertainty_c)}`));
      row.append(skin);
    }
    return row;
  });
  // Who screens nobody does not know whether somebody is there.
  if (rows.length === 0) rows.push(element("li", "nobody", DOWN.has(view.state) ? "–" : word("ui.nobody")));
  while (rows.length < SHOWN_VISITORS) rows.push(element("li", "nobody"));
  $("visitors").replaceChildren(...rows);
}

// The card may be about somebody whom the picture does not show: then it says so.
function renderCaption() {
  const { visitor } = cards.chosen ?? {};
  const elsewhere = visitor && picture.live && !view.visitors.some((one) => one.id === visitor.id);
  text("caption", elsewhere ? word("ui.not_in_picture", { number: visitor.id }) : word("ui.thermal_view"));
}

function renderFrame() {
  hide($("flag-simulated"), !view.sensor?.simulated);
  hide($("flag-unlocked"), view.locked);
  hide($("flag-unaccepted"), view.acceptance.causes.length === 0);
  hide($("flag-relative"), !view.relative);
  hide($("flag-frozen"), !view.frozen_screens);
  hide($("flag-lane"), (view.lane ?? "open") === "open");
  if (view.lane) text("lane", word(`shift.lane_${view.lane}`));
  // "No network" is said only of a computer that was looked at less than a minute ago.
  const network = view.network?.[0];
  const none = view.network?.length === 0;
  $("fact-network").dataset.held = view.locked && !none ? "found" : String(view.locked);
  text("network", network ? word("ui.network_is", { found: network }) : word(view.network ? "ui.no_network" : "ui.network_unknown"));
  $("fact-recording").dataset.held = String(view.locked);
  hide($("fact-audit"), !view.audit_head);
  text("audit", view.audit_head ?? "");
  const looked = !DOWN.has(view.state) || view.reasons.some((reason) => reason.startsWith("reference"));
  const lost = looked ? word("ui.reference_lost") : "–";
  text("reference", view.reference?.found ? word("ui.reference_found") : lost);
  text("threshold", view.threshold_c == null ? "–" : `${number(view.threshold_c)}\u00a0°C`);
  text("sensor", view.sensor ? (view.sensor.simulated ? word("ui.simulated") : view.sensor.model) : "");
  const dossier = view.sensor ? `/${encodeURIComponent(view.sensor.dossier)}` : "";
  $("fact-sensor").href = `/register/${currentLanguage()}${dossier}`;
}

function toneOf() {
  if (cards.calling) return "elevated";
  if (view.state === "not_screening") return quieted || moment() ? "" : "not_screening";
  return view.state === "recheck" || cards.fresh ? "recheck" : "";
}

function showSound() {
  document.body.dataset.sound = sounder.on ? "on" : "off";
  document.body.dataset.tone = sounder.tone;
  $("sound-shape").setAttribute("href", sounder.on ? "#sound-on" : "#sound-off");
  $("sound-word").dataset.word = sounder.on ? "ui.sound_on" : "ui.sound_off";
  $("sound").title = sounder.on ? word("ui.to_volume") : "";
  text("sound-word", word($("sound-word").dataset.word));
}

// ---- the picture

// Whom the view does not know has no box: what is green on the picture is green in the list.
function looks(mark) {
  const visitor = view.visitors.find((one) => one.mark === mark);
  if (!visitor) return null;
  const verdict = visitor.verdict ?? "pending";
  const chosen = cards.chosen?.visitor.id === visitor.id;
  return { color: COLORS[verdict], label: `${visitor.id} · ${told(visitor).words}`, chosen };
}

function paint() {
  picture.draw(looks, view.reference?.found ? picture.reference : null);
  hide($("no-picture"), picture.live);
  hide($("live"), !picture.live);
}

// ---- a guard's keys: a character key acts only where the focus is on the card (WCAG 2.1.4)

function quiet() {
  quieted = true;
  render();
}

function acts(event) {
  if (event.key === "Backspace") return cards.undo(), true; // a kiosk's keyboard has no Ctrl
  if (event.key === "z" && event.ctrlKey && !event.altKey) return cards.undo(), true;
  if (event.ctrlKey || event.altKey || event.metaKey) return false;
  if (PEDAL[event.key]) return cards[PEDAL[event.key]](), true;
  if (event.key === " " && cards.calling) return cards.acknowledge(), true; // wherever the focus is
  if (event.key === " " && !$("quiet").hidden) return quiet(), true;
  return $("card").contains(document.activeElement) && cards.key(event.key);
}

document.addEventListener("keydown", (event) => {
  if (!event.repeat && acts(event)) event.preventDefault();
});
document.addEventListener("keyup", (event) => {
  if (event.key === " " && document.activeElement === $("acknowledge")) event.preventDefault();
});
$("quiet").addEventListener("click", quiet);
// The button that says that there is sound leads to how loud it is; the one that says there is none
// switches it on, as every touch of the page does (sound.js).
for (const press of ["pointerdown", "keydown"]) {
  $("sound").addEventListener(press, () => ($("sound").dataset.heard = String(sounder.on)), { capture: true });
}
$("sound").addEventListener("click", () => $("sound").dataset.heard === "true" && (location.href = "/shift#screen"));
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    speak(button.dataset.language);
    showSound();
    render();
  });
}
addEventListener("resize", render);
document.fonts.ready.then(render);

openConsoleWhenHeld($("brand"));
speakAsBefore();
showSound();
render();
if (location.hash === "#alarm") { // an alarm has ended whatever else was shown (pulse.js)
  history.replaceState(null, "", "/");
  called = true;
}
