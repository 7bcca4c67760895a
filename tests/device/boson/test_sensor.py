"""A Boson as a sensor, over the control channel: proven frames, or a named reason for none."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.boson import commands as c
from device.boson.declare import Register
from device.boson.emulator.faults import FAULTS
from device.boson.emulator.link import EmulatedLink
from device.boson.enums import FfcMode, FfcStatus, GainMode, Ir16Mode, TableType
from device.boson.fbp import Busy, Message, Status
from device.boson.frames import SerialFrames
from device.boson.opening import open_boson
from device.boson.sensor import BosonSensor
from device.boson.transport import SerialTransport
from device.errors import (
    CommandFailed,
    NotRadiometric,
    ProtocolError,
    SensorLost,
    SensorNotFound,
    SensorRefused,
    SensorStalled,
)
from device.frame import FfcState, Gain
from device.sensor import Sensor
from hardware.host.usb import UsbIdentity
from hardware.register.effect import Effect as PolicyEffect
from hardware.vetting.check import vet
from hardware.vetting.decision import Decision, Outcome, Reason, SensorSays
from tests.device.boson.conftest import Emulate
from tests.hardware.trees import Fake, plant
from tests.narrow import some


@pytest.fixture
def sensor(link: EmulatedLink) -> Iterator[BosonSensor]:
    """Open the emulated Boson 320."""
    with open_boson(link.port, vet=vet) as sensor:
        yield sensor


def take(sensor: BosonSensor, count: int) -> list[tuple[int, FfcState, float | None, int]]:
    """Numbers of the next frames; the frames themselves do not live that long."""
    return [
        (frame.sequence, frame.ffc, frame.ffc_age_s, int(frame.counts.max()))
        for frame in islice(sensor.frames(), count)
    ]


# --- bring-up


def test_it_says_who_it_is_and_that_it_is_simulated(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    info = sensor.info
    assert isinstance(sensor, Sensor)
    assert info.simulated
    assert (info.dossier, info.serial, info.firmware) == ("simulated", "900001", "4.1.0")
    assert (info.width, info.height, info.hfov_deg) == (320, 256, 32.0)
    assert info.port == link.port


def test_bring_up_leaves_a_radiometric_camera(sensor: BosonSensor, link: EmulatedLink) -> None:
    camera = link.camera
    assert camera.registers.value(c.GAIN_MODE) is GainMode.HIGH
    assert camera.registers.value(c.TLINEAR)
    assert camera.registers.value(c.USB_IR16) is Ir16Mode.TLINEAR
    assert camera.registers.value(c.TELEMETRY)
    assert camera.registers.value(c.FFC_MODE) is FfcMode.MANUAL


def test_a_frame_is_the_scene_in_hundredths_of_a_kelvin(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    frame = next(sensor.frames())
    assert frame.radiometry.proven
    assert frame.radiometry.kelvin_per_count == 0.01
    assert frame.radiometry.gain is Gain.HIGH
    assert frame.counts.shape == (256, 320)
    assert not frame.counts.flags.writeable
    celsius = frame.counts * 0.01 - 273.15
    assert celsius[:32, :40].mean() == pytest.approx(36.0, abs=0.01), "the reference"
    assert celsius[128, 150:170].mean() == pytest.approx(34.4, abs=0.3), "the face"
    assert np.median(celsius) == pytest.approx(22.0, abs=0.2), "the wall"


@pytest.mark.parametrize(
    ("firmware", "whole"),
    [
        ({"percent": True}, 100.0),
        ({"percent": False}, 1.0),
        ({"percent": False, "clamps": True}, 1.0),
        ({"percent": True, "clamps": True}, 100.0),
    ],
)
def test_scene_parameters_are_neutral_in_the_firmwares_own_unit(
    emulate: Emulate, firmware: dict[str, bool], whole: float
) -> None:
    link = emulate(**firmware)
    with open_boson(link.port, vet=vet) as sensor:
        frame = next(sensor.frames())
        reference_c = frame.counts[:32, :40].mean() * 0.01 - 273.15
    assert link.camera.registers.value(c.EMISSIVITY) == whole
    assert link.camera.registers.value(c.WINDOW_REFLECTIVITY) == 0.0
    assert reference_c == pytest.approx(36.0, abs=0.01), "no emissivity is corrected for twice"


def test_a_camera_without_radiometry_is_refused(emulate: Emulate) -> None:
    with pytest.raises(NotRadiometric, match=r"radiometry capable: no.*Order the sensor with"):
        open_boson(emulate(radiometric=False).port, vet=vet)


@pytest.mark.parametrize(
    ("register", "stays", "says"),
    [
        (c.GAIN_MODE, GainMode.LOW, "bosonGetGainMode answers <GainMode.LOW: 1>, expected"),
        (c.TLINEAR, 0, "TLinearGetControl answers False"),
        (c.USB_IR16, Ir16Mode.IR16, "UsbVideoIR16Mode answers <Ir16Mode.IR16: 0>"),
        (c.TELEMETRY, 0, "telemetryGetState answers False"),
        (c.FFC_MODE, FfcMode.AUTO, "bosonGetFFCMode answers <FfcMode.AUTO: 1>"),
        (c.WINDOW_TRANSMISSION, 50.0, "TransmissionWindow answers 50.0, expected 100.0"),
        (c.EMISSIVITY, 42.0, "emissivity reads 42 after it was set to 100"),
    ],
)
def test_a_setting_that_does_not_stay_is_named_with_what_the_camera_answered(
    link: EmulatedLink, register: Register[Any], stays: int, says: str
) -> None:
    link.camera.registers.store(register, stays)
    link.camera.registers.pinned.add(register)
    with pytest.raises(NotRadiometric) as caught:
        open_boson(link.port, vet=vet)
    assert says in str(caught.value)
    assert caught.value.remedy, "and says what to do"


def test_a_firmware_without_a_command_is_named(
    link: EmulatedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(link.camera._actions, c.RADIOMETRY_CAPABLE.function)
    with pytest.raises(CommandFailed, match="radiometryGetRadiometryCapable with BAD_COMMAND_ID"):
        open_boson(link.port, vet=vet)


def test_what_is_no_boson_is_refused(emulate: Emulate) -> None:
    with pytest.raises(ProtocolError, match="part number is 'SOMETHING ELSE'"):
        open_boson(emulate(part="SOMETHING ELSE", product="SIMULATED").port, vet=vet)


def test_nothing_plugged_in_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SensorNotFound, match="no Boson is plugged in"):
        open_boson(sys_root=tmp_path, vet=vet)


# --- vetting


def test_a_pty_that_claims_to_be_a_real_camera_is_refused(emulate: Emulate) -> None:
    link = emulate(part="20{array}A034-6IARX", product="Boson")
    with pytest.raises(SensorRefused, match="calls itself 20320A034-6IARX, and is no USB device"):
        open_boson(link.port, vet=vet)
    assert not link.camera.registers.value(c.TLINEAR), "nothing was changed in it"


def test_the_register_is_asked_before_anything_is_changed(link: EmulatedLink) -> None:
    asked: list[tuple[Any, Any]] = []

    def vet(*what: object) -> Decision:
        asked.append((what, link.camera.registers.value(c.TLINEAR)))
        reason = Reason("4.2", "Origin", PolicyEffect.REFUSE, "It is on an exclusion list.")
        return Decision("simulated", Outcome.REFUSED, (reason,))

    with pytest.raises(SensorRefused, match="on an exclusion list"):
        open_boson(link.port, vet=vet)
    ((dossier, usb, says), tlinear) = asked[0]
    assert (dossier, usb, says.serial, says.simulated) == ("simulated", None, "900001", True)
    assert says.part_number == "SI320A032-6SIMULATED"
    assert not tlinear


def test_a_usb_camera_is_vetted_as_what_it_is_and_where_it_is(
    emulate: Emulate, tmp_path: Path
) -> None:
    link = emulate(part="20{array}A034-6IARX", product="Boson", serial=93588)
    root = plant(tmp_path / "sys", Fake(nodes=("tty/ttyACM0", "video4linux/video9")))
    asked = []

    def vet(dossier: str, usb: UsbIdentity | None, says: SensorSays) -> Decision:
        asked.append((dossier, usb and usb.port, says))
        return Decision(dossier, Outcome.APPROVED)

    def connect(port: str) -> SerialTransport:
        assert port == "/dev/ttyACM0"
        return SerialTransport(link.port)

    with pytest.raises(SensorNotFound, match="/dev/video9"):
        open_boson("1-2", serial="93588", vet=vet, connect=connect, sys_root=root)
    says = SensorSays("93588", "20320A034-6IARX", "4.1.0", simulated=False)
    assert asked == [("boson-plus-320", "1-2", says)]


def test_a_usb_device_that_calls_itself_simulated_is_refused(
    link: EmulatedLink, tmp_path: Path
) -> None:
    root = plant(tmp_path / "sys", Fake())
    with pytest.raises(SensorRefused, match="offered as simulated, but it is a USB device"):
        open_boson("1-2", connect=lambda _: SerialTransport(link.port), sys_root=root, vet=vet)


def test_another_serial_number_than_the_admitted_one_is_refused(link: EmulatedLink) -> None:
    with pytest.raises(SensorRefused, match="serial number 900001, expected 93588"):
        open_boson(link.port, serial="93588", vet=vet)


# --- frames


def test_frames_advance_and_carry_the_age_of_the_ffc(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    (first,) = take(sensor, 1)
    assert some(first[2]) < time.monotonic() - link.camera._up_since
    seen = [first, *take(sensor, 4)]
    sequences = [sequence for sequence, *_ in seen]
    assert sequences == sorted(set(sequences))
    ages = [some(age) for _, _, age, _ in seen]
    assert ages == sorted(ages)
    assert sensor.rejected() == {}


def test_a_requested_ffc_shows_in_the_frames(sensor: BosonSensor) -> None:
    sensor.request_ffc()
    seen = take(sensor, 1)
    while seen[-1][1] is FfcState.IN_PROGRESS:
        seen += take(sensor, 1)
    seen += take(sensor, 2)
    assert seen[0][1] is FfcState.IN_PROGRESS
    for _, ffc, age, hottest in seen:
        if hottest < 30300:  # the shutter at about 25 deg C, not the reference at 36 deg C
            assert ffc is FfcState.IN_PROGRESS
        if ffc is FfcState.COMPLETE:
            assert some(age) < 3.0


def test_a_frame_that_may_have_begun_behind_the_shutter_is_one_of_the_shutter(
    sensor: BosonSensor,
) -> None:
    take(sensor, 1)
    sensor._ffc = FfcStatus.IN_PROGRESS  # so it was asked for before the frame, and not after it
    assert [ffc for _, ffc, _, _ in take(sensor, 2)] == [FfcState.IN_PROGRESS, FfcState.COMPLETE]


def test_an_ffc_that_nobody_saw_makes_the_age_begin_anew(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    sensor._ffc_ended_s -= 1000.0
    assert some(take(sensor, 1)[0][2]) > 900.0
    link.camera.shutter.last_frame += 7
    ages = [some(age) for _, _, age, _ in take(sensor, 15)]  # it is asked for in turn
    assert ages[-1] < 100.0


def test_buffers_are_overwritten_when_it_is_closed(sensor: BosonSensor) -> None:
    counts = next(sensor.frames()).counts
    assert counts.any()
    sensor.close()
    sensor.close()
    assert not counts.any()
    with pytest.raises(SensorLost, match="is closed"):
        next(sensor.frames())


# --- a bad day


@pytest.mark.parametrize(
    "fault",
    ["late-reply", "bad-crc", "wrong-channel", "cut-packet", "garbage", "busy", "not-ready"],
)
def test_a_bad_line_delays_frames_and_changes_none(link: EmulatedLink, fault: str) -> None:
    with open_boson(link.port, vet=vet) as sensor:
        link.later(0.0, lambda: FAULTS[fault].start(link))
        time.sleep(0.05)
        began = time.monotonic() - 0.1
        if fault == "late-reply":  # 640 reads, one in five of them late: once is enough to see
            link.later(0.5, lambda: setattr(link, "spoil", None))
        frame = next(sensor.frames())
        assert frame.counts[:32, :40].mean() * 0.01 - 273.15 == pytest.approx(36.0, abs=0.01)
        assert frame.counts.min() > 29300
        client = sensor._client
        noticed = client.dropped + client.strays
        if fault in {"busy", "not-ready"}:
            assert link.camera.refusing is None, "it refused for a second, and then no more"
            assert time.monotonic() - began > 1.0
        else:
            assert noticed.total() > 0, "the fault did happen"


@pytest.mark.parametrize(
    ("fault", "register", "good", "flaw"),
    [
        ("low-gain", c.GAIN_MODE, GainMode.HIGH, "low gain"),
        ("tlinear-off", c.TLINEAR, True, "tlinear off"),
        ("wrong-y16", c.USB_IR16, Ir16Mode.TLINEAR, "wrong 16-bit video"),
    ],
)
def test_a_setting_lost_behind_our_back_is_restored_and_no_wrong_frame_passes(
    sensor: BosonSensor,
    link: EmulatedLink,
    fault: str,
    register: Register[Any],
    good: int,
    flaw: str,
) -> None:
    frames = sensor.frames()
    next(frames)
    corrected = link.camera.heard[c.RUN_FFC.function, b""]
    FAULTS[fault].start(link)
    for frame in islice(frames, 8):
        hottest_c = frame.counts.max() * 0.01 - 273.15
        assert 20.0 < hottest_c < 40.0, "kelvin/100, never raw or low gain counts"
    assert link.camera.registers.value(register) == good
    assert sensor.rejected()[flaw] >= 1
    assert sensor.rejected()["settling after settings were restored"] >= 1
    assert link.camera.heard[c.RUN_FFC.function, b""] == corrected + 1, "and it corrects itself"


def test_changed_scene_parameters_are_noticed_and_restored(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    frames = sensor.frames()
    next(frames)
    link.camera.registers.store(c.EMISSIVITY, 50.0)
    link.camera.imager.refresh(TableType.HIGH_GAIN)
    for _ in islice(frames, 12):
        pass
    assert sensor.rejected()["scene parameters changed"] == 1
    assert link.camera.registers.value(c.EMISSIVITY) == 100.0


def test_a_setting_that_cannot_be_restored_ends_the_measurement(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    link.camera.registers.store(c.TLINEAR, 0)
    link.camera.registers.pinned.add(c.TLINEAR)
    with pytest.raises(NotRadiometric, match="TLinearGetControl answers False"):
        next(sensor.frames())


def test_a_setting_that_is_lost_again_and_again_ends_the_measurement(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    def lose_between_frames() -> None:  # never while it is being set
        for _ in itertools.islice(sensor.frames(), 200):
            link.camera.registers.store(c.TLINEAR, 0)

    with pytest.raises(NotRadiometric, match="lost its settings 4 times"):
        lose_between_frames()


def test_a_shutter_that_sticks_is_named(
    sensor: BosonSensor, link: EmulatedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.boson.bringup.FFC_LIMIT_S", 1.0)
    FAULTS["ffc-stuck"].start(link)
    seen: set[FfcState] = set()
    states = (frame.ffc for frame in sensor.frames())
    with pytest.raises(SensorStalled, match=r"IN_PROGRESS for more than 1 s.*shutter may stick"):
        seen.update(states)
    assert seen == {FfcState.IN_PROGRESS}, "frames of the shutter are marked so"


def test_a_frozen_counter_is_a_stall(sensor: BosonSensor, link: EmulatedLink) -> None:
    frames = sensor.frames()
    next(frames)
    FAULTS["frozen-counter"].start(link)
    with pytest.raises(SensorStalled, match="the last: duplicate"):
        list(islice(frames, 3))
    assert sensor.rejected()["duplicate"] > 1


def test_duplicates_are_not_measured_twice(sensor: BosonSensor, link: EmulatedLink) -> None:
    link.camera.hold(60)  # longer than it takes to read a frame
    sequences = []
    while not sensor.rejected().get("duplicate"):
        sequences += [sequence for sequence, *_ in take(sensor, 2)]
    assert len(set(sequences)) == len(sequences)


def test_a_stall_is_named(sensor: BosonSensor, link: EmulatedLink) -> None:
    FAULTS["stall"].start(link)
    with pytest.raises(SensorStalled, match="captured no frame for 1 s"):
        list(islice(sensor.frames(), 3))


def test_a_camera_that_stays_busy_is_named(sensor: BosonSensor, link: EmulatedLink) -> None:
    link.camera.refusing = Status.CAMERA_BUSY
    with pytest.raises(Busy, match="CAMERA_BUSY"):
        next(sensor.frames())


@pytest.mark.alone
def test_after_a_replug_under_another_name_frames_come_within_two_seconds(
    link: EmulatedLink,
) -> None:
    with open_boson(link.port, vet=vet) as sensor:
        before = link.device
        link.later(0.0, lambda: FAULTS["replug"].start(link))
        with pytest.raises(SensorLost, match="is gone"):
            take(sensor, 100)
    lost_s = time.monotonic()
    while True:  # what the supervisor does: a fresh open, the same serial number
        try:
            sensor = open_boson(link.port, serial="900001", vet=vet)
            break
        except SensorNotFound:
            time.sleep(0.02)
    with sensor:
        frame = next(sensor.frames())
        assert frame.radiometry.proven
        assert time.monotonic() - lost_s < 2.0
    assert link.device != before


def test_another_camera_after_a_replug_is_refused(link: EmulatedLink) -> None:
    with open_boson(link.port, vet=vet) as sensor:
        link.later(0.0, lambda: FAULTS["other-camera"].start(link))
        with pytest.raises(SensorLost):
            take(sensor, 100)
    time.sleep(0.3)
    with pytest.raises(SensorRefused, match="serial number 900002, expected 900001"):
        open_boson(link.port, serial="900001", vet=vet)


def test_another_camera_behind_the_same_adapter_is_refused(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    link.camera.maker = replace(link.camera.maker, serial=7)
    with pytest.raises(SensorRefused, match="serial number is 7, and was 900001"):
        take(sensor, 12)


def test_a_reboot_in_the_middle_of_a_command_is_a_lost_sensor(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    link.later(0.0, lambda: FAULTS["reboot"].start(link))
    with pytest.raises(SensorLost):
        take(sensor, 100)


def test_a_reboot_that_keeps_the_line_is_noticed(sensor: BosonSensor, link: EmulatedLink) -> None:
    """A camera on a serial adapter restarts without the port ever going away."""
    time.sleep(1.1)
    take(sensor, 10)  # the uptime has been asked for once
    link.later(0.0, link.camera.power_up)
    with pytest.raises(SensorLost, match="has restarted"):
        take(sensor, 30)


def test_an_uptime_that_goes_back_is_a_restart_whatever_the_frames_say(
    sensor: BosonSensor,
) -> None:
    sensor._uptime_s += 1000
    with pytest.raises(SensorLost, match="and before that for"):
        take(sensor, 30)


def test_a_frame_counter_that_goes_back_is_a_restart_whatever_the_uptime_says(
    sensor: BosonSensor,
) -> None:
    take(sensor, 1)
    sensor._frame += 1000
    with pytest.raises(SensorLost, match="frame counter went from"):
        take(sensor, 1)


@pytest.mark.alone
def test_a_silent_camera_is_lost_within_a_second(sensor: BosonSensor, link: EmulatedLink) -> None:
    link.spoil = lambda _: ()
    began = time.monotonic()
    with pytest.raises(SensorLost, match="got no answer"):
        next(sensor.frames())
    assert time.monotonic() - began < 1.0


# --- what changes for less than a frame


def test_a_frame_that_was_exposed_without_tlinear_is_not_used(
    sensor: BosonSensor, link: EmulatedLink
) -> None:
    """Off and on again between two questions: only the picture shows it."""
    imager = link.camera.imager
    expose = imager.expose
    exposed = [0]

    def toggled(now_s: float, out: Any, *, tlinear: bool) -> None:
        exposed[0] += 1
        expose(now_s, out, tlinear=tlinear and exposed[0] % 4 != 0)

    imager.expose = toggled  # type: ignore[method-assign]
    hottest = [h for _, _, _, h in take(sensor, 12)]
    assert exposed[0] >= 16
    assert all(30_500 < h < 31_500 for h in hottest), "the reference at 36 deg C, or no frame"
    assert sensor.rejected()["counts that jump all over the picture"] >= 2


def test_a_frame_is_proven_before_it_is_taken_too(
    sensor: BosonSensor, link: EmulatedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLinear is on again when it is asked for after the frame; the picture shall not tell here."""
    monkeypatch.setattr("device.scale.Scale.jumps", lambda *_: False)
    take(sensor, 2)
    registers = link.camera.registers
    expose = sensor._source.expose

    def mended(buffer: Any) -> Any:
        exposure = expose(buffer)
        registers.store(c.TLINEAR, 1)
        return exposure

    monkeypatch.setattr(sensor._source, "expose", mended)
    registers.store(c.TLINEAR, 0)
    for _, ffc, _, hottest in take(sensor, 4):
        assert 30_500 < hottest < 31_500 or ffc is FfcState.IN_PROGRESS
    assert sensor.rejected()["tlinear off"] >= 1


