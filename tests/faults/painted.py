"""Faults from the grammar against a painted page: `scripts/faults --painted NUMBER [SEED]`.

A real station (`tests.faults.painted_station`), a real Chromium, and the oracle of `tests.oracle`,
which is told only what was painted: it reads the pictures that the browser shows, taken outside the
page's own process. Everything runs in real time, film after film on one station: whoever stood
there goes, somebody comes, and as soon as the page is green, two or three faults begin. They break
camera, line, scene, processes, disk, clock and browser.

Prints how many pictures were green, or looked as if somebody were screened, after the documented
time in a blindness; how long after its beginning a blindness was shown, and how long after the last
fault the page screened again. Of a film that is wrong, it prints beside each picture what was
broken then, what the station had said last (`tests.faults.heard`), and what the page had written.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from playwright.sync_api import Browser, Page, sync_playwright

from service.state.admin_password import set_password
from tests.faults.chain import blindness
from tests.faults.heard import Heard
from tests.faults.told import NOBODY, Told
from tests.oracle.grammar import FIRST_FAULT_S, HARMLESS, OF_A_STATION, Fault, faults
from tests.oracle.judge import Moment, Wrong, back_after_s, judge, shown_after_s
from tests.service.browser.conftest import ARGUMENTS, CHROMIUM
from tests.service.browser.filming import FEW, Film, green, pixels_near
from tests.service.running import surroundings

PASSWORD = "a full disk"
SIZE = {"width": 800, "height": 500}
EMPTY_S = 2.5
GREEN_WITHIN_S = 120.0
BACK_WITHIN_S = 60.0
STEP_S = 0.02
LARGE = 4000  # pixels: of a panel, not of words or of a frame
# Panels of the states in which somebody is screened, RGB (alert.css), and how near is near enough:
# the panel of *not screening* is 9 away from that of *ready*.
PANELS = {
    "ready": (0x15, 0x22, 0x2D),
    "come_closer": (0x10, 0x40, 0x6F),
    "clear": (0x07, 0x60, 0x4F),
    "recheck": (0xF5, 0xC8, 0x3A),
    "elevated": (0xFF, 0x7A, 0x3D),
}
NEAR = 4
HANG = """([beginsAt, lastsMs]) => {
  window.__hangs ??= [];
  setTimeout(() => {
    const began = Date.now();
    while (Date.now() < began + lastsMs);
    window.__hangs.push([began / 1000, Date.now() / 1000]);
  }, beginsAt - Date.now());
}"""


WROTE = """() => {
  window.__wrote = [];
  const note = () => {
    const state = document.body.dataset.state;
    if (state !== window.__wrote.at(-1)?.[1]) window.__wrote.push([Date.now() / 1000, state]);
  };
  new MutationObserver(note).observe(document.body, { attributeFilter: ["data-state"] });
  note();
}"""


class Read:
    """A picture, read when it is asked for: there is no time for it while it is taken."""

    def __init__(self, at: float, jpeg: np.ndarray) -> None:
        self.at = at
        self._jpeg = jpeg

    @cached_property
    def green(self) -> int:
        """How many of its pixels say *clear*."""
        return green(self._jpeg)

    @cached_property
    def state(self) -> str:
        """The state whose panel is on it; `not_screening` when there is none."""
        return panel(self._jpeg)


class Reading(Film):
    """Films a page, to be read later."""

    shots: list[Read]  # type: ignore[assignment]

    def shot(self, at: float, jpeg: np.ndarray) -> Read:  # type: ignore[override]
        """Keep a picture."""
        return Read(at, jpeg)

    def moments(self, begins: float, ends: float) -> list[Moment]:
        """Return what was on the glass from step to step."""
        moments, number = [], 0
        for at in np.arange(begins, ends, STEP_S):
            while number + 1 < len(self.shots) and self.shots[number + 1].at <= at:
                number += 1
            shot = self.shots[number]
            state = "clear" if shot.green > FEW else shot.state
            moments.append(Moment(float(at), {"state": state, "visitors": [], "alarms": []}))
        return moments


def panel(jpeg: np.ndarray) -> str:
    """Return the state whose colour fills a large part of a picture."""
    picture = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB))
    for state, colour in PANELS.items():
        if pixels_near(picture, colour, NEAR) > LARGE:
            return state
    return "not_screening"


class Station:
    """The station and all that can break in it.

    Attributes
    ----------
    address
        Of the alert screen.
    """

    def __init__(self, state: Path) -> None:
        state.mkdir()
        set_password(state, PASSWORD)
        self._told = Told()
        command = (sys.executable, "-m", "tests.faults.painted_station", state, self._told.fd)
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[self._told.fd],
            text=True,
            env=surroundings(),
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        assert self.address, "the station did not start"
        self._stopped: set[int] = set()

    def now(self, kinds: set[str]) -> None:
        """Let this, and nothing else, be broken from now on; call it often."""
        self._told.tell(kinds, -40 * 86400.0 if "the clock jumps" in kinds else 0.0)
        if "the supervisor stops" in kinds:
            self._stop(self._process.pid)
        for pid, name in self._children():
            if f"the {name} process stops" in kinds or f"the {name} stops" in kinds:
                self._stop(pid)
            if f"the {name} process dies" in kinds or f"the {name} dies" in kinds:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        wanted = {"worker": "the worker stops", "web": "the web process stops"}
        for pid in list(self._stopped):
            name = "supervisor" if pid == self._process.pid else _name(pid)
            if wanted.get(name, "the supervisor stops") not in kinds:
                self._stopped.discard(pid)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def fill_disk(self, *, full: bool) -> None:
        """Let no file of the station grow, and give it something to write; or let them grow."""
        import resource

        limit = 0 if full else resource.RLIM_INFINITY
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        if full:
            threading.Thread(target=self._log_in, daemon=True).start()

    def _log_in(self) -> None:
        authority = self.address.split("//")[1].rstrip("/")
        headers = {"Origin": f"http://{authority}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(authority, timeout=5.0)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request(
                "POST", "/api/admin/login", json.dumps({"password": PASSWORD}), headers
            )
            connection.getresponse().read()
        connection.close()

    def _stop(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self._stopped.add(pid)

    def _children(self) -> list[tuple[int, str]]:
        pid = self._process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [(int(child), _name(int(child))) for child in listed]

    def close(self) -> None:
        """End it."""
        self.now(set())
        self._process.terminate()
        try:
            self._process.wait(timeout=10.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _name(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip().removeprefix("limen-")
    return ""


class Chromium:
    """The browser's processes."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.renderer = _renderer_of(page)
        (self.network,) = (
            pid for pid, line in _descendants().items() if "network.mojom.NetworkService" in line
        )

    def stop(self, pid: int, *, on: bool) -> None:
        """Stop one of them, or let it go on."""
        os.kill(pid, signal.SIGSTOP if on else signal.SIGCONT)


