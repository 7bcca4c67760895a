"""Rows that rest on the library of scenarios: words, visitors, error, honesty of the interval."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from device.errors import NotRadiometric, SensorError, SensorLost, SensorStalled
from device.simulator.scenario import schema
from device.simulator.sensor import SimulatedSensor
from screening.result import Reason, State
from screening.settings import Settings
from service.offline.bench import scenes
from service.offline.bench.doubt import misinformed, unsure
from service.offline.bench.outcome import Outcome, Watched
from service.offline.bench.row import Row
from service.offline.threshold import Share
from service.state.defaults import settings_for

DRAWS: Final = 3
# what a sensor's failure makes of the station: the worker says it, and no screener can
OF_THE_WORKER: Final[dict[type[SensorError], Reason]] = {
    SensorLost: Reason.SENSOR_LOST,
    SensorStalled: Reason.SENSOR_STALLED,
    NotRadiometric: Reason.NOT_RADIOMETRIC,
}


@dataclass(frozen=True, slots=True)
class Played:
    """A scenario that has been screened as `limen simulate` does.

    Attributes
    ----------
    shown
        Words that the screener said, and those that follow from how the sensor ended.
    outcomes
        Every visitor, beside the truth.
    """

    scenario: schema.Scenario
    shown: frozenset[str]
    outcomes: tuple[Outcome, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Announced words that nothing has shown."""
        return tuple(word for word in self.scenario.shows if word not in self.shown)

    @property
    def expected(self) -> int:
        """People who come to be screened."""
        return sum(person.role == "visitor" for person in self.scenario.people)

    @property
    def measured(self) -> tuple[Outcome, ...]:
        """Visitors of whom there are a temperature and a truth."""
        return tuple(o for o in self.outcomes if o.error_c is not None)

    @property
    def passers_by(self) -> int:
        """Reported visitors who were nobody that came to be screened."""
        roles = [person.role for person in self.scenario.people]
        return sum(o.person is None or roles[o.person - 1] != "visitor" for o in self.outcomes)


def play(scenario: schema.Scenario, seed: int = 0, *, only_words: bool = False) -> Played:
    """Screen a scenario under the settings that its admin would give.

    With `only_words` no longer than until every announced word has been shown.
    """
    wanted = frozenset(scenario.shows) if only_words else None
    (watched,), failed = _screen(scenario, seed, [settings_for(scenario)], wanted)
    words = set(watched.words)
    if failed is not None:
        words |= {OF_THE_WORKER[type(failed)], State.NOT_SCREENING}
    return Played(scenario, frozenset(words), tuple(watched.outcomes))


def _screen(
    scenario: schema.Scenario,
    seed: int,
    settings: Iterable[Settings],
    wanted: frozenset[str] | None = None,
) -> tuple[list[Watched], SensorError | None]:
    """Step a screener for each of the settings through the same frames.

    It ends where all words that are `wanted` have been said.
    """
    failed = None
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
        all_watched = [Watched(sensor.info, told) for told in settings]
        try:
            for frame in sensor.frames():
                for watched in all_watched:
                    watched.step(frame, sensor.truth())
                if wanted is not None and all(wanted <= watched.words for watched in all_watched):
                    break
        except SensorError as error:
            failed = error
        for watched in all_watched:
            watched.finish()
    return all_watched, failed


def both(
    scenario: schema.Scenario, seed: int, *, wrong: bool
) -> tuple[list[Outcome], list[Outcome]]:
    """Return the visitors of a scenario, without and with the learnt shape of the picture.

    Filmed at `scenes.RATE_HZ` or the camera's own rate, whichever is slower. With `wrong`, all
    that the station is told is as wrong as it says that it may be, with another draw for each seed.
    """
    cam = scenario.camera
    rate_hz = min(cam.frame_rate_hz or scenes.RATE_HZ, scenes.RATE_HZ)
    slow = scenario.model_copy(update={"camera": cam.model_copy(update={"frame_rate_hz": rate_hz})})
    settings = settings_for(slow)
    doubt = settings.doubt
    if wrong:
        settings, slow = misinformed(settings, doubt, seed), unsure(slow, doubt, seed)
    learnt = scenes.plate(slow.camera, seed)
    (without, with_it), _ = _screen(
        slow, seed, [replace(settings, uniformity=told) for told in (None, learnt)]
    )
    return without.outcomes, with_it.outcomes


