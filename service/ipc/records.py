"""Fixed-width records: all that a process which sees pixels may say to the supervisor.

A record is a kind and a list of fields, each a choice, a whole number or a quantised one, packed
bit by bit. There is no text and no list, so the most that a record can carry is known before
anything runs: it is computed from the tables below, stated, and tested (`service.state.budget`).

    byte 0       kind of the record
    then         its fields in the order of the table, most significant bit first
    last bits    zero, up to a whole byte

A value that its field does not have cannot be packed; bits that are no value, a wrong length or
bits after the last field end the process that sent them.
"""

from dataclasses import dataclass, fields
from enum import Enum, StrEnum
from typing import Any, ClassVar, Final

from screening.result import Reason, State, Verdict
from screening.settings import Site
from service.ipc.expiry import STEPS


class RecordError(ValueError):
    """Bytes that are no record, or a value that no record can carry."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a closed list; None where the list may be left out."""

    options: tuple[Any, ...]

    @property
    def values(self) -> int:
        """How many different values there are."""
        return len(self.options)

    def pack(self, value: Any) -> int:
        """Return the place of a value in the list."""
        try:
            return self.options.index(value)
        except ValueError:
            raise RecordError(f"{value!r} is not among the {self.values} choices.") from None

    def unpack(self, place: int) -> Any:
        """Return the value at a place."""
        return self.options[place]


@dataclass(frozen=True, slots=True)
class Steps:
    """A number from `low` to `high` in steps; what lies outside is held at the end it is past.

    Attributes
    ----------
    optional
        Whether None is a value of its own.
    """

    low: float
    high: float
    step: float = 1
    optional: bool = False

    @property
    def values(self) -> int:
        """How many different values there are."""
        return round((self.high - self.low) / self.step) + 1 + self.optional

    def pack(self, value: float | None) -> int:
        """Return the number of the step nearest to a value."""
        if value is None:
            if not self.optional:
                raise RecordError("A number is missing.")
            return self.values - 1
        if value != value:  # noqa: PLR0124 - not a number
            raise RecordError("A number is not one.")
        last = self.values - 1 - self.optional
        return int(min(max(round((value - self.low) / self.step), 0), last))

    def unpack(self, place: int) -> float | None:
        """Return the value of a step."""
        if self.optional and place == self.values - 1:
            return None
        if isinstance(self.low, int) and isinstance(self.step, int):
            return self.low + place * self.step
        return round(self.low + place * self.step, 3)


Field = Choice | Steps


def bits(field: Field) -> int:
    """Return how many bits a field takes."""
    return max(1, (field.values - 1).bit_length())


def _flag() -> Choice:
    return Choice((False, True))


def _one_of(kind: type[Enum], *, optional: bool = False) -> Choice:
    return Choice((*((None,) if optional else ()), *kind))


class Fault(StrEnum):
    """Why a worker gave up, for the admin; `service.supervisor.faults` has the sentences."""

    NOT_FOUND = "not_found"
    REFUSED = "refused"
    NOT_RADIOMETRIC = "not_radiometric"
    PROTOCOL = "protocol"
    COMMAND_FAILED = "command_failed"
    NO_REPLY = "no_reply"
    LOST = "lost"
    STALLED = "stalled"
    NOT_LOCKED = "not_locked"
    FRAMES_ENDED = "frames_ended"
    UNEXPECTED = "unexpected"


class Plate(StrEnum):
    """What came of learning the non-uniformity from a plate."""

    LEARNT = "learnt"
    ONLY_CORRECTED = "only_corrected"
    UNEVEN = "uneven"


class Presence(StrEnum):
    """Where a visitor is."""

    IN_VIEW = "in_view"
    MISSED = "missed"  # the face was not found in the last frames
    DEPARTED = "departed"  # the last word on this visitor


_REASON: Final = _one_of(Reason, optional=True)
_SKIN: Final = Steps(20.0, 45.0, 0.05, optional=True)
_OFFSET: Final = Steps(-10.0, 10.0, 0.01, optional=True)
_COEFFICIENT: Final = Steps(-2.0, 2.0, 0.005)
_PLACE: Final = Steps(0.0, 1.0, 0.1, optional=True)
_QUARTER: Final = Steps(0, 65535)
MARKS: Final = 64  # a visitor's mark in records and in the preview: its id modulo this


