"""Faults as rows: opened when they last, closed by themselves, kept over a weekend."""

from dataclasses import replace

import pytest

from screening.result import Reason, State
from service.ipc.acceptance import Cause, ShownAcceptance
from service.ipc.view import Severity, View
from service.supervisor.repairs import (
    LASTS_S,
    OTHERS,
    PLANNED_LASTS_S,
    SHOWN_FOR_S,
    Facts,
    Repairs,
    faults,
)
from tests.service.stage import view

WELL = Facts(watching=1, shape=True, auditor=True)
HOUR_S = 3600.0


def after(repairs: Repairs, codes: set[str], *, until_s: float, since_s: float = 0.0) -> None:
    """Let the same faults be there from one moment to another, looked at now and then."""
    for now_s in (since_s, (since_s + until_s) / 2, until_s):
        repairs.look(codes, now_s, 1e9 + now_s)


def test_a_healthy_station_has_no_row() -> None:
    repairs = Repairs()
    after(repairs, faults(view(State.READY), WELL), until_s=HOUR_S)
    assert repairs.rows() == ()


@pytest.mark.parametrize(
    ("code", "shown", "facts"),
    [
        ("unlocked", view(State.READY, locked=False), WELL),
        ("no_reference", view(State.READY, relative=True), WELL),
        ("network", view(State.READY, network=("eth0",)), WELL),
        (
            "unaccepted",
            view(State.READY, acceptance=ShownAcceptance(causes=(Cause.EXPIRED,))),
            WELL,
        ),
        (
            "acceptance_due",
            view(State.READY, acceptance=replace(ShownAcceptance(causes=()), days_left=9)),
            WELL,
        ),
        (
            "review_due",
            view(State.READY, acceptance=replace(ShownAcceptance(causes=()), review_left=-3)),
            WELL,
        ),
        ("slow", view(State.READY, skipped_share=0.5), WELL),
        ("screen_frozen", view(State.READY, frozen_screens=1), WELL),
        ("no_screen", view(State.READY), replace(WELL, watching=0)),
        ("shape_unknown", view(State.READY), replace(WELL, shape=None)),
        ("shape_of_another", view(State.READY), replace(WELL, shape=False)),
        ("no_auditor", view(State.READY), replace(WELL, auditor=False)),
        ("welcome_damaged", view(State.READY), replace(WELL, welcome=False)),
        ("reference_missing", view(State.NOT_SCREENING, Reason.REFERENCE_MISSING), WELL),
        ("network_found", view(State.NOT_SCREENING, Reason.NETWORK_FOUND, network=("x",)), WELL),
    ],
)
def test_each_fault_is_found_alone(code: str, shown: View, facts: Facts) -> None:
    assert faults(shown, facts) == {code}


def test_every_fault_of_the_list_is_found_by_some_view() -> None:
    cases = test_each_fault_is_found_alone.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {code for code, *_ in cases} >= set(OTHERS)


def test_a_row_opens_when_the_fault_lasts_and_says_since_when() -> None:
    repairs = Repairs()
    repairs.look({"sensor_lost"}, 10.0, 1e9)
    assert repairs.rows() == ()
    repairs.look({"sensor_lost"}, 10.0 + LASTS_S, 1e9 + LASTS_S)
    (row,) = repairs.rows()
    assert (row.code, row.severity, row.since_s, row.until_s) == (
        "sensor_lost",
        Severity.STOPS,
        10**9,
        None,
    )


def test_a_pause_of_a_healthy_station_is_no_fault_until_it_is_too_long() -> None:
    repairs = Repairs()
    after(repairs, {"ffc"}, until_s=PLANNED_LASTS_S - 1.0)
    assert repairs.rows() == ()
    repairs.look({"ffc"}, PLANNED_LASTS_S, 1e9)
    assert [row.code for row in repairs.rows()] == ["ffc"]


def test_a_fault_of_the_night_is_there_in_the_morning_and_on_monday_and_then_forgotten() -> None:
    repairs = Repairs()
    after(repairs, {"reference_missing"}, until_s=600.0)
    repairs.look(set(), 601.0, 1e9 + 601.0)
    for hours in (8, 60):
        repairs.look(set(), 601.0 + hours * HOUR_S, 2e9)
        (row,) = repairs.rows()
        assert (row.code, row.since_s, row.until_s) == ("reference_missing", 10**9, 10**9 + 601)
    repairs.look(set(), 602.0 + SHOWN_FOR_S, 2e9)
    assert repairs.rows() == ()


def test_a_fault_that_comes_again_is_one_row_that_counts() -> None:
    repairs = Repairs()
    for start in (0.0, 100.0, 200.0):
        after(repairs, {"worker_lost"}, since_s=start, until_s=start + 20.0)
        repairs.look(set(), start + 21.0, 1e9)
    (row,) = repairs.rows()
    assert row.times == 3


def test_the_worst_stands_first_and_what_is_over_last() -> None:
    repairs = Repairs()
    after(repairs, {"no_auditor", "slow", "sensor_lost", "silent"}, until_s=5.0)
    repairs.look({"no_auditor", "slow", "sensor_lost"}, 6.0, 1e9)
    assert [row.code for row in repairs.rows()] == ["sensor_lost", "slow", "no_auditor", "silent"]
