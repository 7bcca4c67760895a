"""The web process, as the supervisor sees it: started, given what screens show, and answered.

It gets the thermal view once it is locked, the words of welcome once in its life, and answers to
what guards and admins ask for. Whoever asks too often is refused, whichever web process asks: one
that dies is granted no more than one that lives.
"""

import os
import selectors
import time
from collections.abc import Callable

import structlog

from service.ipc.messages import MESSAGES
from service.ipc.rate import Buckets
from service.ipc.replies import Refused, Reply, Why
from service.ipc.requests import AdminRequest, CalibrationRequest, GuardRequest, Screens
from service.ipc.settings import SettingsError
from service.ipc.view import Picture
from service.ipc.visitor_window import Welcome, Welcoming
from service.ipc.vocabulary import ChannelClosed, ChannelError, Message
from service.sandbox.errors import SandboxError
from service.sandbox.report import LockReport
from service.state.audit_events import ScreenFrozen
from service.state.recorder import Recorder
from service.state.welcome import WelcomeStore
from service.supervisor.child import Child
from service.supervisor.child_slot import ChildSlot

Request = CalibrationRequest | GuardRequest | AdminRequest


class WebProcess:
    """The place of the web process in the supervisor's loop.

    Parameters
    ----------
    selector
        The supervisor's.
    start
        Starts one; SandboxError when it cannot be locked.
    locked
        Whether it is locked before it may see anything.
    recorder
        Told of its lock, its ends, and screens that freeze.
    welcomes
        The site's own words, for the visitor's window.
    answer
        Called with what a guard or an admin asks for; what it returns is sent.
    answered
        Called after an answer was sent.
    watched
        Called with whether anybody watches, when that changes.
    judged
        Called when it has been found locked.
    ended
        Called with a sentence of why when it has ended; empty when nobody knows.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        start: Callable[[], Child],
        recorder: Recorder,
        welcomes: WelcomeStore,
        *,
        locked: bool,
        answer: Callable[[Request], Reply],
        answered: Callable[[], None],
        watched: Callable[[bool], None],
        judged: Callable[[], None],
        ended: Callable[[str], None],
    ) -> None:
        self._log = structlog.get_logger("limen")
        self._start, self._recorder, self._welcomes = start, recorder, welcomes
        self._to_be_locked = locked
        self._answer, self._answered = answer, answered
        self._watched, self._judged, self._ended = watched, judged, ended
        self._picture: int | None = None  # the thermal view, until it is given
        self._welcomed = False  # whether this one knows the words
        self.welcome_damaged = False
        self.screens = Screens(0, 0)
        # of this web process, and of all of them
        self._room, self._granted = Buckets(0.0), Buckets(time.monotonic())
        self.slot = ChildSlot(
            "web",
            selector,
            hear=self.hear,
            ended=self._has_ended,
            judged=self._was_judged,
            refused=self._has_ended,
        )

    def turn(self) -> None:
        """Start one when there is none and it is time for it."""
        if not self.slot.wants_start:
            return
        try:
            child = self._start()
        except SandboxError as error:
            self._log.error("web not locked", what=str(error))
            self.slot.delay()
            return
        self._room = Buckets(time.monotonic())
        self._welcomed = False
        self.slot.keep(child)
        if not self._to_be_locked:
            self._recorder.locked("web", None)

    @property
    def ready(self) -> bool:
        """Whether there is one that may see what screens show."""
        return self.slot.child is not None and (self.slot.locked or not self._to_be_locked)

    def ask(self, message: Message) -> None:
        """Send a message, when there is one."""
        self.slot.ask(message)

    # ---- what it is given

    def show_picture(self, memory: int) -> None:
        """Give it the thermal view that lies in a memory, as soon as it may see it."""
        self.forget_picture()
        self._picture = memory

    def give(self) -> None:
        """Give it what it still wants: the thermal view, once it is locked, and the welcome."""
        if not self.ready:
            return
        self._give_picture()
        if not self._welcomed:
            self._welcomed = True
            self.ask(Welcoming(self._welcome()))

    def _give_picture(self) -> None:
        child, memory = self.slot.child, self._picture
        if child is None or child.channel is None or memory is None:
            return
        try:
            given = child.channel.send(Picture(present=True), fd=memory)
        except ChannelClosed:
            given = True  # it is gone, and the next one comes with new memory
        if given:
            self.forget_picture()

    def forget_picture(self) -> None:
        """Close the supervisor's own copy of the thermal view."""
        if self._picture is not None:
            os.close(self._picture)
            self._picture = None

    def welcome(self, welcome: Welcome) -> None:
        """Save the words of welcome, and let the visitor's window say them."""
        self._welcomes.save(welcome)
        self._welcomed = False

    def _welcome(self) -> Welcome:
        """Return the words of welcome; the station's own, and a fault, when they are damaged."""
        try:
            welcome = self._welcomes.load()
        except SettingsError as error:
            self._log.warning("welcome damaged", what=str(error))
            self.welcome_damaged = True
            return Welcome()
        self.welcome_damaged = False
        return welcome

    # ---- what it says, and its end

    def hear(self, packet: bytes) -> None:
        """Take a packet of it; ChannelError when it may not say that, or not so often."""
        message = MESSAGES.decode_exactly(packet)
        if not self._room.take(message, time.monotonic()):
            raise ChannelError(f"A {message.kind} comes too often.")
        if isinstance(message, Screens):
            self._take_screens(message)
        elif isinstance(message, Request):
            self.ask(self._too_soon(message) or self._answer(message))
            self._answered()
        else:
            raise ChannelError(f"The web process sent a {message.kind}.")

    def _too_soon(self, asked: Request) -> Refused | None:
        """Refuse a request of a kind that web processes before this one have used up."""
        if self._granted.take(asked, time.monotonic()):
            return None
        wait_s = self._granted.wait_s(asked)
        said = f"This was asked for too often: wait {wait_s:.0f} s, then try again."
        return Refused(asked.request, Why.TOO_SOON, said, wait_s)

    def _take_screens(self, screens: Screens) -> None:
        if screens.frozen > self.screens.frozen:
            self._recorder.note_of_child(ScreenFrozen())
        if (screens.watching > 0) != (self.screens.watching > 0):
            self._watched(screens.watching > 0)
        self.screens = screens

    def _was_judged(self, report: LockReport) -> None:
        self._recorder.locked("web", report)
        self._judged()
        if self.ready:
            self._give_picture()

    def _has_ended(self, why: str) -> None:
        self.screens = Screens(0, 0)
        self._ended(why)
