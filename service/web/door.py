"""Who is let in to ask: connections that say nothing do not stand in the way of those that do.

Everybody here comes from the same address, so limits are by what a connection does. One that has
nothing asked, or nothing more, is idle; idle ones are few and short, and the oldest make room for
new ones. One that asks for events or has a socket is at work, and stays.
"""

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

ASKS_WITHIN_S: Final = 5.0
MAX_IDLE: Final = 16
_LOOK_AFTER_S: Final = 0.25  # what has just come may not have been read yet


class Door(H11Protocol):
    """A connection that has to ask, and soon."""

    came_s = 0.0
    _timers: tuple[asyncio.TimerHandle, ...] = ()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # narrower
        """Let a connection in."""
        super().connection_made(transport)
        loop = asyncio.get_running_loop()
        self.came_s = loop.time()
        self._timers = (
            loop.call_later(_LOOK_AFTER_S, self._make_room),
            loop.call_later(ASKS_WITHIN_S, self._show_out),
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection that has ended."""
        for timer in self._timers:
            timer.cancel()
        super().connection_lost(exc)

    @property
    def idle(self) -> bool:
        """Whether nothing is asked, or everything answered."""
        return not self._asked or self.cycle.response_complete

    @property
    def _asked(self) -> bool:
        """Whether anything was ever asked."""
        cycle: object | None = self.cycle
        return cycle is not None

    def _make_room(self) -> None:
        """End the oldest idle connections when there are too many."""
        idle = [one for one in self.connections if isinstance(one, Door) and one.idle]
        for one in sorted(idle, key=lambda one: one.came_s)[: max(0, len(idle) - MAX_IDLE)]:
            one.transport.abort()

    def _show_out(self) -> None:
        if not self._asked and self in self.connections:  # a socket is not among them any more
            self.transport.abort()
