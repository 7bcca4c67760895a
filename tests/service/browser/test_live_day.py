"""A live station, a film of many visitors, and two guards whose screens answer as fast as they can.

Each visitor takes as long as in life, so this is a command and no part of a whole run; more than
forty are asked for in forties:

    LIMEN_LIVE_DAY=200 pytest -s tests/service/browser/test_live_day.py
"""

import json
import os
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.ipc.view import Outcome
from service.state.counters import FILE, Counted
from tests.service.browser.conftest import Screen
from tests.service.running import RunningStation

VISITORS = int(os.environ.get("LIMEN_LIVE_DAY", "0"))
BEGIN_S = 12.0  # the station sees before the first comes
EVERY_S = 4.4
TURN = 40  # as many as a film may have: more come as the film begins again
REST_S = 40.0  # between two turns; in that after the last one everything is answered
FEVERISH = 4  # every so many-th
STATION = """
title = "Many visitors, one after the other"
duration_s = {duration_s}
shows = ["clear", "elevated"]

[camera]
model = "lepton-3.5"
portrait = true

[[references]]
at = [0.27, 1.5, 0.9]
"""
PERSON = """
[[people]]
height_m = 1.7
canthus_c = {canthus_c}
at_s = {at_s:.1f}
start = [0.3, 1.8]
steps = [
  {{ walk_to = [0.0, 0.75] }},
  {{ stand_s = 2.0 }},
  {{ walk_to = [1.6, 1.2], look = "ahead" }},
]
"""
# A guard who presses what there is, twenty times a second, and undoes one answer of eight.
GUARD = """
window.__pressed = { acknowledge: 0, outcome: 0, undo: 0 };
const press = (button, what) => { window.__pressed[what] += 1; button.click(); };
setInterval(() => {
  if (window.__rests) return;
  const some = [...document.querySelectorAll("#card [data-outcome]:not([hidden])")];
  const undo = document.querySelector(".queue .ended button");
  const seen = document.getElementById("acknowledge");
  if (!seen.hidden) press(seen, "acknowledge");
  else if (undo && Math.random() < 0.005) press(undo, "undo");
  else if (some.length) press(some[Math.floor(Math.random() * some.length)], "outcome");
}, 50);
"""


TURNS = -(-VISITORS // TURN)
TURN_S = BEGIN_S + EVERY_S * min(TURN, VISITORS) + REST_S


def film(path: Path) -> int:
    """Write the scenario; return how many of all visitors are feverish."""
    warm = [at % FEVERISH == FEVERISH - 1 for at in range(min(TURN, VISITORS))]
    people = [
        PERSON.format(canthus_c=39.8 if feverish else 35.5, at_s=BEGIN_S + EVERY_S * at)
        for at, feverish in enumerate(warm)
    ]
    path.write_text("".join([STATION.format(duration_s=TURN_S), *people]))
    return sum(warm) * TURNS


class Watch:
    """Everything that the station ever showed of its cards."""

    def __init__(self, station: RunningStation) -> None:
        self.last: dict[int, dict[str, Any]] = {}
        self.waiting, self.visitors, self.undone = 0, 0, 0
        self.thread = threading.Thread(target=self._watch, args=(station,), daemon=True)
        self.thread.start()

    @property
    def called(self) -> int:
        """How many alarms there were."""
        return sum(card["need"] == "elevated" for card in list(self.last.values()))

    def _watch(self, station: RunningStation) -> None:
        try:
            for view in station.views():
                for card in view["alarms"]:
                    before = self.last.get(card["number"])
                    self.undone += bool(before and before["outcome"] and not card["outcome"])
                    self.last[card["number"]] = card
                ids = [one["id"] for one in view["visitors"]]
                self.visitors = max([self.visitors, *ids])
                self.waiting = view["waiting"]
        except OSError:
            pass  # the station has stopped


@pytest.mark.skipif(not VISITORS, reason="LIMEN_LIVE_DAY says how many visitors")
@pytest.mark.timeout(TURN_S * (TURNS + 1) + 300.0)
def test_no_alarm_is_lost_and_the_sums_are_right_while_two_guards_race(
    tmp_path: Path, new_screen: Callable[..., Screen]
) -> None:
    feverish = film(tmp_path / "day.toml")
    station = RunningStation(tmp_path / "state", "--scenario", str(tmp_path / "day.toml"))
    try:
        watch = Watch(station)
        guards = [new_screen().open(f"{station.address}/") for _ in range(2)]
        for guard in guards:
            guard.page.evaluate(GUARD)
        # By the time of the film: who was called back has one number and not two.
        guards[0].page.wait_for_timeout(1e3 * (TURN_S * TURNS - REST_S + 2 * EVERY_S))
        # On a busy machine the film is late.
        guards[0].until(lambda: watch.called >= feverish, within_s=TURN_S)
        # Whoever was called back has a minute; then everything is answered, and ten seconds pass.
        guards[0].until(
            lambda: watch.waiting == 0 and all(one["outcome"] for one in watch.last.values()),
            within_s=BEGIN_S + REST_S,
        )
        pressed = [guard.page.evaluate("window.__pressed") for guard in guards]
        for guard in guards:
            guard.page.evaluate("window.__rests = true")
        for guard in guards:
            guard.until_text("card-title", "Nobody is waiting for a check")
        guards[0].page.wait_for_timeout(1000)
        assert [guard.errors for guard in guards] == [[], []]
    finally:
        station.close()
    hours = json.loads((station.state / FILE).read_text())
    sums: Counter[str] = sum((Counter(hour) for hour in hours.values()), Counter[str]())
    ended = Counter(card["outcome"] for card in watch.last.values())
    print(
        f"\n{min(TURN, VISITORS) * TURNS} visitors, {feverish} feverish:"
        f" numbers to {watch.visitors}, {dict(sums)}"
    )
    print(
        f"{len(watch.last)} cards, {watch.called} alarms, {watch.undone} undone; pressed: {pressed}"
    )
    assert sorted(watch.last) == list(range(1, len(watch.last) + 1)), "a card was never shown"
    assert all(sums[Counted(outcome.value)] == ended[outcome.value] for outcome in Outcome), ended
    assert all(card["acknowledged"] for card in watch.last.values())
    assert min(one["acknowledge"] for one in pressed) > 0, "both guards had something to do"
