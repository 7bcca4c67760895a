// The covers over the page: dark, with "not screening" on them, and shown by the browser's compositor
// by itself unless the page renews them. So a page whose script hangs goes dark, too.
//
// The inner one is an element of this page; the outer one a frame with a process of its own
// (/cover), which goes dark when this page's process stops. Both hold for as long as the last view
// does, counted from its arrival: renewed with the time of painting, events that queued up while the
// page hung would keep an old picture.

export const LASTS_MS = 450; // and 0.15 s for painting: dark within 0.6 s
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

  // What is painted holds for so long from a time on (performance.now()).
  renew(from, lastsMs) {
    this.#animation.startTime = from + lastsMs - LASTS_MS;
    const until = performance.timeOrigin + from + lastsMs;
    this.#frame.contentWindow?.postMessage({ until, words: this.#words() }, "*");
  }

  // Whether the outer cover is there and was renewed a moment ago.
  get answers() {
    return performance.now() - this.#answeredAt < ANSWERS_WITHIN_MS;
  }
}
