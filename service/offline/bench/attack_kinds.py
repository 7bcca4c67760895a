"""The kinds of attacks on the reference, and the ranges they are drawn from."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from screening.measuring.correction import expected_c
from screening.settings import Reference, Settings

SEED: Final = 13
LONG: Final = 5  # rounds of the film for what creeps
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
    ffc_age_s: float | None = None  # None: the last one is long ago


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


def _reads(reference: Reference) -> float:
    return expected_c(Settings().scene, reference)


def stations(count: int, rng: Rng, *, marks: bool | None = None) -> tuple[Reference, ...]:
    """Return references of this station, marked or not."""
    marked = bool(rng.random() < 0.5) if marks is None else marks
    return tuple(
        Reference(temp_c=c, mark=place if marked else None)
        for c, place in zip(_SET_C[:count], _PLACES, strict=False)
    )


def discs_of(references: tuple[Reference, ...]) -> list[Disc]:
    """Return the references as they stand and read when nothing is wrong."""
    return [
        Disc(*place, _RADIUS_PX, _reads(r)) for r, place in zip(references, _PLACES, strict=False)
    ]


def _sign(rng: Rng) -> float:
    return float(rng.choice((-1.0, 1.0)))


def _span(rng: Rng) -> tuple[float, float]:
    return float(rng.uniform(5.2, 9.5)), float(rng.uniform(18.0, 22.0))


def _decoy(kind: str, rng: Rng) -> Attack:
    """Add something even of another temperature, there from the start."""
    references = stations(1, rng)
    apart_c = _sign(rng) * rng.uniform(0.5, 3.5)
    radius = _RADIUS_PX * rng.uniform(0.6, 1.6)
    decoy = Disc(rng.uniform(240, 295), rng.uniform(20, 220), radius, 0.0)
    decoy.temp_c = _reads(references[0]) + apart_c
    return Attack(kind, references, lambda _: Moment([*discs_of(references), decoy]))


def _covered(kind: str, rng: Rng) -> Attack:
    """Hold a hand, a cup or a film of another temperature before it, for a while."""
    references = stations(1, rng)
    begin, end = _span(rng)
    (own,) = discs_of(references)
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
    references = stations(1, rng)
    begin, end = _span(rng)
    (own,) = discs_of(references)
    apart_c = _sign(rng) * rng.uniform(0.5, 3.0)
    decoy = replace(own, x=rng.uniform(240, 295), y=rng.uniform(20, 220), temp_c=own.temp_c)
    decoy.temp_c += apart_c

    def paint(time_s: float) -> Moment:
        there = begin <= time_s < end
        return Moment([decoy] if there else [own], wrong_c=apart_c if there else 0.0)

    return Attack(kind, references, paint, returns_s=end)


def _creeps(kind: str, rng: Rng) -> Attack:
    """Let its heater creep away and stay away."""
    references = stations(1, rng)
    (own,) = discs_of(references)
    begin = rng.uniform(4.0, 60.0)
    rate = _sign(rng) * rng.uniform(0.3, 1.5) / 60.0

    def paint(time_s: float) -> Moment:
        apart_c = rate * max(0.0, time_s - begin)
        return Moment([replace(own, temp_c=own.temp_c + apart_c)], wrong_c=apart_c)

    return Attack(kind, references, paint, rounds=LONG)


def _fades(kind: str, rng: Rng) -> Attack:
    """Take it to another temperature within seconds, and back."""
    references = stations(1, rng)
    begin, end = _span(rng)
    (own,) = discs_of(references)
    apart_c, takes_s = _sign(rng) * rng.uniform(0.8, 3.0), rng.uniform(0.5, 6.0)

    def paint(time_s: float) -> Moment:
        share = min(1.0, max(0.0, time_s - begin) / takes_s) if time_s < end else 0.0
        wrong_c = share * apart_c
        return Moment([replace(own, temp_c=own.temp_c + wrong_c)], wrong_c=wrong_c)

    return Attack(kind, references, paint, returns_s=end)


def _disagree(kind: str, rng: Rng) -> Attack:
    """Take one of two off its certificate, from the start or from some moment on."""
    references = stations(2, rng)
    begin = 0.0 if rng.random() < 0.5 else rng.uniform(5.0, 12.0)
    which, apart_c = int(rng.integers(2)), _sign(rng) * rng.uniform(0.7, 2.0)

    def paint(time_s: float) -> Moment:
        discs = discs_of(references)
        discs[which].temp_c += apart_c if time_s >= begin else 0.0
        return Moment(discs, wrong_c=apart_c if time_s >= begin else 0.0)

    return Attack(kind, references, paint)


def _twin(kind: str, rng: Rng) -> Attack:
    """Hide one of two while the other one is seen."""
    references = stations(2, rng)
    begin, end = _span(rng)
    which, temp_c = int(rng.integers(2)), rng.uniform(20.0, 38.0)

    def paint(time_s: float) -> Moment:
        discs = discs_of(references)
        if begin <= time_s < end:
            own = discs[which]
            discs.append(Disc(own.x, own.y, own.radius_px * rng.uniform(1.4, 1.5), temp_c))
        return Moment(discs, wrong_c=1.0 if begin <= time_s < end else 0.0)

    return Attack(kind, references, paint, returns_s=end)


def _steps(kind: str, rng: Rng) -> Attack:
    """Let the sensor step without a correction that it tells of, at once or within a second."""
    references = stations(int(rng.integers(1, 3)), rng)
    begin, takes_s = rng.uniform(5.2, 20.0), rng.choice((0.0, rng.uniform(0.0, 1.0)))
    step_c = _sign(rng) * rng.uniform(0.5, 3.0)

    def paint(time_s: float) -> Moment:
        share = min(1.0, max(0.0, time_s - begin) / max(takes_s, 1e-6))
        return Moment(discs_of(references), sensor_c=step_c * share, wrong_c=step_c * share)

    return Attack(kind, references, paint, returns_s=begin + takes_s)


def _untold(kind: str, rng: Rng) -> Attack:
    """Let the sensor correct itself without a word: a jump that fades."""
    references = stations(1, rng)
    begin, jump_c, tau_s = rng.uniform(5.2, 20.0), rng.uniform(0.6, 1.5), rng.uniform(6.0, 20.0)

    def paint(time_s: float) -> Moment:
        after_s = time_s - begin
        sensor_c = jump_c * float(np.exp(-after_s / tau_s)) if after_s >= 0.0 else 0.0
        return Moment(discs_of(references), sensor_c=sensor_c, wrong_c=sensor_c)

    return Attack(kind, references, paint)


def _steps_unseen(kind: str, rng: Rng) -> Attack:
    """Hide it, let the sensor step meanwhile, and bring it back."""
    references = stations(1, rng)
    begin, end = _span(rng)
    (own,) = discs_of(references)
    over = replace(own, radius_px=own.radius_px * 2.0, temp_c=rng.uniform(20.0, 34.0))
    at_s, step_c = rng.uniform(begin + 1.0, end - 1.0), _sign(rng) * rng.uniform(0.4, 2.0)

    def paint(time_s: float) -> Moment:
        discs = [own, over] if begin <= time_s < end else [own]
        hidden_c = 1.0 if begin <= time_s < end else 0.0
        return Moment(discs, sensor_c=step_c if time_s >= at_s else 0.0, wrong_c=hidden_c)

    return Attack(kind, references, paint, returns_s=end)


def _exchanged_in_ffc(kind: str, rng: Rng) -> Attack:
    """Put another one in its place while the shutter is closed."""
    references = stations(1, rng)
    (own,) = discs_of(references)
    begin, apart_c = rng.uniform(5.2, 9.0), _sign(rng) * rng.uniform(0.9, 3.0)

    def paint(time_s: float) -> Moment:
        after_s = time_s - begin
        closed = 0.0 <= after_s < 0.6
        age_s = None if after_s < 0.0 else max(0.0, after_s - 0.6)
        disc = replace(own, temp_c=own.temp_c + (apart_c if after_s >= 0.0 else 0.0))
        return Moment(
            [disc], wrong_c=apart_c if after_s >= 0.0 else 0.0, shutter=closed, ffc_age_s=age_s
        )

    return Attack(kind, references, paint)


KINDS: Final[dict[str, Callable[[str, Rng], Attack]]] = {
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


def draw(number: int) -> Attack:
    """Return attack `number`: kinds take turns, everything else is drawn."""
    rng = np.random.default_rng([SEED, number])
    kinds = list(KINDS)
    kind = kinds[number % len(kinds)]
    return KINDS[kind](kind, rng)
