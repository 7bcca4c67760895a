// Before settings are saved: what would change, and what it would do to 1,000 visitors.

import { label, leaves, told } from "./form.js";
import { ask } from "./link.js";
import { word } from "./words.js";

const MANY_CLEARED = 25; // of 100 whose clinical thermometer says 38.0 or more
const MANY_ALARMS = 50; // of 1,000 without a raised temperature

const $ = (id) => document.getElementById(id);

function row(path, before, after) {
  const made = document.createElement("tr");
  for (const text of [label(path), told(path, before), told(path, after)]) {
    made.append(Object.assign(document.createElement("td"), { textContent: text }));
  }
  return made;
}

function changes(before, after) {
  const [old, fresh] = [before ? leaves(before) : {}, leaves(after)];
  const paths = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return paths
    .filter((path) => (old[path] ?? null) !== (fresh[path] ?? null))
    .map((path) => row(path, old[path], fresh[path]));
}

// Show what would change; resolves to true when the admin confirms.
export async function review(before, wanted) {
  const rows = changes(before, wanted);
  const forecast = await ask("/api/admin/forecast", wanted);
  if (!forecast.ok) return { confirmed: false, answer: forecast };
  $("review-changes").replaceChildren(...rows);
  $("review-table").hidden = rows.length === 0;
  $("review-nothing").hidden = rows.length > 0;
  $("forecast").textContent = word("admin.forecast", forecast);
  $("forecast-ill").textContent = word("admin.forecast_ill", { ...forecast, again: forecast.again_ill });
  $("forecast-warning").textContent = [
    forecast.cleared > MANY_CLEARED ? word("admin.warn_cleared") : "",
    forecast.alarms > MANY_ALARMS ? word("admin.warn_alarms") : "",
    wanted.references.length === 0 ? word("admin.warn_no_reference") : "",
  ].filter(Boolean).join(" ");
  const dialog = $("review");
  dialog.showModal();
  $($("forecast-warning").textContent ? "back" : "confirm").focus(); // Enter saves nothing that is warned of
  return new Promise((resolve) => {
    const end = (confirmed) => {
      dialog.close();
      resolve({ confirmed });
    };
    $("confirm").onclick = () => end(true);
    $("back").onclick = () => end(false);
    dialog.oncancel = () => resolve({ confirmed: false });
  });
}
