"""The reference is found by itself, watched in every frame, and believed only while it is sound."""

from collections.abc import Callable

import numpy as np
import pytest

from screening.reference.spot import find
from screening.reference.tracker import ReferenceTracker
from screening.reference.witness import Witness
from screening.result import Box, Reason
from screening.settings import Reference
from tests.narrow import some
from tests.screening.pictures import Celsius, Wall, block, disc, face

EXPECTED_C = 36.0
FRAME_S = 1 / 9


class Film:
    """Shows a tracker one picture after the other."""

    def __init__(self, mark: tuple[float, float] | None = None) -> None:
        self.wall = Wall()
        self.tracker = ReferenceTracker(Reference(mark=mark), EXPECTED_C, 0.03)
        self.witness = Witness(self.wall.width, self.wall.height)
        self.time_s = 0.0

    def show(
        self,
        *things: Callable[[Wall, Celsius], None],
        frames: int = 1,
        offset_c: float = 0.0,
        people: tuple[Box, ...] = (),
    ) -> Reason | None:
        for _ in range(frames):
            self.time_s += FRAME_S
            picture = self.wall.paint(*things, offset_c=offset_c)
            level_c = self.witness.step(picture, self.time_s)
            self.tracker.step(picture, self.time_s, [], level_c=level_c, people=people)
        return self.tracker.reason


SOUND = disc(100, 120, 6, EXPECTED_C)


@pytest.mark.parametrize("place", [(20, 20), (100, 30), (10, 150), (60, 80)])
@pytest.mark.parametrize("radius", [4, 6, 12])
def test_it_is_found_anywhere_after_a_second_at_one_place(
    place: tuple[int, int], radius: int
) -> None:
    film = Film()
    there = disc(*place, radius, EXPECTED_C)
    assert film.show(there, frames=9) is Reason.REFERENCE_MISSING
    assert film.show(there, frames=3) is None
    spot = film.tracker.spot
    assert spot is not None
    assert np.hypot(spot.x - place[0], spot.y - place[1]) < 1.0


@pytest.mark.parametrize("offset_c", [-4.0, -1.3, 0.0, 2.5])
def test_its_offset_is_what_the_sensor_is_wrong_by(offset_c: float) -> None:
    film = Film()
    film.show(SOUND, frames=30, offset_c=offset_c)
    assert film.tracker.offset is not None
    assert some(film.tracker.offset).offset_c == pytest.approx(-offset_c, abs=0.02)
    assert film.tracker.offset.uncertainty_c < 0.02


def test_a_face_is_no_reference_however_still_it_stands() -> None:
    wall = Wall()
    for width in (20, 35, 60):
        assert find(wall.paint(face(60, 80, width)), 30.0, 42.0) == []


def test_it_is_found_beside_a_face() -> None:
    film = Film()
    assert film.show(SOUND, face(50, 70, 40), frames=12) is None
    assert film.tracker.spot is not None
    assert film.tracker.spot.x == pytest.approx(100, abs=1.0)


@pytest.mark.parametrize("box", [(85.0, 100.0, 30.0, 40.0), (88.0, 70.0, 24.0, 30.0)])
def test_it_is_not_found_on_somebody(box: Box) -> None:
    film = Film()
    assert film.show(SOUND, frames=20, people=(box,)) is Reason.REFERENCE_MISSING
    assert film.show(SOUND, frames=12) is None


def test_after_a_correction_it_says_when_the_sensor_has_come_to_rest() -> None:
    film = Film()
    film.show(SOUND, frames=60)
    assert film.tracker.settled
    film.tracker.corrected()
    settled_after_s = None
    for n in range(int(60 / FRAME_S)):
        age_s = n * FRAME_S
        film.show(SOUND, offset_c=1.2 * np.exp(-age_s / 16.0))
        assert film.tracker.reason is None, f"a correction was taken for a fault at {age_s:.1f} s"
        if film.tracker.settled and settled_after_s is None:
            settled_after_s = age_s
    # 1.2 deg C with a time constant of 16 s falls faster than 0.06 deg C/s for 3.6 s
    assert settled_after_s is not None
    assert 1.0 < settled_after_s < 30.0


