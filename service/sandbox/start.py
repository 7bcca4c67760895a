"""The beginning of a locked process, answered call by call from outside.

While it starts, the process may open files to read (Landlock says which), and map code: it asks for
each (`Profile.start`), and an usher says yes: a fork of the supervisor that does only this, so that
a start on a busy computer waits for nobody else. Then come two calls that are no opening at all,
though they look like it: *open something to read and write*. With the first of them the usher ends.

1. "Everything is loaded." From here on nothing more is granted. The judge looks; when something is
   not as it must be, the process never hears an answer.
2. "I am closed to others", or "give me the camera". A process that needs a camera waits until an
   opener has put the descriptor in place; all others are told that there is none.

Then the listener is closed. For what is still asked, the kernel itself says no (ENOSYS), for ever.
"""

import errno
import fcntl
import os
import select
import signal
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from service.sandbox import confine
from service.sandbox.syscalls import this_machine

# struct seccomp_notif, seccomp_notif_resp, seccomp_notif_addfd; linux/seccomp.h
_ASKED = struct.Struct("=QIIiIQ6Q")
_ANSWER = struct.Struct("=QqiI")
_ADD = struct.Struct("=QIIII")
_RECEIVE, _SEND, _ADD_DESCRIPTOR = 0xC0502100, 0xC0182101, 0x40182103
_SET_FLAGS, _SYNC_WAKE_UP = 0x40082104, 1
_CONTINUE, _ADD_AND_SEND = 1, 1 << 1
_TO_WRITE = os.O_ACCMODE | os.O_CREAT | os.O_TRUNC
_ONCE = (15, 35)  # PR_SET_NAME, PR_SET_MM: asked by the boot, which comes first
_GONE_MS = 1


class Phase(Enum):
    """How far the start of a process is."""

    LOADING = 1
    JUDGED = 2
    WAITING = 3  # for the camera
    OVER = 4


@dataclass(frozen=True, slots=True)
class Call:
    """A call that a process waits with."""

    id: int
    number: int
    arguments: tuple[int, ...]


class Start:
    """Answers one process; the caller has one thread.

    Parameters
    ----------
    listener
        Of its filter; it is closed when the start is over.
    judge
        Called when everything is loaded; raises to refuse.
    go
        Called when the process is closed to others; returns whether it has to wait for a camera.

    Attributes
    ----------
    listener
        Where it is heard.
    """

    def __init__(self, listener: int, judge: Callable[[], None], go: Callable[[], bool]) -> None:
        self.listener = listener
        self._judge, self._go = judge, go
        self._waiting: Call | None = None
        self.phase = Phase.LOADING
        fcntl.ioctl(listener, _SET_FLAGS, _SYNC_WAKE_UP)
        self._loaded, told = os.pipe()
        supervisor = os.getpid()
        self._usher = os.fork()
        if self._usher == 0:
            _usher(listener, told, supervisor)
        os.close(told)

    def fileno(self) -> int:
        """Return what to wait for, for selectors; another one once everything is loaded."""
        return self._loaded if self.phase is Phase.LOADING else self.listener

    def serve(self) -> bool:
        """Answer what is asked now; False when the start is over.

        Raises
        ------
        SandboxError
            What the judge found. The process gets no answer and must be ended.
        """
        if self.phase is Phase.LOADING:
            self._hear_usher()
        else:
            call = _receive(self.listener)
            if call is None:  # the process is gone
                self.close()
            else:
                self._answer(call)
        return self.phase is not Phase.OVER

    @property
    def wants_camera(self) -> bool:
        """Whether the process waits for its camera's descriptor."""
        return self.phase is Phase.WAITING

    def put(self, descriptor: int) -> None:
        """Give the process that waits a descriptor; only an opener calls this, in its own process.

        Raises
        ------
        OSError
            When it no longer waits.
        """
        if self._waiting is None:
            raise OSError(errno.ENOENT, "Nobody waits for a camera")
        close_on_exec = os.O_CLOEXEC
        packed = _ADD.pack(self._waiting.id, _ADD_AND_SEND, descriptor, 0, close_on_exec)
        fcntl.ioctl(self.listener, _ADD_DESCRIPTOR, packed)

    def close(self) -> None:
        """End the start for good."""
        if self.phase is Phase.LOADING:
            self._end_usher()
        if self.phase is not Phase.OVER:
            self.phase = Phase.OVER
            os.close(self.listener)

    def _hear_usher(self) -> None:
        """Everything is loaded, or the process is gone."""
        said = os.read(self._loaded, _ASKED.size)
        if len(said) != _ASKED.size:
            self.close()
            return
        self._judge()
        self._end_usher()
        self.phase = Phase.JUDGED
        _send(self.listener, _call(said), errno.EAGAIN)

    def _end_usher(self) -> None:
        os.close(self._loaded)
        with suppress(ProcessLookupError):
            os.kill(self._usher, signal.SIGKILL)
        os.waitpid(self._usher, 0)

    def _answer(self, call: Call) -> None:
        if self.phase is Phase.JUDGED and _opens_to_write(call):
            if self._go():
                self.phase = Phase.WAITING
                self._waiting = call
                return
            _send(self.listener, call, errno.ENODEV)
            self.close()
        else:
            _send(self.listener, call, errno.ENOSYS)


# ---- in the usher


def _usher(listener: int, told: int, supervisor: int) -> NoReturn:
    """Grant what is asked, until everything is loaded; then pass that call on, and end."""
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # its end comes from the supervisor
        confine.die_with(supervisor)
        confine.close_all_but({listener, told})
        _grant(listener, told)
    finally:
        os._exit(0)


def _grant(listener: int, told: int) -> None:
    once: set[int] = set()
    buffer = bytearray(_ASKED.size)
    prctl = this_machine().numbers["prctl"]
    while _received(listener, buffer):
        call = _call(buffer)
        if _opens_to_write(call):
            os.write(told, buffer)
            return
        error = 0
        if call.number == prctl:
            option = call.arguments[0] & 0xFFFFFFFF
            error = 0 if option in _ONCE and option not in once else errno.EPERM
            once.add(option)
        _send(listener, call, error)


# ---- the kernel's side


def _received(listener: int, buffer: bytearray) -> bool:
    """Wait for a call; False when the process is gone."""
    while True:
        buffer[:] = bytes(_ASKED.size)
        try:
            fcntl.ioctl(listener, _RECEIVE, buffer)
        except InterruptedError:
            continue
        except OSError:  # the call was given up meanwhile, or everybody has ended
            poll = select.poll()
            poll.register(listener, select.POLLIN)
            if any(event & select.POLLHUP for _, event in poll.poll(_GONE_MS)):
                return False
            continue
        return True


def _receive(listener: int) -> Call | None:
    buffer = bytearray(_ASKED.size)
    return _call(buffer) if _received(listener, buffer) else None


def _call(packed: bytes | bytearray) -> Call:
    number_of_call, _pid, _flags, number, _arch, _at, *arguments = _ASKED.unpack(packed)
    return Call(number_of_call, number, tuple(arguments))


def _send(listener: int, call: Call, error: int) -> None:
    """Let the kernel carry the call out, or answer with an error."""
    packed = _ANSWER.pack(call.id, 0, -error, 0 if error else _CONTINUE)
    with suppress(OSError):  # it was killed meanwhile
        fcntl.ioctl(listener, _SEND, packed)


def _opens_to_write(call: Call) -> bool:
    numbers = this_machine().numbers
    place = {numbers["openat"]: 2, numbers.get("open", -1): 1}.get(call.number)
    return place is not None and bool(call.arguments[place] & _TO_WRITE)
