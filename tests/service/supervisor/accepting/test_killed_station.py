"""A running station that is killed while it calibrates goes on, or says what to repeat."""

import http.client
import json
import os
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from device.calibrator.emulator import EmulatedHart
from service.acceptance.words import Chapter, Place, Trial
from service.ipc.calibration import BySerial, Challenge, Decision, Driven, Need, Step
from service.state.acceptance import AcceptanceStore
from service.state.admin_password import set_password
from tests.service.running import RunningStation, alive, gone

STANDING = """
title = "Somebody stands at the mark"
duration_s = 300.0
people = [{canthus_c = 35.6, hot_spot_k = 1.5, height_m = 1.7, start = [0.3, 2.2], steps = [
  {walk_to = [0.0, 1.0]}, {stand_s = 290.0},
]}]
"""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PASSWORD = "correct horse"
HERE = "/api/admin/calibration"


class Admin:
    """An admin of one life of a station, without a browser."""

    def __init__(self, station: RunningStation) -> None:
        self.station = station
        self.cookie = ""
        _, header = self.ask("POST", "/api/admin/login", {"password": PASSWORD})
        self.cookie = header.split(";")[0]

    def ask(self, method: str, path: str, body: object = None) -> tuple[Any, str]:
        headers = {"content-type": "application/json", "cookie": self.cookie}
        headers["origin"] = self.station.address
        with closing(http.client.HTTPConnection(self.station.authority, timeout=30.0)) as there:
            there.request(method, path, None if body is None else json.dumps(body), headers)
            with there.getresponse() as response:
                said = json.loads(response.read())
        assert response.status == 200, said
        return said, response.getheader("set-cookie") or ""

    def do(self, chapter: Chapter, act: str = "begin", **more: object) -> None:
        self.ask("POST", f"{HERE}/do", {"chapter": chapter, "act": act, **more})

    def decide(self, decision: Decision, **more: object) -> None:
        self.ask("POST", f"{HERE}/decide", {"decision": decision, **more})

    def overview(self) -> Any:
        return self.ask("GET", "/api/admin/overview")[0]

    def shown(self) -> Any:
        return self.ask("GET", HERE)[0]["shown"]

    def chapter(self, name: Chapter) -> Any:
        return next(one for one in self.shown()["chapters"] if one["chapter"] == name)

    def needs(self, step: Step) -> list[str]:
        return next(one["needs"] for one in self.shown()["steps"] if one["step"] == step)

    def until(self, right: Callable[[], bool], within_s: float = 60.0) -> None:
        deadline = time.monotonic() + within_s
        while not right():
            assert time.monotonic() < deadline, json.dumps(self.shown())[:4000]
            time.sleep(0.9)  # a station grants a page hardly more

    def until_has(self, name: Chapter) -> None:
        self.until(lambda: self.chapter(name)["have"] > 0)

    def until_runs(self, name: Chapter, *, runs: bool = True) -> None:
        self.until(lambda: self.chapter(name)["running"] is runs)

    def until_measured(self) -> None:
        """Wait until somebody at the mark has been measured."""
        self.until(lambda: any(one["skin_temp_c"] for one in self.shown()["readings"]))

    def threshold_c(self) -> float:
        return float(self.overview()["settings"]["decision"]["threshold_c"])


class Lives:
    """A station that is killed, and started again on the same folder."""

    def __init__(self, state: Path, *options: str) -> None:
        self._state, self._options = state, options
        set_password(state, PASSWORD)
        self.station = self._start()
        self.admin = Admin(self.station)

    def _start(self) -> RunningStation:
        station = RunningStation(self._state, *self._options, altered="hurried:20")
        station.screening()
        return station

    def kill(self) -> Admin:
        """Kill the supervisor, and return an admin of its next life."""
        children = list(self.station.children().values())
        self.station.process.kill()
        self.station.process.wait()
        assert gone(children, within_s=10.0), "nothing outlives its supervisor"
        self.close()
        self.station = self._start()
        assert AcceptanceStore(self._state).load().accepted is None
        self.admin = Admin(self.station)
        shown = self.admin.shown()
        assert shown["problem"] == ""
        assert not any(one["running"] for one in shown["chapters"])
        return self.admin

    def close(self) -> None:
        self.station.close()


