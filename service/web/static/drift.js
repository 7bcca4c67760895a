// The reference's drift on a small chart: what the station remembers of it, and what comes.

import uPlot from "./vendor/uplot.js";
import { currentLanguage, number, word } from "./words.js";

const EVERY_MS = 1000;
const KEPT = 12 * 3600;
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);

export function drift(parent) {
  const data = [[], [], []];
  let addedAt = -Infinity;
  let plot = null;

  const axis = (scale, side) => ({
    scale,
    side,
    stroke: color("--quiet"),
    grid: { show: scale === "apparent", stroke: color("--line"), width: 1 },
    ticks: { show: false },
    size: 58,
    values: (_, ticks) => ticks.map((tick) => number(tick, 2)),
  });
  // A drift of a hundredth of a degree must not fill the chart.
  const range = (_, low, high) => {
    const middle = (low + high) / 2;
    const half = Math.max(0.25, (high - low) * 0.6);
    return [middle - half, middle + half];
  };

  const times = (_, ticks) => {
    const format = new Intl.DateTimeFormat(currentLanguage(), { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    return ticks.map((tick) => format.format(new Date(tick * 1000)));
  };

  const create = () =>
    new uPlot(
      {
        width: parent.clientWidth,
        height: 180,
        legend: { live: false },
        cursor: { show: false },
        scales: { x: { time: true }, apparent: { range }, offset: { range } },
        axes: [{ stroke: color("--quiet"), grid: { show: false }, space: 110, values: times }, axis("apparent", 3), axis("offset", 1)],
        series: [
          {},
          { label: word("admin.apparent"), scale: "apparent", stroke: color("--accent"), width: 2 },
          { label: word("admin.offset"), scale: "offset", stroke: color("--recheck"), width: 2, dash: [6, 4] },
        ],
      },
      data,
      parent,
    );

  new ResizeObserver(() => plot?.setSize({ width: parent.clientWidth, height: 180 })).observe(parent);

  const paint = () => {
    if (parent.clientWidth === 0 || data[0].length === 0) return;
    plot ??= create();
    plot.setData(data);
  };

  return {
    // Another language: its words and numbers are drawn anew.
    speak() {
      plot?.destroy();
      plot = null;
      paint();
    },
    // What the station remembers, so that a page that is loaded again begins where it was.
    async load() {
      const response = await fetch("/api/admin/trend");
      if (!response.ok) return;
      const points = await response.json();
      const first = points.length ? points.at(-1).at_s : -Infinity;
      const later = data[0].findIndex((at) => at > first);
      const kept = data.map((values) => (later < 0 ? [] : values.slice(later)));
      data[0] = [...points.map((point) => point.at_s), ...kept[0]];
      data[1] = [...points.map((point) => point.apparent_c), ...kept[1]];
      data[2] = [...points.map((point) => point.offset_c), ...kept[2]];
      parent.dataset.points = String(data[0].length);
      paint();
    },
    add(apparent, offset) {
      const now = performance.now();
      if (now - addedAt < EVERY_MS) return;
      addedAt = now;
      [Date.now() / 1000, apparent ?? null, offset ?? null].forEach((value, i) => {
        data[i].push(value);
        if (data[i].length > KEPT) data[i].shift();
      });
      paint();
    },
  };
}
