"""No frame leaves the station: not on a disk, not on a wire, not in a dump, not in a browser.

The search is tried out first on deliberate leaks, each by name. Then the real station runs in the
same cage, with a real browser showing the picture, and nothing may be found.
"""

import os
from pathlib import Path

import pytest

from tests.cases import EVERY
from tests.service.leak import cage
from tests.service.leak.cage import Findings
from tests.service.leak.mutants import MUTANTS

CORE_PATTERN = Path("/proc/sys/kernel/core_pattern")

pytestmark = [
    pytest.mark.skipif(
        bool(cage.why_not()) and not os.environ.get("CI"), reason=cage.why_not() or "-"
    ),
    pytest.mark.timeout(300),
    pytest.mark.slow,
]

# Where each leak is seen at the least; most are seen in several places.
SEEN_IN = {
    "udp datagram": "wire",
    "tcp connection": "wire",
    "name lookup": "wire",
    "shared memory file": "shared memory",
    "deleted file never flushed": "writes",
    "nameless file": "writes",
    "upload spool": "writes",
    "deleted file flushed": "writes",
}


# One of each family, because each is a station of its own; `LIMEN_EVERY=1` tries all.
FEW = ("tcp connection", "shared memory file", "nameless file", "sqlite row", "core dump")
LEAKS = tuple(MUTANTS) if EVERY else FEW


@pytest.mark.parametrize("leak", LEAKS)
def test_a_deliberate_leak_is_found(leak: str) -> None:
    if leak == "core dump" and CORE_PATTERN.read_text().startswith("|"):
        pytest.skip("this machine hands core dumps to a program outside of the cage (core_pattern)")
    found = cage.run(leak)
    assert found.told["shown"], found.told["log"]
    assert SEEN_IN.get(leak, "files") in found.layers


@pytest.fixture(scope="module")
def real() -> Findings:
    """Return what the real station leaves behind, watched by a real browser, after a crash too."""
    return cage.run(browser=True, seconds=8.0)


def test_the_real_station_was_locked_and_its_picture_on_the_screen(real: Findings) -> None:
    assert real.told["locks"] == [["process_locked", "web"], ["process_locked", "worker"]]
    assert real.told["browser"]["shown"], real.told["browser"]


def test_the_real_station_leaves_no_frame_anywhere(real: Findings) -> None:
    assert real.layers == {}, real.told["log"]


def test_the_station_writes_its_own_state_and_nothing_else(real: Findings) -> None:
    # What the browser keeps of its own is listed, so that a new file is looked at by somebody.
    state = {"attestation.key", "audit.jsonl", "audit.key", "counters.json", "drift.json", "lock"}
    ours = {name for name in real.told["changed"] if name.startswith("var/lib/limen/")}
    assert ours <= {f"var/lib/limen/{name}" for name in state}
    others = {name for name in real.told["changed"] if not name.startswith("var/lib/limen/")}
    assert {name for name in others if not name.startswith("root/.")} <= {
        "etc/resolv.conf",
        "var/log/limen.log",
    }


def test_a_crash_of_the_worker_dumps_nothing(real: Findings) -> None:
    assert real.told["crashed"]
    assert not [name for name in real.told["written"] if "core" in name.rpartition("/")[2]]


def test_the_processes_hold_what_they_may(real: Findings) -> None:
    memory = real.told["memory"]
    assert set(memory) == {"worker", "web", "supervisor"}
    assert memory["supervisor"]["found"] == []
    # The web process has the picture that it is showing, and nothing with a temperature.
    assert set(memory["web"]["found"]) <= {"preview"}
    # What the worker has of counts is in memory that not even root reads.
    assert memory["worker"]["frames"] == 0
