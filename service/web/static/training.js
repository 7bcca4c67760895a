// The training: one situation after the other, in another order each time; the score is in this page
// alone and gone with it.

import { headline } from "./headline.js";
import { ask } from "./link.js";
import "./look.js";
import "./pulse.js";
import { speakAsBefore, word } from "./words.js";

const $ = (id) => document.getElementById(id);
const situations = JSON.parse($("situations").textContent);

let order = [];
let at = 0;
let right = 0;

function shuffled(list) {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0]);
}

function show() {
  const situation = order[at];
  $("progress").textContent = word("training.progress", { number: at + 1, of: order.length, right });
  $("panel").dataset.state = situation.state;
  const { shape, title } = headline(situation);
  $("shape").setAttribute("href", `#state-${shape}`);
  $("title").textContent = title;
  $("reason").textContent = situation.reason ? word(`reasons.${situation.reason}`) : "";
  $("verdict").textContent = "";
  $("next").hidden = true;
  $("answers").replaceChildren(...shuffled([situation.right, ...situation.wrong]).map((key) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = word(`training.do_${key}`);
    button.addEventListener("click", () => answer(key));
    button.dataset.key = key;
    return button;
  }));
}

function answer(key) {
  const situation = order[at];
  const well = key === situation.right;
  if (well) right += 1;
  for (const button of $("answers").children) {
    button.disabled = true;
    if (button.dataset.key === situation.right) button.dataset.right = "true";
  }
  $("verdict").textContent = well
    ? word("training.right")
    : word("training.wrong", { right: word(`training.do_${situation.right}`) });
  $("next").hidden = false;
  $("next").focus();
}

function next() {
  at += 1;
  if (at < order.length) {
    show();
    $("title").focus(); // on no answer: a key held too long would give it
    return;
  }
  $("panel").hidden = true;
  $("question").hidden = true;
  $("end").hidden = false;
  $("progress").textContent = "";
  $("score").textContent = word("training.score", { right, of: order.length });
  $("score").focus();
  ask("/api/shift", { duty: "trained", well: true });
}

function begin() {
  [order, at, right] = [shuffled(situations), 0, 0];
  $("panel").hidden = false;
  $("question").hidden = false;
  $("end").hidden = true;
  show();
}

// Nobody is shown a green panel while the station is blind, not even in a training.
addEventListener("out-of-order", () => location.replace("/"));
addEventListener("unheard", () => { $("panel").hidden = true; });
addEventListener("heard", () => { $("panel").hidden = at >= order.length; });
$("next").addEventListener("click", next);
$("again").addEventListener("click", () => {
  begin();
  $("title").focus();
});
speakAsBefore();
begin();
