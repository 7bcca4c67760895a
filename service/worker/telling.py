"""What the worker tells the supervisor: records, no more often than they may come.

The screener speaks with every frame; a record goes out when something changed and there is room
for it. A state that changes comes first, then whose screening has ended, then changed verdicts,
then numbers that only became better. Nothing is lost by waiting: the latest word on a visitor
takes the place of one that was not sent yet, and the last word on a visitor is always sent.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from screening.result import Box, ScreeningResult, Verdict, Visitor
from screening.settings import Site
from service.ipc.bucket import Bucket
from service.ipc.expiry import stamp
from service.ipc.records import (
    MARKS,
    RATES,
    Instruments,
    Presence,
    Record,
    Seen,
    Status,
)

_SHARE: Final = 0.95  # of the rates: the supervisor ends whoever is past them
_MISSED_S: Final = 0.4  # a face missed in a frame or two is still there
_BETTER_EVERY_S: Final = 0.25  # numbers that only became better, per visitor
_INSTRUMENTS_EVERY_S: Final = 1.0


class Telling:
    """Turns what a screener says into records.

    Parameters
    ----------
    send
        Takes a record to the supervisor.
    now_s
        Monotonic time in seconds, here and below.
    width
        Of the upright frames in pixels; None: nothing is said of where somebody stands.
    """

    def __init__(
        self, send: Callable[[Record], None], now_s: float, *, width: int | None = None
    ) -> None:
        self._send = send
        self._width = width
        self._status_room = Bucket(RATES[Status], now_s, share=_SHARE)
        self._seen_room = Bucket(RATES[Seen], now_s, share=_SHARE)
        self._told: tuple[object, ...] = ()
        self._told_at_s = -1.0
        self._instruments_at_s = now_s
        self._records: dict[int, Seen] = {}  # by visitor: what the supervisor knows
        self._sent_at_s: dict[int, float] = {}
        self._pending: dict[int, Seen] = {}  # what it does not know yet
        self._seen_at_s: dict[int, float] = {}
        self._screened = self._skipped = 0

    def tell(self, result: ScreeningResult, now_s: float, *, exposed_s: float) -> None:
        """Tell of a frame what the supervisor does not know.

        Parameters
        ----------
        exposed_s
            When the frame was exposed, on our clock: from then on it ages.
        """
        self._screened += 1
        reasons = (*result.reasons, None, None)
        word = (result.state, reasons[0], reasons[1], result.reference.found)
        period_s = 1.0 / RATES[Status].per_s
        if (word != self._told or now_s - self._told_at_s >= period_s) and (
            self._status_room.take(now_s)
        ):
            self._send(Status(*word, exposed=stamp(exposed_s)))
            self._told, self._told_at_s = word, now_s
        self._note(result, now_s)
        for number in sorted(self._pending, key=self._urgency):
            if not self._due(number, now_s):
                continue
            if not self._seen_room.take(now_s):
                return
            self._tell_of(number, now_s)

    def instruments(
        self, result: ScreeningResult, *, fpa_temp_c: float | None, step_ms: float, now_s: float
    ) -> None:
        """Tell how the sensor and the worker do, once a second."""
        if now_s - self._instruments_at_s < _INSTRUMENTS_EVERY_S / _SHARE:
            return
        passed_s = now_s - self._instruments_at_s
        self._instruments_at_s = now_s
        frames = self._screened + self._skipped
        reference = result.reference
        self._send(
            Instruments(
                apparent_c=reference.apparent_c,
                offset_c=reference.offset_c,
                fpa_temp_c=fpa_temp_c,
                frame_rate_hz=self._screened / passed_s,
                step_ms=step_ms,
                skipped_share=self._skipped / frames if frames else 0.0,
            )
        )
        self._screened = self._skipped = 0

    def skipped(self) -> None:
        """Note a frame that was passed over to keep up."""
        self._skipped += 1

    def _note(self, result: ScreeningResult, now_s: float) -> None:
        for visitor in result.visitors:
            self._seen_at_s[visitor.id] = now_s
            self._want(visitor.id, self._record(visitor, Presence.IN_VIEW))
        for visitor in result.departed:
            self._seen_at_s.pop(visitor.id, None)
            self._want(visitor.id, self._record(visitor, Presence.DEPARTED))
        for number, at_s in self._seen_at_s.items():
            known = self._pending.get(number) or self._records.get(number)
            if known and known.presence is Presence.IN_VIEW and now_s - at_s > _MISSED_S:
                self._want(number, _at(known, Presence.MISSED))

    def _record(self, visitor: Visitor, presence: Presence) -> Seen:
        reasons = (*visitor.reasons, None, None)
        return Seen(
            mark=visitor.id % MARKS,
            begins=visitor.id not in self._records,
            presence=presence,
            verdict=visitor.verdict,
            reason=reasons[0],
            second_reason=reasons[1],
            skin_temp_c=visitor.skin_temp_c,
            expanded_uncertainty_c=visitor.expanded_uncertainty_c,
            raw_c=visitor.raw_c,
            reference_corrected_c=visitor.reference_corrected_c,
            site=None if visitor.site is None else Site(visitor.site),
            mm_per_px=visitor.mm_per_px,
            place=self._across(visitor.box),
            came_from=self._across(visitor.first_box),
        )

    def _across(self, box: Box) -> float | None:
        """Return where across the picture the middle of a box is, 0 left to 1 right."""
        return None if self._width is None else (box[0] + box[2] / 2.0) / self._width

    def _want(self, number: int, record: Seen) -> None:
        if record == self._records.get(number):
            self._pending.pop(number, None)
        else:
            self._pending[number] = record

    def _urgency(self, number: int) -> tuple[bool, bool, int]:
        record, known = self._pending[number], self._records.get(number)
        alarming = record.verdict is Verdict.ELEVATED
        changed = known is None or _word(known) != _word(record)
        return not alarming, not changed, number

    def _due(self, number: int, now_s: float) -> bool:
        """Whether it is time: a changed word at once, better numbers after a while."""
        known = self._records.get(number)
        if known is None or _word(known) != _word(self._pending[number]):
            return True
        return now_s - self._sent_at_s[number] >= _BETTER_EVERY_S

    def _tell_of(self, number: int, now_s: float) -> None:
        record = self._pending.pop(number)
        self._send(record)
        if record.presence is Presence.DEPARTED:
            self._records.pop(number, None)
            self._sent_at_s.pop(number, None)
        else:
            self._records[number] = _begun(record)
            self._sent_at_s[number] = now_s


def _word(record: Seen) -> tuple[object, ...]:
    return record.presence, record.verdict, record.reason, record.second_reason


def _at(record: Seen, presence: Presence) -> Seen:
    return replace(record, presence=presence)


def _begun(record: Seen) -> Seen:
    return replace(record, begins=False)
