"""Cameras that lie, before the wizard: each fails the chapter of its fault, and no other.

All numbers come from frames of the simulated camera, through the screener, the worker's own
averages and the wizard's acts. A camera that is so noisy, or drifts so fast, that no number could
be trusted does not get so far: the station says so itself, and nothing is measured.
"""

from contextlib import closing
from pathlib import Path

import pytest

from device.simulator.scenario.schema import Camera
from screening.result import Reason
from service.acceptance.words import Chapter, Conformity, Finding, Place
from service.ipc.calibration import Need, Step
from tests.cases import few
from tests.narrow import some
from tests.service.supervisor.accepting.filmed import (
    LAPSE,
    LASTS_S,
    Filmed,
    film,
    left_alone,
    visitors,
)

pytestmark = pytest.mark.slow
GOOD = Camera()
# as much at the reference as in the middle, and another at the corners of the target plane
TILTED = Camera(fall_off_k=(0.85, -1.05, -0.2, -0.2, 0.0))
DRIFTING = Camera(narcissus_k_per_h=0.6)  # 0.3 deg C in the half hour of the series
SLOW = Camera(lag_s=2.5)
OF_FRAMES = (
    Chapter.WARM_UP,
    Chapter.STABILITY,
    Chapter.UNIFORMITY,
    Chapter.RESOLUTION,
    Chapter.ACCURACY,
    Chapter.ALARM,
)
Ends = dict[Chapter, tuple[Conformity, set[Finding]]]


def found(folder: Path, camera: Camera, lied_c: float = 0.0) -> Ends:
    """Return how the six chapters end that are measured in frames."""
    state = folder / "state"
    # whoever brings a source waits until its number stands still: longer for a slow camera
    lasts_s = LASTS_S + 8.0 * camera.lag_s
    bench = film(camera, lied_c=lied_c, lasts_s=lasts_s)
    with closing(Filmed(state, bench, lasts_s=lasts_s)) as station:
        station.type_in()
        station.sweep()
        station.uniformity()
        station.resolution()
        assert (Need.FAILED in station.needs(Step.SWEEP)) is (
            station.conformity(Chapter.ACCURACY) is Conformity.DOES_NOT_CONFORM
        )
    hurried = camera.model_copy(update={"time_lapse": LAPSE})
    with closing(Filmed(state, left_alone(hurried, lied_c=lied_c))) as station:
        station.run(4.0)
        station.long(Chapter.WARM_UP, 700.0)
        station.long(Chapter.STABILITY, 1900.0, at=station.at(Place.MIDDLE))
    with closing(Filmed(state, visitors(camera, lied_c=lied_c), rate_hz=9.0)) as station:
        station.alarms()
        verdicts = [station.calibration.verdict(one) for one in OF_FRAMES]
        return {one.chapter: (one.conformity, set(one.findings)) for one in verdicts}


def test_a_good_camera_fails_no_chapter(tmp_path: Path) -> None:
    ends = found(tmp_path, GOOD)
    assert {how for how, _ in ends.values()} == {Conformity.CONFORMS}, ends


VILLAINS = (
    # with three set points the slope is wrong; a sweep says by which lie
    ("normalises", Camera(fault="normalises"), 0.0, Chapter.ACCURACY, Finding.WRONG_SLOPE),
    ("clips", Camera(fault="clips"), 0.0, Chapter.ACCURACY, Finding.WRONG_SLOPE),
    ("non-uniform", TILTED, 0.0, Chapter.UNIFORMITY, Finding.NON_UNIFORM),
    ("a paper that is wrong by 1 deg C", GOOD, 1.0, Chapter.ACCURACY, Finding.OFFSET),
    (
        "wrong emissivity",
        Camera(fault="wrong_emissivity"),
        0.0,
        Chapter.ACCURACY,
        Finding.WRONG_SLOPE,
    ),
    ("drifts", DRIFTING, 0.0, Chapter.STABILITY, Finding.DRIFTS),
    ("slow", SLOW, 0.0, Chapter.ALARM, Finding.SLOW),
)


@pytest.mark.parametrize(
    ("camera", "lied_c", "chapter", "finding"),
    [pytest.param(*of, id=name) for name, *of in few(VILLAINS, 3)],
)
def test_a_fault_fails_its_chapter_and_no_other(
    tmp_path: Path, camera: Camera, lied_c: float, chapter: Chapter, finding: Finding
) -> None:
    ends = found(tmp_path, camera, lied_c)
    assert {one for one, (how, _) in ends.items() if how is not Conformity.CONFORMS} == {chapter}
    assert ends[chapter][1] & {finding} == {finding}, ends


def test_a_noisy_camera_is_stopped_by_the_station_itself(tmp_path: Path) -> None:
    with closing(Filmed(tmp_path / "state", film(Camera(noise=5.0)))) as station:
        station.run(8.0)
        station.resolution()
        assert some(station.said).reason is Reason.FOREIGN_NOISE
        assert station.measured.resolution is None
        assert Need.MEASURE in station.needs(Step.BATTERY)
