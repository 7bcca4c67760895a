"""Keeps a child process: hears what it says, notices its end, and says when to start the next.

Nothing is logged here: when a child ends, and how, is a child's to choose.
"""

import os
import selectors
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from service.ipc.messages import ChannelClosed, ChannelError, Message
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
    selector
        The supervisor's; what it has ready is called.
    hear
        Called with every packet. A `ChannelError` or `EventRefused` that it raises ends the child.
    ended
        Called when a child has ended by itself.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        hear: Callable[[bytes], None],
        ended: Callable[[], None],
    ) -> None:
        self._selector = selector
        self._hear = hear
        self._ended = ended
        self._backoff = Backoff()
        self._due = 0.0
        self.child: Child | None = None

    @property
    def wants_start(self) -> bool:
        """Whether there is no child and it is time for the next one."""
        return self.child is None and time.monotonic() >= self._due

    def keep(self, child: Child) -> None:
        """Take in a child that has just been started."""
        self.child = child
        self._due = 0.0
        for watched, act in (
            (child.channel, lambda: self._on_message(child)),
            (child.pidfd, lambda: self._on_exit(child)),
            (child.output, lambda: self._on_output(child)),
        ):
            self._selector.register(watched, selectors.EVENT_READ, act)

    def ask(self, message: Message) -> None:
        """Send a message, when there is a child."""
        if self.child is not None:
            self.child.ask(message)

    def end(self) -> None:
        """End the child, when there is one; the next may start after a delay."""
        child, self.child = self.child, None
        if child is None:
            return
        for watched in (child.channel, child.pidfd, child.output):
            with suppress(KeyError):
                self._selector.unregister(watched)
        child.ask_to_stop()
        now = time.monotonic()
        child.end(now + _GRACE_S)
        self._due = now + self._backoff.delay_s(now - child.started_at)

    def _on_message(self, child: Child) -> None:
        try:
            while child is self.child and (packet := child.channel.receive_packet()) is not None:
                self._hear(packet)
        except ChannelClosed:
            with suppress(KeyError):  # its end comes as a process event
                self._selector.unregister(child.channel)
        except (ChannelError, EventRefused):
            os.kill(child.pid, signal.SIGKILL)

    def _on_exit(self, child: Child) -> None:
        if child is not self.child:
            return
        self._on_message(child)  # its last words may still be waiting
        self._on_output(child)
        self.end()
        self._ended()

    def _on_output(self, child: Child) -> None:
        if not child.forward_output():
            with suppress(KeyError):
                self._selector.unregister(child.output)
