"""How soon a verdict is shown, what haste would cost, and how many visitors a minute a queue is.

*From standing still*: somebody stands in the zone and looks into the camera from the first frame
that shows them; the time is from that frame to the first that has their verdict. All that the
station is told is as wrong as it may be, and people's hot spots differ.

The curve takes what the station had read so many seconds after that first frame, and asks what it
would have told healthy people and people with fever who are read so (`hot_spots.told`): what a
verdict at that moment would have cost in errors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from device.simulator.scenario.schema import Scenario
from device.simulator.scenario.truth import FrameTruth
from device.simulator.sensor import SimulatedSensor
from screening.result import Verdict
from screening.screener import Screener
from service.offline.bench import scenes
from service.offline.bench.doubt import misinformed, unsure
from service.offline.bench.hot_spots import FEVER_C, HEALTHY_C, One, told
from service.offline.bench.row import Row
from service.offline.ground_truth import at
from service.state.defaults import CLINICAL_THRESHOLD_C, settings_for

VISITORS: Final = 40  # for each camera
CAMERAS: Final = (
    ("boson-plus-640", 30.0),
    ("boson-plus-320", 30.0),
    ("boson-plus-320", 9.0),  # as it is exported
    ("lepton-3.5", 9.0),
)
AIM_S: Final = {Verdict.CLEAR: 0.6, Verdict.ELEVATED: 0.4}
ALLOWED_S: Final = (0.1, 0.2, 0.35, 0.6, 0.9, 1.2, 2.0)
COMES_S: Final = 1.2  # when the reference has been found
HEALTHY_SKIN_C, FEVER_SKIN_C = 35.7, 38.6  # far enough from the threshold for a word
QUEUE: Final = 6  # people in a line
APART_M: Final = 0.7
STANDS_S: Final = (0.2, 0.6)
GOAL_PER_MIN: Final = 30.0


@dataclass(frozen=True, slots=True)
class Timed:
    """One visitor: after how long which verdict, and what was read by each of `ALLOWED_S`."""

    verdict: Verdict | None
    after_s: float
    read: tuple[One | None, ...]


def timed(model: str, rate_hz: float, seed: int) -> Timed:
    """Screen somebody who stands still from the first frame that shows them."""
    random = np.random.default_rng([seed, 32])
    usual_c = FEVER_SKIN_C if seed % 2 else HEALTHY_SKIN_C
    one = {
        **scenes.stander(float(random.normal(usual_c, 0.5)), 1.0, 2.2),
        "at_s": COMES_S + float(random.uniform(0.0, 1.0 / rate_hz)),
        "start": (
            float(random.uniform(-0.05, 0.05)),
            scenes.NEAR_M[model] * float(random.uniform(0.95, 1.04)),
        ),
        "height_m": float(random.uniform(1.66, 1.74)),  # in the middle of the picture
    }
    scenario = scenes.scene(scenes.camera(model, frame_rate_hz=rate_hz), [one], COMES_S + 2.2)
    settings = settings_for(scenario)
    scenario = unsure(scenario, settings.doubt, seed)
    settings = replace(
        misinformed(settings, settings.doubt, seed), uniformity=scenes.plate(scenario.camera, seed)
    )
    read: list[One | None] = [None] * len(ALLOWED_S)
    came_s: float | None = None
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
        info = sensor.info
        screener = Screener.of(info, settings)
        first: tuple[Verdict | None, float] = (None, float("nan"))
        for frame in sensor.frames():
            visitors, truth = screener.step(frame).visitors, sensor.truth()
            if came_s is None and truth.people:
                came_s = frame.time_s
            if came_s is None or not visitors:
                continue
            after_s, visitor = frame.time_s - came_s, visitors[0]
            if first[0] is None and visitor.verdict is not None:
                first = (visitor.verdict, after_s)
            skin_c, expanded_c = visitor.skin_temp_c, visitor.expanded_uncertainty_c
            if skin_c is None or expanded_c is None:
                continue
            error_c = skin_c - _true_c(visitor.site or "", truth)
            said = One(error_c, expanded_c / 2.0, inside=abs(error_c) <= expanded_c)
            for number, allowed_s in enumerate(ALLOWED_S):
                if after_s <= allowed_s:
                    read[number] = said
    return Timed(*first, tuple(read))


def _true_c(site: str, truth: FrameTruth) -> float:
    return at(site, truth.people[0].skin)


def queue(model: str, rate_hz: float, stands_s: float, seed: int) -> tuple[Scenario, float]:
    """Return a film of a line of people, and how many seconds each takes.

    They look into the camera; whoever has stood before it for `stands_s` walks off to the side,
    and all others step up by one place. It is the same for all, whatever the station says.
    """
    random = np.random.default_rng([seed, 33])
    near_m = scenes.NEAR_M[model]
    speed_m_s = 1.2
    # as `device.simulator.scenario.timeline` walks: at 0.9 m/s2, slower than its most on short ways
    step_s = 2.0 * (APART_M / 0.9) ** 0.5
    people = []
    for place in range(QUEUE):
        side = -1.0 if place % 2 else 1.0
        steps: list[dict[str, object]] = [{"stand_s": COMES_S}]
        for left in range(place, -1, -1):
            steps.append({"walk_to": (0.0, near_m + left * APART_M), "speed_m_s": speed_m_s})
            steps.append({"stand_s": stands_s})
        steps.append({"walk_to": (side * 1.3, near_m + 0.3), "look": "ahead"})
        people.append(
            {
                "canthus_c": float(random.normal(35.5, 0.3)),
                "height_m": float(random.uniform(1.62, 1.78)),
                "start": (0.0, near_m + (place + 1) * APART_M),
                "steps": steps,
            }
        )
    each_s = step_s + stands_s
    cam = scenes.camera(model, frame_rate_hz=rate_hz)
    return scenes.scene(cam, people, COMES_S + QUEUE * each_s + 2.0), each_s


def served(model: str, rate_hz: float, stands_s: float, seed: int) -> tuple[int, float]:
    """Return how many of a line of healthy people end with a verdict, and seconds for each."""
    scenario, each_s = queue(model, rate_hz, stands_s, seed)
    settings = settings_for(scenario)
    settings = replace(settings, uniformity=scenes.plate(scenario.camera, seed))
    found = scenes.outcomes(scenario, seed, settings)
    given = {Verdict.CLEAR, Verdict.ELEVATED}
    return len({o.person for o in found if o.visitor.verdict in given and o.person}), each_s


def rows(visitors: int = VISITORS) -> Iterator[Row]:
    """Yield, for each camera, the times, the curve, and the queue."""
    for model, rate_hz in CAMERAS:
        seen = [timed(model, rate_hz, seed) for seed in range(visitors)]
        yield _times(model, rate_hz, seen)
        yield _curve(model, rate_hz, seen)
        yield _queue(model, rate_hz, max(1, visitors // 20))


def _times(model: str, rate_hz: float, seen: Sequence[Timed]) -> Row:
    said, met = [], []
    numbers: dict[str, float] = {}
    for verdict, aim_s in AIM_S.items():
        times = [one.after_s for one in seen if one.verdict is verdict]
        if not times:
            met.append(False)
            continue
        median_s, p90_s = (float(t) for t in np.percentile(times, (50, 90)))
        said.append(f"{verdict} {median_s:.2f} s (p90 {p90_s:.2f}, {len(times)})")
        numbers |= {f"{verdict}_s": median_s, f"{verdict}_p90_s": p90_s}
        met.append(median_s <= aim_s)
    wrong = sum(
        one.verdict is (Verdict.CLEAR if number % 2 else Verdict.ELEVATED)
        for number, one in enumerate(seen)
    )
    others = sum(one.verdict not in AIM_S for one in seen)
    return Row(
        f"verdict_time_{model}_{rate_hz:g}",
        f"from standing still to a verdict, median ({model}, {rate_hz:g} Hz)",
        f"{', '.join(said)}; {others} others, {wrong} wrong of {len(seen)}",
        {**numbers, "others": others, "wrong": wrong, "visitors": len(seen)},
        "clear 0.6 s, elevated 0.4 s, 0 wrong",
        met=all(met) and wrong == 0,
    )


def _curve(model: str, rate_hz: float, seen: Sequence[Timed]) -> Row:
    said = []
    numbers: dict[str, float] = {}
    for which, allowed_s in enumerate(ALLOWED_S):
        read = [r for one in seen if (r := one.read[which]) is not None]
        share = len(read) / len(seen)
        if share < 0.5:
            said.append(f"{allowed_s:g} s: {share:.0%} read")
            continue
        healthy = told(read, HEALTHY_C, CLINICAL_THRESHOLD_C)
        fever = told(read, FEVER_C, CLINICAL_THRESHOLD_C)
        rms_c = float(np.sqrt(np.mean([one.error_c**2 for one in read])))
        figures = {
            "fever_cleared": fever[Verdict.CLEAR],
            "elevated": healthy[Verdict.ELEVATED],
            "recheck": healthy[Verdict.RECHECK],
            "rms_c": rms_c,
        }
        said.append(
            f"{allowed_s:g} s: {figures['fever_cleared']:.1%}, {figures['elevated']:.1%}, "
            f"{figures['recheck']:.1%}, {rms_c:.3f}"
        )
        numbers |= {f"{name}_{allowed_s:g}": value for name, value in figures.items()}
    return Row(
        f"verdict_curve_{model}_{rate_hz:g}",
        f"what a word after so long would cost ({model}, {rate_hz:g} Hz, threshold "
        f"{CLINICAL_THRESHOLD_C}): people with fever cleared, healthy people elevated, healthy "
        "people recheck, error in deg C rms",
        "; ".join(said),
        numbers,
    )


def _queue(model: str, rate_hz: float, films: int) -> Row:
    said, most = [], 0.0
    numbers: dict[str, float] = {}
    for stands_s in STANDS_S:
        all_served = [served(model, rate_hz, stands_s, seed) for seed in range(films)]
        each_s = all_served[0][1]
        share = sum(count for count, _ in all_served) / (films * QUEUE)
        per_min = 60.0 / each_s * share
        most = max(most, per_min)
        said.append(f"{stands_s:g} s each: {per_min:.0f} ({share:.0%} told)")
        numbers |= {f"per_min_{stands_s:g}": per_min, f"told_{stands_s:g}": share}
    return Row(
        f"queue_{model}_{rate_hz:g}",
        f"visitors a minute who are told *clear* in a line, 0.7 m from one another, by how long "
        f"each stands ({model}, {rate_hz:g} Hz)",
        "; ".join(said),
        numbers,
        f"{GOAL_PER_MIN:g}",
        met=most >= GOAL_PER_MIN,
    )
