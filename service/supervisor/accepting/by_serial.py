"""A sweep that sets its source itself: set, wait until it has settled, measure, and on to the next.

What is measured is kept point by point as if somebody had typed the set point, so that a sweep goes
on where it was: it skips what there is.
"""

from collections.abc import Callable, Sequence
from typing import Final

from service.acceptance import settling
from service.acceptance.series import SetPoint
from service.acceptance.sweep import set_points
from service.acceptance.words import Chapter, Way
from service.ipc.calibration import Act, BySerial, Doing, Driven, ShownCalibrator
from service.sandbox.calibrator.records import Fault, Said
from service.state.acceptance import AcceptanceError
from service.supervisor.accepting.bench import Bench, SetBySerial
from service.supervisor.accepting.taking import MAX_POINTS

STARTS_WITHIN_S: Final = 30.0
ANSWERS_WITHIN_S: Final = 15.0
TRIES: Final = 5  # at one set point: the sensor may be lost meanwhile


def missing(points: Sequence[SetPoint], *, whole: bool) -> tuple[tuple[float, Way], ...]:
    """Return the set points of a sweep that were not measured yet, in their order."""
    have = {(round(one.set_c, 2), one.way) for one in points}
    return tuple(one for one in set_points(whole=whole) if one not in have)


class SweepBySerial:
    """One sweep by serial.

    Parameters
    ----------
    source
        Sets the calibrator.
    at
        Where it is in the picture.
    points
        What is to be measured.
    now_s
        Monotonic time in seconds, here and below.
    """

    def __init__(
        self,
        source: SetBySerial,
        at: tuple[float, float],
        points: Sequence[tuple[float, Way]],
        now_s: float,
    ) -> None:
        self._source, self.at = source, at
        self._points = list(points)
        self._began_s = self._asked_s = now_s
        self._waits = self._taken = False  # for an answer; the set point was taken
        self._settling: settling.Settling | None = None
        self._settled = False
        self._tries = 0
        self._said_c: float | None = None
        self.stands, self.fault = Driven.SETTING, Fault.NONE
        source.begin()

    @property
    def active(self) -> bool:
        """Whether it still goes on."""
        return self.stands in {Driven.SETTING, Driven.SETTLING, Driven.MEASURING}

    @property
    def set_point(self) -> tuple[float, Way]:
        """Where it is, and from where that was reached."""
        return self._points[0]

    def turn(self, now_s: float) -> bool:
        """Go on; True when the source has settled and the station may measure."""
        said = self._source.take()
        if said is not None:
            self._waits = False
            if said.fault is not Fault.NONE:
                self._fail(said.fault)
                return False
            self._said_c = said.temp_c
        if self.stands is Driven.SETTING:
            self._set(said, now_s)
        elif self.stands is Driven.SETTLING:
            return self._settle(said, now_s)
        return False

    def begins(self) -> None:
        """Note that the station measures."""
        self.stands = Driven.MEASURING

    def measured(self, now_s: float, *, whole: bool) -> None:
        """Note that the station has ended measuring.

        Parameters
        ----------
        whole
            Whether the point is kept; otherwise it is measured again.
        """
        self._tries = 0 if whole else self._tries + 1
        if whole:
            del self._points[0]
        if not self._points:
            self._end(Driven.ENDED)
        elif self._tries >= TRIES:
            self._fail(Fault.NOT_MEASURED)
        else:
            self.stands, self._settling = Driven.SETTING, None
            self._began_s = now_s

    def stop(self) -> None:
        """End it; the source stays as it is set."""
        if self.active:
            self._end(Driven.READY)

    def shown(self) -> ShownCalibrator:
        """Return how it stands, for the page."""
        now_c = self._points[0][0] if self._points and self.active else None
        return ShownCalibrator(self.stands, now_c, self._said_c, len(self._points), self.fault)

    def _set(self, said: Said | None, now_s: float) -> None:
        if self._waits:
            self._must_answer(now_s)
        elif said is not None and self._taken:
            self.stands = Driven.SETTLING
            self._settling, self._settled = settling.Settling(self._points[0][0], now_s), False
            self._taken = False
        elif self._source.ask(self._points[0][0]):
            self._waits = self._taken = True
            self._asked_s = now_s
        elif now_s - self._began_s > STARTS_WITHIN_S:
            self._fail(Fault.NOT_OPENED)

    def _settle(self, said: Said | None, now_s: float) -> bool:
        waits = self._settling
        if waits is None:
            return False
        if said is not None:
            self._settled = waits.said(said.temp_c, now_s) is not None
            if self._settled:
                return True
        if waits.over(now_s) and not self._settled:  # settled, it may wait for the station
            self._fail(Fault.NOT_SETTLED)
        elif self._waits:
            self._must_answer(now_s)
        elif now_s - self._asked_s >= settling.EVERY_S and self._source.ask(None):
            self._waits, self._asked_s = True, now_s
        return False

    def _must_answer(self, now_s: float) -> None:
        if now_s - self._asked_s > ANSWERS_WITHIN_S:
            self._fail(Fault.NO_REPLY)

    def _fail(self, fault: Fault) -> None:
        self.fault = fault
        self._end(Driven.FAILED)

    def _end(self, stands: Driven) -> None:
        self.stands = stands
        self._source.end()


