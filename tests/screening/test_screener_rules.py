"""Each rule of the screener by itself: what it asks of its parts, and what it does with answers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pytest

from device.frame import FfcState, RadiometricFrame
from screening.faces.detection import Detection
from screening.faces.furniture import Nature
from screening.measuring import footprint
from screening.measuring.estimate import Sample
from screening.measuring.measure import mm_per_px
from screening.measuring.quality import Judgement
from screening.result import Box, Face, Reason, State, Verdict, Visitor
from screening.screener import (
    ALONE_RATIO,
    BODY_GAP_S,
    BODY_M,
    FFC_DUE_S,
    FFC_LATEST_S,
    FFC_OVERDUE_S,
    STARTING_S,
    UNSEEN_S,
    Screener,
    _face,
)
from screening.settings import Limits, Reference, Scene, Settings, Uniformity
from screening.visitors.tracking import Sighting, Track
from screening.visitors.visitor import VisitorRecord
from tests.narrow import some
from tests.screening.pictures import Wall, detection, face, frame
from tests.screening.test_screener import FRAME_S, SETTINGS, Painted
from tests.screening.visitors.test_deciding import READING

FFC = FfcState.IN_PROGRESS


def screener(settings: Settings = SETTINGS, **told: Any) -> Screener:
    return Screener(120, 160, told.pop("hfov_deg", 44.3), 0.03, settings, **told)


def put(made: Screener, **parts: object) -> None:
    """Put stand-ins in the place of a screener's parts."""
    for name, part in parts.items():
        setattr(made, f"_{name}", part)


