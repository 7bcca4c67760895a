"""The web process's middle: the latest view, the latest picture, and the screens that watch.

Every screen hears a beat at least every tenth of a second, whatever happens; it goes blind by
itself when it hears none. The other way round every screen acknowledges what it has painted, so
that a page that froze on an old picture is noticed here.
"""

import asyncio
import itertools
import math
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from screening.result import Reason, State
from service.ipc.channel import Channel
from service.ipc.expiry import BELIEVED_S
from service.ipc.messages import MESSAGES, VIEW
from service.ipc.orders import Stop
from service.ipc.preview import PreviewReader
from service.ipc.rate import Buckets
from service.ipc.replies import (
    AttestationRead,
    CalibrationRead,
    Done,
    DriftRead,
    HistoryRead,
    LoggedIn,
    RecordsRead,
    Refused,
    Reply,
    SettingsRead,
    ShiftRead,
)
from service.ipc.requests import (
    MAX_REQUESTS,
    MAX_SCREENS,
    AdminRequest,
    CalibrationRequest,
    GuardRequest,
    Screens,
)
from service.ipc.view import DOWN, Advice, CheckCode, Lane, Picture, View
from service.ipc.visitor_window import Welcome, Welcoming
from service.ipc.vocabulary import ChannelClosed, Message
from service.web.trend import Trend

BEAT_S = 0.1
FROZEN_AFTER_S = 1.0  # without a painted beat
_PICTURE_S = 0.04
_AT_MOST_EVERY_S = 0.04  # events per screen
_REPLY_WITHIN_S = 3.0
MAX_STREAMS = 32  # each is told ten times a second

_Item = TypeVar("_Item")
_Answer = TypeVar(
    "_Answer",
    Done,
    LoggedIn,
    SettingsRead,
    RecordsRead,
    ShiftRead,
    HistoryRead,
    AttestationRead,
    CalibrationRead,
    DriftRead,
)


class HubError(Exception):
    """The supervisor does not answer, or there are too many screens."""


