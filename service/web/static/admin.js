// The admin's console: log in by role, mend what is wrong, see what is measured, set what the
// station measures with, read what was changed. An auditor sees all of it and changes nothing.

import { offerAttestation, showAttestation, showSensor } from "./attestation.js";
import { drift } from "./drift.js";
import { build, fill, fillBelow, fillSaved, know, read, showErrors, showHints, takeBack, wrong } from "./form.js";
import { sayHistory, showHistory } from "./history.js";
import { returnWhenIdle } from "./idle.js";
import { ask, Link } from "./link.js";
import { learnNonUniformity, showNonUniformity } from "./non_uniformity.js";
import { offerPasswords, refused } from "./passwords.js";
import { Picture } from "./picture.js";
import { showRecords } from "./records.js";
import { showRepairs } from "./repairs.js";
import { review } from "./review.js";
import { Sounder } from "./sound.js";
import { fillWelcome, offerWelcome } from "./welcome.js";
import { currentLanguage, number, refusal, speak, speakAsBefore, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const BOX = "#7cc4ff";
const RECORDS_EVERY_MS = 5000;

let view = null;
let overview = null; // as the station said it last
let settings = null; // as the station has them
const picture = new Picture($("picture"), paint);
const chart = drift($("chart"));
const sounder = new Sounder(() => {});

function text(id, value) {
  if ($(id).textContent !== value) $(id).textContent = value;
}

const celsius = (value, digits = 2) => (value == null ? "–" : `${number(value, digits)} °C`);

// ---- the door

async function look() {
  const response = await fetch("/api/admin/overview");
  overview = await response.json();
  const inside = response.ok && overview.logged_in;
  $("door").hidden = inside;
  $("admin").hidden = !inside;
  $("logout").hidden = !inside;
  $("login").hidden = !overview.password_set;
  $("no-password").hidden = overview.password_set;
  document.body.dataset.page = inside ? "admin" : "door";
  document.body.dataset.role = overview.role ?? "";
  if (!inside) {
    $("password").focus();
    return;
  }
  enter();
  await Promise.all([chart.load(), showRecords(), showHistory(undo), showAttestation(), fillWelcome(overview.role)]);
}

function enter() {
  const auditor = overview.role === "auditor";
  settings = overview.settings;
  say(overview.problem ? word("reasons.configuration") : "", overview.problem);
  $("reading-only").hidden = !auditor;
  $("simulation").hidden = overview.scenarios.length === 0;
  $("scenario").replaceChildren(
    ...overview.scenarios.map((name) => new Option(name, name, false, name === overview.scenario)),
  );
  for (const input of document.querySelectorAll("#sections input, #sections select, #scenario")) input.disabled = auditor;
  $("password-role").value = overview.role;
  $("password-role").disabled = auditor;
  know(overview);
  (auditor ? fillSaved : fillBelow)(settings ?? overview.defaults);
  showNonUniformity(overview);
}

// A session ends in the middle of a form: that is said, and what is typed waits for the next login.
addEventListener("session-ended", async () => {
  if (document.body.dataset.page !== "admin") return;
  const now = await fetch("/api/admin/overview").then((response) => response.json()).catch(() => null);
  if (!now || now.logged_in) return; // only a password was wrong
  $("review").close();
  sayNothing();
  $("passwords").reset();
  await look();
  if (document.body.dataset.page === "door") text("login-error", word("admin.session_ended"));
});

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const role = $("role").value;
  const answer = await ask("/api/admin/login", { password: $("password").value, role });
  $("password").value = "";
  if (answer.ok) {
    text("login-error", "");
    await look();
    return;
  }
  const none = answer.status === 401 && /^No password/.test(answer.error);
  text("login-error", none ? word("admin.no_such_password") : refused(answer));
});

$("logout").addEventListener("click", async () => {
  await ask("/api/admin/logout");
  if (settings) fillSaved(settings);
  $("welcome").reset();
  $("passwords").reset();
  await look();
});

// ---- settings

