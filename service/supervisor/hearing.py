"""Hearing the worker: its packets as records, no more often than they may come.

Whatever the worker is, it is a process that sees pixels. What is no record, or comes too often,
ends it; how often each kind may come is in `service.ipc.records`.
"""

from service.ipc.bucket import Bucket
from service.ipc.records import RATES, PlateSeen, Record, RecordError, unpack
from service.ipc.vocabulary import ChannelError


class Hearing:
    """Reads the packets of one worker after the other.

    What a worker has used up its successor has not: or a worker that dies and is started again
    would say more than one that lives.

    Parameters
    ----------
    now_s
        Monotonic time in seconds, here and below.
    """

    def __init__(self, now_s: float) -> None:
        self._room = {kind: Bucket(rate, now_s) for kind, rate in RATES.items()}

    def begins(self, now_s: float) -> None:
        """Note that another worker is heard: what may be said once in a life may be said again."""
        of_a_life = {kind: rate for kind, rate in RATES.items() if not rate.per_s}
        self._room |= {kind: Bucket(rate, now_s) for kind, rate in of_a_life.items()}

    def asked_for_plate(self) -> None:
        """Note that the worker was asked for the non-uniformity: one answer may come."""
        self._room[PlateSeen].give()

    def slept(self, now_s: float) -> None:
        """Note that we did not run for a while: what a worker said meanwhile comes all at once."""
        for bucket in self._room.values():
            bucket.slept(now_s)

    def record(self, packet: bytes, now_s: float) -> Record:
        """Return the record in a packet.

        Raises
        ------
        ChannelError
            When it is none, or comes too often.
        """
        try:
            record = unpack(packet)
        except RecordError as error:
            raise ChannelError(str(error)) from None
        if not self._room[type(record)].take(now_s):
            raise ChannelError(f"{type(record).__name__} comes too often, or was not asked for.")
        return record
