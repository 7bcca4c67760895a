"""The calibration that an admin is at: what is measured, what is missing, what comes into force.

It hears what the worker says, second by second, and writes whole drafts. Nothing of it is in force
before two people have signed the closed record and an admin has put it in force: one write, with
its entry in the audit trail before it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Final

from device.info import SensorInfo
from screening.result import Reason
from service.acceptance import chapters
from service.acceptance.series import People, PersonTwice
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Chapter, Conformity
from service.ipc.calibration import (
    READING_EVERY_S,
    Act,
    BySerial,
    Challenge,
    Decision,
    Doing,
    Driven,
    Notes,
    Review,
    ShownCalibration,
    ShownCalibrator,
    ShownChapter,
    ShownStep,
    Ticks,
)
from service.ipc.records import Instruments, Seen, SpotSeen, Status
from service.state.acceptance import AcceptanceError
from service.state.calibration import CalibrationStore, Draft
from service.state.recorder import Recorder
from service.supervisor.accepting import basis, decisions, signing, taking, trials, wizard
from service.supervisor.accepting.acceptance import Acceptance
from service.supervisor.accepting.bench import Around, Bench
from service.supervisor.accepting.by_serial import SweepBySerial, missing
from service.supervisor.accepting.into_force import IntoForce
from service.supervisor.accepting.moving import LEAST_C, SetPointChallenge, told_apart_c
from service.supervisor.accepting.taking import Taking
from service.supervisor.accepting.trials import (
    AlarmTrial,
    FaultTrial,
    ReferenceChallenge,
    ThresholdTrial,
)

SETTLED_S: Final = 60.0
STATUS_S: Final = 0.5  # in which another status comes
_UNSETTLED: Final = {Reason.FFC, Reason.SETTLING}
MAX_LOOKS: Final = 15


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
        self._store = store
        self._acceptance = acceptance
        self._recorder = recorder
        self._bench = bench
        self._around = around
        self._clock = clock
        self._today = today
        self._problem = ""
        self._sensor: SensorInfo | None = None
        self._locked = True
        self._status: Status | None = None
        self._unsettled_s: float | None = None  # when it last corrected itself, or settled
        self._offset_c: float | None = None
        self._spot: SpotSeen | None = None
        self._skin_c: float | None = None
        self._guard_c = 0.0
        self._taking: Taking | None = None
        self._chapter_began_s = 0.0
        self._again: Doing | None = None  # goes on by itself when the sensor is back
        self._look = 0
        self._alarm: AlarmTrial | None = None
        self._fault: FaultTrial | None = None
        self._switching: ThresholdTrial | None = None
        self._challenge: ReferenceChallenge | SetPointChallenge = ReferenceChallenge()
        self._challenge_of = ""  # mark of the reference that is challenged
        self._by_serial: SweepBySerial | None = None
        self._judged: dict[Chapter, ChapterVerdict] = {}
        self._signed: tuple[tuple[str, ...], str] = ((), "")
        self._into_force = IntoForce(store, acceptance, recorder, bench, around, today)
        self._draft = self._load()

    def _load(self) -> Draft:
        """Return the draft; what was interrupted in it is marked, and gone where a gap kills it."""
        try:
            draft = self._store.load()
        except AcceptanceError as error:
            self._problem = str(error)
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

    # ---- what happens

    def opened(self, sensor: SensorInfo, *, locked: bool) -> None:
        """Note the sensor that is open; what was measured with another one is worth nothing."""
        self._sensor, self._locked = sensor, locked
        facts = self._acceptance.facts
        mark = "" if facts is None else facts.sensor
        if self._draft.sensor and self._draft.sensor != mark:
            self._keep(Draft(notes=self._draft.notes))
        self._look = 0

    def lost(self) -> None:
        """Note that no sensor is open: what runs is interrupted."""
        if self._fault is None:
            self._stop_trials()
        if self._moves:
            self._challenge = ReferenceChallenge()
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
            try:
                self._rest_on(again.chapter)
                self._begin(again)
            except AcceptanceError as error:
                self._problem = str(error)

    def status(self, status: Status) -> None:
        """Take what the screener says of this moment."""
        self._status = status
        if {status.reason, status.second_reason} & _UNSETTLED:
            self._unsettled_s = self._clock()
        self._follow_challenge()

    def _follow_challenge(self) -> None:
        if self._challenge.step(self._status, self._clock()):
            mark = basis.of_reference(self._acceptance.facts)
            self._keep(self._draft.model_copy(update={"proven": mark}))
        if isinstance(self._challenge, SetPointChallenge):
            if self._challenge_of != basis.of_reference(self._acceptance.facts):
                self._drop_challenge()  # another reference or mark is set meanwhile
            elif not self._challenge.active and self._look == self._challenge.look:
                self._aim(None)

    def _drop_challenge(self) -> None:
        if self._moves and self._sensor is not None:
            self._aim(None)
        self._challenge = ReferenceChallenge()

    @property
    def _moves(self) -> bool:
        """Whether the reference is being set elsewhere."""
        return isinstance(self._challenge, SetPointChallenge) and self._challenge.active

    def spot(self, spot: SpotSeen) -> None:
        """Take what is read at a place, once a second."""
        self._spot = spot
        if isinstance(self._challenge, SetPointChallenge):
            self._challenge.spot(spot, self._clock())
        run = self._taking
        if run is None or spot.look != self._look or self._settles(run.doing.chapter):
            return
        chapter, facts = run.doing.chapter, self._acceptance.facts
        if facts is not None and self._draft.under.get(chapter) != basis.mark(chapter, facts):
            self._pause()  # a setting was changed meanwhile: no mixture
            self._stop_sweep()
            return
        at_s = self._clock() - self._chapter_began_s
        second = taking.Second(spot, self._offset_c)
        measured = run.second(second, at_s, self._draft.measured, self._draft.ticks)
        if measured is not None:
            self._measured(measured, chapter)
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
        now = self._clock()
        if record.skin_temp_c is not None:
            self._skin_c = record.skin_temp_c
            settings = self._bench.settings()
            k = 0.0 if settings is None else settings.decision.guard_k
            self._guard_c = round(k * (record.expanded_uncertainty_c or 0.0) / 2.0, 3)
        if self._alarm is not None:
            self._alarm.seen(record, now)
        if self._switching is not None and self._switching.seen(record, now):
            self._bench.try_threshold(self._switching.threshold_c)

    def turn(self) -> None:
        """Let trials end; call it every now and then."""
        now = self._clock()
        self._follow_challenge()
        self._sweep_on(now)
        if self._fault is not None:
            one = self._fault.step(down=trials.is_down(self._status), now_s=now)
            if one is not None:
                self._fault = None
                self._measured(trials.tried(self._draft.measured, one), Chapter.NOT_FUNCTIONING)
                self._keep(self._draft.model_copy(update={"running": None}))
        if self._alarm is not None and self._alarm.unanswered(now):
            self._stop_trials()
        if self._switching is not None and self._switching.over(now):
            measured = trials.switched(self._draft.measured, self._switching.switch)
            self._switching = None
            self._bench.try_threshold(None)
            self._measured(measured, Chapter.THRESHOLD)
            self._keep(self._draft.model_copy(update={"running": None}))

    @property
    def trial(self) -> bool:
        """Whether an alarm is tried just now: then it is shown, accepted or not."""
        return self._alarm is not None or self._switching is not None

    # ---- what an admin does

    def note(self, notes: Notes) -> None:
        """Keep what was typed.

        Raises
        ------
        AcceptanceError
            When the disk does not take it, here and below.
        """
        self._open()
        self._save(self._draft.model_copy(update={"notes": notes}))

    def tick(self, ticks: Ticks) -> None:
        """Keep what was ticked, and set of the adjustable source."""
        self._open()
        self._save(self._draft.model_copy(update={"ticks": ticks}))

    def do(self, doing: Doing) -> None:
        """Do one act.

        Raises
        ------
        AcceptanceError
            When it cannot be done now, or is not kept; the sentence says why.
        """
        self._open()
        chapter = doing.chapter
        match doing.act:
            case Act.PAUSE:
                self._again = None
                self._pause()
                self._stop_trials()
                self._stop_sweep()
                return
            case Act.UNDO:
                self._undo(chapter)
                return
            case Act.AGAIN:
                if chapter is Chapter.ACCURACY:
                    self._stop_sweep()
                if self._draft.running is chapter:
                    self._pause()
                    self._stop_trials()
                self._forget(chapter)
                return
        # without a sensor a fault cannot be tried either, and says so itself
        if self._sensor is None and chapter is not Chapter.NOT_FUNCTIONING:
            raise AcceptanceError("No sensor is open: wait until the station sees.")
        answers = chapter is Chapter.ALARM and doing.heard is not None
        trial = self._fault or self._switching or (None if answers else self._alarm)
        if self._taking is not None or trial is not None or self._sweeps or self._moves:
            raise AcceptanceError("Another measurement runs: let it end, or pause it.")
        self._rest_on(chapter)
        if doing.by_serial is not None:
            self._begin_sweep(doing)
        elif chapter in taking.TAKEN:
            self._begin(doing)
        else:
            self._try(doing)

    def _rest_on(self, chapter: Chapter) -> None:
        """Note what a chapter is measured with; numbers of something else are thrown away."""
        facts = self._acceptance.facts
        if chapter in basis.changed(self._draft, facts):
            self._forget(chapter)
        if facts is not None:
            under = {**self._draft.under, chapter: basis.mark(chapter, facts)}
            self._draft = self._draft.model_copy(update={"under": under})

    def _begin(self, doing: Doing) -> None:
        chapter = doing.chapter
        if chapter is Chapter.UNIFORMITY and (doing.place is None or doing.at is None):
            raise AcceptanceError("Say at which place the source is, and click it in the picture.")
        if chapter is Chapter.ACCURACY and (doing.set_c is None or doing.at is None):
            raise AcceptanceError("Say at what the source is set, and click it in the picture.")
        held = chapter is Chapter.STABILITY and doing.at is None
        if held and self._offset_c is None:
            raise AcceptanceError("The reference is not seen yet: wait until it is.")
        series = getattr(self._draft.measured, chapter.value)
        before_s = self._begun_before_s(chapter, series)
        if chapter is Chapter.WARM_UP and series and before_s <= series.times_s[-1]:
            # the sensor was off meanwhile: it warms up anew
            self._measured(replace(self._draft.measured, warm_up=None), chapter)
        self._chapter_began_s = self._clock() - before_s
        self._aim(doing.at)
        held_c = None
        if held:
            known_c = self._draft.held_c
            held_c = self._offset_c if series is None or known_c is None else known_c
        self._taking = Taking(doing, before_s, held_c)
        sensor = "" if self._acceptance.facts is None else self._acceptance.facts.sensor
        self._save(
            self._draft.model_copy(
                update={
                    "running": chapter,
                    "held_c": held_c if chapter is Chapter.STABILITY else self._draft.held_c,
                    "begun": self._draft.begun or self._today(),
                    "sensor": sensor,
                    "repeat": tuple(one for one in self._draft.repeat if one is not chapter),
                }
            )
        )

    def _begin_sweep(self, doing: Doing) -> None:
        """Let the station set the calibrator itself, to what was not measured yet."""
        calibrator = self._bench.calibrator()
        if calibrator is None:
            raise AcceptanceError(
                "The station was started without a calibrator: limen run --calibrator PORT."
            )
        if doing.chapter is not Chapter.ACCURACY or doing.at is None:
            raise AcceptanceError("Click the source in the picture, then begin.")
        have = () if self._draft.measured.accuracy is None else self._draft.measured.accuracy.points
        points = missing(have, whole=doing.by_serial is BySerial.WHOLE)
        if not points:
            raise AcceptanceError("All these set points are measured.")
        if len(have) + len(points) > taking.MAX_POINTS:
            raise AcceptanceError(
                f"With these set points there would be more than {taking.MAX_POINTS}: throw the "
                "values away and begin anew."
            )
        self._by_serial = SweepBySerial(calibrator, doing.at, points, self._clock())

    @property
    def _sweeps(self) -> bool:
        """Whether a sweep by serial goes on."""
        return self._by_serial is not None and self._by_serial.active

    def _sweep_on(self, now_s: float) -> None:
        """Go on with a sweep: measure, once the source has settled and the station sees it."""
        sweep = self._by_serial
        if sweep is None or not sweep.active or not sweep.turn(now_s):
            return
        status = self._status
        sees = self._sensor is not None and status is not None and status.reference_found
        if not sees or self._settles(Chapter.ACCURACY):
            return
        set_c, way = sweep.set_point
        try:
            self._rest_on(Chapter.ACCURACY)
            self._begin(Doing(Chapter.ACCURACY, Act.BEGIN, at=sweep.at, set_c=set_c, way=way))
        except AcceptanceError as error:
            self._problem = str(error)
            return
        sweep.begins()

    def _point_taken(self) -> None:
        """Tell a sweep by serial that a measurement has ended, and whether its point is kept."""
        sweep = self._by_serial
        if sweep is not None and sweep.stands is Driven.MEASURING:
            series = self._draft.measured.accuracy
            points = () if series is None else series.points
            kept = bool(points) and (points[-1].set_c, points[-1].way) == sweep.set_point
            sweep.measured(self._clock(), whole=kept)

    def _stop_sweep(self) -> None:
        if self._by_serial is not None:
            self._by_serial.stop()

    def _begun_before_s(self, chapter: Chapter, series: object) -> float:
        if chapter is Chapter.WARM_UP:
            return self._bench.warm_for_s()
        times = getattr(series, "times_s", ())
        return float(times[-1]) + READING_EVERY_S if times else 0.0

    def _aim(self, at: tuple[float, float] | None) -> None:
        self._look = 0 if at is None else self._look % MAX_LOOKS + 1
        self._bench.look(self._look, at, self._draft.ticks.target_emissivity)

    def _try(self, doing: Doing) -> None:
        now, measured = self._clock(), self._draft.measured
        match doing.chapter:
            case Chapter.THRESHOLD:
                if self._skin_c is None:
                    self._measured(trials.switched(measured), doing.chapter)
                    raise AcceptanceError(
                        "Let somebody stand at the mark until they are measured, then begin."
                    )
                self._switching = ThresholdTrial(self._skin_c, self._guard_c, now)
                self._bench.try_threshold(self._switching.threshold_c)
            case Chapter.ALARM if doing.heard is None:
                self._alarm = AlarmTrial(now)
                self._bench.try_threshold(trials.LOWEST_C)
            case Chapter.ALARM:
                if self._alarm is None or not self._alarm.over(now):
                    raise AcceptanceError(
                        "The alarm has not come yet: wait for it, or for half a minute."
                    )
                measured = trials.alarmed(measured, self._alarm, doing)
                self._stop_trials()
                self._measured(measured, doing.chapter)
                return
            case Chapter.NOT_FUNCTIONING:
                if doing.trial is None:
                    raise AcceptanceError("Say what is done to the station.")
                if trials.is_down(self._status):
                    raise AcceptanceError(
                        "The station already says that it does not screen. Put back what was done, "
                        "wait until it screens again, then begin."
                    )
                self._fault = FaultTrial(doing.trial, now)
            case Chapter.PEOPLE:
                self._person(doing.clinical_c)
                return
        self._save(self._draft.model_copy(update={"running": doing.chapter}))
        return

    def _person(self, clinical_c: float | None) -> None:
        if clinical_c is None or self._skin_c is None:
            raise AcceptanceError(
                "Let the person stand at the mark until they are measured, then type in what the "
                "clinical thermometer says."
            )
        difference_c = round(self._skin_c - clinical_c, 2)
        self._skin_c = None  # of one person: the next has to be measured first
        first_c = self._draft.waiting_first_c
        if first_c is None:
            self._save(self._draft.model_copy(update={"waiting_first_c": difference_c}))
            return
        before = self._draft.measured.people or People(())
        people = People((*before.people, PersonTwice(first_c, difference_c)))
        self._draft = self._draft.model_copy(update={"waiting_first_c": None})
        self._measured(replace(self._draft.measured, people=people), Chapter.PEOPLE)
        return

    def _undo(self, chapter: Chapter) -> None:
        """Take the last value back; of a person whom one operator has measured, that one."""
        if chapter is Chapter.PEOPLE and self._draft.waiting_first_c is not None:
            self._save(self._draft.model_copy(update={"waiting_first_c": None}))
            return
        self._measured(taking.undone(self._draft.measured, chapter), chapter)

    def _forget(self, chapter: Chapter) -> None:
        """Throw a chapter away."""
        if chapter is Chapter.PEOPLE:
            self._draft = self._draft.model_copy(update={"waiting_first_c": None})
        self._measured(replace(self._draft.measured, **{chapter.value: None}), chapter)

    def _pause(self) -> None:
        self._taking = None
        if self._look and self._sensor is not None:
            self._aim(None)
        if self._draft.running is not None:
            self._keep(self._draft.model_copy(update={"running": None}))

    def _stop_trials(self) -> None:
        if self._alarm is not None or self._switching is not None:
            self._bench.try_threshold(None)
        self._alarm = self._switching = self._fault = None
        if self._draft.running is not None and self._taking is None:
            self._keep(self._draft.model_copy(update={"running": None}))

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
                self._stop_sweep()
                self._save(Draft(notes=self._draft.notes))
                self._judged.clear()
            case Decision.CHALLENGE:
                self._open()
                self._begin_challenge(by_c)
            case Decision.CLOSE:
                self._close(signers)
            case Decision.REOPEN:
                self._save(self._draft.model_copy(update={"record": "", "closed": None}))
            case Decision.PUT_IN_FORCE:
                self._into_force.put(self._draft, self._sensor)
            case Decision.END:
                decisions.end(self._acceptance, self._recorder, self._today())
            case Decision.LET_SCREEN | Decision.LET_NOT_SCREEN:
                on = decision is Decision.LET_SCREEN
                decisions.let_screen(self._acceptance, self._recorder, on=on)
            case Decision.REVIEW:
                decisions.reviewed(self._acceptance, self._recorder, review, self._today())

    def _begin_challenge(self, by_c: float | None) -> None:
        self._drop_challenge()
        if by_c is None:
            self._challenge = challenge = ReferenceChallenge()
            challenge.begin(self._clock())
            return
        settings = self._bench.settings()
        reference = settings.references[0] if settings and settings.references else None
        if settings is None or reference is None or reference.mark is None:
            raise AcceptanceError("Click the reference in the picture and save, then challenge it.")
        if self._status is None or not self._status.reference_found:
            raise AcceptanceError("The reference is not seen yet: wait until it is.")
        if self._taking is not None or self._sweeps:
            raise AcceptanceError("Another measurement runs: let it end, or pause it.")
        least_c = max(LEAST_C, 2.0 * told_apart_c(reference))
        if abs(by_c) < least_c:
            raise AcceptanceError(
                f"Set it elsewhere by {least_c:.2f} deg C at least: less cannot be told from its "
                "uncertainty."
            )
        self._aim(reference.mark)
        self._challenge_of = basis.of_reference(self._acceptance.facts)
        reflected_c = settings.scene.reflected_temp_c
        self._challenge = SetPointChallenge(reference, by_c, reflected_c, self._look, self._clock())

    def _open(self) -> None:
        if self._draft.record:
            raise AcceptanceError("The record is closed: open it again to change something.")

    def _close(self, places: tuple[int, int] | None) -> None:
        self._open()
        self._pause()
        self._stop_trials()
        self._stop_sweep()
        waiting = [one.step for one in self._steps()[:-2] if one.needs]
        if waiting:
            names = ", ".join(step.value.replace("_", " ") for step in waiting)
            raise AcceptanceError(f"These steps are not done: {names}.")
        size = self._spot.mm_per_px if self._spot else None
        self._save(self._into_force.closed(self._draft, self._sensor, size, places))

    # ---- what is shown

    def shown(self) -> ShownCalibration:
        """Return all that the wizard shows, but one chapter."""
        draft, standing, spot = self._draft, self._acceptance.shown(), self._spot
        digest = path = problem = ""
        signers: tuple[str, ...] = ()
        if draft.record:
            path = str(self._store.records / draft.record)
            try:
                data, signers, problem = signing.signatures(
                    self._store, self._draft.record, self._around.own, self._today()
                )
                digest = sha256(data).hexdigest()
            except AcceptanceError as error:
                problem = str(error)
        self._signed = signers, problem
        return ShownCalibration(
            notes=draft.notes,
            ticks=draft.ticks,
            steps=self._steps(digest),
            chapters=tuple(map(self._shown_chapter, Chapter)),
            begun=draft.begun,
            causes=standing.causes,
            until=standing.until,
            screen_unaccepted=self._acceptance.screen_unaccepted,
            challenge=self._challenge_stands,
            reference_found=self._status is not None and self._status.reference_found,
            raw_c=spot.raw_c if spot else None,
            surface_c=spot.surface_c if spot else None,
            noise_k=spot.noise_k if spot else None,
            mm_per_px=spot.mm_per_px if spot else None,
            look=bool(spot and spot.look),
            readings=self._bench.readings(),
            waiting_first=draft.waiting_first_c is not None,
            may_sign=tuple(key.name for key in signing.keys(self._around.own, self._today())),
            record_sha256=digest,
            record_path=path,
            signers=signers,
            signing_problem=problem,
            problem=self._problem or self._acceptance.problem,
            review=decisions.review_of(self._acceptance),
            settles=self._taking is not None and self._settles(self._taking.doing.chapter),
            calibrator=self._shown_calibrator(),
            challenge_by_c=getattr(self._challenge, "by_c", None),
            challenge_moved_c=getattr(self._challenge, "moved_c", None),
        )

    def _shown_calibrator(self) -> ShownCalibrator | None:
        if self._by_serial is not None:
            return self._by_serial.shown()
        return None if self._bench.calibrator() is None else ShownCalibrator(Driven.READY)

    def verdict(self, chapter: Chapter) -> ChapterVerdict:
        """Return how a chapter stands, by the numbers that there are."""
        known = self._judged.get(chapter)
        if known is None:
            known = chapters.judge_chapter(chapter, self._draft.measured)
            self._judged[chapter] = known
        return known

    def _steps(self, digest: str = "") -> tuple[ShownStep, ...]:
        draft, in_force = self._draft, self._acceptance.in_force
        accepted = None if in_force is None else in_force.accepted
        signers, problem = self._signed
        return wizard.steps(
            wizard.Standing(
                sensor=self._sensor is not None,
                locked=self._locked,
                reference_found=self._status is not None and self._status.reference_found,
                mm_per_px=self._spot.mm_per_px if self._spot else None,
                settings=self._bench.settings(),
                notes=draft.notes,
                ticks=draft.ticks,
                chapters={one: self.verdict(one).conformity for one in Chapter},
                repeat=draft.repeat,
                changed=basis.changed(draft, self._acceptance.facts),
                proven=self._proven,
                holds=self._bench.shape_holds(),
                today=self._today(),
                review=decisions.review_of(self._acceptance),
                closed=bool(draft.record),
                signed=bool(draft.record) and not problem and len(signers) >= signing.SIGNERS,
                in_force=bool(digest)
                and accepted is not None
                and accepted.record_sha256 == digest
                and self._acceptance.shown().accepted,
            )
        )

    @property
    def _proven(self) -> bool:
        """Whether the reference that is set is the one that passed its challenge."""
        mark = basis.of_reference(self._acceptance.facts)
        return bool(self._draft.proven) and (not mark or self._draft.proven == mark)

    @property
    def _challenge_stands(self) -> Challenge:
        """How the challenge stands; what was proven of another reference or mark is nothing."""
        now = self._challenge.stands
        if now in {Challenge.NONE, Challenge.PROVEN}:
            return Challenge.PROVEN if self._proven else Challenge.NONE
        return now

    def _shown_chapter(self, chapter: Chapter) -> ShownChapter:
        have, need, left_s = taking.progress(self._draft.measured, chapter)
        changed = basis.changed(self._draft, self._acceptance.facts)
        repeat = chapter in self._draft.repeat or chapter in changed
        return ShownChapter(
            chapter,
            Conformity.NOT_MEASURED if repeat else self.verdict(chapter).conformity,
            running=self._draft.running is chapter
            or (chapter is Chapter.ACCURACY and self._sweeps),
            have=have,
            need=need,
            left_s=left_s,
            repeat=repeat,
        )

    # ---- keeping

    def _measured(self, measured: object, chapter: Chapter) -> None:
        self._judged.pop(chapter, None)
        repeat = tuple(one for one in self._draft.repeat if one is not chapter)
        sensor = "" if self._acceptance.facts is None else self._acceptance.facts.sensor
        self._keep(
            self._draft.model_copy(
                update={
                    "measured": measured,
                    "repeat": repeat,
                    "begun": self._draft.begun or self._today(),
                    "sensor": sensor or self._draft.sensor,
                }
            )
        )

    def _save(self, draft: Draft) -> None:
        self._store.save(draft)
        self._draft, self._problem = draft, ""

    def _keep(self, draft: Draft) -> None:
        """Keep what happened by itself; when the disk does not take it, the page says so."""
        self._draft = draft
        try:
            self._store.save(draft)
            self._problem = ""
        except AcceptanceError as error:
            self._problem = str(error)
