// The link to the station: state as events, picture as a socket, and a watch on both.
//
// Each view expires (expiry.js); when none came in time, nothing on this page can be
// trusted any more. The other way round every view that has really been painted is acknowledged, so
// that the station notices a page that is connected but frozen. A page that paints nothing any more
// is darkened by its covers (cover.js), which every painted view renews until it expires.

import { Expiry, LASTS_MS } from "./expiry.js";
import "./manners.js";

export const DOWN = new Set(["not_screening", "starting", "warming_up", "self_test"]); // believed without a frame
export const BLIND = { state: "not_screening", reasons: ["silent"], advice: null, moment_s: null, step_m: null };
const RECONNECT_MS = 500;
const REOPEN_AFTER_MS = 2000;
const ACKNOWLEDGE_EVERY_MS = 100;

export class Link {
  #events = null;
  #socket = null;
  #heardAt = performance.now();
  #until = performance.now() + LASTS_MS;
  #expiry = new Expiry();
  #openedAt = 0;
  #beat = 0;
  #acknowledgedAt = 0;
  #blind = false;

  constructor({ onView, onBlind, onPicture, cover = null }) {
    this.cover = cover;
    this.onView = onView;
    this.onBlind = onBlind;
    this.onPicture = onPicture;
    this.#openEvents();
    this.#openSocket();
    setInterval(() => this.#watch(), 50);
    document.addEventListener("visibilitychange", () => this.#tell({ hidden: document.hidden }));
  }

  #openEvents() {
    this.#events?.close();
    this.#openedAt = performance.now();
    this.#events = new EventSource("/api/events");
    this.#events.addEventListener("view", (event) => {
      const { beat, now_s, view } = JSON.parse(event.data);
      const now = performance.now();
      this.#heardAt = now;
      const until = this.#expiry.of(now_s, DOWN.has(view.state) ? Infinity : view.until_s);
      const late = until <= now;
      this.#until = late ? now + LASTS_MS : until;
      this.#blind = late;
      this.#beat = beat;
      this.onView(late ? { ...view, ...BLIND } : view);
      requestAnimationFrame(() => {
        this.cover?.renew(this.#until);
        this.#painted(beat);
      });
    });
  }

  #watch() {
    const now = performance.now();
    if (now < this.#until) return;
    if (!this.#blind) {
      this.#blind = true;
      this.onBlind();
    }
    this.cover?.renew(now + LASTS_MS); // what is painted says that nobody is screened
    if (now - Math.max(this.#heardAt, this.#openedAt) > REOPEN_AFTER_MS) this.#openEvents();
  }

  #painted(beat) {
    const now = performance.now();
    if (now - this.#acknowledgedAt < ACKNOWLEDGE_EVERY_MS) return;
    if (this.cover && !this.cover.answers) return; // without its outer cover this page is not safe
    this.#acknowledgedAt = now;
    this.#tell(this.cover ? { painted: beat, alert: true } : { painted: beat });
  }

  #openSocket() {
    const socket = new WebSocket(`ws://${location.host}/api/picture`);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => {
      if (document.hidden) this.#tell({ hidden: true });
    });
    socket.addEventListener("message", (event) => {
      if (event.data instanceof ArrayBuffer && !this.#blind) this.onPicture(event.data);
    });
    socket.addEventListener("close", () => setTimeout(() => this.#openSocket(), RECONNECT_MS));
    this.#socket = socket;
  }

  #tell(words) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(words));
  }
}

export async function ask(path, body = {}, method = "POST", headers = {}) {
  try {
    const response = await fetch(path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(4000),
    });
    const answer = await response.json();
    if (response.status === 401) dispatchEvent(new Event("session-ended")); // or a wrong password: who listens looks
    return { ok: response.ok, status: response.status, ...answer };
  } catch {
    return { ok: false, status: 0, error: "" };
  }
}
