"""Everything that an alert screen can show, as full as it gets: each state, card and advice."""

from dataclasses import replace

from screening.result import Reason, State, Verdict
from service.ipc.view import Advice, Alarm, Lane, Need, Outcome, ShownVisitor, View
from tests.service.stage import elevated, view, visitor

CLEARED = visitor(1, Verdict.CLEAR)
NEAR = replace(
    visitor(2, Verdict.RECHECK, Reason.NEAR_THRESHOLD, Reason.UNCERTAIN, skin_c=37.6),
    place=0.5,
    came_from=0.5,
    asked=1,
)
COLD = replace(visitor(4, Verdict.RECHECK, Reason.TOO_COLD, skin_c=33.1), place=0.7, came_from=0.1)
WARM = elevated(3)
HOTTER = replace(
    visitor(12, Verdict.ELEVATED, Reason.ABOVE_THRESHOLD, skin_c=39.1), place=0.8, came_from=0.2
)


def unmeasured(number: int, *reasons: Reason) -> ShownVisitor:
    return replace(visitor(number, None, *reasons), skin_temp_c=None, expanded_uncertainty_c=None)


def recheck(who: ShownVisitor, advice: Advice, need: Need) -> View:
    """Return a view of somebody who is not clear, with their card."""
    return view(
        State.RECHECK,
        *who.reasons,
        visitor=who,
        visitors=(who,),
        fading=0.4,
        advice=advice,
        alarms=(Alarm(4, who, 2.5, acknowledged=True, need=need),),
        waiting=1,
    )


def cards(count: int, *, calling: bool = False) -> View:
    """Return a view of so many cards of every kind, the last one ended."""
    some = [
        Alarm(number, replace(HOTTER, id=number), 90.0 * number, acknowledged=True, need=need)
        for number, need in zip(range(1, count + 1), list(Need) * count, strict=False)
    ]
    some[-1] = replace(some[-1], outcome=Outcome.NOT_CONFIRMED, undo_s=7.2)
    if calling:
        some[0] = replace(some[0], need=Need.ELEVATED, acknowledged=False)
    state = State.ELEVATED if calling else State.READY
    who = some[0].visitor if calling else None
    return view(state, visitor=who, alarms=tuple(some), waiting=count + 4)


def two_alarms() -> View:
    """Return a view of two alarms; only the later one's visitor is in the picture."""
    first, second = WARM.alarms[0], Alarm(4, HOTTER, 1.0)
    return replace(WARM, visitors=(HOTTER,), alarms=(first, second), waiting=2)


def _every() -> dict[str, View]:
    crowd = tuple(unmeasured(number, Reason.SEVERAL_PEOPLE) for number in (1, 2, 3))
    reasons = {
        State.WARMING_UP: (Reason.WARMING_UP,),
        State.COME_CLOSER: (Reason.TOO_FAR,),
        State.LOOK_AT_CAMERA: (Reason.COVERED,),
        State.ONE_AT_A_TIME: (Reason.SEVERAL_PEOPLE,),
        State.TAKE_OFF_GLASSES: (Reason.GLASSES,),
        State.HOLD_STILL: (Reason.BLURRED, Reason.TOO_FEW_FRAMES),
        State.NOT_SCREENING: (Reason.CONFIGURATION,),
    }
    states = {state.value: view(state, *reasons.get(state, ()), visitors=crowd) for state in State}
    return {
        **states,
        "ready": view(State.READY),
        "come_closer": view(State.COME_CLOSER, Reason.TOO_FAR, visitors=crowd, step_m=0.6),
        "clear": view(State.CLEAR, visitor=CLEARED, visitors=(CLEARED,), fading=0.6),
        "recheck": recheck(NEAR, Advice.AGAIN, Need.AGAIN),
        "elevated": WARM,
    }


CLOSE = unmeasured(5, Reason.TOO_CLOSE)
STATES = _every()
SITUATIONS = {
    **STATES,
    "back": view(
        State.LOOK_AT_CAMERA, Reason.TOO_CLOSE, visitors=(CLOSE,), advice=Advice.BACK, step_m=-0.4
    ),
    "uncover": view(State.LOOK_AT_CAMERA, Reason.COVERED, visitors=(CLOSE,), advice=Advice.UNCOVER),
    "shade": view(State.LOOK_AT_CAMERA, Reason.SUN_WARMED, visitors=(CLOSE,), advice=Advice.SHADE),
    "lane-closed": view(State.READY, lane=Lane.CLOSED),
    "wait": recheck(COLD, Advice.WAIT, Need.WAIT),
    "thermometer": recheck(NEAR, Advice.THERMOMETER, Need.THERMOMETER),
    "moment": view(State.NOT_SCREENING, Reason.FFC, advice=Advice.MOMENT, moment_s=7.4),
    "second-check": elevated(3, acknowledged=True),
    "two-alarms": two_alarms(),
    "many-cards": cards(9),
    "blind-with-cards": replace(cards(3), state=State.NOT_SCREENING, reasons=(Reason.SILENT,)),
    "not-locked": replace(
        view(State.NOT_SCREENING, Reason.NOT_LOCKED),
        locked=False,
        relative=True,
        frozen_screens=1,
        alarms=WARM.alarms,
        waiting=1,
    ),
}
