"""Cameras that lie, before the wizard: each fails the chapter of its fault, and no other.

All numbers come from frames of the simulated camera, through the screener, the worker's own
averages and the wizard's acts.
"""

from contextlib import closing
from pathlib import Path

import pytest

from device.simulator.scenario.schema import Camera
from service.acceptance.words import Chapter, Conformity, Finding
from service.ipc.calibration import Need, Step
from tests.service.supervisor.accepting.filmed import Filmed

GOOD = Camera()
# as much at the reference as in the middle, and another at the corners of the target plane
TILTED = Camera(fall_off_k=(0.85, -1.05, -0.2, -0.2, 0.0))
OF_FRAMES = (
    Chapter.WARM_UP,
    Chapter.STABILITY,
    Chapter.UNIFORMITY,
    Chapter.RESOLUTION,
    Chapter.ACCURACY,
)


def found(
    folder: Path, camera: Camera, **more: float
) -> dict[Chapter, tuple[Conformity, set[Finding]]]:
    """Return how the five chapters end that are measured in frames."""
    with closing(Filmed(folder / "state", camera, **more)) as station:
        station.type_in()
        station.sweep()
        station.uniformity()
        station.resolution()
        station.long(Chapter.WARM_UP, 2700.0 if camera.powered_for_s < 60.0 else 700.0)
        station.long(Chapter.STABILITY, 1900.0)
        assert (Need.FAILED in station.needs(Step.SWEEP)) is (
            station.conformity(Chapter.ACCURACY) is Conformity.DOES_NOT_CONFORM
        )
        verdicts = [station.calibration.verdict(one) for one in OF_FRAMES]
        return {one.chapter: (one.conformity, set(one.findings)) for one in verdicts}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("camera", "more", "chapter", "finding"),
    [
        (GOOD, {}, None, None),
        (Camera(fault="normalises"), {}, Chapter.ACCURACY, Finding.WRONG_SLOPE),
        (Camera(fault="clips"), {}, Chapter.ACCURACY, Finding.CLIPS),
        (Camera(fault="wrong_emissivity"), {}, Chapter.ACCURACY, Finding.WRONG_EMISSIVITY),
        (TILTED, {}, Chapter.UNIFORMITY, Finding.NON_UNIFORM),
        (Camera(noise=5.0), {}, Chapter.RESOLUTION, Finding.NOISY),
        (Camera(powered_for_s=0.0), {}, Chapter.WARM_UP, Finding.SLOW),
        (GOOD, {"drift_k_per_h": 0.7}, Chapter.STABILITY, Finding.DRIFTS),
        (GOOD, {"lied_c": 1.0}, Chapter.ACCURACY, Finding.OFFSET),
    ],
    ids=[
        *("good", "normalises", "clips", "wrong emissivity", "non-uniform", "noisy", "slow"),
        *("drifts", "a paper that is wrong by 1 deg C"),
    ],
)
def test_a_fault_fails_its_chapter_and_no_other(
    tmp_path: Path,
    camera: Camera,
    more: dict[str, float],
    chapter: Chapter | None,
    finding: Finding | None,
) -> None:
    ends = found(tmp_path, camera, **more)
    failed = {one for one, (how, _) in ends.items() if how is not Conformity.CONFORMS}
    assert failed == ({chapter} if chapter else set()), ends
    if chapter is not None:
        assert finding in ends[chapter][1]
