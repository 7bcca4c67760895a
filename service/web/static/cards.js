// The cards: what waits for a guard, one for a person, until somebody has said how it ended.
//
// One card is chosen, and everything on the screen is about it: the large card, the headline of an
// alarm, the marked box in the picture. While an alarm is not acknowledged, one of those is chosen.

import { $, drawn, element, hide, shape, text, write } from "./dom.js";
import { ask } from "./link.js";
import { number, word } from "./words.js";

const SHAPES = { elevated: "elevated", again: "recheck", wait: "recheck", thermometer: "thermometer" };
const OUTCOMES = { 1: "confirmed", 2: "not_confirmed", 3: "declined", 4: "cleared" };
const SIDE = 0.12; // of the picture's width: from here on somebody came from the side
// A card that came into another's place by itself takes no answer for so long: it was meant for the other.
const SETTLES_MS = 700;
const SAID_MS = 5000;

const open = (card) => card.outcome == null;
const calls = (card) => open(card) && !card.acknowledged;
const about = (card) => ({ number: card?.number ?? 0, calls: Boolean(card && calls(card)) });

export class Cards {
  #cards = [];
  #waiting = 0;
  #picked = 0; // by hand, or acknowledged last
  #said = "";
  #saidAt = 0;
  #answered = 0; // the card that was answered here last
  #shown = { number: 0, calls: false };
  #changedAt = -Infinity; // when it changed, and not by a guard's choice
  #other = false; // whether it was another card before
  #focused = 0;
  #drawn = "";

  constructor(onChange) {
    this.onChange = onChange;
    $("acknowledge").addEventListener("click", () => this.acknowledge());
    for (const button of document.querySelectorAll("[data-outcome]")) {
      button.addEventListener("click", () => this.#end(button.dataset.outcome));
    }
  }

  take(view) {
    this.#cards = view.alarms;
    this.#waiting = view.waiting;
  }

  get calling() {
    return this.#cards.some(calls);
  }

  // The alarm that came last of those that call; 0 when none does.
  get newest() {
    return this.#cards.findLast(calls)?.number ?? 0;
  }

  // Whether somebody was sent to the thermometer a moment ago.
  get fresh() {
    return this.#cards.some((card) => open(card) && card.need === "thermometer" && card.age_s < 2);
  }

  get chosen() {
    const some = this.calling ? this.#cards.filter(calls) : this.#cards.filter(open);
    return some.find((card) => card.number === this.#picked) ?? some[0] ?? null;
  }

  // ---- what a guard does

  pick(number) {
    this.#picked = number;
    this.#shown = about(this.chosen);
    this.#changedAt = -Infinity; // a guard has chosen it
    this.#say(this.#shown.number === number ? "" : "ui.acknowledge_first");
    $("card").focus({ preventScroll: false });
  }

  // Say why an alarm is shown instead of the page that was asked for.
  explain() {
    this.#say("ui.acknowledge_first");
  }

  next() {
    const some = this.calling ? this.#cards.filter(calls) : this.#cards.filter(open);
    const at = some.findIndex((card) => card.number === this.chosen?.number);
    if (some.length) this.pick(some[(at + 1) % some.length].number);
  }

  acknowledge() {
    const card = this.chosen;
    if (!card || !calls(card) || this.#settles()) return;
    this.#picked = card.number;
    this.#request(card, "acknowledge");
  }

  key(name) {
    if (name in OUTCOMES) this.#end(OUTCOMES[name]);
    return name in OUTCOMES;
  }

  // The one that ended last, whatever its number.
  get #ended() {
    const ended = this.#cards.filter((card) => !open(card));
    return ended.reduce((last, card) => (last && last.undo_s > card.undo_s ? last : card), null);
  }

  undo(card = this.#ended) {
    if (!card) return;
    this.#picked = card.number;
    this.#request(card, "undo");
  }

  #end(outcome) {
    const card = this.chosen;
    if (!card || calls(card) || !offered(card).includes(outcome) || this.#settles()) return;
    this.#request(card, "second-check", { outcome });
  }

  // Whether the card is too new for an answer that is about it.
  #settles() {
    if (!this.#isNew()) return false;
    if (this.#other) this.#say("ui.changed_under_you");
    return true;
  }

  #isNew() {
    return performance.now() - this.#changedAt < SETTLES_MS;
  }

  async #request(card, what, body) {
    const answer = await ask(`/api/alarms/${card.number}/${what}`, body);
    if (answer.ok) this.#answered = what === "second-check" ? card.number : 0;
    const gone = answer.status === 404; // another screen was faster, or the time is over
    this.#say(answer.ok ? "" : gone ? this.#late(card, what) : "ui.request_failed");
  }

  #late(card, what) {
    if (what === "undo") return "ui.too_late";
    const elsewhere = what === "second-check" && this.#answered !== card.number;
    return elsewhere ? "ui.answered_elsewhere" : "";
  }

