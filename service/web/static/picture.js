// The thermal view: 8-bit grey values from a socket, coloured here, drawn on a canvas, kept nowhere.
// It is painted when there is something new to see, and not as often as the browser could.

// The memory of service/ipc/preview_memory.py from its byte 8 on.
const PLACES_AT = 16;
const BOXES_AT = 24;
const BOX_BYTES = 10;
const PIXELS_AT = 120;
const NOWHERE = 0xffff;
const PER_PIXEL = 16;
const STALE_AFTER_MS = 500;

// Dark to light without going back, so that it reads the same for every kind of colour vision.
const STOPS = [
  [0.0, 5, 7, 18],
  [0.25, 48, 24, 92],
  [0.5, 140, 42, 99],
  [0.75, 226, 104, 62],
  [0.92, 250, 194, 100],
  [1.0, 255, 250, 214],
];

const PALETTE = new Uint32Array(256).map((_, grey) => {
  const at = grey / 255;
  const above = Math.max(1, STOPS.findIndex(([stop]) => stop >= at));
  const [from, ...low] = STOPS[above - 1];
  const [to, ...high] = STOPS[above];
  const share = (at - from) / (to - from);
  const [red, green, blue] = low.map((value, i) => Math.round(value + share * (high[i] - value)));
  return (255 << 24) | (blue << 16) | (green << 8) | red;
});

export class Picture {
  #canvas;
  #context;
  #thermal = document.createElement("canvas");
  #image = null;
  #pixels = null;
  #source = null;
  #shownAt = -Infinity;
  #place = null;
  #boxes = [];
  #reference = null;
  #paint;
  #asked = false;
  #stale = 0;

  // `paint` is called before the browser paints, once after one or more changes: it calls `draw`.
  constructor(canvas, paint) {
    this.#canvas = canvas;
    this.#paint = paint;
    this.#context = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.#fit()).observe(canvas);
    this.#fit();
  }

  get live() {
    return performance.now() - this.#shownAt < STALE_AFTER_MS;
  }

  // Have the picture painted anew: it changed, or what is drawn over it.
  ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#paint();
    });
  }

  #fit() {
    const box = this.#canvas.getBoundingClientRect();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.#canvas.width = Math.max(1, Math.round(box.width * ratio));
    this.#canvas.height = Math.max(1, Math.round(box.height * ratio));
    this.ask();
  }

  take(buffer) {
    const header = new DataView(buffer);
    const width = header.getUint16(0, true);
    const height = header.getUint16(2, true);
    if (this.#image?.width !== width || this.#image?.height !== height) {
      this.#thermal.width = width;
      this.#thermal.height = height;
      this.#image = new ImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    this.#source = [header.getUint16(4, true), header.getUint16(6, true)];
    const [x, y] = [0, 2].map((at) => header.getUint16(PLACES_AT + at, true));
    this.#reference = x === NOWHERE ? null : [x / PER_PIXEL, y / PER_PIXEL];
    this.#boxes = Array.from({ length: header.getUint16(PLACES_AT + 4, true) }, (_, place) => {
      const at = BOXES_AT + place * BOX_BYTES;
      const box = [2, 4, 6, 8].map((offset) => header.getUint16(at + offset, true) / PER_PIXEL);
      return { mark: header.getUint16(at, true), box };
    });
    const grey = new Uint8Array(buffer, PIXELS_AT, width * height);
    for (let i = 0; i < grey.length; i += 1) this.#pixels[i] = PALETTE[grey[i]];
    this.#thermal.getContext("2d").putImageData(this.#image, 0, 0);
    this.#shownAt = performance.now();
    clearTimeout(this.#stale);
    this.#stale = setTimeout(() => this.ask(), STALE_AFTER_MS + 1);
    this.ask();
  }

  clear() {
    this.#shownAt = -Infinity;
    this.#boxes = [];
    this.#reference = null;
    this.#pixels?.fill(0);
    if (this.#image) this.#thermal.getContext("2d").putImageData(this.#image, 0, 0);
    this.ask();
  }

  // Where the reference is in the picture that is shown, in sensor pixels; null when nowhere.
  get reference() {
    return this.#reference;
  }

  // `marked` says of a visitor's mark how their box looks: `color`, `label`, and whether the chosen
  // card is theirs; null for no box.
  draw(marked, target = null) {
    const { width, height } = this.#canvas;
    const pen = this.#context;
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, width, height);
    if (!this.live || this.#image === null) {
      this.#place = null;
      return;
    }
    const scale = Math.min(width / this.#image.width, height / this.#image.height);
    const shown = [this.#image.width * scale, this.#image.height * scale];
    const origin = [(width - shown[0]) / 2, (height - shown[1]) / 2];
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = "high";
    pen.drawImage(this.#thermal, ...origin, ...shown);
    const perPixel = shown[0] / this.#source[0];
    this.#place = { origin, perPixel };
    if (target) this.#drawTarget(target);
    for (const { mark, box } of this.#boxes) {
      const look = marked(mark);
      if (look) this.#drawBox({ box, ...look });
    }
  }

  // Sensor pixel under a pointer event; null outside the picture.
  pixelAt(event) {
    if (this.#place === null) return null;
    const box = this.#canvas.getBoundingClientRect();
    const ratio = this.#canvas.width / box.width;
    const { origin, perPixel } = this.#place;
    const x = ((event.clientX - box.left) * ratio - origin[0]) / perPixel;
    const y = ((event.clientY - box.top) * ratio - origin[1]) / perPixel;
    const inside = x >= 0 && y >= 0 && x < this.#source[0] && y < this.#source[1];
    return inside ? [x, y] : null;
  }

  #drawTarget([x, y]) {
    const { origin, perPixel } = this.#place;
    const pen = this.#context;
    const [cx, cy] = [origin[0] + x * perPixel, origin[1] + y * perPixel];
    const radius = Math.max(16, this.#canvas.width * 0.05);
    for (const [color, wide] of [["#000", 5], ["#fff", 2.5]]) {
      pen.strokeStyle = color;
      pen.lineWidth = wide;
      pen.setLineDash([6, 5]);
      pen.strokeRect(cx - radius, cy - radius, 2 * radius, 2 * radius);
    }
    pen.setLineDash([]);
  }

  #drawBox({ box, color, label, chosen = false }) {
    const { origin, perPixel } = this.#place;
    const pen = this.#context;
    const [x, y, w, h] = box.map((value) => value * perPixel);
    const unit = Math.max(1, this.#canvas.width / 420);
    const lines = [["#000", 7 * unit], [color, 3.6 * unit]];
    if (chosen) lines.unshift(["#fff", 13 * unit]);
    for (const [stroke, wide] of lines) {
      pen.strokeStyle = stroke;
      pen.lineWidth = wide;
      pen.beginPath();
      pen.roundRect(origin[0] + x, origin[1] + y, w, h, 8 * unit);
      pen.stroke();
    }
    pen.font = `650 ${Math.round(15 * unit)}px Inter, sans-serif`;
    const wide = pen.measureText(label).width + 16 * unit;
    const tall = 24 * unit;
    const left = Math.min(Math.max(0, origin[0] + x), this.#canvas.width - wide);
    const top = Math.max(0, origin[1] + y - tall - 4 * unit);
    pen.fillStyle = color;
    pen.beginPath();
    pen.roundRect(left, top, wide, tall, 6 * unit);
    pen.fill();
    pen.fillStyle = "#0a0d11";
    pen.textBaseline = "middle";
    pen.fillText(label, left + 8 * unit, top + tall / 2 + unit);
  }
}
