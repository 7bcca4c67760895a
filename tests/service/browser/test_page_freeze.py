"""Whatever hangs, the screen goes dark by itself: looked at in pixels, outside the page."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from screening.result import Reason, State, Verdict
from tests.faults.heard import Heard
from tests.faults.painted import panel
from tests.service.browser.conftest import Screen
from tests.service.browser.filming import FEW, Film, green
from tests.service.stage import Stage, view, visitor

pytestmark = pytest.mark.alone

DARK_WITHIN_S = 0.6
FOR_S = 2.0
TRIES = 3
CLEARED = visitor(1, Verdict.CLEAR)
CLEAR = view(State.CLEAR, visitor=CLEARED, visitors=(CLEARED,), fading=0.6)


@pytest.fixture
def film(screen: Screen, stage: Stage) -> Film:
    """Film a screen that says *clear*."""
    stage.show(CLEAR)
    screen.wait("clear")
    film = Film(screen.page)
    screen.until(lambda: any(shot.green > 10_000 for shot in film.shots))
    screen.page.wait_for_timeout(500)
    return film


def renderers() -> dict[int, int]:
    """Return the renderers of this test's browser and the processor time of each, in ticks."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            parents[int(folder.name)] = int(stat[1])
            if b"--type=renderer" in (folder / "cmdline").read_bytes():
                used[int(folder.name)] = int(stat[11]) + int(stat[12])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return {pid: ticks for pid, ticks in used.items() if _is_ours(pid, parents)}


def _is_ours(pid: int, parents: dict[int, int]) -> bool:
    while pid > 1 and pid != os.getpid():
        pid = parents.get(pid, 0)
    return pid == os.getpid()


def renderer_of(page: Page) -> int:
    """Return the process that runs the page's script: the one that works when it does."""
    before = renderers()
    page.evaluate("{ const end = Date.now() + 400; while (Date.now() < end); }")
    after = renderers()
    return max(after, key=lambda pid: after[pid] - before.get(pid, after[pid]))


def goes_dark(
    screen: Screen, film: Film, hurt: Callable[[], float], heal: Callable[[], None]
) -> None:
    """Check that a fault makes the screen dark in time, and that it was the fault that did.

    On a busy machine painting itself takes longer, so that one of three tries has to be in time;
    each has to go dark.
    """
    taken = []
    for _ in range(TRIES):
        began = hurt()
        taken.append(film.green_until(began, FOR_S))
        heal()
        screen.until(lambda: film.shots[-1].green > FEW)
        if taken[-1] < DARK_WITHIN_S:
            break
        screen.page.wait_for_timeout(1000)
    assert min(taken) < DARK_WITHIN_S
    assert max(taken) < FOR_S


def test_a_page_whose_script_hangs_goes_dark(screen: Screen, film: Film) -> None:
    def hang() -> float:
        screen.page.evaluate(
            """void setTimeout(() => {
              const end = Date.now() + 3000;
              while (Date.now() < end);
            }, 0)"""
        )
        return time.time()

    goes_dark(screen, film, hang, lambda: screen.page.wait_for_timeout(1500))


def test_a_page_whose_process_stops_goes_dark(screen: Screen, film: Film) -> None:
    pid = renderer_of(screen.page)
    screen.page.wait_for_timeout(500)
    goes_dark(screen, film, lambda: stopped(pid), lambda: os.kill(pid, signal.SIGCONT))


def test_a_web_process_that_stops_leaves_the_screen_dark(
    screen: Screen, film: Film, stage: Stage
) -> None:
    pid = stage.web.pid
    goes_dark(screen, film, lambda: stopped(pid), lambda: os.kill(pid, signal.SIGCONT))


def stopped(pid: int) -> float:
    """Stop a process; return when."""
    began = time.time()
    os.kill(pid, signal.SIGSTOP)
    return began


def test_a_supervisor_that_falls_silent_leaves_the_screen_dark(
    screen: Screen, film: Film, stage: Stage
) -> None:
    def silence() -> float:
        stage.silent = True
        screen.page.wait_for_timeout(60)  # a view may be on its way
        return stage.told_at

    goes_dark(screen, film, silence, lambda: setattr(stage, "silent", False))


def test_without_its_outer_cover_a_page_is_not_acknowledged(
    stage: Stage, new_screen: Callable[..., Screen]
) -> None:
    stage.reset()
    stage.show(CLEAR)
    screen = new_screen()
    screen.page.route("**/cover", lambda route: route.abort())
    screen.open(f"{stage.address}/").wait("clear")
    screen.until(lambda: any(getattr(said, "frozen", 0) for said in stage.asked))


def test_the_covers_let_clicks_through(screen: Screen, stage: Stage) -> None:
    stage.show(CLEAR)
    screen.wait("clear")
    before = screen.text("title")
    screen.page.locator("[data-language=fr]").click()
    screen.until(lambda: screen.text("title") != before)
    for name in ("cover", "outer-cover"):
        found = screen.page.locator(f"#{name}")
        assert found.evaluate("(e) => getComputedStyle(e).pointerEvents") == "none"


def test_green_is_said_by_clear_alone_and_each_panel_can_be_told(
    screen: Screen, stage: Stage
) -> None:
    """The second is what `scripts/faults --painted` reads."""
    panels = {State.HOLD_STILL: "come_closer"}  # one colour for all that is asked of a visitor
    for state in (State.READY, State.NOT_SCREENING, State.HOLD_STILL, State.CLEAR):
        stage.show(CLEAR if state is State.CLEAR else view(state))
        screen.wait(state)
        screen.page.wait_for_timeout(100)
        wanted = panels.get(state, state)
        for _ in range(20):  # on a busy machine a picture may be of a dark moment
            shot = np.frombuffer(screen.page.screenshot(type="jpeg", quality=90), np.uint8)
            assert state is State.CLEAR or green(shot) <= FEW, state
            if panel(shot) == wanted:
                break
        assert panel(shot) == wanted
        assert (green(shot) > FEW) == (state is State.CLEAR)


def test_what_a_station_says_is_heard_beside_the_page(screen: Screen, stage: Stage) -> None:
    heard = Heard(stage.address)
    stage.show(CLEAR)
    screen.until(lambda: bool(heard.said) and heard.said[-1].words == "clear [clear]")
    assert 0.0 < heard.said[-1].holds_s <= 0.5
    stage.show(view(State.NOT_SCREENING, Reason.BAD_PIXELS))
    screen.until(lambda: heard.said[-1].words == "not_screening bad_pixels")
    heard.close()
