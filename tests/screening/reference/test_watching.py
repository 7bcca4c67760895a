"""Each rule by which a reference is believed, without a film: on numbers that a sampler says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from screening.reference.identity import Identity
from screening.reference.offset import OffsetFilter
from screening.reference.spot import RegionSampler, Spot
from screening.reference.tracker import (
    GLIMPSE_S,
    HIDDEN_S,
    MAX_OFFSET_C,
    MOVED_S,
    RIVALS_EVERY_S,
    SEARCH_EVERY_S,
    ReferenceTracker,
)
from screening.result import Reason
from screening.settings import Reference
from tests.screening.pictures import Celsius, Wall, disc

WALL = Wall(60, 60, noise_k=0.0)
PLACE = (30.0, 30.0)
THERE = disc(30, 30, 6, 36.0)
HIDDEN, MISSING = Reason.REFERENCE_HIDDEN, Reason.REFERENCE_MISSING
UNSTABLE, OUT = Reason.REFERENCE_UNSTABLE, Reason.REFERENCE_OUT_OF_LIMITS
AMBIGUOUS = Reason.REFERENCE_AMBIGUOUS


@dataclass
class Sampled:
    """Stands for the sampler: says what it is told to say."""

    said: Spot | None = None
    radius_px: float = 6.0

    def sample(self, _: object) -> Spot:
        assert self.said is not None
        return self.said


@dataclass
class Followed:
    """Stands for the offset, and for the identity: says so, and notes what is done to it."""

    offset_c: float = 0.0
    uncertainty_c: float = 0.01
    rate_c_s: float = 0.0
    rate_uncertainty_c_s: float = 0.01
    proven: bool = False
    home_c: float = 36.0
    done: list[tuple[str, *tuple[float, ...]]] = field(default_factory=list)

    def departed_c(self, apparent_c: float, level_c: float | None, _: float) -> float:
        return apparent_c - self.home_c - (level_c or 0.0)

    def is_it(self, departed_c: float) -> bool:
        return abs(departed_c) <= 0.25

    def __getattr__(self, name: str) -> Any:
        return lambda *numbers: self.done.append((name, *numbers))


class Watched:
    """A tracker that has found its reference at 10 s, and is told what stands there."""

    def __init__(self, reference: Reference | None = None, **began: Any) -> None:
        self.tracker = ReferenceTracker(reference or Reference(), 36.0, 0.03)
        self.tracker._time_s = self.time_s = 10.0
        self.tracker._creeping = began.get("creeping", False)
        spot = RegionSampler(*PLACE, 6.0, (60, 60)).sample(WALL.paint(THERE))
        self.tracker._begin(WALL.paint(THERE), spot, began.get("level_c", 0.0))
        self.sampled = Sampled()
        self.tracker._sampler = cast("RegionSampler", self.sampled)

    @property
    def followed(self) -> bool:
        """Whether it is looked for at another place than at the beginning."""
        return cast("object", self.tracker._sampler) is not self.sampled

    def stand_in(self) -> tuple[Followed, Followed]:
        """Put stand-ins in the place of its offset and of its identity."""
        offset, identity = Followed(), Followed()
        self.tracker._offset = cast("OffsetFilter", offset)
        self.tracker._identity = cast("Identity", identity)
        return offset, identity

    def see(
        self,
        apparent_c: float = 36.0,
        around_c: float = 24.0,
        *,
        edge: float = 1.0,
        after_s: float = 0.125,
        picture: Celsius | None = None,
        taken: Sequence[Spot] = (),
        **told: Any,
    ) -> Reason | None:
        self.time_s += after_s
        self.sampled.said = Spot(*PLACE, 6.0, apparent_c, 0.01, around_c, edge)
        shown = WALL.paint() if picture is None else picture
        self.tracker.step(shown, self.time_s, list(taken), **told)
        return self.tracker.reason


# ---- believed


def test_what_stands_there_is_read() -> None:
    film = Watched()
    tracker = film.tracker
    assert tracker.seen
    assert tracker.known
    assert tracker.settled
    assert tracker.offset is not None
    assert tracker.error_c == pytest.approx(0.0, abs=1e-4)
    assert film.see(36.1, level_c=0.0) is None
    assert tracker.spot is film.sampled.said
    assert tracker.gone_s == 0.0
    # an eighth of a second of 0.2
    assert tracker.error_c == pytest.approx(-0.1 * 0.625, abs=1e-4)
    film.see(36.1, after_s=0.5)
    assert tracker.error_c == pytest.approx(-0.1, abs=1e-4)
    film.see(36.0, after_s=-1.0)
    assert tracker.error_c == pytest.approx(-0.1, abs=1e-4)


def test_nothing_is_known_before_it_was_found() -> None:
    tracker = ReferenceTracker(Reference(), 36.0, 0.03)
    found = (tracker.seen, tracker.known, tracker.proven, tracker.settled)
    assert not any(found)
    assert (tracker.offset, tracker.spot, tracker.gone_s) == (None, None, 0.0)
    assert tracker.reason is MISSING
    assert tracker.error_c == 0.0


@pytest.mark.parametrize("creeping", [False, True])
def test_what_was_found_while_the_sensor_creeps_may_jump(creeping: bool) -> None:
    tracker = Watched(creeping=creeping).tracker
    assert tracker.settled is not creeping
    assert tracker._identity is not None
    assert (tracker._identity._before_ffc_c is None) is not creeping
    assert tracker._offset is not None
    assert (tracker._offset.rate_uncertainty_c_s > 0.1) is creeping
    # noise of the mean of its core
    core_px = RegionSampler(*PLACE, 6.0, (60, 60)).core_px
    assert tracker._offset._noise == pytest.approx(0.03**2 / core_px + 0.008**2)


@pytest.mark.parametrize(
    ("error_c", "reason"),
    [
        (MAX_OFFSET_C + 0.01, Reason.REFERENCE_NOT_WARM),
        (MAX_OFFSET_C, None),
        (-MAX_OFFSET_C, None),
        (-0.01 - MAX_OFFSET_C, OUT),
    ],
)
def test_no_sensor_is_wrong_by_more_than_six_degrees(error_c: float, reason: Reason | None) -> None:
    film = Watched()
    film.stand_in()
    assert film.see(36.0 - error_c, level_c=-error_c) is reason


@pytest.mark.parametrize(
    ("settling", "rate_c_s", "doubt_c_s", "then"),
    [
        (True, 0.06, 0.02, False),
        (True, -0.061, 0.02, True),
        (False, 0.15, 0.02, False),
        (False, -0.151, 0.02, True),
        (True, 0.0, 0.03, True),  # not known well enough
        (False, 1.0, 0.03, False),
    ],
)
def test_the_sensor_has_settled_when_its_rate_is_small_and_known(
    settling: bool, rate_c_s: float, doubt_c_s: float, then: bool
) -> None:
    film = Watched()
    offset, identity = film.stand_in()
    film.tracker._settling = settling
    offset.rate_c_s, offset.rate_uncertainty_c_s = rate_c_s, doubt_c_s
    film.see()
    assert film.tracker.settled is not then
    assert (("settled",) in identity.done) is not then


@pytest.mark.parametrize(
    ("error_c", "level_c", "uncertainty_c", "reason", "restarted"),
    [
        (0.19, -0.19, 0.04, None, False),
        (0.21, -0.21, 0.04, None, True),
        (-0.21, 0.21, 0.04, None, True),
        (0.5, -0.5, 0.05, None, False),  # after a correction nothing is known of it
        (0.21, None, 0.04, UNSTABLE, False),  # it or the sensor: nothing tells
        (0.19, None, 0.04, None, False),
        (0.24, None, 0.05, None, False),
    ],
)
def test_a_step_with_the_scene_is_the_sensors_own(
    error_c: float,
    level_c: float | None,
    uncertainty_c: float,
    reason: Reason | None,
    restarted: bool,
) -> None:
    film = Watched()
    offset, identity = film.stand_in()
    offset.uncertainty_c, offset.rate_uncertainty_c_s = uncertainty_c, 1.0
    assert film.see(36.0 - error_c, level_c=level_c) is reason
    assert [pytest.approx(c) for name, *c in offset.done if name == "restart"] == (
        [[error_c]] if restarted else []
    )
    assert film.tracker.settled is not restarted
    read = [name for name, *_ in offset.done if name == "read"]
    believed = [name for name, *_ in identity.done if name == "believe"]
    assert len(read) == len(believed) == (reason is None)


def test_a_step_of_just_two_tenths_is_none() -> None:
    film = Watched()
    offset, identity = film.stand_in()
    film.tracker._expected_c, identity.home_c = 0.2, 0.0
    film.see(0.0)
    assert [name for name, *_ in offset.done] == ["coast", "read"]


# ---- departed by itself


@pytest.mark.parametrize(
    ("readings_c", "reasons"),
    [
        ([36.3], [UNSTABLE]),
        ([35.7], [UNSTABLE]),
        # out of its limits from 1.0 on, and until it is within 0.9
        ([36.5, 36.99, 37.01, 36.91, 36.89], [UNSTABLE, UNSTABLE, OUT, OUT, UNSTABLE]),
        ([35.5, 34.99], [UNSTABLE, OUT]),
        # between two frames by 0.6: something stands before it
        ([36.59], [UNSTABLE]),
        ([36.61], [HIDDEN]),
        ([35.39], [HIDDEN]),
        # what is believed again begins at its own departure
        ([36.2, 36.79], [None, UNSTABLE]),
        ([36.2, 36.81], [None, HIDDEN]),
        # and what hid it does not become it
        ([36.7, 36.7, 36.3, 36.2], [HIDDEN, HIDDEN, HIDDEN, None]),
    ],
)
def test_one_that_departs_slowly_does_so_by_itself(
    readings_c: list[float], reasons: list[Reason | None]
) -> None:
    film = Watched()
    _, identity = film.stand_in()
    film.tracker._apart_c = 0.0
    for reading_c, reason in zip(readings_c, reasons, strict=True):
        identity.done.clear()
        assert film.see(reading_c) is reason, reading_c
        doubted = [numbers for name, *numbers in identity.done if name == "doubt"]
        alone = reason in {UNSTABLE, OUT}
        assert doubted == ([[pytest.approx(reading_c - 36.0)]] if alone else [])
        assert film.tracker.seen == (reason is None)
        assert (film.tracker.spot is film.sampled.said) == (alone or reason is None)


def test_by_just_so_much_it_jumps_and_is_not_yet_outside() -> None:
    film = Watched()
    _, identity = film.stand_in()
    identity.home_c = film.tracker._last_c = 0.0
    assert film.see(0.5) is UNSTABLE
    assert film.see(1.0) is UNSTABLE
    film = Watched()
    _, identity = film.stand_in()
    identity.home_c = film.tracker._last_c = 0.0
    assert film.see(0.6) is HIDDEN


@pytest.mark.parametrize("before", [None, UNSTABLE, OUT, AMBIGUOUS, HIDDEN, MISSING])
def test_only_one_that_nobody_stands_before_departs_by_itself(before: Reason | None) -> None:
    film = Watched()
    film.tracker.reason = before
    by_itself = before not in {HIDDEN, MISSING}
    assert film.see(36.4) is (UNSTABLE if by_itself else HIDDEN)


# ---- out of sight


@pytest.mark.parametrize(
    ("apparent_c", "around_c", "after_s", "reason"),
    [
        # somebody before it covers what is around it, too
        (33.0, 32.0, 0.1, HIDDEN),
        (33.0, 32.0, HIDDEN_S - 0.1, HIDDEN),
        (33.0, 32.0, HIDDEN_S, MISSING),
        (45.0, 25.0, 0.1, MISSING),
        (45.0, 25.1, 0.1, HIDDEN),
        (45.0, 24.0, 0.1, MISSING),  # hot, and alone
        (45.0, 22.9, 0.1, HIDDEN),
        # colder than it was, or not by much warmer
        (33.0, 24.0, 0.1, HIDDEN),
        (38.9, 24.0, 0.1, HIDDEN),
        (39.0, 24.0, 0.1, MISSING),
        (33.0, 24.0, HIDDEN_S + 0.1, MISSING),
        # nothing stands there, and nobody before it: after half a second
        (24.0, 24.0, GLIMPSE_S, HIDDEN),
        (24.0, 24.0, GLIMPSE_S + 0.1, MISSING),
        (25.4, 24.0, GLIMPSE_S + 0.1, MISSING),
        (25.5, 24.0, GLIMPSE_S + 0.1, HIDDEN),
        (22.4, 24.0, GLIMPSE_S + 0.1, HIDDEN),
        (25.2, 25.2, GLIMPSE_S + 0.1, HIDDEN),
    ],
)
def test_what_happened_to_it_shows_around_it(
    apparent_c: float, around_c: float, after_s: float, reason: Reason
) -> None:
    film = Watched()
    assert film.see() is None
    assert film.see(apparent_c, around_c, edge=0.0, after_s=after_s) is reason
    assert film.tracker.gone_s == pytest.approx(after_s)


def test_it_is_held_against_how_it_was_when_it_was_last_believed() -> None:
    film = Watched()
    film.stand_in()
    film.see(36.0, 30.0)
    assert film.see(45.0, 30.5, edge=0.0) is MISSING
    assert film.see(36.2, 31.0) is None
    assert film.see(39.1, 31.0, edge=0.0) is HIDDEN


# ---- elsewhere


def elsewhere(
    film: Watched, *things: Any, frames: int = 1, after_s: float = 0.6, **told: Any
) -> Reason | None:
    """Show an empty place and something elsewhere."""
    for _ in range(frames):
        film.see(24.0, edge=0.0, after_s=after_s, picture=WALL.paint(*things), **told)
    return film.tracker.reason


@pytest.mark.parametrize(
    ("radius", "temp_c", "reason"),
    [
        (6.0, 36.0, Reason.REFERENCE_MOVED),
        (4.0, 36.0, MISSING),  # 0.7 to 1.4 of its size
        (4.5, 36.0, Reason.REFERENCE_MOVED),
        (8.0, 36.0, Reason.REFERENCE_MOVED),
        (8.6, 36.0, MISSING),
        (6.0, 36.2, Reason.REFERENCE_MOVED),
        (6.0, 36.3, MISSING),  # as warm as it was
        (6.0, 35.7, MISSING),
    ],
)
def test_elsewhere_it_is_as_large_and_as_warm_as_it_was(
    radius: float, temp_c: float, reason: Reason
) -> None:
    film = Watched()
    assert elsewhere(film, disc(14, 40, radius, temp_c), after_s=0.4) is HIDDEN
    assert elsewhere(film, disc(14, 40, radius, temp_c), after_s=0.2) is reason


def test_the_other_reference_is_not_the_one_that_was_moved() -> None:
    film, there = Watched(), disc(14, 40, 6, 36.0)
    other = Spot(14.0, 40.0, 6.0, 36.0, 0.01, 24.0, 1.0)
    assert elsewhere(film, there, taken=[other]) is MISSING
    assert elsewhere(film, there) is Reason.REFERENCE_MOVED


def test_the_first_that_could_be_it_is_and_not_what_is_unlike_it() -> None:
    film = Watched()
    unlike = disc(46, 14, 4, 36.1), disc(46, 46, 6, 36.4)
    assert elsewhere(film, *unlike, disc(14, 40, 6, 36.0)) is Reason.REFERENCE_MOVED


@pytest.mark.parametrize(
    ("reference", "covered", "taken_on"),
    [
        (Reference(), False, True),
        (Reference(mark=PLACE), False, False),
        (Reference(), True, False),
    ],
    ids=["unmarked", "marked", "somebody before its place"],
)
def test_at_its_new_place_it_is_taken_on_after_four_seconds(
    reference: Reference, covered: bool, taken_on: bool
) -> None:
    film, there = Watched(reference), disc(14, 40, 6, 36.0)
    around_c = 30.0 if covered else 24.0
    for after_s in (0.6, MOVED_S, 0.1):
        film.see(24.0, around_c, edge=0.0, after_s=after_s, picture=WALL.paint(there))
        assert film.tracker.reason is Reason.REFERENCE_MOVED
        on = taken_on and after_s == 0.1
        assert film.followed == on
    if taken_on:
        film.tracker.step(WALL.paint(there), film.time_s + 0.1, [])
        assert film.tracker.reason is None


def test_one_that_wanders_is_not_taken_on() -> None:
    film = Watched()
    for x, y in ((14, 40), (15.5, 40), (15.5, 41.5)):
        assert elsewhere(film, disc(x, y, 6, 36.0), after_s=3.0) is Reason.REFERENCE_MOVED
    assert not film.followed
    assert elsewhere(film, disc(15.5, 41.2, 6, 36.0), after_s=4.1) is Reason.REFERENCE_MOVED
    assert film.followed  # half a pixel is no move


def test_seen_in_its_place_again_it_begins_anew_elsewhere() -> None:
    film, there = Watched(), disc(14, 40, 6, 36.0)
    elsewhere(film, there)
    film.see()
    elsewhere(film, there, after_s=4.5)
    assert not film.followed


@pytest.mark.parametrize(("dx", "nudged"), [(1.8, True), (2.2, False)])
def test_one_that_was_nudged_is_followed(dx: float, nudged: bool) -> None:
    film, there = Watched(), disc(30 + dx, 30, 6, 36.0)
    picture = WALL.paint(there)
    film.see(33.0, 24.0, edge=0.0, after_s=0.6, picture=picture)
    assert (film.tracker.reason is Reason.REFERENCE_MOVED) is not nudged
    assert film.followed is nudged
    if nudged:
        film.tracker.step(picture, film.time_s + 0.1, [])
        assert film.tracker.reason is None


# ---- others like it


@pytest.mark.parametrize("proven", [False, True])
def test_until_it_is_proven_a_rival_is_looked_for_twice_a_second(proven: bool) -> None:
    film = Watched()
    _, identity = film.stand_in()
    identity.proven, film.tracker._rival = proven, proven
    asked: list[float] = []

    class Rivals:
        def look(self, _: object, time_s: float, taken: list[Spot], people: object) -> None:
            assert taken == [other, film.tracker.spot]
            assert people == ((1.0, 2.0, 3.0, 4.0),)
            asked.append(time_s)

        def rival(self, own: Spot, time_s: float) -> bool:
            return own is film.tracker.spot and time_s >= 10.75

    film.tracker._candidates = cast("Any", Rivals())
    other = Spot(5.0, 5.0, 3.0, 36.0, 0.01, 24.0, 1.0)
    film.tracker._searched_s = 10.0
    said = [film.see(taken=[other], people=((1.0, 2.0, 3.0, 4.0),)) for _ in range(9)]
    every = [10.0 + RIVALS_EVERY_S, 10.0 + 2 * RIVALS_EVERY_S]
    assert asked == ([] if proven else every)
    # said from the frame after it was found
    assert said == ([AMBIGUOUS] + [None] * 8 if proven else [None] * 8 + [AMBIGUOUS])
    assert film.tracker._rival is not proven
    film.tracker._searched_s = film.time_s + 0.125
    asked.clear()
    film.see(taken=[other], people=((1.0, 2.0, 3.0, 4.0),))
    assert asked == []  # once in a frame


# ---- looked for


class Found:
    """Stands for the candidates: says so."""

    def __init__(self, *spots: Spot, unsure: bool = False) -> None:
        self.spots, self.doubt, self.asked = list(spots), unsure, 0

    def look(self, *_: object) -> list[Spot]:
        self.asked += 1
        return self.spots

    def unsure(self, _: float) -> bool:
        return self.doubt

    def missing(self, *_: object) -> Reason:
        return Reason.REFERENCE_NOT_WARM


def lukewarm(x: float, temp_c: float) -> Spot:
    return Spot(x, 30.0, 6.0, temp_c, 0.01, 24.0, 1.0)


COOL, WARM = lukewarm(15.0, 36.0), lukewarm(45.0, 38.0)
NOT_FOUND = Reason.REFERENCE_NOT_WARM


@pytest.mark.parametrize(
    ("found", "marked", "wanted", "rank", "result"),
    [
        (Found(), False, 1, 0, NOT_FOUND),
        (Found(COOL), False, 1, 0, COOL),
        (Found(COOL, WARM), False, 1, 0, AMBIGUOUS),
        (Found(COOL, WARM), False, 2, 1, WARM),
        (Found(COOL, WARM), False, 2, -1, COOL),
        (Found(COOL), False, 2, 1, NOT_FOUND),
        (Found(COOL, WARM, WARM), False, 2, 1, AMBIGUOUS),
        (Found(COOL, unsure=True), False, 1, 0, NOT_FOUND),
        (Found(COOL, WARM, unsure=True), False, 1, 0, AMBIGUOUS),
        # a mark wants one, whatever is still to be found
        (Found(COOL), True, 2, 1, COOL),
        (Found(COOL, WARM), True, 2, 1, AMBIGUOUS),
        (Found(COOL, unsure=True), True, 2, 1, AMBIGUOUS),
        (Found(), True, 2, 1, NOT_FOUND),
    ],
)
def test_as_many_as_are_wanted_and_no_more_are_they(
    found: Found, marked: bool, wanted: int, rank: int, result: Reason | Spot
) -> None:
    reference = Reference(mark=PLACE if marked else None)
    tracker = ReferenceTracker(reference, 36.0, 0.03, rank)
    tracker._candidates = cast("Any", found)
    tracker.spot = cast("Spot | None", COOL)
    picture = WALL.paint(disc(15, 30, 6, 36.0), disc(45, 30, 6, 38.0))
    tracker.step(picture, 10.0, [], wanted=wanted)
    if isinstance(result, Spot):
        assert tracker.spot is not None
        assert (tracker.spot.x, tracker.reason) == (result.x, None)
    else:
        assert tracker.reason is result
        assert tracker.spot is None
        assert not tracker.known


def test_one_alone_is_the_first_that_is_found_and_nothing_else_is_expected() -> None:
    for found in (Found(COOL), Found(COOL, WARM)):
        tracker = ReferenceTracker(Reference(), 36.0, 0.03)
        tracker._candidates = cast("Any", found)
        told: dict[str, Any] = {} if len(found.spots) == 1 else {"wanted": 2}
        tracker.step(WALL.paint(disc(15, 30, 6, 36.0)), 10.0, [], **told)
        assert tracker.spot is not None
        assert tracker.spot.x == COOL.x
        assert not tracker._creeping


def test_it_is_looked_for_ten_times_a_second() -> None:
    tracker, found = ReferenceTracker(Reference(), 36.0, 0.03), Found()
    tracker._candidates = cast("Any", found)
    for time_s, asked in ((0.0, 1), (0.09, 1), (SEARCH_EVERY_S, 2), (-0.5, 3), (-0.5, 3)):
        tracker.step(WALL.paint(), time_s, [])
        assert found.asked == asked, time_s


def test_it_is_looked_for_within_what_a_sensor_may_be_wrong_by() -> None:
    candidates = ReferenceTracker(Reference(), 36.0, 0.03)._candidates
    assert candidates._between_c == (36.0 - MAX_OFFSET_C, 36.0 + MAX_OFFSET_C)


# ---- what happens to it


def test_forgotten_it_is_looked_for_anew() -> None:
    tracker = Watched().tracker
    tracker.forget()
    assert not tracker.known
    assert (tracker.offset, tracker.spot, tracker.reason) == (None, None, OUT)
    assert not tracker.proven


def test_one_that_another_speaks_against_counts_anew_towards_its_proof() -> None:
    film = Watched()
    _, identity = film.stand_in()
    film.tracker.distrust()
    assert identity.done == [("begin_again",)]
    ReferenceTracker(Reference(), 36.0, 0.03).distrust()  # nothing is known: nothing happens


def test_a_correction_loosens_the_offset_until_it_is_seen_again() -> None:
    film = Watched()
    offset, identity = film.stand_in()
    film.tracker.corrected()
    assert identity.done == [("corrected",)]
    assert not film.tracker.settled
    film.see(24.0, edge=0.0)
    film.see()
    film.see()
    assert [name for name, *_ in offset.done if name != "read"] == [
        "loosen",
        "coast",
        "loosen",
        "coast",
        "coast",
    ]
    ReferenceTracker(Reference(), 36.0, 0.03).corrected()


def test_on_another_clock_it_goes_on_from_what_it_is_known_by() -> None:
    film = Watched()
    offset, identity = film.stand_in()
    film.tracker.lose_time()
    assert not film.tracker.settled
    assert offset.done == identity.done == []
    film.time_s = 1000.0
    offset.rate_uncertainty_c_s = 1.0
    film.see(24.0, edge=0.0)
    assert film.tracker.gone_s == 0.0
    assert ("lose_time",) in offset.done
    assert ("resume", 1000.125) in identity.done
    film.see(24.0, edge=0.0)
    assert film.tracker.gone_s == 0.125
    assert [name for name, *_ in identity.done].count("resume") == 1
    unknown = ReferenceTracker(Reference(), 36.0, 0.03)
    unknown.lose_time()
    unknown.step(WALL.paint(), 5.0, [])
    assert unknown.reason is MISSING
    assert not unknown._settling


def test_it_is_read_where_it_stands_and_not_where_a_level_was_lost() -> None:
    film = Watched(level_c=0.4)
    assert film.see(36.2, level_c=0.6) is None
    assert film.see(36.2, level_c=None) is None
    assert film.see(36.2, level_c=0.0) is not None