def test_a_frame_is_proven_after_it_was_taken_too(
    sensor: BosonSensor, link: EmulatedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLinear was on when it was asked for before the frame; the picture shall not tell here."""
    monkeypatch.setattr("device.scale.Scale.jumps", lambda *_: False)
    take(sensor, 2)
    expose = sensor._source.expose
    lost: list[bool] = []

    def spoilt(buffer: Any) -> Any:
        if not lost:
            link.camera.registers.store(c.TLINEAR, 0)
            lost.append(True)
        return expose(buffer)

    monkeypatch.setattr(sensor._source, "expose", spoilt)
    for frame in islice(sensor.frames(), 4):
        assert frame.radiometry.proven
        assert 30_500 < frame.counts.max() < 31_500 or frame.ffc is FfcState.IN_PROGRESS
    assert sensor.rejected()["tlinear off"] == 1


# --- errors carry no pixels


class ShortClient:
    """A camera that answers pieces of its capture too short."""

    PIXELS = bytes(range(0x70, 0x90))

    def call(self, *_: object) -> tuple[int, int, int]:
        return (16 * 8 * 2, 8, 16)

    def call_each(self, *_: object) -> Iterator[tuple[int, bytes]]:
        yield 0, self.PIXELS


def test_a_short_piece_of_a_frame_is_not_printed() -> None:
    source = SerialFrames(ShortClient(), 16, 8)  # type: ignore[arg-type]
    with pytest.raises(ProtocolError, match="answered 32 bytes of its capture") as caught:
        source.fetch(np.zeros((8, 16), np.uint16))
    assert ShortClient.PIXELS[:4].hex() not in str(caught.value)
    assert not caught.value.evidence


def test_no_error_of_a_read_capture_holds_its_bytes() -> None:
    pixels = ShortClient.PIXELS
    refused = Message(1, c.READ_CAPTURE.function, Status.RANGE_ERROR, pixels)
    error = some(refused.failure(c.READ_CAPTURE.name, pixels=c.READ_CAPTURE.reply.carries_bytes))
    assert pixels[:4].hex() not in str(error)
    assert pixels[:4].hex() in str(some(refused.failure("gaoGetGainMode")))
