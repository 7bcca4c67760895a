// Every fault a row: how bad, in plain words, what to do, and a way there. Gone when it is mended.

import { moment } from "./history.js";
import { currentLanguage, word } from "./words.js";

const $ = (id) => document.getElementById(id);

const link = (href, name) => ({ href, name });
const FFC = { button: "ffc", name: "do_ffc" };
const REFERENCE = link("#settings-reference_1", "do_settings");
const VIEW = link("#go-measuring", "do_measuring");
const WAYS = {
  reference_missing: VIEW,
  reference_moved: VIEW,
  reference_hidden: VIEW,
  reference_ambiguous: VIEW,
  reference_unstable: VIEW,
  reference_not_warm: VIEW,
  reference_out_of_limits: REFERENCE,
  no_reference: REFERENCE,
  ffc: FFC,
  no_ffc: FFC,
  settling: VIEW,
  picture_still: VIEW,
  warming_up: link("#settings-limits", "do_settings"),
  ambient_out_of_limits: link("#settings-scene", "do_settings"),
  humidity_out_of_limits: link("#settings-scene", "do_settings"),
  not_accepted: link("/admin/calibration", "do_calibration"),
  unaccepted: link("/admin/calibration", "do_calibration"),
  acceptance_due: link("/admin/calibration", "do_calibration"),
  review_due: link("/admin/calibration#threshold", "do_calibration"),
  sensor_refused: link("/register", "do_register"),
  configuration: link("#settings", "do_settings"),
  shape_unknown: link("#shape", "do_shape"),
  shape_of_another: link("#shape", "do_shape"),
  no_auditor: link("#go-passwords", "do_passwords"),
  welcome_damaged: link("#welcome", "do_settings"),
  no_screen: link("/", "to_screen"),
  screen_frozen: link("/", "to_screen"),
};
// Not in the catalogue of repairs: what keeps people from being screened has its sentence already.
const known = (code) => (word(`repairs.${code}`) === `repairs.${code}` ? word(`reasons.${code}`) : word(`repairs.${code}`));

let shown = "";

function way(code) {
  const to = WAYS[code];
  if (!to) return [];
  if (to.href) return [Object.assign(document.createElement("a"), { href: to.href, className: "button", textContent: word(`admin.${to.name}`) })];
  const button = Object.assign(document.createElement("button"), { type: "button", className: "changes", textContent: word(`admin.${to.name}`) });
  button.addEventListener("click", () => $(to.button).click());
  return [button];
}

const part = (tag, className, textContent) => Object.assign(document.createElement(tag), { className, textContent });

function row(repair) {
  const made = document.createElement("li");
  made.dataset.severity = repair.severity;
  made.dataset.code = repair.code;
  const [from, to] = [repair.since_s, repair.until_s].map((at) => (at == null ? "" : moment(new Date(at * 1000))));
  const when = repair.until_s == null ? word("admin.repairs_since", { when: from }) : word("admin.repairs_from_to", { from, to });
  const times = repair.times > 1 ? ` · ${word("admin.repairs_times", { count: repair.times })}` : "";
  const words = document.createElement("div");
  words.append(part("p", "what", known(repair.code)), part("p", "do", word(`remedies.${repair.code}`)), part("p", "hint", when + times));
  made.append(part("b", "severity", word(`admin.${repair.severity}`)), words, ...(repair.until_s == null ? way(repair.code) : []));
  return made;
}

export function showRepairs(repairs = []) {
  const now = currentLanguage() + JSON.stringify(repairs);
  if (now === shown) return;
  shown = now;
  const lasting = repairs.filter((repair) => repair.until_s == null);
  const over = repairs.filter((repair) => repair.until_s != null);
  $("repairs").replaceChildren(...lasting.map(row));
  $("repairs-none").hidden = lasting.length > 0;
  $("repairs-over").replaceChildren(...over.map(row));
  $("repairs-past").hidden = over.length === 0;
}
