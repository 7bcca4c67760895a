"""A running station that is killed while it calibrates goes on, or says what to repeat."""

import http.client
import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.acceptance.words import Chapter
from service.ipc.calibration import Need, Step
from service.state.acceptance import AcceptanceStore
from service.state.admin_password import set_password
from tests.service.running import RunningStation

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

    def do(self, chapter: Chapter, **more: object) -> None:
        self.ask("POST", f"{HERE}/do", {"chapter": chapter, "act": "begin", **more})

    def shown(self) -> Any:
        return self.ask("GET", HERE)[0]["shown"]

    def chapter(self, name: Chapter) -> Any:
        return next(one for one in self.shown()["chapters"] if one["chapter"] == name)

    def needs(self, step: Step) -> list[str]:
        return next(one["needs"] for one in self.shown()["steps"] if one["step"] == step)

    def until(self, right: Callable[[], bool], within_s: float = 60.0) -> None:
        deadline = time.monotonic() + within_s
        while not right():
            assert time.monotonic() < deadline, self.shown()
            time.sleep(0.3)


def test_a_killed_station_goes_on_where_it_was_or_says_what_to_repeat(tmp_path: Path) -> None:
    state = tmp_path / "state"
    set_password(state, PASSWORD)
    station = RunningStation(state, "--scenario", "one-healthy", altered="hurried:20")

    def killed() -> Admin:
        nonlocal station
        station.process.kill()
        station.process.wait()
        station.close()
        station = RunningStation(state, "--scenario", "one-healthy", altered="hurried:20")
        station.screening()
        assert AcceptanceStore(state).load().accepted is None
        return Admin(station)

    try:
        station.screening()
        admin = Admin(station)
        admin.ask("PUT", f"{HERE}/ticks", {"unpacked": True, "placed": True})
        admin.ask("PUT", f"{HERE}/notes", {"place": "By the lift"})
        admin.do(Chapter.WARM_UP)
        admin.until(lambda: admin.chapter(Chapter.WARM_UP)["have"] > 0)

        admin = killed()  # within a series that no gap may have
        assert admin.needs(Step.UNPACK) == []
        assert admin.shown()["notes"]["place"] == "By the lift"
        stands = admin.chapter(Chapter.WARM_UP)
        assert (stands["have"], stands["running"], stands["repeat"]) == (0, False, True)
        assert Need.REPEAT in admin.needs(Step.WARM_UP)
        admin.do(Chapter.RESOLUTION)
        admin.until(lambda: admin.chapter(Chapter.RESOLUTION)["have"] >= 3)
        kept = admin.chapter(Chapter.RESOLUTION)["have"]

        admin = killed()  # within single values: those that there are count
        stands = admin.chapter(Chapter.RESOLUTION)
        assert stands["have"] >= kept
        assert (stands["running"], stands["repeat"]) == (False, False)
        assert Need.REPEAT in admin.needs(Step.WARM_UP), "said until it is done"
    finally:
        station.close()
