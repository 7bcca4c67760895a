// The shape of the picture: learnt from a plate of even temperature, shown, and forgotten.

import { ask } from "./link.js";
import { number, word } from "./words.js";

const LOOK_MS = 400;

const $ = (id) => document.getElementById(id);

function signed(value) {
  return `${value < 0 ? "−" : "+"}${number(Math.abs(value), 2)}`;
}

function sentence({ shape_learning: learning, shape_holds: holds, settings }) {
  const shape = settings?.uniformity;
  if (learning) return word("admin.shape_learning");
  if (!shape) return word("admin.shape_none");
  if (!holds) return word("admin.shape_other", { date: shape.learnt_on });
  return word("admin.shape_learnt", {
    date: shape.learnt_on,
    edge: signed((shape.xx_c + shape.yy_c) / 2),
    corner: signed(shape.xx_c + shape.yy_c),
    residual: number(shape.residual_c, 2),
  });
}

export function showShape(overview) {
  $("shape").textContent = sentence(overview);
  $("shape-problem").textContent = overview.shape_problem;
  $("learn-shape").disabled = overview.shape_learning;
  $("forget-shape").hidden = !overview.settings?.uniformity || overview.shape_learning;
}

// Let the station learn; return its overview when it has ended, or null when it did not begin.
export async function learnShape() {
  const answer = await ask("/api/admin/shape");
  if (!answer.ok) {
    $("shape-problem").textContent = answer.error || word("ui.request_failed");
    return null;
  }
  for (;;) {
    const response = await fetch("/api/admin/overview");
    if (!response.ok) return null;
    const overview = await response.json();
    if (!overview.logged_in) return null;
    showShape(overview);
    if (!overview.shape_learning) return overview;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
