"""Has the station attested from outside of it, and says how that stands.

The web process and the worker cannot (they open nothing), and the supervisor may not look into its
own locked processes: only root sees the filters that the kernel holds of them. So where systemd
runs the station, root's own unit attests (`limen-attest.path` sees the file that asks for it);
elsewhere it is `limen attest` as a process of whoever started the station, which says itself what
it could not see.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from service.ipc.attestation import AttestationState
from service.state import attested

GIVE_UP_S: Final = 900.0  # a busy computer takes minutes, since the frames come first
_NICE: Final = 5  # the worker's frames come first


class Attesting:
    """Asks for attestations of one station.

    Parameters
    ----------
    state
        State folder.
    register
        Folder of the institution's own register of hardware.
    of_root
        Whether root's unit attests.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        state: Path,
        register: Path | None,
        *,
        of_root: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state, self._register, self._of_root = state, register, of_root
        self._clock = clock
        self._began: float | None = None
        self._of_others = self._kept()  # made of the station before it was started, this time
        self._before = 0
        self._failed = False
        self._process: subprocess.Popen[bytes] | None = None
        with suppress(OSError):
            attested.want_no_more(state)

    def begin(self) -> bool:
        """Ask for one; False when one is under way already.

        Raises
        ------
        OSError
            When it cannot be asked for.
        """
        self._look()
        if self._began is not None:
            return False
        self._before, self._failed = self._kept(), False
        if self._of_root:
            attested.want(self._state)
        else:
            self._process = self._start()
        self._began = self._clock()
        return True

    def stands(self, running: frozenset[int]) -> AttestationState:
        """Return the last attestation, and whether one is being made.

        Parameters
        ----------
        running
            The processes of the station just now, the supervisor among them.
        """
        self._look()
        shown = attested.read(self._state)
        # the numbers alone could come again: a computer that boots alike gives them out alike
        still = (
            shown is not None
            and self._kept() != self._of_others
            and running == {shown.supervisor, *(one.pid for one in shown.processes)}
        )
        return AttestationState(
            shown=shown,
            holds=shown is not None and still and shown.proven,
            still=still,
            running_s=None if self._began is None else self._clock() - self._began,
            failed=self._failed,
        )

    def end(self) -> None:
        """End what is under way."""
        self._began = None
        with suppress(OSError):
            attested.want_no_more(self._state)
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _look(self) -> None:
        """See whether what is under way has come about, or never will."""
        if self._began is None:
            return
        come = self._kept() != self._before
        over = self._process is not None and self._process.poll() is not None
        late = self._clock() - self._began > GIVE_UP_S
        if over or late or (come and self._of_root):
            self._failed = not come
            self.end()

    def _kept(self) -> int:
        """Return what tells one kept attestation from the next; 0 when there is none."""
        try:
            return (self._state / attested.SHOWN).stat().st_mtime_ns
        except OSError:
            return 0

    def _start(self) -> "subprocess.Popen[bytes]":
        own = [] if self._register is None else ["--register", str(self._register)]
        started = subprocess.Popen(
            [sys.executable, "-m", "service.cli", "attest", "--state", str(self._state), *own],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        os.setpriority(os.PRIO_PROCESS, started.pid, _NICE)
        return started
