"""A Lepton frame is measured when it proves itself, and only then."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from device.lepton.control import LeptonControl
from device.lepton.emulator import EmulatedLepton, Fault, door
from device.lepton.proof import Flaw, Prover
from device.lepton.telemetry import HEIGHT, Telemetry, decode


@pytest.fixture
def frames() -> list[tuple[np.ndarray, Telemetry]]:
    """Five frames of a camera that is set up."""
    camera = EmulatedLepton()
    LeptonControl("/dev/null", camera.ioctl).make_radiometric()
    return [emulated(camera) for _ in range(5)]


def emulated(camera: EmulatedLepton) -> tuple[np.ndarray, Telemetry]:
    rows = np.zeros((122, 160), np.uint16)
    camera.frame(rows)
    return rows[:HEIGHT], decode(rows[HEIGHT:])


Frames = list[tuple[np.ndarray, Telemetry]]


def judged(frames: Frames, **wrong: int) -> Flaw | None:
    """Judge the third frame with something wrong in its telemetry."""
    prover = Prover()
    for counts, telemetry in frames[:2]:
        prover.judge(counts, telemetry)
    counts, telemetry = frames[2]
    return prover.judge(counts, replace(telemetry, **wrong))


def test_a_good_frame_passes_once_a_second_one_confirms_the_camera(frames: Frames) -> None:
    prover = Prover()
    assert [prover.judge(*frame) for frame in frames] == [Flaw.UNCONFIRMED, None, None, None, None]


def test_the_same_frame_again_is_a_duplicate(frames: Frames) -> None:
    prover = Prover()
    seen = [prover.judge(*frames[n]) for n in (0, 0, 1, 1, 2, 2)]
    assert seen == [Flaw.UNCONFIRMED, Flaw.DUPLICATE, None, Flaw.DUPLICATE, None, Flaw.DUPLICATE]


@pytest.mark.parametrize(
    ("wrong", "flaw"),
    [
        ({"tlinear": 0}, Flaw.TLINEAR_OFF),
        ({"status": 0x1830}, Flaw.AGC_ON),
        ({"status": 0x8830}, Flaw.SHUTTER_LOCKOUT),
        ({"status": 0x10_0830}, Flaw.OVER_TEMPERATURE),
        ({"effective_gain": 1}, Flaw.LOW_GAIN),
        ({"emissivity_8192": 8028}, Flaw.OWN_CORRECTION),
        ({"window_8192": 8000}, Flaw.OWN_CORRECTION),
        ({"atmosphere_8192": 8000}, Flaw.OWN_CORRECTION),
        ({"reflection_8192": 100}, Flaw.OWN_CORRECTION),
        ({"uptime_ms": 200, "counter": 3}, Flaw.RESTARTED),
        ({"serial": 1}, Flaw.CORRUPT_TELEMETRY),
        ({"revision": 0}, Flaw.CORRUPT_TELEMETRY),
        ({"software": 0}, Flaw.CORRUPT_TELEMETRY),
        ({"fpa_kelvin_100": 0}, Flaw.CORRUPT_TELEMETRY),
        ({"tlinear": 2}, Flaw.CORRUPT_TELEMETRY),
        ({"resolution": 7}, Flaw.CORRUPT_TELEMETRY),
        ({"gain_mode": 9}, Flaw.CORRUPT_TELEMETRY),
        ({"effective_gain": 2}, Flaw.CORRUPT_TELEMETRY),
        ({"counter": 100_000}, Flaw.CORRUPT_TELEMETRY),
        ({"resolution": 0}, None),  # tenths of a kelvin are a measurement
        ({"gain_mode": 2}, None),  # automatic gain that has chosen high
    ],
)
def test_what_a_frame_fails_by_is_named(
    frames: Frames, wrong: dict[str, int], flaw: Flaw | None
) -> None:
    assert judged(frames, **wrong) is flaw


def test_a_corrupt_frame_does_not_spoil_the_next_one(frames: Frames) -> None:
    prover = Prover()
    for frame in frames[:2]:
        prover.judge(*frame)
    counts, telemetry = frames[2]
    assert prover.judge(counts, replace(telemetry, serial=1)) is Flaw.CORRUPT_TELEMETRY
    assert prover.judge(*frames[3]) is None


def test_frames_that_were_not_taken_are_no_fault(frames: Frames) -> None:
    prover = Prover()
    assert [prover.judge(*frames[n]) for n in (0, 1, 4)] == [Flaw.UNCONFIRMED, None, None]


def test_counters_go_on_over_their_end() -> None:
    camera = EmulatedLepton()
    LeptonControl("/dev/null", camera.ioctl).make_radiometric()
    camera._uptime_ms, camera._counter, camera._ffc_from_ms = 2**32 - 300, 2**32 - 3, 2**32 - 90_000
    prover = Prover()
    assert [prover.judge(*emulated(camera)) for _ in range(6)] == [Flaw.UNCONFIRMED] + [None] * 5


def test_the_emulated_fault_of_each_kind_is_caught() -> None:
    expected = {
        Fault.CORRUPT_TELEMETRY: Flaw.CORRUPT_TELEMETRY,
        Fault.CORRUPT_ROW: Flaw.CORRUPT_ROW,
        Fault.TLINEAR_OFF: Flaw.TLINEAR_OFF,
        Fault.LOW_GAIN: Flaw.LOW_GAIN,
        Fault.AGC_ON: Flaw.AGC_ON,
        Fault.OWN_CORRECTION: Flaw.OWN_CORRECTION,
        Fault.SHUTTER_LOCKOUT: Flaw.SHUTTER_LOCKOUT,
        Fault.OVER_TEMPERATURE: Flaw.OVER_TEMPERATURE,
        Fault.FROZEN_COUNTER: Flaw.DUPLICATE,
        Fault.DUPLICATES: Flaw.DUPLICATE,
        Fault.REBOOT: Flaw.RESTARTED,
    }
    for fault, flaw in expected.items():
        camera, prover = EmulatedLepton(), Prover()
        LeptonControl("/dev/null", camera.ioctl).make_radiometric()
        assert [prover.judge(*emulated(camera)) for _ in range(5)][1:] == [None] * 4
        camera.fault = fault
        assert flaw in {prover.judge(*emulated(camera)) for _ in range(3)}, fault


@given(
    st.lists(arrays.arrays(np.uint16, 240), max_size=4),
    st.lists(st.integers(0, 2**32 - 1), max_size=4),
)
def test_no_telemetry_at_all_is_an_exception(rows: list[np.ndarray], counters: list[int]) -> None:
    prover, counts = Prover(), np.full((HEIGHT, 160), 29515, np.uint16)
    for words, counter in zip(rows, counters, strict=False):
        telemetry = replace(decode(words), counter=counter)
        assert prover.judge(counts, telemetry) is None or isinstance(
            prover.judge(counts, telemetry), Flaw
        )


@given(arrays.arrays(np.uint16, 240), st.integers(0, 239), st.integers(1, 0xFFFF))
def test_noise_in_place_of_telemetry_never_passes(words: np.ndarray, place: int, flip: int) -> None:
    camera, prover = EmulatedLepton(), Prover()
    LeptonControl("/dev/null", camera.ioctl).make_radiometric()
    for _ in range(3):
        prover.judge(*emulated(camera))
    words[place] ^= flip
    assert prover.judge(door(0.0), decode(words)) is not None


def test_after_wrong_settings_the_next_good_frame_is_not_used_either(frames: Frames) -> None:
    prover = Prover()
    off = (frames[2][0], replace(frames[2][1], tlinear=0))
    seen = [prover.judge(*frame) for frame in (frames[0], frames[1], off, frames[3], frames[4])]
    assert seen == [Flaw.UNCONFIRMED, None, Flaw.TLINEAR_OFF, Flaw.UNSETTLED, None]


def test_a_picture_on_another_scale_is_not_used_whatever_its_telemetry_says(
    frames: Frames,
) -> None:
    prover = Prover()
    raw = (frames[2][0] - np.uint16(9_000), frames[2][1])
    seen = [prover.judge(*frame) for frame in (frames[0], frames[1], raw, frames[3], frames[4])]
    assert seen == [Flaw.UNCONFIRMED, None, Flaw.SCALE_JUMPED, Flaw.SCALE_JUMPED, None]
