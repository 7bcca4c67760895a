"""Opening a camera for a locked process that waits for it: a fork that opens, hands over, and ends.

It is the supervisor's own code and lives for some milliseconds. Landlock leaves it the device nodes
that it is to open. It reads nothing from them; the descriptor goes straight into the process that
waits, past the supervisor, which never holds one.
"""

import fcntl
import json
import os
import signal
import termios
import tty
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from service.sandbox import confine, landlock
from service.sandbox.errors import SandboxError
from service.sandbox.start import Start

_WHY = {
    2: "It is not there: is the sensor plugged in?",
    6: "It is not there: is the sensor plugged in?",
    11: "Another program is using it: stop that program.",
    13: "This user may not open it: add the user to the groups 'dialout' and 'video'.",
    16: "Another program is using it: stop that program.",
    19: "It is not there: is the sensor plugged in?",
}
_SAID_BYTES = 4096


class NotOpened(Exception):
    """A camera could not be opened; a sentence says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A device node.

    Attributes
    ----------
    path
        `/dev/ttyACM0`, `/dev/video0`, or a link to one.
    serial
        Whether it is a serial line: it is then set to raw bytes at a rate, and locked against other
        programs, for as long as it is open.
    rate
        A speed of `termios`; by default that of a camera's UART (USB ignores it).
    """

    path: str
    serial: bool
    rate: int = termios.B921600


class Opener:
    """Opens one node for one process; the caller has one thread.

    Parameters
    ----------
    start
        Of the process that waits.
    """

    def __init__(self, start: Start, node: Node) -> None:
        supervisor = os.getpid()
        self._said, told = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _open(start, node, told, supervisor)
        os.close(told)

    def fileno(self) -> int:
        """Return what is ready when it has ended, for selectors."""
        return self._said

    def end(self) -> None:
        """Wait for its end.

        Raises
        ------
        NotOpened
            When the process has no camera.
        """
        said = os.read(self._said, _SAID_BYTES)
        self.close()
        if said != b"{}":
            raise NotOpened(json.loads(said)["why"] if said else "The camera's opener ended.")

    def close(self) -> None:
        """End it; it must not be used afterwards."""
        os.close(self._said)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


# ---- in the opener's process


def _open(start: Start, node: Node, told: int, supervisor: int) -> NoReturn:
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        confine.die_with(supervisor)
        confine.close_all_but({start.listener, told})
        answer = _hand_over(start, node)
        os.write(told, json.dumps(answer).encode()[:_SAID_BYTES])
    finally:
        os._exit(0)


def _hand_over(start: Start, node: Node) -> dict[str, str]:
    try:
        confine.forbid_new_rights()
        landlock.restrict_to_devices([Path(node.path).resolve(strict=True)])
        descriptor = os.open(node.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        if node.serial:
            _set_up(descriptor, node.rate)
        start.put(descriptor)
    except (OSError, termios.error, SandboxError) as error:
        number = getattr(error, "errno", None) or (error.args[0] if error.args else 0)
        remedy = _WHY.get(number, f"The system says: {error}.")
        return {"why": f"The camera's device {node.path} cannot be opened. {remedy}"}
    return {}


def _set_up(line: int, rate: int) -> None:
    """Make a serial line one of raw bytes, ours alone."""
    fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
    tty.setraw(line, termios.TCSANOW)
    settings = termios.tcgetattr(line)
    settings[2] |= termios.CLOCAL | termios.CREAD
    settings[4] = settings[5] = rate
    settings[6][termios.VMIN], settings[6][termios.VTIME] = 0, 0
    termios.tcsetattr(line, termios.TCSANOW, settings)
    termios.tcflush(line, termios.TCIFLUSH)
