"""A Boson behind the filter: an honest driver notices nothing, a hostile worker reaches nothing."""

import math
import os
import select
import socket
import time
from collections.abc import Callable

import numpy as np
import pytest

from device.boson import commands as c
from device.boson.bringup import SETTINGS, neutral_scene
from device.boson.client import BosonClient
from device.boson.emulator.link import EmulatedLink
from device.boson.fbp import Message, NotAllowed
from device.boson.fslp import Decoder
from device.boson.opening import open_boson
from device.boson.transport import OpenLine
from device.errors import SensorLost
from hardware.vetting.check import vet
from service.sandbox.camera_filter.boson import BosonFilter
from service.sandbox.camera_filter.carry import carry_bytes
from service.sandbox.camera_filter.wire import Passed
from tests.service.sandbox.camera_filter.conftest import filtered
from tests.service.sandbox.camera_filter.hostile_boson import WRITES, allowed, attacks, packet

Open = Callable[[str], int]
LAST = 0x0BAD_F00D  # sequence number of the question that ends an attack


def heard_forbidden(link: EmulatedLink) -> dict[str, int]:
    """Return what has reached the camera and may not, with how often."""
    return {
        f"{function:08X} {data[:16].hex()}": times
        for (function, data), times in link.camera.heard.items()
        if not allowed(function, data)
    }


def send_everything(descriptor: int) -> None:
    """Write all attacks, then a harmless question, and read until it is answered."""
    pieces = [piece for _, attack in attacks() for piece in attack]
    last = b"\xae" + packet(c.UPTIME.function, sequence=LAST)
    os.set_blocking(descriptor, False)
    decoder, waiting = Decoder(), bytearray()
    ends_s, ask_at_s = time.monotonic() + 60.0, 0.0
    while time.monotonic() < ends_s:
        if not waiting and pieces:
            waiting += pieces.pop(0)
        elif not waiting and time.monotonic() >= ask_at_s:
            # Again and again: the camera loses what comes in too large a heap, and an attack may
            # have it talk without end.
            waiting += last
            ask_at_s = time.monotonic() + 0.5
        readable, writable, _ = select.select([descriptor], [descriptor][: len(waiting)], [], 0.2)
        if writable:
            del waiting[: os.write(descriptor, waiting)]
        for answer in decoder.feed(os.read(descriptor, 65536)) if readable else ():
            if Message.from_bytes(answer).sequence == LAST:
                return
    raise AssertionError("the last question was never answered")


def test_a_hostile_worker_reaches_the_camera_with_nothing_that_is_forbidden(
    link: EmulatedLink, opened: Open
) -> None:
    wire = BosonFilter(captures=True)
    camera = opened(link.port)
    with filtered(lambda end: carry_bytes(wire, end, camera)) as worker:
        send_everything(worker.fileno())
    assert heard_forbidden(link) == {}
    assert not link._decoder.dropped, "every byte of the filter belongs to a whole packet"
    assert wire.refused["not allowed"] > 500
    assert wire.refused["unknown"] > 5000
    assert wire.refused["no request"] == len(WRITES)


def test_without_the_filter_the_same_bytes_reach_it(
    link: EmulatedLink, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "replug", lambda: None)  # a reboot would cut the line
    send_everything(opened(link.port))
    reached = {int(key[:8], 16) for key in heard_forbidden(link)}
    assert {one.function for one in WRITES} <= reached
    assert len(reached) > 1000


def test_an_honest_driver_notices_nothing(link: EmulatedLink, opened: Open) -> None:
    wire = BosonFilter(captures=True)
    camera = opened(link.port)
    with (
        filtered(lambda end: carry_bytes(wire, end, camera)) as worker,
        open_boson(
            link.port, connect=lambda port: OpenLine(port, os.dup(worker.fileno())), vet=vet
        ) as boson,
    ):
        boson.request_ffc()
        for _, frame in zip(range(20), boson.frames(), strict=False):
            celsius = frame.counts * 0.01 - 273.15
            assert frame.ffc == "in_progress" or 35.8 < np.median(celsius[:32, :40]) < 36.2
    assert not wire.refused
    assert not wire.dropped
    assert heard_forbidden(link) == {}


