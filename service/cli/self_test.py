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
from typing import Any

_SCENARIO = "self-test"
_WITHIN_S = 60.0
_AFTERWARDS_S = 2.0
_EXPECTED = {1: "elevated", 2: "clear"}
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
    end = time.monotonic() + _WITHIN_S
    view = None
    for view in _views(host, port):
        for visitor in (*view["visitors"], *([view["visitor"]] if view["visitor"] else [])):
            if visitor["verdict"] in _WORDS:
                verdicts[visitor["id"]] = visitor["verdict"]
        if len(verdicts) == len(_EXPECTED):  # both were here: watch a little longer for a third
            end = min(end, time.monotonic() + _AFTERWARDS_S)
        if time.monotonic() > end:
            break
    if view is None or verdicts != _EXPECTED:
        raise SelfTestError(f"expected the verdicts {_EXPECTED}, got {verdicts or 'none'}.")
    _check_alarm(view, say)
    say("  visitor 2, without fever: clear, and nobody else")
    _check_end(station, say)


def _check_alarm(view: dict[str, Any], say: Callable[[str], None]) -> None:
    alarms = [alarm["visitor"] for alarm in view["alarms"] if alarm["need"] == "elevated"]
    if [visitor["id"] for visitor in alarms] != [1]:
        raise SelfTestError(f"expected one alarm, of visitor 1, got {view['alarms']}.")
    alarm = alarms[0]
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


def _views(host: str, port: int) -> Iterator[dict[str, Any]]:
    """Yield the views of the station's event stream."""
    connection = http.client.HTTPConnection(host, port, timeout=_WITHIN_S)
    connection.request("GET", "/api/events")
    response = connection.getresponse()
    if response.status != http.client.OK:
        raise SelfTestError(f"the event stream answered {response.status}.")
    while True:
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
