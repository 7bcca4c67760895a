"""The whole of screening on painted and simulated frames: states, determinism, memory."""

import gc
import tracemalloc
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest

from device.frame import FfcState
from device.simulator.sensor import open_simulated
from screening.faces.detection import Detection
from screening.faces.detector import FaceDetector
from screening.measuring import footprint
from screening.result import Reason, ScreeningResult, State, Verdict
from screening.screener import FFC_LATEST_S, FFC_OVERDUE_S, Screener
from screening.settings import Decision, Reference, Scene, Settings
from tests.narrow import some
from tests.screening.pictures import Wall, block, detection, disc, face, frame
from tests.screening.visitors.test_deciding import READING

SETTINGS = Settings(references=(Reference(temp_c=36.0),))
REFERENCE = disc(104, 120, 6, 35.6)
FRAME_S = 1 / 9


class Painted:
    """A screener before a painted wall, with a detector that sees what was painted."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.wall = Wall()
        self.screener = Screener(120, 160, 44.3, 0.03, settings)
        self.found: list[Detection] = []
        self.yaw_deg: float | None = None
        self.screener._detector = cast("FaceDetector", self)
        self.number = 0

    def detect(self, *_: object) -> list[Detection]:
        return [replace(found, yaw_deg=self.yaw_deg) for found in self.found]

    def show(
        self,
        *people: tuple[float, float, float, float],
        frames: int = 1,
        offset_c: float = 0.0,
        **told: Any,
    ) -> ScreeningResult:
        """Show people, each a tuple of x, y, width and canthus temperature."""
        self.found = [detection(x, y, w) for x, y, w, _ in people]
        for _ in range(frames):
            drawn = [face(x, y, w, t, t - 2.0) for x, y, w, t in people]
            picture = self.wall.paint(REFERENCE, *drawn, offset_c=offset_c)
            self.number += 1
            result = self.screener.step(
                frame(picture, self.number * FRAME_S, sequence=self.number, **told)
            )
        return result


def test_a_visitor_comes_is_cleared_and_leaves_with_one_last_word() -> None:
    film = Painted()
    assert film.show(frames=12).state is State.READY
    result = film.show((55, 70, 40, 36.0), frames=20)
    assert result.state is State.CLEAR
    assert [v.verdict for v in result.visitors] == [Verdict.CLEAR]
    departed = [v for _ in range(20) for v in film.show().departed]
    assert [(v.id, v.verdict) for v in departed] == [(1, Verdict.CLEAR)]
    assert film.show(frames=5).state is State.READY


@pytest.mark.parametrize("offset_c", [-2.0, 0.0, 1.5])
def test_fever_is_seen_whatever_the_sensors_error(offset_c: float) -> None:
    film = Painted()
    film.show(frames=9, offset_c=offset_c)
    result = film.show((55, 70, 40, 39.0), frames=20, offset_c=offset_c)
    assert result.state is State.ELEVATED
    assert result.visitors[0].raw_c == pytest.approx(38.2 + offset_c, abs=0.6)


def test_the_values_before_and_after_each_correction_are_told_apart() -> None:
    film = Painted()
    film.show(frames=9, offset_c=-1.0)
    visitor = film.show((55, 70, 40, 36.0), frames=20, offset_c=-1.0).visitors[0]
    assert visitor.raw_c is not None
    assert visitor.raw_c + 0.9 < some(visitor.reference_corrected_c) < some(visitor.skin_temp_c)


def test_two_people_side_by_side_are_asked_to_come_one_at_a_time() -> None:
    film = Painted()
    film.show(frames=9)
    result = film.show((30, 70, 36, 36.0), (75, 72, 36, 36.0), frames=12)
    assert result.state is State.ONE_AT_A_TIME
    assert all(v.skin_temp_c is None for v in result.visitors)


def test_somebody_in_the_background_disturbs_nobody() -> None:
    film = Painted()
    film.show(frames=9)
    result = film.show((55, 80, 44, 36.0), (95, 40, 13, 35.0), frames=15)
    assert result.state is State.CLEAR
    assert [v.id for v in result.visitors] == [1]


@pytest.mark.parametrize(("yaw_deg", "visitors"), [(55.0, []), (10.0, [1]), (None, [1])])
def test_a_profile_that_passes_through_the_zone_is_no_visitor(
    yaw_deg: float | None, visitors: list[int]
) -> None:
    film = Painted()
    film.show(frames=9)
    film.yaw_deg = yaw_deg
    for x in range(25, 80, 7):  # more than a face and a half per second
        result = film.show((x, 70, 36, 36.0))
    assert [v.id for v in result.visitors] == visitors


def test_who_stops_before_the_zone_is_asked_to_come_closer() -> None:
    film = Painted()
    film.show(frames=9)
    assert film.show((55, 70, 12, 36.0), frames=15).state is State.COME_CLOSER
    film.show((55, 70, 12, 36.0), frames=15)
    last = [v for _ in range(20) for v in film.show().departed]
    assert [(v.verdict, v.reasons) for v in last] == [(Verdict.NO_RESULT, (Reason.TOO_FAR,))]


def test_during_and_after_a_correction_nobody_is_measured() -> None:
    film = Painted()
    film.show(frames=9)
    during = film.show((55, 70, 40, 36.0), frames=3, ffc=FfcState.IN_PROGRESS, ffc_age_s=0.0)
    assert (during.state, during.reasons) == (State.NOT_SCREENING, (Reason.FFC,))
    for n in range(80):
        age_s = n * FRAME_S
        result = film.show((55, 70, 40, 36.0), ffc_age_s=age_s)
        if age_s < SETTINGS.limits.ffc_settle_s:
            assert result.reasons == (Reason.SETTLING,)
            assert all(v.skin_temp_c is None for v in result.visitors)
    for n in range(80, 140):
        result = film.show((55, 70, 40, 36.0), ffc_age_s=n * FRAME_S)
    assert result.state is State.CLEAR


def test_no_reference_no_verdict() -> None:
    film = Painted()
    film.found = [detection(55, 70, 40)]
    for n in range(60):
        picture = film.wall.paint(face(55, 70, 40))
        result = film.screener.step(frame(picture, n * FRAME_S, sequence=n))
    assert (result.state, result.reasons) == (State.NOT_SCREENING, (Reason.REFERENCE_MISSING,))
    assert all(v.verdict is Verdict.NO_RESULT for v in film.screener.finish())


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        (Scene(ambient_temp_c=33.0), Reason.AMBIENT_OUT_OF_LIMITS),
        (Scene(relative_humidity=0.9), Reason.HUMIDITY_OUT_OF_LIMITS),
    ],
)
def test_outside_its_limits_the_station_does_not_screen(scene: Scene, reason: Reason) -> None:
    film = Painted(replace(SETTINGS, scene=scene))
    film.show(frames=9)
    result = film.show((55, 70, 40, 36.0), frames=20)
    assert (result.state, result.reasons) == (State.NOT_SCREENING, (reason,))
    (visitor,) = film.screener.finish()
    assert (visitor.verdict, visitor.reasons) == (Verdict.NO_RESULT, (reason,))


def test_a_camera_that_is_not_warm_yet_does_not_screen() -> None:
    limits = replace(SETTINGS.limits, warm_up_s=60.0)
    film = Painted(replace(SETTINGS, limits=limits))
    assert film.show(frames=20).state is State.WARMING_UP
    film.number = 600
    assert film.show(frames=5).state is State.READY


def test_counts_without_proof_are_not_measured() -> None:
    film = Painted()
    result = film.show((55, 70, 40, 36.0), frames=12, tlinear=False)
    assert result.reasons == (Reason.NOT_RADIOMETRIC,)


def test_a_new_threshold_counts_from_the_next_frame_and_the_reference_stays() -> None:
    film = Painted()
    film.show(frames=9)
    assert film.show((55, 70, 40, 36.0), frames=20).state is State.CLEAR
    film.screener.configure(replace(SETTINGS, decision=Decision(threshold_c=34.0)))
    result = film.show((55, 70, 40, 36.0), frames=15)
    assert result.reference.found
    assert result.state is State.ELEVATED


def test_an_ffc_is_advised_only_while_nobody_is_there() -> None:
    film = Painted()
    assert film.show(frames=9).ffc_advised  # 300 s after the last
    assert not film.show((55, 70, 40, 36.0)).ffc_advised


@pytest.mark.parametrize(("after_s", "advised"), [(-20.0, False), (1.0, True)])
def test_an_ffc_that_can_wait_no_longer_comes_between_two_visitors(
    after_s: float, advised: bool
) -> None:
    film = Painted()
    film.number = round((FFC_OVERDUE_S + after_s - 300.0) / FRAME_S)  # 300 s old at the start
    film.show(frames=9)
    told = film.show((55, 70, 40, 36.0), frames=20)
    assert told.visitors[0].verdict is Verdict.CLEAR
    assert told.ffc_advised is advised
    begins = film.show((70, 70, 34, 36.0), (12, 70, 34, 36.0), frames=6)
    assert None in [one.verdict for one in begins.visitors]
    assert not begins.ffc_advised


def test_the_latest_ffc_waits_for_nobody() -> None:
    film = Painted()
    film.number = round((FFC_LATEST_S + 1.0 - 300.0) / FRAME_S)
    film.show(frames=9)
    begins = film.show((55, 70, 40, 36.0), frames=4)
    assert begins.ffc_advised


def simulated(scenario: str, frames: int) -> list[ScreeningResult]:
    with open_simulated(scenario, realtime=False, loop=False, seed=3) as sensor:
        info = sensor.info
        screener = Screener.of(info, Settings())
        results = []
        for number, shot in enumerate(sensor.frames()):
            results.append(screener.step(shot))
            if number == frames:
                break
        return results


def test_the_same_frames_give_the_same_words_byte_for_byte() -> None:
    first, second = (repr(simulated("lepton-one-healthy", 60)) for _ in range(2))
    assert first == second


def test_no_pixel_outlives_its_frame() -> None:
    film = Painted()
    film.show(frames=9)
    picture = film.wall.paint(REFERENCE, face(55, 70, 40))
    film.found = [detection(55, 70, 40)]
    shot = frame(picture, 100.0, sequence=100)
    film.screener.step(shot)
    before = gc.get_referrers(shot.counts)
    assert [r for r in before if r is not shot and not hasattr(r, "f_code")] == []


def test_a_long_run_allocates_no_picture_and_grows_by_nothing() -> None:
    film = Painted()
    film.found = [detection(56, 70, 40)]
    shots = [
        frame(film.wall.paint(REFERENCE, face(55 + n % 4, 70, 40, 36.0)), n * FRAME_S, sequence=n)
        for n in range(260)
    ]

    def step(n: int) -> None:
        assert film.screener.step(shots[n]).reasons != (Reason.PICTURE_STILL,)

    for n in range(60):
        step(n)
    picture_bytes = 120 * 160 * 4
    gc.collect()
    tracemalloc.start()
    try:
        held = tracemalloc.get_traced_memory()[0]
        peaks = []
        for n in range(60, 260):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            step(n)
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - held
    finally:
        tracemalloc.stop()
    assert np.median(peaks) < picture_bytes / 2
    assert grown < 20_000


def test_a_sensor_with_too_few_pixels_for_a_face_says_so_from_its_first_frame() -> None:
    screener = Screener(32, 32, 33.0, 0.1, SETTINGS)
    for number in range(1, 40):
        result = screener.step(frame(np.full((32, 32), 22.0), number * FRAME_S, sequence=number))
        assert result.state is State.NOT_SCREENING
        assert result.reasons == (Reason.TOO_FEW_PIXELS,)


def test_who_stands_in_the_zone_without_a_face_is_told_something() -> None:
    film = Painted()
    film.show(frames=9)
    film.found = []
    shown = []
    for n in range(40):
        body = block(25 + n // 9 % 2, 60, 60, 100, 29.0)  # a hood: warm, and it sways
        picture = film.wall.paint(REFERENCE, body)
        film.number += 1
        shot = frame(picture, film.number * FRAME_S, sequence=film.number)
        shown.append(film.screener.step(shot))
    assert (shown[-1].state, shown[-1].reasons) == (
        State.LOOK_AT_CAMERA,
        (Reason.TURNED_AWAY,),
    )
    assert all(r.state is State.READY for r in shown[:20])
    assert film.show(frames=20).state is State.READY


@pytest.mark.parametrize(
    ("width", "sways"), [(62, False), (22, True)], ids=["a warm thing", "somebody far back"]
)
def test_a_warm_thing_put_down_or_somebody_far_back_changes_nothing(
    width: int, sways: bool
) -> None:
    film = Painted()
    film.show(frames=9)
    film.found = []
    for n in range(60):
        there = block(20 + (n // 9 % 2 if sways else 0), 60, width, 100, 29.0)
        picture = film.wall.paint(there, REFERENCE)
        film.number += 1
        result = film.screener.step(frame(picture, film.number * FRAME_S, sequence=film.number))
    assert result.state is State.READY


def test_the_height_of_a_hot_spot_is_read_where_it_is_resolved() -> None:
    screener = Screener(120, 160, 44.3, 0.03, SETTINGS)
    shown = screener._height_c(READING, 1.0)
    assert shown == footprint.height(1.0, some(READING.relief_c), 0.015)
    assert screener._height_c(replace(READING, relief_c=None), 1.0) == (1.5, None)
    assert screener._height_c(replace(READING, hot_spot=False), 1.0) == (0.0, None)
