"""A station is accepted as one sensor in one place, for a time: any change is told by its name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from service.ipc.acceptance import Cause
from service.ipc.settings import (
    DecisionSettings,
    ReferenceSettings,
    SceneSettings,
    StationSettings,
    UniformitySettings,
)
from service.state.acceptance import FILE, AcceptanceStore, Accepted, InForce
from service.supervisor.accepting.acceptance import Acceptance, facts_of
from tests.narrow import some
from tests.service.stage import SENSOR

TODAY = date(2026, 5, 4)
CAMERA = replace(SENSOR, simulated=False, model="boson", serial="12345", firmware="4.1")
SHAPE = UniformitySettings(
    x_c=0.0,
    y_c=0.0,
    xx_c=-0.2,
    yy_c=-0.2,
    xy_c=0.0,
    residual_c=0.03,
    learnt_on=TODAY,
    sensor_sha256="0" * 64,
)


class Station:
    """A station that was accepted today, and a calendar that can be turned."""

    def __init__(self, folder: Path) -> None:
        self.today = TODAY
        self.store = AcceptanceStore(folder)
        self.acceptance = Acceptance(self.store, lambda: self.today)
        self.acceptance.opened(CAMERA, "21640A032-6IAAX")
        self.acceptance.configured(StationSettings())

    def accept(self, **other: object) -> None:
        accepted = Accepted(
            record_sha256="1" * 64,
            facts=some(self.acceptance.facts),
            made=TODAY,
            until=TODAY + timedelta(days=365),
            reference_due=TODAY + timedelta(days=200),
        )
        self.acceptance.save(InForce(accepted=accepted.model_copy(update=other)))

    @property
    def causes(self) -> tuple[Cause, ...]:
        return self.acceptance.shown().causes


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path)


def test_a_new_station_with_a_real_sensor_is_not_accepted_and_does_not_screen(
    station: Station,
) -> None:
    shown = station.acceptance.shown()
    assert shown.causes == (Cause.NEVER,)
    assert not shown.screens


def test_another_threshold_ends_no_acceptance(station: Station) -> None:
    station.accept()
    decision = DecisionSettings(threshold_c=36.4)
    station.acceptance.configured(StationSettings(decision=decision))
    assert station.causes == ()


def test_a_simulated_sensor_screens_without_an_acceptance_and_says_so(station: Station) -> None:
    station.acceptance.opened(SENSOR, "")
    shown = station.acceptance.shown()
    assert (shown.accepted, shown.screens) == (False, True)
    station.acceptance.save(InForce(screen_unaccepted=False))
    assert not station.acceptance.shown().screens


def test_the_setting_lets_a_real_sensor_screen_without_an_acceptance(station: Station) -> None:
    station.acceptance.save(InForce(screen_unaccepted=True))
    shown = station.acceptance.shown()
    assert (shown.accepted, shown.screens) == (False, True)


def test_an_accepted_station_screens_and_goes_on_after_a_restart(
    station: Station, tmp_path: Path
) -> None:
    station.accept()
    assert station.acceptance.shown().accepted
    assert station.acceptance.shown().until == TODAY + timedelta(days=200)
    again = Station(tmp_path)
    assert again.causes == ()


def other_sensor(station: Station) -> None:
    station.acceptance.opened(replace(CAMERA, serial="67890"), "21640A032-6IAAX")


def other_firmware(station: Station) -> None:
    station.acceptance.opened(replace(CAMERA, firmware="4.2"), "21640A032-6IAAX")


def other_lens(station: Station) -> None:
    station.acceptance.opened(CAMERA, "21640A050-6IAAX")


def other_shape(station: Station) -> None:
    station.acceptance.configured(StationSettings(uniformity=SHAPE))


def other_place(station: Station) -> None:
    station.acceptance.configured(StationSettings(scene=SceneSettings(distance_m=1.4)))


def other_mark(station: Station) -> None:
    marked = (ReferenceSettings(mark=(10.0, 20.0)),)
    station.acceptance.configured(StationSettings(references=marked))


def other_reference(station: Station) -> None:
    warmer = (ReferenceSettings(temp_c=37.0),)
    station.acceptance.configured(StationSettings(references=warmer))


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (other_sensor, Cause.SENSOR),
        (other_firmware, Cause.FIRMWARE),
        (other_lens, Cause.LENS),
        (other_shape, Cause.LENS),
        (other_place, Cause.PLACE),
        (other_mark, Cause.PLACE),
        (other_reference, Cause.REFERENCE),
    ],
)
def test_what_is_not_what_was_accepted_any_more_is_told_by_name(
    station: Station, change: Callable[[Station], None], cause: Cause
) -> None:
    station.accept()
    change(station)
    assert station.causes == (cause,)
    assert not station.acceptance.shown().screens


def test_another_program_that_measures_is_told(station: Station) -> None:
    facts = facts_of(CAMERA, StationSettings(), part_number="21640A032-6IAAX", code="2" * 64)
    station.accept(facts=facts)
    assert station.causes == (Cause.CODE,)


def test_what_does_not_touch_the_numbers_leaves_the_acceptance(station: Station) -> None:
    station.accept()
    warmer = SceneSettings(ambient_temp_c=24.0, relative_humidity=0.4)
    station.acceptance.configured(StationSettings(scene=warmer))
    assert station.causes == ()


@pytest.mark.parametrize(
    ("days", "causes", "left"),
    [
        (169, (), None),
        (170, (), 30),
        (200, (), 0),
        (201, (Cause.REFERENCE_DUE,), None),
        (-1, (Cause.CLOCK,), None),
    ],
)
def test_the_end_is_told_thirty_days_before_and_obeyed(
    station: Station, days: int, causes: tuple[Cause, ...], left: int | None
) -> None:
    station.accept()
    station.today = TODAY + timedelta(days=days)
    shown = station.acceptance.shown()
    assert (shown.causes, shown.days_left) == (causes, left)
    assert shown.screens == (causes == ())


def test_twelve_months_end_it_although_the_reference_is_not_due(station: Station) -> None:
    station.accept(reference_due=TODAY + timedelta(days=900))
    station.today = TODAY + timedelta(days=366)
    assert station.causes == (Cause.EXPIRED,)


def test_what_an_admin_ended_stays_ended(station: Station) -> None:
    station.accept(ended=TODAY)
    assert station.causes == (Cause.ENDED,)


@pytest.mark.parametrize("size", [0, 1, 40])
def test_a_damaged_file_is_no_acceptance_whatever_the_setting_was(
    station: Station, tmp_path: Path, size: int
) -> None:
    station.accept()
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:size])
    station.acceptance.read()
    shown = station.acceptance.shown()
    assert (shown.causes, shown.screens) == ((Cause.DAMAGED,), False)
    assert "accept the station anew" in station.acceptance.problem
