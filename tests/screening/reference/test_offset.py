"""The offset's filter, beside the same filter in matrices."""

import numpy as np
import pytest

from screening.reference.offset import (
    CREEP_RATE_C_S,
    FIRST_C,
    JUMP_C,
    RATE_NOISE,
    READING_FLOOR_C,
    REST_RATE_C_S,
    OffsetFilter,
)

NOISE_C = 0.03


class Matrices:
    """A Kalman filter of an offset and its rate, in the textbook's form."""

    def __init__(self, rate_c_s: float) -> None:
        self.state, self.p = np.zeros(2), np.diag([FIRST_C**2, rate_c_s**2])
        self.time_s: float | None = None

    def coast(self, time_s: float) -> None:
        dt = 0.0 if self.time_s is None else time_s - self.time_s
        self.time_s = time_s
        f = np.array([[1.0, dt], [0.0, 1.0]])
        q = RATE_NOISE**2 * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        self.state, self.p = f @ self.state, f @ self.p @ f.T + q

    def read(self, time_s: float, offset_c: float) -> float:
        self.coast(time_s)
        s = self.p[0, 0] + NOISE_C**2 + READING_FLOOR_C**2
        gain = self.p[:, 0] / s
        surprise = offset_c - self.state[0]
        self.state = self.state + gain * surprise
        self.p = self.p - np.outer(gain, self.p[0])
        return float(surprise / s**0.5)


def agree(one: OffsetFilter, other: Matrices) -> None:
    found = (one.offset_c, one.rate_c_s, one.uncertainty_c, one.rate_uncertainty_c_s)
    assert found == pytest.approx((*other.state, *np.sqrt(np.diag(other.p))), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("creeping", [True, False])
def test_it_is_the_textbook_s_filter(creeping: bool) -> None:
    one = OffsetFilter(NOISE_C, creeping=creeping)
    other = Matrices(CREEP_RATE_C_S if creeping else REST_RATE_C_S)
    agree(one, other)
    for time_s, offset_c in ((5.0, 1.0), (5.5, 1.2), (7.0, 1.1), (7.25, 1.4)):
        assert one.read(time_s, offset_c) == pytest.approx(other.read(time_s, offset_c))
        agree(one, other)
    one.coast(12.0)
    other.coast(12.0)
    agree(one, other)
    assert one.read(12.5, 2.0) == pytest.approx(other.read(12.5, 2.0))
    agree(one, other)


def settled() -> OffsetFilter:
    made = OffsetFilter(NOISE_C, creeping=False)
    for n in range(20):
        made.read(0.5 * n, 0.01 * n)
    return made


def test_time_that_stands_still_or_goes_back_changes_nothing() -> None:
    made = settled()
    before = (made.offset_c, made.rate_c_s, made.uncertainty_c)
    for time_s in (9.5, 3.0):
        made.coast(time_s)
        assert (made.offset_c, made.rate_c_s, made.uncertainty_c) == before
    made.coast(10.5)  # a second after the last reading
    assert made.offset_c == pytest.approx(before[0] + before[1])


def test_after_a_correction_it_expects_a_jump_and_a_creep() -> None:
    made = settled()
    offset_c, sure_c = made.offset_c, made.uncertainty_c
    assert made.rate_c_s > 0.005
    made.loosen()
    assert (made.offset_c, made.rate_c_s) == (offset_c, 0.0)
    assert made.uncertainty_c == pytest.approx((sure_c**2 + JUMP_C**2) ** 0.5)
    assert made.rate_uncertainty_c_s == pytest.approx(CREEP_RATE_C_S)
    made.read(10.0, offset_c + 1.0)
    assert made.offset_c == pytest.approx(offset_c + 1.0, abs=0.01)


def test_a_step_begins_at_another_offset() -> None:
    made = settled()
    made.restart(-2.0)
    assert (made.offset_c, made.rate_c_s) == (-2.0, 0.0)
    assert made.uncertainty_c > JUMP_C


def test_a_clock_that_was_set_anew_takes_no_time() -> None:
    made = settled()
    offset_c = made.offset_c
    made.lose_time()
    assert made.uncertainty_c > JUMP_C
    sure_c = made.uncertainty_c
    made.coast(5000.0)
    assert (made.offset_c, made.uncertainty_c) == (offset_c, sure_c)
    made.coast(5001.0)
    assert made.uncertainty_c > sure_c
