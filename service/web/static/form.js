// The settings as a form: a table of fields, read and filled by their dotted paths. Each says its
// unit, its range, its default and what it does. What is right is for the station to say; what is
// plainly outside is said here already, in the admin's language.

import { number as spelled, word } from "./words.js";

const MAX_REFERENCES = 2;

const number = (path, step, unit = "", optional = false) => ({ path, kind: "number", step, unit, optional });
const choice = (path, options) => ({ path, kind: "choice", options });
const tick = (path) => ({ path, kind: "tick" });

const SECTIONS = [
  ["decision", [
    number("decision.threshold_c", 0.1, "°C"),
    choice("decision.site", ["auto", "canthus", "face_maximum"]),
    number("decision.guard_k", 0.1),
    tick("decision.relative"),
  ]],
  ...Array.from({ length: MAX_REFERENCES }, (_, i) => [`reference_${i + 1}`, [
    tick(`references.${i}.used`),
    number(`references.${i}.temp_c`, 0.01, "°C"),
    number(`references.${i}.emissivity`, 0.001),
    number(`references.${i}.expanded_uncertainty_c`, 0.01, "°C"),
    number(`references.${i}.distance_m`, 0.01, "m", true),
    number(`references.${i}.mark.0`, 0.1, "px", true),
    number(`references.${i}.mark.1`, 0.1, "px", true),
  ]]),
  ["scene", [
    number("scene.emissivity", 0.001),
    number("scene.reflected_temp_c", 0.1, "°C"),
    number("scene.ambient_temp_c", 0.1, "°C"),
    number("scene.relative_humidity", 0.01),
    number("scene.distance_m", 0.01, "m"),
    number("scene.window_transmission", 0.001),
    number("scene.window_temp_c", 0.1, "°C"),
  ]],
  ["limits", [
    number("limits.ambient_c.0", 0.1, "°C"),
    number("limits.ambient_c.1", 0.1, "°C"),
    number("limits.relative_humidity.0", 0.01),
    number("limits.relative_humidity.1", 0.01),
    number("limits.zone_m.0", 0.01, "m"),
    number("limits.zone_m.1", 0.01, "m"),
    number("limits.plausible_skin_c", 0.1, "°C"),
    number("limits.warm_up_s", 1, "s"),
    number("limits.ffc_settle_s", 0.5, "s"),
  ]],
];

const KEYS = ["temp_c", "emissivity", "expanded_uncertainty_c", "distance_m"];

const inputs = new Map();
let ranges = {};
let defaults = null;
let changed = () => {};

const key = (path) => path.replace(/^references\.\d/, "reference").replaceAll(".", "_");
const withoutPlaces = (path) => path.replace(/\.\d+(?=\.|$)/g, "");

// The name of a setting in the admin's language.
export function label(path) {
  if (path.startsWith("uniformity")) return word("admin.uniformity");
  const place = path.match(/^references\.(\d)/);
  const section = place ? `${word(`admin.reference_${Number(place[1]) + 1}`)}: ` : "";
  return section + word(`admin.${key(path)}`);
}

// A value of a setting in the admin's language.
export function told(path, value) {
  if (value === null || value === undefined || value === "") return word("admin.none");
  if (typeof value === "boolean") return word(value ? "admin.yes" : "admin.no");
  if (typeof value === "string") return path === "decision.site" ? word(`admin.${value}`) : value;
  const step = inputs.get(path)?.definition.step ?? 0.001;
  const unit = inputs.get(path)?.definition.unit;
  return `${whole(value, step)}${unit ? `\u00a0${unit}` : ""}`;
}

const digits = (step) => Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
const decimals = (value, step) => spelled(value, digits(step));

// A value with all that is kept of it: what was typed finer than its step is said as fine.
const whole = (value, step) => spelled(value, [0, 1, 2].map((more) => digits(step) + more).find((many) => Number(value.toFixed(many)) === value) ?? 3);

export function build(parent, onChange) {
  changed = onChange;
  for (const [name, fields] of SECTIONS) {
    const section = document.createElement("fieldset");
    section.id = `settings-${name}`;
    const legend = document.createElement("legend");
    legend.dataset.word = `admin.${name}`;
    const grid = document.createElement("div");
    grid.className = "fields";
    grid.append(...fields.map(field));
    section.append(legend, grid);
    parent.append(section);
  }
}

