"""What chapters find, beyond the villains: series that are not whole, or limit what is said."""

import math
from dataclasses import replace

import pytest

from service.acceptance import series
from service.acceptance.accuracy import accuracy
from service.acceptance.handling import alarm, not_functioning, people, threshold
from service.acceptance.laboratory import (
    resolution,
    stability,
    stable_since,
    uniformity,
    warm_up,
)
from service.acceptance.words import Conformity, Finding, Place, Trial
from tests.service.acceptance import villains
from tests.service.acceptance.villains import Station

TENS = tuple(10.0 * i for i in range(361))


def cooling(seconds: float, until: int = 361) -> series.WarmUp:
    own = tuple(2.5 * math.exp(-t / seconds) for t in TENS[:until])
    return series.WarmUp(TENS[:until], own)


def test_stable_is_where_ten_minutes_change_little_and_go_on_so() -> None:
    since = stable_since(TENS, cooling(300.0).own_c)
    assert since is not None
    # there the curve loses a tenth in ten minutes, as a straight line through it does
    assert 2.5 * math.exp(-since / 300.0) * (1.0 - math.exp(-2.0)) == pytest.approx(0.1, abs=0.03)
    jump = tuple(
        c + (0.5 if t > 2000.0 else 0.0) for t, c in zip(TENS, cooling(300.0).own_c, strict=True)
    )
    later = stable_since(TENS, jump)
    assert later is not None
    assert later > 1900.0


def test_what_is_too_noisy_to_say_is_not_stable() -> None:
    """The line does not change, but it cannot be said that it does not."""
    noisy = tuple(0.15 if i % 2 else -0.15 for i in range(len(TENS)))
    assert stable_since(TENS, noisy) is None
    assert stable_since(TENS, tuple(c / 5.0 for c in noisy)) == 0.0


def test_a_warm_up_that_is_watched_says_what_is_missing() -> None:
    assert warm_up(series.WarmUp((), ())).findings == (Finding.TOO_SHORT,)
    young = warm_up(cooling(300.0, 40))
    assert young.conformity is Conformity.NOT_MEASURED
    assert young.findings == (Finding.TOO_SHORT,)
    older = warm_up(cooling(1200.0, 120))
    assert older.conformity is Conformity.NOT_MEASURED
    assert Finding.NOT_STABLE in older.findings
    never = warm_up(cooling(3000.0))
    assert never.conformity is Conformity.DOES_NOT_CONFORM
    assert never.findings == (Finding.NOT_STABLE,)


def test_half_an_hour_is_half_an_hour() -> None:
    whole = Station().measured().stability
    assert whole is not None
    short = series.Stability(whole.times_s[:-1], whole.shown_c[:-1])
    assert stability(short).findings == (Finding.TOO_SHORT,)
    sparse = series.Stability(whole.times_s[::4], whole.shown_c[::4])
    assert stability(sparse).findings == (Finding.TOO_FEW,)
    wild = replace(
        whole,
        shown_c=tuple(
            c + 0.3 * math.sin(t / 60) for t, c in zip(TENS, whole.shown_c, strict=False)
        ),
    )
    assert stability(wild).findings == (Finding.UNSTEADY,)
    assert stability(wild).conformity is Conformity.DOES_NOT_CONFORM
    assert stability(series.Stability((), ())).conformity is Conformity.NOT_MEASURED


def test_a_held_correction_shows_conformity_and_no_lack_of_it() -> None:
    good = Station().measured().stability
    bad = Station(drift_c_per_h=0.9).measured().stability
    assert good is not None
    assert bad is not None
    assert stability(replace(good, held=True)).conformity is Conformity.CONFORMS
    held = stability(replace(bad, held=True))
    assert held.conformity is Conformity.NOT_SHOWN
    assert Finding.STAND_IN in held.findings


def test_uniformity_asks_for_every_place_and_takes_drift_out() -> None:
    whole = Station().measured().uniformity
    assert whole is not None
    for missing in range(6):
        places = whole.places[:missing] + whole.places[missing + 1 :]
        assert uniformity(series.Uniformity(places)).conformity is Conformity.NOT_MEASURED
    drifting = Station(drift_c_per_h=4.0, corner_c=0.0).measured().uniformity
    assert drifting is not None
    assert uniformity(drifting).figure("uniformity_c").value == pytest.approx(0.0, abs=0.03)
    one = series.Uniformity((series.AtPlace(Place.MIDDLE, 1.0, 1.0, ()),))
    assert uniformity(one).conformity is Conformity.NOT_MEASURED


