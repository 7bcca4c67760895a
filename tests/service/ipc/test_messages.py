"""Messages between the processes: whole, typed, and silent about what they could not read."""

import os
import socket
from datetime import date
from typing import Annotated, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.result import Reason, State, Verdict
from screening.settings import Reference, Settings, Site
from service.acceptance.chapters import judge_chapter
from service.acceptance.series import Measured
from service.acceptance.words import Chapter, Place
from service.ipc.attestation import AttestationState
from service.ipc.calibration import Act, Decision, Doing, DriftPoint, Notes, Paper, Span, Ticks
from service.ipc.capacity import bits_of
from service.ipc.channel import Channel, socket_pair
from service.ipc.messages import MESSAGES, FromWeb, ToWeb
from service.ipc.orders import (
    ORDERS,
    Admitted,
    Configure,
    LearnNonUniformity,
    Look,
    RequestFfc,
    Stop,
    ToWorker,
    Watch,
)
from service.ipc.rate import OF_WEB
from service.ipc.replies import (
    AttestationRead,
    CalibrationRead,
    Done,
    DriftRead,
    HistoryRead,
    LoggedIn,
    RecordsRead,
    Refused,
    SettingsRead,
    Why,
)
from service.ipc.requests import (
    Acknowledge,
    AskAttestation,
    AskFfc,
    AskNonUniformity,
    ChangePassword,
    ChangeSettings,
    ChooseScenario,
    DecideAcceptance,
    DoChapter,
    Duty,
    Login,
    Logout,
    NoteDuty,
    ReadAttestation,
    ReadCalibration,
    ReadDrift,
    ReadHistory,
    ReadRecords,
    ReadSettings,
    ReadShift,
    Role,
    SaveNotes,
    SaveTicks,
    SaveWelcome,
    Screens,
    SecondCheck,
    UndoOutcome,
)
from service.ipc.settings import StationSettings
from service.ipc.view import (
    Alarm,
    CheckCode,
    HourCounts,
    Outcome,
    Picture,
    Recorded,
    ShownVisitor,
    View,
)
from service.ipc.visitor_window import Welcome, Welcoming
from service.ipc.vocabulary import (
    MAX_MESSAGE_BYTES,
    ChannelClosed,
    ChannelError,
    Message,
    Vocabulary,
)
from service.sandbox.report import Descriptor, LockReport
from tests.service.stage import ATTESTED as GOOD
from tests.service.stage import CALIBRATION, SENSOR, SHIFT, UNATTESTED