function field(definition) {
  const { path, kind, step, options, unit } = definition;
  const box = document.createElement("div");
  box.className = "field";
  const name = document.createElement("label");
  const words = document.createElement("span");
  words.dataset.word = `admin.${key(path)}`;
  name.append(words, unit ? ` (${unit})` : "");
  const input = document.createElement(kind === "choice" ? "select" : "input");
  input.id = `field-${path}`;
  name.htmlFor = input.id;
  if (kind === "number") Object.assign(input, { type: "number", step: String(step) });
  if (kind === "tick") input.type = "checkbox";
  input.addEventListener("input", () => {
    showUsed();
    showHints();
    changed();
  });
  for (const value of options ?? []) {
    const option = new Option(value, value);
    option.dataset.word = `admin.${value}`;
    input.append(option);
  }
  const hint = Object.assign(document.createElement("p"), { className: "hint", id: `hint-${path}` });
  const help = Object.assign(document.createElement("p"), { className: "hint", id: `help-${path}` });
  help.dataset.word = `help.${key(path)}`;
  const error = Object.assign(document.createElement("p"), { className: "error", id: `error-${path}` });
  input.setAttribute("aria-describedby", `${error.id} ${hint.id} ${help.id}`);
  inputs.set(path, { input, error, hint, definition });
  box.append(name, input, error, hint, help);
  return box;
}

// A reference that is not in view has nothing to set.
function showUsed() {
  for (const [path, { input }] of inputs) {
    const [section, place, name] = path.split(".");
    if (section !== "references" || name === "used") continue;
    input.parentElement.dataset.unused = String(!inputs.get(`references.${place}.used`).input.checked);
  }
}

// Ranges and defaults, as the station has them.
export function know(overview) {
  ranges = overview.ranges;
  defaults = overview.defaults;
  for (const [path, { input, definition }] of inputs) {
    const range = ranges[withoutPlaces(path)];
    if (definition.kind === "number" && range) [input.min, input.max] = range.map(String);
  }
}

function standard(path) {
  const place = path.match(/^references\.(\d)\.(\w+)/);
  if (!place) return at(defaults, path);
  if (place[2] === "used") return defaults.references.length > Number(place[1]);
  const reference = defaults.references[Number(place[1])] ?? defaults.references[0];
  return at(reference ?? {}, path.split(".").slice(2).join(".")) ?? null;
}

// Beside each field: its range, its default, and whether it differs. Returns how many differ.
export function showHints() {
  if (!defaults) return 0;
  let differing = 0;
  for (const [path, { input, hint, definition }] of inputs) {
    const range = definition.kind === "number" ? ranges[withoutPlaces(path)] : null;
    const usual = standard(path);
    const differs = input.parentElement.dataset.unused !== "true" && value(path) !== (usual ?? null);
    differing += differs;
    input.parentElement.dataset.differs = String(differs);
    hint.textContent = [
      range ? word("admin.range", { low: decimals(range[0], definition.step), high: decimals(range[1], definition.step) }) : "",
      word("admin.default", { value: told(path, usual) }),
      differs ? word("admin.differs") : "",
    ].filter(Boolean).join(" · ");
  }
  return differing;
}

function at(object, path) {
  return path.split(".").reduce((inner, name) => inner?.[name], object);
}

// What is in a field, as it stands there.
const typedIn = ({ input }) => (input.type === "checkbox" ? input.checked : input.value);

let filled = new Map(); // what is in each field since the station's own values were put in

// Put what is saved into the form; nothing of it was typed.
export function fillSaved(settings) {
  fill(settings);
  filled = new Map([...inputs].map(([path, one]) => [path, typedIn(one)]));
}

// Put what is saved now below what was typed: that stays.
export function fillBelow(settings) {
  const typed = [...inputs].filter(([path, one]) => filled.has(path) && filled.get(path) !== typedIn(one)).map(([path, one]) => [path, typedIn(one)]);
  fillSaved(settings);
  for (const [path, mine] of typed) put(path, mine);
  showUsed();
  changed();
}

// Put settings into the form; what is not named stays as it is.
export function fill(settings) {
  for (const [path, { input, definition }] of inputs) {
    const used = path.match(/^references\.(\d)\.used$/);
    if (used) {
      if (settings.decision) input.checked = settings.references.length > Number(used[1]);
      continue;
    }
    const given = at(settings, path);
    if (given === undefined && !settings.decision) continue;
    put(path, given ?? (settings.decision && !definition.optional ? standard(path) : null));
  }
  showUsed();
  changed();
}

