"""What a guard is shown: alarms stay, words fade, silence blinds."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from device.info import SensorInfo
from screening.result import Reason, State, Verdict
from screening.settings import Decision, Settings
from service.ipc.acceptance import Cause, ShownAcceptance
from service.ipc.expiry import BELIEVED_S, stamp
from service.ipc.messages import MESSAGES
from service.ipc.records import Presence, Seen, Status
from service.ipc.view import DOWN, Advice, Need, Outcome, View
from service.ipc.vocabulary import MAX_MESSAGE_BYTES, ChannelError
from service.state.counters import Counted
from service.supervisor.cards import MAX_OPEN, MAX_SHOWN, UNDO_S
from service.supervisor.guard_view import (
    CLEAR_SHOWN_S,
    FFC_S,
    PAUSE_S,
    RECHECK_SHOWN_S,
    GuardView,
)
from tests.narrow import some
from tests.service.stage import ACCEPTED

NOT_ACCEPTED = ShownAcceptance()
SENSOR = SensorInfo("simulated", "simulated", "0", "1", 640, 512, 30.0, 32.0, 0.02, simulated=True)


def visitor(number: int, verdict: Verdict | None = None, *reasons: Reason) -> Seen:
    why = (*reasons, None, None)
    return Seen(
        mark=number,
        begins=False,
        presence=Presence.IN_VIEW,
        verdict=verdict,
        reason=why[0],
        second_reason=why[1],
        skin_temp_c=35.5,
        expanded_uncertainty_c=0.4,
    )


class Watched:
    """A station with a clock, told what a worker says."""

    def __init__(self, *, allow_unlocked: bool = False, locked: bool = True) -> None:
        self.now = 100.0
        self.station = GuardView(allow_unlocked=allow_unlocked)
        self.station.configured(Settings())
        self.station.stands(ACCEPTED)
        self.station.started(SENSOR, locked=locked)
        self.begun: set[int] = set()

    def step(
        self,
        state: State,
        *visitors: Seen,
        departed: tuple[Seen, ...] = (),
        reasons: tuple[Reason, ...] = (),
        after: float = 0.1,
    ) -> None:
        self.now += after
        for one in departed:
            self.say(replace(one, presence=Presence.DEPARTED))
        for one in visitors:
            self.say(one)
        why = (*reasons, None, None)
        self.station.status(Status(state, why[0], why[1], exposed=stamp(self.now)), self.now)

    def say(self, record: Seen) -> None:
        self.station.seen(replace(record, begins=record.mark not in self.begun), self.now)
        self.begun.add(record.mark)
        if record.presence is Presence.DEPARTED:
            self.begun.discard(record.mark)

    def lose(self, reason: Reason, what: str = "") -> None:
        self.station.lost(reason, what)
        self.begun.clear()

    def steps(self, seconds: float, state: State, *visitors: Seen) -> None:
        for _ in range(round(seconds / 0.1)):
            self.step(state, *visitors)

    @property
    def view(self) -> View:
        return self.station.view(self.now)


def test_before_the_first_worker_the_station_is_starting() -> None:
    assert GuardView().view(0.0).state is State.STARTING


def test_a_station_that_lost_its_worker_is_not_screening_and_says_why() -> None:
    watched = Watched()
    watched.step(State.READY)
    watched.lose(Reason.SENSOR_LOST, "It was unplugged.")
    view = watched.view
    assert (view.state, view.reasons) == (State.NOT_SCREENING, (Reason.SENSOR_LOST,))
    assert view.failure == "It was unplugged."


def test_a_new_worker_is_not_trusted_before_its_first_result() -> None:
    watched = Watched()
    watched.step(State.READY)
    watched.lose(Reason.WORKER_LOST)
    watched.station.started(SENSOR, locked=True)
    before = watched.view
    watched.step(State.READY)
    assert (before.state, watched.view.state) == (State.NOT_SCREENING, State.READY)


def test_silence_blinds_the_station_and_names_nobody() -> None:
    watched = Watched()
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))
    watched.now += BELIEVED_S + 0.01
    view = watched.view
    assert (view.state, view.reasons) == (State.NOT_SCREENING, (Reason.SILENT,))
    assert view.visitors == ()
    assert view.visitor is None


@pytest.mark.parametrize("allowed", [False, True])
def test_without_the_lock_nobody_is_screened_unless_that_was_asked_for(allowed: bool) -> None:
    watched = Watched(allow_unlocked=allowed, locked=False)
    watched.step(State.READY)
    assert not watched.view.locked
    expected = State.READY if allowed else State.NOT_SCREENING
    assert watched.view.state is expected


def test_a_reason_not_to_screen_goes_through_at_once() -> None:
    watched = Watched()
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))
    watched.step(State.NOT_SCREENING, reasons=(Reason.REFERENCE_MISSING,))
    assert watched.view.state is State.NOT_SCREENING
    assert watched.view.reasons == (Reason.REFERENCE_MISSING,)


def test_an_alarm_stays_until_a_guard_acknowledges_it() -> None:
    watched = Watched()
    watched.step(State.ELEVATED, visitor(1, Verdict.ELEVATED, Reason.ABOVE_THRESHOLD))
    watched.step(State.READY, departed=(visitor(1, Verdict.ELEVATED, Reason.ABOVE_THRESHOLD),))
    watched.steps(60.0, State.READY)
    view = watched.view
    assert (view.state, view.reasons) == (State.ELEVATED, (Reason.ABOVE_THRESHOLD,))
    assert view.visitor is not None
    assert view.visitor.id == 1
    assert [alarm.acknowledged for alarm in view.alarms] == [False]
    assert view.alarms[0].age_s == pytest.approx(60.1, abs=0.2)
    assert watched.station.acknowledge(1)
    assert watched.view.state is State.READY
    assert [alarm.acknowledged for alarm in watched.view.alarms] == [True]


def test_an_alarm_outlives_the_worker_that_raised_it() -> None:
    watched = Watched()
    watched.step(State.ELEVATED, visitor(1, Verdict.ELEVATED))
    watched.lose(Reason.WORKER_LOST)
    assert watched.view.state is State.NOT_SCREENING
    assert [alarm.number for alarm in watched.view.alarms] == [1]
    watched.station.started(SENSOR, locked=True)
    watched.step(State.ELEVATED, visitor(1, Verdict.ELEVATED))  # the new worker counts from 1 too
    assert [alarm.number for alarm in watched.view.alarms] == [1, 2]
    assert [alarm.visitor.id for alarm in watched.view.alarms] == [1, 2]


def test_one_visitor_raises_one_alarm_whose_numbers_follow_the_better_measurement() -> None:
    watched = Watched()
    raised = []
    for skin_c in (38.2, 38.5, 38.6):
        watched.step(State.ELEVATED, replace(visitor(1, Verdict.ELEVATED), skin_temp_c=skin_c))
        raised.append(watched.view.alarms)
    assert [len(alarms) for alarms in raised] == [1, 1, 1]
    assert raised[-1][0].visitor.skin_temp_c == 38.6


def test_a_second_check_ends_an_alarm_and_it_does_not_come_back_for_the_same_visitor() -> None:
    watched = Watched()
    watched.step(State.ELEVATED, visitor(1, Verdict.ELEVATED))
    watched.station.acknowledge(1)
    assert watched.station.second_check(1, Outcome.CONFIRMED, watched.now)
    watched.now += UNDO_S
    assert watched.station.turn(watched.now) == [Counted.CONFIRMED]
    watched.step(State.ELEVATED, visitor(1, Verdict.ELEVATED))
    assert watched.view.alarms == ()
    assert watched.view.state is State.ELEVATED  # still said, while the visitor stands there


def test_whoever_was_answered_for_and_has_left_is_not_in_the_headline_any_more() -> None:
    """Nobody waits for a check, says the card: the headline must not ask for one."""
    watched = Watched()
    watched.step(State.ELEVATED)
    assert watched.view.state is State.ELEVATED, "nobody was answered for"
    watched.step(State.ELEVATED, visitor(1, Verdict.ELEVATED))
    watched.station.acknowledge(1)
    watched.station.second_check(1, Outcome.CONFIRMED, watched.now)
    shown = [watched.view.state]  # who stands there is still in it
    watched.station.undo(1, watched.now)
    watched.step(State.ELEVATED, departed=(visitor(1, Verdict.ELEVATED),))  # held to be read
    shown.append(watched.view.state)
    watched.station.second_check(1, Outcome.CONFIRMED, watched.now)
    shown.append(watched.view.state)
    watched.station.undo(1, watched.now)
    shown.append(watched.view.state)
    assert shown == [State.ELEVATED, State.ELEVATED, State.READY, State.ELEVATED]


def test_alarms_that_do_not_exist_cannot_be_answered() -> None:
    assert not GuardView().acknowledge(1)
    assert not GuardView().second_check(1, Outcome.CONFIRMED, 0.0)
    assert not GuardView().undo(1, 0.0)


def test_of_several_alarms_the_oldest_unacknowledged_one_is_shown() -> None:
    watched = Watched()
    watched.step(State.ELEVATED, visitor(1, Verdict.ELEVATED), visitor(2, Verdict.ELEVATED))
    watched.station.acknowledge(1)
    assert watched.view.visitor is not None
    assert watched.view.visitor.id == 2


def test_an_alarm_that_nobody_answers_stays_whatever_comes_after_it() -> None:
    watched = Watched()
    for number in range(1, 60):
        alarming = visitor(number, Verdict.ELEVATED)
        watched.step(State.ELEVATED, alarming)
        watched.step(State.READY, departed=(alarming,))
    assert [alarm.number for alarm in watched.view.alarms] == list(range(1, MAX_SHOWN + 1))
    assert watched.view.waiting == 59
    assert watched.view.visitor is not None
    assert watched.view.visitor.id == 1


def test_a_clear_fades_while_its_visitor_still_stands_there() -> None:
    watched = Watched()
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))
    first = watched.view
    assert first.state is State.CLEAR
    watched.steps(CLEAR_SHOWN_S / 2, State.CLEAR, visitor(1, Verdict.CLEAR))
    then = watched.view
    assert then.state is State.CLEAR
    assert some(then.fading) < some(first.fading)
    watched.steps(CLEAR_SHOWN_S / 2 + 0.1, State.CLEAR, visitor(1, Verdict.CLEAR))
    assert watched.view.state is State.READY
    assert watched.view.visitor is None


def test_a_clear_is_still_read_after_its_visitor_has_walked_on() -> None:
    watched = Watched()
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))
    watched.step(State.READY, departed=(visitor(1, Verdict.CLEAR),))
    view = watched.view
    assert view.state is State.CLEAR
    assert view.visitor is not None
    assert view.visitor.id == 1


@pytest.mark.parametrize("state", [State.READY, State.CLEAR, State.HOLD_STILL, State.COME_CLOSER])
def test_a_clear_never_shows_for_the_next_visitor(state: State) -> None:
    watched = Watched()
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))
    watched.step(state, visitor(2))
    assert watched.view.state is not State.CLEAR


def a_blindness(watched: Watched) -> None:
    watched.step(State.NOT_SCREENING, reasons=(Reason.FFC,))


def a_new_worker(watched: Watched) -> None:
    watched.lose(Reason.WORKER_LOST)
    watched.station.started(SENSOR, locked=True)


def a_moment_without_acceptance(watched: Watched) -> None:
    watched.station.stands(NOT_ACCEPTED)
    watched.station.stands(ACCEPTED)


@pytest.mark.parametrize("between", [a_blindness, a_new_worker, a_moment_without_acceptance])
def test_a_clear_from_before_is_not_taken_up_again(between: Callable[[Watched], None]) -> None:
    watched = Watched()
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))
    watched.step(State.READY, departed=(visitor(1, Verdict.CLEAR),))
    assert watched.view.state is State.CLEAR
    between(watched)
    watched.step(State.READY)
    view = watched.view
    assert (view.state, view.visitor, view.fading) == (State.READY, None, None)


def test_an_alarm_is_not_taken_back_by_a_later_clear() -> None:
    """A second look may be luckier than the first; the thermometer decides."""
    watched = Watched()
    watched.step(State.ELEVATED, visitor(1, Verdict.ELEVATED))
    watched.station.acknowledge(1)
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))
    watched.step(State.READY, departed=(visitor(1, Verdict.CLEAR),))
    watched.now += 2 * UNDO_S
    assert watched.station.turn(watched.now) == []
    assert [(alarm.number, alarm.outcome) for alarm in watched.view.alarms] == [(1, None)]


def test_each_visitor_gets_their_own_clear() -> None:
    watched = Watched()
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))
    gone = (visitor(1, Verdict.CLEAR),)
    watched.step(State.CLEAR, visitor(2, Verdict.CLEAR), departed=gone)
    assert watched.view.visitor is not None
    assert watched.view.visitor.id == 2


def test_a_visitor_who_left_without_a_result_is_called_back() -> None:
    watched = Watched()
    watched.step(State.HOLD_STILL, visitor(1, None))
    watched.step(State.READY, departed=(visitor(1, Verdict.NO_RESULT, Reason.BLURRED),))
    view = watched.view
    assert (view.state, view.reasons) == (State.RECHECK, (Reason.BLURRED,))
    watched.steps(RECHECK_SHOWN_S + 0.1, State.READY)
    assert watched.view.state is State.READY


def test_no_result_is_no_last_word_while_the_visitor_is_still_there() -> None:
    watched = Watched()
    watched.step(State.HOLD_STILL, visitor(1, Verdict.NO_RESULT))
    assert watched.view.state is State.HOLD_STILL


def test_guidance_for_the_next_visitor_comes_before_a_fading_recheck() -> None:
    watched = Watched()
    watched.step(State.RECHECK, visitor(1, Verdict.RECHECK))
    watched.step(State.TAKE_OFF_GLASSES, visitor(2))
    assert watched.view.state is State.TAKE_OFF_GLASSES


def test_a_visitor_whose_face_is_missed_is_shown_again_as_the_same() -> None:
    watched = Watched()
    watched.step(State.HOLD_STILL, visitor(1))
    watched.step(State.HOLD_STILL)
    assert [one.id for one in watched.view.visitors] == [1]
    watched.say(replace(visitor(1), presence=Presence.MISSED))
    assert not watched.view.visitors
    watched.say(visitor(1))
    assert [one.id for one in watched.view.visitors] == [1]


def test_the_relative_mode_and_the_threshold_are_said() -> None:
    watched = Watched()
    watched.station.configured(Settings(references=(), decision=Decision(threshold_c=37.9)))
    assert watched.view.relative
    assert watched.view.threshold_c == 37.9


@pytest.mark.parametrize("state", sorted(DOWN))
def test_whoever_is_not_screened_is_not_shown(state: State) -> None:
    watched = Watched()
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR), visitor(2))
    watched.step(state, visitor(1, Verdict.CLEAR), reasons=(Reason.FFC,))
    view = watched.view
    assert (view.state, view.reasons) == (state, (Reason.FFC,))
    assert (view.visitors, view.visitor, view.fading) == ((), None, None)
    watched.step(State.READY)
    assert watched.view.state is State.READY  # the verdict from before is not taken up again


def test_a_view_says_until_when_it_may_be_believed() -> None:
    watched = Watched()
    assert watched.view.until_s == 0.0
    watched.step(State.READY)
    until_s = watched.now + BELIEVED_S
    assert watched.view.until_s == pytest.approx(until_s, abs=0.011)
    watched.now += 0.3
    assert watched.view.until_s == pytest.approx(until_s, abs=0.011)
    watched.now += 0.3
    assert watched.view.until_s == 0.0


@pytest.mark.parametrize("exposed_after_s", [-BELIEVED_S, -60.0, 0.02, 60.0])
def test_a_frame_that_is_too_old_or_of_a_time_to_come_is_not_believed(
    exposed_after_s: float,
) -> None:
    watched = Watched()
    watched.station.status(
        Status(State.READY, exposed=stamp(watched.now + exposed_after_s)), watched.now
    )
    assert watched.view.reasons == (Reason.SILENT,)


def test_a_visitor_who_never_came_or_came_twice_ends_the_worker() -> None:
    station = Watched().station
    with pytest.raises(ChannelError, match="never came"):
        station.seen(visitor(1), 100.0)
    station.seen(replace(visitor(1), begins=True), 100.0)
    with pytest.raises(ChannelError, match="came twice"):
        station.seen(replace(visitor(1), begins=True), 100.0)


def test_the_last_word_on_a_visitor_is_given_once() -> None:
    station = Watched().station
    begun = replace(visitor(1), begins=True)
    assert station.seen(begun, 100.0) is None
    gone = replace(visitor(1, Verdict.RECHECK, Reason.UNCERTAIN), presence=Presence.DEPARTED)
    last = station.seen(gone, 100.1)
    assert last is not None
    assert (last.id, last.verdict, last.reasons) == (1, Verdict.RECHECK, (Reason.UNCERTAIN,))
    assert station.seen(begun, 100.2) is None  # the mark is free again


# ---- planned pauses, and what to do


def test_an_ffc_is_a_moment_and_its_seconds_run_down() -> None:
    watched = Watched()
    watched.step(State.READY)
    watched.step(State.NOT_SCREENING, reasons=(Reason.FFC,))
    whole_s = FFC_S + Settings().limits.ffc_settle_s
    first = watched.view
    assert (first.state, first.advice) == (State.NOT_SCREENING, Advice.MOMENT)
    assert first.moment_s == pytest.approx(whole_s)
    for _ in range(40):
        watched.step(State.NOT_SCREENING, reasons=(Reason.SETTLING,))
    assert watched.view.moment_s == pytest.approx(whole_s - 4.0)
    watched.step(State.READY)
    after = watched.view
    assert (after.advice, after.moment_s) == (None, None)


def test_a_pause_that_lasts_too_long_is_no_moment_any_more() -> None:
    watched = Watched()
    for _ in range(round(PAUSE_S / 0.1) - 1):
        watched.step(State.NOT_SCREENING, reasons=(Reason.SETTLING,))
    assert watched.view.advice is Advice.MOMENT
    assert some(watched.view.moment_s) >= 1.0
    for _ in range(3):
        watched.step(State.NOT_SCREENING, reasons=(Reason.SETTLING,))
    after = watched.view
    assert (after.advice, after.moment_s) == (None, None)


@pytest.mark.parametrize("state", [State.NOT_SCREENING, State.WARMING_UP])
def test_no_fault_is_a_moment(state: State) -> None:
    watched = Watched()
    watched.step(state, reasons=(Reason.SETTLING, Reason.REFERENCE_MISSING))
    assert watched.view.advice is None


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (Reason.NEAR_THRESHOLD, Advice.AGAIN),
        (Reason.TOO_COLD, Advice.WAIT),
        (Reason.NOT_ACCLIMATISED, Advice.WAIT),
    ],
)
def test_whoever_is_not_clear_is_told_one_thing(reason: Reason, advice: Advice) -> None:
    watched = Watched()
    watched.step(State.RECHECK, visitor(1, Verdict.RECHECK, reason))
    assert (watched.view.state, watched.view.advice) == (State.RECHECK, advice)
    watched.steps(RECHECK_SHOWN_S + 1.0, State.RECHECK, visitor(1, Verdict.RECHECK, reason))
    view = watched.view
    assert (view.state, view.advice, some(view.visitor).id) == (State.RECHECK, advice, 1)


def test_whoever_stands_there_and_is_never_clear_is_sent_to_the_thermometer() -> None:
    watched = Watched()
    near = visitor(1, Verdict.RECHECK, Reason.NEAR_THRESHOLD)
    told: list[Advice | None] = []
    for _ in range(250):
        watched.step(State.RECHECK, near)
        watched.station.turn(watched.now)
        if watched.view.advice not in told[-1:]:
            told.append(watched.view.advice)
    assert told == [Advice.AGAIN, Advice.THERMOMETER]
    watched.step(State.CLEAR, visitor(1, Verdict.CLEAR))  # too late: three times were not clear
    assert watched.view.state is State.RECHECK
    assert [one.verdict for one in watched.view.visitors] == [Verdict.RECHECK]


def test_with_more_alarms_than_anybody_answers_nobody_is_screened() -> None:
    watched = Watched()
    for number in range(MAX_OPEN):
        alarming = visitor(number % 64, Verdict.ELEVATED)
        watched.step(State.ELEVATED, alarming)
        watched.step(State.READY, departed=(alarming,))
    view = watched.view
    assert (view.state, view.reasons) == (State.NOT_SCREENING, (Reason.UNANSWERED,))
    assert len(MESSAGES.encode(view)) < MAX_MESSAGE_BYTES / 2
    watched.station.acknowledge(1)
    watched.station.second_check(1, Outcome.DECLINED, watched.now)
    assert watched.view.state is State.ELEVATED


def test_whoever_stands_there_when_the_worker_is_lost_has_a_card_and_a_last_word() -> None:
    watched = Watched()
    watched.step(State.HOLD_STILL, visitor(1), visitor(2, Verdict.CLEAR))
    last = watched.station.lost(Reason.WORKER_LOST)
    assert [(one.id, one.verdict) for one in last] == [(1, Verdict.NO_RESULT), (2, Verdict.CLEAR)]
    assert [(a.visitor.id, a.need) for a in watched.view.alarms] == [(1, Need.THERMOMETER)]


def test_a_station_that_is_not_accepted_screens_nobody_and_says_why() -> None:
    watched = Watched()
    watched.step(State.READY, visitor(1, Verdict.ELEVATED))
    watched.station.acknowledge(1)
    watched.station.second_check(1, Outcome.CONFIRMED, watched.now)
    watched.station.turn(watched.now + UNDO_S)
    watched.station.stands(NOT_ACCEPTED)
    watched.step(State.READY, visitor(2, Verdict.ELEVATED))
    view = watched.view
    assert (view.state, view.reasons) == (State.NOT_SCREENING, (Reason.NOT_ACCEPTED,))
    assert (view.visitors, view.visitor, view.alarms) == ((), None, ())
    watched.step(State.NOT_SCREENING, reasons=(Reason.REFERENCE_MISSING,))
    assert watched.view.reasons == (Reason.NOT_ACCEPTED, Reason.REFERENCE_MISSING)


def test_nobody_has_a_card_who_came_to_a_station_that_is_not_accepted() -> None:
    watched = Watched()
    watched.station.stands(NOT_ACCEPTED)
    near = visitor(1, Verdict.RECHECK, Reason.NEAR_THRESHOLD)
    watched.step(State.READY, near)
    watched.step(State.READY, departed=(near,))
    watched.step(State.READY, visitor(2))
    watched.lose(Reason.WORKER_LOST)
    assert watched.station.turn(watched.now) == []
    assert watched.view.alarms == ()


def test_an_alarm_is_tried_without_an_acceptance_and_no_longer_than_that() -> None:
    watched = Watched()
    watched.station.stands(NOT_ACCEPTED, trial=True)
    watched.step(State.READY, visitor(1, Verdict.ELEVATED))
    during = watched.view
    watched.station.stands(NOT_ACCEPTED)
    assert (during.state, watched.view.state) == (State.ELEVATED, State.NOT_SCREENING)


def test_a_station_that_may_screen_without_an_acceptance_says_so_at_all_times() -> None:
    watched = Watched()
    watched.station.stands(replace(NOT_ACCEPTED, screens=True))
    watched.step(State.READY)
    assert watched.view.state is State.READY
    assert watched.view.acceptance.causes == (Cause.NEVER,)


# ---- where to stand


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (Reason.TOO_CLOSE, Advice.BACK),
        (Reason.COVERED, Advice.UNCOVER),
        (Reason.SUN_WARMED, Advice.SHADE),
        (Reason.CUT_OFF, None),
    ],
)
def test_a_guard_is_told_what_to_ask_for_and_not_only_that_the_visitor_should_look(
    reason: Reason, advice: Advice | None
) -> None:
    watched = Watched()
    watched.step(State.LOOK_AT_CAMERA, visitor(1), reasons=(reason,))
    assert (watched.view.state, watched.view.advice) == (State.LOOK_AT_CAMERA, advice)


@pytest.mark.parametrize(
    ("state", "reason", "mm_per_px", "step_m"),
    [
        (State.COME_CLOSER, Reason.TOO_FAR, 1.6, 0.8),  # 640 px see 1.03 m at 1.8 m
        (State.LOOK_AT_CAMERA, Reason.TOO_CLOSE, 0.4, -0.6),
        (State.COME_CLOSER, Reason.TOO_FAR, 0.4, None),  # the measured size says otherwise
        (State.COME_CLOSER, Reason.TOO_FAR, None, None),
        (State.HOLD_STILL, Reason.BLURRED, 1.6, None),
    ],
)
def test_how_far_to_step_is_told_of_the_foremost_where_that_is_what_to_do(
    state: State, reason: Reason, mm_per_px: float | None, step_m: float | None
) -> None:
    watched = Watched()
    foremost = replace(visitor(1), mm_per_px=mm_per_px)
    watched.step(state, foremost, replace(visitor(2), mm_per_px=2.6), reasons=(reason,))
    if mm_per_px is None:
        watched.step(state, departed=(visitor(2),), reasons=(reason,))
    assert watched.view.step_m == step_m


def test_who_screens_nobody_tells_nobody_how_far_to_step() -> None:
    watched = Watched()
    far = replace(visitor(1), mm_per_px=1.6)
    for state in DOWN:
        watched.step(state, far, reasons=(Reason.TOO_FAR,))
        assert watched.view.step_m is None
    watched.station.started(replace(SENSOR, hfov_deg=None), locked=True)
    watched.step(State.COME_CLOSER, far, reasons=(Reason.TOO_FAR,))
    assert watched.view.step_m is None  # a lens that nobody knows


def test_whoever_leaves_while_a_station_settles_at_its_start_is_not_called_back() -> None:
    watched = Watched()
    for lost in (False, True):
        if lost:
            watched.lose(Reason.WORKER_LOST)
            watched.station.started(SENSOR, locked=True)
        watched.step(State.NOT_SCREENING, visitor(1), reasons=(Reason.SETTLING,))
        watched.step(
            State.NOT_SCREENING,
            departed=(visitor(1, Verdict.NO_RESULT, Reason.SETTLING),),
            reasons=(Reason.SETTLING,),
        )
        assert watched.view.advice is Advice.MOMENT  # and everybody is told that nobody is checked
        assert watched.view.alarms == ()
        watched.step(State.READY)
    watched.step(State.NOT_SCREENING, visitor(2), reasons=(Reason.FFC,))  # of a day's work
    watched.step(State.READY, departed=(visitor(2, Verdict.NO_RESULT, Reason.FFC),))
    assert [alarm.need for alarm in watched.view.alarms] == [Need.AGAIN]
