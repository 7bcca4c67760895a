"""The steps of the wizard: which are done, and why one may not be left yet. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from service.acceptance.words import Chapter, Conformity
from service.ipc.calibration import Need, Notes, Paper, Review, ShownStep, Step, Ticks
from service.ipc.settings import StationSettings

COARSE_MM: Final = 8.0  # a face has hardly a dozen pixels then
_SAME_C: Final = 0.006
OF_BATTERY: Final = (
    Chapter.STABILITY,
    Chapter.UNIFORMITY,
    Chapter.RESOLUTION,
    Chapter.ALARM,
    Chapter.NOT_FUNCTIONING,
    Chapter.PEOPLE,
)
OF_STEP: Final = {
    Step.WARM_UP: (Chapter.WARM_UP,),
    Step.SWEEP: (Chapter.ACCURACY,),
    Step.THRESHOLD: (Chapter.THRESHOLD,),
    Step.BATTERY: OF_BATTERY,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the steps depend on.

    Attributes
    ----------
    holds
        Whether the learnt shape of the picture is that of the open sensor.
    changed
        Chapters that were measured with something else than what is there now.
    closed, signed, in_force
        Whether the record is made, signed by two people, and the one that is in force.
    """

    sensor: bool
    locked: bool
    reference_found: bool
    mm_per_px: float | None
    settings: StationSettings | None
    notes: Notes
    ticks: Ticks
    chapters: dict[Chapter, Conformity]
    repeat: tuple[Chapter, ...]
    changed: tuple[Chapter, ...]
    proven: bool
    holds: bool
    today: date
    review: Review | None = None
    closed: bool = False
    signed: bool = False
    in_force: bool = False


def steps(now: Standing) -> tuple[ShownStep, ...]:
    """Return every step with what it needs; a step that needs nothing is done."""
    shown = [ShownStep(step, _needs(step, now)) for step in Step if step not in _LAST]
    earlier = any(one.needs for one in shown)
    close = [] if now.closed else [Need.CLOSE]
    sign = [*([Need.EARLIER] if earlier and not now.closed else close)]
    if now.closed and not now.signed:
        sign.append(Need.SIGNATURES)
    shown.append(ShownStep(Step.SIGN, tuple(sign)))
    valid = () if now.in_force else ((Need.IN_FORCE,) if not sign else (Need.EARLIER,))
    return (*shown, ShownStep(Step.VALID, valid))


_LAST: Final = frozenset({Step.SIGN, Step.VALID})


def _needs(step: Step, now: Standing) -> tuple[Need, ...]:
    needs: list[Need] = []
    match step:
        case Step.UNPACK:
            needs += [] if now.sensor else [Need.SENSOR]
            needs += [] if now.locked else [Need.NOT_LOCKED]
            needs += [] if now.ticks.unpacked else [Need.UNPACKED]
        case Step.PLACE:
            needs += [] if now.reference_found else [Need.REFERENCE_SEEN]
            coarse = now.mm_per_px is not None and now.mm_per_px > COARSE_MM
            needs += [Need.COARSE] if coarse else []
            needs += [] if now.ticks.placed else [Need.PLACED]
        case Step.REFERENCE:
            needs += _of_paper(now)
            needs += [] if now.proven else [Need.CHALLENGE]
        case Step.SHAPE:
            needs += [] if now.holds else [Need.SHAPE]
        case Step.THRESHOLD:
            late = now.review is None or now.review.until < now.today
            needs += [Need.REVIEW] if late else []
        case Step.SURROUNDINGS:
            needs += [] if now.ticks.surroundings else [Need.SURROUNDINGS]
    needs += _of_chapters(step, now)
    return tuple(dict.fromkeys(needs))


def _of_chapters(step: Step, now: Standing) -> list[Need]:
    needs: list[Need] = []
    for chapter in OF_STEP.get(step, ()):
        if chapter in now.repeat:
            needs.append(Need.REPEAT)
        elif chapter in now.changed:
            needs.append(Need.CHANGED)
        elif now.chapters.get(chapter, Conformity.NOT_MEASURED) is Conformity.NOT_MEASURED:
            needs.append(Need.MEASURE)
        elif now.chapters[chapter] is Conformity.DOES_NOT_CONFORM:
            needs.append(Need.FAILED)
    return needs


def complete(paper: Paper) -> bool:
    """Whether nothing is missing of what the record cites."""
    words = (paper.laboratory, paper.number, paper.serial)
    numbers = (paper.set_point_c, paper.expanded_c, paper.emissivity, paper.issued, paper.due)
    return all(words) and None not in numbers


def _of_paper(now: Standing) -> list[Need]:
    paper = now.notes.paper
    if not complete(paper):
        return [Need.PAPER]
    needs = []
    if paper.due is not None and paper.due < now.today:
        needs.append(Need.PAPER_DUE)
    if paper.issued and paper.due and (paper.issued > now.today or paper.due <= paper.issued):
        needs.append(Need.PAPER_DATES)
    reference = now.settings.references[0] if now.settings and now.settings.references else None
    if reference is None or reference.mark is None:
        needs.append(Need.MARK)
    if reference is not None:
        said = (paper.set_point_c, paper.emissivity, 2.0 * (paper.expanded_c or 0.0) / paper.k)
        set_ = (reference.temp_c, reference.emissivity, reference.expanded_uncertainty_c)
        if any(a is None or abs(a - b) > _SAME_C for a, b in zip(said, set_, strict=True)):
            needs.append(Need.PAPER_DIFFERS)
    return needs
