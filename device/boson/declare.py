"""What a command of the camera is: an id, the fields that go out, and what comes back.

The table of commands is in `commands`; the emulator packs its answers with the same declarations.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from device.errors import ProtocolError

Value = int | float | bytes
T = TypeVar("T")

REST = "*"  # format of a last field that takes all bytes that are left


@dataclass(frozen=True, slots=True)
class Field:
    """One value in the data of a message.

    Attributes
    ----------
    name, unit, doc
        For the reader; the unit is empty for counts, flags and enumerations.
    format
        Code of the `struct` module, or `REST`.
    """

    name: str
    format: str
    unit: str = ""
    doc: str = ""


class Layout:
    """The fields of a request or of an answer, ready to pack and unpack.

    Parameters
    ----------
    fields
        In the order on the wire; big-endian.
    """

    __slots__ = ("_rest", "_struct", "fields")

    def __init__(self, *fields: Field) -> None:
        self.fields = fields
        self._rest = bool(fields) and fields[-1].format == REST
        formats = [field.format for field in fields]
        self._struct = struct.Struct(">" + "".join(formats[:-1] if self._rest else formats))

    @property
    def carries_bytes(self) -> bool:
        """Whether its last field is bytes of any number: of a frame, for all that is known."""
        return self._rest

    @property
    def size(self) -> int:
        """Bytes on the wire, without a last field that takes the rest."""
        return self._struct.size

    def pack(self, *values: Value) -> bytes:
        """Return `values` as bytes; `struct.error` when they do not fit."""
        if not self._rest:
            return self._struct.pack(*values)
        *values_before, rest = values
        if not isinstance(rest, bytes):
            raise TypeError(f"{self.fields[-1].name} must be bytes")
        return self._struct.pack(*values_before) + rest

    def unpack(self, data: bytes) -> tuple[Value, ...]:
        """Return the values in `data`; `struct.error` when it has another length."""
        if not self._rest:
            return self._struct.unpack(data)
        return (*self._struct.unpack_from(data), data[self._struct.size :])

    def __str__(self) -> str:
        return ", ".join(f"{field.name} ({field.format})" for field in self.fields) or "nothing"


@dataclass(frozen=True, slots=True)
class Command(Generic[T]):
    """One command: what it is called, what it carries, what it answers.

    Attributes
    ----------
    name
        FLIR's name in the Software IDD.
    function
        Function id.
    request, reply
        Fields that go out and that come back.
    make
        Turns the reply's values into what the caller gets; ValueError when they are impossible.
    doc
        What it does.
    repeatable
        Whether it is safe to send it again when no answer came.
    allowed
        The data of every request that may reach a camera at work, as on the wire: `service`'s
        filter lets nothing else through. `b""` alone is a read-out; nothing is never.
    """

    name: str
    function: int
    request: Layout
    reply: Layout
    make: Callable[..., T]
    doc: str
    repeatable: bool = True
    allowed: frozenset[bytes] = frozenset()

    def read(self, data: bytes) -> T:
        """Read the data of an answer.

        Raises
        ------
        ProtocolError
            The data have another length, or values that the command cannot answer.
        """
        try:
            return self.make(*self.reply.unpack(data))
        except (ValueError, struct.error) as impossible:
            raise ProtocolError(
                f"{self.name} answered {len(data)} bytes, expected {self.reply}.",
                "The camera's firmware may define this command in another way than we do.",
                b"" if self.reply.carries_bytes else data,
            ) from impossible


@dataclass(frozen=True, slots=True)
class Register(Generic[T]):
    """A setting of the camera, with the command that reads it and the one that writes it."""

    get: Command[T]
    set: Command[None]


def nothing() -> None:
    """Make the result of a command that answers with its status alone."""


def text(data: bytes) -> str:
    """Make a string of zero-terminated ASCII; ValueError when it is none."""
    return data.split(b"\0")[0].decode("ascii").strip()


def flag(value: int) -> bool:
    """Make a bool; ValueError unless the value is 0 or 1."""
    if value not in (0, 1):
        raise ValueError(value)
    return value == 1