function put(path, given) {
  const { input, definition } = inputs.get(path);
  if (definition.kind === "tick") input.checked = Boolean(given);
  else input.value = given ?? "";
}

// Take changes of the history back in the form. Returns false when none of them can be.
export function takeBack(changes) {
  let any = false;
  for (const { setting, before = null, after = null } of changes) {
    const place = setting.match(/^references\.(\d)\.temp_c$/);
    if (place && before === null) inputs.get(`references.${place[1]}.used`).input.checked = false;
    if (place && after === null) inputs.get(`references.${place[1]}.used`).input.checked = true;
    if (inputs.has(setting)) {
      if (before !== null || inputs.get(setting).definition.optional) put(setting, before);
      any = true;
    }
  }
  showUsed();
  changed();
  return any;
}

function value(path) {
  const { input, definition } = inputs.get(path);
  if (definition.kind === "tick") return input.checked;
  if (definition.kind === "choice") return input.value;
  return input.value === "" || Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber;
}

// Return the form as the station wants it. A field that is no number goes as null, and is refused.
export function read() {
  const settings = { decision: {}, scene: {}, limits: {}, references: [] };
  for (const path of inputs.keys()) {
    const [section, name, place] = path.split(".");
    if (section === "references") continue;
    if (place === undefined) settings[section][name] = value(path);
    else (settings[section][name] ??= [])[Number(place)] = value(path);
  }
  for (let i = 0; i < MAX_REFERENCES; i += 1) {
    if (!value(`references.${i}.used`)) continue;
    const one = Object.fromEntries(KEYS.map((name) => [name, value(`references.${i}.${name}`)]));
    const mark = [value(`references.${i}.mark.0`), value(`references.${i}.mark.1`)];
    one.mark = mark.every((part) => part === null) ? null : mark;
    settings.references.push(one);
  }
  return settings;
}

// Every number of settings by its path, to compare two of them.
export function leaves(settings, path = "", found = {}) {
  for (const [name, inner] of Object.entries(settings)) {
    const below = path ? `${path}.${name}` : name;
    if (below === "uniformity") continue;
    if (inner !== null && typeof inner === "object") leaves(inner, below, found);
    else found[below] = inner;
  }
  return found;
}

// What is plainly wrong, by path; empty when nothing is.
export function wrong() {
  const errors = {};
  for (const [path, { input, definition }] of inputs) {
    const { kind, step, optional } = definition;
    if (kind !== "number" || input.parentElement.dataset.unused === "true") continue;
    const [low, high] = ranges[withoutPlaces(path)] ?? [-Infinity, Infinity];
    const given = value(path);
    if (given === null && optional && !input.validity.badInput) continue;
    if (given === null || given < low || given > high) {
      errors[path] = word("admin.out_of_range", { low: decimals(low, step), high: decimals(high, step) });
    } else if (path === "decision.threshold_c" && Math.abs(given / step - Math.round(given / step)) > 1e-6) {
      errors[path] = word("admin.wrong_step", { step: decimals(step, step) });
    }
  }
  for (const pair of ["ambient_c", "relative_humidity", "zone_m"]) {
    const path = `limits.${pair}`;
    if (!errors[`${path}.0`] && value(`${path}.0`) >= value(`${path}.1`)) errors[`${path}.0`] ??= word("admin.wrong_order");
  }
  for (let i = 0; i < MAX_REFERENCES; i += 1) {
    const mark = [`references.${i}.mark.0`, `references.${i}.mark.1`];
    if (!value(`references.${i}.used`) || mark.every((path) => value(path) === null)) continue;
    const [low, high] = ranges["references.mark"];
    const missing = mark.find((path) => value(path) === null); // half a place is none
    if (missing) errors[missing] ??= word("admin.out_of_range", { low: decimals(low, 0.1), high: decimals(high, 0.1) });
  }
  return errors;
}

// Show sentences beside their fields; return those that belong to no field.
export function showErrors(errors) {
  const left = { ...errors };
  for (const [path, { input, error }] of inputs) {
    const sentence = errors[path] ?? "";
    error.textContent = sentence;
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
    delete left[path];
  }
  return Object.entries(left).map(([path, sentence]) => `${path}: ${sentence}.`);
}
