"""`limen run --self-test`: the whole chain once, watched from outside over HTTP as a screen would.

One simulated visitor with fever and one without come to the door. The first must become
`elevated`, the second `clear`, and nobody else anything.
"""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

_SCENARIO = "self-test"
_WITHIN_S = 60.0
_WORDS = ("clear", "elevated", "recheck")


class SelfTestError(Exception):
    """The station did not do what it should. The sentence says what."""


def run_self_test(say: Callable[[str], None], *, allow_unsandboxed: bool) -> int:
    """Start a station on a free port, follow it, stop it, print what was checked.

    Parameters
    ----------
    say
        Called with a line for each thing that was checked.

    Returns
    -------
    int
        Exit code: 0 when all was as it should be.
    """
    folder = Path(tempfile.mkdtemp(prefix="limen-self-test-"))
    command = [sys.executable, "-m", "service.cli", "run", "--port", "0", "--no-browser"]
    command += ["--state", str(folder), "--scenario", _SCENARIO]
    if allow_unsandboxed:
        command += ["--allow-unsandboxed"]
    station = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        _check(station, say)
    except (SelfTestError, OSError) as error:
        say(f"Self-test failed: {error}")
        return 1
    finally:
        station.kill()
        station.wait()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _check(station: "subprocess.Popen[str]", say: Callable[[str], None]) -> None:
    host, port = _address(station)
    say(f"  station started at {host}:{port}")
    verdicts: dict[int, str] = {}
    deadline = time.monotonic() + _WITHIN_S
    for view in _views(host, port, deadline):
        for visitor in (*view["visitors"], *([view["visitor"]] if view["visitor"] else [])):
            if visitor["verdict"] in _WORDS:
                verdicts[visitor["id"]] = visitor["verdict"]
        if sorted(verdicts.values()) == ["clear", "elevated"] and len(view["alarms"]) == 1:
            _check_alarm(view, say)
            break
    else:
        raise SelfTestError(f"after {_WITHIN_S:.0f} s the verdicts were {verdicts or 'none'}.")
    if verdicts != {1: "elevated", 2: "clear"}:
        raise SelfTestError(f"expected visitor 1 elevated and visitor 2 clear, got {verdicts}.")
    say("  visitor 2, without fever: clear, and nobody else")
    _check_end(station, say)


def _check_alarm(view: dict, say: Callable[[str], None]) -> None:  # type: ignore[type-arg]
    alarm = view["alarms"][0]["visitor"]
    if view["sensor"] is None or not view["sensor"]["simulated"]:
        raise SelfTestError("the sensor does not say that it is simulated.")
    temperature = alarm["skin_temp_c"]
    say(f"  visitor {alarm['id']}, with fever: elevated at {temperature:.1f} deg C skin")
    say("  processes are locked" if view["locked"] else "  processes are NOT locked")


def _address(station: "subprocess.Popen[str]") -> tuple[str, int]:
    assert station.stdout is not None  # noqa: S101 - it was asked for
    line = station.stdout.readline()
    if "http://" not in line:
        raise SelfTestError("the station did not start.")
    host, port = line.split("http://")[1].split("/")[0].split(":")
    return host, int(port)


def _views(host: str, port: int, deadline: float) -> Iterator[dict]:  # type: ignore[type-arg]
    """Yield the views of the station's event stream until the deadline."""
    connection = http.client.HTTPConnection(host, port, timeout=10.0)
    connection.request("GET", "/api/events")
    response = connection.getresponse()
    if response.status != http.client.OK:
        raise SelfTestError(f"the event stream answered {response.status}.")
    while time.monotonic() < deadline:
        line = response.readline()
        if not line:
            raise SelfTestError("the event stream ended.")
        if line.startswith(b"data:"):
            yield json.loads(line[5:])["view"]


def _check_end(station: "subprocess.Popen[str]", say: Callable[[str], None]) -> None:
    began = time.monotonic()
    os.kill(station.pid, signal.SIGTERM)
    try:
        code = station.wait(timeout=3.0)
    except subprocess.TimeoutExpired:
        raise SelfTestError("the station did not end within 3 s.") from None
    if code != 0:
        raise SelfTestError(f"the station ended with code {code}.")
    say(f"  everything ended after {time.monotonic() - began:.1f} s")
    say("Self-test passed.")
