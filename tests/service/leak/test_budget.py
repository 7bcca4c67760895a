"""A station haunted by one hostile library after the other stays inside the stated budget.

Each variant of `tests.service.leak.hostile` runs in the real worker or web process, in the real
lock, with the frame in its hands. What is on the disk and in the log afterwards is read entry by
entry: it must be what the budget allows, and not one bit more. The control is `test_leak`, where
the same kind of code runs unlocked and every leak is found.
"""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.state.admin_password import set_password
from service.state.audit import verify
from service.state.audit_events import (
    EntriesWithheld,
    LoginTried,
    ProcessLocked,
    ProcessLost,
    RegisterSeen,
    ScreenFrozen,
    SensorOpened,
    StationStarted,
    StationStopped,
    TrailStarted,
)
from service.state.audit_trail import read
from service.state.budget import per_hour
from service.state.child_events import EVENTS_PER_HOUR, WRITTEN_EVERY_S
from service.state.counters import MAX_PER_HOUR
from service.state.recorder import boot_clock
from tests.service.leak.canary import Search, canary
from tests.service.leak.hostile import IN_WEB, IN_WORKER

ALL_WITHIN_S = 900.0
ALLOWED = {
    "admin.json",
    "attempts.json",
    "attestation.key",
    "audit.jsonl",
    "audit.key",
    "counters.json",
    "drift.json",
    "lock",
}
OF_THE_STATION = (  # nobody but the supervisor chooses a bit of these
    TrailStarted,
    StationStarted,
    StationStopped,
    ProcessLocked,
    RegisterSeen,
)
OF_CHILDREN = (ProcessLost, LoginTried, ScreenFrozen, SensorOpened, EntriesWithheld)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@dataclass
class Haunted:
    """What was left of a haunted station."""

    state: Path
    log: str
    acted: set[str]
    began_s: float  # of the clock by which the station counts hours
    ended_s: float
    kernel: int  # lines that the kernel wrote meanwhile of a locked process


def _children(pid: int) -> Iterator[tuple[int, str]]:
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield int(child), Path(f"/proc/{child}/comm").read_text().strip()


def _said_s(line: str) -> float:
    """Return when the kernel wrote a line, in its own seconds; 0 for a line without a time."""
    time_s = re.match(r"\[\s*(\d+\.\d+)\]", line)
    return float(time_s[1]) if time_s else 0.0


def _kernel_log() -> list[str]:
    """Return what the kernel still remembers of what it wrote; nothing unless root."""
    said = subprocess.run(["dmesg"], capture_output=True, text=True, check=False)
    return said.stdout.splitlines()


def _of_the_kernel(since_s: float) -> int:
    """Return how many lines the kernel has written since that a process can bring about.

    Not counted is what the installed station switches off (`60-limen.conf`).
    """
    lines = (line for line in _kernel_log() if "limen-" in line and " type=" not in line)
    ours = (line for line in lines if _said_s(line) > since_s)
    return sum("segfault" not in line and "general protection" not in line for line in ours)


@pytest.fixture(scope="module")
def haunted(tmp_path_factory: pytest.TempPathFactory) -> Haunted:
    folder = tmp_path_factory.mktemp("haunted")
    state, log = folder / "state", folder / "log"
    set_password(state, "correct horse")
    ours, theirs = os.pipe()
    began_s, kernel_s = boot_clock(), max(map(_said_s, _kernel_log()), default=0.0)
    with log.open("wb") as output:
        station = subprocess.Popen(
            [sys.executable, "-m", "tests.service.leak.hostile_station", str(state), str(theirs)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(theirs,),
        )
    os.close(theirs)
    acted: set[str] = set()
    wanted = {f"worker {name}" for name in IN_WORKER} | {f"web {name}" for name in IN_WEB}
    deadline, only_workers = time.monotonic() + ALL_WITHIN_S, True
    try:
        while acted < wanted and time.monotonic() < deadline:
            assert station.poll() is None, log.read_text(errors="replace")[-2000:]
            if select.select([ours], [], [], 0.2)[0]:
                acted |= set(os.read(ours, 4096).decode().splitlines())
            if only_workers and len(acted) == len(IN_WORKER):
                only_workers = False
                for pid, name in _children(station.pid):
                    if name == "limen-web":
                        os.kill(pid, signal.SIGKILL)
        time.sleep(WRITTEN_EVERY_S + 3.0)
        station.terminate()
        station.wait(timeout=20.0)
    finally:
        station.kill()
        station.wait()
        os.close(ours)
    text = log.read_text(errors="replace")
    kernel = _of_the_kernel(kernel_s)
    return Haunted(state, text, acted, began_s, boot_clock(), kernel)


def test_every_variant_has_acted(haunted: Haunted) -> None:
    wanted = {f"worker {name}" for name in IN_WORKER} | {f"web {name}" for name in IN_WEB}
    assert len(wanted) >= 12
    assert haunted.acted == wanted


def test_the_trail_holds_no_more_than_the_budget(haunted: Haunted) -> None:
    verify(haunted.state)
    entries = list(read(haunted.state))
    of_children = [one for one in entries if isinstance(one.event, OF_CHILDREN)]
    others = [one for one in entries if not isinstance(one.event, OF_CHILDREN)]
    assert of_children
    assert {type(one.event) for one in others} <= set(OF_THE_STATION)
    # what is the station's own is written once, and the same for every life of a process
    assert max(Counter(repr(one.event) for one in others).values()) == 1
    hours = int(haunted.ended_s // 3600) - int(haunted.began_s // 3600) + 1
    assert len(of_children) <= hours * (EVENTS_PER_HOUR + 1) + 1  # the last at the end


def test_the_log_says_what_the_trail_says_and_nothing_else(haunted: Haunted) -> None:
    lines = [line for line in haunted.log.splitlines() if line.strip()]
    assert lines[0].startswith("address ")
    written = [line for line in lines[1:] if "written" in line]
    rest = [line for line in lines[1:] if "written" not in line]
    assert len(written) <= len(list(read(haunted.state)))
    assert rest == []
    assert all(len(line) < 400 for line in lines)


def test_the_kernel_says_nothing_of_a_locked_process(haunted: Haunted) -> None:
    assert haunted.kernel == 0


def test_the_sums_are_bounded_and_nothing_else_is_on_the_disk(haunted: Haunted) -> None:
    assert {path.name for path in haunted.state.rglob("*")} <= ALLOWED
    path = haunted.state / "counters.json"
    counts = json.loads(path.read_text())
    for sums in counts.values():
        assert len(sums) * 11 <= per_hour()[1].bits
        assert all(0 < number <= MAX_PER_HOUR for number in sums.values())
    attempts = json.loads((haunted.state / "attempts.json").read_text())
    assert set(attempts) == {"failed", "not_before"}
    assert float(attempts["not_before"]).is_integer()


def test_no_row_of_the_frame_is_anywhere(haunted: Haunted) -> None:
    search = Search(canary(), ())
    files = [path for path in haunted.state.rglob("*") if path.is_file()]
    for data in (haunted.log.encode(), *(path.read_bytes() for path in files)):
        assert not list(search.find(data)), data[:200]
    longest = max(len(word) for word in re.findall(r"[0-9a-f]+", haunted.log))
    assert longest <= 64  # a digest of ours
