"""Put something in the place of a part for a while: to measure what the part is worth."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def instead(owner: object, name: str, substitute: Any) -> Iterator[None]:
    """Let `owner.name` be `substitute` inside the `with` block."""
    whole = getattr(owner, name)
    setattr(owner, name, substitute)
    try:
        yield
    finally:
        setattr(owner, name, whole)
