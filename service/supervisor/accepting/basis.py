"""What a chapter of the acceptance was measured with: when that is another, it is measured again.

Pure: digests in, marks out. A mark is one digest of all that a chapter depends on.
"""

from hashlib import sha256
from typing import Final

from service.acceptance.words import Chapter
from service.ipc.acceptance import Cause
from service.state.acceptance import Facts
from service.state.calibration import Draft

_ALWAYS: Final = ("sensor", "firmware", "code")
_SCALE: Final = (*_ALWAYS, "lens", "place", "reference")
# What states a temperature depends on the scale; the others do on the sensor and the program.
_OF_SCALE: Final = frozenset(
    {
        Chapter.STABILITY,
        Chapter.UNIFORMITY,
        Chapter.RESOLUTION,
        Chapter.ACCURACY,
        Chapter.PEOPLE,
    }
)


def mark_of(facts: Facts | None, names: tuple[str, ...]) -> str:
    """Return the mark of some facts; empty while no sensor is open."""
    if facts is None:
        return ""
    return sha256("".join(getattr(facts, name) for name in names).encode()).hexdigest()


def mark(chapter: Chapter, facts: Facts | None) -> str:
    """Return the mark of what a chapter is measured with now."""
    return mark_of(facts, _SCALE if chapter in _OF_SCALE else _ALWAYS)


def of_reference(facts: Facts | None) -> str:
    """Return the mark of the reference that a challenge proves."""
    return mark_of(facts, ("place", "reference"))


def changed(draft: Draft, facts: Facts | None) -> tuple[Chapter, ...]:
    """Return the chapters whose numbers are those of another sensor, place, lens or program."""
    if facts is None:
        return ()
    return tuple(
        chapter
        for chapter in Chapter
        if getattr(draft.measured, chapter.value) is not None
        and draft.under.get(chapter) != mark(chapter, facts)
    )


def differs(before: Facts, now: Facts) -> tuple[Cause, ...]:
    """Return what is another than it was."""
    names = Facts.model_fields
    return tuple(Cause(one) for one in names if getattr(before, one) != getattr(now, one))
