// The settings as a form: a table of fields, read and filled by their dotted paths. What is right is
// for the station to say; its sentences are shown beside the fields.

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

const REFERENCE = { temp_c: 36, emissivity: 0.97, expanded_uncertainty_c: 0.2, mark: null, distance_m: null };

const inputs = new Map();

export function build(parent) {
  for (const [name, fields] of SECTIONS) {
    const section = document.createElement("fieldset");
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
  const label = document.createElement("label");
  const words = document.createElement("span");
  words.dataset.word = `admin.${path.replace(/^references\.\d/, "reference").replaceAll(".", "_")}`;
  label.append(words, unit ? ` (${unit})` : "");
  const input = document.createElement(kind === "choice" ? "select" : "input");
  input.id = `field-${path}`;
  label.htmlFor = input.id;
  if (kind === "number") Object.assign(input, { type: "number", step: String(step) });
  if (kind === "tick") {
    input.type = "checkbox";
    input.addEventListener("change", showUsed);
  }
  for (const value of options ?? []) {
    const option = new Option(value, value);
    option.dataset.word = `admin.${value}`;
    input.append(option);
  }
  const error = document.createElement("p");
  error.className = "error";
  error.id = `error-${path}`;
  input.setAttribute("aria-describedby", error.id);
  inputs.set(path, { input, error, definition });
  box.append(label, input, error);
  return box;
}

// A reference that is not in view has nothing to set.
function showUsed() {
  for (const [path, { input }] of inputs) {
    const [section, place, key] = path.split(".");
    if (section !== "references" || key === "used") continue;
    input.parentElement.hidden = !inputs.get(`references.${place}.used`).input.checked;
  }
}

function at(object, path) {
  return path.split(".").reduce((inner, key) => inner?.[key], object);
}

// Put settings into the form; what is not named stays as it is.
export function fill(settings) {
  queueMicrotask(showUsed);
  for (const [path, { input, definition }] of inputs) {
    const used = path.match(/^references\.(\d)\.used$/);
    if (used) {
      if (settings.decision) input.checked = settings.references.length > Number(used[1]);
      continue;
    }
    const value = at(settings, path);
    if (value === undefined && !settings.decision) continue;
    if (definition.kind === "tick") input.checked = Boolean(value);
    else input.value = value ?? "";
  }
}

// Return the form as the station wants it. A field that is no number goes as null, and is refused.
export function read() {
  const value = (path) => {
    const { input, definition } = inputs.get(path);
    if (definition.kind === "tick") return input.checked;
    if (definition.kind === "choice") return input.value;
    return input.value === "" || Number.isNaN(input.valueAsNumber) ? null : input.valueAsNumber;
  };
  const settings = { decision: {}, scene: {}, limits: {}, references: [] };
  for (const path of inputs.keys()) {
    const [section, key, place] = path.split(".");
    if (section === "references") continue;
    if (place === undefined) settings[section][key] = value(path);
    else (settings[section][key] ??= [])[Number(place)] = value(path);
  }
  for (let i = 0; i < MAX_REFERENCES; i += 1) {
    if (!value(`references.${i}.used`)) break;
    const one = Object.fromEntries(Object.keys(REFERENCE).filter((key) => key !== "mark").map((key) => [key, value(`references.${i}.${key}`)]));
    const mark = [value(`references.${i}.mark.0`), value(`references.${i}.mark.1`)];
    one.mark = mark.every((part) => part === null) ? null : mark;
    settings.references.push(one);
  }
  return settings;
}

// Show the station's sentences beside their fields; return those that belong to no field.
export function showErrors(errors) {
  const left = { ...errors };
  for (const [path, { input, error }] of inputs) {
    const sentence = errors[path] ?? "";
    error.textContent = sentence;
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
    delete left[path];
  }
  document.querySelector("[aria-invalid=true]")?.focus();
  return Object.entries(left).map(([path, sentence]) => `${path}: ${sentence}.`);
}
