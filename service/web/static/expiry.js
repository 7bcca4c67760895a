// Until when what the station says may be believed: service/ipc/expiry.py, on the page's clock.
//
// The station's clock is not the page's: an event says what the time was when it was sent, and the
// quickest event stands for no delay. So what lay on the way is believed for so much less.

export const LASTS_MS = 500; // and 0.1 s for painting: dark within 0.6 s
const DRIFT = 2e-4; // two clocks go apart no faster: 200 millionths

export class Expiry {
  #zero = Infinity; // the station's, on the page's clock
  #heardAt = performance.now();

  // Until when (performance.now()) an event holds that was sent at now_s, both in the station's seconds.
  of(now_s, until_s) {
    const now = performance.now();
    this.#zero = Math.min(this.#zero + DRIFT * (now - this.#heardAt), now - 1000 * now_s);
    this.#heardAt = now;
    return Math.min(this.#zero + 1000 * until_s, now + LASTS_MS);
  }
}