class AskedTooOften(HubError):
    """More requests come than people make; `wait_s` says when the next may."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"Too many requests: wait {wait_s:.0f} s, then try again.")
        self.wait_s = wait_s


@dataclass(eq=False)
class Screen:
    """A page that is connected: what it has painted last, and whether it can be seen at all.

    `alert` is whether it is the alert screen, as it says itself once it has painted.
    """

    connected_at: float
    painted: int = 0
    painted_at: float = 0.0
    hidden: bool = False
    alert: bool = False
    picture_ready: asyncio.Event = field(default_factory=asyncio.Event)

    def frozen(self, now: float) -> bool:
        """Whether it should have painted by now."""
        return not self.hidden and now - max(self.painted_at, self.connected_at) > FROZEN_AFTER_S


@dataclass(frozen=True, slots=True)
class Seen:
    """What can be seen of the station; ages in s, None where no such page is in view."""

    painted_age_s: float | None
    alert_age_s: float | None
    screening: bool
    alarm: bool


class Hub:
    """Joins the channel to the supervisor with any number of screens.

    Parameters
    ----------
    channel
        To the supervisor.
    on_end
        Called once when the supervisor says stop or is gone.
    """

    def __init__(self, channel: Channel, on_end: Callable[[], None]) -> None:
        self._channel = channel
        self._on_end = on_end
        self._view = View(state=State.STARTING)
        self._heard_at = time.monotonic()
        self._beat = 0
        self._subscribers: set[asyncio.Queue[str | None]] = set()
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._numbers = itertools.count(1)
        self._reader: PreviewReader | None = None
        self._screens: set[Screen] = set()
        self._pages: set[Screen] = set()
        self._told = Screens(0, 0)
        self._room = Buckets(time.monotonic(), share=0.9)
        self.trend = Trend()
        self.ended = False
        self.picture = b""
        self.check_code, self._code_at = "", 0.0
        self.welcome = Welcome()

    # ---- life

    async def run(self) -> None:
        """Serve until cancelled."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._channel.fileno(), self._hear)
        next_beat = 0.0
        try:
            while not self.ended:
                self._look_at_picture()
                if time.monotonic() >= next_beat:
                    next_beat = time.monotonic() + BEAT_S
                    self._tell_screens()
                    self._publish()
                await asyncio.sleep(_PICTURE_S)
        finally:
            loop.remove_reader(self._channel.fileno())

    def close(self) -> None:
        """End every stream, so that the server can end."""
        self.ended = True
        for queue in self._subscribers:
            _put_latest(queue, None)
        for screen in self._screens:
            screen.picture_ready.set()

    def _end(self) -> None:
        if not self.ended:
            self.close()
            self._on_end()

    def _hear(self) -> None:
        try:
            while not self.ended:
                message, fd = self._channel.receive_with_fd()
                if message is None:
                    return
                self._take(message, fd)
        except ChannelClosed:
            self._end()

    def _take(self, message: Message, fd: int | None) -> None:
        match message:
            case View():
                self._view, self._heard_at = message, time.monotonic()
                self.trend.add(message, time.time())
                self._publish()
            case CheckCode():
                self.check_code, self._code_at = message.text, message.made_s
            case Welcoming():
                self.welcome = message.welcome
            case Picture():
                self._new_memory(fd)
            case (
                Done()
                | Refused()
                | LoggedIn()
                | SettingsRead()
                | RecordsRead()
                | ShiftRead()
                | HistoryRead()
                | AttestationRead()
                | CalibrationRead()
                | DriftRead()
            ):
                number = message.request
                waiting = self._waiting.pop(number, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
            case Stop():
                self._end()

    # ---- the view

    def view(self) -> View:
        """Return the latest view, or blindness when it has expired or the supervisor is silent."""
        now = time.monotonic()
        expired = self._view.state not in DOWN and now >= self._view.until_s
        if expired or now - self._heard_at > BELIEVED_S:
            return self._blind(Reason.SILENT)
        frozen = sum(screen.frozen(now) for screen in self._screens)
        return replace(self._view, frozen_screens=frozen)

    @property
    def code_age_s(self) -> float:
        """How long ago the check code was made."""
        return time.monotonic() - self._code_at

    def _blind(self, reason: Reason) -> View:
        return replace(
            self._view,
            state=State.NOT_SCREENING,
            reasons=(reason,),
            until_s=0.0,
            visitor=None,
            fading=None,
            visitors=(),
            advice=None,
            moment_s=None,
            step_m=None,
        )

    def _publish(self) -> None:
        if not self._subscribers:
            return
        self._beat += 1
        view = VIEW.dump_json(self.view()).decode()
        event = f'{{"beat":{self._beat},"now_s":{time.monotonic()},"view":{view}}}'
        for queue in self._subscribers:
            _put_latest(queue, event)

    def check_room(self) -> None:
        """Refuse one more stream of events when there are too many: those that are there stay.

        Raises
        ------
        HubError
            When there are.
        """
        if len(self._subscribers) >= MAX_STREAMS:
            raise HubError(f"There are already {MAX_STREAMS} streams of events.")

    async def events(self) -> AsyncIterator[str]:
        """Yield the state for one screen as JSON: always the latest, never a backlog."""
        queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)
        self._subscribers.add(queue)
        try:
            while not self.ended and (event := await queue.get()) is not None:
                yield event
                await asyncio.sleep(_AT_MOST_EVERY_S)
        finally:
            self._subscribers.discard(queue)

    # ---- the picture

    def _new_memory(self, fd: int | None) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = PreviewReader(fd) if fd is not None else None
        self.picture = b""

    def _look_at_picture(self) -> None:
        if self._reader is None or not self._screens:
            return
        picture = self._reader.newer()
        if picture is not None:
            self.picture = picture
            for screen in self._screens:
                screen.picture_ready.set()

    # ---- the screens

    def join(self) -> Screen:
        """Count a screen in.

        Raises
        ------
        HubError
            When there are too many already.
        """
        if len(self._screens) >= MAX_SCREENS:
            raise HubError(f"There are already {MAX_SCREENS} screens.")
        screen = Screen(time.monotonic())
        self._screens.add(screen)
        self._tell_screens()
        return screen

    def leave(self, screen: Screen) -> None:
        """Count a screen out."""
        self._screens.discard(screen)
        if not any(not other.hidden for other in self._screens):
            self.picture = b""
        self._tell_screens()

    def pulse(self, page: Screen) -> None:
        """Note that a page without a picture has painted."""
        page.painted_at = time.monotonic()

    def open_page(self) -> Screen:
        """Count in a page that shows neither state nor picture: the register, the check code.

        Raises
        ------
        HubError
            When there are too many already.
        """
        if len(self._pages) >= MAX_SCREENS:
            raise HubError(f"There are already {MAX_SCREENS} pages.")
        page = Screen(time.monotonic())
        self._pages.add(page)
        return page

    def close_page(self, page: Screen) -> None:
        """Count it out."""
        self._pages.discard(page)

    @property
    def alarm(self) -> bool:
        """Whether an alarm waits for a guard."""
        return any(not alarm.acknowledged for alarm in self._view.alarms)

    @property
    def out_of_order(self) -> bool:
        """Whether nobody is screened who comes up, and not for a moment only."""
        view = self.view()
        return view.state in DOWN and view.lane is Lane.OPEN and view.advice is not Advice.MOMENT

    def seen(self) -> "Seen":
        """Return what can be seen of the station just now, for the watch outside of the browser."""
        now = time.monotonic()
        alerts = {screen for screen in self._screens if screen.alert}
        return Seen(
            painted_age_s=_youngest(self._screens | self._pages, now),
            alert_age_s=_youngest(alerts, now),
            screening=self.view().state not in DOWN,
            alarm=self.alarm,
        )

    def painted(self, screen: Screen, beat: int) -> None:
        """Note that a screen has painted a beat; an old one again is no sign of life."""
        if screen.painted < beat <= self._beat:
            screen.painted, screen.painted_at = beat, time.monotonic()

    def hidden(self, screen: Screen, *, hidden: bool) -> None:
        """Note that a screen cannot be seen, or can be seen again."""
        screen.hidden = hidden
        screen.connected_at = time.monotonic()  # it has its time to paint again
        self._tell_screens()

    def _tell_screens(self) -> None:
        now = time.monotonic()
        watching = sum(not screen.hidden for screen in self._screens)
        screens = Screens(watching, sum(screen.frozen(now) for screen in self._screens))
        if screens != self._told and not self.ended and self._room.take(screens, now):
            try:
                if self._channel.send(screens):
                    self._told = screens
            except ChannelClosed:
                self._end()

    # ---- requests

    async def ask(
        self,
        make: "Callable[[int], GuardRequest | AdminRequest | CalibrationRequest]",
        answered: "type[_Answer]" = Done,  # type: ignore[assignment] # most are answered by Done
    ) -> "_Answer | Refused":
        """Carry a request to the supervisor and return its answer.

        Parameters
        ----------
        make
            Makes the request from its number.
        answered
            What the answer is when it is no refusal.

        Raises
        ------
        HubError
            When it does not answer in time, or answers something else.
        AskedTooOften
            When it is asked more often than it may be (`service.ipc.rate`).
        ChannelError
            When the request is none that may be made.
        """
        number = next(self._numbers) % MAX_REQUESTS
        message = make(number)
        MESSAGES.decode_exactly(MESSAGES.encode(message))  # what we may not say, we do not
        if not self._room.take(message, time.monotonic()):
            raise AskedTooOften(math.ceil(self._room.wait_s(message)))
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            if not self._channel.send(message):
                raise HubError("The station is too busy to answer.")
            async with asyncio.timeout(_REPLY_WITHIN_S):
                reply = await answer
        except (ChannelClosed, TimeoutError) as error:
            raise HubError("The station does not answer.") from error
        finally:
            self._waiting.pop(number, None)
        if not isinstance(reply, answered | Refused):
            raise HubError(f"The station answered {reply.kind}, not what was asked for.")
        return reply


def _youngest(screens: set[Screen], now: float) -> float | None:
    ages = [now - one.painted_at for one in screens if one.painted_at and not one.hidden]
    return min(ages, default=None)


def _put_latest(queue: "asyncio.Queue[_Item]", item: _Item) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(item)
