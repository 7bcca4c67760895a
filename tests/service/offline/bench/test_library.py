"""The bench of the library says what a scenario showed, and what it did not."""

import pytest

from device.simulator.scenario import schema
from device.simulator.scenario.schema import Scenario
from screening.result import Reason, State
from service.offline.bench import library, scenes
from service.offline.bench.library import both, play

SOMEONE = scenes.stander(35.6, 0.75, 3.0)


def lepton(*shows: str, **camera: object) -> Scenario:
    cam = scenes.camera("lepton-3.5", **camera)
    return scenes.scene(cam, [SOMEONE], 4.0, shows=shows)


def test_an_announced_word_that_nobody_says_is_missing_by_name() -> None:
    played = play(lepton("clear", "too_cold"))
    assert played.missing == ("too_cold",)
    assert (len(played.outcomes), played.expected, played.passers_by) == (1, 1, 0)
    (outcome,) = played.measured
    assert outcome.truth_c is not None
    assert abs(outcome.truth_c - 35.6) < 0.5


def test_only_words_ends_when_the_last_of_them_is_said() -> None:
    assert play(lepton("starting"), only_words=True).outcomes == ()
    assert play(lepton("starting", "clear"), only_words=True).missing == ()


def test_a_sensor_that_fails_is_told_as_the_worker_tells_it() -> None:
    played = play(lepton("sensor_stalled", fails="stalled", fails_at_s=1.0))
    assert {State.NOT_SCREENING, Reason.SENSOR_STALLED} <= played.shown
    assert played.missing == ()


def test_the_learnt_shape_takes_the_warm_reading_of_everybody_away() -> None:
    scenario = scenes.scene(scenes.camera("boson-plus-320"), [scenes.stander(36.0, 0.68)], 3.0)
    without, with_it = both(scenario, 0, wrong=False)
    assert without[0].error_c is not None
    assert with_it[0].error_c is not None
    assert abs(with_it[0].error_c) < abs(without[0].error_c) - 0.05
    expanded = [o.visitor.expanded_uncertainty_c or 0.0 for o in (*without, *with_it)]
    assert expanded[1] < expanded[0]


def test_each_draw_is_wrong_in_its_own_way_and_the_same_each_time() -> None:
    first, again, other = (both(lepton(), seed, wrong=True)[0] for seed in (1, 1, 2))
    assert first == again
    assert first[0].error_c != other[0].error_c


def test_the_table_has_a_row_for_each_scenario_and_one_for_each_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    films = {"works": lepton("clear"), "lies": lepton("too_cold", fault="normalises")}
    monkeypatch.setattr(schema, "scenario_names", lambda: tuple(films))
    monkeypatch.setattr(schema, "load", lambda name: films[name].model_copy(update={"name": name}))
    monkeypatch.setattr(library, "DRAWS", 1)
    rows = {row.key: row for row in library.rows()}
    assert rows["scenario_works"].met
    assert rows["scenario_lies"].met is False
    assert "NOT too_cold" in rows["scenario_lies"].value
    assert rows["library_words"].numbers == {"whole": 1, "scenarios": 2}
    assert rows["library_visitors"].numbers == {"right": 2, "scenarios": 2}
    told = rows["coverage_library"].numbers
    assert told is not None
    assert (told["visitors"], told["films"]) == (1, 1)  # no interval covers a camera that lies
    assert {"library_error", "library_error_learnt", "coverage_library_learnt"} < set(rows)