def _descendants() -> dict[int, str]:
    """Return the command lines of all processes that descend from this one."""
    parents, lines = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            parents[int(folder.name)] = int(stat[1])
            lines[int(folder.name)] = (folder / "cmdline").read_text()

    def ours(pid: int) -> bool:
        while pid > 1 and pid != os.getpid():
            pid = parents.get(pid, 0)
        return pid == os.getpid()

    return {pid: line for pid, line in lines.items() if ours(pid)}


def _renderer_of(page: Page) -> int:
    """Return the process that runs the page's script: the one that works when it does."""

    def used() -> dict[int, int]:
        ticks = {}
        for pid, line in _descendants().items():
            if "--type=renderer" in line:
                stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
                ticks[pid] = int(stat[11])
        return ticks

    before = used()
    page.evaluate("{ const end = Date.now() + 1500; while (Date.now() < end); }")
    after = used()
    return max(after, key=lambda pid: after[pid] - before.get(pid, after[pid]))


class Painted:
    """Films, one after another, on one station and one page.

    Attributes
    ----------
    wrong
        What the oracle said, by film.
    explained
        Of the films that were wrong, each picture and what was so at its time.
    gap_s
        Longest time without a picture: until the next one came, the last one was judged.
    shown_s, back_s
        How long after its beginning each blindness was shown, and how long until the page screened
        again after the last fault.
    """

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.station = Station(folder / "state")
        self.page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        self.page.set_default_timeout(120_000)
        self._open()
        self.page.evaluate(WROTE)
        self.heard = Heard(self.station.address)
        self.film = Reading(self.page)
        self._chromium = Chromium(self.page)
        self.wrong: list[tuple[list[Fault], Wrong, str]] = []
        self.explained: list[str] = []
        self.shown_s: list[float] = []
        self.back_s: list[float] = []
        self.kinds: Counter[str] = Counter()
        self.pictures = self.green_while_blind = 0
        self.lag_s = 0.0  # between two looks at the faults
        self.gap_s = 0.0
        self._done: dict[Fault, list[float]] = {}

    def _open(self) -> None:
        deadline = time.monotonic() + GREEN_WITHIN_S
        while True:
            with contextlib.suppress(Exception):  # the station has only begun to listen
                self.page.goto(self.station.address)
                return
            assert time.monotonic() < deadline
            time.sleep(0.5)

    def _until_green(self) -> bool:
        """Wait until somebody is cleared, on the panel or in the list."""
        deadline = time.time() + GREEN_WITHIN_S
        while time.time() < deadline:
            self.page.wait_for_timeout(20)
            if self.film.shots and self.film.shots[-1].green > FEW:
                return True
        return False

    def _lately(self) -> str:
        """Return what was painted last, and what the station has said since the last film."""
        now, shots = time.time(), self.film.shots
        glass = f"{shots[-1].state} {now - shots[-1].at:.1f} s ago" if shots else "nothing"
        said = " > ".join(f"{now - one.at:.1f} {one.words}" for one in self.heard.changes()[-40:])
        return f"on the glass {glass} ({len(shots)} pictures); said (s ago): {said}"

    def play(self, drawn: list[Fault]) -> None:
        """Let somebody come, break something, and read what is painted."""
        self.station.now({NOBODY})
        self.page.wait_for_timeout(1e3 * EMPTY_S)
        self.station.now(set())
        del self.film.shots[:-1]
        assert self._until_green(), f"nobody is cleared any more: {self._lately()}"
        del self.film.shots[:-1]
        self.heard.said.clear()
        began = time.time()
        self._run(drawn, began)
        ended = max(ends for _, ends in self._done.values())
        came_back = self._until_screens(ended)
        self._judge(drawn, began, ended, came_back=came_back)

    def _run(self, drawn: list[Fault], began: float) -> None:
        """Begin and end each fault when it is time, and note when it really did."""
        starts = {fault: began + fault.begins_s - FIRST_FAULT_S for fault in drawn}
        hangs = [fault for fault in drawn if fault.kind == "the page hangs"]
        for fault in hangs:
            self.page.evaluate(HANG, [1e3 * starts[fault], 1e3 * fault.lasts_s])
        self._done = {}
        active: set[Fault] = set()
        before = time.time()
        while len(self._done) < len(drawn) or active:
            now = time.time()
            self.lag_s, before = max(self.lag_s, now - before), now
            for fault in drawn:
                ends = starts[fault] + fault.lasts_s
                if fault not in self._done and now >= starts[fault]:
                    self._done[fault] = [now, ends]
                    active.add(fault)
                    self._browser(active, fault, on=True)
                elif fault in active and now >= ends:
                    self._done[fault][1] = now
                    active.discard(fault)
                    self._browser(active, fault, on=False)
            self.station.now({fault.kind for fault in active})
            self.page.wait_for_timeout(20)
        while hangs and self.page.evaluate("window.__hangs.length") < len(hangs):
            self.page.wait_for_timeout(50)
        hung = self.page.evaluate("window.__hangs.splice(0)") if hangs else []
        hangs.sort(key=lambda fault: fault.begins_s)
        self._done |= dict(zip(hangs, hung, strict=True))

    def _browser(self, active: set[Fault], fault: Fault, *, on: bool) -> None:
        if any(other.kind == fault.kind for other in active - {fault}):
            return  # it goes on with that one
        if fault.kind == "the page's process stops":
            self._chromium.stop(self._chromium.renderer, on=on)
        elif fault.kind in {"the browser's network stops", "the page hears nothing"}:
            both = {"the browser's network stops", "the page hears nothing"}
            if not any(other.kind in both for other in active - {fault}):
                self._chromium.stop(self._chromium.network, on=on)
        elif fault.kind == "the disk is full":
            self.station.fill_disk(full=on)

    def _until_screens(self, ended: float) -> bool:
        deadline = ended + BACK_WITHIN_S
        while time.time() < deadline:
            self.page.wait_for_timeout(20)
            if any(shot.at > ended and _screens(shot) for shot in self.film.shots):
                return True
            if time.time() > ended + 1.0 and _screens(self.film.shots[-1]):
                return True
        return False

    def _judge(self, drawn: list[Fault], began: float, ended: float, *, came_back: bool) -> None:
        moments = self.film.moments(began, time.time())
        blind = [
            blindness(fault.kind, begins, ends)
            for fault, (begins, ends) in self._done.items()
            if fault.kind not in HARMLESS
        ]
        said = [wrong for wrong in judge(moments, blind) if wrong.rule != "never back"]
        self.green_while_blind += sum(wrong.what.endswith(": clear") for wrong in said)
        if said:
            late_s = STEP_S * len(said)
            self.wrong.append((drawn, said[-1], f"{late_s:.2f} s too long"))
        if not came_back:
            wrong = Wrong("never back", ended, self.film.shots[-1].state)
            self.wrong.append((drawn, wrong, f"not in {BACK_WITHIN_S:.0f} s"))
        times = [shot.at for shot in self.film.shots]
        self.gap_s = max([self.gap_s, *np.diff([max(began, times[0]), *times[1:]])])
        wrote: list[list[Any]] = self.page.evaluate("window.__wrote.splice(0)")
        if said or not came_back:
            self.explained += explain(self.film.shots, began, self._done, self.heard, wrote)
        self.shown_s += [s for one in blind if (s := shown_after_s(moments, one)) is not None]
        back = back_after_s(moments, ended)
        self.back_s += [] if back is None else [back]
        self.kinds.update(fault.kind for fault in drawn)
        self.pictures += len(self.film.shots)

    def close(self) -> None:
        """End it."""
        self.heard.close()
        self.station.close()


