"""What every sensor keeps, whatever is behind it: simulator, recording, or camera on any line.

A new sensor joins with one entry in `sensor_kinds.KINDS`, and one per bad line in `ON_BAD_LINES`.
"""

import sys
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from device.errors import SensorLost
from device.frame import FfcState, Gain, RadiometricFrame
from device.sensor import Sensor
from tests.device.sensor_kinds import KINDS, ON_BAD_LINES, Kind, taken
from tests.narrow import of, some

SOME = 5


@pytest.fixture(params=KINDS, ids=str)
def kind(request: pytest.FixtureRequest) -> Kind:
    return of(Kind, request.param)


@pytest.fixture
def sensor(kind: Kind, tmp_path: Path) -> Iterator[Sensor]:
    with kind.open(tmp_path) as sensor:
        yield sensor


@pytest.fixture(
    params=(*KINDS, *(pytest.param(line, marks=pytest.mark.slow) for line in ON_BAD_LINES)), ids=str
)
def on_any_line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sensor]:
    with request.param.open(tmp_path) as sensor:
        yield sensor


def test_it_says_what_it_is(kind: Kind, sensor: Sensor) -> None:
    info = sensor.info
    assert isinstance(sensor, Sensor)
    assert info.dossier
    assert info.model
    assert info.simulated is kind.simulated
    assert info.frame_rate_hz > 0
    assert 0 < info.netd_k < 1
    assert info.hfov_deg is None or 0 < info.hfov_deg < 180


def test_its_frames_are_upright_pictures_of_the_size_it_says(on_any_line: Sensor) -> None:
    for frame in islice(on_any_line.frames(), SOME):
        assert frame.counts.shape == (on_any_line.info.height, on_any_line.info.width)
        assert frame.counts.dtype == np.uint16
        assert frame.counts.flags.c_contiguous


def test_its_frames_prove_that_they_are_temperatures(on_any_line: Sensor) -> None:
    for frame in islice(on_any_line.frames(), SOME):
        assert frame.radiometry.proven
        assert frame.radiometry.gain is Gain.HIGH
        kelvin = frame.counts * frame.radiometry.kelvin_per_count
        assert 253 < kelvin.mean() < 353  # a room, a face, a shutter


def test_time_and_sequence_go_on(on_any_line: Sensor) -> None:
    frames = [(frame.time_s, frame.sequence) for frame in islice(on_any_line.frames(), SOME)]
    assert len(frames) == SOME
    assert (np.diff(frames, axis=0) > 0).all()


def test_ffc_state_and_age_agree(on_any_line: Sensor) -> None:
    for frame in islice(on_any_line.frames(), SOME):
        assert isinstance(frame.ffc, FfcState)
        if frame.ffc is FfcState.NEVER:
            assert frame.ffc_age_s is None
        if frame.ffc is FfcState.COMPLETE:
            assert some(frame.ffc_age_s) >= 0


def test_nobody_can_write_into_a_frame(sensor: Sensor) -> None:
    frame = next(sensor.frames())
    with pytest.raises(ValueError, match="read-only"):
        frame.counts[0, 0] = 0


def test_frames_live_in_a_few_reused_buffers(sensor: Sensor) -> None:
    addresses = {frame.counts.ctypes.data for frame in islice(sensor.frames(), 2 * SOME)}
    assert len(addresses) <= 3


def test_a_frame_that_somebody_kept_is_overwritten(sensor: Sensor) -> None:
    frames = sensor.frames()
    kept = next(frames).counts
    before = np.array(kept)
    for _ in range(3):
        next(frames)
    assert not np.array_equal(kept, before)


def test_closing_erases_every_frame(sensor: Sensor) -> None:
    kept = [frame.counts for frame in islice(sensor.frames(), 3)]
    assert kept[-1].any()
    sensor.close()
    assert not any(view.any() for view in kept)


def test_closing_twice_is_harmless_and_no_frame_comes_after_it(sensor: Sensor) -> None:
    frames = sensor.frames()
    next(frames)
    sensor.close()
    sensor.close()
    with pytest.raises(SensorLost):
        next(frames)
    with pytest.raises(SensorLost):
        next(sensor.frames())


def test_leaving_its_context_closes_it(kind: Kind, tmp_path: Path) -> None:
    with kind.open(tmp_path) as sensor:
        next(sensor.frames())
    with pytest.raises(SensorLost):
        next(sensor.frames())


def test_asking_for_frames_again_goes_on(sensor: Sensor) -> None:
    assert len(list(taken(sensor, 2))) == 2
    assert len(list(taken(sensor, 2))) == 2


def test_a_requested_ffc_shows_in_the_frames(kind: Kind, sensor: Sensor) -> None:
    frames = sensor.frames()
    next(frames)
    sensor.request_ffc()
    if kind.shutter:
        during, after = _through_ffc(frames)
        assert during.ffc is FfcState.IN_PROGRESS
        assert some(after.ffc_age_s) < 10


def _through_ffc(frames: Iterator[RadiometricFrame]) -> tuple[RadiometricFrame, RadiometricFrame]:
    during = None
    for frame in islice(frames, 1000):
        if frame.ffc is FfcState.IN_PROGRESS:
            during = frame
        elif during is not None and frame.ffc is FfcState.COMPLETE:
            return during, frame
    pytest.fail("no FFC was seen within 1000 frames")


def test_dropped_frames_are_counted_and_the_count_is_a_copy(sensor: Sensor) -> None:
    next(sensor.frames())
    rejected = sensor.rejected()
    assert all(isinstance(reason, str) and count > 0 for reason, count in rejected.items())
    rejected["somebody else's"] = 1
    assert "somebody else's" not in sensor.rejected()


def test_once_open_it_opens_no_file(sensor: Sensor) -> None:
    frames = sensor.frames()
    next(frames)
    with FILES_OPENED.watched() as opened:
        for _ in range(SOME):
            next(frames)
    assert opened == []


@pytest.mark.parametrize("lean", [kind for kind in KINDS if kind.lean], ids=str)
def test_taking_a_frame_allocates_no_picture(lean: Kind, tmp_path: Path) -> None:
    with lean.open(tmp_path) as sensor:
        frames = sensor.frames()
        for _ in range(SOME):
            next(frames)
        tracemalloc.start()
        try:
            next(frames)
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            next(frames)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak - before < sensor.info.width * sensor.info.height


class _FilesOpened:
    """What this process opens while it is watched; an audit hook cannot be taken off again."""

    def __init__(self) -> None:
        self._opened: list[str] | None = None
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if self._opened is not None and event in {"open", "os.open"}:
            self._opened.append(str(arguments[0]))

    def watched(self) -> "_FilesOpened":
        return self

    def __enter__(self) -> list[str]:
        self._opened = []
        return self._opened

    def __exit__(self, *exc_info: object) -> None:
        self._opened = None


FILES_OPENED = _FilesOpened()
