// The wizard of calibration and acceptance: one step at a time, and why it may not go on yet.
//
// The station holds everything: what was typed, what was measured, which step is done. This page
// asks once a second and shows it; it may be closed at any moment and goes on where it was.

import { draw } from "./drawings.js";
import { ask, Link } from "./link.js";
import "./look.js";
import { expected } from "./necessity.js";
import { Picture } from "./picture.js";
import { plot } from "./plots.js";
import { currentLanguage, number, speak, speakAsBefore, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const ACCEPTANCE = JSON.parse($("acceptance-words").textContent);
const LOOK_MS = 1200;
const CHAPTER_OF = { warm_up: "warm_up", sweep: "accuracy", threshold: "threshold" };
const BATTERY = ["stability", "uniformity", "resolution", "alarm", "not_functioning", "people"];
const CLICKED = new Set(["accuracy", "uniformity", "stability"]); // where the source is clicked
const UNDONE = new Set(["accuracy", "uniformity", "alarm", "not_functioning", "people"]);

let view = null; // of the station, ten times a second
let settings = null; // as the station has them
const DRIFT = "#drift-title";
let overview = null;
let shown = null; // of the calibration
let verdict = null;
let step = "";
let chapter = "stability"; // of the battery
let clicked = null; // where the source is in the picture, in sensor pixels
let mark = null; // of the reference, not saved yet
let span = "day";
let drawn = ""; // what the plot shows
const filled = new Set(); // steps whose fields have been filled
const ASIDE = new Set(["dcc", "dcc-point", "visitors", "prevalence", "preset", "sensitivity", "specificity", "review-until", "challenge-by"]); // no settings
let typed = false; // something in this step's form that is not saved
const picture = new Picture($("picture"), paint);

const celsius = (value, digits = 2) => (value == null ? "–" : `${number(value, digits)} °C`);
const signed = (value) => `${value < 0 ? "−" : "+"}${number(Math.abs(value), 2)} °C`;
const say = (key, values) => word(`calibration.${key}`, values);
const open = () => CHAPTER_OF[step] ?? (step === "battery" ? chapter : null);

function acceptance(path) {
  const [section, key] = path.split(".");
  const said = (language) => ACCEPTANCE.words?.[language]?.[section]?.[key];
  return said(currentLanguage()) ?? said("en") ?? key.replaceAll("_", " ");
}

function text(id, value) {
  if ($(id).textContent !== value) $(id).textContent = value;
}

function list(id, sentences) {
  const items = sentences.map((one) => Object.assign(document.createElement("li"), { textContent: one }));
  if ($(id).textContent !== sentences.join("")) $(id).replaceChildren(...items);
}

// ---- what the station says

async function look() {
  const asked = open() ?? "warm_up";
  const response = await fetch(`/api/admin/calibration?chapter=${asked}`).catch(() => null);
  if (!response) return;
  if (response.status === 401) {
    showDoor();
    return;
  }
  if (!response.ok) return;
  ({ shown, verdict } = await response.json());
  const wanted = location.hash === DRIFT; // the console leads there
  if (!step) go(first());
  else render();
  if (wanted) $("drift-title").scrollIntoView();
}

async function readSettings() {
  const response = await fetch("/api/admin/overview").catch(() => null);
  overview = response?.ok ? await response.json() : null;
  document.body.dataset.role = overview?.role ?? "";
  if (overview?.logged_in) ({ settings } = overview);
  else showDoor();
  return Boolean(overview?.logged_in);
}

function showDoor() {
  $("door").hidden = false;
  $("wizard").hidden = true;
  document.body.dataset.page = "door";
}

const stepOf = (name) => shown.steps.find((one) => one.step === name);
// Where somebody comes back to: the step in the address, or the first that is not done.
function first() {
  const wanted = location.hash.slice(1);
  const names = shown.steps.map((one) => one.step);
  return names.includes(wanted) ? wanted : (shown.steps.find((one) => one.needs.length) ?? shown.steps.at(-1)).step;
}

function go(name) {
  if (typed) filled.delete(step); // it shows what is saved when somebody comes back
  typed = false;
  mark = null;
  step = name;
  history.replaceState(null, "", `#${name}`);
  clicked = null;
  drawn = "";
  for (const id of ["refused", "saved"]) text(id, "");
  $("door").hidden = true;
  $("wizard").hidden = false;
  document.body.dataset.page = "wizard";
  document.body.dataset.step = name;
  for (const part of document.querySelectorAll("[data-steps]")) part.hidden = !part.dataset.steps.split(" ").includes(name);
  draw($("drawing"), name === "battery" ? chapter : name);
  if (!filled.has(name)) fill(name);
  render();
  look();
}

// ---- what is shown

function render() {
  if (!shown) return;
  text("title", say(`s_${step}`));
  text("do", say(`d_${step}`));
  text("problem", shown.problem);
  const days = view?.acceptance.days_left;
  const due = days == null ? "" : ` · ${word("ui.acceptance_due", { days })}`;
  text("standing", (shown.causes.length ? say("not_accepted") : say("accepted", { date: shown.until })) + due);
  renderSteps();
  const { needs } = stepOf(step);
  list("needs", needs.map((need) => say(`n_${need}`)));
  $("blocked").hidden = needs.length === 0;
  $("done").hidden = needs.length > 0;
  $("forward").disabled = needs.length > 0 || step === "valid";
  $("back").disabled = step === shown.steps[0].step;
  const { challenge_by_c: by, challenge_moved_c: moved } = shown;
  const from = settings?.references[0]?.temp_c;
  text("challenge-stands", say(`c_${shown.challenge}`, { by: signed(by ?? 0), moved: signed(moved ?? 0), from: celsius(from), to: celsius(from == null ? null : from + (by ?? 0)) }));
  text("mm-per-px", shown.mm_per_px == null ? "–" : `${number(shown.mm_per_px, 1)} mm`);
  text("marked", place(mark ?? settings?.references[0]?.mark));
  renderShape();
  renderMeasuring();
  renderCalibrator();
  renderRecord();
  renderReadings();
  renderNecessity();
  frame();
}

const place = (at) => (at ? say("marked", { x: number(at[0], 0), y: number(at[1], 0) }) : say("click_mark"));

function renderSteps() {
  shown.steps.forEach(({ step: name, needs }, i) => {
    const item = $("steps").children[i];
    const button = item.firstElementChild;
    button.dataset.done = String(needs.length === 0);
    button.firstElementChild.textContent = needs.length ? String(i + 1) : "✓";
    button.lastElementChild.textContent = say(`s_${name}`);
    if (name === step) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  });
}

function renderShape() {
  const shape = settings?.uniformity;
  const key = overview?.non_uniformity_learning ? "learning" : !shape ? "none" : overview.non_uniformity_holds ? "learnt" : "other";
  text("shape", word(`admin.non_uniformity_${key}`, {
    date: shape?.learnt_on,
    edge: shape ? number((shape.xx_c + shape.yy_c) / 2, 2) : "",
    corner: shape ? number(shape.xx_c + shape.yy_c, 2) : "",
    residual: shape ? number(shape.residual_c, 2) : "",
  }));
  text("shape-problem", overview?.non_uniformity_problem ?? "");
  $("learn").disabled = Boolean(overview?.non_uniformity_learning);
}

function renderMeasuring() {
  const name = open();
  if (!name || verdict?.chapter !== name) return;
  const now = shown.chapters.find((one) => one.chapter === name);
  const minutes = (seconds) => Math.ceil(seconds / 60);
  const unit = now.left_s == null ? [now.have, now.need] : [`${minutes(now.have)} min`, `${minutes(now.need)} min`];
  const left = now.left_s && now.running ? ` · ${say("left", { minutes: minutes(now.left_s) })}` : "";
  text("progress", say(now.running ? "running" : "paused", { have: unit[0], need: unit[1] }) + left);
  $("bar").value = now.need ? Math.min(1, now.have / now.need) : 0;
  $("begin").disabled = now.running || shown.chapters.some((one) => one.running);
  $("begin").hidden = name === "people";
  $("pause").disabled = !now.running;
  $("undo").hidden = !UNDONE.has(name);
  text("now-reads", `${say("now_reads")}: ${celsius(shown.surface_c)}`);
  const blind = now.running && name !== "not_functioning" && view?.state === "not_screening" ? view.reasons : [];
  const why = blind.map((reason) => word(`reasons.${reason}`)).join(" ");
  text("waits", blind.length ? say("waits", { why }) : shown.settles ? say("settles") : "");
  for (const part of document.querySelectorAll("[data-chapters]")) part.hidden = !part.dataset.chapters.split(" ").includes(name);
  text("chapter-title", say(`ch_${name}`));
  text("method", BATTERY.includes(name) ? say(`m_${name}`) : "");
  text("operator", say(shown.waiting_first ? "second_operator" : "first_operator"));
  text("verdict", `${say(`ch_${name}`)}: ${say(`f_${now.conformity}`)}`);
  $("verdict").dataset.conformity = now.conformity;
  list("findings", verdict.findings.map((finding) => acceptance(`finding.${finding}`)));
  list("figures", verdict.figures.filter((one) => one.value != null).map(figure));
  for (const button of $("chapters").children) {
    const { chapter: of } = button.dataset;
    const stands = shown.chapters.find((one) => one.chapter === of);
    button.textContent = `${say(`ch_${of}`)} · ${say(`f_${stands.conformity}`)}`;
    button.dataset.conformity = stands.conformity;
    button.setAttribute("aria-pressed", String(of === chapter));
  }
  renderSeries(name);
}

// A calibrator that the station sets itself; without one, how to have one.
function renderCalibrator() {
  const one = shown.calibrator;
  text("by-serial-how", say(one ? "by_serial_how" : "by_serial_none"));
  $("sweep-by-serial").hidden = $("set-points").parentElement.hidden = !one;
  $("sweep-by-serial").disabled = shown.chapters.some((of) => of.running);
  const values = { set: celsius(one?.set_c), said: celsius(one?.said_c), left: one?.left, why: one?.stands === "failed" ? say(`k_${one.fault}`) : "" };
  text("calibrator-stands", one && one.stands !== "ready" ? say(`by_serial_${one.stands}`, values) : "");
}

function figure(one) {
  const spread = one.expanded == null ? "" : ` ± ${number(one.expanded, 3)} (k = ${number(one.k ?? 2, 2)})`;
  const told = one.requirement ? ` · ${say(`f_${one.conformity}`)}` : "";
  return `${acceptance(`figure.${one.name}`)}: ${number(one.value, 3)}${spread}${told}`;
}

// The plot and its table are made of the same rows.
function renderSeries(name) {
  const { columns, rows } = verdict;
  const now = `${currentLanguage()} ${name} ${rows.length} ${JSON.stringify(rows.at(-1))}`;
  if (now === drawn) return;
  drawn = now;
  const names = columns.map((column) => acceptance(`column.${column}`));
  $("table-head").replaceChildren(row("th", names));
  $("table-body").replaceChildren(...rows.map((values) => row("td", values.map((value) => (value == null ? "–" : number(value, 3))))));
  const ordered = columns[0]?.endsWith("_s") || columns[0]?.endsWith("_c");
  const x = rows.map((values, i) => (ordered ? values[0] : i + 1));
  const rest = columns.slice(ordered ? 1 : 0, (ordered ? 1 : 0) + 3);
  plot($("plot"), {
    label: say(`ch_${name}`),
    series: [
      { name: ordered ? names[0] : "", values: x },
      ...rest.map((column) => ({ name: acceptance(`column.${column}`), values: rows.map((values) => values[columns.indexOf(column)]) })),
    ],
  });
}

function row(tag, cells) {
  const made = document.createElement("tr");
  made.append(...cells.map((cell) => Object.assign(document.createElement(tag), { textContent: cell })));
  return made;
}

function renderRecord() {
  const closed = Boolean(shown.record_sha256);
  $("record").hidden = !closed;
  $("close").hidden = $("choose").hidden = closed;
  $("nobody-may").hidden = shown.may_sign.length > 1;
  if ($("first-signer").length !== shown.may_sign.length) {
    for (const id of ["first-signer", "second-signer"]) $(id).replaceChildren(...shown.may_sign.map((name, i) => new Option(name, i)));
    if (shown.may_sign.length > 1) put("second-signer", 1);
  }
  $("reopen").hidden = !closed;
  text("hash", shown.record_sha256);
  text("command", `limen acceptance sign ${shown.record_path} --key …`);
  text("signers", shown.signers.join(", ") || say("nobody"));
  text("signing-problem", shown.signing_problem);
  const accepted = shown.causes.length === 0;
  $("put-in-force").disabled = stepOf("sign").needs.length > 0 || stepOf("valid").needs.length === 0;
  $("end").hidden = !accepted;
  text("until", accepted ? say("accepted", { date: shown.until }) : say("not_accepted"));
  list("causes", shown.causes.map((cause) => word(`causes.${cause}`)));
  text("policy", say(shown.screen_unaccepted ? "policy_screens" : "policy_stops"));
  text("let", say(shown.screen_unaccepted ? "let_not_screen" : "let_screen"));
}

// Each step from what the camera says to the number that is shown, in words.
function renderReadings() {
  const one = shown.readings.find((reading) => reading.skin_temp_c != null && reading.raw_c != null && reading.offset_c != null);
  list("readings", !one ? [say("reading_none")] : [
    say("reading_raw", { value: celsius(one.raw_c) }),
    say("reading_reference", { change: signed(one.offset_c), value: celsius(one.raw_c + one.offset_c) }),
    say("reading_skin", { change: signed(one.reference_corrected_c - one.raw_c - one.offset_c), value: celsius(one.reference_corrected_c) }),
    say("reading_site", { mm: one.mm_per_px == null ? "–" : number(one.mm_per_px, 1), change: signed(one.skin_temp_c - one.reference_corrected_c), value: celsius(one.skin_temp_c) }),
  ]);
}

function renderNecessity() {
  text("threshold-shown", celsius(Number($("threshold").value), 1));
  const load = {
    visitors_per_day: Number($("visitors").value),
    prevalence: Number($("prevalence").value) / 1000,
    sensitivity: $("sensitivity").value === "" ? NaN : Number($("sensitivity").value),
    specificity: $("specificity").value === "" ? NaN : Number($("specificity").value),
  };
  const day = expected(load);
  const few = (value) => (Number.isFinite(value) ? number(value, value < 10 ? 1 : 0) : "–");
  text("alarms-day", few(day.alarms));
  text("wrong-day", few(day.wrong));
  text("missed-day", few(day.missed));
  text("review-stands", shown?.review ? say(shown.review.blocks ? "review_then_blocks" : "review_then_nags", { date: shown.review.until }) : say("review_none"));
}

// ---- what is typed

function value(id) {
  const input = $(id);
  if (input.type === "checkbox") return input.checked;
  if (input.type === "number" || input.type === "range") return Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber;
  return input.type === "date" ? input.value || null : input.value.trim();
}

const put = (id, what) => {
  if ($(id).type === "checkbox") $(id).checked = Boolean(what);
  else $(id).value = what ?? "";
};

const PAPER = { laboratory: "laboratory", number: "number", model: "paper-model", serial: "paper-serial", set_point_c: "set-point", expanded_c: "expanded", k: "coverage", emissivity: "emissivity", issued: "issued", due: "due" };
const TICKS = { unpacked: "unpacked", placed: "placed", surroundings: "surroundings", draught: "draught", sunlight: "sunlight", target_emissivity: "target-emissivity", target_expanded_c: "target-expanded" };
let dcc = ""; // digest of the file that the paper was read from

function fill(name) {
  filled.add(name);
  const { notes, ticks } = shown;
  for (const [key, id] of Object.entries(TICKS)) put(id, ticks[key]);
  put("place-name", notes.place);
  put("review-until", shown.review?.until);
  put("review-blocks", shown.review?.blocks);
  const reference = settings?.references[0];
  dcc = notes.paper.dcc_sha256;
  for (const [key, id] of Object.entries(PAPER)) put(id, notes.paper[key]);
  if (notes.paper.set_point_c == null && reference) {
    put("set-point", reference.temp_c);
    put("emissivity", reference.emissivity);
    put("expanded", reference.expanded_uncertainty_c);
  }
  if (!settings) return;
  put("distance", settings.scene.distance_m);
  put("ambient", settings.scene.ambient_temp_c);
  put("humidity", settings.scene.relative_humidity);
  put("reflected", settings.scene.reflected_temp_c);
  put("threshold", settings.decision.threshold_c);
}

function notes() {
  const paper = Object.fromEntries(Object.entries(PAPER).map(([key, id]) => [key, value(id)]));
  // What a step that is not open has in its fields is what was saved.
  return {
    place: step === "place" ? value("place-name") : shown.notes.place,
    paper: step === "reference" ? { ...paper, k: paper.k ?? 2, dcc_sha256: dcc } : shown.notes.paper,
  };
}

// One at a time, beside what the station has: somebody else may be on this page as well.
async function saveTick(key, id) {
  const ticks = { ...shown.ticks, [key]: value(id) ?? shown.ticks[key] };
  if (await tell(await ask("/api/admin/calibration/ticks", ticks, "PUT"))) shown.ticks = ticks;
}

async function saveNotes() {
  return tell(await ask("/api/admin/calibration/notes", notes(), "PUT"));
}

function tell(answer, saved = "") {
  const fields = Object.values(answer.fields ?? {});
  text("refused", answer.ok ? "" : [answer.error || word("ui.request_failed"), ...fields].join(" "));
  text("saved", answer.ok ? saved : "");
  if (answer.status === 401) showDoor();
  look();
  return answer.ok;
}

async function saveSettings() {
  if (!settings) return false;
  const wanted = structuredClone(settings);
  if (step === "place") wanted.scene.distance_m = value("distance");
  if (step === "surroundings") Object.assign(wanted.scene, { ambient_temp_c: value("ambient"), relative_humidity: value("humidity"), reflected_temp_c: value("reflected") });
  if (step === "threshold") wanted.decision.threshold_c = value("threshold");
  if (step === "reference") {
    const first = wanted.references[0] ?? {};
    const expanded = Math.round(((2 * value("expanded")) / value("coverage")) * 1000) / 1000;
    wanted.references[0] = { ...first, temp_c: value("set-point"), emissivity: value("emissivity"), expanded_uncertainty_c: expanded, mark: mark ?? first.mark ?? null };
  }
  const answer = await ask("/api/admin/settings", wanted, "PUT", { "if-match": overview.version });
  // Saved over those that the page was filled from, or not at all (decision 0160).
  if (answer.ok || answer.status === 412) await readSettings();
  if (answer.ok) mark = null;
  else if (answer.status === 412) answer.error = word("admin.changed_meanwhile");
  return tell(answer, say("settings_saved"));
}

async function saveForm(form) {
  if (!form.reportValidity()) return false;
  const noted = step === "place" || step === "reference";
  const saved = (!noted || (await saveNotes())) && (await saveSettings());
  if (saved) typed = false;
  return saved;
}

// What was typed and not saved is saved by going on, or the step is not left.
async function saved() {
  const form = document.querySelector(`form[data-settings][data-steps=${step}]`);
  return !typed || !form || saveForm(form);
}

for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.hasAttribute("data-settings")) await saveForm(form);
  });
  form.addEventListener("input", (event) => {
    typed ||= form.hasAttribute("data-settings") && !ASIDE.has(event.target.id) && event.target.type !== "checkbox";
  });
}
for (const [key, id] of Object.entries(TICKS)) $(id).addEventListener("change", () => saveTick(key, id));
for (const id of ["threshold", "visitors", "prevalence", "sensitivity", "specificity"]) $(id).addEventListener("input", renderNecessity);

