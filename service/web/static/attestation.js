// The attestation of the station that runs: ask for one, follow it, and read what it found.

import { moment } from "./history.js";
import { ask } from "./link.js";
import { number, word } from "./words.js";

const LOOK_EVERY_MS = 3000;
const $ = (id) => document.getElementById(id);

let timer = 0;
let began = null; // when what is under way was asked for
let was = false; // under way
let onMade = () => {};

function text(id, value) {
  if ($(id).textContent !== value) $(id).textContent = value;
}

const cell = (kind, inside, lang) => {
  const made = document.createElement(kind);
  if (lang) made.lang = lang;
  made.append(inside);
  return made;
};

function tick() {
  const seconds = began == null ? 0 : (performance.now() - began) / 1000;
  $("attest-progress").value = seconds;
  text("attest-status", began == null ? "" : word("attestation.running", { seconds: number(Math.floor(seconds), 0) }));
}

// The sentences of a part are English; what they are about stands before them in the page's language.
function part({ part: name, faults, sentences }) {
  const made = document.createElement("tr");
  const said = faults === 0 ? word("attestation.part_holds") : word("attestation.part_fails", { count: faults });
  made.dataset.part = name;
  made.dataset.holds = String(faults === 0);
  const why = document.createElement("ul");
  why.lang = "en";
  why.append(...sentences.map((sentence) => cell("li", sentence)));
  if (faults > sentences.length) why.append(cell("li", `+ ${faults - sentences.length}`));
  const told = document.createElement("td");
  told.append(cell("b", said), ...(faults ? [why] : []));
  const head = cell("th", word(`attestation.part_${name}`));
  head.scope = "row";
  made.append(head, told);
  return made;
}

function attack({ name, unlocked, worker, web, through }) {
  const made = document.createElement("tr");
  made.dataset.through = String(through);
  made.append(...[name, unlocked, worker, web].map((value) => cell("td", value)));
  return made;
}

const process = ({ process: name, pid, compared }) =>
  `${word(`attestation.${name}`)} ${pid}: ${word(compared ? "attestation.same_filters" : "attestation.filters_unseen")}`;

function show({ shown, holds, still, running_s: running, failed }) {
  const busy = running != null;
  $("attest").disabled = busy;
  $("attest-progress").hidden = !busy;
  began = busy ? performance.now() - running * 1000 : null;
  tick();
  if (failed && !busy) text("attest-problem", word("attestation.failed"));
  if (was && !busy && !failed) onMade();
  was = busy;
  $("attest-none").hidden = shown != null;
  $("attested").hidden = shown == null;
  if (!shown) return;
  const when = moment(new Date(shown.made_s * 1000));
  $("attest-result").dataset.holds = String(holds);
  const result = holds ? "attestation.holds" : still ? "attestation.does_not_hold" : "attestation.held_before";
  text("attest-result", word(result, { when }));
  $("attest-other").hidden = still;
  $("attest-parts").replaceChildren(...shown.parts.map(part));
  text("attest-processes", [`${word("attestation.supervisor")} ${shown.supervisor}`, ...shown.processes.map(process)].join(" · "));
  text("attest-compared", word("attestation.compared_are", { packages: number(shown.packages, 0), files: number(shown.files, 0), compiled: number(shown.compiled, 0) }));
  text("attest-code", shown.code_sha256);
  text("attest-key", shown.station);
  text("attest-envelope", shown.envelope_sha256);
  text("attest-attacks-summary", word("attestation.attacks", { attacks: number(shown.attacks.length, 0), reached: number(shown.reached, 0) }));
  $("attest-attacks").replaceChildren(...shown.attacks.map(attack));
}

export async function showAttestation() {
  clearTimeout(timer);
  let state = null;
  try {
    const response = await fetch("/api/admin/attestation");
    if (response.status === 401) return;
    if (response.ok) state = await response.json();
  } catch {
    // the station is gone for a moment: look again
  }
  if (state) show(state);
  if (!state || state.running_s != null) timer = setTimeout(showAttestation, LOOK_EVERY_MS);
}

export function showSensor(sensor) {
  const simulated = sensor?.simulated ? ` (${word("ui.simulated")})` : "";
  text("attest-sensor", sensor ? `${sensor.model}${simulated} · ${word("admin.serial")} ${sensor.serial} · ${sensor.firmware}` : word("attestation.no_sensor"));
}

export function offerAttestation(made) {
  onMade = made;
  setInterval(tick, 1000);
  $("attest").addEventListener("click", async () => {
    text("attest-problem", "");
    const answer = await ask("/api/admin/attestation");
    if (!answer.ok && answer.status !== 409) {
      text("attest-problem", answer.status === 429 ? word("attestation.too_often") : word("ui.request_failed"));
    }
    await showAttestation();
  });
}