@dataclass
class Noted:
    """Stands for any part: says what it is given, and notes what it is asked."""

    says: dict[str, Any] = field(default_factory=dict)
    done: list[tuple[Any, ...]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        if name not in self.says:
            raise AttributeError(name)
        answer = self.says[name]

        def said(*told: Any, **named: Any) -> Any:
            self.done.append((name, *told, *named.values()))
            return answer(*told, **named) if callable(answer) else answer

        return said


@dataclass
class Record:
    """Stands for the record of a visitor."""

    id: int | None = 1
    mm_per_px: float | None = 1.0
    verdict: Verdict | None = None
    approaching: bool = False
    distance_m: float | None = 0.7
    report_: Visitor | None = None
    hindered: list[tuple[Reason, ...]] = field(default_factory=list)
    added: list[tuple[Any, ...]] = field(default_factory=list)
    again: int = 0

    def hinder(self, reasons: tuple[Reason, ...]) -> None:
        self.hindered.append(reasons)

    def add(self, *told: Any) -> None:
        self.added.append(told)

    def conclude(self, *told: Any) -> None:
        self.added.append(told)

    def begin_again(self) -> None:
        self.again += 1

    def final_report(self) -> Visitor:
        return some(self.report_)


def track(number: int = 1, *, hits: int = 5, seen: Detection | None = None) -> Track:
    made = Track(number, 55.0, 70.0, 40.0, 1.0, 1.0, Sighting(55.0, 70.0, 40.0), hits=hits)
    made.detection = seen or detection(55, 70, 40)
    return made


def records(made: Screener, *some_records: Record) -> None:
    put(made, records=dict(enumerate(some_records, 1)))


# ---- made and told anew


def test_a_pixel_is_as_wide_as_the_lens_says() -> None:
    made = screener(replace(SETTINGS, scene=Scene(distance_m=0.7)), hfov_deg=90.0)
    assert made.mm_per_px == pytest.approx(700.0 * 2.0 / 120.0)
    unknown = screener(hfov_deg=None)
    assert unknown.mm_per_px is None
    assert unknown._unseen(frame(Wall().paint(), 1.0), seen=False) is False  # nobody is so wide


@pytest.mark.parametrize(("side", "watched"), [(79, False), (80, True)])
def test_a_sensor_of_fewer_than_eighty_pixels_is_not_watched(side: int, watched: bool) -> None:
    for size in ((side, 200), (200, side)):
        made = Screener(*size, 44.3, 0.03, SETTINGS)
        assert (made._freshness is not None) == watched
        shown = made.step(frame(Wall(*size).paint(), 1.0))
        assert (shown.reasons == (Reason.TOO_FEW_PIXELS,)) is not watched


@pytest.mark.parametrize("walks", [False, True])
def test_noise_is_judged_as_the_driver_says(walks: bool) -> None:
    assert some(screener(noise_walks=walks)._freshness)._noise._walks is walks
    assert not some(screener()._freshness)._noise._walks


@pytest.mark.parametrize(
    ("changed", "known", "counted"),
    [
        ({}, True, True),
        ({"decision": replace(SETTINGS.decision, threshold_c=37.0)}, True, True),
        ({"references": (Reference(temp_c=37.0),)}, False, False),
        ({"scene": Scene(distance_m=2.0)}, False, True),
        ({"limits": Limits(warm_up_s=3.0)}, False, True),
        ({"uniformity": Uniformity(x_c=0.5)}, False, True),
    ],
    ids=["nothing", "threshold", "references", "scene", "limits", "uniformity"],
)
def test_new_settings_begin_anew_only_what_rests_on_them(
    changed: dict[str, Any], known: bool, counted: bool
) -> None:
    made = screener()
    references, population, correction = made._references, made._population, made._correction
    record = Record()
    records(made, record)
    settings = replace(SETTINGS, **changed)
    made.configure(settings)
    assert (made._references is references) == known
    assert (made._population is population) == counted
    assert made._correction is not correction
    assert made._settings is settings
    assert record.again == 1
    uniformity = changed.get("uniformity", Uniformity())
    assert made._non_uniformity.coefficients == uniformity
    assert screener(settings)._non_uniformity.coefficients == uniformity
    assert (made._non_uniformity.width, made._non_uniformity.height) == (120, 160)


# ---- a frame that is not used


@pytest.mark.parametrize("reason", [Reason.PICTURE_STILL, Reason.IMPOSSIBLE_VALUES, Reason.NO_FFC])
def test_of_a_frame_that_is_not_fresh_nothing_is_used(reason: Reason) -> None:
    film = Painted()
    film.show(frames=9)
    film.show((55, 70, 40, 36.0), frames=12)
    made = film.screener
    made._body_since_s = made._body_s = 1.0
    put(made, freshness=Noted({"step": reason}))
    shown = film.show((55, 70, 40, 36.0))
    assert (shown.state, shown.reasons) == (State.NOT_SCREENING, (reason,))
    assert shown.sequence == 22
    assert shown.time_s == pytest.approx(21 * FRAME_S)
    assert [v.verdict for v in shown.departed] == [Verdict.CLEAR]
    assert (shown.visitors, shown.faces) == ((), ())
    assert shown.ffc_advised is (reason is Reason.NO_FFC)
    assert (made._tracker.tracks, made._records, made._faces_before) == ([], {}, [])
    lost = reason is Reason.IMPOSSIBLE_VALUES
    assert (made._first_s is None) == lost
    assert (made._body_since_s is None) == lost
    assert (made._body_s == -math.inf) == lost
    assert made._references._trackers[0]._lost_time == lost


def test_who_was_not_measured_before_is_told_why() -> None:
    film = Painted()
    film.show(frames=9)
    put(film.screener, surveyor=Noted({"read": None}))
    film.show((55, 70, 40, 36.0), frames=5)
    put(film.screener, freshness=Noted({"step": Reason.PICTURE_STILL}))
    (told,) = film.show().departed
    assert told.reasons == (Reason.CUT_OFF, Reason.PICTURE_STILL)


def test_after_a_cut_everybody_is_measured_anew() -> None:
    film, record = Painted(), Record()
    film.show(frames=2)
    records(film.screener, record)
    freshness = Noted({"step": None})
    put(film.screener, freshness=freshness)
    for cut in (False, True):
        vars(freshness)["cut"] = cut
        assert film.screener._read(frame(film.wall.paint(), 5.0)) is None
        assert record.again == cut


def test_a_picture_of_bad_pixels_is_not_used() -> None:
    film = Painted()
    film.show(frames=2)
    put(film.screener, bad_pixels=Noted({"mend": True}))
    assert film.show().reasons == (Reason.BAD_PIXELS,)


def test_counts_become_temperatures() -> None:
    made = screener()
    picture = Wall(noise_k=0.5).paint()
    assert made._read(frame(picture, 3.0)) is None
    assert np.abs(made._celsius - picture).max() < 0.8  # bad pixels are mended
    assert np.median(np.abs(made._celsius - picture)) < 0.006
    assert (made._first_s, made._last_s) == (3.0, 3.0)
    made._read(frame(Wall(noise_k=0.6).paint(), 4.0, sequence=1))
    assert (made._first_s, made._last_s) == (3.0, 4.0)


# ---- why the station does not screen


@pytest.mark.parametrize(
    ("why_not", "running_s", "changed", "fault"),
    [
        (None, 50.0, {}, None),
        (Reason.REFERENCE_HIDDEN, 1.0, {}, (State.NOT_SCREENING, Reason.REFERENCE_HIDDEN)),
        (Reason.REFERENCE_MISSING, STARTING_S - 0.1, {}, (State.STARTING, None)),
        (Reason.REFERENCE_MISSING, STARTING_S, {}, (State.NOT_SCREENING, None)),
        (None, 1.0, {"proven": False}, (State.NOT_SCREENING, Reason.NOT_RADIOMETRIC)),
        (None, 1.0, {"proven": False, "warm_up_s": 9.0}, (State.NOT_SCREENING, None)),
        (None, 8.9, {"warm_up_s": 9.0}, (State.WARMING_UP, Reason.WARMING_UP)),
        (Reason.FFC, 8.9, {"warm_up_s": 9.0}, (State.WARMING_UP, Reason.WARMING_UP)),
        (None, 9.0, {"warm_up_s": 9.0}, None),
        (None, 50.0, {"settling": True}, (State.NOT_SCREENING, Reason.SETTLING)),
        (Reason.FFC, 50.0, {"settling": True}, (State.NOT_SCREENING, Reason.FFC)),
        # the room, to its limits
        (None, 50.0, {"ambient": 18.0, "humidity": 0.1}, None),
        (None, 50.0, {"ambient": 27.0, "humidity": 0.75}, None),
        (None, 50.0, {"ambient": 17.9}, (State.NOT_SCREENING, Reason.AMBIENT_OUT_OF_LIMITS)),
        (Reason.FFC, 1.0, {"ambient": 27.1}, (State.NOT_SCREENING, Reason.AMBIENT_OUT_OF_LIMITS)),
        (None, 50.0, {"humidity": 0.09}, (State.NOT_SCREENING, Reason.HUMIDITY_OUT_OF_LIMITS)),
        (None, 50.0, {"humidity": 0.76}, (State.NOT_SCREENING, Reason.HUMIDITY_OUT_OF_LIMITS)),
    ],
)
def test_the_gravest_reason_is_the_one_that_is_said(
    why_not: Reason | None,
    running_s: float,
    changed: dict[str, Any],
    fault: tuple[State, Reason | None] | None,
) -> None:
    scene = Scene(
        ambient_temp_c=changed.get("ambient", 22.0),
        relative_humidity=changed.get("humidity", 0.5),
    )
    limits = Limits(warm_up_s=changed.get("warm_up_s", 0.0))
    made = screener(replace(SETTINGS, scene=scene, limits=limits))
    made._first_s = 100.0
    some(made._freshness).settling = changed.get("settling", False)
    shot = frame(
        np.zeros((160, 120), np.float32),
        100.0 + running_s,
        tlinear=changed.get("proven", True),
    )
    said = made._fault(why_not, shot)
    if fault is None:
        assert said is None
        return
    state, reason = fault
    if reason is None:
        reason = why_not or Reason.NOT_RADIOMETRIC
    assert said == (state, (reason,))


def test_a_shutter_is_neither_scene_nor_furniture() -> None:
    film = Painted()
    film.show(frames=9)
    made = film.screener
    witness = Noted({"step": 0.25})
    looked = Noted({"look": None, "learn": None, "body": False, "nature": Nature.SOMEBODY})
    put(made, witness=witness, furniture=looked)
    film.show(ffc=FFC, ffc_age_s=0.0)
    assert witness.done == looked.done == []
    film.show(ffc_age_s=0.0)
    assert [name for name, *_ in witness.done] == ["step"]
    assert [name for name, *_ in looked.done] == ["look", "body", "learn"]
    _, celsius, level_c, time_s = looked.done[0]
    assert celsius is made._celsius
    assert (level_c, time_s) == (0.25, 11 * FRAME_S)
    # after a correction everything but people is learnt at once
    assert looked.done[2] == ("learn", [], True)
    film.show(ffc_age_s=FRAME_S)
    assert looked.done[-1] == ("learn", [], False)


def test_a_face_that_is_seen_while_the_shutter_is_closed_is_none() -> None:
    film = Painted()
    film.show(frames=9)
    film.found = [detection(55, 70, 40)]
    shown = film.show((55, 70, 40, 36.0), ffc=FFC, ffc_age_s=0.0)
    assert shown.faces == ()
    assert film.screener._faces_before == []


def test_faces_are_looked_for_beside_the_reference_and_before_the_furniture() -> None:
    made = screener()
    boxes: list[Box] = [(float(n), 0.0, 9.0, 9.0) for n in range(3)]
    found = [Detection(box, 0.9, np.zeros((5, 2), np.float32), 0.9) for box in boxes]
    natures = dict(zip(boxes, Nature, strict=True))
    detector = Noted({"detect": found})
    plausible = Noted({"faces": lambda _, kept, __: kept})
    references: Any = Noted()
    references.masks, references.offsets = [(1.0, 2.0, 3.0, 4.0)], []
    put(
        made,
        detector=detector,
        plausibility=plausible,
        furniture=Noted({"nature": natures.__getitem__}),
        references=references,
    )
    celsius = np.zeros((160, 120), np.float32)
    assert [f.box for f in made._faces(celsius)] == boxes[1:]
    assert detector.done == [("detect", celsius, references.masks)]
    assert plausible.done == [("faces", celsius, found, None)]
    references.offsets = [(0, 0.5, 0.01), (1, 0.7, 0.01)]
    made._faces(celsius)
    assert plausible.done[1][3] == 0.5


# ---- who is there


@pytest.mark.parametrize(
    ("moments", "unseen"),
    [
        # time, somebody's body, a face
        ([(1.0, True, False), (1.0 + UNSEEN_S, True, False)], True),
        ([(1.0, True, False), (0.9 + UNSEEN_S, True, False)], False),
        ([(1.0, False, False), (1.0 + UNSEEN_S, True, False)], False),
        # standing still for no longer than a second
        ([(1.0, True, False), (3.0, True, False), (4.0, False, False)], True),
        ([(1.0, True, False), (3.0, True, False), (4.1, False, False)], False),
        ([(1.0, True, False), (3.0, False, False), (3.6, True, False)], False),
        # a face is somebody seen
        ([(1.0, True, False), (3.0, True, True), (3.6, True, False)], False),
        ([(1.0, True, True), (3.6, True, True)], False),
    ],
)
def test_who_stands_there_without_a_face_for_long_is_unseen(
    moments: list[tuple[float, bool, bool]], unseen: bool
) -> None:
    assert (UNSEEN_S, BODY_GAP_S) == (2.5, 1.0)
    made = screener(hfov_deg=90.0)
    for time_s, body, seen in moments:
        furniture = Noted({"body": body})
        put(made, furniture=furniture)
        said = made._unseen(frame(np.zeros((160, 120), np.float32), time_s), seen=seen)
        # as wide as a body at the end of the zone
        width_px = BODY_M / (1.5 * 2.0 / 120.0)
        assert furniture.done == ([] if seen else [("body", pytest.approx(width_px))])
    assert said is unseen


def test_a_shutter_is_nobody() -> None:
    made = screener()
    put(made, furniture=Noted({"body": True}))
    shot = frame(np.zeros((160, 120), np.float32), 1.0)
    made._unseen(shot, seen=False)
    assert made._body_since_s == 1.0
    made._unseen(replace(shot, time_s=1.5, ffc=FFC), seen=False)
    assert (made._body_since_s, made._body_s) == (1.0, 1.0)
    made._unseen(replace(shot, time_s=2.5, ffc=FFC), seen=False)
    assert made._body_since_s is None


def test_visitors_are_numbered_one_after_the_other() -> None:
    film = Painted()
    film.show(frames=9)
    shown = film.show((30, 70, 36, 36.0), (75, 72, 36, 36.0), frames=9)
    assert sorted(v.id for v in shown.visitors) == [1, 2]
    assert {face.track for face in shown.faces} == {1, 2}


def test_the_nearest_is_first_and_who_is_no_visitor_is_not_there() -> None:
    made = screener()
    far, near, unknown = Record(mm_per_px=2.0), Record(mm_per_px=1.0), Record(mm_per_px=None)
    records(made, far, Record(id=None, mm_per_px=0.5), near, unknown)
    seen = [track(number) for number in (1, 2, 3, 4)]
    present: Sequence[object] = made._present(seen)
    assert present == [unknown, near, far]
    alone: Sequence[object] = made._present(seen[:2])
    assert alone == [far]


def test_who_stops_before_the_zone_is_a_confirmed_face() -> None:
    made = screener()
    first, second, third = Record(approaching=True), Record(), Record(approaching=True)
    records(made, first, second, third)
    asked: Sequence[object] = made._approaching([track(1), track(2), track(3, hits=2)])
    assert asked == [first]


@pytest.mark.parametrize(("hits", "number"), [(2, None), (3, 7)])
def test_a_face_in_a_frame_has_the_number_of_its_track_once_that_is_confirmed(
    hits: int, number: int | None
) -> None:
    shown = track(7, hits=hits)
    assert _face(shown) == Face(some(shown.detection).box, 0.9, number)


@pytest.mark.parametrize("nature", list(Nature))
@pytest.mark.parametrize("stirs", [False, True])
def test_a_record_is_told_what_the_map_of_the_furniture_says(nature: Nature, stirs: bool) -> None:
    made = screener()
    put(made, furniture=Noted({"nature": nature, "stirs": stirs}))
    shot = frame(np.zeros((160, 120), np.float32), 1.0, sequence=17)
    made._note(track(), shot)
    record = made._records[1]
    assert (record._somebody, record._stirred) == (nature is Nature.SOMEBODY, stirs)
    assert (record.first_frame, record.last_frame) == (17, 17)
    assert record.distance_m == pytest.approx(
        mm_per_px(detection(55, 70, 40)) / (1000.0 * some(made._radians_per_px))
    )


@pytest.mark.parametrize(
    ("hits", "in_zone", "next_id"), [(3, True, 2), (2, True, 1), (3, False, 1)]
)
def test_only_a_confirmed_face_that_came_is_a_visitor(
    hits: int, in_zone: bool, next_id: int
) -> None:
    made = screener()
    put(made, furniture=Noted({"nature": Nature.SOMEBODY, "stirs": True}))
    for number in range(5 if in_zone else 1):
        made._note(track(hits=hits), frame(np.zeros((160, 120), np.float32), 1.0, sequence=number))
    assert made._next_id == next_id


# ---- measured


def measured(
    monkeypatch: pytest.MonkeyPatch,
    record: Record,
    *others: Record,
    judgement: Judgement | None = None,
    reads: bool = True,
    settings: Settings = SETTINGS,
    look: Callable[[tuple[Any, ...]], None] = lambda _: None,
) -> Screener:
    """Measure one visitor in one frame, with others there."""
    made = screener(settings)
    records(made, record, *others)
    surveyor = Noted({"read": READING if reads else None})
    put(made, surveyor=surveyor)
    verdict = judgement or Judgement((), (), 0.9, 2.0)

    def judged(*told: Any, **named: Any) -> Judgement:
        look((*told, named))
        return verdict

    monkeypatch.setattr("screening.screener.judge", judged)
    present = sorted([record, *others], key=lambda one: one.mm_per_px or 0.0)
    made._screen([track()], np.zeros((160, 120), np.float32), cast("Any", present))
    if surveyor.done:
        ((_, _, seen, size, site, masks, asked),) = surveyor.done
        assert (seen, size) == (track().detection, record.mm_per_px) or size == record.mm_per_px
        assert site is settings.decision.site
        assert masks is made._references.masks
        assert asked == made._furniture.stands_in
    return made


def test_a_reading_becomes_a_sample_with_what_is_known_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = Record(mm_per_px=1.4)
    told: list[tuple[Any, ...]] = []
    uneven = replace(SETTINGS, uniformity=Uniformity(x_c=0.5, y_c=0.25))
    made = measured(monkeypatch, record, settings=uneven, look=told.append)
    (added, concluded) = record.added
    reading, judgement, sample, time_s = added
    assert (reading, time_s) == (READING, 1.0)
    uneven_c = made._non_uniformity.at(READING.x, READING.y)
    assert uneven_c != 0.0
    height_c, height_sd_c = footprint.height(1.4, some(READING.relief_c), 0.015)
    assert sample == Sample(
        quality=0.9,
        raw_c=READING.apparent_c,
        corrected_c=made._correction.skin_c(READING.apparent_c - uneven_c),
        footprint_c=footprint.correction(1.4, 2.0, height_c),
        sd_c=0.035,
        mm_per_px=1.4,
        blur_px=2.0,
        time_s=1.0,
        height_sd_c=height_sd_c,
    )
    assert judgement.quality == 0.9
    assert concluded == (made._correction, uneven, made._population)
    ((seen, read, named),) = told
    assert seen.box == detection(55, 70, 40).box
    assert read is READING
    assert named == {
        "frame": (120, 160),
        "speed_px_s": 0.0,
        "leaving": True,
        "distance_m": 0.7,
        "zone_m": SETTINGS.limits.zone_m,
    } | {"leaving": named["leaving"]}


@pytest.mark.parametrize(
    ("record", "others", "told", "hindered"),
    [
        (Record(), (), {"reads": False}, [(Reason.CUT_OFF,)]),
        (
            Record(),
            (),
            {"judgement": Judgement((Reason.BLURRED,), (), 0.1, 0.0)},
            [(Reason.BLURRED,)],
        ),
        # the next one stands by so much farther away
        (Record(mm_per_px=1.0), (Record(mm_per_px=ALONE_RATIO),), {}, [(Reason.SEVERAL_PEOPLE,)]),
        (Record(mm_per_px=1.5), (Record(mm_per_px=1.0),), {}, [(Reason.SEVERAL_PEOPLE,)]),
        (
            Record(mm_per_px=1.0),
            (Record(mm_per_px=1.4), Record(mm_per_px=1.2)),
            {},
            [(Reason.SEVERAL_PEOPLE,)],
        ),
    ],
)
def test_who_cannot_be_measured_is_told_why(
    monkeypatch: pytest.MonkeyPatch,
    record: Record,
    others: tuple[Record, ...],
    told: dict[str, Any],
    hindered: list[tuple[Reason, ...]],
) -> None:
    measured(monkeypatch, record, *others, **told)
    assert record.hindered == hindered
    assert record.added == []


def test_who_may_yet_turn_out_to_have_come_is_read_and_told_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = Record(id=None)
    measured(monkeypatch, record)
    ((reading, _, _, _),) = record.added  # nothing is concluded from it
    assert reading is READING
    hindered = Record(id=None)
    measured(monkeypatch, hindered, reads=False)
    assert (hindered.added, hindered.hindered) == ([], [])


@pytest.mark.parametrize(("id_", "reads"), [(None, [0, 1]), (1, [2, 1])])
def test_who_is_no_visitor_yet_is_read_only_before_all_other_faces(
    monkeypatch: pytest.MonkeyPatch, id_: int | None, reads: list[int]
) -> None:
    """Another face in front, that is no visitor either, is in no visitor's way."""
    made, behind, before = screener(), Record(id=id_, mm_per_px=2.0), Record(id=None)
    records(made, behind, before)
    put(made, surveyor=Noted({"read": READING}))
    monkeypatch.setattr("screening.screener.judge", lambda *_, **__: Judgement((), (), 0.9, 0.0))
    present = cast("Any", [behind] if id_ else [])
    made._screen([track(1), track(2)], np.zeros((160, 120), np.float32), present)
    assert [len(behind.added), len(before.added)] == reads


def test_the_nearest_of_several_is_measured_when_the_next_is_far_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near, far = Record(mm_per_px=1.0), Record(mm_per_px=ALONE_RATIO + 0.01)
    measured(monkeypatch, near, far)
    assert len(near.added) == 2
    assert near.hindered == far.hindered == []


def test_in_question_nobody_is_measured_and_the_last_readings_are_taken_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unsaid: list[tuple[Any, ...]] = []
    monkeypatch.setattr(VisitorRecord, "unsay_since", lambda _, *told: unsaid.append(told))
    film = Painted()
    film.show(frames=9)
    assert film.show((55, 70, 40, 36.0), frames=8).visitors[0].frame_c is not None
    made = film.screener
    unsaid.clear()
    for _ in range(3):  # the reference is gone
        film.number += 1
        picture = film.wall.paint(face(55, 70, 40, 36.0, 34.0))
        shot = frame(picture, film.number * FRAME_S, sequence=film.number)
        shown = made.step(shot)
        assert shown.visitors[0].frame_c is None
    since_s = pytest.approx(18 * FRAME_S - 0.5)
    assert unsaid == [(since_s, made._correction, made._settings, made._population)]  # once


# ---- the last word


@pytest.mark.parametrize(
    ("verdict", "skin_c", "counted"),
    [
        (Verdict.CLEAR, 36.1, True),
        (Verdict.RECHECK, 36.1, True),
        (Verdict.ELEVATED, 38.1, False),
        (Verdict.NO_RESULT, 36.1, False),
        (Verdict.CLEAR, None, False),
    ],
)
def test_whoever_raised_no_alarm_counts_for_what_is_usual(
    verdict: Verdict, skin_c: float | None, counted: bool
) -> None:
    made = screener(replace(SETTINGS, scene=Scene(ambient_temp_c=20.0)))
    report = Visitor(1, 1, 2, (0.0, 0.0, 1.0, 1.0), verdict, skin_temp_c=skin_c)
    records(made, Record(report_=report))
    population = Noted({"add": None})
    put(made, population=population)
    assert made._close(1) is report
    assert population.done == ([("add", skin_c, 20.0)] if counted else [])
    assert made._records == {}
    assert made._close(1) is None
    records(made, Record(id=None))
    assert made._close(1) is None


def test_at_the_end_everybody_has_a_last_word_in_turn() -> None:
    made = screener()
    said = [Visitor(n, 1, 2, (0.0, 0.0, 1.0, 1.0), Verdict.NO_RESULT) for n in (3, 1, 2)]
    put(made, records={n: Record(report_=v) for n, v in zip((3, 1, 2), said, strict=True)})
    made._records[9] = cast("Any", Record(id=None))
    assert [v.id for v in made.finish()] == [1, 2, 3]
    assert made._records == {}


@pytest.mark.parametrize("level_c", [0.0, 0.4])
def test_a_surface_is_read_only_on_a_certain_scale(level_c: float) -> None:
    made = screener(replace(SETTINGS, uniformity=Uniformity(x_c=level_c)))
    references: Any = Noted()
    references.in_question = True
    put(made, references=references)
    assert made.surface_c(36.0, (119.0, 80.0), 0.95) is None
    references.in_question = False
    expected_c = made._correction.surface_c(36.0 - level_c, 0.95)
    assert made.surface_c(36.0, (119.0, 80.0), 0.95) == pytest.approx(expected_c)


# ---- when an FFC is advised


@pytest.mark.parametrize(
    ("age_s", "there", "told", "advised"),
    [
        (FFC_DUE_S, (), {}, False),
        (FFC_DUE_S + 1.0, (), {}, True),
        (0.0, (), {"ffc_desired": True}, True),
        (FFC_DUE_S + 1.0, (), {"ffc": FFC}, False),
        (None, (), {}, False),
        (None, (), {"ffc_desired": True}, True),
        # somebody is there, with a face or without
        (FFC_OVERDUE_S, (Verdict.CLEAR,), {}, False),
        (FFC_OVERDUE_S, "a body", {}, False),
        (FFC_OVERDUE_S + 1.0, "a body", {}, True),
        (FFC_OVERDUE_S + 1.0, (Verdict.CLEAR,), {}, True),
        (FFC_OVERDUE_S + 1.0, (Verdict.CLEAR, None), {}, False),
        (FFC_LATEST_S, (None,), {}, False),
        (FFC_LATEST_S + 1.0, (None,), {}, True),
        (0.0, (Verdict.CLEAR,), {"ffc_desired": True}, False),
    ],
)
def test_an_ffc_waits_for_people_and_not_for_ever(
    age_s: float | None, there: Any, told: dict[str, Any], advised: bool
) -> None:
    made = screener()
    present: list[Any] = []
    if there == "a body":
        made._body_since_s = 1.0
    else:
        present = [Record(verdict=verdict) for verdict in there]
        made._tracker.tracks = [track(number) for number, _ in enumerate(present)]
    shot: RadiometricFrame = replace(frame(Wall().paint(), 1.0), ffc_age_s=age_s, **told)
    assert made._ffc_advised(shot, present) is advised
