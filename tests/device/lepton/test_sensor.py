"""A Lepton as a sensor: good frames go on, bad ones are counted, and a bad day has a name."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from device import discovery
from device.errors import (
    NotRadiometric,
    ProtocolError,
    SensorError,
    SensorLost,
    SensorNotFound,
    SensorStalled,
)
from device.frame import FfcState
from device.info import SensorInfo
from device.lepton.control import LeptonControl
from device.lepton.emulator import EmulatedCapture, EmulatedLepton, Fault, door
from device.lepton.sensor import LeptonSensor, _find, open_lepton
from hardware.vetting.check import vet
from tests.hardware.trees import SENSOR_CONFIGURATION, Fake, device_bytes, plant
from tests.narrow import some

INFO = SensorInfo(
    dossier="lepton-3-5-purethermal",
    model="Lepton 3.5",
    serial="1",
    firmware="3.3.26",
    width=160,
    height=120,
    frame_rate_hz=8.7,
    hfov_deg=57.0,
    netd_k=0.05,
    simulated=False,
    port="1-2",
)


def opened(camera: EmulatedLepton, quarter_turns: int = 0) -> LeptonSensor:
    control = LeptonControl("/dev/null", camera.ioctl)
    control.make_radiometric()
    return LeptonSensor(INFO, EmulatedCapture(camera), control, quarter_turns)


@pytest.fixture
def camera() -> EmulatedLepton:
    return EmulatedLepton()


@pytest.fixture
def sensor(camera: EmulatedLepton) -> Iterator[LeptonSensor]:
    with opened(camera) as sensor:
        yield sensor


def test_frames_are_temperatures_in_order(sensor: LeptonSensor) -> None:
    frames = [(f.sequence, f.time_s, f.counts.max()) for f in islice(sensor.frames(), 5)]
    assert [frame[0] for frame in frames] == list(range(frames[0][0], frames[0][0] + 5))
    assert np.allclose(np.diff([frame[1] for frame in frames]), 0.115)
    assert all(30_700 < warmest < 30_750 for _, _, warmest in frames)


def test_a_camera_on_its_side_is_turned_upright(camera: EmulatedLepton) -> None:
    with opened(camera, quarter_turns=-1) as sensor:
        frame = next(sensor.frames())
        expected = np.rot90(door(camera._uptime_ms / 1000.0), -1)
        assert np.array_equal(frame.counts, expected)
        assert (sensor.info.width, sensor.info.height) == (120, 160)
        assert sensor.info.hfov_deg == pytest.approx(44.3, abs=0.05)


def test_fpa_temperature_and_ffc_age_come_from_telemetry(sensor: LeptonSensor) -> None:
    first, second = ((some(f.ffc_age_s), f.fpa_temp_c) for f in islice(sensor.frames(), 2))
    assert second[0] - first[0] == pytest.approx(0.115)
    assert first[1] == pytest.approx(32.5)


def test_an_asked_for_ffc_is_seen_in_the_frames(sensor: LeptonSensor) -> None:
    frames = sensor.frames()
    assert next(frames).ffc is FfcState.COMPLETE
    sensor.request_ffc()
    states = [frame.ffc for frame in islice(frames, 20)]
    running = [n for n, state in enumerate(states) if state is FfcState.IN_PROGRESS]
    assert running == list(range(running[0], running[-1] + 1))
    after = next(frames)
    assert (after.ffc, some(after.ffc_age_s) < 3.0) == (FfcState.COMPLETE, True)


def test_the_camera_announces_an_ffc_that_is_due(camera: EmulatedLepton) -> None:
    with opened(camera) as sensor:
        camera._ffc_from_ms = camera._uptime_ms - 179_000
        frame = next(sensor.frames())
        assert (frame.ffc, frame.ffc_desired) == (FfcState.IMMINENT, True)


def test_tenths_of_a_kelvin_are_scaled(camera: EmulatedLepton, sensor: LeptonSensor) -> None:
    camera.fault = Fault.TENTH_KELVIN
    frame = next(sensor.frames())
    assert frame.radiometry.kelvin_per_count == 0.1
    warmest_c = frame.counts.max() * frame.radiometry.kelvin_per_count - 273.15
    assert warmest_c == pytest.approx(34.0, abs=0.3)


def test_duplicates_are_passed_on_once(camera: EmulatedLepton, sensor: LeptonSensor) -> None:
    camera.fault = Fault.DUPLICATES
    sequences = [frame.sequence for frame in islice(sensor.frames(), 5)]
    assert sequences == list(range(sequences[0], sequences[0] + 5))
    assert sensor.rejected()["duplicate"] >= 8


def test_good_frames_between_corrupt_ones_go_on(
    camera: EmulatedLepton, sensor: LeptonSensor
) -> None:
    camera.fault = Fault.CORRUPT_TELEMETRY
    sequences = [frame.sequence for frame in islice(sensor.frames(), 5)]
    assert set(np.diff(sequences)) == {2}
    assert sensor.rejected()["corrupt_telemetry"] >= 4


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Fault.TLINEAR_OFF, NotRadiometric, "TLinear is off"),
        (Fault.AGC_ON, NotRadiometric, "AGC is on"),
        (Fault.LOW_GAIN, NotRadiometric, "low gain"),
        (Fault.OWN_CORRECTION, NotRadiometric, "emissivity"),
        (Fault.SHUTTER_LOCKOUT, NotRadiometric, "shutter"),
        (Fault.OVER_TEMPERATURE, NotRadiometric, "overheat"),
        (Fault.CORRUPT_ROW, ProtocolError, "wrong pixels"),
        (Fault.FROZEN_COUNTER, SensorStalled, "counter stands still"),
        (Fault.STALL, SensorStalled, "no frame"),
        (Fault.UNPLUG, SensorLost, "gone"),
        (Fault.REBOOT, SensorLost, "restarted"),
    ],
)
def test_a_fault_that_stays_ends_the_frames_with_its_name(
    camera: EmulatedLepton,
    sensor: LeptonSensor,
    fault: Fault,
    error: type[SensorError],
    says: str,
) -> None:
    frames = sensor.frames()
    next(frames)
    camera.fault = fault
    with pytest.raises(error, match=says):
        next(frames)


def test_an_ffc_that_never_ends_is_a_stall(camera: EmulatedLepton, sensor: LeptonSensor) -> None:
    camera.fault = Fault.ENDLESS_FFC
    states: list[FfcState] = []
    with pytest.raises(SensorStalled, match="FFC has not ended"):
        states.extend(frame.ffc for frame in sensor.frames())
    assert set(states) <= {FfcState.IN_PROGRESS}
    assert len(states) < 16.0 / 0.115, "15 s, and no more"


def test_a_fault_that_passes_is_only_counted(camera: EmulatedLepton, sensor: LeptonSensor) -> None:
    capture = sensor._capture

    class Twitch:
        """AGC comes on for three frames."""

        left = 3
        close: Callable[[], None] = capture.close

        def read_into(self, frame: np.ndarray) -> float:
            camera.fault = Fault.AGC_ON if self.left > 0 else None
            self.left -= 1
            return capture.read_into(frame)

    sensor._capture = Twitch()
    assert next(sensor.frames()).radiometry.proven
    assert sensor.rejected()["agc_on"] == 3


def test_a_camera_that_cannot_prove_itself_is_not_opened(camera: EmulatedLepton) -> None:
    camera.fault = Fault.LOW_GAIN
    with pytest.raises(NotRadiometric, match="low gain"):
        opened(camera)


def test_a_sensor_that_is_reopened_after_a_restart_measures_again(
    camera: EmulatedLepton, sensor: LeptonSensor
) -> None:
    camera.fault = Fault.REBOOT
    with pytest.raises(SensorLost):
        next(sensor.frames())
    sensor.close()
    with opened(camera) as again:
        assert next(again.frames()).radiometry.proven


def test_without_a_board_plugged_in_none_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "find", lambda _: ())
    with pytest.raises(SensorNotFound, match="no Lepton on a PureThermal board is plugged in"):
        open_lepton(vet=vet)


def test_the_only_board_or_the_one_at_a_port_is_found_by_its_video_node(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    boards = (Fake(nodes=("video4linux/video0",)), Fake(port="1-3", nodes=("video4linux/video2",)))
    raw = device_bytes(SENSOR_CONFIGURATION, vid=0x1E4E, pid=0x0100)
    plant(tmp_path, *(board.with_(raw=raw) for board in boards))
    find = discovery.find
    monkeypatch.setattr(discovery, "find", lambda ids: find(ids, sys_root=tmp_path))
    assert _find("1-3") == "/dev/video2"
    with pytest.raises(SensorNotFound, match="2 to choose from"):
        _find(None)


def test_a_clock_that_does_not_go_on_as_ours_is_no_cameras(
    camera: EmulatedLepton, sensor: LeptonSensor
) -> None:
    next(sensor.frames())
    camera._uptime_ms += 60_000
    with pytest.raises(SensorLost, match="its clock does not go on as this computer's does"):
        next(sensor.frames())
