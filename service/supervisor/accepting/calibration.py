"""The calibration that an admin is at: what is measured, what is missing, what comes into force.

It hears what the worker says, second by second, and writes whole drafts. Nothing of it is in force
before two people have signed the closed record and an admin has put it in force: one write, with
its entry in the audit trail before it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from device.info import SensorInfo
from screening.result import Reason
from service.acceptance.series import People, PersonTwice, SetPoint
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Chapter
from service.ipc.calibration import (
    READING_EVERY_S,
    Act,
    Decision,
    Doing,
    Notes,
    Review,
    ShownCalibration,
    Ticks,
)
from service.ipc.records import Instruments, Seen, SpotSeen, Status
from service.state.acceptance import AcceptanceError
from service.state.calibration import CalibrationStore
from service.state.recorder import Recorder
from service.supervisor.accepting import decisions, taking
from service.supervisor.accepting.acceptance import Acceptance
from service.supervisor.accepting.bench import Aim, Around, Bench
from service.supervisor.accepting.by_serial import Sweeping
from service.supervisor.accepting.challenging import Challenging
from service.supervisor.accepting.drafting import Drafting
from service.supervisor.accepting.into_force import IntoForce
from service.supervisor.accepting.showing import Now, Showing
from service.supervisor.accepting.taking import Taking
from service.supervisor.accepting.trials import Trials, switched

SETTLED_S: Final = 60.0
STATUS_S: Final = 0.5  # in which another status comes
_UNSETTLED: Final = {Reason.FFC, Reason.SETTLING}
_BUSY: Final = "Another measurement runs: let it end, or pause it."


class Calibration:
    """One draft, the chapter that runs, and the way into force.

    Parameters
    ----------
    store
        Holds draft and records.
    acceptance
        What is in force.
    recorder
        Keeps what came into force, and what was ended.
    bench
        The supervisor.
    around
        Name of the station, and the folder of the institution's own register.
    clock, today
        Monotonic seconds, and the day, UTC.
    """

    def __init__(
        self,
        store: CalibrationStore,
        acceptance: Acceptance,
        recorder: Recorder,
        bench: Bench,
        around: Around,
        *,
        clock: Callable[[], float],
        today: Callable[[], date],
    ) -> None:
        self._acceptance = acceptance
        self._recorder = recorder
        self._bench = bench
        self._clock = clock
        self._today = today
        self._sensor: SensorInfo | None = None
        self._locked = True
        self._status: Status | None = None
        self._unsettled_s: float | None = None  # when it last corrected itself, or settled
        self._offset_c: float | None = None
        self._spot: SpotSeen | None = None
        self._taking: Taking | None = None
        self._chapter_began_s = 0.0
        self._again: Doing | None = None  # goes on by itself when the sensor is back
        self._drafting = drafting = Drafting(store, acceptance, today)
        self._aim = aim = Aim(bench, lambda: drafting.draft.ticks.target_emissivity)
        self._challenging = challenging = Challenging(drafting, acceptance, bench, aim, clock)
        self._trials = Trials(bench, clock)
        self._sweeping = sweeping = Sweeping(bench, clock)
        self._into_force = IntoForce(store, acceptance, recorder, bench, around, today)
        self._showing = Showing(
            store, drafting, challenging, sweeping, acceptance, bench, around, today
        )

    # ---- what happens

    def opened(self, sensor: SensorInfo, *, locked: bool) -> None:
        """Note the sensor that is open; what was measured with another one is worth nothing."""
        self._sensor, self._locked = sensor, locked
        self._drafting.opened()
        self._aim.look = 0

    def lost(self) -> None:
        """Note that no sensor is open: what runs is interrupted."""
        if not self._trials.of_fault:
            self._stop_trials()
        self._challenging.lost()
        self._sensor, self._status, self._spot, self._offset_c = None, None, None, None
        if self._taking is not None:
            doing = self._taking.doing
            self._again = doing if doing.chapter in taking.LONG else None
            self._pause()
            self._point_taken()

    def instruments(self, instruments: Instruments) -> None:
        """Take how the sensor does, once a second."""
        self._offset_c = instruments.offset_c
        again = self._again
        if again is not None and self._offset_c is not None and self._taking is None:
            self._again = None
            self._begin_by_itself(again)

    def status(self, status: Status) -> None:
        """Take what the screener says of this moment."""
        self._status = status
        if {status.reason, status.second_reason} & _UNSETTLED:
            self._unsettled_s = self._clock()
        self._challenging.follow(status)

    def spot(self, spot: SpotSeen) -> None:
        """Take what is read at a place, once a second."""
        self._spot = spot
        self._challenging.spot(spot)
        run = self._taking
        if run is None or spot.look != self._aim.look or self._settles(run.doing.chapter):
            return
        chapter = run.doing.chapter
        if not self._drafting.rests_on_what_is(chapter):
            self._pause()  # a setting was changed meanwhile: no mixture
            self._sweeping.stop()
            return
        at_s = self._clock() - self._chapter_began_s
        draft, second = self._drafting.draft, taking.Second(spot, self._offset_c)
        measured = run.second(second, at_s, draft.measured, draft.ticks)
        if measured is not None:
            self._drafting.measured(measured, chapter)
        if run.over:
            self._pause()
            self._point_taken()

    def _settles(self, chapter: Chapter) -> bool:
        """Whether the sensor corrects itself or settles: what it reads then is left out.

        A long series looks at the sensor alone, and after a correction that still falls for a
        minute, when the screener has long taken it out by the reference.
        """
        after_s = SETTLED_S if chapter in taking.LONG else STATUS_S
        return self._unsettled_s is not None and self._clock() - self._unsettled_s <= after_s

    def seen(self, record: Seen) -> None:
        """Take a word on a visitor."""
        self._trials.seen(record)

    def turn(self) -> None:
        """Let trials end; call it every now and then."""
        self._challenging.follow(self._status)
        doing = self._sweeping.turn()
        sees = self._sensor is not None and self._status and self._status.reference_found
        ready = doing is not None and sees and not self._settles(doing.chapter)
        if doing is not None and ready and self._begin_by_itself(doing):
            self._sweeping.begins()
        before = self._drafting.draft.measured
        ended = self._trials.turn(before, self._status)
        if ended is not None:
            chapter, measured = ended
            if measured is not before:
                self._drafting.measured(measured, chapter)
            self._drafting.keep(running=None)

    @property
    def trial(self) -> bool:
        """Whether an alarm is tried just now: then it is shown, accepted or not."""
        return self._trials.alarms

    # ---- what an admin does

    def note(self, notes: Notes) -> None:
        """Keep what was typed.

        Raises
        ------
        AcceptanceError
            When the disk does not take it, here and below.
        """
        self._drafting.require_open()
        self._drafting.save(notes=notes)

    def tick(self, ticks: Ticks) -> None:
        """Keep what was ticked, and set of the adjustable source."""
        self._drafting.require_open()
        self._drafting.save(ticks=ticks)

    def do(self, doing: Doing) -> None:
        """Do one act.

        Raises
        ------
        AcceptanceError
            When it cannot be done now, or is not kept; the sentence says why.
        """
        self._drafting.require_open()
        chapter = doing.chapter
        match doing.act:
            case Act.PAUSE:
                self._again = None
                self._stop_all()
                return
            case Act.UNDO:
                self._drafting.undo(chapter)
                return
            case Act.AGAIN:
                if chapter is Chapter.ACCURACY:
                    self._sweeping.stop()
                if self._drafting.draft.running is chapter:
                    self._pause()
                    self._stop_trials()
                self._drafting.forget(chapter)
                return
        self._measure(doing)

    def _measure(self, doing: Doing) -> None:
        chapter = doing.chapter
        # without a sensor a fault cannot be tried either, and says so itself
        if self._sensor is None and chapter is not Chapter.NOT_FUNCTIONING:
            raise AcceptanceError("No sensor is open: wait until the station sees.")
        if self._takes or self._trials.hinders(doing) or self._challenging.moves:
            raise AcceptanceError(_BUSY)
        self._drafting.rest_on(chapter)
        if doing.by_serial is not None:
            self._sweeping.begin(doing, self._points)
        elif chapter in taking.TAKEN:
            self._begin(doing)
        elif chapter is Chapter.PEOPLE:
            self._person(doing.clinical_c)
        else:
            self._try(doing)

    @property
    def _takes(self) -> bool:
        """Whether values are being taken."""
        return self._taking is not None or self._sweeping.active

    @property
    def _points(self) -> tuple[SetPoint, ...]:
        accuracy = self._drafting.draft.measured.accuracy
        return () if accuracy is None else accuracy.points

    def _begin_by_itself(self, doing: Doing) -> bool:
        """Begin what nobody clicks; False when it cannot, and the page says why."""
        try:
            self._drafting.rest_on(doing.chapter)
            self._begin(doing)
        except AcceptanceError as error:
            self._drafting.problem = str(error)
            return False
        return True

    def _begin(self, doing: Doing) -> None:
        chapter, draft = doing.chapter, self._drafting.draft
        if chapter is Chapter.UNIFORMITY and (doing.place is None or doing.at is None):
            raise AcceptanceError("Say at which place the source is, and click it in the picture.")
        if chapter is Chapter.ACCURACY and (doing.set_c is None or doing.at is None):
            raise AcceptanceError("Say at what the source is set, and click it in the picture.")
        held = chapter is Chapter.STABILITY and doing.at is None
        if held and self._offset_c is None:
            raise AcceptanceError("The reference is not seen yet: wait until it is.")
        series = getattr(draft.measured, chapter.value)
        before_s = self._begun_before_s(chapter, series)
        if chapter is Chapter.WARM_UP and series and before_s <= series.times_s[-1]:
            # the sensor was off meanwhile: it warms up anew
            self._drafting.measured(replace(draft.measured, warm_up=None), chapter)
        self._chapter_began_s = self._clock() - before_s
        self._aim.at(doing.at)
        held_c = None
        if held:
            held_c = self._offset_c if series is None or draft.held_c is None else draft.held_c
        self._taking = Taking(doing, before_s, held_c)
        self._drafting.save(
            running=chapter,
            held_c=held_c if chapter is Chapter.STABILITY else draft.held_c,
            begun=draft.begun or self._today(),
            sensor="" if self._acceptance.facts is None else self._acceptance.facts.sensor,
            repeat=tuple(one for one in draft.repeat if one is not chapter),
        )

    def _begun_before_s(self, chapter: Chapter, series: object) -> float:
        if chapter is Chapter.WARM_UP:
            return self._bench.warm_for_s()
        times = getattr(series, "times_s", ())
        return float(times[-1]) + READING_EVERY_S if times else 0.0

    def _point_taken(self) -> None:
        """Tell a sweep by serial that a measurement has ended."""
        self._sweeping.point_taken(self._points)

    def _try(self, doing: Doing) -> None:
        chapter, measured = doing.chapter, self._drafting.draft.measured
        if chapter is Chapter.ALARM and doing.heard is not None:
            measured = self._trials.answered(measured, doing)
            self._drafting.measured(measured, chapter)
            self._drafting.keep(running=None)
            return
        if chapter is Chapter.THRESHOLD and not self._trials.somebody:
            self._drafting.measured(switched(measured), chapter)  # what can be set is known
        self._trials.begin(doing, self._status)
        self._drafting.save(running=chapter)

    def _person(self, clinical_c: float | None) -> None:
        draft = self._drafting.draft
        skin_c = None if clinical_c is None else self._trials.take_skin_c()
        if clinical_c is None or skin_c is None:
            raise AcceptanceError(
                "Let the person stand at the mark until they are measured, then type in what the "
                "clinical thermometer says."
            )
        difference_c = round(skin_c - clinical_c, 2)
        first_c = draft.waiting_first_c
        if first_c is None:
            self._drafting.save(waiting_first_c=difference_c)
            return
        before = draft.measured.people or People(())
        people = People((*before.people, PersonTwice(first_c, difference_c)))
        self._drafting.draft = draft.model_copy(update={"waiting_first_c": None})
        self._drafting.measured(replace(draft.measured, people=people), Chapter.PEOPLE)

    def _pause(self) -> None:
        self._taking = None
        if self._aim.look and self._sensor is not None:
            self._aim.at(None)
        if self._drafting.draft.running is not None:
            self._drafting.keep(running=None)

    def _stop_trials(self) -> None:
        self._trials.stop()
        if self._drafting.draft.running is not None and self._taking is None:
            self._drafting.keep(running=None)

    def _stop_all(self) -> None:
        self._pause()
        self._stop_trials()
        self._sweeping.stop()

    # ---- the way into force

    def decide(
        self,
        decision: Decision,
        signers: tuple[int, int] | None = None,
        review: Review | None = None,
        by_c: float | None = None,
    ) -> None:
        """Do what an admin decided.

        Parameters
        ----------
        signers
            Who is to sign the record that is closed: two places in `may_sign`.
        review
            What was decided of the necessity.
        by_c
            By how much the reference is set elsewhere to challenge it; None: it is covered.

        Raises
        ------
        AcceptanceError
            When it cannot be done; the sentence says why.
        AuditError
            When the trail does not take it: then it was not done.
        """
        match decision:
            case Decision.BEGIN_ANEW:
                self._pause()
                self._sweeping.stop()
                self._drafting.begin_anew()
            case Decision.CHALLENGE:
                self._drafting.require_open()
                if by_c is not None and self._takes:
                    raise AcceptanceError(_BUSY)
                self._challenging.begin(self._status, by_c)
            case Decision.CLOSE:
                self._close(signers)
            case Decision.REOPEN:
                self._drafting.save(record="", closed=None)
            case Decision.PUT_IN_FORCE:
                self._into_force.put(self._drafting.draft, self._sensor)
            case Decision.END:
                decisions.end(self._acceptance, self._recorder, self._today())
            case Decision.LET_SCREEN | Decision.LET_NOT_SCREEN:
                on = decision is Decision.LET_SCREEN
                decisions.let_screen(self._acceptance, self._recorder, on=on)
            case Decision.REVIEW:
                decisions.reviewed(self._acceptance, self._recorder, review, self._today())

    def _close(self, places: tuple[int, int] | None) -> None:
        self._drafting.require_open()
        self._stop_all()
        waiting = [one.step for one in self._showing.steps(self._now())[:-2] if one.needs]
        if waiting:
            names = ", ".join(step.value.replace("_", " ") for step in waiting)
            raise AcceptanceError(f"These steps are not done: {names}.")
        size = self._spot.mm_per_px if self._spot else None
        draft = self._into_force.closed(self._drafting.draft, self._sensor, size, places)
        self._drafting.save(record=draft.record, closed=draft.closed)

    # ---- what is shown

    def shown(self) -> ShownCalibration:
        """Return all that the wizard shows, but one chapter."""
        return self._showing.shown(self._now())

    def verdict(self, chapter: Chapter) -> ChapterVerdict:
        """Return how a chapter stands, by the numbers that there are."""
        return self._drafting.verdict(chapter)

    def _now(self) -> Now:
        run = self._taking
        settles = run is not None and self._settles(run.doing.chapter)
        return Now(self._sensor is not None, self._locked, self._status, self._spot, settles)