@dataclass(frozen=True, slots=True)
class Opened:
    """The sensor is open. `identity` is a digest (`service.ipc.identity`) to be compared."""

    simulated: bool
    width: int
    height: int
    frame_rate_hz: float
    identity: tuple[int, int, int, int]
    CODE: ClassVar[int] = 1
    TABLE: ClassVar[dict[str, Any]] = {
        "simulated": _flag(),
        "width": Steps(1, 2048),
        "height": Steps(1, 2048),
        "frame_rate_hz": Steps(0.1, 120.0, 0.1),
        "identity": (_QUARTER, _QUARTER, _QUARTER, _QUARTER),
    }


@dataclass(frozen=True, slots=True)
class Status:
    """What the screener says of this moment, at most ten times a second.

    `exposed` is when the frame was that it says it of (`service.ipc.expiry.stamp`).
    """

    state: State
    reason: Reason | None = None
    second_reason: Reason | None = None
    reference_found: bool = False
    exposed: int = 0
    CODE: ClassVar[int] = 2
    TABLE: ClassVar[dict[str, Any]] = {
        "state": _one_of(State),
        "reason": _REASON,
        "second_reason": _REASON,
        "reference_found": _flag(),
        "exposed": Steps(0, STEPS - 1),
    }


@dataclass(frozen=True, slots=True)
class Seen:
    """One visitor, when something about them changed.

    Attributes
    ----------
    mark
        The screener's visitor id modulo `MARKS`.
    begins
        First word on this visitor.
    place, came_from
        Where across the picture their face is, and where it was seen first: 0 left, 1 right.
    """

    mark: int
    begins: bool
    presence: Presence
    verdict: Verdict | None = None
    reason: Reason | None = None
    second_reason: Reason | None = None
    skin_temp_c: float | None = None
    expanded_uncertainty_c: float | None = None
    raw_c: float | None = None
    reference_corrected_c: float | None = None
    site: Site | None = None
    mm_per_px: float | None = None
    place: float | None = None
    came_from: float | None = None
    CODE: ClassVar[int] = 3
    TABLE: ClassVar[dict[str, Any]] = {
        "mark": Steps(0, MARKS - 1),
        "begins": _flag(),
        "presence": _one_of(Presence),
        "verdict": _one_of(Verdict, optional=True),
        "reason": _REASON,
        "second_reason": _REASON,
        "skin_temp_c": _SKIN,
        "expanded_uncertainty_c": Steps(0.0, 6.3, 0.05, optional=True),
        "raw_c": _SKIN,
        "reference_corrected_c": _SKIN,
        "site": _one_of(Site, optional=True),
        "mm_per_px": Steps(0.0, 12.6, 0.1, optional=True),
        "place": _PLACE,
        "came_from": _PLACE,
    }


@dataclass(frozen=True, slots=True)
class Instruments:
    """How the sensor and the worker do, once a second."""

    apparent_c: float | None
    offset_c: float | None
    fpa_temp_c: float | None
    frame_rate_hz: float
    step_ms: float
    skipped_share: float
    CODE: ClassVar[int] = 4
    TABLE: ClassVar[dict[str, Any]] = {
        "apparent_c": Steps(20.0, 50.0, 0.01, optional=True),
        "offset_c": _OFFSET,
        "fpa_temp_c": Steps(-40.0, 100.0, 0.2, optional=True),
        "frame_rate_hz": Steps(0.0, 127.0, 0.5),
        "step_ms": Steps(0.0, 102.3, 0.1),
        "skipped_share": Steps(0.0, 1.0, 0.05),
    }


@dataclass(frozen=True, slots=True)
class PlateSeen:
    """What came of `LearnNonUniformity`; the coefficients are zero unless it was learnt."""

    outcome: Plate
    x_c: float = 0.0
    y_c: float = 0.0
    xx_c: float = 0.0
    yy_c: float = 0.0
    xy_c: float = 0.0
    residual_c: float = 0.0
    CODE: ClassVar[int] = 5
    TABLE: ClassVar[dict[str, Any]] = {
        "outcome": _one_of(Plate),
        **dict.fromkeys(("x_c", "y_c", "xx_c", "yy_c", "xy_c"), _COEFFICIENT),
        "residual_c": Steps(0.0, 5.0, 0.005),
    }


