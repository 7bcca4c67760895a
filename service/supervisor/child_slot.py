"""Keeps a child process: hears what it says, notices its end, and says when to start the next.

Nothing is logged here: when a child ends, and how, is a child's to choose.
"""

import selectors
import time
from collections.abc import Callable
from contextlib import suppress
from signal import SIGSYS

from service.ipc.vocabulary import ChannelClosed, ChannelError, Message
from service.sandbox.errors import SandboxError
from service.sandbox.report import LockReport
from service.sandbox.start import Phase, Start
from service.state.audit_events import EventRefused
from service.supervisor.child import Child

_BACKOFF_S = (0.0, 0.2, 0.5, 1.0, 2.0)  # and the last one for ever: blindness is never permanent
_HEALTHY_AFTER_S = 10.0
_GRACE_S = 0.3  # for a child that is ended while the station goes on


class Backoff:
    """When to start a process again: at once, then less eagerly, but always again."""

    def __init__(self) -> None:
        self._failures = 0

    def delay_s(self, lived_s: float) -> float:
        """Return how long to wait after a process that lived so long."""
        if lived_s > _HEALTHY_AFTER_S:
            self._failures = 0
        delay = _BACKOFF_S[min(self._failures, len(_BACKOFF_S) - 1)]
        self._failures += 1
        return delay


class ChildSlot:
    """The place of one child process in the supervisor's loop.

    Parameters
    ----------
    name
        For sentences.
    selector
        The supervisor's; what it has ready is called.
    hear
        Called with every packet. A `ChannelError` or `EventRefused` that it raises ends the child.
    ended
        Called when a child has ended by itself, with a sentence of why; empty when nobody knows.
    judged
        Called with how a child is locked, when the judge has found it so and nothing can be
        opened in it any more.
    refused
        Called with a sentence when a child is not locked as it must be; it has been ended.
    """

    def __init__(
        self,
        name: str,
        selector: selectors.BaseSelector,
        *,
        hear: Callable[[bytes], None],
        ended: Callable[[str], None],
        judged: Callable[[LockReport], None],
        refused: Callable[[str], None],
    ) -> None:
        self._name = name
        self._selector = selector
        self._hear, self._ended = hear, ended
        self._judged, self._refused = judged, refused
        self._backoff = Backoff()
        self._due = 0.0
        self._nonsense = ""
        self._report: LockReport | None = None  # of the judge, to be passed on
        self.child: Child | None = None
        self.start: Start | None = None

    @property
    def wants_start(self) -> bool:
        """Whether there is no child and it is time for the next one."""
        return self.child is None and time.monotonic() >= self._due

    @property
    def locked(self) -> bool:
        """Whether the judge has found the child locked."""
        return self.start is not None and self.start.phase is not Phase.LOADING

    @property
    def wants_camera(self) -> bool:
        """Whether the child waits for a descriptor of its camera."""
        return self.start is not None and self.start.wants_camera

    def given(self) -> None:
        """Close the start of a child that was given its camera: it gets nothing more."""
        if self.start is not None:
            self.start.close()

    def keep(self, child: Child, *, waits_for_camera: bool = False) -> None:
        """Take in a child that has just been started.

        Parameters
        ----------
        waits_for_camera
            Whether a descriptor will be put in place in it (`start`).
        """
        self.child, self.start, self._nonsense = child, None, ""
        self._due = 0.0
        self._watch(child.pidfd, lambda: self._on_exit(child))
        if child.channel is not None:
            self._watch(child.channel, lambda: self._on_message(child))
        if child.output is not None:
            self._watch(child.output, lambda: self._on_output(child))
        if child.listener is not None:
            self.start = start = Start(
                child.listener,
                lambda: self._judge(child),
                lambda: self._go(child, waits_for_camera),
            )
            self._watch(start, lambda: self._on_call(child, start))

    def ask(self, message: Message) -> None:
        """Send a message, when there is a child."""
        if self.child is not None:
            self.child.ask(message)

    def delay(self) -> None:
        """Wait before the next start: a child could not be started."""
        self._due = time.monotonic() + self._backoff.delay_s(0.0)

    def end(self) -> None:
        """End the child, when there is one; the next may start after a delay."""
        child, self.child = self.child, None
        if child is None:
            return
        self._end_start()
        for watched in (child.channel, child.pidfd, child.output):
            self._unwatch(watched)
        child.ask_to_stop()
        now = time.monotonic()
        child.end(now + _GRACE_S)
        self._due = now + self._backoff.delay_s(now - child.started_at)

    def look_again(self) -> None:
        """Let the judge look at a child that he has found locked before."""
        child = self.child
        if child is None or child.judge is None or not self.locked:
            return
        try:
            child.judge.again()
        except SandboxError as error:
            self._refuse(str(error))

    # ---- the start of a locked process

    def _on_call(self, child: Child, start: Start) -> None:
        if child is not self.child:
            return
        self._unwatch(start)
        try:
            going_on = start.serve()
        except SandboxError as error:
            self._refuse(str(error))
            return
        if self._report is not None:
            report, self._report = self._report, None
            self._judged(report)
        if going_on and not start.wants_camera:  # what comes then is the opener's to answer
            self._watch(start, lambda: self._on_call(child, start))

    def _judge(self, child: Child) -> None:
        if child.judge is not None and child.lock is not None:
            try:
                self._report = child.judge.whole(child.lock)
            except OSError as error:  # it has ended, or cannot be seen: both are no lock
                raise SandboxError(f"The {self._name} could not be judged ({error}).") from error

    @staticmethod
    def _go(child: Child, waits_for_camera: bool) -> bool:
        if child.judge is not None:
            child.judge.closed()
        return waits_for_camera

    def _refuse(self, sentence: str) -> None:
        if self.child is not None:
            self.child.kill()
        self.end()
        self._refused(sentence)

    def _end_start(self) -> None:
        start, self.start = self.start, None
        if start is not None and start.phase is not Phase.OVER:
            self._unwatch(start)
            start.close()

    # ---- what it says, and its end

    def _on_message(self, child: Child) -> None:
        channel = child.channel
        if channel is None:
            return
        try:
            while child is self.child and (packet := channel.receive_packet()) is not None:
                self._hear(packet)
        except ChannelClosed:
            self._unwatch(channel)  # its end comes as a process event
        except (ChannelError, EventRefused):
            self._nonsense = f"The {self._name} said what it may not say, and was ended."
            child.kill()

    def _on_exit(self, child: Child) -> None:
        if child is not self.child:
            return
        self._on_message(child)  # its last words may still be waiting
        self._on_output(child)
        code = child.returncode
        why = self._nonsense
        if code == -SIGSYS:
            why = f"The {self._name} asked the kernel for what its lock forbids, and was ended."
        self.end()
        self._ended(why)

    def _on_output(self, child: Child) -> None:
        if not child.forward_output():
            self._unwatch(child.output)

    def _watch(self, watched: object, act: Callable[[], None]) -> None:
        self._selector.register(watched, selectors.EVENT_READ, act)  # type: ignore[arg-type] # has a fileno

    def _unwatch(self, watched: object) -> None:
        if watched is not None:
            with suppress(KeyError, ValueError):
                self._selector.unregister(watched)  # type: ignore[arg-type] # has a fileno
