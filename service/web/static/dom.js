// The few things that every script of the alert screen does to the page.

export const $ = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

// Only what changed is written: the page is rendered ten times a second.
export function text(id, value) {
  write($(id), value);
}

export function write(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

export function hide(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

export function attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

export function element(tag, name = "", content = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = content;
  return made;
}

export function drawn(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export function shape(name) {
  const drawing = drawn("svg", { "aria-hidden": "true" });
  drawing.append(drawn("use", { href: `#state-${name}` }));
  return drawing;
}

// Put a text as large as its box allows: `--fit` goes from 1 down until nothing overflows.
const found = new Map();
const SMALLEST = 0.3;

export function fit(box, key) {
  const at = `${document.fonts.status}|${box.clientWidth}x${box.clientHeight}|${key}`;
  if (box.dataset.fit === at) return;
  box.dataset.fit = at;
  let size = found.get(at) ?? 1;
  const put = () => box.style.setProperty("--fit", size.toFixed(2));
  put();
  if (found.has(at)) return;
  const texts = [...box.querySelectorAll("h2, h3, p, button:not([hidden])")];
  const over = () =>
    box.scrollHeight > box.clientHeight || [box, ...texts].some((one) => one.scrollWidth > one.clientWidth);
  while (over() && size > SMALLEST) {
    size -= 0.03;
    put();
  }
  if (found.size > 500) found.clear();
  found.set(at, size);
}
