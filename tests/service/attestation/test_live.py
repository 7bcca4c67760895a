"""What is held and mapped by a locked process is seen from outside, whatever the process says."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import pytest

from service.attestation import live
from service.state.claim import claim_state
from tests.service.running import surroundings

ROOT = Path(__file__).parents[3]
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root sees into a locked process")

# A supervisor with one locked process that does nothing, and with what it is given.
SUPERVISOR = """
import json, os, socket, sys
sys.path.insert(0, os.getcwd())
from dataclasses import asdict
from pathlib import Path
from service.attestation import live
from service.sandbox.examine import settled
from service.sandbox.launch import Program
from service.sandbox.profiles import WORKER
from service.state.claim import claim_state

state = Path(sys.argv[1])
lock = claim_state(state)
given = []
PREPARE
with settled(Program("service.sandbox.idle", descriptors=given), WORKER):
    CHANGE
    found = live.look(state)
    print(json.dumps({**asdict(found), "faults": found.faults}))
"""


def looked_at(
    state: Path,
    *,
    prepare: str = "",
    change: str = "pass",
    profile: str = "WORKER",
    **environment: str,
) -> dict[str, Any]:
    script = SUPERVISOR.replace("PREPARE", textwrap.dedent(prepare)).replace("WORKER", profile)
    done = subprocess.run(
        [sys.executable, "-c", script.replace("CHANGE", change), str(state)],
        cwd=ROOT,
        env={**surroundings(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("profile", ["CAMERA_FILTER", "CALIBRATOR"])
def test_a_process_with_a_long_name_is_found_too(tmp_path: Path, profile: str) -> None:
    found = looked_at(tmp_path, profile=profile)
    assert [one["process"] for one in found["processes"]] == [profile.lower()]


def test_who_runs_on_a_state_folder_says_the_kernel(tmp_path: Path) -> None:
    assert live.find(tmp_path) is None
    lock = claim_state(tmp_path)
    assert live.find(tmp_path) == os.getpid()
    os.close(lock)
    assert live.find(tmp_path) is None
    assert live.find(tmp_path / "absent") is None
    assert live.look(tmp_path) is None


def test_a_lock_that_the_kernel_leaves_out_once_is_found(tmp_path: Path) -> None:
    lock = claim_state(tmp_path)
    whole = Path("/proc/locks").read_text()
    looks = iter(["", "", whole])

    class LeftOut:
        def __truediv__(self, name: str) -> Any:
            return self if name == "locks" else Path("/proc") / name

        def read_text(self, **_how: str) -> str:
            return next(looks)

    assert live.find(tmp_path, cast("Path", LeftOut())) == os.getpid()
    os.close(lock)


@needs_root
def test_a_locked_process_is_what_was_attacked(tmp_path: Path) -> None:
    found = looked_at(tmp_path)
    (worker,) = found["processes"]
    assert worker["process"] == "worker"
    assert worker["compared"]
    assert worker["faults"] == worker["unseen"] == []
    assert found["faults"] == ["No web process runs locked."]


@needs_root
@pytest.mark.parametrize(
    ("prepare", "fault"),
    [
        ("given.append(os.open(state / 'frames', os.O_RDWR | os.O_CREAT))", "open for writing"),
        (
            "given.append(os.memfd_create('a frame in words'))",
            "holds memory or a file without a place open for writing",
        ),
        (
            (
                "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); "
                "given.append(s.fileno())"
            ),
            "holds a socket: udp",
        ),
        (
            "s = socket.create_server(('0.0.0.0', 0)); given.append(s.fileno())",
            "holds a socket: tcp 00000000",
        ),
    ],
)
def test_what_leads_away_from_it_is_found(tmp_path: Path, prepare: str, fault: str) -> None:
    found = looked_at(tmp_path, prepare=prepare)
    (worker,) = found["processes"]
    assert any(fault in said for said in worker["faults"]), worker["faults"]
    assert "a frame in words" not in str(found)  # what a process names itself is told to nobody


@needs_root
def test_a_process_under_other_filters_is_not_what_was_attacked(tmp_path: Path) -> None:
    # the profile of the attested worker has one rule less than the one that was put on
    change = (
        "from dataclasses import replace; "
        "live.PROFILES = {'limen-worker': replace(WORKER, rules=WORKER.rules[1:])}"
    )
    (worker,) = looked_at(tmp_path, change=change)["processes"]
    assert any("other filters" in said for said in worker["faults"])


@needs_root
def test_code_from_elsewhere_is_found(tmp_path: Path) -> None:
    change = "live.readable = lambda further: (); live.interpreter = lambda: Path('/nowhere')"
    found = looked_at(tmp_path, change=change)
    (worker,) = found["processes"]
    assert any("none of its code" in said for said in worker["faults"])
    assert any("supervisor runs" in said and "none of its code" in said for said in found["bent"])
    assert any("supervisor is no Python of this station" in said for said in found["bent"])


@needs_root
def test_a_folder_that_only_begins_like_one_of_the_systems_is_none(tmp_path: Path) -> None:
    change = "live.readable = lambda further: (Path('/u'), Path('/usr/li'))"
    (worker,) = looked_at(tmp_path, change=change)["processes"]
    assert any("none of its code" in said for said in worker["faults"])


@needs_root
@pytest.mark.parametrize(
    "name", ["PYTHONPATH", "LD_LIBRARY_PATH", "OPENSSL_CONF", "GCONV_PATH", "PYTHONUSERBASE"]
)
def test_a_supervisor_that_was_made_to_load_other_code_is_found(tmp_path: Path, name: str) -> None:
    found = looked_at(tmp_path, **{name: str(tmp_path)})
    assert any(f"started with {name}" in said for said in found["faults"])


# a look as root first: it loads what Python reads late, and this user may not reach Python
CHANGE_TO_NOBODY = """
    live.look(state)
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(0, 65534, 0)
"""


@needs_root
def test_somebody_who_is_not_root_is_told_what_they_cannot_see() -> None:
    with TemporaryDirectory() as place:  # others may enter it: pytest closes its own to them
        Path(place).chmod(0o777)
        found = looked_at(Path(place), change=CHANGE_TO_NOBODY)
    (worker,) = found["processes"]
    assert not worker["compared"]
    assert "the filters that the kernel holds of it" in worker["unseen"]
    assert any("only root" in said for said in found["faults"])
