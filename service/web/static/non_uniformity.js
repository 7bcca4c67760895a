// The non-uniformity of the picture: learnt from a plate of even temperature, shown, and forgotten.

import { ask } from "./link.js";
import { number, refusal, word } from "./words.js";

const LOOK_MS = 400;

const $ = (id) => document.getElementById(id);

function signed(value) {
  return `${value < 0 ? "−" : "+"}${number(Math.abs(value), 2)}`;
}

function sentence({ non_uniformity_learning: learning, non_uniformity_holds: holds, settings }) {
  const shape = settings?.uniformity;
  if (learning) return word("admin.non_uniformity_learning");
  if (!shape) return word("admin.non_uniformity_none");
  if (!holds) return word("admin.non_uniformity_other", { date: shape.learnt_on });
  return word("admin.non_uniformity_learnt", {
    date: shape.learnt_on,
    edge: signed((shape.xx_c + shape.yy_c) / 2),
    corner: signed(shape.xx_c + shape.yy_c),
    residual: number(shape.residual_c, 2),
  });
}

export function showNonUniformity(overview) {
  $("non-uniformity").textContent = sentence(overview);
  $("non-uniformity-problem").textContent = overview.non_uniformity_problem ? word("admin.non_uniformity_failed") : "";
  $("learn-non-uniformity").disabled = overview.non_uniformity_learning;
  $("forget-non-uniformity").hidden = !overview.settings?.uniformity || overview.non_uniformity_learning;
}

// Let the station learn; return its overview when it has ended, or null when it did not begin.
export async function learnNonUniformity() {
  const answer = await ask("/api/admin/non-uniformity");
  if (!answer.ok) {
    $("non-uniformity-problem").textContent = refusal(answer);
    return null;
  }
  for (;;) {
    const response = await fetch("/api/admin/overview");
    if (!response.ok) return null;
    const overview = await response.json();
    if (!overview.logged_in) return null;
    showNonUniformity(overview);
    if (!overview.non_uniformity_learning) return overview;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