def test_somebody_in_front_hides_it_and_it_is_back_when_they_leave() -> None:
    film = Film()
    film.show(SOUND, frames=30)
    before = some(film.tracker.offset).offset_c
    assert film.show(SOUND, block(80, 90, 40, 70, 31.0), frames=9) is Reason.REFERENCE_HIDDEN
    assert film.show(SOUND) is None
    assert some(film.tracker.offset).offset_c == pytest.approx(before, abs=0.05)


def test_a_face_in_front_of_it_is_not_taken_for_it() -> None:
    film = Film()
    film.show(SOUND, frames=30)
    assert film.show(SOUND, face(95, 115, 70, skin_c=35.6), frames=3) is Reason.REFERENCE_HIDDEN


def test_a_heater_that_fails_is_noticed_before_it_spoils_readings() -> None:
    film = Film()
    film.show(SOUND, frames=90)
    for n in range(200):
        cooled_c = EXPECTED_C - 0.05 * n * FRAME_S
        if film.show(disc(100, 120, 6, cooled_c)) is not None:
            break
    assert film.tracker.reason is Reason.REFERENCE_UNSTABLE
    assert EXPECTED_C - cooled_c < 0.5


@pytest.mark.parametrize("rate_c_s", [0.05, -0.05])
def test_once_far_from_its_set_point_it_is_outside_its_limits(rate_c_s: float) -> None:
    film = Film()
    film.show(SOUND, frames=90)
    said = []
    for n in range(250):
        reason = film.show(disc(100, 120, 6, EXPECTED_C + rate_c_s * n * FRAME_S))
        if reason is not None and reason not in said:
            said.append(reason)
    assert said == [Reason.REFERENCE_UNSTABLE, Reason.REFERENCE_OUT_OF_LIMITS]


def test_a_drift_of_the_whole_picture_is_the_sensors_and_is_followed() -> None:
    film = Film()
    film.show(SOUND, frames=90)
    for n in range(300):
        assert film.show(SOUND, offset_c=-0.03 * n * FRAME_S) is None
    assert some(film.tracker.offset).offset_c == pytest.approx(0.03 * 299 * FRAME_S, abs=0.03)


def test_taken_away_it_is_missing_within_a_second() -> None:
    film = Film()
    film.show(SOUND, frames=30)
    assert film.show(frames=9) is Reason.REFERENCE_MISSING
    assert film.show(frames=90) is Reason.REFERENCE_MISSING


def test_switched_on_a_minute_ago_it_has_not_warmed_up() -> None:
    film = Film()
    cold = disc(100, 120, 6, 28.0)
    assert film.show(cold, frames=9) is Reason.REFERENCE_MISSING  # it may be anything
    assert film.show(cold, frames=9) is Reason.REFERENCE_NOT_WARM
    assert film.show(frames=6) is Reason.REFERENCE_MISSING


@pytest.mark.parametrize("offset_c", [0.47, 0.5, 0.53, 0.56])
def test_it_is_found_whole_where_a_level_runs_through_its_noise(offset_c: float) -> None:
    # as real ones do, it gets a little colder towards its rim
    rings = [disc(300, 200, r, EXPECTED_C + 0.05 * (1.0 - (r / 26) ** 2)) for r in range(26, 0, -1)]
    wall = Wall(640, 512)
    for _ in range(4):
        (spot,) = find(wall.paint(*rings, offset_c=offset_c), 30.0, 42.0)
        assert (spot.x, spot.y) == pytest.approx((300.0, 200.0), abs=0.5)
        assert spot.radius_px == pytest.approx(26.0, abs=0.7)


