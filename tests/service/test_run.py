"""The station as a whole: real processes that die, freeze, come back, and end together."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.attestation.live import open_descriptors
from service.checkcode.statement import NEEDED, Fact, read
from service.state import audit_trail
from service.state.station_key import station_key
from tests.cases import EVERY
from tests.service.running import PYTHON, RunningStation, gone

BLIND_WITHIN_S = 1.0
ENDS_WITHIN_S = 3.0


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningStation]]:
    """Return the stations of this module; the last is used until a test ends it."""
    stations: list[RunningStation] = []
    yield stations
    for station in stations:
        station.close()


@pytest.fixture
def station(
    running: list[RunningStation], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStation]:
    """Return a station that runs: the last test's, where that left it whole."""
    if not running or not running[-1].whole():
        state = tmp_path_factory.mktemp("station") / "state"
        running.append(RunningStation(state, "--scenario", "empty"))
    yield running[-1]
    if not running[-1].whole():
        running[-1].close()


def blind_after(station: RunningStation, started: float) -> float:
    """Return how long the station went on showing that it screens."""
    with contextlib.closing(station.views()) as views:
        for view in views:
            if view["state"] == "not_screening":
                return time.monotonic() - started
            assert time.monotonic() - started < 10.0, view
    raise AssertionError("the stream ended")


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [PYTHON, "-m", "service.cli", "run", "--no-browser", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)


def test_both_processes_are_locked_and_screen_the_simulated_entrance(
    station: RunningStation,
) -> None:
    view = station.screening()
    assert view["locked"]
    assert view["sensor"]["simulated"]
    assert view["reference"]["found"]
    assert len(view["audit_head"]) == 32


@pytest.mark.alone
@pytest.mark.parametrize(
    "number",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGSTOP, marks=pytest.mark.slow),
        pytest.param(signal.SIGSEGV, marks=pytest.mark.slow),
    ],
)
def test_a_worker_that_dies_or_freezes_blinds_the_screen_and_is_replaced(
    station: RunningStation, number: signal.Signals
) -> None:
    station.screening()
    pid = station.kill("worker", number)
    assert blind_after(station, time.monotonic()) < BLIND_WITHIN_S
    station.screening()
    assert station.children()["worker"] != pid
    assert gone([pid], within_s=1.0)


@pytest.mark.slow
@pytest.mark.alone
def test_a_worker_that_keeps_dying_is_always_started_again(station: RunningStation) -> None:
    for _ in range(4):
        station.screening()
        station.kill("worker")
        station.wait_for(lambda view: view["state"] == "not_screening", within_s=BLIND_WITHIN_S)
    station.screening()


@pytest.mark.slow
@pytest.mark.alone
def test_a_web_process_that_dies_is_replaced_on_the_same_address(station: RunningStation) -> None:
    station.screening()
    pid = station.kill("web")
    assert gone([pid], within_s=1.0)
    station.screening()
    assert station.children()["web"] != pid


@pytest.mark.alone
def test_a_silent_supervisor_blinds_the_screen(station: RunningStation) -> None:
    station.screening()
    station.process.send_signal(signal.SIGSTOP)
    try:
        assert blind_after(station, time.monotonic()) < BLIND_WITHIN_S
        assert station.view()["reasons"] == ["silent"]
    finally:
        station.process.send_signal(signal.SIGCONT)
    station.screening()


@pytest.mark.slow
@pytest.mark.alone
def test_a_supervisor_that_was_stopped_for_a_while_ends_no_worker(station: RunningStation) -> None:
    """As on a computer that was suspended: the silence was our own."""
    station.screening()
    before = station.children()
    station.process.send_signal(signal.SIGSTOP)
    time.sleep(4.0)
    station.process.send_signal(signal.SIGCONT)
    station.screening()
    time.sleep(1.0)
    assert station.children() == before


@pytest.mark.slow
@pytest.mark.alone
def test_a_silent_web_process_sends_nothing_that_a_screen_could_believe(
    station: RunningStation,
) -> None:
    station.screening()
    views = station.views()
    next(views)
    began = time.monotonic()
    pid = station.kill("web", signal.SIGSTOP)
    stopped_s = 2 * BLIND_WITHIN_S
    timer = threading.Timer(stopped_s, os.kill, (pid, signal.SIGCONT))
    timer.start()
    came = []
    while time.monotonic() - began < stopped_s + 1.0:
        next(views)
        came.append(time.monotonic() - began)
    in_between = [at for at in came if 0.1 < at < stopped_s]  # what was on its way may still come
    assert not in_between
    assert len([at for at in came if at > stopped_s]) >= 3, "and then it goes on"
    views.close()
    timer.join()


