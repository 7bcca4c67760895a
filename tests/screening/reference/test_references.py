"""Two references vouch for one another: where they disagree, nothing is measured, and why."""

import pytest

from screening.reference.non_uniformity import NonUniformity
from screening.reference.references import AGAIN_S, References
from screening.reference.witness import Witness
from screening.result import Reason
from screening.settings import Reference, Settings, Uniformity
from tests.screening.pictures import Wall, disc, frame

PLACES = ((20, 40), (100, 40))
SET_C = (36.0, 39.0)
PAIR = tuple(Reference(temp_c=c, emissivity=1.0) for c in SET_C)
FRAME_S = 1 / 9


class Film:
    """Shows both references to the anchors of one station."""

    def __init__(self, references: tuple[Reference, ...] = PAIR) -> None:
        self.wall = Wall()
        settings = Settings(references=references)
        shape = NonUniformity(Uniformity(), self.wall.width, self.wall.height)
        self.anchors = References(settings, 0.03, shape)
        self.witness = Witness(self.wall.width, self.wall.height)
        self.time_s = 0.0

    def show(self, *read_c: float, seconds: float) -> list[Reason | None]:
        """Return what was said while the references read so."""
        said: list[Reason | None] = []
        for _ in range(round(seconds / FRAME_S)):
            self.time_s += FRAME_S
            things = [disc(*place, 6, c) for place, c in zip(PLACES, read_c, strict=True)]
            picture = self.wall.paint(*things)
            level_c = self.witness.step(picture, self.time_s)
            reason = self.anchors.step(picture, frame(picture, self.time_s), level_c=level_c)
            if not said or said[-1] is not reason:
                said.append(reason)
        return said


def test_two_that_agree_are_heard_after_a_second() -> None:
    film = Film()
    assert film.show(36.3, 39.4, seconds=3.0) == [Reason.REFERENCE_MISSING, None]
    first_c, second_c = (offset_c for _, offset_c, _ in film.anchors.offsets)
    assert first_c - second_c == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize(("low_c", "high_c"), [(36.0, 37.0), (35.6, 36.8), (34.0, 39.0)])
def test_two_that_disagree_say_so_and_nothing_else(low_c: float, high_c: float) -> None:
    # a sensor that clips, one that pulls towards normal, one reference that has cooled
    film = Film()
    seconds = AGAIN_S + 10.0
    assert film.show(low_c, high_c, seconds=seconds) == [
        Reason.REFERENCE_MISSING,
        Reason.REFERENCE_OUT_OF_LIMITS,
    ]


def test_they_are_heard_again_once_they_agree() -> None:
    film = Film()
    film.show(36.0, 37.0, seconds=5.0)
    assert film.show(36.0, 39.0, seconds=AGAIN_S + 10.0)[-1] is None


def test_seven_tenths_apart_is_no_gain_of_the_sensor() -> None:
    film = Film()
    assert film.show(36.0, 38.3, seconds=3.0)[-1] is Reason.REFERENCE_OUT_OF_LIMITS


def test_one_of_two_that_steps_away_stops_within_half_a_second() -> None:
    film = Film()
    film.show(36.0, 39.0, seconds=5.0)
    assert film.show(36.0, 39.55, seconds=0.5)[-1] is not None
    assert film.anchors.in_question


@pytest.mark.parametrize("hidden", [0, 1])
def test_one_of_two_that_is_hidden_stops_however_well_the_other_is_seen(hidden: int) -> None:
    film = Film()
    film.show(36.0, 39.0, seconds=5.0)
    read_c = [36.0, 39.0]
    read_c[hidden] = 25.0
    film.show(*read_c, seconds=FRAME_S)
    assert film.anchors.in_question  # from its first frame
    said = film.show(*read_c, seconds=20.0)
    assert said[-1] in {Reason.REFERENCE_HIDDEN, Reason.REFERENCE_MISSING}
    assert None not in said[1:]
    assert film.show(36.0, 39.0, seconds=3.0)[-1] is None


def test_certificates_say_by_how_much_two_may_disagree() -> None:
    wide = tuple(Reference(temp_c=c, emissivity=1.0, expanded_uncertainty_c=0.6) for c in SET_C)
    film = Film(wide)
    assert film.show(36.0, 38.3, seconds=3.0)[-1] is None
