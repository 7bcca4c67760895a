"""A child process of the supervisor: locked before it runs, watched, ended for certain."""

import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from service.ipc.channel import Channel
from service.ipc.orders import Stop
from service.ipc.vocabulary import ChannelClosed, Message
from service.sandbox.judge import Judge
from service.sandbox.launch import Program, launch
from service.sandbox.profiles import Profile

_OUTPUT_BYTES = 64 * 1024
_TICKS_HZ = os.sysconf("SC_CLK_TCK")


def ran_s(pid: int) -> float | None:
    """Return the processor time that a process has had, in seconds, while it wants more.

    None while it waits for anything else, or has ended.
    """
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = said.rpartition(")")[2].split()  # the state is the third of all, proc(5)
    return (int(fields[11]) + int(fields[12])) / _TICKS_HZ if fields[0] == "R" else None


class Child:
    """A process running one of the station's modules.

    It lives in a process group of its own, so that Ctrl-C reaches the supervisor only.

    Parameters
    ----------
    program
        What runs, without its output.
    profile
        Its lock; None starts it without one.
    channel
        Our end of a private channel to it; None when it has nothing to say.
    show_output
        Pass on what it prints, to a limit; otherwise that goes nowhere.

    Raises
    ------
    SandboxError
        When it cannot be locked.
    """

    def __init__(
        self,
        program: Program,
        profile: Profile | None,
        *,
        channel: Channel | None = None,
        show_output: bool = False,
    ) -> None:
        self.channel = channel
        self.started_at = time.monotonic()
        self.output: int | None = None
        self._output_left = _OUTPUT_BYTES
        self._status: int | None = None
        printed = None
        if show_output:
            self.output, printed = os.pipe()
        try:
            launched = launch(program, profile, output=printed)
        except BaseException:
            if self.output is not None:
                os.close(self.output)
            raise
        finally:
            if printed is not None:
                os.close(printed)
        self.pid = launched.pid
        self.listener = launched.listener
        self.lock = launched.report
        self.judge = (
            Judge(self.pid, profile, program.descriptors, output=show_output)
            if profile is not None
            else None
        )
        self.pidfd = os.pidfd_open(self.pid)

    @property
    def returncode(self) -> int | None:
        """How it ended, a signal as a negative number; None while it runs."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def forward_output(self) -> bool:
        """Pass on what it printed, to a limit; False when it prints no more."""
        if self.output is None:
            return False
        text = os.read(self.output, 4096)
        allowed = text[: self._output_left]
        self._output_left -= len(allowed)
        sys.stderr.buffer.write(allowed)
        sys.stderr.flush()
        return bool(text)

    def ask(self, message: Message) -> None:
        """Send a message; a child that is gone or stuck is noticed elsewhere."""
        if self.channel is not None:
            with suppress(ChannelClosed):
                self.channel.send(message)

    def ask_to_stop(self) -> None:
        """Ask it to end by itself."""
        self.ask(Stop())
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once; its end is noticed as any other."""
        self._signal(signal.SIGKILL)

    def end(self, deadline: float = 0.0) -> None:
        """Make sure that it has ended; it has until `deadline` (monotonic) to do so by itself."""
        if self.returncode is None:
            with suppress(OSError):
                select.select([self.pidfd], [], [], max(0.0, deadline - time.monotonic()))
        if self.returncode is None:
            self.kill()
            _, status = os.waitpid(self.pid, 0)
            self._status = os.waitstatus_to_exitcode(status)
        if self.judge is not None:
            self.judge.close()
        os.close(self.pidfd)
        if self.output is not None:
            os.close(self.output)
        if self.channel is not None:
            self.channel.close()

    def _signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
