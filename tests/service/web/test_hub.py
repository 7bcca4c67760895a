"""What a screen is told by the web process holds for as long as the supervisor's word does."""

import asyncio
import time
from collections.abc import Iterator
from unittest import mock

import pytest

from screening.result import Reason, State, Verdict
from service.ipc.channel import Channel, socket_pair
from service.ipc.expiry import BELIEVED_S
from service.ipc.messages import MESSAGES
from service.web.hub import MAX_STREAMS, Hub, HubError
from tests.service.stage import view, visitor


class Watched:
    """A web process's middle with a clock that is turned by hand."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    @staticmethod
    def time() -> float:
        return time.time()


@pytest.fixture
def watched() -> Iterator[Watched]:
    ours, theirs = socket_pair()
    with ours, theirs:
        watched = Watched(Hub(Channel(ours, MESSAGES), lambda: None))
        with mock.patch("service.web.hub.time", watched):
            yield watched


CLEARED = visitor(1, Verdict.CLEAR)


def test_a_view_ends_when_it_may_be_believed_no_longer(watched: Watched) -> None:
    """The worker fell silent: the supervisor still speaks, and each word holds for less."""
    hub = watched.hub
    hub._take(
        view(State.CLEAR, until_s=watched.now + 0.2, visitor=CLEARED, visitors=(CLEARED,)), None
    )
    watched.now += 0.19
    assert hub.view().state is State.CLEAR
    assert hub.view().until_s == pytest.approx(watched.now + 0.01)
    watched.now += 0.02
    after = hub.view()
    assert (after.state, after.reasons) == (State.NOT_SCREENING, (Reason.SILENT,))
    assert (after.visitor, after.visitors, after.fading) == (None, (), None)
    assert not hub.seen().screening


def test_who_screens_nobody_is_believed_until_the_supervisor_falls_silent(watched: Watched) -> None:
    hub = watched.hub
    hub._take(view(State.NOT_SCREENING, Reason.REFERENCE_MOVED), None)
    watched.now += BELIEVED_S - 0.01
    assert hub.view().reasons == (Reason.REFERENCE_MOVED,)
    watched.now += 0.02
    assert hub.view().reasons == (Reason.SILENT,)


def test_only_a_beat_that_was_sent_and_is_newer_is_a_sign_of_life(watched: Watched) -> None:
    hub = watched.hub
    screen = hub.join()
    hub._beat = 5
    hub.painted(screen, 5)
    assert (screen.painted, screen.painted_at) == (5, watched.now)
    watched.now += 3.0
    for beat in (5, 4, 6):  # again, an old one, and one that nobody sent
        hub.painted(screen, beat)
    assert hub.view().frozen_screens == 1
    hub._beat = 6
    hub.painted(screen, 6)
    assert hub.view().frozen_screens == 0


def test_there_are_so_many_streams_and_no_more(watched: Watched) -> None:
    async def ask() -> None:
        hub = watched.hub
        streams = [hub.events() for _ in range(MAX_STREAMS)]
        for number, stream in enumerate(streams):
            hub.check_room()
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            assert len(hub._subscribers) == number + 1
            waiting.add_done_callback(lambda one: one.cancelled() or one.exception())
        with pytest.raises(HubError, match="streams"):
            hub.check_room()
        hub.close()
        await asyncio.sleep(0.05)

    asyncio.run(ask())
