"""Drawn attacks on the reference: what a wrong scale, believed, would do to fevers and the healthy.

A simulated camera films people who come one after the other, every second one with fever. Into
those frames the references are painted as they would read, with what goes wrong with them or with
the sensor: the kinds and ranges of `_KINDS`. Painted, because two hundred films are then screened
in minutes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET, FfcState, RadiometricFrame
from device.info import SensorInfo
from device.simulator.sensor import SimulatedSensor
from screening.measuring.correction import expected_c
from screening.result import State, Verdict
from screening.screener import Screener
from screening.settings import Reference, Settings
from service.offline.bench import scenes
from service.offline.bench.row import Row

DRAWS: Final = 220
SEED: Final = 13
FEVER_C, HEALTHY_C = 38.5, 36.2
EVERY_S, STAND_S, FIRST_S, PEOPLE = 5.0, 3.0, 1.5, 6
LONG: Final = 5  # rounds of the film for what creeps
WRONG_C: Final = 0.3  # an error from which on the scale is wrong
_MODEL: Final = "boson-plus-320"
_NOISE_C: Final = 0.02
_PLACES: Final = ((40.0, 34.0), (280.0, 36.0))  # of the references, in pixels
_RADIUS_PX: Final = 9.0
_SET_C: Final = (36.0, 39.0)

Rng = np.random.Generator


@dataclass(slots=True)
class Disc:
    """Something round and even: centre and radius in pixels, apparent temperature in deg C."""

    x: float
    y: float
    radius_px: float
    temp_c: float
    slope_c: float = 0.0  # from its left edge to its right one


@dataclass(slots=True)
class Moment:
    """What is painted into one frame."""

    discs: list[Disc] = field(default_factory=list)
    sensor_c: float = 0.0  # what the sensor adds to everything
    wrong_c: float = 0.0  # by how much the scale would be wrong if the references were believed
    shutter: bool = False
    ffc_age_s: float = 150.0


@dataclass(frozen=True, slots=True)
class Attack:
    """One film with something wrong.

    Attributes
    ----------
    paint
        Seconds to what is painted.
    returns_s
        When everything is as it was, or as it will stay: from then on it may screen again.
    """

    kind: str
    references: tuple[Reference, ...]
    paint: Callable[[float], Moment]
    returns_s: float | None = None
    rounds: int = 1


@dataclass(slots=True)
class Result:
    """What the screener made of one attack."""

    kind: str
    cleared: int = 0  # people with fever who were told clear
    alarmed: int = 0  # healthy people who were told elevated
    judged: int = 0  # people with a verdict that was right
    stop_s: float | None = None
    return_s: float | None = None


def draw(number: int) -> Attack:
    """Return attack `number`: kinds take turns, everything else is drawn."""
    rng = np.random.default_rng([SEED, number])
    kinds = list(_KINDS)
    kind = kinds[number % len(kinds)]
    return _KINDS[kind](kind, rng)


def film() -> tuple[SensorInfo, list[tuple[RadiometricFrame, float]]]:
    """Return the sensor's particulars and its frames with the sensor's own error in each."""
    people = [
        {
            **scenes.stander(FEVER_C if k % 2 else HEALTHY_C, scenes.NEAR_M[_MODEL], STAND_S),
            "at_s": FIRST_S + EVERY_S * k,
            "head": k,
        }
        for k in range(PEOPLE)
    ]
    scenario = scenes.scene(scenes.camera(_MODEL), people, EVERY_S * PEOPLE, references=())
    frames = []
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=SEED) as sensor:
        for frame in sensor.frames():
            kept = replace(frame, counts=frame.counts.copy())
            frames.append((kept, sensor.truth().offset_k))
        return sensor.info, frames


def play(attack: Attack, info: SensorInfo, frames: list[tuple[RadiometricFrame, float]]) -> Result:
    """Screen the film with one attack painted into it."""
    settings = Settings(references=attack.references)
    screener = Screener(info.width, info.height, info.hfov_deg, info.netd_k, settings)
    painter = _Painter(info.width, info.height)
    result = Result(attack.kind)
    right: set[tuple[int, int]] = set()
    wrongly: set[tuple[int, int, bool]] = set()
    wrong_s: float | None = None
    length_s = EVERY_S * PEOPLE
    for number in range(attack.rounds * len(frames)):
        turn, (frame, offset_c) = number // len(frames), frames[number % len(frames)]
        time_s = frame.time_s + turn * length_s
        moment = attack.paint(time_s)
        shown = screener.step(painter.frame(frame, offset_c, moment, time_s, number))
        who = int((frame.time_s - FIRST_S) // EVERY_S) if frame.time_s >= FIRST_S else -1
        fever = who % 2 == 1
        for visitor in shown.visitors:
            if visitor.verdict is (Verdict.CLEAR if fever else Verdict.ELEVATED):
                wrongly.add((turn, who, fever))
            elif visitor.verdict in {Verdict.CLEAR, Verdict.ELEVATED}:
                right.add((turn, who))
        stopped = shown.state in {State.NOT_SCREENING, State.STARTING}
        if wrong_s is None and abs(moment.wrong_c) > WRONG_C:
            wrong_s = time_s
        if wrong_s is not None and result.stop_s is None and stopped:
            result.stop_s = time_s - wrong_s
        if attack.returns_s is not None and time_s >= attack.returns_s and not stopped:
            result.return_s = result.return_s or time_s - attack.returns_s
    if wrong_s is not None and result.stop_s is None:
        result.stop_s = np.inf
    if attack.returns_s is not None and result.return_s is None:
        result.return_s = np.inf
    result.cleared = sum(fever for *_, fever in wrongly)
    result.alarmed = len(wrongly) - result.cleared
    result.judged = len(right - {(turn, who) for turn, who, _ in wrongly})
    return result


class _Painter:
    """Paints moments into frames; its buffers are made once."""

    def __init__(self, width: int, height: int) -> None:
        self._rows, self._columns = np.ogrid[:height, :width]
        self._rng = np.random.default_rng(SEED)

    def frame(
        self, frame: RadiometricFrame, offset_c: float, moment: Moment, time_s: float, number: int
    ) -> RadiometricFrame:
        celsius = frame.counts * np.float32(0.01) - np.float32(KELVIN_OFFSET)
        for disc in moment.discs:
            self._paint(celsius, disc, offset_c)
        celsius += np.float32(moment.sensor_c)
        if moment.shutter:
            celsius[:] = 30.0
        counts = np.rint((celsius + np.float32(KELVIN_OFFSET)) * 100.0).astype(np.uint16)
        ffc = FfcState.IN_PROGRESS if moment.shutter else FfcState.COMPLETE
        return replace(
            frame,
            counts=counts,
            time_s=time_s,
            sequence=number,
            ffc=ffc,
            ffc_age_s=moment.ffc_age_s,
            ffc_desired=False,
        )

    def _paint(self, celsius: NDArray[np.float32], disc: Disc, offset_c: float) -> None:
        reach = int(disc.radius_px + 2)
        rows = slice(max(0, int(disc.y) - reach), int(disc.y) + reach + 1)
        columns = slice(max(0, int(disc.x) - reach), int(disc.x) + reach + 1)
        part = celsius[rows, columns]
        across = self._columns[:, columns] - disc.x
        away = np.hypot(across, self._rows[rows] - disc.y)
        cover = np.clip(disc.radius_px + 0.5 - away, 0.0, 1.0)
        temp_c = disc.temp_c + offset_c + disc.slope_c * across / (2.0 * disc.radius_px)
        temp_c = temp_c + self._rng.normal(0.0, _NOISE_C, part.shape)
        part += np.asarray(cover * (temp_c - part), np.float32)


def _reads(reference: Reference) -> float:
    return expected_c(Settings().scene, reference)


def _own(count: int, rng: Rng, *, marks: bool | None = None) -> tuple[Reference, ...]:
    """Return references of this station, marked or not."""
    marked = bool(rng.random() < 0.5) if marks is None else marks
    return tuple(
        Reference(temp_c=c, mark=place if marked else None)
        for c, place in zip(_SET_C[:count], _PLACES, strict=False)
    )


def _discs(references: tuple[Reference, ...]) -> list[Disc]:
    return [
        Disc(*place, _RADIUS_PX, _reads(r)) for r, place in zip(references, _PLACES, strict=False)
    ]


def _sign(rng: Rng) -> float:
    return float(rng.choice((-1.0, 1.0)))


def _span(rng: Rng) -> tuple[float, float]:
    return float(rng.uniform(5.2, 9.5)), float(rng.uniform(18.0, 22.0))


def _decoy(kind: str, rng: Rng) -> Attack:
    """Add something even of another temperature, there from the start."""
    references = _own(1, rng)
    apart_c = _sign(rng) * rng.uniform(0.5, 3.5)
    radius = _RADIUS_PX * rng.uniform(0.6, 1.6)
    decoy = Disc(rng.uniform(240, 295), rng.uniform(20, 220), radius, 0.0)
    decoy.temp_c = _reads(references[0]) + apart_c
    return Attack(kind, references, lambda _: Moment([*_discs(references), decoy]))


def _covered(kind: str, rng: Rng) -> Attack:
    """Hold a hand, a cup or a film of another temperature before it, for a while."""
    references = _own(1, rng)
    begin, end = _span(rng)
    (own,) = _discs(references)
    apart_c = _sign(rng) * rng.uniform(0.4, 4.0)
    over = Disc(own.x + rng.normal(0, 1), own.y + rng.normal(0, 1), own.radius_px, own.temp_c)
    over.radius_px *= rng.uniform(0.95, 1.8)
    over.temp_c += apart_c
    over.slope_c = rng.uniform(0.0, 0.6)

    def paint(time_s: float) -> Moment:
        there = begin <= time_s < end
        return Moment([own, over] if there else [own], wrong_c=apart_c if there else 0.0)

    return Attack(kind, references, paint, returns_s=end)


def _exchanged(kind: str, rng: Rng) -> Attack:
    """Cover it with a board as cold as the wall, and hold up another one elsewhere."""
    references = _own(1, rng)
    begin, end = _span(rng)
    (own,) = _discs(references)
    apart_c = _sign(rng) * rng.uniform(0.5, 3.0)
    decoy = replace(own, x=rng.uniform(240, 295), y=rng.uniform(20, 220), temp_c=own.temp_c)
    decoy.temp_c += apart_c

    def paint(time_s: float) -> Moment:
        there = begin <= time_s < end
        return Moment([decoy] if there else [own], wrong_c=apart_c if there else 0.0)

    return Attack(kind, references, paint, returns_s=end)


def _creeps(kind: str, rng: Rng) -> Attack:
    """Let its heater creep away and stay away."""
    references = _own(1, rng)
    (own,) = _discs(references)
    begin = rng.uniform(4.0, 60.0)
    rate = _sign(rng) * rng.uniform(0.3, 1.5) / 60.0

    def paint(time_s: float) -> Moment:
        apart_c = rate * max(0.0, time_s - begin)
        return Moment([replace(own, temp_c=own.temp_c + apart_c)], wrong_c=apart_c)

    return Attack(kind, references, paint, rounds=LONG)


def _fades(kind: str, rng: Rng) -> Attack:
    """Take it to another temperature within seconds, and back."""
    references = _own(1, rng)
    begin, end = _span(rng)
    (own,) = _discs(references)
    apart_c, takes_s = _sign(rng) * rng.uniform(0.8, 3.0), rng.uniform(0.5, 6.0)

    def paint(time_s: float) -> Moment:
        share = min(1.0, max(0.0, time_s - begin) / takes_s) if time_s < end else 0.0
        wrong_c = share * apart_c
        return Moment([replace(own, temp_c=own.temp_c + wrong_c)], wrong_c=wrong_c)

    return Attack(kind, references, paint, returns_s=end)


def _disagree(kind: str, rng: Rng) -> Attack:
    """Take one of two off its certificate, from the start or from some moment on."""
    references = _own(2, rng)
    begin = 0.0 if rng.random() < 0.5 else rng.uniform(5.0, 12.0)
    which, apart_c = int(rng.integers(2)), _sign(rng) * rng.uniform(0.7, 2.0)

    def paint(time_s: float) -> Moment:
        discs = _discs(references)
        discs[which].temp_c += apart_c if time_s >= begin else 0.0
        return Moment(discs, wrong_c=apart_c if time_s >= begin else 0.0)

    return Attack(kind, references, paint)


def _twin(kind: str, rng: Rng) -> Attack:
    """Hide one of two while the other one is seen."""
    references = _own(2, rng)
    begin, end = _span(rng)
    which, temp_c = int(rng.integers(2)), rng.uniform(20.0, 38.0)

    def paint(time_s: float) -> Moment:
        discs = _discs(references)
        if begin <= time_s < end:
            own = discs[which]
            discs.append(Disc(own.x, own.y, own.radius_px * rng.uniform(1.4, 1.5), temp_c))
        return Moment(discs, wrong_c=1.0 if begin <= time_s < end else 0.0)

    return Attack(kind, references, paint, returns_s=end)


def _steps(kind: str, rng: Rng) -> Attack:
    """Let the sensor step without a correction that it tells of, at once or within a second."""
    references = _own(int(rng.integers(1, 3)), rng)
    begin, takes_s = rng.uniform(5.2, 20.0), rng.choice((0.0, rng.uniform(0.0, 1.0)))
    step_c = _sign(rng) * rng.uniform(0.5, 3.0)

    def paint(time_s: float) -> Moment:
        share = min(1.0, max(0.0, time_s - begin) / max(takes_s, 1e-6))
        return Moment(_discs(references), sensor_c=step_c * share, wrong_c=step_c * share)

    return Attack(kind, references, paint, returns_s=begin + takes_s)


def _untold(kind: str, rng: Rng) -> Attack:
    """Let the sensor correct itself without a word: a jump that fades."""
    references = _own(1, rng)
    begin, jump_c, tau_s = rng.uniform(5.2, 20.0), rng.uniform(0.6, 1.5), rng.uniform(6.0, 20.0)

    def paint(time_s: float) -> Moment:
        after_s = time_s - begin
        sensor_c = jump_c * float(np.exp(-after_s / tau_s)) if after_s >= 0.0 else 0.0
        return Moment(_discs(references), sensor_c=sensor_c, wrong_c=sensor_c)

    return Attack(kind, references, paint)


def _steps_unseen(kind: str, rng: Rng) -> Attack:
    """Hide it, let the sensor step meanwhile, and bring it back."""
    references = _own(1, rng)
    begin, end = _span(rng)
    (own,) = _discs(references)
    over = replace(own, radius_px=own.radius_px * 2.0, temp_c=rng.uniform(20.0, 34.0))
    at_s, step_c = rng.uniform(begin + 1.0, end - 1.0), _sign(rng) * rng.uniform(0.4, 2.0)

    def paint(time_s: float) -> Moment:
        discs = [own, over] if begin <= time_s < end else [own]
        hidden_c = 1.0 if begin <= time_s < end else 0.0
        return Moment(discs, sensor_c=step_c if time_s >= at_s else 0.0, wrong_c=hidden_c)

    return Attack(kind, references, paint, returns_s=end)


def _exchanged_in_ffc(kind: str, rng: Rng) -> Attack:
    """Put another one in its place while the shutter is closed."""
    references = _own(1, rng)
    (own,) = _discs(references)
    begin, apart_c = rng.uniform(5.2, 9.0), _sign(rng) * rng.uniform(0.9, 3.0)

    def paint(time_s: float) -> Moment:
        after_s = time_s - begin
        closed = 0.0 <= after_s < 0.6
        age_s = 150.0 + time_s if after_s < 0.0 else max(0.0, after_s - 0.6)
        disc = replace(own, temp_c=own.temp_c + (apart_c if after_s >= 0.0 else 0.0))
        return Moment(
            [disc], wrong_c=apart_c if after_s >= 0.0 else 0.0, shutter=closed, ffc_age_s=age_s
        )

    return Attack(kind, references, paint)


_KINDS: Final[dict[str, Callable[[str, Rng], Attack]]] = {
    "decoy": _decoy,
    "covered": _covered,
    "exchanged": _exchanged,
    "creeps": _creeps,
    "fades": _fades,
    "disagree": _disagree,
    "twin": _twin,
    "steps": _steps,
    "untold": _untold,
    "steps_unseen": _steps_unseen,
    "exchanged_in_ffc": _exchanged_in_ffc,
}


def rows(draws: int = DRAWS) -> Iterator[Row]:
    """Yield the row of the reference attacks."""
    info, frames = film()
    results = [play(draw(number), info, frames) for number in range(draws)]
    cleared, alarmed = sum(r.cleared for r in results), sum(r.alarmed for r in results)
    stops = [r.stop_s for r in results if r.stop_s is not None]
    returns = [r.return_s for r in results if r.return_s is not None]
    worst = max(stops), max(returns)
    yield Row(
        "reference_attacks",
        f"reference attacks ({draws} drawn, {len(_KINDS)} kinds): fevers told clear, healthy told "
        "elevated, time until it stops and until it screens again",
        f"{cleared} and {alarmed}; stop {np.median(stops):.2f} s, worst {worst[0]:.2f}; "
        f"return {np.median(returns):.2f} s, worst {worst[1]:.2f}",
        {
            "cleared": cleared,
            "alarmed": alarmed,
            "judged": sum(r.judged for r in results),
            "stop_s": worst[0],
            "return_s": worst[1],
        },
        "0 and 0; 0.5 s; 3 s",
        met=cleared == alarmed == 0 and worst[0] <= 0.5 and worst[1] <= 3.0,
    )  # fmt: skip
