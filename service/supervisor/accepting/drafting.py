"""The draft of a calibration: what was measured, with what, and that all of it is kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from service.acceptance import chapters
from service.acceptance.series import Measured
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Chapter
from service.state.acceptance import AcceptanceError
from service.state.calibration import CalibrationStore, Draft
from service.supervisor.accepting import basis, taking
from service.supervisor.accepting.acceptance import Acceptance


class Drafting:
    """One draft, written whole at each change.

    Parameters
    ----------
    store
        Holds it.
    acceptance
        What is in force: the facts that a chapter is measured with.
    today
        The day, UTC.

    Attributes
    ----------
    draft
        As it is now.
    problem
        Why it was not kept, or is damaged; empty when all is well.
    """

    def __init__(
        self, store: CalibrationStore, acceptance: Acceptance, today: Callable[[], date]
    ) -> None:
        self._store = store
        self._acceptance = acceptance
        self._today = today
        self._verdicts: dict[Chapter, ChapterVerdict] = {}
        self.problem = ""
        self.draft = self._load()

    def _load(self) -> Draft:
        """Return the draft; what was interrupted in it is marked, and gone where a gap kills it."""
        try:
            draft = self._store.load()
        except AcceptanceError as error:
            self.problem = str(error)
            return Draft()
        chapter = draft.running
        if chapter is None:
            return draft
        if chapter in taking.LONG:
            draft = draft.model_copy(
                update={
                    "repeat": tuple(dict.fromkeys((*draft.repeat, chapter))),
                    "measured": replace(draft.measured, **{chapter.value: None}),
                }
            )
        return draft.model_copy(update={"running": None})

    # ---- keeping

    def save(self, **changes: Any) -> None:
        """Keep what an admin has done.

        Raises
        ------
        AcceptanceError
            When the disk does not take it: then nothing has changed.
        """
        draft = self.draft.model_copy(update=changes)
        self._store.save(draft)
        self.draft, self.problem = draft, ""

    def keep(self, **changes: Any) -> None:
        """Keep what happened by itself; when the disk does not take it, the page says so."""
        self.draft = self.draft.model_copy(update=changes)
        try:
            self._store.save(self.draft)
            self.problem = ""
        except AcceptanceError as error:
            self.problem = str(error)

    def begin_anew(self) -> None:
        """Throw all away but what was typed; AcceptanceError as `save`."""
        fresh = Draft(notes=self.draft.notes)
        self._store.save(fresh)
        self._verdicts.clear()
        self.draft, self.problem = fresh, ""

    def opened(self) -> None:
        """Note that a sensor is open; what was measured with another one is worth nothing."""
        facts = self._acceptance.facts
        if self.draft.sensor and self.draft.sensor != ("" if facts is None else facts.sensor):
            self._verdicts.clear()
            self.draft = Draft(notes=self.draft.notes)
            self.keep()

    def require_open(self) -> None:
        """Raise an AcceptanceError when the record is closed."""
        if self.draft.record:
            raise AcceptanceError("The record is closed: open it again to change something.")

    # ---- chapters

    def measured(self, measured: Measured, chapter: Chapter) -> None:
        """Keep what was measured; of the sensor that is open, and no longer to be repeated."""
        self._verdicts.pop(chapter, None)
        facts = self._acceptance.facts
        self.keep(
            measured=measured,
            repeat=tuple(one for one in self.draft.repeat if one is not chapter),
            begun=self.draft.begun or self._today(),
            sensor=self.draft.sensor if facts is None else facts.sensor or self.draft.sensor,
        )

    def undo(self, chapter: Chapter) -> None:
        """Take the last value back; of a person whom one operator has measured, that one."""
        if chapter is Chapter.PEOPLE and self.draft.waiting_first_c is not None:
            self.save(waiting_first_c=None)
            return
        self.measured(taking.undone(self.draft.measured, chapter), chapter)

    def forget(self, chapter: Chapter) -> None:
        """Throw a chapter away."""
        if chapter is Chapter.PEOPLE:
            self.draft = self.draft.model_copy(update={"waiting_first_c": None})
        self.measured(replace(self.draft.measured, **{chapter.value: None}), chapter)

    def rest_on(self, chapter: Chapter) -> None:
        """Note what a chapter is measured with; numbers of something else are thrown away."""
        facts = self._acceptance.facts
        if chapter in self.changed:
            self.forget(chapter)
        if facts is not None:
            under = {**self.draft.under, chapter: basis.mark(chapter, facts)}
            self.draft = self.draft.model_copy(update={"under": under})

    def rests_on_what_is(self, chapter: Chapter) -> bool:
        """Whether a chapter that runs is still measured with what it began with."""
        facts = self._acceptance.facts
        return facts is None or self.draft.under.get(chapter) == basis.mark(chapter, facts)

    @property
    def changed(self) -> tuple[Chapter, ...]:
        """The chapters that were measured with something else."""
        return basis.changed(self.draft, self._acceptance.facts)

    def verdict(self, chapter: Chapter) -> ChapterVerdict:
        """Return how a chapter stands, by the numbers that there are."""
        known = self._verdicts.get(chapter)
        if known is None:
            known = chapters.judge_chapter(chapter, self.draft.measured)
            self._verdicts[chapter] = known
        return known

    # ---- the reference

    def prove_reference(self) -> None:
        """Note that the reference that is set has passed its challenge."""
        self.keep(proven=basis.of_reference(self._acceptance.facts))

    @property
    def proven(self) -> bool:
        """Whether the reference that is set is the one that passed its challenge."""
        mark = basis.of_reference(self._acceptance.facts)
        return bool(self.draft.proven) and (not mark or self.draft.proven == mark)
