"""One request, its own answer: on lines that are late, noisy, deaf, or full of other talk."""

import contextlib
import struct
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.boson import commands as c
from device.boson.client import BosonClient
from device.boson.emulator.faults import FAULTS
from device.boson.emulator.link import EmulatedLink
from device.boson.enums import FfcStatus, GainMode
from device.boson.fbp import Busy, LoopedBack, Message, OutOfRange, Status, UnknownCommand
from device.boson.fslp import Decoder, encode
from device.boson.transport import SerialTransport
from device.errors import ProtocolError, ReplyTimeout, SensorLost, SensorNotFound
from tests.device.boson.conftest import Emulate


class ScriptedLine:
    """A transport that answers each request with what a function makes of it."""

    name = "scripted line"

    def __init__(self, script: Callable[[Message], bytes]) -> None:
        self.script = script
        self.requests: list[Message] = []
        self.waiting = b""

    def write(self, data: bytes) -> None:
        for payload in Decoder().feed(data):
            request = Message.from_bytes(payload)
            self.requests.append(request)
            self.waiting += self.script(request)

    def read(self, timeout_s: float) -> bytes:
        if not self.waiting:
            time.sleep(max(0.0, timeout_s))
        data, self.waiting = self.waiting, b""
        return data

    def close(self) -> None:
        pass


def answer(request: Message, data: bytes = b"", status: int = 0, **other: int) -> bytes:
    """Wire bytes of an answer to `request`, or to another sequence or function."""
    sequence = other.get("sequence", request.sequence)
    function = other.get("function", request.function)
    return encode(Message(sequence, function, status, data).to_bytes())


def number(value: int) -> bytes:
    return struct.pack(">I", value)


def test_an_answer_that_comes_late_is_not_taken_for_the_next_one() -> None:
    """The defect of openmv pull request 3265: once late, for ever one behind."""
    late = []

    def script(request: Message) -> bytes:
        late.append(answer(request, number(1000 + request.sequence)))
        return late.pop(0) if len(late) > 1 else b""  # always the answer to the one before

    client = BosonClient(ScriptedLine(script), timeout_s=0.02, attempts=1)
    for _ in range(4):
        with pytest.raises(ReplyTimeout):
            client.call(c.CAMERA_SERIAL)
    assert client.strays["late"] == 3


def test_the_right_answer_is_found_among_late_ones() -> None:
    def script(request: Message) -> bytes:
        old = b"".join(
            answer(request, number(n), sequence=request.sequence - n) for n in range(1, 20)
        )
        return old + answer(request, number(93588))

    client = BosonClient(ScriptedLine(script))
    client._sequence = 100
    assert client.call(c.CAMERA_SERIAL) == 93588
    assert client.strays["late"] == 19


def test_the_sequence_is_looked_at_before_the_status() -> None:
    """An error that answers another request must not fail this one."""

    def script(request: Message) -> bytes:
        stale = answer(request, status=Status.RANGE_ERROR, sequence=request.sequence + 7)
        return stale + answer(request, number(5))

    assert BosonClient(ScriptedLine(script)).call(c.CAMERA_SERIAL) == 5


def test_a_flood_of_other_talk_ends_in_an_error() -> None:
    def script(request: Message) -> bytes:
        return answer(request, sequence=0) * 1000

    with pytest.raises(ProtocolError, match="packets came while bosonGetCameraSN waited"):
        BosonClient(ScriptedLine(script)).call(c.CAMERA_SERIAL)


def test_another_function_under_our_sequence_is_an_error() -> None:
    client = BosonClient(ScriptedLine(lambda r: answer(r, number(1), function=0x00050006)))
    with pytest.raises(ProtocolError, match="is for function 0x00050006, expected bosonGetCameraS"):
        client.call(c.CAMERA_SERIAL)


@pytest.mark.parametrize("data", [b"", b"123", b"12345"])
def test_an_answer_of_the_wrong_length_shows_its_bytes(data: bytes) -> None:
    client = BosonClient(ScriptedLine(lambda r: answer(r, data)))
    with pytest.raises(ProtocolError, match=r"expected serial \(I\)") as caught:
        client.call(c.CAMERA_SERIAL)
    assert caught.value.evidence == data


def test_an_impossible_value_is_an_error() -> None:
    client = BosonClient(ScriptedLine(lambda r: answer(r, number(17))))
    with pytest.raises(ProtocolError, match="GetFfcStatus"):
        client.call(c.FFC_STATUS)


def test_a_looped_cable_is_told_from_a_camera() -> None:
    line = ScriptedLine(lambda r: encode(r.to_bytes()))
    with pytest.raises(LoopedBack, match="The cable is looped"):
        BosonClient(line).call(c.CAMERA_SERIAL)


def test_a_lost_answer_is_asked_for_again_under_a_new_sequence() -> None:
    line = ScriptedLine(lambda r: answer(r, number(1)) if len(line.requests) == 3 else b"")
    assert BosonClient(line, timeout_s=0.02).call(c.CAMERA_SERIAL) == 1
    assert [r.sequence for r in line.requests] == [1, 2, 3]


