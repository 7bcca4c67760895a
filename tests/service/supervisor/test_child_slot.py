"""A child's place: who says nonsense or has lost its lock is ended, and the next one may come."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.ipc.channel import Channel, socket_pair
from service.ipc.messages import MESSAGES
from service.ipc.vocabulary import ChannelError
from service.sandbox.errors import SandboxError
from service.sandbox.start import Phase, Start
from service.supervisor.child import Child
from service.supervisor.child_slot import ChildSlot


class Sleeper(Child):
    """A child that does nothing, in a process of its own and without a lock."""

    def __init__(self, judge: object = None) -> None:
        ours, theirs = socket_pair()
        self.theirs = theirs
        self.channel = Channel(ours, MESSAGES)
        self.started_at = time.monotonic()
        self.output = self.listener = self.lock = None
        self._status = None
        self.judge = cast("Any", judge)
        self.process = subprocess.Popen(["sleep", "60"])
        self.pid = self.process.pid
        self.pidfd = os.pidfd_open(self.pid)

    def gone(self) -> bool:
        """Whether its process has ended."""
        self.theirs.close()
        self.process.returncode = self._status  # the station has waited for it
        return self._status is not None


class Placed:
    """A slot with a child in it, and what was told of it."""

    def __init__(
        self, hear: Callable[[bytes], None] = lambda _: None, judge: object = None
    ) -> None:
        self.selector = selectors.DefaultSelector()
        self.told: list[tuple[str, str]] = []
        self.slot = ChildSlot(
            "worker",
            self.selector,
            hear=hear,
            ended=lambda why: self.told.append(("ended", why)),
            judged=lambda _report: None,
            refused=lambda why: self.told.append(("refused", why)),
        )
        self.child = Sleeper(judge)
        self.slot.keep(self.child)

    def turn(self) -> None:
        """Let a turn of the supervisor's loop pass."""
        for key, _ in self.selector.select(0.05):
            key.data()

    def until_told(self) -> tuple[str, str]:
        """Return what is told of the child in the end."""
        deadline = time.monotonic() + 30.0
        while not self.told:
            assert time.monotonic() < deadline, "nobody was told anything"
            self.turn()
        return self.told[0]


@pytest.fixture
def placed() -> Iterator[Callable[..., Placed]]:
    """Return a function that places a child; whatever is left of it ends with the test."""
    made: list[Placed] = []

    def place(**how: Any) -> Placed:
        made.append(Placed(**how))
        return made[-1]

    yield place
    for one in made:
        one.slot.end()
        assert one.child.gone()
        one.selector.close()


def test_who_says_what_it_may_not_say_is_ended_and_that_is_told(
    placed: Callable[..., Placed],
) -> None:
    def hear(_packet: bytes) -> None:
        raise ChannelError("A Seen comes too often.")

    there = placed(hear=hear)
    there.child.theirs.send(b"nonsense")
    assert there.until_told() == (
        "ended",
        "The worker said what it may not say, and was ended.",
    )
    assert there.slot.child is None


class Judge:
    """Finds a child locked, until it does not."""

    fault = ""

    def again(self) -> None:
        """Look again."""
        if self.fault:
            raise SandboxError(self.fault, "")

    def close(self) -> None:
        """See no more of it."""


def test_who_is_found_without_its_lock_later_is_ended_and_that_is_told(
    placed: Callable[..., Placed],
) -> None:
    judge = Judge()
    there = placed(judge=judge)
    there.slot.start = cast("Start", SimpleNamespace(phase=Phase.OVER))
    there.slot.look_again()
    assert there.slot.child is there.child
    judge.fault = "Its filter is not the one that it was given."
    there.slot.look_again()
    assert there.told[0][0] == "refused"
    assert judge.fault in there.told[0][1]
    assert there.slot.child is None


def test_the_end_of_a_child_that_was_ended_here_is_told_to_nobody(
    placed: Callable[..., Placed],
) -> None:
    """The event of its end may have come in the same turn: it is not that of the next child."""
    there = placed()
    first = there.child
    there.slot.end()
    there.child = Sleeper()
    there.slot.keep(there.child)
    there.slot._on_exit(first)
    assert first.gone()
    assert there.told == []
    assert there.slot.child is there.child


def test_a_child_that_ends_by_itself_is_told_once_and_the_next_may_start(
    placed: Callable[..., Placed],
) -> None:
    there = placed()
    there.child.theirs.send(b"a last word")
    os.kill(there.child.pid, signal.SIGKILL)
    assert there.until_told() == ("ended", "")
    assert there.slot.wants_start, "the first time at once"
