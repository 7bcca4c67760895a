"""Play a scene: a fresh process with one thread starts it in a locked one, judges, and reports.

python -m tests.service.sandbox.play JSON
"""

import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.ipc.channel import socket_pair
from service.ipc.frame_memory import create_frame_memory
from service.sandbox.errors import SandboxError
from service.sandbox.judge import Judge
from service.sandbox.launch import Program, launch
from service.sandbox.opener import Node, NotOpened, Opener
from service.sandbox.profiles import CALIBRATOR, CAMERA_FILTER, WEB, WORKER
from service.sandbox.start import Start

PROJECT = Path(__file__).resolve().parents[3]
PROFILES = {"worker": WORKER, "web": WEB, "camera_filter": CAMERA_FILTER, "calibrator": CALIBRATOR}
_PREAMBLE = """
import os, select, signal, socket, sys, threading, time
from service.sandbox.settle import settle
channel = socket.socket(fileno=int(sys.argv[1]))
if int(sys.argv[2]) >= 0:
    from device import framepool
    from service.ipc.frame_memory import SIZE
    framepool.reserve(int(sys.argv[2]), SIZE)
"""


@dataclass(frozen=True, slots=True)
class Played:
    """How a scene ended.

    Attributes
    ----------
    refused
        What the judge or the launcher found; empty when nothing.
    judged
        The judge's report; None when it came to none.
    said
        What the scene printed.
    returncode
        Of the scene; a signal as a negative number.
    """

    refused: str
    judged: dict[str, Any] | None
    said: str
    returncode: int


def play(
    script: str,
    *arguments: str,
    profile: str = "worker",
    before: str = "",
    preload: Mapping[str, str] | None = None,
    frames: bool = False,
    locked: bool = True,
    camera: str = "",
    serial: bool = False,
) -> Played:
    """Play a scene.

    Parameters
    ----------
    script
        Runs in the process; it has `channel`, a socket whose other end sends back what it gets.
    arguments
        Its `sys.argv[3:]`.
    before
        Runs in the process that starts it, beforehand: what it does to the launcher.
    preload
        Its environment from the first instruction on.
    frames
        Whether it gets secret memory for frames.
    locked
        Without: the control.
    camera, serial
        Device node that an opener gives it when it asks, and whether that is a serial line.
    """
    told = {
        "script": _PREAMBLE + script,
        "arguments": arguments,
        "profile": profile if locked else "",
        "before": before,
        "preload": dict(preload or {}),
        "frames": frames,
        "camera": camera,
        "serial": serial,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.service.sandbox.play", json.dumps(told)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *said, last = done.stdout.splitlines(keepends=True)
    return Played(said="".join(said), **json.loads(last))


def main() -> None:
    """Play the scene that is told, and print how it ended as the last line."""
    told = json.loads(sys.argv[1])
    exec(told["before"], {})  # noqa: S102 - the test's own words
    profile = PROFILES.get(told["profile"])
    ours, theirs = socket_pair()
    frames = create_frame_memory() if told["frames"] else None
    given = [fd for fd in (theirs.fileno(), frames) if fd is not None]
    program = Program(
        "tests.service.sandbox.scene",
        [
            str(theirs.fileno()),
            str(-1 if frames is None else frames),
            told["script"],
            *told["arguments"],
        ],
        given,
        preload=told["preload"],
        further={"tests": PROJECT / "tests"},
    )
    refused, judged, returncode = "", None, 0
    try:
        launched = launch(program, profile, output=1)
    except SandboxError as error:
        refused = str(error)
    else:
        theirs.close()
        start = None
        if profile is not None and launched.listener is not None and launched.report is not None:
            judge, report = Judge(launched.pid, profile, given, output=True), launched.report
            reports: list[dict[str, Any]] = []

            def look() -> None:
                found = judge.whole(report)
                reports.append({"descriptors": [d.what for d in found.descriptors]})

            def go() -> bool:
                judge.closed()
                return bool(told["camera"])

            start = Start(launched.listener, look, go)
        try:
            if start is not None:
                _serve(start, ours, Node(told["camera"], told["serial"]))
                judged = reports[0] if reports else None
        except (SandboxError, NotOpened) as error:
            refused = str(error)
            os.kill(launched.pid, signal.SIGKILL)
        returncode = _end_of(launched.pid, ours)
    print()
    print(json.dumps({"refused": refused, "judged": judged, "returncode": returncode}))


def _serve(start: Start, ours: socket.socket, camera: Node) -> None:
    """Answer the process until its start is over."""
    while True:
        select.select([start.fileno(), ours.fileno()], [], [])
        _echo(ours)
        if select.select([start], [], [], 0)[0] and not start.serve():
            return
        if start.wants_camera:
            _hand_over(start, camera)
            return


def _hand_over(start: Start, node: Node) -> None:
    """Give the camera, and see that this process holds no descriptor of it at any time."""
    target = os.path.realpath(node.path)
    opener = Opener(start, node)
    while not select.select([opener], [], [], 0.0001)[0]:
        held = [os.path.realpath(entry) for entry in Path("/proc/self/fd").iterdir()]
        assert target not in held
    opener.end()
    start.close()


def _echo(ours: socket.socket) -> None:
    with suppress(OSError):
        while (
            packet := os.read(ours.fileno(), 65_536) if select.select([ours], [], [], 0)[0] else b""
        ):
            os.write(ours.fileno(), packet)


def _end_of(pid: int, ours: socket.socket) -> int:
    ends_s = time.monotonic() + 200.0
    while time.monotonic() < ends_s:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        _echo(ours)
        time.sleep(0.01)
    raise TimeoutError(errno.ETIMEDOUT, "the scene does not end")


if __name__ == "__main__":
    main()
