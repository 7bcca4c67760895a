"""Whatever moment the power fails in, nothing is lost that was acknowledged.

`LIMEN_EVERY_BYTE=1` tears each write, and cuts each file, at every byte; without it at some.
"""

import math
import os
import random
import shutil
import signal
import time
from hashlib import sha256
from pathlib import Path

import pytest

from service.state.audit import KEY, restart
from service.state.audit_trail import TRAIL, read
from tests.service.state.day import Acknowledged, kept, live, look, told
from tests.service.state.disk import Disk, Folder

EVERY_BYTE = bool(os.environ.get("LIMEN_EVERY_BYTE"))
pytestmark = pytest.mark.timeout(0 if EVERY_BYTE else 300)
KILLS = 2000 if EVERY_BYTE else 30


def put(folder: Path, files: Folder) -> Path:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_a_power_cut_after_any_call_loses_nothing_and_starts_again(tmp_path: Path) -> None:
    folder, done = tmp_path / "state", Acknowledged()
    folder.mkdir()
    states: dict[bytes, tuple[Folder, Acknowledged]] = {}

    def cut() -> None:
        for files in disk.after_power_cuts(1 if EVERY_BYTE else 37):
            digest = sha256(repr(sorted(files.items())).encode()).digest()
            states[digest] = files, done.copy()

    disk = Disk(folder, cut)
    with disk.watching():
        live(folder, done)
    assert disk.calls > 100
    assert len(states) > 200
    kept(folder, done)
    for number, (files, acknowledged) in enumerate(states.values()):
        here = put(tmp_path / f"cut-{number}", files)
        kept(here, acknowledged)
        shutil.rmtree(here)


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, Acknowledged]:
    folder, done = tmp_path_factory.mktemp("day") / "state", Acknowledged()
    folder.mkdir()
    live(folder, done)
    return {path.name: path.read_bytes() for path in folder.iterdir()}, done


REMEDIES = {
    "audit.jsonl": "limen audit restart",
    "audit.key": "limen audit restart",
    "admin.json": "limen admin password",
    "attempts.json": "limen admin password",
    "settings.json": "until an admin saves them again",
    "counters.json": "",  # damage costs the past; the trail says so
    "lock": "",
}


@pytest.mark.parametrize("name", REMEDIES)
def test_a_file_cut_anywhere_is_gone_on_with_or_the_one_thing_to_do_is_said(
    tmp_path: Path, day: tuple[Folder, Acknowledged], name: str
) -> None:
    files, done = day
    whole = files[name]
    assert set(files) == set(REMEDIES)
    sizes = range(len(whole)) if EVERY_BYTE else {0, 1, 32, 33, *range(0, len(whole), 997)}
    end = len(whole.rstrip()) if name.endswith(".json") else len(whole)  # no more than a line's end
    for size in sorted(size for size in sizes if size < end):
        here = put(tmp_path / str(size), {**files, name: whole[:size]})
        said = told(here, login=name == "attempts.json")
        if name == KEY and size >= 32 and any(whole[:32]):
            assert said == "", "the key that is needed is there"
        elif REMEDIES[name]:
            assert said.count(REMEDIES[name]) == 1, (size, said)
        else:
            assert said == ""
        if "audit restart" in said:
            restart(here)
            assert told(here) == "", "what was said helps"
            (aside,) = here.glob("audit-set-aside-*.jsonl")
            assert aside.read_bytes() == (whole[:size] if name == TRAIL else files[TRAIL])
        shutil.rmtree(here)
    here = put(tmp_path / "whole", files)
    kept(here, done)


def test_a_file_that_is_missing_is_said_unless_it_may_be(
    tmp_path: Path, day: tuple[Folder, Acknowledged]
) -> None:
    files, _ = day
    for name in (TRAIL, "audit.key"):
        here = put(tmp_path / name, {n: data for n, data in files.items() if n != name})
        assert "limen audit restart" in told(here)
    here = put(tmp_path / "both", {n: d for n, d in files.items() if not n.startswith("audit")})
    assert told(here) == "", "a station that was never started has neither"


@pytest.mark.parametrize("name", [*REMEDIES, ".settings.json.new"])
def test_a_folder_where_a_file_belongs_is_said(
    tmp_path: Path, day: tuple[Folder, Acknowledged], name: str
) -> None:
    from service.ipc.settings import SettingsError, StationSettings
    from service.state.errors import StationError
    from service.state.settings import SettingsStore

    files, _ = day
    here = put(tmp_path / "state", {n: data for n, data in files.items() if n != name})
    (here / name).mkdir()
    if name.startswith("."):
        with pytest.raises(SettingsError, match="move it away"):
            SettingsStore(here, StationSettings).save(StationSettings())
    elif name == "lock":
        with pytest.raises(StationError, match="move it away"):
            told(here)
    elif name.startswith("a") and name.endswith("n"):
        assert "limen admin password" in told(here, login=True)
    else:
        assert "move it away" in told(here)


def test_a_station_killed_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    """The kernel keeps what a killed process has written: no byte of it may be half a promise."""
    draw = random.Random(11)  # noqa: S311 - the same moments each time, as far as a clock can
    lasts_s = math.inf
    for name in ("first", "second", "third"):  # the quickest: nobody else is in the way then
        started = time.perf_counter()
        live(tmp_path / name, Acknowledged(), password=False)
        lasts_s = min(lasts_s, time.perf_counter() - started)
    killed = 0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        told_by, telling = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(told_by)

                class Telling(Acknowledged):
                    pass

                done = Telling()
                done.heads = _Piped(telling)
                live(folder, done, password=False)
            finally:
                os._exit(0)
        os.close(telling)
        time.sleep(draw.uniform(0.0, 1.2 * lasts_s))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
        with os.fdopen(told_by, "rb") as pipe:
            heads = pipe.read().decode().split()
        _, trouble = look(folder)
        assert trouble == ""
        assert set(heads) <= {entry.short_head for entry in read(folder)}
        shutil.rmtree(folder)
    assert killed > KILLS / 3, "the kills came too late"


class _Piped(list[str]):
    """Heads that are told to the test at once."""

    def __init__(self, pipe: int) -> None:
        super().__init__()
        self._pipe = pipe

    def append(self, head: str) -> None:
        os.write(self._pipe, head.encode() + b"\n")
