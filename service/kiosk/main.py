"""The kiosk: the browser, and a watch on it from outside. It is the one client that cage starts.

When it ends the compositor ends, and systemd starts both again: a screen without a watch is none.
"""

import math
import os
import selectors
import signal
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from service.kiosk.browser import CHROMIUM_OPTIONS
from service.kiosk.cover import Cover
from service.kiosk.judgement import Judgement
from service.kiosk.lamp import LampKeeper
from service.kiosk.sound import MachineSound
from service.kiosk.station import Station

_TURN_S: Final = 0.02
_START_AGAIN_S: Final = 1.0


class Browser:
    """Chromium in a process group of its own.

    Parameters
    ----------
    command
        The whole of it, with the page's address at the end.
    """

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self.started_at = -math.inf  # monotonic

    @property
    def runs(self) -> bool:
        """Whether it does."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it anew; what is left of the last one is ended."""
        self.close()
        self.started_at = time.monotonic()
        # what it prints, a page can bring about, and the journal would keep
        self._process = subprocess.Popen(
            self._command,
            process_group=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def close(self) -> None:
        """End it, stopped or not."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):  # it may be gone already
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


def browser_command(authority: str, profile: Path, *more: str, beside: int = 0) -> tuple[str, ...]:
    """Return how Chromium is started.

    Parameters
    ----------
    authority
        Host and port of the station.
    profile
        Its folder, in memory.
    more
        More of its options.
    beside
        Width of the guard's monitor, where the visitor's is beside it; 0: there is one.
    """
    page = f"beside#{beside}" if beside else ""
    return (
        *("/usr/bin/chromium", "--kiosk", "--ozone-platform=wayland", *CHROMIUM_OPTIONS, *more),
        *(f"--user-data-dir={profile}", f"http://{authority}/{page}"),
    )


def run(authority: str, profile: Path, lamp: Path | None, *more: str, beside: int = 0) -> None:
    """Run until SIGTERM, or until the compositor ends.

    Parameters
    ----------
    authority, profile, more, beside
        As for `browser_command`.
    lamp
        The node of the lamp's relay; None: there is no lamp.

    Raises
    ------
    WaylandError
        When there is no compositor.
    """
    ended = False

    def end(_number: int, _frame: object) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    with ExitStack() as closing, selectors.DefaultSelector() as selector:
        cover, station, sound = Cover(beside), Station(authority), MachineSound()
        browser = Browser(browser_command(authority, profile, *more, beside=beside))
        keeper = LampKeeper(lamp) if lamp is not None else None
        for close in (cover.close, station.close, sound.close, browser.close):
            closing.callback(close)
        if keeper is not None:
            closing.callback(keeper.close)
        selector.register(cover, selectors.EVENT_READ)
        judgement = Judgement(time.monotonic())
        while not ended:
            now = time.monotonic()
            if station.latest is not None:
                judgement.answered(*station.latest)
            orders = judgement.orders(now)
            gone = not browser.runs and now - browser.started_at > _START_AGAIN_S
            if orders.restart_browser or gone:
                browser.start()
                judgement.browser_started(now)
            cover.turn(on=orders.cover, language=judgement.language)
            sound.turn(on=orders.sound)
            if keeper is not None:
                keeper.set(orders.wires)
            selector.select(_TURN_S)
