"""People of kinds that the networks never saw, and in the sun: are they found and told.

The shipped networks were trained on renders of bare heads, glasses, caps, fringes, masks, scarves
and beards, of adults, children and people in wheelchairs, turned by any angle, before rooms of up
to 30.5 deg C (`training.training_set.Wish`). No hood, turban, veil, cup or phone was among them,
and nobody stood before something almost as warm as a face. *Bare*, *mask*, *child*, *wheelchair*
and *turned* are kinds that they know, for comparison.

Somebody of each kind steps up, stands for three seconds, and looks into the camera; who is *turned*
looks elsewhere first, by up to 180 degrees, and in a *queue* the next one is seen over the
shoulder. *Told* means a verdict or an instruction within these seconds: never only *ready*.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET, RadiometricFrame
from device.simulator.scenario import schema
from device.simulator.scenario.truth import FrameTruth, PersonTruth
from device.simulator.sensor import SimulatedSensor
from screening.faces.detector import Detection, FaceDetector
from screening.result import Box, State, Verdict, Visitor
from screening.screener import Screener
from service.offline.bench import scenes
from service.offline.bench.row import Row
from service.state.defaults import settings_for

DRAWS: Final = 40  # people of each kind, half of them before each camera
MODELS: Final = ("boson-plus-320", "lepton-3.5")
EVERY: Final = 3  # of the frames are looked at for points
STANDS_S: Final = 3.0
COMES_S: Final = 1.2
FRONTAL_DEG: Final = 45.0
SUN_K: Final = 2.0
# what makes each kind: fields of a person, and of the room
KINDS: Final[dict[str, dict[str, Any]]] = {
    "bare": {},
    "mask": {"wears": ["mask"]},
    "hood": {"wears": ["hood"]},
    "turban": {"wears": ["turban"]},
    "veil": {"wears": ["veil"]},
    "cup": {"wears": ["cup"]},
    "phone": {"wears": ["phone"]},
    "little_contrast": {},
    "child": {"child": True, "height_m": 1.28},
    "wheelchair": {"wheelchair": True, "height_m": 1.3},
    "turned": {},
    "queue": {},
}
KNOWN: Final = ("bare", "mask", "child", "wheelchair", "turned")
LOW: Final[dict[str, Any]] = {"height_m": 1.2}  # a camera for those who are small or sit
LOW_REFERENCES: Final = ({"at": (-0.26, 1.36, 1.2)},)
ASIDE_DEG, ASIDE_S = (50.0, 180.0), 1.2
BEHIND_M: Final = (0.3, 0.7)  # the next in the queue: to one side and back
Find = Callable[[NDArray[np.float32], Sequence[Box]], list[Detection]]
_SILENT: Final = frozenset({State.READY, State.STARTING, State.NOT_SCREENING})


@dataclass(slots=True)
class Tally:
    """What became of people of one kind."""

    frames: int = 0
    found: int = 0
    off_mm: list[float] = field(default_factory=list)  # of each inner canthus that was found
    people: int = 0
    told: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    cleared_fevers: int = 0


def drawn(kind: str, seed: int, *, sun_k: float = 0.0) -> schema.Scenario:
    """Return the film of somebody of a kind; who has an odd `seed` has a fever."""
    random = np.random.default_rng([seed, 41])
    model = MODELS[seed // 2 % len(MODELS)]
    near_m = scenes.NEAR_M[model] + 0.15
    someone = {
        "canthus_c": float(random.normal(38.8 if seed % 2 else 35.6, 0.3)),
        "height_m": float(random.uniform(1.64, 1.76)),
        "at_s": COMES_S,
        "start": (float(random.uniform(-0.1, 0.1)), near_m + 0.4),
        "sun_k": sun_k * (1.0 if random.random() < 0.5 else -1.0),
        "steps": [{"walk_to": (0.0, near_m)}, {"stand_s": STANDS_S}],
        **KINDS[kind],
    }
    room: dict[str, Any] = {}
    people, low = [someone], kind in {"child", "wheelchair"}
    if low:
        room = {"references": LOW_REFERENCES}
    if kind == "turned":
        aside = float(random.uniform(*ASIDE_DEG)) * (1.0 if random.random() < 0.5 else -1.0)
        someone["steps"] = [
            {"walk_to": (0.0, near_m)},
            {"stand_s": ASIDE_S, "look": aside},
            {"stand_s": STANDS_S - ASIDE_S},
        ]
    if kind == "queue":
        side = BEHIND_M[0] * (1.0 if random.random() < 0.5 else -1.0)
        steps = [{"walk_to": (side, near_m + BEHIND_M[1])}, {"stand_s": STANDS_S}]
        start = (side, near_m + BEHIND_M[1] + 0.8)
        people.append(
            {
                "canthus_c": 35.6,
                "height_m": 1.78,
                "at_s": COMES_S,
                "start": start,
                "steps": steps,
            }
        )
    if kind == "little_contrast":  # a wall in the sun, 1 to 3 deg C colder than the forehead
        warm_c = 34.4 - float(random.uniform(1.0, 3.0))
        wall = {"kind": "door", "at": (0, 1.5, 3.0), "size": (30, 30), "temp_c": warm_c}
        room = {"room": {"items": [wall]}}
    seconds = COMES_S + 1.4 + STANDS_S
    camera = scenes.camera(model, **(LOW if low else {}))
    return scenes.scene(camera, people, seconds, **room)


def play(kind: str, seed: int, tally: Tally, *, sun_k: float = 0.0) -> None:
    """Film somebody of a kind, screen the film, and add what happened to `tally`."""
    scenario, fever = drawn(kind, seed, sun_k=sun_k), bool(seed % 2)
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
        info = sensor.info
        detector = FaceDetector(info.width, info.height)
        screener = Screener.of(info, settings_for(scenario))
        told, words, others = False, list[Visitor](), set[int]()
        for number, frame in enumerate(sensor.frames()):
            result, truth = screener.step(frame), sensor.truth()
            words.extend((*result.visitors, *result.departed))
            others.update(v.id for v in result.visitors if _is_another(v, truth))
            told = told or (bool(truth.people) and result.state not in _SILENT)
            if number % EVERY == 0:
                look(frame, truth, detector.detect, tally)
        words.extend(screener.finish())
    said = {one.verdict for one in words if one.id not in others}
    tally.people += 1
    tally.told += told
    given = [v for v in (Verdict.ELEVATED, Verdict.RECHECK, Verdict.CLEAR) if v in said]
    tally.verdicts[given[0] if given else Verdict.NO_RESULT] += 1
    tally.cleared_fevers += fever and Verdict.CLEAR in said


def _frontal(truth: FrameTruth) -> PersonTruth | None:
    """Return who is there, if their face is in view."""
    for person in truth.people:
        if person.id != 1:
            continue
        if person.face_box is not None and abs(person.yaw_deg) < FRONTAL_DEG:
            return person if person.visible > 0.9 else None
    return None


def _is_another(visitor: Visitor, truth: FrameTruth) -> bool:
    """Whether a visitor is who stands behind, and not the one who was drawn."""
    x, y = visitor.box[0] + visitor.box[2] / 2, visitor.box[1] + visitor.box[3] / 2
    held = {
        person.id
        for person in truth.people
        if person.face_box is not None and _holds(person.face_box, x, y)
    }
    return bool(held) and 1 not in held


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] < x < box[0] + box[2] and box[1] < y < box[1] + box[3]


def look(frame: RadiometricFrame, truth: FrameTruth, find: Find, tally: Tally) -> None:
    """Look for who was drawn, if their face is in view; count whether it is found.

    And how far its canthi are from where they are said to be.
    """
    person = _frontal(truth)
    if person is None:
        return
    assert person.face_box is not None and person.landmarks is not None  # noqa: S101, PT018
    tally.frames += 1
    celsius = frame.counts * np.float32(frame.radiometry.kelvin_per_count)
    celsius -= np.float32(KELVIN_OFFSET)
    left, top, width, height = person.face_box
    x, y = left + width / 2, top + height / 2
    for face in find(celsius, [r.box for r in truth.references]):
        if _holds(face.box, x, y):
            tally.found += 1
            off = np.hypot(*(face.landmarks[:2] - np.array(person.landmarks[:2])).T)
            tally.off_mm.extend((off * person.mm_per_px).tolist())
            return


def rows(draws: int = DRAWS) -> Iterator[Row]:
    """Yield a row for each kind, and that of the sun."""
    for kind in KINDS:
        tally = Tally()
        for seed in range(draws):
            play(kind, seed, tally)
        yield _row(kind, tally)
    tally = Tally()
    for seed in range(draws):
        play("bare", seed, tally, sun_k=SUN_K)
    yield _sun(tally)


def _row(kind: str, tally: Tally) -> Row:
    off_mm = tally.off_mm or [float("nan")]
    p50, p90, most = (float(mm) for mm in np.percentile(off_mm, (50, 90, 100)))
    share = tally.found / max(tally.frames, 1)
    words = ", ".join(f"{word} {count}" for word, count in sorted(tally.verdicts.items()))
    known = "trained on" if kind in KNOWN else "never trained on"
    return Row(
        f"kind_{kind}",
        f"{kind.replace('_', ' ')} ({known}): faces found, inner canthi off by (p50, p90, most), "
        "people told something within 3 s, verdicts, fevers cleared",
        f"{share:.0%} of {tally.frames}; {p50:.1f}, {p90:.1f}, {most:.0f} mm; {tally.told} of "
        f"{tally.people}; {words}; {tally.cleared_fevers}",
        {
            "found": share,
            "p50_mm": p50,
            "p90_mm": p90,
            "most_mm": most,
            "told": tally.told,
            "people": tally.people,
            "cleared_fevers": tally.cleared_fevers,
        },
        "everybody told, no fever cleared",
        met=tally.told == tally.people and tally.cleared_fevers == 0,
    )


def _sun(tally: Tally) -> Row:
    words = ", ".join(f"{word} {count}" for word, count in sorted(tally.verdicts.items()))
    wrong = tally.people - tally.verdicts[Verdict.NO_RESULT]
    return Row(
        "sun",
        f"forehead and cheek of one side warmed by {SUN_K:g} deg C by the sun, canthi as they "
        f"are, {tally.people} people: outcomes",
        f"{words}; fevers cleared {tally.cleared_fevers}",
        {"wrong": wrong, "people": tally.people, "cleared_fevers": tally.cleared_fevers},
        "no result for all",
        met=wrong == 0,
    )