// What went wrong in the page's language; below it the station's own sentence, which is English.
function say(problem, detail = "") {
  text("problem", problem);
  text("problem-detail", detail);
}

const toWrong = () => document.querySelector("#sections [aria-invalid=true]")?.focus();

// Returns false when nothing came of it because the admin went back to the form.
async function save() {
  text("saved", "");
  text("undone", "");
  say("");
  const errors = wrong();
  showErrors(errors);
  toWrong();
  if (Object.keys(errors).length > 0) return false;
  const wanted = { ...read(), uniformity: settings?.uniformity ?? null };
  const { confirmed, answer: refused } = await review(settings, wanted);
  if (!confirmed && !refused) return false;
  const answer = confirmed ? await put(wanted) : refused;
  const left = showErrors(answer.fields ?? {});
  toWrong();
  if (answer.ok) {
    await readAgain(fillSaved);
    text("saved", word("admin.saved"));
    await showHistory(undo);
  } else if (answer.status === 412) {
    await readAgain(); // what is typed stays: the next review shows it against what is saved now
    say(word("admin.changed_meanwhile"));
    await showHistory(undo);
  } else if (answer.status !== 401) {
    say(refusal(answer), [answer.error, ...left].filter(Boolean).join(" "));
  }
  return true;
}

const put = (wanted) => ask("/api/admin/settings", wanted, "PUT", { "if-match": overview.version });

// What is saved now, and by which name: a form knows what it was filled from.
async function readAgain(into = fillBelow) {
  const response = await fetch("/api/admin/overview");
  if (!response.ok) return;
  const now = await response.json();
  if (!now.logged_in) return;
  overview = now;
  settings = overview.settings;
  know(overview);
  into(settings ?? overview.defaults);
}

// An undo is a change like any other: it is shown, confirmed, and in the history itself. So is what was
// typed before it, which stays.
async function undo(changes) {
  if (!takeBack(changes)) return;
  if (!(await save())) text("saved", word("admin.undo_note"));
  text("undone", $("saved").textContent || $("problem").textContent); // also where the button is
}

$("settings").addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});

$("revert").addEventListener("click", () => {
  fillSaved(settings ?? overview.defaults);
  text("saved", "");
  text("undone", "");
  showErrors({});
  say("");
});

$("to-defaults").addEventListener("click", () => {
  fill(overview.defaults);
  showErrors({});
});

$("only-changed").addEventListener("change", () => {
  $("sections").dataset.only = String($("only-changed").checked);
});

$("picture").addEventListener("click", (event) => {
  const at = picture.pixelAt(event);
  if (at && overview.role === "admin") fill({ references: [{ mark: at.map((value) => Math.round(value * 10) / 10) }] });
});

$("ffc").addEventListener("click", async () => {
  const answer = await ask("/api/admin/ffc");
  text("ffc-note", answer.ok ? word("admin.ffc_asked") : refusal(answer));
});

$("learn-non-uniformity").addEventListener("click", async () => {
  const learnt = await learnNonUniformity();
  if (!learnt) return;
  [overview, settings] = [learnt, learnt.settings];
  await showHistory(undo);
});

// What is typed into the form and not saved yet stays as it is.
$("forget-non-uniformity").addEventListener("click", async () => {
  const answer = await put({ ...settings, uniformity: null });
  if (answer.ok || answer.status === 412) await readAgain();
  showNonUniformity({ settings, non_uniformity_learning: false, non_uniformity_holds: overview.non_uniformity_holds, non_uniformity_problem: "" });
  if (!answer.ok) text("non-uniformity-problem", answer.status === 412 ? word("admin.changed_meanwhile") : refusal(answer));
});

$("play").addEventListener("click", async () => {
  const answer = await ask("/api/admin/scenario", { scenario: $("scenario").value });
  text("play-problem", answer.ok ? "" : refusal(answer));
  if (answer.ok) await look();
});

// ---- what is measured

