// The admin's page: log in, see what is measured live, set what the station measures with.

import { drift } from "./drift.js";
import { build, fill, read, showErrors } from "./form.js";
import { ask, Link } from "./link.js";
import { Picture } from "./picture.js";
import { showRecords } from "./records.js";
import { learnNonUniformity, showNonUniformity } from "./non_uniformity.js";
import { number, speakAsBefore, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const BOX = "#7cc4ff";

let view = null;
let settings = null; // as the station has them
const picture = new Picture($("picture"));
const chart = drift($("chart"));

function text(id, value) {
  $(id).textContent = value;
}

const celsius = (value, digits = 2) => (value == null ? "–" : `${number(value, digits)} °C`);

// ---- the door

async function look() {
  const response = await fetch("/api/admin/overview");
  const overview = await response.json();
  const inside = response.ok && overview.logged_in;
  $("door").hidden = inside;
  $("admin").hidden = !inside;
  $("logout").hidden = !inside;
  $("login").hidden = !overview.password_set;
  $("no-password").hidden = overview.password_set;
  document.body.dataset.page = inside ? "admin" : "door";
  if (inside) {
    enter(overview);
    await showRecords();
  }
}

function enter(overview) {
  settings = overview.settings;
  text("problem", overview.problem);
  $("simulation").hidden = overview.scenarios.length === 0;
  $("scenario").replaceChildren(
    ...overview.scenarios.map((name) => new Option(name, name, false, name === overview.scenario)),
  );
  if (settings) fill(settings);
  showNonUniformity(overview);
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await ask("/api/admin/login", { password: $("password").value });
  $("password").value = "";
  if (answer.ok) {
    text("login-error", "");
    await look();
    return;
  }
  const wait = answer.retry_after_s ? ` ${word("admin.wait", { seconds: answer.retry_after_s })}` : "";
  text("login-error", `${answer.error || word("ui.request_failed")}${wait}`);
});

$("logout").addEventListener("click", async () => {
  await ask("/api/admin/logout");
  await look();
});

// ---- settings

$("settings").addEventListener("submit", async (event) => {
  event.preventDefault();
  text("saved", "");
  const wanted = { ...read(), uniformity: settings?.uniformity ?? null };
  const answer = await ask("/api/admin/settings", wanted, "PUT");
  const left = showErrors(answer.fields ?? {});
  if (answer.ok) {
    settings = wanted;
    text("problem", "");
    text("saved", word("admin.saved"));
  } else if (answer.status === 401) {
    await look();
  } else {
    text("problem", [answer.error || word("ui.request_failed"), ...left].join(" "));
  }
});

$("revert").addEventListener("click", () => {
  if (settings) fill(settings);
  showErrors({});
  text("problem", "");
});

$("picture").addEventListener("click", (event) => {
  const at = picture.pixelAt(event);
  if (at) fill({ references: [{ mark: at.map((value) => Math.round(value * 10) / 10) }] });
});

$("ffc").addEventListener("click", async () => {
  const answer = await ask("/api/admin/ffc");
  text("ffc-note", word(answer.ok ? "admin.ffc_asked" : "ui.request_failed"));
});

$("learn-non-uniformity").addEventListener("click", async () => {
  const overview = await learnNonUniformity();
  if (overview) settings = overview.settings;
});

// What is typed into the form and not saved yet stays as it is.
$("forget-non-uniformity").addEventListener("click", async () => {
  const answer = await ask("/api/admin/settings", { ...settings, uniformity: null }, "PUT");
  if (answer.ok) settings = { ...settings, uniformity: null };
  showNonUniformity({ settings, non_uniformity_learning: false, non_uniformity_holds: false, non_uniformity_problem: answer.ok ? "" : answer.error || word("ui.request_failed") });
});

$("play").addEventListener("click", async () => {
  const answer = await ask("/api/admin/scenario", { scenario: $("scenario").value });
  if (answer.ok) await look();
});

// ---- what is measured

function show(next) {
  view = next;
  const { reference } = view;
  text("state", [word(`titles.${view.state}`), ...view.reasons.map((reason) => word(`reasons.${reason}`))].join(" · "));
  $("flag-simulated").hidden = !view.sensor?.simulated;
  text("apparent", celsius(reference.apparent_c));
  text("offset", reference.offset_c == null ? "–" : `${celsius(reference.offset_c, 3)}${reference.offset_uncertainty_c == null ? "" : ` ± ${number(2 * reference.offset_uncertainty_c, 3)}`}`);
  text("fpa", celsius(view.fpa_temp_c, 1));
  text("rate", `${number(view.frame_rate_hz)} Hz`);
  text("step", `${number(view.step_ms)} ms`);
  text("skipped", `${number(100 * view.skipped_share, 0)} %`);
  const { causes, days_left: days } = view.acceptance;
  text("acceptance", causes.length ? word("ui.not_accepted") : days == null ? "" : word("ui.acceptance_due", { days }));
  text("failure", view.failure);
  const sensor = view.sensor;
  text("sensor", sensor ? `${sensor.model} · ${sensor.width} × ${sensor.height} · ${word("admin.serial")} ${sensor.serial} · ${sensor.firmware}` : "");
  $("readings").replaceChildren(...view.visitors.map(row));
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
  requestAnimationFrame(paint);
}

build($("sections"));
speakAsBefore();
new Link({
  onView: show,
  onBlind: () => text("state", word("ui.connection_lost")),
  onPicture: (buffer) => picture.take(buffer),
});
look();
requestAnimationFrame(paint);
