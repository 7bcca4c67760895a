"""Messages between the processes: whole, typed, and silent about what they could not read."""

import os
import socket
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.result import Reason, State, Verdict
from screening.settings import Reference, Settings, Site
from service.ipc.channel import Channel, socket_pair
from service.ipc.messages import (
    MAX_MESSAGE_BYTES,
    Acknowledge,
    Alarm,
    AskFfc,
    AskNonUniformity,
    ChangeSettings,
    ChannelClosed,
    ChannelError,
    ChooseScenario,
    Configure,
    Done,
    HourCounts,
    LearnNonUniformity,
    LoggedIn,
    Login,
    Logout,
    Message,
    Outcome,
    Picture,
    ReadRecords,
    ReadSettings,
    RecordsRead,
    Refused,
    RequestFfc,
    Screens,
    SecondCheck,
    SettingsRead,
    ShownVisitor,
    Stop,
    View,
    Watch,
    Why,
    decode,
    encode,
)
from service.ipc.settings import StationSettings
from service.sandbox.report import Descriptor, LockReport
from tests.service.stage import SENSOR

REAL = True  # a positional boolean with a name
VISITOR = ShownVisitor(
    3, 3, Verdict.RECHECK, (Reason.GLASSES,), 36.9, 0.4, 36.0, 36.5, Site.CANTHUS, 0.9
)
REPORT = LockReport(
    "worker", "6.18", "x86_64", 7, "ab" * 32, REAL, (Descriptor(0, "pipe", REAL),), (), ()
)
HOUR = HourCounts("2026-03-01T08", 9, None, 0, 0, 0, 5, ((Reason.BLURRED, None),))
EVERY = [
    Configure(Settings(references=(Reference(mark=(10.0, 20.0)), Reference()))),
    Watch(on=True),
    RequestFfc(),
    LearnNonUniformity(),
    Stop(),
    View(State.ELEVATED, visitor=VISITOR, alarms=(Alarm(1, VISITOR, 3.0),), sensor=SENSOR),
    Picture(present=True),
    Done(1),
    Refused(1, Why.TOO_SOON, "Wait.", 3.0),
    LoggedIn(1, "session"),
    SettingsRead(1, StationSettings(), scenarios=("a", "b")),
    SettingsRead(1, None, "They are damaged."),
    RecordsRead(
        1, (REPORT,), (HourCounts("2026-03-01T08", 9, None, 0, 0, 0, 5, ((Reason.BLURRED, None),)),)
    ),
    Screens(2, 1),
    Acknowledge(1, 2),
    SecondCheck(1, 2, Outcome.DECLINED),
    Login(1, "a password"),
    Logout(1, "session"),
    ReadSettings(1, "session"),
    ReadRecords(9, "abc"),
    ChangeSettings(1, "session", StationSettings()),
    AskFfc(1, "session"),
    AskNonUniformity(1, "session"),
    ChooseScenario(1, "session", "one-fever"),
]


@pytest.mark.parametrize("message", EVERY, ids=lambda message: message.kind)
def test_every_message_arrives_as_it_was_sent(message: Message) -> None:
    ours, theirs = socket_pair()
    sender, receiver = Channel(ours), Channel(theirs)
    try:
        assert sender.send(message)
        assert receiver.receive() == message
    finally:
        sender.close()
        receiver.close()


def test_every_kind_of_message_is_tried_above() -> None:
    assert {type(message) for message in EVERY} == set(get_args(Message))


@given(st.binary(max_size=200))
def test_garbage_is_refused_with_our_own_error(packet: bytes) -> None:
    with pytest.raises(ChannelError):
        decode(packet)


def test_a_refusal_does_not_repeat_what_the_packet_held() -> None:
    with pytest.raises(ChannelError) as caught:
        decode(b'{"kind": "login", "request": "the secret", "password": "the secret"}')
    assert "secret" not in str(caught.value)


def test_a_message_that_is_too_large_is_never_sent() -> None:
    with pytest.raises(ChannelError, match="at most"):
        encode(LoggedIn(1, "x" * MAX_MESSAGE_BYTES))


def test_a_channel_whose_other_end_is_gone_says_so_in_both_directions() -> None:
    ours, theirs = socket_pair()
    channel = Channel(ours)
    theirs.close()
    with pytest.raises(ChannelClosed):
        channel.receive()
    with pytest.raises(ChannelClosed):
        channel.send(Stop())
    channel.close()


def test_nobody_waits_for_a_reader_that_does_not_read() -> None:
    ours, theirs = socket_pair()
    channel = Channel(ours)
    sent = 0
    while channel.send(LoggedIn(1, "x" * 10_000)):
        sent += 1
        assert sent < 1000
    assert not channel.send(LoggedIn(1, "x" * 10_000), wait_s=0.01)
    theirs.close()
    channel.close()


def test_a_descriptor_travels_with_its_message() -> None:
    ours, theirs = socket_pair()
    sender, receiver = Channel(ours), Channel(theirs)
    reading, writing = os.pipe()
    sender.send(Picture(present=True), fd=reading)
    message, fd = receiver.receive_with_fd()
    assert message == Picture(present=True)
    assert fd is not None
    os.write(writing, b"hello")
    assert os.read(fd, 5) == b"hello"
    for one in (reading, writing, fd):
        os.close(one)
    sender.close()
    receiver.close()


def test_packets_keep_their_borders() -> None:
    ours, _theirs = pair = socket_pair()
    assert ours.type & socket.SOCK_SEQPACKET == socket.SOCK_SEQPACKET
    sender, receiver = (Channel(end) for end in pair)
    sender.send(Watch(on=True))
    sender.send(Watch(on=False))
    assert receiver.receive() == Watch(on=True)
    assert receiver.receive() == Watch(on=False)
    assert receiver.receive() is None
    sender.close()
    receiver.close()