  #say(what) {
    [this.#said, this.#saidAt] = [what, performance.now()];
    this.onChange();
  }

  // Note when another card, or the same with other buttons, comes into its place.
  #watch(card) {
    const [before, now] = [this.#shown, about(card)];
    this.#shown = now;
    if (!before.number || (now.number === before.number && now.calls === before.calls)) return;
    this.#changedAt = performance.now();
    this.#other = now.number !== before.number;
  }

  // ---- what is shown

  render(noisy) {
    const card = this.chosen;
    const focused = document.activeElement;
    this.#watch(card);
    const over = this.#said === "ui.acknowledge_first" && !this.calling;
    if (over || performance.now() - this.#saidAt > SAID_MS) this.#said = "";
    $("card").dataset.need = card?.need ?? "";
    $("card").dataset.calls = String(Boolean(card && calls(card)));
    $("card").dataset.isNew = String(this.#isNew());
    text("card-title", card ? title(card) : word("ui.nothing_waiting"));
    text("card-note", this.#said ? word(this.#said) : card ? note(card) : "");
    hide($("acknowledge"), !card || !calls(card));
    hide($("quiet"), !noisy || Boolean(card));
    for (const button of document.querySelectorAll("[data-outcome]")) {
      const { outcome } = button.dataset;
      hide(button, !card || calls(card) || !offered(card).includes(outcome));
      if (!button.hidden) write(button.firstElementChild, ended(card, outcome));
    }
    hide($("count"), !this.#waiting);
    text("count", word("ui.waiting", { count: this.#waiting }));
    this.#renderPlace(card);
    this.#renderQueue(card);
    if (card && calls(card) && card.number !== this.#focused) {
      this.#focused = card.number;
      $("acknowledge").focus({ focusVisible: true });
    } else if (focused?.hidden) {
      $("card").focus({ preventScroll: true }); // where the keys of the outcomes act
    }
  }

  #renderPlace(card) {
    const { place = null, came_from: from = null } = card?.visitor ?? {};
    const key = `${document.documentElement.lang}|${place}|${from}`;
    if (key === this.#drawn) return;
    this.#drawn = key;
    $("place").setAttribute("class", place == null ? "place nowhere" : "place");
    $("place").setAttribute("aria-label", place == null ? word("ui.place_unknown") : where(place, from));
    $("place").replaceChildren(...(place == null ? [] : placeOf(place, from)));
  }

  #renderQueue(chosen) {
    const last = this.#ended;
    const rows = this.#cards.filter((card) => card !== chosen).map((card) => this.#row(card, card === last));
    const hidden = this.#waiting - this.#cards.filter(open).length;
    if (hidden > 0) rows.push(element("li", "more", word("ui.more_waiting", { count: hidden })));
    const old = $("queue");
    const key = JSON.stringify(rows.map((row) => row.textContent));
    if (old.dataset.key === key) return; // a row that is being clicked stays the same row
    old.dataset.key = key;
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.card : null;
    old.replaceChildren(...rows);
    if (focused) old.querySelector(`[data-card="${focused}"]`)?.focus();
  }

  #row(card, last) {
    const row = element("li");
    row.dataset.need = card.need;
    const button = element("button");
    button.type = "button";
    button.dataset.card = card.number;
    if (open(card)) {
      button.append(shape(SHAPES[card.need]), element("span", "who", title(card)), element("span", "when", when(card)));
      button.addEventListener("click", () => this.pick(card.number));
    } else {
      row.className = "ended";
      button.append(element("b", "", word("ui.undo")), ...(last ? [element("kbd", "", "⌫")] : []), element("span", "when", `${Math.max(0, Math.ceil(card.undo_s))} s`));
      button.addEventListener("click", () => this.undo(card));
      row.append(element("span", "who", `${visitor(card)} · ${ended(card, card.outcome)}`));
    }
    row.append(button);
    return row;
  }
}

// What a card can end with: whoever waited indoors may be clear in the end, as the guard has seen.
function offered(card) {
  const all = Object.values(OUTCOMES);
  return card.need === "wait" ? all : all.filter((outcome) => outcome !== "cleared");
}

// How it ended, in words: an alarm is confirmed or not; of whoever was never measured well there is
// nothing to confirm.
function ended(card, outcome) {
  const other = card.need === "elevated" ? null : { confirmed: "raised", not_confirmed: "not_raised" }[outcome];
  return word(`ui.${other ?? outcome}`);
}

const visitor = (card) => word("ui.visitor", { number: card.visitor.id });

function title({ visitor: { skin_temp_c: skin, id } }) {
  return `${word("ui.visitor", { number: id })}${skin == null ? "" : ` · ${number(skin)}\u00a0°C`}`;
}

function note(card) {
  const { skin_temp_c: skin, expanded_uncertainty_c: off } = card.visitor;
  const range = skin == null || off == null ? "" : word("ui.range", { low: number(skin - off), high: number(skin + off) });
  const how = calls(card) ? word("instructions.elevated") : word(card.need === "wait" ? "advice.wait_how" : `ui.card_${card.need}`);
  return [how, range, when(card)].filter(Boolean).join(" · ");
}

// In steps of ten seconds at first: of two who came one after the other it is told who was first.
function when({ age_s: seconds }) {
  if (seconds < 10) return word("ui.just_now");
  if (seconds < 60) return word("ui.seconds_ago", { seconds: Math.floor(seconds / 10) * 10 });
  return word("ui.minutes_ago", { minutes: Math.floor(seconds / 60) });
}

// ---- the drawing: where they stood and came from, as the picture shows it, and no picture

function where(place, from) {
  const stood = word(place < 0.35 ? "ui.stood_left" : place > 0.65 ? "ui.stood_right" : "ui.stood_middle");
  if (from == null || Math.abs(from - place) < SIDE) return `${stood} ${word("ui.came_ahead")}`;
  return `${stood} ${word(from < place ? "ui.came_left" : "ui.came_right")}`;
}

function placeOf(place, from) {
  const at = (share) => 14 + share * 92;
  const [x, start] = [at(place), at(from ?? place)];
  const ahead = from == null || Math.abs(from - place) < SIDE;
  const frame = { fill: "none", stroke: "currentColor", "stroke-width": 3 };
  const way = ahead ? `M${x} 8v18` : `M${start} 14C${start} 30 ${x} 8 ${x} 26`;
  return [
    drawn("path", { d: "M3 86V4h114v82", ...frame }),
    drawn("path", { d: way, ...frame, "stroke-dasharray": "5 4" }),
    drawn("path", { d: `M${x - 6} 22l6 8 6-8z`, fill: "currentColor" }),
    drawn("circle", { cx: x, cy: 45, r: 9, fill: "currentColor" }),
    drawn("path", { d: `M${x - 17} 84c0-17 7-26 17-26s17 9 17 26z`, fill: "currentColor" }),
  ];
}