REAL = True  # a positional boolean with a name
VISITOR = ShownVisitor(
    3, 3, Verdict.RECHECK, (Reason.GLASSES,), 36.9, 0.4, 36.0, 36.5, Site.CANTHUS, 0.9
)
REPORT = LockReport(
    "worker", "6.18", "x86_64", 7, "ab" * 32, REAL, (Descriptor(0, "pipe", REAL),), (), ()
)
HOUR = HourCounts("2026-03-01T08", 9, None, 0, 0, 0, 5, 2, 0, 0, ((Reason.BLURRED, None),))
SESSION = "a-session-of-22-digits"
EVERY = [
    Configure(Settings(references=(Reference(mark=(10.0, 20.0)), Reference()))),
    Admitted(),
    Watch(on=True),
    RequestFfc(),
    LearnNonUniformity(),
    Stop(),
    View(State.ELEVATED, visitor=VISITOR, alarms=(Alarm(1, VISITOR, 3.0),), sensor=SENSOR),
    CheckCode("LIMEN1/K:", 12.5),
    Picture(present=True),
    Done(1),
    Refused(1, Why.TOO_SOON, "Wait.", 3.0),
    LoggedIn(1, "session"),
    SettingsRead(1, StationSettings(), scenarios=("a", "b")),
    SettingsRead(1, None, "They are damaged."),
    RecordsRead(
        1,
        (REPORT,),
        (HourCounts("2026-03-01T08", 9, None, 0, 0, 0, 5, 2, 0, 0, ((Reason.BLURRED, None),)),),
    ),
    Screens(2, 1),
    Acknowledge(1, 2),
    SecondCheck(1, 2, Outcome.DECLINED),
    UndoOutcome(3, 7),
    NoteDuty(1, Duty.BEGUN, REAL),
    ReadShift(1),
    SHIFT,
    Login(1, "a password"),
    Logout(1, SESSION),
    ReadSettings(1, SESSION),
    ReadRecords(9, SESSION),
    ReadHistory(9, SESSION),
    HistoryRead(9, (Recorded(3, "2026-03-01T08:00:00Z", "login_tried", (("granted", REAL),)),), ()),
    ChangePassword(1, SESSION, Role.AUDITOR, "correct horse", "x" * 128),
    ChangeSettings(1, SESSION, StationSettings(), "0123456789abcdef"),
    ReadAttestation(1, SESSION),
    AskAttestation(1, SESSION),
    AttestationRead(1, UNATTESTED),
    AttestationRead(1, AttestationState(GOOD, holds=True, still=True, running_s=3.5, failed=False)),
    SaveWelcome(1, SESSION, Welcome(fr="Bienvenue à la mairie")),
    Welcoming(Welcome(nl="Welkom")),
    AskFfc(1, SESSION),
    AskNonUniformity(1, SESSION),
    ChooseScenario(1, SESSION, "one-fever"),
    Look(3, (320.0, 256.0), 0.97),
    CalibrationRead(1, CALIBRATION, judge_chapter(Chapter.ACCURACY, Measured())),
    DriftRead(1, (DriftPoint("2026-03-01T08", 0.4, None, 0.03, None),), None, past=None, found=()),
    ReadCalibration(1, SESSION, Chapter.PEOPLE),
    SaveNotes(1, SESSION, Notes(place="À côté", paper=Paper(due=date(2027, 3, 1), k=2.0))),
    SaveTicks(1, SESSION, Ticks(unpacked=True)),
    DoChapter(1, SESSION, Doing(Chapter.UNIFORMITY, Act.BEGIN, at=(1.5, 2.0), place=Place.MIDDLE)),
    DecideAcceptance(1, SESSION, Decision.PUT_IN_FORCE),
    ReadDrift(1, SESSION, Span.YEAR),
]


def vocabulary_of(message: Message) -> Vocabulary:
    return ORDERS if isinstance(message, get_args(ToWorker)) else MESSAGES


@pytest.mark.parametrize("message", EVERY, ids=lambda message: message.kind)
def test_every_message_arrives_as_it_was_sent(message: Message) -> None:
    ours, theirs = socket_pair()
    vocabulary = vocabulary_of(message)
    sender, receiver = Channel(ours, vocabulary), Channel(theirs, vocabulary)
    try:
        assert sender.send(message)
        assert receiver.receive() == message
    finally:
        sender.close()
        receiver.close()


def test_every_kind_of_message_is_tried_above() -> None:
    assert {type(message) for message in EVERY} == set(get_args(ToWorker | ToWeb | FromWeb))


@pytest.mark.parametrize("message", EVERY, ids=lambda message: message.kind)
def test_nobody_understands_what_is_not_said_to_them(message: Message) -> None:
    packet = vocabulary_of(message).encode(message)
    for vocabulary in {ORDERS, MESSAGES} - {vocabulary_of(message)}:
        if isinstance(message, Stop):
            assert vocabulary.decode(packet) == message, "is said to both"
        else:
            with pytest.raises(ChannelError):
                vocabulary.decode(packet)


@given(st.binary(max_size=200))
def test_garbage_is_refused_with_our_own_error(packet: bytes) -> None:
    with pytest.raises(ChannelError):
        MESSAGES.decode(packet)


def test_a_refusal_does_not_repeat_what_the_packet_held() -> None:
    with pytest.raises(ChannelError) as caught:
        MESSAGES.decode(b'{"kind": "login", "request": "the secret", "password": "the secret"}')
    assert "secret" not in str(caught.value)


