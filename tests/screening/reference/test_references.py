"""Two references vouch for one another: where they disagree, nothing is measured, and why."""

import math
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pytest

from device.frame import FfcState
from screening.reference.non_uniformity import NonUniformity
from screening.reference.offset import OffsetFilter
from screening.reference.references import AGAIN_S, BRIEFLY_S, CREEP_S, References
from screening.reference.spot import Spot
from screening.reference.tracker import ReferenceTracker
from screening.reference.witness import Witness
from screening.result import Reason, ReferenceStatus
from screening.settings import Doubt, Reference, Settings, Uniformity
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


# ---- the rules between trackers, without a film


@dataclass
class Told:
    """Stands for a tracker: says what it is given, and notes what is done to it."""

    reason: Reason | None = None
    error_c: float = 0.0
    gone_s: float = 0.0
    known: bool = True
    proven: bool = False
    settled: bool = True
    spot: Spot | None = None
    offset: OffsetFilter | None = None
    done: list[str] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)

    @property
    def seen(self) -> bool:
        return self.reason is None

    def step(self, _: object, time_s: float, taken: list[Spot], **shown: Any) -> None:
        self.shown = {"time_s": time_s, "taken": taken, **shown}

    def __getattr__(self, name: str) -> Any:
        return lambda: self.done.append(name)


def of(*trackers: Told, settings: Settings | None = None, uniform: bool = True) -> References:
    """Return references whose trackers say so."""
    settings = settings or Settings(references=PAIR)
    shape = NonUniformity(Uniformity(x_c=0.0 if uniform else 0.4), 101, 81)
    made = References(settings, 0.03, shape)
    made._trackers = cast("list[ReferenceTracker]", list(trackers))
    return made


def look(made: References, time_s: float = 1.0, **told: Any) -> Reason | None:
    return made.step(NOTHING, frame(NOTHING, time_s, **told))


def spot(x: float, y: float) -> Spot:
    return Spot(x, y, 5.0, 36.25, 0.01, 24.0, 1.0)


NOTHING = np.zeros((4, 4), np.float32)


@pytest.mark.parametrize(
    ("settings", "agree_c"),
    [
        # both certificates, 1 % of the 3 deg C between them, 0.2 for their places; k = 2
        (Settings(), math.hypot(0.3, 0.4, 0.06, 0.4)),
        (Settings(doubt=Doubt(gain=0.1, uniformity_c=0.0)), math.hypot(0.3, 0.4, 0.6)),
        (Settings(uniformity=Uniformity(residual_c=0.5)), math.hypot(0.3, 0.4, 0.06, 1.0)),
    ],
)
def test_two_may_disagree_by_all_that_is_unsure_between_them(
    settings: Settings, agree_c: float
) -> None:
    certified = tuple(
        replace(one, expanded_uncertainty_c=u) for one, u in zip(PAIR, (0.3, 0.4), strict=True)
    )
    shape = NonUniformity(settings.uniformity or Uniformity(), 120, 160)
    both = References(replace(settings, references=certified), 0.03, shape)
    assert both._agree_c == pytest.approx(agree_c)
    alone = References(replace(settings, references=certified[:1]), 0.03, shape)
    assert alone._agree_c == math.inf


def test_of_two_the_warmer_looks_for_the_warmest_and_one_alone_for_any() -> None:
    shape = NonUniformity(Uniformity(), 120, 160)
    for references, ranks in ((PAIR, [-1, 1]), (PAIR[::-1], [1, -1]), (PAIR[:1], [0])):
        made = References(Settings(references=references), 0.03, shape)
        assert [one._rank for one in made._trackers] == ranks


def test_two_disagree_from_a_bound_on_and_agree_again_below_nine_tenths_of_it() -> None:
    low, high = Told(), Told(error_c=0.5)
    made = of(low, high)
    made._agree_c = 0.5
    said = []
    for error_c in (0.5, 0.51, 0.46, 0.45, 0.5):
        high.error_c = -error_c  # either way
        said.append(look(made) is Reason.REFERENCE_OUT_OF_LIMITS)
        assert made.in_question == said[-1]
    assert said == [False, True, True, False, False]
    assert low.done == high.done == ["distrust", "distrust"]


def test_two_at_odds_stay_so_while_one_is_out_of_sight() -> None:
    low, high = Told(), Told(error_c=2.0)
    made = of(low, high)
    low.reason = Reason.REFERENCE_HIDDEN
    assert look(made, 1.0) is not Reason.REFERENCE_OUT_OF_LIMITS  # nobody can say
    low.reason = None
    look(made, 2.0)
    low.reason = Reason.REFERENCE_HIDDEN
    assert look(made, 3.0) is Reason.REFERENCE_OUT_OF_LIMITS
    made.lose_time()
    assert look(made, 0.0) is not Reason.REFERENCE_OUT_OF_LIMITS