def test_a_large_picture_is_searched_coarsely_but_read_in_full() -> None:
    wall = Wall(640, 512)
    (spot,) = find(wall.paint(disc(401.5, 203.0, 9, EXPECTED_C)), 30.0, 42.0)
    assert (spot.x, spot.y) == pytest.approx((401.5, 203.0), abs=0.3)
    assert spot.radius_px == pytest.approx(9.0, abs=0.5)


def test_moved_it_blocks_until_it_has_stayed_at_its_new_place() -> None:
    film = Film()
    film.show(SOUND, frames=30)
    moved = disc(40, 60, 6, EXPECTED_C)
    assert film.show(moved, frames=9) is Reason.REFERENCE_MOVED
    assert film.show(moved, frames=60) is None


def test_moved_from_its_mark_it_blocks_for_good() -> None:
    film = Film(mark=(100, 120))
    film.show(SOUND, frames=30)
    assert film.show(disc(40, 60, 6, EXPECTED_C), frames=200) is Reason.REFERENCE_MOVED
    assert film.show(SOUND, frames=5) is None


def test_cold_at_its_mark_it_has_not_warmed_up() -> None:
    film = Film(mark=(100, 120))
    assert film.show(disc(100, 120, 6, 28.0), frames=5) is Reason.REFERENCE_NOT_WARM


def test_a_warm_thing_elsewhere_is_not_it_when_there_is_a_mark() -> None:
    film = Film(mark=(100, 120))
    assert film.show(disc(30, 30, 6, EXPECTED_C), frames=9) is Reason.REFERENCE_MISSING


# identity: place, size, warmth against the scene, history, neighbours


@pytest.mark.parametrize("other_c", [34.5, 35.6, 36.4, 39.0])
def test_two_things_like_it_are_a_doubt_until_one_is_gone(other_c: float) -> None:
    film = Film()
    other = disc(30, 40, 7, other_c)
    assert film.show(SOUND, other, frames=30) is Reason.REFERENCE_AMBIGUOUS
    assert film.tracker.offset is None
    assert film.show(SOUND, frames=20) is None
    assert some(film.tracker.spot).x == pytest.approx(100, abs=1.0)


def test_a_rival_that_comes_while_it_is_new_is_a_doubt_too() -> None:
    film = Film()
    film.show(SOUND, frames=30)
    rival = disc(30, 40, 7, 37.0)
    assert film.show(SOUND, rival, frames=50) is Reason.REFERENCE_AMBIGUOUS
    assert film.show(SOUND, frames=12) is None


def test_lukewarm_things_and_small_ones_are_no_rivals() -> None:
    film = Film()
    lukewarm, small = disc(30, 40, 7, 29.5), disc(30, 120, 2.2, 33.0)
    assert film.show(SOUND, lukewarm, small, frames=60) is None


def test_a_mark_settles_which_of_two_it_is() -> None:
    film = Film(mark=(100, 120))
    assert film.show(SOUND, disc(30, 40, 7, 38.0), frames=20) is None
    assert some(film.tracker.spot).x == pytest.approx(100, abs=1.0)


@pytest.mark.parametrize("hand_c", [33.5, 35.0, 36.6, 38.0])
@pytest.mark.parametrize("marked", [False, True])
def test_a_hand_in_its_place_is_not_taken_for_it_however_long(hand_c: float, marked: bool) -> None:
    film = Film(mark=(100, 120) if marked else None)
    film.show(SOUND, frames=30)
    before_c = some(film.tracker.offset).offset_c
    for _ in range(200):
        assert film.show(disc(100, 120, 7, hand_c)) is not None
    assert film.show(SOUND, frames=3) is None  # and the true one is back at once
    assert some(film.tracker.offset).offset_c == pytest.approx(before_c, abs=0.05)