def rows() -> Iterator[Row]:
    """Yield a row for each scenario, then what they say together."""
    played = []
    for name in schema.scenario_names():
        played.append(play(schema.load(name)))
        yield _row(played[-1])
    yield _words(played)
    yield _visitors(played)
    honest = [p.scenario for p in played if p.measured and p.scenario.camera.fault == "none"]
    exact = [both(scenario, 0, wrong=False) for scenario in honest]
    yield _errors("library_error", "no shape learnt", [o for pair in exact for o in pair[0]])
    yield _errors("library_error_learnt", "shape learnt", [o for pair in exact for o in pair[1]])
    films = [
        (scenario.camera.model, both(scenario, 1 + DRAWS * number + draw, wrong=True))
        for number, scenario in enumerate(honest)
        for draw in range(DRAWS)
    ]
    for key, how, which in (
        ("coverage_library", "no shape learnt", 0),
        ("coverage_library_learnt", "shape learnt", 1),
    ):
        yield _coverage(key, how, [(model, pair[which]) for model, pair in films])


def _row(played: Played) -> Row:
    errors = [o.error_c for o in played.outcomes if o.error_c is not None]
    inside = sum(bool(o.inside) for o in played.outcomes)
    shows = ", ".join(played.scenario.shows)
    said = f"shows {shows}" + (f"; NOT {', '.join(played.missing)}" if played.missing else "")
    visitors = f"{len(played.outcomes)} of {played.expected} visitors"
    if played.passers_by:
        visitors += f" ({played.passers_by} of them had not come to be screened)"
    if errors:
        off = ", ".join(f"{error:+.2f}" for error in errors)
        visitors += f", off by {off} deg C, truth inside {inside} of {len(errors)}"
    return Row(
        f"scenario_{played.scenario.name}",
        f"scenario {played.scenario.name}",
        f"{said}; {visitors}",
        {
            "missing": len(played.missing),
            "visitors": len(played.outcomes),
            "expected": played.expected,
            "measured": len(errors),
            "inside": inside,
        },
        "every word that it announces",
        met=not played.missing,
    )


def _words(played: Sequence[Played]) -> Row:
    whole = sum(not p.missing for p in played)
    return Row(
        "library_words",
        "scenarios that show every word that they announce",
        f"{whole} of {len(played)}",
        {"whole": whole, "scenarios": len(played)},
        "all", met=whole == len(played),
    )  # fmt: skip


def _visitors(played: Sequence[Played]) -> Row:
    """Count scenarios in which everybody who came was reported once, and nobody else."""
    wrong = [p.scenario.name for p in played if len(p.outcomes) != p.expected or p.passers_by]
    return Row(
        "library_visitors",
        "scenarios that report as many visitors as come",
        f"{len(played) - len(wrong)} of {len(played)}"
        + (f" (not: {', '.join(wrong)})" if wrong else ""),
        {"right": len(played) - len(wrong), "scenarios": len(played)},
    )


def _errors(key: str, how: str, outcomes: Sequence[Outcome]) -> Row:
    errors = np.array([o.error_c for o in outcomes if o.error_c is not None])
    rms = float(np.sqrt(np.mean(errors**2)))
    inside = Share(sum(bool(o.inside) for o in outcomes), len(errors))
    return Row(
        key,
        f"all scenarios, told what is true, {how}: error against truth",
        f"{rms:.3f} deg C rms (mean {errors.mean():+.3f}, worst {np.abs(errors).max():.2f}, "
        f"{len(errors)} visitors); truth inside {inside}",
        {"rms_c": rms, "mean_c": float(errors.mean()), "inside": inside.value},
    )


def _coverage(key: str, how: str, films: Sequence[tuple[str, list[Outcome]]]) -> Row:
    """Count the truths inside.

    Visitors of one film share its draw: what counts is one of each, the first, so that the exact
    interval, which takes them as independent, is right.
    """
    known = [(m, [bool(o.inside) for o in seen if o.inside is not None]) for m, seen in films]
    first = [(model, inside[0]) for model, inside in known if inside]
    whole = _share([inside for _, inside in first])
    everybody = _share([one for _, inside in known for one in inside])
    by_model = {
        model: _share([inside for other, inside in first if other == model])
        for model in sorted({model for model, _ in first})
    }
    return Row(
        key,
        f"truth inside the stated interval (k = 2), all scenarios, {how}, what is told as wrong "
        "as it may be",
        f"{whole} of one visitor from each film; "
        + ", ".join(f"{model} {share}" for model, share in by_model.items())
        + f"; all visitors {everybody.value:.3f} ({everybody.hits} of {everybody.total})",
        {
            "share": whole.value,
            "low": whole.low,
            "high": whole.high,
            "films": whole.total,
            "visitors": everybody.total,
            "visitors_share": everybody.value,
        },
        "93-97 %", "", "nobody states one", met=0.93 <= whole.value <= 0.97,
    )  # fmt: skip


def _share(inside: Sequence[bool]) -> Share:
    return Share(sum(inside), len(inside))
