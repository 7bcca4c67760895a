"""A single hot pixel is nobody's temperature, and too many of them are no sensor."""

import numpy as np

from device.replay.sensor import open_recording
from screening.radiometry.bad_pixels import SPIKE_K, BadPixels
from tests.device.recordings import real
from tests.screening.pictures import Wall, block, face

SHAPE = (160, 120)


def counts_of(celsius: np.ndarray) -> np.ndarray:
    return np.asarray(np.rint((celsius + 273.15) * 100.0), np.uint16)


def test_hot_and_dead_pixels_are_mended_also_two_together() -> None:
    wanted = Wall().paint(face(55, 70, 40))
    spoilt = wanted.copy()
    spoilt[70, 55] = spoilt[70, 56] = spoilt[0, 0] = 123.9
    spoilt[20, 20] = -273.0
    mended = spoilt.copy()
    assert not BadPixels(*SHAPE).mend(counts_of(spoilt), 0.01, mended)
    assert np.abs(mended - wanted).max() < 2.0
    same = spoilt == wanted
    assert np.array_equal(mended[same], spoilt[same])


def test_a_pixel_is_bad_from_just_above_three_kelvin_on() -> None:
    for above_k, bad in ((SPIKE_K, False), (SPIKE_K + 0.01, True)):
        counts = np.full(SHAPE, 30000, np.uint16)
        counts[70, 55] += round(above_k * 100.0)
        celsius = counts * np.float32(0.01) - np.float32(273.15)
        BadPixels(*SHAPE).mend(counts, 0.01, celsius)
        assert bool(celsius[70, 55] < 27.0) == bad


def test_edges_and_corners_are_left_as_they_are() -> None:
    wall = Wall(noise_k=0.0)
    celsius = wall.paint(block(40, 40, 20, 20, 80.0))
    before = celsius.copy()
    assert not BadPixels(*SHAPE).mend(counts_of(celsius), 0.01, celsius)
    assert np.array_equal(celsius, before)


def test_one_percent_of_bad_pixels_is_no_picture() -> None:
    celsius = Wall().paint()
    rng = np.random.default_rng(1)
    celsius.reshape(-1)[rng.choice(celsius.size, celsius.size // 100, replace=False)] = 123.9
    assert BadPixels(*SHAPE).mend(counts_of(celsius), 0.01, celsius)


def test_real_recordings_hold_hardly_a_bad_pixel() -> None:
    mended = 0
    for path in real("lepton-kiosk/recordings/*.cptv")[::5]:
        with open_recording(path) as sensor:
            pixels = BadPixels(sensor.info.height, sensor.info.width)
            for frame in sensor.frames():
                celsius = frame.counts * np.float32(0.01) - np.float32(273.15)
                before = celsius.copy()
                assert not pixels.mend(frame.counts, 0.01, celsius)
                mended += int(np.count_nonzero(np.abs(celsius - before) > 0.5 * SPIKE_K))
    assert mended <= 4