def test_a_creep_that_the_scene_does_not_share_is_noticed() -> None:
    film = Film()
    film.show(SOUND, frames=30)
    wrong_c = 0.0
    for n in range(9 * 90):
        wrong_c = 0.4 / 60.0 * n * FRAME_S
        if film.show(disc(100, 120, 6, EXPECTED_C + wrong_c)) is not None:
            break
    assert film.tracker.reason is Reason.REFERENCE_UNSTABLE
    assert wrong_c < 0.32


def test_what_it_crept_to_is_not_believed_later() -> None:
    film = Film()
    film.show(SOUND, frames=9 * 70)
    assert film.tracker.proven
    for n in range(9 * 30):
        film.show(disc(100, 120, 6, EXPECTED_C + 0.03 * n * FRAME_S))
    for _ in range(9 * 90):
        assert film.show(disc(100, 120, 6, EXPECTED_C + 0.9)) is Reason.REFERENCE_UNSTABLE
    assert film.show(SOUND, frames=3) is None


def test_one_that_warms_up_is_awaited() -> None:
    film = Film()
    for n in range(9 * 60):
        warming_c = EXPECTED_C - 3.0 * float(np.exp(-n * FRAME_S / 12.0))
        film.show(disc(100, 120, 6, warming_c))
    assert film.tracker.reason is not None  # by now it has moved by 3 deg C
    assert film.show(SOUND, frames=9 * 60) is None


@pytest.mark.parametrize("step_c", [-2.5, -0.5, 0.5, 1.2])
@pytest.mark.parametrize("marked", [False, True])
def test_a_step_of_the_sensor_stops_at_once_and_is_followed(step_c: float, marked: bool) -> None:
    film = Film(mark=(100, 120) if marked else None)
    film.show(SOUND, frames=60)
    film.show(SOUND, offset_c=step_c)
    assert not film.tracker.settled or film.tracker.reason is not None
    film.show(SOUND, frames=27, offset_c=step_c)
    assert film.tracker.reason is None
    assert film.tracker.settled
    assert some(film.tracker.offset).offset_c == pytest.approx(-step_c, abs=0.03)


def test_a_step_behind_somebodys_back_is_followed_too() -> None:
    film = Film()
    film.show(SOUND, frames=60)
    before = block(80, 90, 40, 70, 31.0)
    film.show(SOUND, before, frames=40)
    film.show(SOUND, before, frames=40, offset_c=0.8)
    film.show(SOUND, frames=27, offset_c=0.8)
    assert film.tracker.reason is None
    assert some(film.tracker.offset).offset_c == pytest.approx(-0.8, abs=0.03)


def test_another_one_at_another_place_is_not_the_one_that_was_moved() -> None:
    film = Film()
    film.show(SOUND, frames=30)
    for _ in range(120):
        assert film.show(disc(40, 60, 6, EXPECTED_C + 0.6)) is not None
    assert film.tracker.reason is Reason.REFERENCE_MISSING


@pytest.mark.parametrize("radius", [4.0, 5.0, 6.0, 9.0])
def test_its_size_does_not_depend_on_how_wrong_the_sensor_is(radius: float) -> None:
    wall = Wall()
    there = disc(60.3, 80.4, radius, EXPECTED_C)
    seen = [
        find(wall.paint(there, offset_c=offset_c), 30.0, 42.0)[0].radius_px
        for offset_c in np.arange(-3.0, 3.0, 0.1)
    ]
    assert np.ptp(seen) < 0.25
    assert np.mean(seen) == pytest.approx(radius + 0.1, abs=0.3)


def test_a_clock_that_is_set_anew_does_not_make_a_hand_the_reference() -> None:
    film = Film()
    film.show(SOUND, frames=30)
    film.tracker.lose_time()
    film.time_s = -1000.0
    for _ in range(100):
        assert film.show(disc(100, 120, 7, 34.0)) is not None
    assert film.show(SOUND, frames=27) is None
    assert film.tracker.settled
