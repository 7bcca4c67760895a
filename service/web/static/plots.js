// Plots of the calibration page, by uPlot; each has its table beside it with the same numbers.

import uPlot from "./vendor/uplot.js";

const COLORS = ["--accent", "--recheck", "--clear", "--elevated"]; // of the page, as it looks now

// Draw columns against the first one; what is there is replaced.
export function plot(parent, { label, series, time = false, height = 200, level = null }) {
  const width = parent.clientWidth || 600;
  const [x, ...rest] = series;
  const data = [x.values, ...rest.map((one) => one.values)];
  if (level !== null) data.push(x.values.map(() => level));
  parent.replaceChildren();
  if (x.values.length === 0) return;
  const page = getComputedStyle(document.documentElement);
  const color = (name) => page.getPropertyValue(name).trim();
  const axis = { stroke: color("--quiet"), grid: { stroke: color("--line"), width: 1 }, size: 58 };
  new uPlot(
    {
      title: label,
      width,
      height,
      cursor: { show: false },
      legend: { live: false },
      scales: { x: { time } },
      axes: [axis, axis],
      series: [
        { label: x.name },
        ...rest.map((one, i) => ({ label: one.name, stroke: color(COLORS[i % COLORS.length]), width: 2, points: { show: x.values.length < 80 } })),
        ...(level === null ? [] : [{ label: "", stroke: color("--quiet"), width: 1.5, dash: [6, 4], points: { show: false } }]),
      ],
    },
    data,
    parent,
  );
}