$("preset").addEventListener("change", () => {
  const chosen = ACCEPTANCE.performances[Number($("preset").value)];
  put("sensitivity", chosen.sensitivity);
  put("specificity", chosen.specificity);
  renderNecessity();
});

// ---- the laboratory's file

let points = [];
// A laboratory's name may be longer than the record takes.
const short = (id, what) => ($(id).maxLength > 0 ? what.slice(0, $(id).maxLength) : what);

$("dcc").addEventListener("change", async () => {
  const [file] = $("dcc").files;
  if (!file) return;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
  const answer = await ask("/api/admin/calibration/paper", { file: btoa(binary) });
  if (!tell(answer)) return;
  for (const [key, id] of [["laboratory", "laboratory"], ["number", "number"], ["model", "paper-model"], ["serial", "paper-serial"], ["issued", "issued"]]) put(id, short(id, answer[key]));
  typed = true;
  ({ points } = answer);
  dcc = answer.sha256;
  $("dcc-points").hidden = points.length < 2;
  $("dcc-point").replaceChildren(...points.map((one, i) => new Option(`${one.name} ${celsius(one.set_c, 3)} ± ${number(one.expanded_c, 3)}`, i)));
  choosePoint();
  text("dcc-note", say("not_checked"));
});
$("dcc-point").addEventListener("change", choosePoint);