def test_every_setting_of_bring_up_is_allowed_with_its_value_and_no_other() -> None:
    for setting in (*SETTINGS, *neutral_scene(1.0), *neutral_scene(100.0)):
        command = setting.register.set
        assert command.request.pack(setting.value) in command.allowed, command.name
        assert setting.register.get.allowed == {b""}


def test_what_writes_is_allowed_with_no_data_at_all() -> None:
    for command in WRITES:
        assert command.allowed == frozenset(), command.name


def test_a_hostile_worker_can_leave_three_bits_in_the_cameras_settings() -> None:
    sets = [r.set for r in c.REGISTERS if r.set.allowed]
    assert sum(math.log2(len(command.allowed)) for command in sets) == 3.0


def test_a_driver_that_asks_for_more_is_told_by_whom_it_was_refused(
    link: EmulatedLink, opened: Open
) -> None:
    camera = opened(link.port)
    with filtered(lambda end: carry_bytes(BosonFilter(captures=True), end, camera)) as worker:
        client = BosonClient(OpenLine("the filter", os.dup(worker.fileno())))
        with pytest.raises(NotAllowed, match="captureSingleFrameToFile with NOT_ALLOWED"):
            client.call(c.CAPTURE_TO_FILE)
        assert client.call(c.CAMERA_SERIAL) == 900_001, "and the line goes on"
        client.close()


def test_a_camera_with_video_is_asked_for_no_capture(link: EmulatedLink, opened: Open) -> None:
    camera = opened(link.port)
    with filtered(lambda end: carry_bytes(BosonFilter(captures=False), end, camera)) as worker:
        client = BosonClient(OpenLine("the filter", os.dup(worker.fileno())))
        with pytest.raises(NotAllowed):
            client.call(c.CAPTURE_FRAME, 8)
        client.close()
    assert heard_forbidden(link) == {}
    assert not any(function in c.CAPTURES for function, _ in link.camera.heard)


def test_a_camera_that_is_gone_ends_the_filter_and_is_lost_to_the_worker(
    link: EmulatedLink, opened: Open
) -> None:
    camera = opened(link.port)
    ours, theirs = socket.socketpair()

    def carry(_: int) -> None:
        carry_bytes(BosonFilter(captures=True), theirs.fileno(), camera)
        theirs.close()

    with filtered(carry):
        client = BosonClient(OpenLine("the filter", os.dup(ours.fileno())))
        assert client.call(c.CAMERA_SERIAL) == 900_001
        link.later(0.0, link.unplug)
        began_s = time.monotonic()
        with pytest.raises(SensorLost):
            ask_for_ever(client)
        assert time.monotonic() - began_s < 1.0
        client.close()
        ours.close()


def ask_for_ever(client: BosonClient) -> None:
    while True:
        client.call(c.UPTIME)


def test_a_worker_that_never_reads_makes_the_filter_hold_no_more_than_one_read(
    link: EmulatedLink, opened: Open
) -> None:
    wire = BosonFilter(captures=True)
    judged: list[int] = []
    judge = wire.judge

    def counted(data: bytes) -> Passed:
        judged.append(len(data))
        return judge(data)

    wire.judge = counted  # type: ignore[method-assign]
    camera = opened(link.port)
    with filtered(lambda end: carry_bytes(wire, end, camera)) as worker:
        worker.settimeout(0.0)
        question, sent = packet(c.CAMERA_SERIAL.function) * 100, 0
        idle_since_s = time.monotonic()
        while time.monotonic() - idle_since_s < 0.5:
            try:
                sent += worker.send(question)
                idle_since_s = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
        assert sum(judged) < sent, "it stops to read from who does not read"
    assert sum(judged) < 4_000_000
