"""What no camera can say of a frame is a fault, and is named as one."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from device.frame import FfcState, Gain, RadiometricFrame
from screening.freshness.values import IMMINENT_S, Values
from screening.result import Reason
from tests.screening.pictures import Wall
from tests.screening.pictures import frame as painted

FRAME_S = 1 / 9
PICTURE = Wall().paint()


def frame(number: int, **changes: Any) -> RadiometricFrame:
    time_s = number * FRAME_S
    usual = painted(PICTURE, time_s, sequence=3 * number)
    return replace(usual, **{"fpa_temp_c": 30.0, **changes})


def after(frames: int, **changes: Any) -> Reason | None:
    """Return what is said of a frame that comes after so many good ones."""
    values = Values()
    assert not any(values.step(frame(number)) for number in range(frames))
    return values.step(frame(frames, **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"time_s": math.nan},
        {"time_s": math.inf},
        {"time_s": 1.0},
        {"sequence": 3 * 19},
        {"sequence": 5},
        {"sequence": 10_000},
        {"ffc_age_s": math.nan},
        {"ffc_age_s": -1.0},
        {"ffc_age_s": None},
        {"ffc_age_s": 310.0},  # 8 s too old, and no FFC after the last frame
        {"ffc_age_s": 200.0},  # younger, and no FFC either
        {"fpa_temp_c": math.nan},
        {"fpa_temp_c": 500.0},
        {"fpa_temp_c": 40.0},  # ten kelvin in a ninth of a second
        {"ffc": cast("FfcState", "closed")},
    ],
    ids=str,
)
def test_impossible_values_are_named(changes: dict[str, Any]) -> None:
    assert after(20, **changes) is Reason.IMPOSSIBLE_VALUES


def test_an_age_of_the_ffc_that_stands_still_is_noticed() -> None:
    values = Values()
    said = [values.step(frame(number, ffc_age_s=20.0)) for number in range(60)]
    assert Reason.IMPOSSIBLE_VALUES in said


def test_a_gain_that_is_none_is_impossible_and_low_gain_is_no_measurement() -> None:
    usual = frame(20).radiometry
    none = replace(usual, gain=cast("Gain", "medium"))
    assert after(20, radiometry=none) is Reason.IMPOSSIBLE_VALUES
    assert after(20, radiometry=replace(usual, gain=Gain.LOW)) is Reason.LOW_GAIN


def test_without_any_ffc_nobody_is_screened() -> None:
    said = Values().step(frame(0, ffc=FfcState.NEVER, ffc_age_s=None))
    assert said is Reason.NO_FFC


def test_an_ffc_that_is_announced_and_does_not_come_is_a_fault() -> None:
    values = Values()
    last = round(IMMINENT_S / FRAME_S)
    said = [values.step(frame(n, ffc=FfcState.IMMINENT)) for n in range(last + 10)]
    assert not any(said[:last])
    assert said[-1] is Reason.IMPOSSIBLE_VALUES


def test_a_real_ffc_passes() -> None:
    def ages(number: int) -> tuple[FfcState, float]:
        if number < 20:
            return FfcState.COMPLETE, 300.0 + number * FRAME_S
        if number < 30:
            return FfcState.IN_PROGRESS, 0.0
        return FfcState.COMPLETE, (number - 30) * FRAME_S

    values = Values()
    for number in range(100):
        ffc, age_s = ages(number)
        assert values.step(frame(number, ffc=ffc, ffc_age_s=age_s)) is None


def test_an_ffc_between_two_frames_passes() -> None:
    values = Values()
    assert not any(values.step(frame(number)) for number in range(20))
    assert values.step(frame(40, ffc_age_s=1.0)) is None


def test_a_camera_that_goes_on_from_other_values_is_seen_again() -> None:
    values = Values()
    make: Callable[[int], RadiometricFrame] = lambda n: frame(n, sequence=n)  # noqa: E731
    assert not any(values.step(make(number)) for number in range(100, 120))
    assert values.step(make(5)) is Reason.IMPOSSIBLE_VALUES
    assert not any(values.step(make(number)) for number in range(6, 20))
