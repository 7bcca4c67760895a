"""The station's check code: signed anew several times a minute, for the web process to show."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

from service.checkcode import statement
from service.checkcode.statement import Fact, Statement
from service.ipc.view import CheckCode
from service.sandbox.confine import die_with
from service.state.station_key import station_key

AGAIN_S = 20.0
CHANGED_AFTER_S = 2.0  # a locked process may bring a change about: not as often as it likes
_FIRST_S = 8.0  # how long the start of a station has the processors for itself
_MEASURED_WITHIN_S = 300.0


class CheckCodes:
    """Makes the codes of one station.

    The code and the register are hashed once, by a process of its own, as soon as a sensor is
    admitted, and without one some seconds after the start: no first verdict waits for it.

    Parameters
    ----------
    state
        State folder; the station's key is made there at the first start.
    register
        Folder of the institution's own register of hardware.
    wall_clock
        Seconds since the epoch.

    Raises
    ------
    StationKeyError
        When the key cannot be used.
    """

    def __init__(
        self, state: Path, register: Path | None, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._key = station_key(state)
        self._version = version("limen")  # read once: each reading leaves some garbage behind
        self._wall_clock = wall_clock
        self._made_at, self._facts = -AGAIN_S, frozenset[Fact]()
        self._measured: tuple[str, str] | None = None
        self._register = register
        self._measuring: subprocess.Popen[str] | None = None
        self._begin_at: float | None = time.monotonic() + _FIRST_S  # None: it has begun
        self._give_up_at = 0.0

    def due(self, now: float, audit_head: str, facts: frozenset[Fact]) -> CheckCode | None:
        """Return a new code when it is time for one and everything in it is known.

        Parameters
        ----------
        now
            Monotonic seconds.
        audit_head
            As the screen shows it; empty while there is none.
        facts
            What is so now.
        """
        self._measure(now, admitted=Fact.HARDWARE_ADMITTED in facts)
        wait_s = AGAIN_S if facts == self._facts else CHANGED_AFTER_S
        if now - self._made_at < wait_s or not audit_head or self._measured is None:
            return None
        code, register = self._measured
        at_s = int(self._wall_clock())
        said = Statement(self._version, code, register, audit_head, at_s, facts)
        self._made_at, self._facts = now, facts
        return CheckCode(statement.write(said, self._key), now)

    def again(self) -> None:
        """Make one at the next turn: the web process is a new one."""
        self._made_at = -AGAIN_S

    def end(self) -> None:
        """End the measuring, if it still runs."""
        if self._measuring is not None:
            self._measuring.kill()
            self._measuring.communicate()
            self._measuring = None

    def _measure(self, now: float, *, admitted: bool) -> None:
        """Begin to hash when it is time, and take what came of it."""
        if self._begin_at is not None and (admitted or now >= self._begin_at):
            self._begin_at, self._give_up_at = None, now + _MEASURED_WITHIN_S
            own = [] if self._register is None else [str(self._register)]
            self._measuring = subprocess.Popen(
                [sys.executable, "-m", "service.checkcode.code", *own],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                preexec_fn=partial(die_with, os.getpid()),  # noqa: PLW1509 - no threads here
            )
        elif self._measuring is not None and self._measuring.poll() is not None:
            hashes = self._measuring.communicate()[0].split()
            if self._measuring.returncode == 0 and len(hashes) == 2:
                self._measured = (hashes[0], hashes[1])
            self._measuring = None
        elif self._measuring is not None and now > self._give_up_at:
            self.end()
