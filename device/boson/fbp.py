"""FLIR Binary Protocol: the message inside a packet, and what its status means.

    sequence u32 | function u32 | status u32 | data, 0 to 756 bytes          (all big-endian)

The camera answers with the sequence and function of the request (FLIR 102-9013-00, section 4). A
request carries the status FFFFFFFF: an answer with it is our own request come back through a cable
that is looped. The status of an answer is 0, or says why not:

CommandFailed                  any status that is not 0; carries it, and the command's name
+-- UnknownCommand             this firmware has no such command
+-- BadRequest                 data of the wrong size or form
+-- OutOfRange                 a value that the camera does not take
+-- FeatureNotEnabled          this camera is not made for it
+-- NotReady                   not yet: ask again
|   +-- Busy                   the camera does something else
+-- LoopedBack                 the cable returns what is sent
+-- NotAllowed                 the station's filter keeps it from the camera
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import device.errors
from device.errors import ProtocolError

REQUEST = 0xFFFF_FFFF
MAX_DATA = 756
_HEADER = struct.Struct(">III")


class Status(IntEnum):
    """Status of an answer (FLR_RESULT of the Boson Software IDD, 102-2013-42)."""

    OK = 0x0000
    UART_RECEIVE_TIMEOUT = 0x0003
    SEQUENCE_MISMATCH = 0x0131
    ID_MISMATCH = 0x0132
    BAD_COMMAND_ID = 0x0161
    BAD_PAYLOAD = 0x0162
    PACKAGE_ERROR = 0x0170
    INSUFFICIENT_BYTES = 0x017D
    EXCESS_BYTES = 0x017E
    BUFFER_OVERFLOW = 0x017F
    API_ERROR = 0x0180
    INVALID_INPUT = 0x0181
    FEATURE_NOT_ENABLED = 0x01B0
    ERROR = 0x0201
    NOT_READY = 0x0202
    RANGE_ERROR = 0x0203
    CHECKSUM_ERROR = 0x0204
    DATA_SIZE_ERROR = 0x0206
    UNDEFINED_FUNCTION = 0x0207
    ILLEGAL_ADDRESS = 0x0208
    BAD_OUT_TYPE = 0x0209
    BAD_OUT_INTERFACE = 0x020A
    DEPRECATED_FUNCTION = 0x020B
    COMMUNICATION_TIMEOUT = 0x026D
    CANCELED = 0x027E
    CONFIGURATION_ERROR = 0x0281
    I2C_ERROR = 0x0282
    CAMERA_BUSY = 0x0283
    LOOPED_BACK = REQUEST
    NOT_ALLOWED = 0x4C49_0001  # no camera's: the station's filter answers so


_NAMES = {status.value: status.name for status in Status}


class CommandFailed(device.errors.CommandFailed):
    """The camera answered with an error status.

    Attributes
    ----------
    command
        Name of the command that failed.
    status
        The status, as a number: firmware may send one that has no name here.
    """

    remedy_text = "Note the camera's firmware and the status, and ask its maker."

    def __init__(self, command: str, status: int, evidence: bytes = b"") -> None:
        name = _NAMES.get(status, "a status without a name")
        super().__init__(
            f"the camera answered {command} with {name} (0x{status:04X}), expected OK.",
            self.remedy_text,
            evidence,
        )
        self.command = command
        self.status = status


class UnknownCommand(CommandFailed):
    """The firmware has no such command."""

    remedy_text = "Check that it is a Boson or Boson+, and update its firmware."


class BadRequest(CommandFailed):
    """The camera found the request's data of the wrong size or form."""

    remedy_text = "The firmware may define this command in another way than we do."


class OutOfRange(CommandFailed):
    """The camera does not take the value."""

    remedy_text = "Choose a value that the camera's data sheet allows."


class FeatureNotEnabled(CommandFailed):
    """The camera is not made for it."""

    remedy_text = "Order the sensor with this feature; it cannot be switched on."


class NotReady(CommandFailed):
    """The camera cannot do it yet."""

    remedy_text = "Wait until the camera has started, then try again."


class Busy(NotReady):
    """The camera does something else."""

    remedy_text = "Try again; if it stays busy, unplug the sensor and plug it in again."


class LoopedBack(CommandFailed):
    """Our own request came back."""

    remedy_text = "The cable is looped: connect the camera."


class NotAllowed(CommandFailed):
    """The station's filter did not let the command through to the camera."""

    remedy_text = "A driver that needs it has it allowed in its table of commands."


_NAMED: dict[int, type[CommandFailed]] = {
    Status.BAD_COMMAND_ID: UnknownCommand,
    Status.UNDEFINED_FUNCTION: UnknownCommand,
    Status.DEPRECATED_FUNCTION: UnknownCommand,
    Status.BAD_PAYLOAD: BadRequest,
    Status.INSUFFICIENT_BYTES: BadRequest,
    Status.EXCESS_BYTES: BadRequest,
    Status.BUFFER_OVERFLOW: BadRequest,
    Status.DATA_SIZE_ERROR: BadRequest,
    Status.INVALID_INPUT: OutOfRange,
    Status.RANGE_ERROR: OutOfRange,
    Status.ILLEGAL_ADDRESS: OutOfRange,
    Status.FEATURE_NOT_ENABLED: FeatureNotEnabled,
    Status.NOT_READY: NotReady,
    Status.CAMERA_BUSY: Busy,
    Status.LOOPED_BACK: LoopedBack,
    Status.NOT_ALLOWED: NotAllowed,
}


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer.

    Attributes
    ----------
    sequence
        Pairs an answer with its request.
    function
        Which command.
    status
        `REQUEST` in a request; a `Status`, or a number without a name, in an answer.
    data
        Fields of the command, packed.
    """

    sequence: int
    function: int
    status: int = REQUEST
    data: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the payload of the packet that carries this message."""
        if len(self.data) > MAX_DATA:
            raise ValueError(f"a message carries at most {MAX_DATA} bytes, not {len(self.data)}")
        return _HEADER.pack(self.sequence, self.function, self.status) + self.data

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the payload of a packet.

        Raises
        ------
        ProtocolError
            It is shorter than the three numbers in front, or longer than they may be followed by.
        """
        if not _HEADER.size <= len(payload) <= _HEADER.size + MAX_DATA:
            raise ProtocolError(
                f"a packet carries {len(payload)} bytes, expected {_HEADER.size} to "
                f"{_HEADER.size + MAX_DATA}.",
                evidence=payload,
            )
        sequence, function, status = _HEADER.unpack_from(payload)
        return cls(sequence, function, status, payload[_HEADER.size :])

    def failure(self, command: str, *, pixels: bool = False) -> CommandFailed | None:
        """Return the error that the status stands for, None when it is OK.

        `pixels` leaves the data out of it: they may be a piece of a frame.
        """
        if self.status == Status.OK:
            return None
        return _NAMED.get(self.status, CommandFailed)(
            command, self.status, b"" if pixels else self.data
        )