function choosePoint() {
  const one = points[Number($("dcc-point").value || 0)];
  if (!one) return;
  put("set-point", one.set_c);
  put("expanded", one.expanded_c);
  put("coverage", one.k);
}

// ---- what is done

const doing = (act, more = {}) => ({ chapter: open(), act, at: null, place: null, set_c: null, way: "up", trial: null, heard: null, level_dba: null, clinical_c: null, by_serial: null, ...more });

async function act(what, more) {
  return tell(await ask("/api/admin/calibration/do", doing(what, more)));
}

async function decide(decision, { signers = null, review = null, by_c = null } = {}) {
  return tell(await ask("/api/admin/calibration/decide", { decision, signers, review, by_c }));
}

const source = () => clicked?.map((one) => Math.round(one * 10) / 10) ?? null;

$("sweep-by-serial").addEventListener("click", () => act("begin", { at: source(), by_serial: value("set-points") }));
$("begin").addEventListener("click", async () => {
  const at = source();
  const name = open();
  const more = { at: CLICKED.has(name) ? at : null };
  if (name === "accuracy") Object.assign(more, { set_c: value("set-now"), way: value("way") });
  if (name === "uniformity") more.place = value("at-place");
  if (name === "not_functioning") more.trial = value("trial");
  await act("begin", more);
});
$("pause").addEventListener("click", () => act("pause"));
$("undo").addEventListener("click", () => act("undo"));
$("again").addEventListener("click", () => act("again"));
$("heard").addEventListener("click", () => act("begin", { heard: true, level_dba: value("level") }));
$("not-heard").addEventListener("click", () => act("begin", { heard: false, level_dba: value("level") }));
$("add-person").addEventListener("click", async () => {
  if (await act("begin", { clinical_c: value("clinical") })) put("clinical", "");
});
$("challenge").addEventListener("click", async () => {
  if (await saved()) await decide("challenge"); // of what is saved: another mark is another reference
});
$("challenge-set").addEventListener("click", async () => {
  const by_c = value("challenge-by");
  if (!$("challenge-by").reportValidity() || by_c === null) return;
  if (await saved()) await decide("challenge", { by_c });
});
$("close").addEventListener("click", () => decide("close", { signers: ["first-signer", "second-signer"].map((id) => Number($(id).value || 0)) }));
$("keep-review").addEventListener("click", async () => {
  const until = value("review-until");
  if (until === null) text("refused", say("n_review"));
  else await decide("review", { review: { until, blocks: value("review-blocks") } });
});
$("reopen").addEventListener("click", () => decide("reopen"));
$("put-in-force").addEventListener("click", () => decide("put_in_force"));
$("end").addEventListener("click", () => decide("end"));
$("let").addEventListener("click", () => decide(shown.screen_unaccepted ? "let_not_screen" : "let_screen"));
$("begin-anew").addEventListener("click", async () => {
  if (window.confirm(`${say("begin_anew")}?`) && (await decide("begin_anew"))) go("unpack");
});
$("learn").addEventListener("click", async () => {
  if (!tell(await ask("/api/admin/non-uniformity"))) return;
  do {
    await new Promise((resolve) => setTimeout(resolve, 500));
    if (!(await readSettings())) return;
    renderShape();
  } while (overview.non_uniformity_learning);
  look();
});
$("picture").addEventListener("click", (event) => {
  const at = picture.pixelAt(event);
  if (!at) return;
  if (step === "reference") {
    mark = at.map((one) => Math.round(one * 10) / 10);
    typed = true;
  } else clicked = at;
  render();
});
const turn = (by) => {
  const names = shown.steps.map((one) => one.step);
  go(names[names.indexOf(step) + by]);
  $("title").focus();
};
$("back").addEventListener("click", () => turn(-1));
$("forward").addEventListener("click", async () => {
  if (await saved()) turn(1);
});
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    speak(button.dataset.language);
    drawn = "";
    render();
    lookAtDrift();
  });
}

