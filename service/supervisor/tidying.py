"""What Python keeps of objects that are over, given back once a minute.

A tuple that ends waits in a list of its size for the next of that size: up to 2000 of each of
twenty sizes (`PyTuple_MAXFREELIST`, CPython's Objects/tupleobject.c). One that is made of a
generator comes from elsewhere and is cut to its size, so these lists only get longer: by some three
megabytes in the first hours of a station. Only a collection of the oldest generation empties them
(`clear_freelists`, Modules/gcmodule.c), and a process that keeps what it has never comes to one.

Whatever is there at the beginning stays, and is left out of every collection from then on: one
takes a millisecond then, where it took a tenth of a second.
"""

import gc
from typing import Final

EVERY_S: Final = 60.0


class Tidying:
    """Gives back what one process, this one, keeps of what is over.

    Parameters
    ----------
    now_s
        Monotonic time in seconds, here and below.
    """

    def __init__(self, now_s: float) -> None:
        self._due_s = now_s + EVERY_S
        gc.collect()
        gc.freeze()

    def turn(self, now_s: float) -> None:
        """Note a turn of the loop."""
        if now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            gc.collect()
