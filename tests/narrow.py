"""Narrow what a test got to what it must be: anything else fails the test, with both in sight."""

from typing import TypeVar

T = TypeVar("T")


def of(kind: type[T], value: object) -> T:
    """Return a value that is of this kind."""
    assert isinstance(value, kind), f"expected {kind.__name__}, got {value!r}"
    return value


def some(value: T | None) -> T:
    """Return a value that is there."""
    assert value is not None
    return value