// ---- the drift watch

async function lookAtDrift() {
  const response = await fetch(`/api/admin/calibration/drift?span=${span}`).catch(() => null);
  if (!response?.ok) return;
  const { points: all, accepted, past, found } = await response.json();
  for (const button of $("spans").children) button.setAttribute("aria-pressed", String(button.dataset.span === span));
  const named = { offset_c: "drift_offset", corrected_scene_c: "drift_scene", noise_k: "drift_noise", median_c: "drift_median" };
  const what = found.map((name) => say(named[name])).join(", ");
  text("drift-stands", all.length === 0 ? say("drift_none") : say(past === null ? "drift_fine" : past ? "drift_past" : "drift_near", { what }));
  $("drift-table").replaceChildren(...all.map((one) => row("td", [one.hour, ...Object.keys(named).map((name) => (one[name] == null ? "–" : number(one[name], name === "noise_k" ? 3 : 2)))])));
  const times = all.map((one) => Date.parse(one.hour.length > 10 ? `${one.hour}:00Z` : `${one.hour}T12:00Z`) / 1000);
  const parents = Object.keys(named).map(() => document.createElement("div"));
  $("drift-plots").replaceChildren(...parents);
  Object.entries(named).forEach(([name, key], i) => {
    if (all.every((one) => one[name] == null)) return;
    plot(parents[i], { label: say(key), time: true, height: 150, level: accepted?.[name] ?? null, series: [{ name: say("hour"), values: times }, { name: say(key), values: all.map((one) => one[name]) }] });
  });
}
for (const button of $("spans").children) {
  button.addEventListener("click", () => {
    ({ span } = button.dataset);
    lookAtDrift();
  });
}

