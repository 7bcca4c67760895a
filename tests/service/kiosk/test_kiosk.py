"""The kiosk tried by keys and by faults: what is on the glass, in the ear, on the lamp."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from screening.result import State, Verdict
from tests.service.kiosk.caged import Caged, missing, until
from tests.service.kiosk.relay import Relay
from tests.service.stage import Stage, view, visitor

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.timeout(280)]
CLEARED = visitor(1, Verdict.CLEAR)
CLEAR = view(State.CLEAR, visitor=CLEARED, visitors=(CLEARED,), fading=0.6)
DARK_WITHIN_S = 0.75
"""0.4 s without an acknowledgement, 0.1 s between two, and painting; on a busy machine."""

CTRL, SHIFT, ALT, SUPER = 37, 50, 64, 133
HARMFUL = {
    "a new tab": (CTRL, 28),
    "a new window": (CTRL, 57),
    "a private window": (CTRL, SHIFT, 57),
    "print": (CTRL, 33),
    "save": (CTRL, 39),
    "open a file": (CTRL, 32),
    "view the source": (CTRL, 30),
    "the address bar": (ALT, 40),
    "the address bar by F6": (72,),
    "developer tools": (CTRL, SHIFT, 31),
    "developer tools by F12": (96,),
    "find": (CTRL, 41),
    "find by F3": (69,),
    "downloads": (CTRL, 44),
    "history": (CTRL, 43),
    "help": (67,),
    "reload": (71,),
    "carets": (73,),
    "the menu": (76,),
    "not full screen": (95,),
    "the task manager": (SHIFT, 9),
    "back": (ALT, 113),
    "back by its own key": (166,),
    "home": (180,),
    "search": (225,),
    "the context menu": (135,),
    "a screenshot": (107,),
    "the system's menu": (SUPER,),
    "close by Alt": (ALT, 70),
    "close the tab": (CTRL, 25),
    "quit": (CTRL, SHIFT, 24),
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    staged = Stage()
    yield staged
    staged.close()


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    relay.close()


@pytest.fixture(scope="module")
def kiosk(stage: Stage, relay: Relay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caged]:
    if lacking := missing():
        reason = f"not here: {' '.join(lacking)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    caged = Caged(stage.authority, tmp_path_factory.mktemp("kiosk"), relay.path)
    yield caged
    caged.close()


def green(kiosk: Caged) -> int:
    """How many pixels have the green of *clear*."""
    blue, green, red = np.moveaxis(kiosk.picture(), 2, 0)
    return int(((green > red + 60) & (green > 120) & (blue > red + 20)).sum())


def clear(kiosk: Caged, stage: Stage) -> None:
    stage.show(CLEAR)
    until(lambda: green(kiosk) > 10_000, f"no clear on the glass: {kiosk.said()}")
    time.sleep(0.7)


def settled(kiosk: Caged) -> NDArray[np.int16]:
    """Return the glass once nothing on it has changed for a while."""
    seen = [kiosk.picture()]

    def still() -> bool:
        time.sleep(0.8)
        seen.append(kiosk.picture())
        return changed(*seen[-2:]) == 0

    until(still, "the screen never settles")
    return seen[-1]


def changed(before: NDArray[np.int16], after: NDArray[np.int16]) -> int:
    """How many pixels are others."""
    return int((abs(after - before).max(axis=2) > 24).sum())


def dark_after(kiosk: Caged, hurt: Callable[[], None]) -> float:
    """How long it takes after a fault until nothing green is on the glass."""
    began = time.monotonic()
    hurt()
    until(lambda: green(kiosk) == 0, "still green", within_s=3.0)
    took = time.monotonic() - began
    time.sleep(0.3)
    assert green(kiosk) == 0
    white = int((kiosk.picture().min(axis=2) > 240).sum())
    assert white > 2000  # the words of the cover
    return took


def send(pids: list[int], number: signal.Signals) -> None:
    assert pids
    for pid in pids:
        os.kill(pid, number)


def test_no_key_brings_anything_but_the_alert_screen(kiosk: Caged, stage: Stage) -> None:
    clear(kiosk, stage)
    kiosk.press(65)  # Space: a key is heard at all, and unlocks the page's sound
    before = settled(kiosk)
    for what, keys in HARMFUL.items():
        kiosk.press(*keys)
        time.sleep(0.4)
        # On a busy machine a cover may come and go; what a key has opened stays.
        until(lambda: changed(before, kiosk.picture()) < 200, f"{what} stays", within_s=20.0)
        assert kiosk.runs, what
    kiosk.press(23)  # Tab: keys still arrive
    until(lambda: changed(before, kiosk.picture()) > 100, "no key arrives")


def test_no_mouse_button_opens_anything(kiosk: Caged, stage: Stage) -> None:
    clear(kiosk, stage)
    kiosk.click(1, 640, 600)
    before = settled(kiosk)
    link = (60, 742)  # the footer's first
    kiosk.click(3, 640, 300)  # a menu
    kiosk.click(2, *link)  # a tab
    kiosk.click(1, *link, SHIFT)  # a window
    time.sleep(2.0)
    # The pointer and the colour of what it lies on are all that may be another.
    until(lambda: changed(before, kiosk.picture()) < 2000, "something stays", within_s=20.0)
    assert stage.watching() == 1


def test_a_browser_that_stands_still_is_covered_sounded_and_lit(
    kiosk: Caged, stage: Stage, relay: Relay
) -> None:
    clear(kiosk, stage)
    until(lambda: relay.states == 1, "the lamp does not say that the station screens")
    taken = []
    for kind in ("gpu-process", "renderer", ""):
        pids = kiosk.browsers(kind)
        taken.append(dark_after(kiosk, lambda pids=pids: send(pids, signal.SIGSTOP)))  # type: ignore[misc] # bound
        until(lambda: relay.states == 0, "the lamp still says that it screens", within_s=1.0)
        if not kind:
            until(lambda: heard(kiosk.heard) == {392, 294, 196}, "the machine does not sound")
        send(pids, signal.SIGCONT)
        until(lambda: green(kiosk) > 10_000, f"the cover stays over a page that paints: {kind}")
        until(lambda: relay.states == 1, "the lamp does not come back")
    print("dark after", taken)
    assert min(taken) < DARK_WITHIN_S
    assert max(taken) < 2.0


def test_a_station_that_stands_still_is_covered(kiosk: Caged, stage: Stage, relay: Relay) -> None:
    clear(kiosk, stage)
    dark_after(kiosk, lambda: os.kill(stage.web.pid, signal.SIGSTOP))
    assert relay.states == 0
    os.kill(stage.web.pid, signal.SIGCONT)
    until(lambda: green(kiosk) > 10_000, "the cover stays")


def test_a_browser_that_ends_is_covered_and_started_again(kiosk: Caged, stage: Stage) -> None:
    clear(kiosk, stage)
    dark_after(kiosk, lambda: send(kiosk.browsers(), signal.SIGKILL))
    until(lambda: green(kiosk) > 10_000, f"no browser comes back: {kiosk.said()}")
    assert kiosk.runs


def heard(file: Path) -> set[int]:
    """Return the pitches in what the loudspeaker was given, among those of the three notes."""
    if not file.exists():
        return set()
    samples = np.fromfile(file, "<i2").astype(float)
    found = set()
    for begin in range(0, len(samples) - 4800, 4800):
        part = samples[begin : begin + 4800]
        if abs(part).max() > 3000:
            spectrum = abs(np.fft.rfft(part * np.hanning(4800), 48_000))
            found |= {note for note in (392, 294, 196) if abs(int(spectrum.argmax()) - note) <= 3}
    return found
