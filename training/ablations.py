"""What each part of measuring buys: `python -m training.ablations` takes out one part a time.

The rows are those of `limen bench`. A part is taken out by putting something in its place in the
module that uses it, which no program that measures people may do: so this is not installed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from statistics import median
from typing import Any, Final

import numpy as np

from screening import screener as screener_module
from screening.faces import contrast
from screening.faces.plausible import Plausibility
from screening.measuring import quality
from screening.measuring.estimate import BestFrames, Sample
from screening.measuring.footprint import HOT_SPOT_C
from screening.result import Verdict
from screening.settings import Settings
from service.offline.bench import recordings, scenes
from service.offline.bench.row import Row, as_text

SEEDS: Final = 12
# where a pixel is 1.3, 2.5 and 5 mm wide on the face: name, camera, metres
PLACES: Final = (
    ("1.3mm", "boson-plus-640", scenes.NEAR_M["boson-plus-640"]),
    ("2.5mm", "boson-plus-320", 1.31),
    ("5mm", "lepton-3.5", scenes.NEAR_M["lepton-3.5"]),
)
Readings = Sequence[tuple[float, float]]  # deg C and quality, frame by frame


@contextmanager
def instead(owner: object, name: str, substitute: Any) -> Iterator[None]:
    """Let `owner.name` be `substitute` inside the `with` block."""
    whole = getattr(owner, name)
    setattr(owner, name, substitute)
    try:
        yield
    finally:
        setattr(owner, name, whole)


def _row(key: str, measure: str, value: str, **numbers: float) -> Row:
    return Row(f"ablation_{key}", measure, value, numbers)


def rows() -> Iterator[Row]:
    """Yield one row for each part that is taken out.

    Raises
    ------
    DataAbsentError
        When the recordings are not on this machine.
    """
    whole = recordings.screen_all()
    yield from _fusing(whole)
    yield from _detector_picture()
    yield from _gates(whole)
    yield from _reference()
    yield from _footprint()


def _fusing(whole: list[recordings.Recording]) -> Iterator[Row]:
    ways: dict[str, Callable[[Readings], float]] = {
        "maximum of all frames": lambda r: max(c for c, _ in r),
        "mean of all frames": lambda r: float(np.mean([c for c, _ in r])),
        "first usable frame": lambda r: r[0][0],
        "best frames by quality (ours)": _best,
    }
    for name, way in ways.items():
        apart = []
        for recording in whole:
            for readings in recording.readings.values():
                halves: tuple[list[tuple[float, float]], ...] = ([], [])
                for number, reading in enumerate(readings):
                    halves[number // recordings.RUN_FRAMES % 2].append(reading)
                if all(len(half) >= recordings.RUN_FRAMES for half in halves):
                    apart.append(abs(way(halves[0]) - way(halves[1])))
        yield _row(
            f"fusing_{name.split()[0]}",
            f"fusing: {name}, real recordings",
            f"two estimates of a visitor differ by {median(apart):.3f} deg C (median), "
            f"{max(apart):.2f} (worst of {len(apart)})",
            median_c=median(apart),
            worst_c=max(apart),
        )


def _best(readings: Readings) -> float:
    best = BestFrames()
    for skin_c, good in readings:
        best.add(Sample(good, skin_c, skin_c, 0.0, 0.03, 4.0, 0.0))
    fused = best.fused()
    return fused.corrected_c if fused else float("nan")


def _found(screened: list[recordings.Recording]) -> str:
    found = [hit for r in screened for hit in r.found]
    false = sum(r.false_faces for r in screened)
    labelled = [r for r in screened if r.expected is not None]
    right = sum(len(r.measured) == r.expected for r in labelled)
    return (
        f"{sum(found)} of {len(found)} F frames, {false} false faces on N frames, visitor count "
        f"right in {right} of {len(labelled)}"
    )


def _detector_picture() -> Iterator[Row]:
    with instead(contrast, "NARROWEST_C", 60.0), instead(contrast, "WIDEST_C", 60.0):
        flat = recordings.screen_all()
    yield _row("contrast", "the network's picture spans 60 deg C, not 5 to 12", _found(flat))


def _gates(whole: list[recordings.Recording]) -> Iterator[Row]:
    yield _row("whole", "nothing taken out, real recordings", _found(whole))
    with instead(Plausibility, "faces", lambda _self, _celsius, found, _offset: list(found)):
        open_gate = recordings.screen_all()
    yield _row("plausible", "without the gate of temperatures and places", _found(open_gate))
    judge = quality.judge
    with instead(screener_module, "judge", lambda *a, **k: replace(judge(*a, **k), doubtful=())):
        trusting = recordings.screen_all()
    clears = [
        sum(v.verdict is Verdict.CLEAR for r in screened for v in r.visitors)
        for screened in (whole, trusting)
    ]
    yield _row(
        "doubts",
        "without the doubts (glasses, cover, left-right, cold skin)",
        f"{clears[1]} visitors are cleared, {clears[0]} with them",
        cleared=clears[1],
        cleared_whole=clears[0],
    )


def _errors(settings_of: Callable[[Settings], Settings], *, drift: bool) -> list[float]:
    errors: list[float] = []
    for seed in range(SEEDS):
        offset_k = float(np.random.default_rng([seed, 3]).normal(0.0, 1.0)) if drift else 0.4
        someone = scenes.stander(36.0, scenes.NEAR_M["boson-plus-320"])
        scenario = scenes.scene(scenes.camera("boson-plus-320", offset_k=offset_k), [someone], 3.0)
        settings = scenes.told(scenario, scenes.plate(scenario.camera, seed))
        found = scenes.outcomes(scenario, seed, settings_of(settings))
        errors.extend(o.error_c for o in found if o.error_c is not None)
    return errors


def _rms(errors: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def _reference() -> Iterator[Row]:
    ways: dict[str, Callable[[Settings], Settings]] = {
        "with the reference (ours)": lambda s: s,
        "without a reference": lambda s: replace(s, references=()),
        "without the learnt shape of the picture": lambda s: replace(s, uniformity=None),
    }
    for name, way in ways.items():
        errors = _errors(way, drift=True)
        yield _row(
            f"reference_{name.split()[-1].strip('()')}",
            f"{name}: sensors off by 1 deg C (standard deviation), simulated",
            f"{_rms(errors):.3f} deg C rms, mean {np.mean(errors):+.3f}, {len(errors)} visitors",
            rms_c=_rms(errors),
        )


def _footprint() -> Iterator[Row]:
    for key, model, distance_m in PLACES:
        with_it, without, sizes = [], [], []
        for seed in range(SEEDS):
            someone = {**scenes.stander(36.0, distance_m), "hot_spot_k": HOT_SPOT_C}
            scenario = scenes.scene(scenes.camera(model), [someone], 3.0)
            settings = scenes.told(scenario, scenes.plate(scenario.camera, seed))
            for o in scenes.outcomes(scenario, seed, settings):
                before_c = o.visitor.reference_corrected_c
                if o.error_c is not None and o.truth_c is not None and before_c is not None:
                    with_it.append(o.error_c)
                    without.append(before_c - o.truth_c)
                    sizes.append(o.visitor.mm_per_px or 0.0)
        yield _row(
            f"footprint_{key}",
            f"footprint correction at {median(sizes):.1f} mm/px ({model} at {distance_m:.2f} m), "
            "simulated",
            f"without {_rms(without):.3f} deg C rms (mean {np.mean(without):+.3f}), "
            f"with {_rms(with_it):.3f} (mean {np.mean(with_it):+.3f}), {len(with_it)} visitors",
            mm_per_px=median(sizes),
            without_rms_c=_rms(without),
            rms_c=_rms(with_it),
        )


if __name__ == "__main__":
    print(as_text(list(rows())))