def test_a_command_that_must_not_run_twice_is_not_repeated() -> None:
    line = ScriptedLine(lambda _: b"")
    with pytest.raises(ReplyTimeout, match="bosonReboot got no answer"):
        BosonClient(line, timeout_s=0.02).call(c.REBOOT)
    assert len(line.requests) == 1


def test_a_busy_camera_is_asked_again_but_not_for_ever() -> None:
    line = ScriptedLine(lambda r: answer(r, status=Status.CAMERA_BUSY))
    with pytest.raises(Busy, match="CAMERA_BUSY"):
        BosonClient(line, patience_s=0.2).call(c.RUN_FFC)
    assert 3 < len(line.requests) < 12


def test_a_camera_that_was_busy_answers_in_the_end(client: BosonClient, link: EmulatedLink) -> None:
    link.camera.refusing = Status.NOT_READY
    link.later(0.3, lambda: setattr(link.camera, "refusing", None))
    assert client.call(c.CAMERA_SERIAL) == link.camera.maker.serial


def test_pipelined_calls_find_their_rows_in_any_order() -> None:
    held: list[bytes] = []

    def script(request: Message) -> bytes:
        at = struct.unpack(">iBIH", request.data)[2]
        held.append(answer(request, number(at)))
        return b"".join(reversed(held)) if len(held) % 4 == 0 else b""

    client = BosonClient(ScriptedLine(script), window=4)
    rows = [(8, 0, at, 4) for at in range(100, 108)]
    got = dict(client.call_each(c.READ_CAPTURE, rows))
    assert got == {row: number(100 + row) for row in range(8)}


@given(st.lists(st.binary(max_size=60), min_size=1, max_size=8))
def test_any_answer_bytes_end_in_a_value_or_a_named_error(chunks: list[bytes]) -> None:
    def script(request: Message) -> bytes:
        return chunks[0] + b"".join(answer(request, chunk) for chunk in chunks[1:])

    client = BosonClient(ScriptedLine(script), timeout_s=0.001, attempts=1)
    with contextlib.suppress(ProtocolError):
        assert isinstance(client.call(c.CAMERA_SERIAL), int)
    assert client._decoder.pending < 1544


# --- against the emulated camera


@pytest.mark.parametrize("fault", ["bad-crc", "wrong-channel", "cut-packet", "garbage"])
def test_a_spoilt_line_costs_time_but_no_answer(
    client: BosonClient, link: EmulatedLink, fault: str
) -> None:
    FAULTS[fault].start(link)
    for _ in range(12):
        assert client.call(c.CAMERA_SERIAL) == link.camera.maker.serial
    assert client.dropped.total() > 0, "the fault did happen"


def test_late_answers_never_shift_the_following_ones(
    client: BosonClient, link: EmulatedLink
) -> None:
    FAULTS["late-reply"].start(link)
    for _ in range(10):
        assert client.call(c.CAMERA_SERIAL) == link.camera.maker.serial
        assert client.call(c.CAMERA_PART) == link.camera.part
        assert client.call(c.GAIN_MODE.get) is GainMode.HIGH
        assert client.call(c.FFC_STATUS) in FfcStatus
    assert client.strays["late"] > 0, "the fault did happen"


def test_errors_are_named_by_the_camera(client: BosonClient) -> None:
    with pytest.raises(UnknownCommand):
        client.call(c.BAD_COMMAND)
    with pytest.raises(OutOfRange):
        client.call(c.GAIN_MODE.set, 17)


def test_an_unplug_is_a_lost_sensor_at_once(client: BosonClient, link: EmulatedLink) -> None:
    link.later(0.0, link.unplug)
    rows = ((8, 0, 0, 256) for _ in range(100_000))
    with pytest.raises(SensorLost, match="is gone"):
        dict(client.call_each(c.READ_CAPTURE, rows))


def test_a_missing_port_is_named() -> None:
    with pytest.raises(SensorNotFound, match="is the sensor plugged in"):
        SerialTransport("/dev/no-such-port")


def test_a_port_in_use_is_named(client: BosonClient, link: EmulatedLink) -> None:
    with pytest.raises(SensorNotFound, match="Another program is using it"):
        SerialTransport(link.port)


def test_lost_requests_of_a_camera_that_takes_one_at_a_time_are_sent_again(
    emulate: Emulate,
) -> None:
    link = emulate(requests=1)
    client = BosonClient(SerialTransport(link.port), timeout_s=0.05, attempts=20, window=4)
    rows = [(8, 0, at, 256) for at in range(0, 4096, 256)]
    assert len(dict(client.call_each(c.READ_CAPTURE, rows))) == 16
    client.close()


def test_a_lost_answer_among_pipelined_ones_costs_no_timeout() -> None:
    lost = {3, 7, 8}

    def script(request: Message) -> bytes:
        if request.sequence in lost:
            return b""
        return answer(request, number(struct.unpack(">iBIH", request.data)[2]))

    client = BosonClient(ScriptedLine(script), timeout_s=30.0, window=4)
    got = dict(client.call_each(c.READ_CAPTURE, [(8, 0, at, 4) for at in range(20)]))
    assert got == {row: number(row) for row in range(20)}
    assert client.strays["unanswered"] == 3
