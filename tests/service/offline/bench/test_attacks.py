"""A wrong scale is never believed: attacks on the reference, drawn."""

import numpy as np
import pytest

from device.frame import RadiometricFrame
from device.info import SensorInfo
from service.offline.bench.attack_kinds import KINDS, Attack, Moment, discs_of, draw, stations
from service.offline.bench.attacks import film, play, rows
from tests.cases import few

Filmed = tuple[SensorInfo, list[tuple[RadiometricFrame, float]]]


@pytest.fixture(scope="module")
def filmed() -> Filmed:
    return film()


def test_without_an_attack_everybody_is_told_right(filmed: Filmed) -> None:
    info, frames = filmed
    references = stations(1, np.random.default_rng(0))
    result = play(Attack("none", references, lambda _: Moment(discs_of(references))), info, frames)
    assert (result.cleared, result.alarmed, result.stop_s) == (0, 0, None)
    assert result.judged >= 5


@pytest.mark.slow
@pytest.mark.parametrize("number", few(range(len(KINDS)), 2))
def test_no_attack_clears_a_fever_or_alarms_the_healthy(filmed: Filmed, number: int) -> None:
    info, frames = filmed
    result = play(draw(number), info, frames)
    assert (result.cleared, result.alarmed) == (0, 0), result
    assert (result.stop_s or 0.0) <= 0.5, result
    assert (result.return_s or 0.0) <= 3.0, result


@pytest.mark.slow
def test_the_row_says_whether_the_bar_is_met() -> None:
    (row,) = rows(draws=2)  # each kind is drawn above; `limen bench` draws 220
    assert row.met
