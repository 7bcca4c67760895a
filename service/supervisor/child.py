"""A child process of the supervisor: started with inherited sockets, watched, ended for certain."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from service.ipc.channel import Channel, socket_pair
from service.ipc.messages import ChannelClosed, Message, Stop

_OUTPUT_BYTES = 64 * 1024


class Child:
    """A process running one of the station's modules, with a private channel to it.

    It lives in a process group of its own, so that Ctrl-C reaches the supervisor only.

    Parameters
    ----------
    module
        Run as `python -m module`; it gets `--channel FD --parent PID` and `arguments`.
    pass_fds
        Further descriptors that it inherits under the same numbers.
    environment
        Added to ours.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        *,
        pass_fds: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        ours, theirs = socket_pair()
        self.channel = Channel(ours)
        self.started_at = time.monotonic()
        self.output, output = os.pipe()
        self._output_left = _OUTPUT_BYTES
        with theirs, os.fdopen(output, "wb") as pipe:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", module),
                    *("--channel", str(theirs.fileno()), "--parent", str(os.getpid())),
                    *arguments,
                ],
                stdin=subprocess.DEVNULL,
                stdout=pipe,
                stderr=pipe,
                pass_fds=(theirs.fileno(), *pass_fds),
                env={**os.environ, **(environment or {})},
                process_group=0,
            )
        self.pidfd = os.pidfd_open(self._process.pid)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.poll()

    def forward_output(self) -> bool:
        """Pass on what it printed, to a limit; False when it prints no more.

        A locked child may not hold our terminal's or log file's descriptor, only this pipe.
        """
        text = os.read(self.output, 4096)
        allowed = text[: self._output_left]
        self._output_left -= len(allowed)
        sys.stderr.buffer.write(allowed)
        sys.stderr.flush()
        return bool(text)

    def ask(self, message: Message) -> None:
        """Send a message; a child that is gone or stuck is noticed elsewhere."""
        with suppress(ChannelClosed):
            self.channel.send(message)

    def ask_to_stop(self) -> None:
        """Ask it to end by itself."""
        self.ask(Stop())
        with suppress(ProcessLookupError):
            self._process.terminate()

    def end(self, deadline: float = 0.0) -> None:
        """Make sure that it has ended; it has until `deadline` (monotonic) to do so by itself."""
        if self._process.poll() is None:
            with suppress(OSError):
                select.select([self.pidfd], [], [], max(0.0, deadline - time.monotonic()))
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self.pidfd)
        os.close(self.output)
        self.channel.close()
