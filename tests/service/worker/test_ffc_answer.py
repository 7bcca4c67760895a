"""A sensor that does not answer a commanded FFC is none that lives."""

import numpy as np
import pytest

from device.errors import SensorStalled
from device.frame import FfcState, Gain, RadiometricFrame, Radiometry
from service.worker.ffc_answer import WITHIN_S, FfcAnswer


def frame(age_s: float | None, ffc: FfcState = FfcState.COMPLETE) -> RadiometricFrame:
    radiometry = Radiometry(tlinear=True, agc_off=True, kelvin_per_count=0.01, gain=Gain.HIGH)
    return RadiometricFrame(np.zeros((2, 2), np.uint16), radiometry, 0.0, 0, ffc, age_s)


def test_without_a_command_nothing_is_awaited() -> None:
    answer = FfcAnswer()
    for now_s in range(100):
        answer.step(frame(500.0 + now_s), float(now_s))


def test_an_ffc_that_shows_is_an_answer() -> None:
    for shows in (frame(0.0, FfcState.IN_PROGRESS), frame(1.0)):
        answer = FfcAnswer()
        answer.asked(10.0)
        answer.step(frame(300.0), 11.0)
        answer.step(shows, 13.0)
        answer.step(frame(1.0 + WITHIN_S), 15.0 + 2 * WITHIN_S)


@pytest.mark.parametrize("age_s", [None, 300.0])
def test_no_answer_is_a_stalled_sensor_and_asking_again_gives_no_more_time(
    age_s: float | None,
) -> None:
    answer = FfcAnswer()
    answer.asked(0.0)
    answer.asked(WITHIN_S - 1.0)
    answer.step(frame(age_s), WITHIN_S - 0.5)
    with pytest.raises(SensorStalled, match=r"asked for an FFC 21 s ago.*show none"):
        answer.step(frame(age_s), WITHIN_S + 1.0)
