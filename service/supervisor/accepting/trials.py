"""What is tried on the running station: that it alarms, that it says when it does not work.

A trial begins with a click, waits for what the station does, and ends by itself.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from screening.result import State, Verdict
from service.acceptance.series import (
    Alarmed,
    Alarms,
    Measured,
    NotFunctioning,
    Switch,
    Threshold,
    Tried,
)
from service.acceptance.words import Chapter, Trial
from service.ipc.calibration import Challenge, Doing
from service.ipc.records import Presence, Seen, Status
from service.ipc.settings import DecisionSettings
from service.ipc.view import DOWN
from service.state.acceptance import AcceptanceError
from service.supervisor.accepting.bench import Bench

WITHIN_S: Final = 30.0
CHALLENGE_WITHIN_S: Final = 60.0
ANSWERED_WITHIN_S: Final = 300.0  # until then the lowest threshold is in force
LOWEST_C: Final = 34.0  # the lowest threshold: everybody at rest is above it
HIGHEST_C: Final = 39.0
STEP_C: Final = 0.1
START_C: Final = 0.5  # above what would be elevated
SETTLED_S: Final = 1.5  # until the verdict is that of a new threshold
TRIAL_WITHIN_S: Final = 90.0
MAX_TRIED: Final = 30


class AlarmTrial:
    """Somebody steps up while the threshold is the lowest one: the time to the alarm.

    Parameters
    ----------
    now_s
        Monotonic time in seconds, here and below.
    """

    def __init__(self, now_s: float) -> None:
        self._begun_s = now_s
        self._measured_s: float | None = None
        self.shown_after_s: float | None = None
        self.elevated_c: float | None = None

    def seen(self, record: Seen, now_s: float) -> None:
        """Take a word on a visitor."""
        if record.presence is Presence.DEPARTED or self.shown_after_s is not None:
            return
        if self._measured_s is None:
            self._measured_s = now_s
        if record.verdict is Verdict.ELEVATED:
            self.shown_after_s = round(now_s - self._measured_s, 2)
            self.elevated_c = record.skin_temp_c

    def over(self, now_s: float) -> bool:
        """Whether it has ended: the alarm came, or nothing did for a while."""
        if self.shown_after_s is not None:
            return True
        since_s = self._begun_s + 2 * WITHIN_S if self._measured_s is None else self._measured_s
        return now_s - since_s > WITHIN_S

    def unanswered(self, now_s: float) -> bool:
        """Whether nobody has said for minutes what was heard: the trial is given up."""
        return now_s - self._begun_s > ANSWERED_WITHIN_S


class ThresholdTrial:
    """Somebody stands at the mark while the threshold comes down by its steps, until it is obeyed.

    The last reading that was not elevated is moved by one step, so that both belong to one
    threshold.

    Parameters
    ----------
    skin_c
        The reading of whoever stands there.
    guard_c
        Half-width of the guard band.
    """

    def __init__(self, skin_c: float, guard_c: float, now_s: float) -> None:
        top_c = min(HIGHEST_C, max(LOWEST_C, skin_c - guard_c + START_C))
        self.threshold_c = round(top_c, 1)
        self.guard_c = guard_c
        self._since_s = self._begun_s = now_s
        self._before_c: float | None = None
        self.switch: Switch | None = None

    def seen(self, record: Seen, now_s: float) -> bool:
        """Take a word on a visitor; True when the threshold has come down by a step."""
        if self.switch is not None or now_s - self._since_s < SETTLED_S:
            return False
        if record.skin_temp_c is None or record.verdict in {None, Verdict.NO_RESULT}:
            return False
        if record.verdict is Verdict.ELEVATED:
            if self._before_c is not None:
                before_c = round(self._before_c - STEP_C, 3)
                self.switch = Switch(self.threshold_c, self.guard_c, before_c, record.skin_temp_c)
            return False
        self._before_c = record.skin_temp_c
        self.threshold_c = round(self.threshold_c - STEP_C, 1)
        self._since_s = now_s
        return self.threshold_c >= LOWEST_C

    def over(self, now_s: float) -> bool:
        """Whether it has ended, with a switch or without one."""
        late = now_s - self._begun_s > TRIAL_WITHIN_S
        return self.switch is not None or self.threshold_c < LOWEST_C or late


def switched(measured: Measured, switch: Switch | None = None) -> Measured:
    """Return what was measured with every threshold that can be set, and one that was tried."""
    before = () if measured.threshold is None else measured.threshold.switches
    tried = [one for one in before if one.elevated_c is not None][-MAX_TRIED:]
    if switch is not None:
        tried.append(switch)
    steps = round((HIGHEST_C - LOWEST_C) / STEP_C)
    settable = [
        Switch(DecisionSettings(threshold_c=round(LOWEST_C + n * STEP_C, 1)).threshold_c)
        for n in range(steps + 1)
    ]
    return replace(measured, threshold=Threshold((*settable, *tried)))


def alarmed(measured: Measured, trial: AlarmTrial, doing: Doing) -> Measured:
    """Return what was measured with one more alarm, as the operator answers for it."""
    before = measured.alarm or Alarms(())
    one = Alarmed(trial.shown_after_s, bool(doing.heard), doing.level_dba)
    return replace(measured, alarm=Alarms((*before.alarms, one)[-MAX_TRIED:]))


class FaultTrial:
    """Something was done to the station: the time until it says that nobody is screened."""

    def __init__(self, trial: Trial, now_s: float) -> None:
        self.trial = trial
        self._begun_s = now_s

    def step(self, *, down: bool, now_s: float) -> Tried | None:
        """Return how it ended, None before."""
        passed_s = now_s - self._begun_s
        if down:
            return Tried(self.trial, round(passed_s, 2))
        return Tried(self.trial, None) if passed_s > WITHIN_S else None


def tried(measured: Measured, one: Tried) -> Measured:
    """Return what was measured with one more fault; the last of a kind counts."""
    before = measured.not_functioning or NotFunctioning(())
    others = tuple(other for other in before.tried if other.trial is not one.trial)
    return replace(measured, not_functioning=NotFunctioning((*others, one)))


def is_down(status: Status | None) -> bool:
    """Whether screens say that nobody is screened, the acceptance aside."""
    return status is None or status.state in DOWN


class Trials:
    """The trial that runs, one at a time, and whoever stands at the mark.

    Parameters
    ----------
    bench
        Screens with the threshold of a trial.
    clock
        Monotonic seconds.
    """

    def __init__(self, bench: Bench, clock: Callable[[], float]) -> None:
        self._bench = bench
        self._clock = clock
        self._skin_c: float | None = None
        self._guard_c = 0.0
        self._alarm: AlarmTrial | None = None
        self._fault: FaultTrial | None = None
        self._switching: ThresholdTrial | None = None

    @property
    def alarms(self) -> bool:
        """Whether an alarm is tried just now: then it is shown, accepted or not."""
        return self._alarm is not None or self._switching is not None

    @property
    def of_fault(self) -> bool:
        """Whether something was done to the station, and it is to say so."""
        return self._fault is not None

    @property
    def somebody(self) -> bool:
        """Whether somebody was measured who stands at the mark."""
        return self._skin_c is not None

    def hinders(self, doing: Doing) -> bool:
        """Whether something must not begin meanwhile; the answer to an alarm may."""
        answers = doing.chapter is Chapter.ALARM and doing.heard is not None
        return self.of_fault or self._switching is not None or (self.alarms and not answers)

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

    def take_skin_c(self) -> float | None:
        """Return the reading of whoever stands there, once: the next has to be measured first."""
        skin_c, self._skin_c = self._skin_c, None
        return skin_c

    def begin(self, doing: Doing, status: Status | None) -> None:
        """Begin a trial.

        Raises
        ------
        AcceptanceError
            When it cannot begin; the sentence says what to do.
        """
        now = self._clock()
        match doing.chapter:
            case Chapter.THRESHOLD:
                if self._skin_c is None:
                    raise AcceptanceError(
                        "Let somebody stand at the mark until they are measured, then begin."
                    )
                self._switching = ThresholdTrial(self._skin_c, self._guard_c, now)
                self._bench.try_threshold(self._switching.threshold_c)
            case Chapter.ALARM:
                self._alarm = AlarmTrial(now)
                self._bench.try_threshold(LOWEST_C)
            case _ if doing.trial is None:
                raise AcceptanceError("Say what is done to the station.")
            case _ if is_down(status):
                raise AcceptanceError(
                    "The station already says that it does not screen. Put back what was done, "
                    "wait until it screens again, then begin."
                )
            case _:
                self._fault = FaultTrial(doing.trial, now)

    def answered(self, measured: Measured, doing: Doing) -> Measured:
        """End the trial of an alarm as the operator answers for it; AcceptanceError before it."""
        if self._alarm is None or not self._alarm.over(self._clock()):
            raise AcceptanceError("The alarm has not come yet: wait for it, or for half a minute.")
        measured = alarmed(measured, self._alarm, doing)
        self.stop()
        return measured

    def turn(self, measured: Measured, status: Status | None) -> tuple[Chapter, Measured] | None:
        """Let a trial end; return of which chapter, and what was measured then."""
        now = self._clock()
        one = None if self._fault is None else self._fault.step(down=is_down(status), now_s=now)
        if one is not None:
            self._fault = None
            return Chapter.NOT_FUNCTIONING, tried(measured, one)
        if self._alarm is not None and self._alarm.unanswered(now):
            self.stop()
            return Chapter.ALARM, measured
        if self._switching is not None and self._switching.over(now):
            measured = switched(measured, self._switching.switch)
            self.stop()
            return Chapter.THRESHOLD, measured
        return None

    def stop(self) -> None:
        """End whatever is tried."""
        if self.alarms:
            self._bench.try_threshold(None)
        self._alarm = self._switching = self._fault = None


class ReferenceChallenge:
    """Is what is marked the reference? It is covered, must be missed, and be found again."""

    def __init__(self) -> None:
        self.stands = Challenge.NONE
        self._since_s = 0.0

    def begin(self, now_s: float) -> None:
        """Ask for the cover."""
        self.stands, self._since_s = Challenge.COVER, now_s

    def step(self, status: Status | None, now_s: float) -> bool:
        """Follow what the station says; True once, when the challenge is passed."""
        if self.stands not in {Challenge.COVER, Challenge.UNCOVER}:
            return False
        found = status is not None and status.reference_found and status.state not in DOWN
        if self.stands is Challenge.COVER and status is not None and not status.reference_found:
            if status.state is State.NOT_SCREENING:
                self.stands, self._since_s = Challenge.UNCOVER, now_s
        elif self.stands is Challenge.UNCOVER and found:
            self.stands = Challenge.PROVEN
            return True
        if now_s - self._since_s > CHALLENGE_WITHIN_S:
            self.stands = Challenge.FAILED
        return False
