"""How much a message can say: the bits of choice that its types leave.

Counted from the types alone, so that the bound is known before anything runs: a number has its
range and its decimals, a word its list. A type that bounds nothing is an error here.
"""

import dataclasses
import math
import types
from datetime import date
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import annotated_types as limits
from pydantic import BaseModel

_CHARACTER_BITS: Final = math.log2(0x110000)  # of any text
_DATE_BITS: Final = math.log2(date.max.toordinal())


@dataclasses.dataclass(frozen=True, slots=True)
class Decimals:
    """A float is rounded to so many decimals when it comes in."""

    places: int

    def __call__(self, value: float) -> float:
        """Return the value as it is kept."""
        return round(value, self.places)


@dataclasses.dataclass(frozen=True, slots=True)
class Bits:
    """A text of a closed form, of which so many bits can be chosen."""

    bits: float


def bits_of(kind: Any) -> float:
    """Return how many bits of choice a value of a type has.

    Raises
    ------
    TypeError
        When the type has no bound.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:])
    if origin in (Union, types.UnionType):
        return _either(*map(bits_of, arguments))
    if origin is Literal:
        return math.log2(len(arguments))
    if origin is tuple and Ellipsis not in arguments:
        return sum(map(bits_of, arguments))
    if kind is None or kind is type(None):
        return 0.0
    if isinstance(kind, type) and not arguments:
        return _plain(kind)
    raise TypeError(f"{kind} has no bound.")


def _plain(kind: type) -> float:
    if kind is bool:
        return 1.0
    if kind is date:
        return _DATE_BITS
    if issubclass(kind, Enum):
        return math.log2(len(kind))
    if issubclass(kind, BaseModel):
        fields = kind.model_fields.values()
        return sum(_annotated(one.annotation, tuple(one.metadata)) for one in fields)
    if dataclasses.is_dataclass(kind):
        return sum(map(bits_of, get_type_hints(kind, include_extras=True).values()))
    raise TypeError(f"{kind.__name__} has no bound.")


def _annotated(kind: Any, metadata: tuple[Any, ...]) -> float:
    said = [one for part in metadata for one in getattr(part, "metadata", (part,))]
    closed = [one.bits for one in said if isinstance(one, Bits)]
    longest = [one.max_length for one in said if isinstance(one, limits.MaxLen)]
    if closed:
        return min(closed)
    if kind is str and longest:
        return min(longest) * _CHARACTER_BITS
    if get_origin(kind) is tuple and longest:
        of_one = bits_of(get_args(kind)[0])
        return _either(*(number * of_one for number in range(min(longest) + 1)))
    if kind in (int, float):
        return _number(kind, said)
    return bits_of(kind)


def _number(kind: type, said: list[Any]) -> float:
    lows = [float(one.ge) for one in said if isinstance(one, limits.Ge)]  # type: ignore[arg-type] # a number
    highs = [float(one.le) for one in said if isinstance(one, limits.Le)]  # type: ignore[arg-type] # a number
    kept = [getattr(part, "func", part) for part in said]
    places = [0] if kind is int else [one.places for one in kept if isinstance(one, Decimals)]
    if not (lows and highs and places):
        raise TypeError(f"A number with {said} has no bound.")
    return math.log2((min(highs) - max(lows)) * 10 ** min(places) + 1)


def _either(*bits: float) -> float:
    """Return the bits of a choice between kinds that have so many bits each."""
    most = max(bits)
    return most + math.log2(sum(2.0 ** (one - most) for one in bits))