@dataclass(frozen=True, slots=True)
class SpotSeen:
    """One second at one place of the picture: of the reference, or where an admin looks.

    Attributes
    ----------
    look
        Number of the `Look` that it answers; 0: the reference.
    raw_c
        Mean of some pixels, as the sensor says it.
    surface_c
        The same, corrected by the reference, of a surface with the emissivity that was asked for;
        None while the scale is in question.
    noise_k
        Standard deviation of single pixels from frame to frame.
    scene_c
        Median of the whole picture, as the sensor says it.
    mm_per_px, footprint_share
        At the distance of the visitors, and what is left there of a canthus's contrast.
    """

    look: int
    raw_c: float
    surface_c: float | None
    noise_k: float
    scene_c: float
    mm_per_px: float | None
    footprint_share: float
    CODE: ClassVar[int] = 7
    TABLE: ClassVar[dict[str, Any]] = {
        "look": Steps(0, 15),
        "raw_c": Steps(0.0, 80.0, 0.01),
        "surface_c": Steps(0.0, 80.0, 0.01, optional=True),
        "noise_k": Steps(0.0, 0.5, 0.001),
        "scene_c": Steps(-20.0, 60.0, 0.05),
        "mm_per_px": Steps(0.0, 12.6, 0.1, optional=True),
        "footprint_share": Steps(0.0, 1.0, 0.01),
    }


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The worker ends: the reason for the guard, the fault for the admin."""

    reason: Reason
    fault: Fault
    CODE: ClassVar[int] = 6
    TABLE: ClassVar[dict[str, Any]] = {"reason": _one_of(Reason), "fault": _one_of(Fault)}


@dataclass(frozen=True, slots=True)
class Rate:
    """How often records of a kind may come: on average, and how many may have waited."""

    per_s: float
    waiting: int


Record = Opened | Status | Seen | Instruments | PlateSeen | SpotSeen | GaveUp
RECORDS: Final[tuple[type[Record], ...]] = (
    *(Opened, Status, Seen, Instruments, PlateSeen, SpotSeen, GaveUp),
)
# Once a life, or once for each request, is a rate of its own: zero, and as many as were asked for.
RATES: Final[dict[type[Record], Rate]] = {
    Opened: Rate(0.0, 1),
    Status: Rate(10.0, 40),
    Seen: Rate(8.0, 40),
    Instruments: Rate(1.0, 5),
    PlateSeen: Rate(0.0, 0),
    SpotSeen: Rate(1.0, 5),
    GaveUp: Rate(0.0, 1),
}
_BY_CODE: Final = {kind.CODE: kind for kind in RECORDS}


def payload_bits(kind: type[Record]) -> int:
    """Return how many bits of choice a record of a kind has."""
    return sum(bits(one) for field in kind.TABLE.values() for one in _parts(field))


def size(kind: type[Record]) -> int:
    """Return the length of a record of a kind in bytes."""
    return 1 + -(-payload_bits(kind) // 8)


def _parts(field: Field | tuple[Field, ...]) -> tuple[Field, ...]:
    return field if isinstance(field, tuple) else (field,)


def pack(record: Record) -> bytes:
    """Return the bytes of a record.

    Raises
    ------
    RecordError
        When a field holds what it cannot carry.
    """
    number, taken = 0, 0
    for name, field in record.TABLE.items():
        value = getattr(record, name)
        parts = _parts(field)
        for part, one in zip(parts, value if isinstance(field, tuple) else (value,), strict=True):
            number = number << bits(part) | part.pack(one)
            taken += bits(part)
    spare = -taken % 8
    return bytes((record.CODE,)) + (number << spare).to_bytes((taken + spare) // 8, "big")


def unpack(packet: bytes) -> Record:
    """Return the record in a packet.

    Raises
    ------
    RecordError
        When the bytes are no record. The message says the kind and the field, never a value.
    """
    kind = _BY_CODE.get(packet[0]) if packet else None
    if kind is None:
        raise RecordError(f"A packet of {len(packet)} bytes is no record.")
    if len(packet) != size(kind):
        raise RecordError(f"{kind.__name__} has {size(kind)} bytes, not {len(packet)}.")
    left = 8 * (len(packet) - 1)
    number = int.from_bytes(packet[1:], "big")
    values: dict[str, Any] = {}
    for name, field in kind.TABLE.items():
        got = []
        for part in _parts(field):
            left -= bits(part)
            place = number >> left & (1 << bits(part)) - 1
            if place >= part.values:
                raise RecordError(f"{kind.__name__}.{name} has no such value.")
            got.append(part.unpack(place))
        values[name] = tuple(got) if isinstance(field, tuple) else got[0]
    if number & (1 << left) - 1:
        raise RecordError(f"{kind.__name__} has bits after its last field.")
    return kind(**values)


for _kind in RECORDS:  # a field without a place in the table could not be packed
    assert {field.name for field in fields(_kind)} == set(_kind.TABLE), _kind  # noqa: S101 - of the code itself