def test_a_message_that_is_too_large_is_never_sent() -> None:
    with pytest.raises(ChannelError, match="at most"):
        MESSAGES.encode(LoggedIn(1, "x" * MAX_MESSAGE_BYTES))


def test_a_channel_whose_other_end_is_gone_says_so_in_both_directions() -> None:
    ours, theirs = socket_pair()
    channel = Channel(ours, MESSAGES)
    theirs.close()
    with pytest.raises(ChannelClosed):
        channel.receive()
    with pytest.raises(ChannelClosed):
        channel.send(Stop())
    channel.close()


def test_nobody_waits_for_a_reader_that_does_not_read() -> None:
    ours, theirs = socket_pair()
    channel = Channel(ours, MESSAGES)
    sent = 0
    while channel.send(LoggedIn(1, "x" * 10_000)):
        sent += 1
        assert sent < 1000
    assert not channel.send(LoggedIn(1, "x" * 10_000), wait_s=0.01)
    theirs.close()
    channel.close()


def test_a_descriptor_travels_with_its_message() -> None:
    ours, theirs = socket_pair()
    sender, receiver = Channel(ours, MESSAGES), Channel(theirs, MESSAGES)
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


FROM_WEB = [one for one in EVERY if type(one) in OF_WEB]


@pytest.mark.parametrize("message", FROM_WEB, ids=lambda message: message.kind)
def test_what_the_web_process_says_has_a_bound_and_one_way_to_be_written(
    message: Message,
) -> None:
    assert 0.0 < bits_of(type(message)) < 6000.0
    packet = MESSAGES.encode(message)
    assert MESSAGES.decode_exactly(packet) == message
    for other in (
        packet.replace(b":", b": ", 1),
        packet + b" ",
        packet.replace(b"request", b"re\\u0071uest", 1),
        b"{" + packet[1:-1].partition(b",")[2] + b"," + packet[1:-1].partition(b",")[0] + b"}",
    ):
        if other != packet:
            with pytest.raises(ChannelError):
                MESSAGES.decode_exactly(other)


def test_every_kind_that_the_web_process_may_send_has_a_rate() -> None:
    assert {type(one) for one in FROM_WEB} == set(OF_WEB)
    assert set(OF_WEB) == set(get_args(FromWeb))


@pytest.mark.parametrize(
    "message",
    [
        Screens(17, 0),
        Acknowledge(2**16, 1),
        Acknowledge(1, 10**30),
        Login(1, "x" * 129),
        Logout(1, "a session with spaces."),
        ChooseScenario(1, SESSION, "no scenario"),
    ],
    ids=lambda message: message.kind,
)
def test_what_is_past_a_bound_is_refused(message: Message) -> None:
    with pytest.raises(ChannelError):
        MESSAGES.decode_exactly(MESSAGES.encode(message))


def test_a_number_of_the_settings_has_no_more_decimals_than_it_means() -> None:
    exact = MESSAGES.encode(ChangeSettings(1, SESSION, StationSettings()))
    finer = exact.replace(b'"temp_c":36.0', b'"temp_c":36.00001')
    assert finer != exact
    with pytest.raises(ChannelError, match="not as a message is written"):
        MESSAGES.decode_exactly(finer)


@pytest.mark.parametrize(
    "kind", [int, float, str, list[int], dict[str, int], tuple[int, ...], Annotated[int, "x"]]
)
def test_a_type_without_a_bound_has_no_capacity(kind: object) -> None:
    with pytest.raises(TypeError, match="bound"):
        bits_of(kind)


def test_packets_keep_their_borders() -> None:
    ours, _theirs = pair = socket_pair()
    assert ours.type & socket.SOCK_SEQPACKET == socket.SOCK_SEQPACKET
    sender, receiver = (Channel(end, ORDERS) for end in pair)
    sender.send(Watch(on=True))
    sender.send(Watch(on=False))
    assert receiver.receive() == Watch(on=True)
    assert receiver.receive() == Watch(on=False)
    assert receiver.receive() is None
    sender.close()
    receiver.close()
