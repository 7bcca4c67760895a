// The link to the station: state as events, picture as a socket, and a watch on both.
//
// No event for BLIND_AFTER_MS means that nothing on this page can be trusted any more. The other way
// round every view that has really been painted is acknowledged, so that the station notices a page
// that is connected but frozen. A page that paints nothing any more is darkened by its covers
// (cover.js), which every painted view renews for as long as it may be believed.

import { LASTS_MS } from "./cover.js";
import "./manners.js";

const BLIND_AFTER_MS = LASTS_MS;
const DOWN = new Set(["not_screening", "starting", "warming_up", "self_test"]); // believed without a frame
const RECONNECT_MS = 500;
const REOPEN_AFTER_MS = 2000;
const ACKNOWLEDGE_EVERY_MS = 100;

export class Link {
  #events = null;
  #socket = null;
  #heardAt = performance.now();
  #blindAfterMs = BLIND_AFTER_MS;
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
      const { beat, view } = JSON.parse(event.data);
      this.#heardAt = performance.now();
      // What the station knew some time ago holds for so much less here.
      this.#blindAfterMs = DOWN.has(view.state) ? BLIND_AFTER_MS : Math.min(view.valid_s * 1000, BLIND_AFTER_MS);
      this.#blind = false;
      this.#beat = beat;
      this.onView(view);
      const [heardAt, lastsMs] = [this.#heardAt, this.#blindAfterMs];
      requestAnimationFrame(() => {
        this.cover?.renew(heardAt, lastsMs);
        this.#painted(beat);
      });
    });
  }

  #watch() {
    const now = performance.now();
    if (now - this.#heardAt <= this.#blindAfterMs) return;
    if (!this.#blind) {
      this.#blind = true;
      this.onBlind();
    }
    this.cover?.renew(now, LASTS_MS); // what is painted says that nobody is screened
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
    return { ok: response.ok, status: response.status, ...answer };
  } catch {
    return { ok: false, status: 0, error: "" };
  }
}
