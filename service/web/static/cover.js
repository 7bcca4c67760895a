// The covers over the page: dark, with "not screening" on them, and shown by the browser's compositor
// by itself unless the page renews them. So a page whose script hangs goes dark, too.
//
// The inner one is an element of this page; the outer one a frame with a process of its own
// (/cover), which goes dark when this page's process stops. Both hold until the last view expires,
// which was settled when its frame was exposed: events that queued up on the way or while the page
// hung renew nothing.

import { LASTS_MS } from "./expiry.js";

const HOUR_MS = 3_600_000; // longer than anybody looks at a page that hangs
const ANSWERS_WITHIN_MS = 1000;

export class Cover {
  #animation;
  #frame;
  #answeredAt = -Infinity;
  #words = () => [];

  constructor(element, frame, words) {
    const turns = LASTS_MS / HOUR_MS;
    this.#animation = element.animate(
      [
        { opacity: 0, offset: 0 },
        { opacity: 0, offset: turns },
        { opacity: 1, offset: turns },
        { opacity: 1, offset: 1 },
      ],
      { duration: HOUR_MS, fill: "both" },
    );
    this.#frame = frame;
    this.#words = words;
    addEventListener("message", (event) => {
      if (event.source === frame.contentWindow) this.#answeredAt = performance.now();
    });
  }

  // What is painted holds until then (performance.now()).
  renew(until) {
    this.#animation.startTime = until - LASTS_MS;
    const words = this.#words();
    this.#frame.contentWindow?.postMessage({ until: performance.timeOrigin + until, words }, "*");
  }

  // Whether the outer cover is there and was renewed a moment ago.
  get answers() {
    return performance.now() - this.#answeredAt < ANSWERS_WITHIN_MS;
  }
}
