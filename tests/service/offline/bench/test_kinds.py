"""People of kinds that the networks never saw, and the sun: found, told and wrong."""

from collections import Counter

import pytest

from screening.result import Verdict
from service.offline.bench import kinds
from service.offline.bench.kinds import Tally, play
from training.training_set import Wish


def tally(**said: object) -> Tally:
    usual = {"frames": 10, "found": 9, "off_mm": [1.0, 3.0], "people": 2, "told": 2}
    return Tally(**(usual | said))  # type: ignore[arg-type]


def test_everybody_must_be_told_something_and_no_fever_cleared() -> None:
    assert kinds._row("hood", tally()).met
    assert kinds._row("hood", tally(told=1)).met is False
    assert kinds._row("hood", tally(cleared_fevers=1)).met is False
    row = kinds._row("veil", tally(found=0, off_mm=[]))
    assert "never trained on" in row.measure
    assert row.value.startswith("0% of 10; nan")


def test_in_the_sun_there_is_no_result() -> None:
    assert kinds._sun(tally(verdicts=Counter({Verdict.NO_RESULT: 2}))).met
    wrong = kinds._sun(tally(verdicts=Counter({Verdict.NO_RESULT: 1, Verdict.ELEVATED: 1})))
    assert (wrong.met, (wrong.numbers or {})["wrong"]) == (False, 1)


def test_kinds_that_are_said_to_be_unknown_are_in_no_training_picture() -> None:
    trained = {thing for thing, _ in Wish().wears}
    for kind, what in kinds.KINDS.items():
        assert set(what.get("wears", ())) <= trained or kind not in kinds.KNOWN


def test_a_bare_face_is_found_where_it_is_and_told() -> None:
    found = Tally()
    play("bare", 2, found)  # a Lepton
    assert found.frames > 10
    assert found.found == found.frames
    assert max(found.off_mm) < 15.0
    assert (found.told, found.people, found.verdicts) == (1, 1, Counter({Verdict.CLEAR: 1}))


@pytest.mark.parametrize("kind", [kind for kind in kinds.KINDS if kind not in kinds.KNOWN])
def test_whoever_stands_there_is_told_something(kind: str) -> None:
    found = Tally()
    play(kind, 2, found)
    assert found.told == 1
    assert found.cleared_fevers == 0
