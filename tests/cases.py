"""Which of many cases of one kind are tried: some in the whole run, all with LIMEN_EVERY=1."""

import os
from collections.abc import Sequence
from typing import Final, TypeVar

T = TypeVar("T")
EVERY: Final = os.environ.get("LIMEN_EVERY") == "1"


def few(cases: Sequence[T], of: int) -> list[T]:
    """Return all cases, or the first of each so many."""
    return list(cases) if EVERY else list(cases[::of])