def explain(
    shots: Sequence[Read],
    began: float,
    done: Mapping[Fault, Sequence[float]],
    heard: Heard,
    wrote: Sequence[Sequence[Any]],
) -> list[str]:
    """Return a line for each picture: what it shows, and what was so at its time.

    Parameters
    ----------
    shots
        The pictures.
    began
        From when their times are counted.
    done
        When each fault really began and ended.
    heard
        What the station said.
    wrote
        When the page wrote which state.
    """
    lines = []
    for shot in shots:
        broken = [fault.kind for fault, (begins, ends) in done.items() if begins <= shot.at < ends]
        page = next((state for at, state in reversed(wrote) if at <= shot.at), "what it was")
        lines.append(
            f"{shot.at - began:6.2f} s  glass: {shot.state}, {shot.green} green"
            f" | page: {page} | station: {heard.at(shot.at)} | broken: {', '.join(broken) or '-'}"
        )
    return lines


def _screens(shot: Read) -> bool:
    return shot.green > FEW or shot.state != "not_screening"


def main(number: int, first: int) -> int:
    """Play films until so many faults were played; return how many were wrong."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        painted = Painted(browser, Path(folder))
        films = 0

        @seed(first)
        @settings(
            max_examples=number,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        )
        @given(faults(OF_A_STATION, least=2))
        def play(drawn: list[Fault]) -> None:
            nonlocal films
            if painted.kinds.total() >= number:
                return
            painted.play(drawn)
            films += 1
            if films % 5 == 0:
                report(painted, films)

        try:
            play()
        finally:
            report(painted, films)
            painted.close()
            browser.close()
    return len(painted.wrong)


def report(painted: Painted, films: int) -> None:
    """Print what came of it until now."""
    print(
        f"{painted.kinds.total()} faults in {films} films, {painted.pictures} pictures; "
        f"green while blind: {painted.green_while_blind}"
    )
    for name, values in (("blind shown", painted.shown_s), ("screening again", painted.back_s)):
        if values:
            low, high = np.percentile(values, (50, 99))
            print(f"{name} after: p50 {low:.2f} s, p99 {high:.2f} s, max {max(values):.2f} s")
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"longest wait of the one who films: {painted.lag_s:.2f} s")
    print(f"longest time without a picture: {painted.gap_s:.2f} s")
    for drawn, wrong, how in painted.wrong:
        faults = ", ".join(f"{f.kind} {f.begins_s} {f.lasts_s}" for f in drawn)
        print(f"  {wrong.rule}: {wrong.what}, {how}: {faults}")
    while painted.explained:
        print(f"    {painted.explained.pop(0)}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)))