@pytest.mark.alone
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_everything_ends_in_three_seconds_while_screens_are_open(
    station: RunningStation, number: signal.Signals
) -> None:
    station.screening()
    streams = [station.views() for _ in range(3)]
    for stream in streams:
        next(stream)
    pids = list(station.children().values())
    station.process.send_signal(number)
    assert station.process.wait(timeout=ENDS_WITHIN_S) == 0
    assert gone(pids, within_s=0.1)
    for stream in streams:
        stream.close()


@pytest.mark.alone
def test_it_ends_while_it_starts(tmp_path: Path) -> None:
    station = RunningStation(tmp_path / "state", "--scenario", "empty")
    try:
        station.process.send_signal(signal.SIGINT)
        assert station.process.wait(timeout=ENDS_WITHIN_S) == 0
        assert station.children() == {}
    finally:
        station.close()


@pytest.mark.slow
@pytest.mark.alone
def test_it_ends_although_a_child_is_frozen(station: RunningStation) -> None:
    station.screening()
    pids = [station.kill(name, signal.SIGSTOP) for name in ("worker", "web")]
    station.process.send_signal(signal.SIGINT)
    assert station.process.wait(timeout=ENDS_WITHIN_S) == 0
    assert gone(pids, within_s=0.1)


@pytest.mark.alone
def test_no_process_outlives_a_supervisor_that_was_killed(station: RunningStation) -> None:
    station.screening()
    pids = list(station.children().values())
    assert len(pids) == 2
    station.process.kill()
    assert gone(pids, within_s=1.0)


def test_the_worker_has_no_network_and_no_file_to_write(station: RunningStation) -> None:
    station.screening()
    pid = station.children()["worker"]
    status = Path(f"/proc/{pid}/status").read_text()
    assert "Seccomp:\t2" in status
    for number, target in open_descriptors(Path(f"/proc/{pid}")):
        assert not target.startswith("/memfd:"), target  # mapped, and the descriptor closed
        flags = int(Path(f"/proc/{pid}/fdinfo/{number}").read_text().split()[3], 8)
        writable = flags & os.O_ACCMODE != os.O_RDONLY
        assert not writable or target.startswith(("socket:", "pipe:", "/dev/null")), target


def test_the_supervisor_holds_no_end_of_the_thermal_view(station: RunningStation) -> None:
    station.screening()
    pid = station.process.pid
    held = dict(open_descriptors(Path(f"/proc/{pid}")))
    assert held
    assert not [target for target in held.values() if "limen-preview" in target]
    assert "limen-preview" not in Path(f"/proc/{pid}/maps").read_text()


def test_the_web_process_can_only_read_the_thermal_view(station: RunningStation) -> None:
    station.screening()
    maps = Path(f"/proc/{station.children()['web']}/maps").read_text().splitlines()
    rights = [line.split()[1] for line in maps if "limen-preview" in line]
    assert rights
    assert all(right.startswith("r--") for right in rights)