@pytest.mark.parametrize(("proven", "forgotten"), [(False, 2), (True, 0)])
def test_two_at_odds_are_looked_for_anew_every_half_minute_until_proven(
    proven: bool, forgotten: int
) -> None:
    low, high = Told(), Told(error_c=2.0, proven=proven)
    made = of(low, high)
    for time_s in (1.0, 1.0 + AGAIN_S, 1.5 + AGAIN_S, 1.5 + 2 * AGAIN_S, 2.0 + 2 * AGAIN_S):
        look(made, time_s)
        anew = time_s in {1.5 + AGAIN_S, 2.0 + 2 * AGAIN_S} and not proven
        assert (low.done[-2:] == ["forget", "distrust"]) == anew, time_s
    assert low.done.count("forget") == high.done.count("forget") == forgotten


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ([Told(), Told()], None),
        ([Told(), Told(Reason.REFERENCE_MISSING)], Reason.REFERENCE_MISSING),
        ([Told(), Told(Reason.REFERENCE_HIDDEN, gone_s=BRIEFLY_S)], None),
        (
            [Told(Reason.REFERENCE_HIDDEN, gone_s=BRIEFLY_S), Told(Reason.REFERENCE_MOVED)],
            Reason.REFERENCE_MOVED,
        ),
        ([Told(Reason.REFERENCE_HIDDEN, gone_s=0.51), Told()], Reason.REFERENCE_HIDDEN),
        ([Told(Reason.REFERENCE_UNSTABLE, gone_s=0.1), Told()], Reason.REFERENCE_UNSTABLE),
        ([Told(), Told(settled=False)], Reason.SETTLING),
    ],
)
def test_one_that_is_not_sound_speaks_for_all(told: list[Told], reason: Reason | None) -> None:
    made = of(*told)
    assert look(made) is reason
    sound = reason is None and all(one.seen for one in told)
    assert made.in_question is not sound  # hidden for a moment is no fault, and no scale either


@pytest.mark.parametrize(
    ("age_s", "reason", "creeping"),
    [
        (9.9, Reason.SETTLING, True),
        (10.0, None, True),
        (CREEP_S - 0.1, None, True),
        (CREEP_S, None, False),
    ],
)
def test_after_a_correction_it_settles_for_ten_seconds_and_creeps_for_a_minute(
    age_s: float, reason: Reason | None, creeping: bool
) -> None:
    one = Told()
    assert look(of(one), ffc_age_s=age_s) is reason
    assert one.shown["creeping"] is creeping


def test_without_an_age_of_the_correction_the_sensor_may_creep() -> None:
    one = Told()
    assert of(one).step(NOTHING, replace(frame(NOTHING, 1.0), ffc_age_s=None)) is None
    assert one.shown["creeping"]


def test_a_correction_is_seen_by_its_state_or_by_its_age_and_once() -> None:
    one = Told()
    made = of(one)
    shutter = FfcState.IN_PROGRESS
    frames: list[tuple[dict[str, Any], Reason | None, bool]] = [
        ({"ffc_age_s": 100.0}, None, False),
        ({"ffc_age_s": 100.0}, None, False),
        ({"ffc_age_s": 101.0, "ffc": shutter}, Reason.FFC, False),
        ({"ffc_age_s": 0.0, "ffc": shutter}, Reason.FFC, False),
        ({"ffc_age_s": 20.0}, None, True),
        ({"ffc_age_s": 21.0}, None, False),
        ({"ffc_age_s": 15.0}, None, True),
        ({"ffc_age_s": 16.0}, None, False),
    ]
    for number, (told, reason, corrected) in enumerate(frames):
        one.shown, one.done = {}, []
        assert look(made, float(number), **told) is reason
        assert made.corrected is corrected
        assert one.done == ["corrected"] * corrected
        assert made.in_question is (reason is not None)
        assert bool(one.shown) is (reason is None), "the shutter is no scene"
    made.lose_time()
    assert made.in_question
    assert one.done == ["lose_time"]
    look(made, 0.0, ffc_age_s=12.0)
    assert not made.corrected, "the clock was another one"


def test_each_tracker_is_told_of_the_others_and_how_many_are_wanted() -> None:
    low, high = Told(spot=spot(20, 30), known=False), Told(known=False)
    made = of(low, high)
    people = ((1.0, 2.0, 3.0, 4.0),)
    made.step(NOTHING, frame(NOTHING, 4.0), people, 0.25)
    told = {"time_s": 4.0, "level_c": 0.25, "people": people, "creeping": False, "wanted": 2}
    assert low.shown == {"taken": [], **told}
    assert high.shown == {"taken": [low.spot], **told}
    assert made.masks == [(12.0, 22.0, 16.0, 16.0)]  # 1.6 radii to each side


def test_an_offset_is_that_of_the_middle_of_the_picture() -> None:
    offsets = []
    for offset_c in (0.3, -0.2):
        offset = OffsetFilter(0.01, creeping=False)
        offset.restart(offset_c)
        offsets.append(offset)
    made = of(
        Told(spot=spot(50, 40), offset=offsets[0]),
        Told(spot=spot(100, 40), offset=offsets[1]),
        Told(spot=spot(0, 0)),
        Told(offset=offsets[0]),
        uniform=False,
    )
    sd_c = offsets[0].uncertainty_c
    assert [(index, sd) for index, _, sd in made.offsets] == [(0, sd_c), (1, sd_c)]
    assert [offset_c for _, offset_c, _ in made.offsets] == pytest.approx([0.3, 0.2])


def test_the_status_is_that_of_the_one_with_a_fault_else_of_the_first() -> None:
    offset = OffsetFilter(0.01, creeping=False)
    first, second = Told(spot=spot(20, 30), offset=offset), Told(spot=spot(70, 60))
    made = of(first, second)
    assert made.status == ReferenceStatus(
        found=True,
        x=20,
        y=30,
        apparent_c=36.25,
        offset_c=0.0,
        offset_uncertainty_c=offset.uncertainty_c,
    )
    second.reason = Reason.REFERENCE_HIDDEN
    assert made.status == ReferenceStatus(found=False, x=70, y=60, apparent_c=36.25)
    second.spot = None
    assert made.status == ReferenceStatus(found=False)
    assert of().status == ReferenceStatus()


def test_before_the_first_frame_no_scale_is_certain() -> None:
    made = References(Settings(references=PAIR), 0.03, NonUniformity(Uniformity(), 120, 160))
    assert made.in_question
    assert not made.corrected