def test_a_killed_station_goes_on_where_it_was_or_says_what_to_repeat(tmp_path: Path) -> None:
    with closing(Lives(tmp_path / "state", "--scenario", "one-healthy")) as lives:
        admin = lives.admin
        admin.ask("PUT", f"{HERE}/ticks", {"unpacked": True, "placed": True})
        admin.ask("PUT", f"{HERE}/notes", {"place": "By the lift"})
        admin.do(Chapter.WARM_UP)
        admin.until(lambda: admin.chapter(Chapter.WARM_UP)["have"] > 0)

        admin = lives.kill()  # within a series that no gap may have
        assert admin.needs(Step.UNPACK) == []
        assert admin.shown()["notes"]["place"] == "By the lift"
        stands = admin.chapter(Chapter.WARM_UP)
        assert (stands["have"], stands["running"], stands["repeat"]) == (0, False, True)
        assert Need.REPEAT in admin.needs(Step.WARM_UP)
        admin.do(Chapter.RESOLUTION)
        admin.until(lambda: admin.chapter(Chapter.RESOLUTION)["have"] >= 3)
        kept = admin.chapter(Chapter.RESOLUTION)["have"]

        admin = lives.kill()  # within single values: those that there are count
        stands = admin.chapter(Chapter.RESOLUTION)
        assert stands["have"] >= kept
        assert (stands["running"], stands["repeat"]) == (False, False)
        assert Need.REPEAT in admin.needs(Step.WARM_UP), "said until it is done"


def test_a_calibrator_is_set_by_a_running_station_and_by_the_next_one(tmp_path: Path) -> None:
    """The emulated plate follows its set points; what the simulated camera sees is a wall."""
    with (
        EmulatedHart(pace=200.0) as emulated,
        closing(
            Lives(tmp_path / "state", "--scenario", "empty", "--calibrator", emulated.port)
        ) as lives,
    ):
        admin = lives.admin
        assert admin.shown()["calibrator"]["stands"] == Driven.READY
        admin.do(Chapter.ACCURACY, at=(320.0, 256.0), by_serial=BySerial.FEW)
        admin.until(lambda: admin.chapter(Chapter.ACCURACY)["have"] == 1, 120.0)
        process = calibrator_of(lives.station)
        assert process is not None, "a locked process of its own"

        admin = lives.kill()
        assert not alive(process)
        assert calibrator_of(lives.station) is None, "there is none without a sweep"
        assert admin.chapter(Chapter.ACCURACY)["have"] == 1
        emulated.heard.clear()
        admin.do(Chapter.ACCURACY, at=(320.0, 256.0), by_serial=BySerial.FEW)
        admin.until(lambda: admin.shown()["calibrator"]["stands"] == Driven.ENDED, 120.0)
        assert admin.chapter(Chapter.ACCURACY)["have"] == 3
        assert [one for one in emulated.heard if one.startswith("s=")] == ["s=37.00", "s=39.00"]
        assert calibrator_of(lives.station) is None


def calibrator_of(station: RunningStation) -> int | None:
    """Return the process of a station that speaks to a calibrator."""
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if (entry / "comm").read_text().strip() == "limen-calibrato":
                status = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(status[1]) == station.process.pid:
                    return int(entry.name)
    return None


@pytest.mark.timeout(560)
@pytest.mark.skipif(os.environ.get("LIMEN_EVERY") != "1", reason="minutes: LIMEN_EVERY=1")
def test_a_station_killed_in_any_step_or_chapter_goes_on_or_says_what_to_repeat(
    tmp_path: Path,
) -> None:
    own = tmp_path / "standing.toml"
    own.write_text(STANDING)
    with closing(Lives(tmp_path / "state", "--scenario", str(own))) as lives:
        what_is_typed_is_there_once_it_was_acknowledged(lives)
        what_was_not_ended_proves_nothing(lives)
        a_long_series_is_repeated_and_single_values_are_kept(lives)
        a_trial_leaves_none_behind(lives)
        what_is_not_whole_is_not_closed(lives)