def test_mrtd_is_the_least_contrast_that_is_seen_half_of_the_time() -> None:
    def looked(*seen: int) -> series.Resolution:
        return series.Resolution(
            tuple(series.Contrast(0.02 * (i + 1), s, 10) for i, s in enumerate(seen))
        )

    found = resolution(looked(0, 4, 5, 10))
    assert found.figure("mrtd_k").value == pytest.approx(0.05)
    assert found.conformity is Conformity.CONFORMS
    assert found.findings == ()
    blind = resolution(looked(0, 0, 0, 0))
    assert blind.conformity is Conformity.NOT_SHOWN  # more than 0.08, how much more is not known
    blinder = resolution(
        series.Resolution(tuple(series.Contrast(0.1 * (i + 1), 0, 10) for i in range(3)))
    )
    assert blinder.conformity is Conformity.DOES_NOT_CONFORM
    assert resolution(looked(1, 9)).findings == (Finding.TOO_FEW,)


def test_a_coarse_sensor_cannot_tell_a_small_spot() -> None:
    fine = series.Resolution(netd_k=(0.045,) * 5, footprint_share=0.87)
    assert resolution(fine).conformity is Conformity.CONFORMS
    assert resolution(fine).findings == (Finding.STAND_IN,)
    coarse = resolution(replace(fine, footprint_share=0.18))
    assert coarse.conformity is Conformity.DOES_NOT_CONFORM


def test_one_set_point_says_no_slope_and_three_are_enough_for_one() -> None:
    every = Station().accuracy().points
    one = accuracy(series.Accuracy(every[8:9]))
    assert one.findings == (Finding.ONE_SET_POINT,)
    assert one.conformity is Conformity.NOT_SHOWN
    with pytest.raises(KeyError):
        one.figure("slope")
    three = accuracy(series.Accuracy((every[0], every[12], every[20])))
    assert three.findings == ()
    assert three.conformity is Conformity.CONFORMS
    bent = Station(transfer=villains.sluggish_slope).accuracy().points
    found = accuracy(series.Accuracy((bent[0], bent[12], bent[20])))
    assert found.findings == (Finding.WRONG_SLOPE,)
    two = accuracy(series.Accuracy((every[4], every[12])))
    assert two.findings == (Finding.NARROW_RANGE,)
    assert two.conformity is Conformity.NOT_SHOWN
    assert accuracy(series.Accuracy(())).conformity is Conformity.NOT_MEASURED


def test_a_wrong_paper_is_found_at_one_set_point_already() -> None:
    wrong = Station(offset_c=1.0).accuracy().points[8:9]
    found = accuracy(series.Accuracy(wrong))
    assert found.conformity is Conformity.DOES_NOT_CONFORM
    assert Finding.OFFSET in found.findings


def test_less_for_more_and_another_way_down_are_found() -> None:
    back = accuracy(Station(transfer=villains.backwards).accuracy())
    assert Finding.NOT_MONOTONIC in back.findings
    points = Station().accuracy().points
    lag = tuple(
        replace(
            p, shown_c=tuple(c + 0.4 * math.sin(math.pi * (p.set_c - 34) / 6) for c in p.shown_c)
        )
        if i > 24
        else p
        for i, p in enumerate(points)
    )
    found = accuracy(series.Accuracy(lag))
    assert Finding.HYSTERESIS in found.findings
    # what only drifted meanwhile is no hysteresis
    drifted = accuracy(Station(drift_c_per_h=1.0).accuracy())
    assert Finding.HYSTERESIS not in drifted.findings
    assert drifted.figure("sweep_drift_c").value == pytest.approx(0.27, abs=0.05)


def test_without_a_reference_only_the_slope_is_asked_for() -> None:
    off = replace(Station(offset_c=3.0).accuracy(), corrected=False)
    assert accuracy(off).conformity is Conformity.CONFORMS
    pulled = replace(
        Station(offset_c=3.0, transfer=villains.normalising).accuracy(), corrected=False
    )
    assert Finding.NORMALISES in accuracy(pulled).findings


def test_thresholds_are_set_over_the_whole_range() -> None:
    whole = Station().measured().threshold
    assert whole is not None
    narrow = threshold(series.Threshold(whole.switches[:40]))
    assert Finding.NARROW_RANGE in narrow.findings
    assert narrow.conformity is Conformity.DOES_NOT_CONFORM
    untried = tuple(replace(s, elevated_c=None) for s in whole.switches)
    assert threshold(series.Threshold(untried)).conformity is Conformity.NOT_MEASURED


def test_what_was_never_shown_is_never_good() -> None:
    never = alarm(series.Alarms((series.Alarmed(None, heard=True),) * 3))
    assert never.conformity is Conformity.DOES_NOT_CONFORM
    assert alarm(series.Alarms((series.Alarmed(1.0, heard=True),) * 2)).findings == (
        Finding.TOO_FEW,
    )
    tried = tuple(series.Tried(trial, 0.5) for trial in Trial if trial is not Trial.LENS_COVERED)
    assert not_functioning(series.NotFunctioning(tried)).conformity is Conformity.NOT_MEASURED


def test_nine_people_are_too_few() -> None:
    ten = Station().measured().people
    assert ten is not None
    assert people(ten).conformity is Conformity.CONFORMS
    assert people(series.People(ten.people[:9])).conformity is Conformity.NOT_MEASURED
