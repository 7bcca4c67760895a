"""Bad days by name: what a cable, a firmware and a hot afternoon do to a camera.

Each fault acts on a running link. Those of the line spoil one answer in five; the others change the
camera behind the client's back, once.
"""

import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from device.boson import commands
from device.boson.emulator.link import EmulatedLink, Spoiler
from device.boson.enums import GainMode, Ir16Mode
from device.boson.fbp import Status
from device.boson.fslp import Decoder, encode

_EVERY = 5
_LATE_S = 0.7
_DEBUG_CHANNEL = 0x99
_BUSY_S = 1.0


@dataclass(frozen=True, slots=True)
class Fault:
    """A bad day.

    Attributes
    ----------
    name
        As given on the command line.
    doc
        What happens.
    start
        Makes it happen.
    """

    name: str
    doc: str
    start: Callable[[EmulatedLink], None]


def _on_line(spoil: Callable[[bytes], Iterable[tuple[float, bytes]]]) -> Callable[..., None]:
    """Spoil every fifth answer."""

    def start(link: EmulatedLink) -> None:
        numbers = itertools.count(1)

        def sometimes(wire: bytes) -> Iterable[tuple[float, bytes]]:
            return spoil(wire) if next(numbers) % _EVERY == 0 else ((0.0, wire),)

        link.spoil = sometimes

    return start


def _late(wire: bytes) -> Iterable[tuple[float, bytes]]:
    yield _LATE_S, wire


def _bad_crc(wire: bytes) -> Iterable[tuple[float, bytes]]:
    yield 0.0, wire[:2] + bytes((wire[2] ^ 0x01,)) + wire[3:]


def _wrong_channel(wire: bytes) -> Iterable[tuple[float, bytes]]:
    for payload in Decoder().feed(wire):
        yield 0.0, encode(payload, _DEBUG_CHANNEL)


def _cut(wire: bytes) -> Iterable[tuple[float, bytes]]:
    yield 0.0, wire[: len(wire) // 2]


def _make_garbage() -> Spoiler:
    source = random.Random(5)  # noqa: S311 - noise on a cable, not a secret

    def garbage(wire: bytes) -> Iterable[tuple[float, bytes]]:
        yield 0.0, source.randbytes(200) + wire

    return garbage


def _refuse(status: Status) -> Callable[[EmulatedLink], None]:
    def start(link: EmulatedLink) -> None:
        camera = link.camera
        camera.refusing = status
        link.later(_BUSY_S, lambda: setattr(camera, "refusing", None))

    return start


def _stick_shutter(link: EmulatedLink) -> None:
    link.camera.shutter.duration_s = float("inf")
    link.camera.shutter.close(link.camera.uptime_s)


def _freeze(link: EmulatedLink) -> None:
    link.camera.frozen_frame = link.camera.frame_count


def _other_camera(link: EmulatedLink) -> None:
    maker = link.camera.maker
    link.camera.maker = replace(maker, serial=maker.serial + 1)
    link.replug()


def _reboot_unanswered(link: EmulatedLink) -> None:
    """Reboot instead of answering the next command."""

    def swallow(_wire: bytes) -> Iterable[tuple[float, bytes]]:
        link.spoil = None
        link.later(0.0, link.replug)
        return ()

    link.spoil = swallow


_TABLE = (
    Fault("late-reply", "answers come 0.7 s late", _on_line(_late)),
    Fault("bad-crc", "a bit of an answer is flipped", _on_line(_bad_crc)),
    Fault("wrong-channel", "an answer comes on the debug channel", _on_line(_wrong_channel)),
    Fault("cut-packet", "an answer is cut in the middle", _on_line(_cut)),
    Fault("garbage", "200 random bytes come before an answer", _on_line(_make_garbage())),
    Fault("busy", "the camera says that it is busy, for 1 s", _refuse(Status.CAMERA_BUSY)),
    Fault("not-ready", "the camera says that it is not ready, for 1 s", _refuse(Status.NOT_READY)),
    Fault("ffc-stuck", "the shutter closes and stays closed", _stick_shutter),
    Fault(
        "low-gain",
        "the camera switches to low gain",
        lambda link: link.camera.registers.store(commands.GAIN_MODE, GainMode.LOW),
    ),
    Fault(
        "tlinear-off",
        "TLinear is switched off",
        lambda link: link.camera.registers.store(commands.TLINEAR, 0),
    ),
    Fault(
        "wrong-y16",
        "the 16-bit video carries raw counts",
        lambda link: link.camera.registers.store(commands.USB_IR16, Ir16Mode.IR16),
    ),
    Fault("frozen-counter", "the frame counter stands still", _freeze),
    Fault(
        "duplicate-frames",
        "every frame is sent 30 times",
        lambda link: link.camera.hold(30),
    ),
    Fault(
        "corrupt-telemetry",
        "the telemetry rows of the video are nonsense (video only)",
        lambda link: setattr(link.camera, "corrupt_telemetry", True),
    ),
    Fault(
        "stall",
        "no new frame comes; the camera still answers",
        lambda link: setattr(link.camera, "stalled", True),
    ),
    Fault(
        "replug",
        "unplugged, and plugged in again under another device name",
        lambda link: link.replug(),
    ),
    Fault("reboot", "the camera reboots instead of answering", _reboot_unanswered),
    Fault("other-camera", "unplugged, and another camera plugged in", _other_camera),
)

FAULTS = {fault.name: fault for fault in _TABLE}