class Sweeping:
    """The sweep by serial that goes on, if any.

    Parameters
    ----------
    bench
        Has the calibrator.
    clock
        Monotonic seconds.
    """

    def __init__(self, bench: Bench, clock: Callable[[], float]) -> None:
        self._bench = bench
        self._clock = clock
        self._sweep: SweepBySerial | None = None

    @property
    def active(self) -> bool:
        """Whether one goes on."""
        return self._sweep is not None and self._sweep.active

    def begin(self, doing: Doing, have: Sequence[SetPoint]) -> None:
        """Let the station set the calibrator itself, to what was not measured yet.

        Raises
        ------
        AcceptanceError
            When it cannot; the sentence says what to do.
        """
        calibrator = self._bench.calibrator()
        if calibrator is None:
            raise AcceptanceError(
                "The station was started without a calibrator: limen run --calibrator PORT."
            )
        if doing.chapter is not Chapter.ACCURACY or doing.at is None:
            raise AcceptanceError("Click the source in the picture, then begin.")
        points = missing(have, whole=doing.by_serial is BySerial.WHOLE)
        if not points:
            raise AcceptanceError("All these set points are measured.")
        if len(have) + len(points) > MAX_POINTS:
            raise AcceptanceError(
                f"With these set points there would be more than {MAX_POINTS}: throw the values "
                "away and begin anew."
            )
        self._sweep = SweepBySerial(calibrator, doing.at, points, self._clock())

    def turn(self) -> Doing | None:
        """Go on; return what is to be measured, once the source has settled."""
        sweep = self._sweep
        if sweep is None or not sweep.active or not sweep.turn(self._clock()):
            return None
        set_c, way = sweep.set_point
        return Doing(Chapter.ACCURACY, Act.BEGIN, at=sweep.at, set_c=set_c, way=way)

    def begins(self) -> None:
        """Note that the station measures."""
        if self._sweep is not None:
            self._sweep.begins()

    def point_taken(self, have: Sequence[SetPoint]) -> None:
        """Note that a measurement has ended; its point is the last that is kept, or is not kept."""
        sweep = self._sweep
        if sweep is not None and sweep.stands is Driven.MEASURING:
            kept = bool(have) and (have[-1].set_c, have[-1].way) == sweep.set_point
            sweep.measured(self._clock(), whole=kept)

    def stop(self) -> None:
        """End it; the source stays as it is set."""
        if self._sweep is not None:
            self._sweep.stop()

    def shown(self) -> ShownCalibrator | None:
        """Return how it stands, for the page; None when there is no calibrator."""
        if self._sweep is not None:
            return self._sweep.shown()
        return None if self._bench.calibrator() is None else ShownCalibrator(Driven.READY)