@pytest.mark.slow
def test_damaged_settings_are_not_screened_with_and_not_lost(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    (state / "settings.json").write_text("{ damaged")
    station = RunningStation(state, "--scenario", "empty")
    try:
        # on a busy computer the web process may speak before it has heard from the supervisor
        view = station.wait_for(lambda view: view["reasons"] not in ([], ["silent"]))
        assert (view["state"], view["reasons"]) == ("not_screening", ["configuration"])
        assert "worker" not in station.children()
        assert (state / "settings.json").read_text() == "{ damaged"
    finally:
        station.close()


def test_a_station_that_cannot_lock_memory_stops_and_says_which_line_mends_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(AssertionError, match="did not start") as ended:
        RunningStation(tmp_path / "state", "--scenario", "empty", altered="no-lockable-memory")
    assert "LimitMEMLOCK=infinity of limen.service" in str(ended.value)
    assert "/etc/security/limits.d/limen.conf" in str(ended.value)


@pytest.mark.slow
def test_asked_to_run_without_the_lock_it_says_so_all_the_time(tmp_path: Path) -> None:
    station = RunningStation(
        *(tmp_path / "state", "--scenario", "empty", "--allow-unsandboxed"),
        altered="no-lockable-memory",
    )
    try:
        assert not station.screening()["locked"]
        with contextlib.closing(station.views()) as views:
            assert not any(next(views)["locked"] for _ in range(20))
    finally:
        station.close()


HOSTILE = {
    # What once was believed: the functions that locked are replaced, and an honest report is sent.
    "sends an honest report": (
        """
import json, os, sys
import service.sandbox
service.sandbox.lock_worker = lambda *keep: None
channel = int(sys.argv[sys.argv.index("--channel") + 1])
os.write(channel, json.dumps({"kind": "worker_locked", "lock": HONEST}).encode())
""",
        "said what it may not say",
    ),
    "opens a file": ("open('/tmp/limen-test-hostile', 'w')\n", "what its lock forbids"),
    "makes a socket": ("import socket\nsocket.socket()\n", "what its lock forbids"),
    "starts a thread": ("import threading\nthreading.Thread(target=print).start()\n", "forbids"),
    "keeps a file open": ("sys.held = open(__file__)\n", "nobody gave it that"),
    "shares memory": ("import mmap\nsys.held = mmap.mmap(-1, 4096)\n", "outlives it"),
}


# Each is a station of its own, and more haunt that of `tests.service.leak`. LIMEN_EVERY=1: all.
FEW = ("sends an honest report", "keeps a file open")
HOSTILES = tuple(HOSTILE) if EVERY else FEW


@pytest.mark.slow
@pytest.mark.parametrize("what", HOSTILES)
def test_a_hostile_library_finds_itself_locked_and_is_named(tmp_path: Path, what: str) -> None:
    """It runs instead of OpenCV, in the worker; then it is the real one, so that all goes on."""
    hostile, said = HOSTILE[what]
    folder = tmp_path / "library"
    folder.mkdir()
    own = f"sys.path.remove({str(folder)!r})\ndel sys.modules['cv2']\nimport cv2\n"
    honest = "dict(process='worker', attacks=[], landlock_abi=7)"
    text = f"import sys\nHONEST = {honest}\n{hostile}\n{own}"
    (folder / "cv2.py").write_text(text)
    station = RunningStation(tmp_path / "state", "--scenario", "empty", altered=f"library:{folder}")
    try:
        view = station.wait_for(lambda view: said in view["failure"])
        assert view["state"] == "not_screening"
        assert not (Path("/tmp") / "limen-test-hostile").exists()  # noqa: S108
    finally:
        station.close()


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = run("--port", str(port), "--state", str(tmp_path / "state"))
    assert ended.returncode == 1
    assert f"Port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_state_folder_in_use_is_said_in_a_sentence(
    station: RunningStation,
) -> None:
    ended = run("--port", "0", "--state", str(station.state))
    assert ended.returncode == 1
    assert "Another station" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert station.process.poll() is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--state", "/proc/nowhere"], "cannot be written"),
        (["--scenario", "no-such-scenario"], "There is no scenario"),
        (["--config", "/nonexistent.toml"], "cannot be read"),
        (["--sensor", "seek"], "sensor"),
        (["--sensor", "boson", "--allow-unsandboxed"], "must be locked"),
    ],
)
def test_what_cannot_be_started_is_said_in_a_sentence(
    tmp_path: Path, options: list[str], said: str
) -> None:
    ended = run("--port", "0", "--state", str(tmp_path / "state"), *options)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.alone  # each visitor has 3.5 s to be measured in
@pytest.mark.slow
def test_the_self_test_screens_both_visitors_through_the_whole_chain() -> None:
    ended = run("--self-test")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Self-test passed." in ended.stdout


def test_its_check_code_is_signed_by_its_key_and_says_what_runs(station: RunningStation) -> None:
    station.screening()
    needed = NEEDED - {Fact.NO_NETWORK} | {Fact.SIMULATED}  # whatever network this computer has

    def told() -> frozenset[Fact]:
        code = station.check_code()
        return read(code)[1].facts if code else frozenset()

    station.wait_for(lambda _: needed <= told())
    told_by_an_auditor = [PYTHON, "-m", "service.checkcode.code"]
    ours = subprocess.run(told_by_an_auditor, capture_output=True, text=True, check=True)
    key, said = read(station.check_code())
    assert key == station_key(station.state).public_key().public_bytes_raw().hex()
    assert said.code_sha256 == ours.stdout.splitlines()[0]
    assert any(entry.short_head == said.audit_head for entry in audit_trail.read(station.state))
    assert abs(said.at_s - time.time()) < 90.0
