// What a screen reader hears: alarms and outages at once, the rest when it has lasted a second.

import { $ } from "./dom.js";

const LASTS_MS = 1000;

export class Voice {
  #key = "";
  #timer = null;

  // `key` is what it is about: the same thing in other numbers is not said again.
  tell(key, sentence, urgent) {
    if (key === this.#key) return;
    this.#key = key;
    clearTimeout(this.#timer);
    const [place, other] = urgent ? ["say-now", "say"] : ["say", "say-now"];
    this.#timer = setTimeout(() => {
      $(other).textContent = "";
      $(place).textContent = sentence;
    }, urgent ? 0 : LASTS_MS);
  }
}