function show(next) {
  view = next;
  const { reference } = view;
  text("state", [word(`titles.${view.state}`), ...view.reasons.map((reason) => word(`reasons.${reason}`))].join(" · "));
  $("flag-simulated").hidden = !view.sensor?.simulated;
  $("waiting").hidden = !view.waiting;
  text("waiting", view.waiting ? word("admin.alarms_waiting", { count: view.waiting }) : "");
  sounder.play(view.alarms.some((alarm) => !alarm.acknowledged) ? "elevated" : "");
  text("apparent", celsius(reference.apparent_c));
  text("offset", reference.offset_c == null ? "–" : celsius(reference.offset_c, 3));
  text("fpa", celsius(view.fpa_temp_c, 1));
  text("rate", `${number(view.frame_rate_hz)} Hz`);
  text("step", `${number(view.step_ms)} ms`);
  text("skipped", `${number(100 * view.skipped_share, 0)} %`);
  const { causes, days_left: days } = view.acceptance;
  text("acceptance", causes.length ? word("ui.not_accepted") : days == null ? "" : word("ui.acceptance_due", { days }));
  text("failure", view.failure);
  const sensor = view.sensor;
  text("sensor", sensor ? `${sensor.model} · ${sensor.width} × ${sensor.height} · ${word("admin.serial")} ${sensor.serial} · ${sensor.firmware}` : "");
  showSensor(sensor);
  $("readings").replaceChildren(...view.visitors.map(row));
  showRepairs(view.repairs);
  chart.add(reference.apparent_c, reference.offset_c);
}

function row(visitor) {
  const made = document.createElement("tr");
  const cells = [
    word("ui.visitor", { number: visitor.id }),
    celsius(visitor.raw_c),
    celsius(visitor.reference_corrected_c),
    `${celsius(visitor.skin_temp_c)}${visitor.site ? ` (${word(`admin.${visitor.site}`)})` : ""}`,
    visitor.expanded_uncertainty_c == null ? "–" : `± ${number(visitor.expanded_uncertainty_c, 2)}`,
    visitor.mm_per_px == null ? "–" : `${number(visitor.mm_per_px, 2)} mm/px`,
  ];
  for (const cell of cells) made.append(Object.assign(document.createElement("td"), { textContent: cell }));
  return made;
}

function paint() {
  if (view) {
    const mark = read()?.references[0]?.mark;
    const found = view.reference.found ? picture.reference : null;
    picture.draw((number) => {
      const visitor = view.visitors.find((one) => one.mark === number);
      return visitor ? { color: BOX, label: String(visitor.id) } : null;
    }, mark ?? found);
  }
}

// ---- words

function hints() {
  text("only-changed-words", word("admin.only_changed", { count: showHints() }));
}

const SAID = ["saved", "undone", "problem", "problem-detail", "login-error", "ffc-note", "play-problem", "attest-problem", "password-changed", "password-problem", "welcome-saved", "welcome-problem"];

function sayNothing() {
  for (const said of SAID) text(said, "");
}

function use(code) {
  speak(code);
  hints();
  for (const id of ["open-register", "proof-register"]) $(id).href = `/register/${currentLanguage()}`;
  sayNothing();
  if (document.querySelector("#sections [aria-invalid=true]")) showErrors(wrong());
  if (document.body.dataset.page !== "admin") return;
  chart.speak();
  showNonUniformity(overview);
  showRecords();
  sayHistory(undo);
  showAttestation();
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => use(button.dataset.language));
}

build($("sections"), hints);
offerPasswords();
offerAttestation(() => showHistory(undo));
offerWelcome(() => showHistory(undo));
returnWhenIdle();
speakAsBefore();
use(currentLanguage());
new Link({
  onView: show,
  onBlind: () => text("state", word("ui.connection_lost")),
  onPicture: (buffer) => picture.take(buffer),
});
look();
// A worker that starts anew is locked anew: what is said of the locks is never older than this.
setInterval(() => document.body.dataset.page === "admin" && showRecords(), RECORDS_EVERY_MS);
