// The history: what people changed, by role, with both values and an undo; and what happened.

import { label, told } from "./form.js";
import { currentLanguage, word } from "./words.js";

const $ = (id) => document.getElementById(id);

export const moment = (date) =>
  new Intl.DateTimeFormat(currentLanguage(), { dateStyle: "medium", timeStyle: "short" }).format(date);

const cell = (...inside) => {
  const made = document.createElement("td");
  made.append(...inside);
  return made;
};
const line = (text) => Object.assign(document.createElement("div"), { textContent: text });

const by = (fields) => (fields.by ? word(`admin.by_${fields.by}`) : fields.role ? word(`admin.by_${fields.role}`) : "");

// What an entry says beyond its kind.
function detail({ kind, fields }) {
  switch (kind) {
    case "login_tried":
      return `${word(`admin.by_${fields.role}`)}, ${word(fields.granted ? "events.granted" : "events.not_granted")}`;
    case "password_set":
      return word(`admin.by_${fields.role}`);
    case "process_lost":
      return `${word(`attestation.${fields.process}`)}: ${word(`reasons.${fields.reason}`)}`;
    default:
      return String(fields.process ?? fields.scenario ?? fields.by_s ?? fields.dossier ?? fields.until ?? fields.index ?? (fields.times ? `${fields.event} × ${fields.times}` : "") ?? "");
  }
}

const plain = (entry) => ({ ...entry, fields: Object.fromEntries(entry.fields) });

// Settings that were saved together stand together.
function groups(entries) {
  const made = [];
  for (const entry of entries.map(plain)) {
    const last = made.at(-1);
    const together = last && entry.kind === "setting_changed" && last[0].kind === entry.kind && last[0].at === entry.at && last[0].fields.by === entry.fields.by;
    if (together) last.push(entry);
    else made.push([entry]);
  }
  return made;
}

// A page that holds all it can may have lost the beginning of the oldest: half of it is not undone.
const KEPT = 80;

function row(group, undo, whole) {
  const [first] = group;
  const made = document.createElement("tr");
  const settings = first.kind === "setting_changed";
  const lines = settings
    ? group.map(({ fields }) => line(`${label(fields.setting)}: ${told(fields.setting, fields.before)} → ${told(fields.setting, fields.after)}`))
    : [line(`${word(`events.${first.kind}`)} ${detail(first)}`)];
  const who = ["scenario_chosen", "welcome_changed"].includes(first.kind) ? word("admin.by_admin") : by(first.fields) || word("admin.by_machine");
  made.append(cell(moment(new Date(first.at))), cell(who), cell(...lines));
  const last = document.createElement("td");
  const undoable = whole && settings && group.some(({ fields }) => !fields.setting.startsWith("uniformity"));
  if (undoable) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "changes undo", textContent: word("admin.undo") });
    button.addEventListener("click", () => undo(group.map(({ fields }) => fields)));
    last.append(button);
  }
  made.append(last);
  return made;
}

function happened(entry) {
  const made = document.createElement("tr");
  made.append(cell(moment(new Date(entry.at))), cell(`${word(`events.${entry.kind}`)} ${detail(entry)}`));
  return made;
}

let read = null;
let timer = 0;

export async function showHistory(undo) {
  clearTimeout(timer);
  const response = await fetch("/api/admin/history");
  if (response.status === 429) timer = setTimeout(() => showHistory(undo), 1000 * (Number(response.headers.get("retry-after")) || 1));
  if (!response.ok) return;
  read = await response.json();
  sayHistory(undo);
}

// What was read, in the page's language.
export function sayHistory(undo) {
  if (!read) return; // of what is not known nothing is said
  const { changes, troubles } = read;
  $("history-none").hidden = changes.length > 0;
  const made = groups(changes);
  const cut = changes.length >= KEPT;
  $("history").replaceChildren(...made.map((group, place) => row(group, undo, !cut || place < made.length - 1)));
  $("troubles").replaceChildren(...troubles.map(plain).map(happened));
}
