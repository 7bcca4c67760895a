"""Two references vouch for one another: where they disagree, nothing is measured, and why."""

import pytest

from screening.reference.non_uniformity import NonUniformity
from screening.reference.references import AGAIN_S, References
from screening.result import Reason
from screening.settings import Reference, Settings, Uniformity
from tests.screening.pictures import Wall, disc, frame

PLACES = ((20, 40), (100, 40))
SET_C = (36.0, 39.0)
FRAME_S = 1 / 9


class Film:
    """Shows both references to the anchors of one station."""

    def __init__(self) -> None:
        self.wall = Wall()
        settings = Settings(references=tuple(Reference(temp_c=c, emissivity=1.0) for c in SET_C))
        shape = NonUniformity(Uniformity(), self.wall.width, self.wall.height)
        self.anchors = References(settings, 0.03, shape)
        self.time_s = 0.0

    def show(self, *read_c: float, seconds: float) -> list[Reason | None]:
        """Return what was said while the references read so."""
        said: list[Reason | None] = []
        for _ in range(round(seconds / FRAME_S)):
            self.time_s += FRAME_S
            things = [disc(*place, 6, c) for place, c in zip(PLACES, read_c, strict=True)]
            picture = self.wall.paint(*things)
            reason = self.anchors.step(picture, frame(picture, self.time_s))
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
