"""A station and a browser for a long time, and whether anything grows: `scripts/soak MINUTES`.

A simulated fever comes in again and again, in real time, with the alert screen open in Chromium and
every card answered. Each half minute memory, descriptors and threads of each process are read, and
the gaps between the events of the screen. At the end each series is printed with its slope per hour
and the 95 % interval of that (least squares; Student's t).
"""

import os
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from scipy import stats

from tests.service.browser.conftest import ARGUMENTS, CHROMIUM
from tests.service.running import RunningStation

SCENARIO = "lepton-one-fever"
EVERY_S = 30.0
SETTLES_S = 120.0  # caches fill


def main(minutes: float) -> None:
    """Run it and print the slopes."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        station = RunningStation(Path(folder) / "state", "--scenario", SCENARIO)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            station.screening()
            page = browser.new_page()
            page.goto(station.address)
            measured = list(watch(station, page, minutes * 60.0))
            print(f"{minutes:.0f} min, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
            report(measured)
        finally:
            browser.close()
            station.close()


def watch(
    station: RunningStation, page: Page, lasts_s: float
) -> Iterator[tuple[float, dict[str, float]]]:
    """Yield so many seconds after the beginning what was measured."""
    gaps: list[float] = []
    threading.Thread(target=listen, args=(station, gaps), daemon=True).start()
    began = time.monotonic()
    while (at_s := time.monotonic() - began) < lasts_s:
        waiting = answer(page)
        values: dict[str, float] = {}
        for name, pid in {"supervisor": station.process.pid, **station.children()}.items():
            values |= {f"{name} {what}": value for what, value in of_process(pid).items()}
        heap = page.evaluate("performance.memory.usedJSHeapSize")
        values["page heap MB"] = heap / 2**20
        values["page nodes"] = page.evaluate("document.querySelectorAll('*').length")
        if gaps:
            values["gap between events, p50 ms"] = 1e3 * float(np.median(gaps))
            values["gap between events, p99 ms"] = 1e3 * float(np.percentile(gaps, 99))
            gaps.clear()
        values["cards that wait"] = waiting
        yield at_s, values
        page.wait_for_timeout(1e3 * EVERY_S)


def listen(station: RunningStation, gaps: list[float]) -> None:
    """Measure the time from each event of the screen to the next, for as long as there are any."""
    last = None
    for _ in station.views():
        now = time.monotonic()
        if last is not None:
            gaps.append(now - last)
        last = now


def of_process(pid: int | str) -> dict[str, float]:
    """Return memory, descriptors and threads of a process."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return {
        "memory MB": int(status["VmRSS"].split()[0]) / 1024,
        "descriptors": len(list(Path(f"/proc/{pid}/fd").iterdir())),
        "threads": int(status["Threads"]),
    }


def answer(page: Page) -> int:
    """Answer the cards that are open, each with an outcome it offers; return how many wait."""
    waiting = page.locator("#queue > *").count()
    for _ in range(waiting + 1):
        for key in ("Space", "1", "4"):
            page.keyboard.press(key)
            page.wait_for_timeout(300)
    return waiting


def report(measured: list[tuple[float, dict[str, float]]], settles_s: float = SETTLES_S) -> None:
    """Print first, last and slope of each series."""
    series = defaultdict(list)
    for at_s, values in measured:
        for name, value in values.items():
            if at_s >= settles_s:
                series[name].append((at_s / 3600.0, value))
    for name, points in series.items():
        hours, values = np.array(points).T
        fitted = stats.linregress(hours, values)
        reach = stats.t.ppf(0.975, len(hours) - 2) * fitted.stderr
        low, high = fitted.slope - reach, fitted.slope + reach
        print(
            f"{name:32} first {values[0]:9.2f}  last {values[-1]:9.2f}  "
            f"slope {fitted.slope:+8.3f}/h  ({low:+.3f} to {high:+.3f})"
        )


if __name__ == "__main__":
    main(float(sys.argv[1]))