// ---- the picture

function target() {
  if (step === "reference") return mark ?? settings?.references[0]?.mark ?? (view?.reference.found ? picture.reference : null);
  return clicked ?? (view?.reference.found ? picture.reference : null);
}

function paint() {
  if (view && !$("picture").closest("figure").hidden) {
    picture.draw(() => ({ color: "#7cc4ff", label: "" }), target());
  }
}

// Where a face must be, and how large it is there: 150 mm by 200 mm at the mark.
function frame() {
  const sensor = view?.sensor;
  const mm = shown?.mm_per_px;
  $("frame").hidden = step !== "place" || !sensor || !mm;
  if ($("frame").hidden) return;
  $("frame").style.width = `${Math.min(100, 15000 / mm / sensor.width)}%`;
  $("frame").style.height = `${Math.min(100, 20000 / mm / sensor.height)}%`;
}

function showView(next) {
  view = next;
  picture.ask();
  $("simulated").hidden = $("simulated-note").hidden = !view.sensor?.simulated;
  text("model", view.sensor?.model ?? "–");
  text("serial", view.sensor?.serial ?? "–");
  text("firmware", view.sensor?.firmware ?? "–");
  text("picture-note", step === "place" ? say("where_face") : step === "reference" ? say("click_mark") : say("click_target"));
}

// ---- begin

for (const name of ["unpack", "place", "warm_up", "reference", "shape", "sweep", "surroundings", "threshold", "battery", "sign", "valid"]) {
  const item = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.step = name;
  const sign = Object.assign(document.createElement("span"), { className: "sign" });
  button.append(sign, document.createElement("span"));
  button.addEventListener("click", () => go(name));
  item.append(button);
  $("steps").append(item);
}
for (const name of BATTERY) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.chapter = name;
  button.addEventListener("click", () => {
    chapter = name;
    draw($("drawing"), name);
    clicked = null;
    drawn = "";
    look();
  });
  $("chapters").append(button);
}
$("preset").replaceChildren(...ACCEPTANCE.performances.map((one, i) => new Option(one.source, i)));
put("sensitivity", ACCEPTANCE.performances[0].sensitivity);
put("specificity", ACCEPTANCE.performances[0].specificity);
speakAsBefore();
new Link({ onView: showView, onBlind: () => {}, onPicture: (buffer) => picture.take(buffer) });
if (await readSettings()) {
  await look();
  lookAtDrift();
}
setInterval(() => {
  if (!document.hidden && $("door").hidden) look(); // again and again too while the first is not answered
}, LOOK_MS);
setInterval(lookAtDrift, 60_000);
