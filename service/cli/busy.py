"""A sign of life from a command that takes long: a line on standard error every few seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

FIRST_AFTER_S: Final = 2.0
EVERY_S: Final = 5.0


@contextmanager
def busy(what: str, *, first_after_s: float = FIRST_AFTER_S) -> Iterator[None]:
    """Say what is being done as long as it takes; nothing when it is done soon.

    What the command prints itself goes to standard output, and stays free of it.

    Parameters
    ----------
    what
        Is being done.
    """
    began = time.monotonic()
    done = threading.Event()

    def tell() -> None:
        wait_s = first_after_s
        while not done.wait(wait_s):
            sys.stderr.write(f"... {what}, {time.monotonic() - began:.0f} s\n")
            sys.stderr.flush()
            wait_s = EVERY_S

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