def what_is_typed_is_there_once_it_was_acknowledged(lives: Lives) -> None:
    for tick in ("unpacked", "placed", "surroundings"):
        ticks = {**lives.admin.shown()["ticks"], tick: True}
        lives.admin.ask("PUT", f"{HERE}/ticks", ticks)
        assert lives.kill().shown()["ticks"] == ticks
    admin = lives.admin
    admin.ask("PUT", f"{HERE}/notes", {"paper": {"laboratory": "Lab", "serial": "7"}})
    settings = admin.overview()["settings"]
    settings["scene"]["distance_m"] = 1.05
    admin.ask("PUT", "/api/admin/settings", settings)
    until = (datetime.now(UTC).date() + timedelta(days=90)).isoformat()
    admin.decide(Decision.REVIEW, review={"until": until, "blocks": False})
    admin = lives.kill()
    assert admin.shown()["notes"]["paper"]["serial"] == "7"
    assert admin.overview()["settings"] == settings
    assert admin.shown()["review"]["until"] == until


def what_was_not_ended_proves_nothing(lives: Lives) -> None:
    lives.admin.decide(Decision.CHALLENGE)
    assert lives.admin.shown()["challenge"] == Challenge.COVER
    admin = lives.kill()
    assert admin.shown()["challenge"] == Challenge.NONE
    assert Need.CHALLENGE in admin.needs(Step.REFERENCE)
    admin.ask("POST", "/api/admin/non-uniformity", {})
    admin = lives.kill()
    assert not admin.overview()["non_uniformity_learning"]
    assert Need.SHAPE in admin.needs(Step.SHAPE)


def a_long_series_is_repeated_and_single_values_are_kept(lives: Lives) -> None:
    for name in (Chapter.WARM_UP, Chapter.STABILITY):
        lives.admin.do(name)
        lives.admin.until_has(name)
        stands = lives.kill().chapter(name)
        assert (stands["have"], stands["repeat"]) == (0, True), name
    at = {"at": (320.0, 256.0)}
    for name, more in (
        (Chapter.ACCURACY, {**at, "set_c": 34.0}),
        (Chapter.UNIFORMITY, {**at, "place": Place.MIDDLE}),
    ):
        lives.admin.do(name, **more)
        lives.admin.until_has(name)
        lives.admin.until_runs(name, runs=False)
        lives.admin.do(name, **more)
        lives.admin.until_runs(name)
        stands = lives.kill().chapter(name)
        assert (stands["have"], stands["repeat"]) == (1, False), name
    lives.admin.do(Chapter.RESOLUTION)
    lives.admin.until_has(Chapter.RESOLUTION)
    assert lives.kill().chapter(Chapter.RESOLUTION)["have"] > 0


def a_trial_leaves_none_behind(lives: Lives) -> None:
    set_c = lives.admin.threshold_c()
    for name in (Chapter.THRESHOLD, Chapter.ALARM):
        lives.admin.until_measured()
        lives.admin.do(name)
        lives.admin.until_runs(name)
        assert lives.kill().chapter(name)["have"] == 0, name
        assert lives.admin.threshold_c() == set_c
    lives.admin.do(Chapter.NOT_FUNCTIONING, trial=Trial.LENS_COVERED)
    lives.admin.until_runs(Chapter.NOT_FUNCTIONING)
    assert lives.kill().chapter(Chapter.NOT_FUNCTIONING)["have"] == 0
    lives.admin.until_measured()
    lives.admin.do(Chapter.PEOPLE, clinical_c=36.6)
    assert lives.admin.shown()["waiting_first"]
    assert lives.kill().shown()["waiting_first"], "the first operator's difference is kept"


def what_is_not_whole_is_not_closed(lives: Lives) -> None:
    with pytest.raises(AssertionError, match="not done"):
        lives.admin.decide(Decision.CLOSE, signers=(0, 1))
    with pytest.raises(AssertionError):
        lives.admin.decide(Decision.PUT_IN_FORCE)
    assert lives.kill().shown()["record_sha256"] == ""
