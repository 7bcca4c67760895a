"""The commands of a Lepton as a table, and how they are asked of a PureThermal board.

The board maps each module of the Lepton's command interface to an extension unit, and each
command to a selector; the kernel passes a query on without knowing what it means:

    command id 0x4EC0 = module 0x4E00 (RAD) + offset 0xC0  ->  unit 5, selector (0xC0 >> 2) + 1

The last two columns are what the station's filter lets through to a camera at work: whether it may
be read, and the values that it may be set to. A line without them never reaches a camera.

Sources: FLIR Lepton Software Interface Description Document; groupgets/purethermal1-firmware
(MIT), `usbd_uvc_lepton_xu.c`; Linux `include/uapi/linux/uvcvideo.h`.
"""

import struct
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from device.errors import ProtocolError

SET_CUR, GET_CUR, GET_LEN = 0x01, 0x81, 0x85  # USB Video Class 1.5, table A-8
_UNITS = {
    0x01: 3,
    0x08: 4,
    0x0E: 5,
    0x02: 6,
    0x03: 7,
}  # module (high byte) -> unit: AGC, OEM, RAD, SYS, VID
_HEAD = struct.Struct("<BBB")
_ERRNO = struct.Struct("<H")

_OFF, _ON = ((number).to_bytes(4, "little") for number in (0, 1))
# Emissivity 1, no window, no air, no reflection: the counts are apparent temperatures, and the
# scene is corrected for in one place only. Order: emissivity, background K x 100, window
# transmission, its K x 100, air transmission, its K x 100, window reflection, reflected K x 100.
_NEUTRAL_SCENE = struct.pack("<8H", 8192, 29515, 8192, 29515, 8192, 29515, 0, 29515)


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the Lepton.

    Attributes
    ----------
    id
        Module and offset.
    size
        Bytes of its value.
    doc
        What it does.
    read
        Whether it may be read at work.
    sets
        The values that it may be set to at work.
    """

    id: int
    size: int
    doc: str
    read: bool = False
    sets: frozenset[bytes] = frozenset()

    @property
    def unit(self) -> int:
        """The extension unit of its module."""
        return _UNITS[self.id >> 8 & 0x3F]

    @property
    def selector(self) -> int:
        """Its place in that unit."""
        return (self.id >> 2 & 0x3F) + 1


def _keeps(id_: int, size: int, doc: str, value: bytes) -> Command:
    """Declare a command that may be read, and set to one value."""
    return Command(id_, size, doc, read=True, sets=frozenset((value,)))


class Commands(Enum):
    """The commands that are used, and those that must never reach a camera at work."""

    AGC_ENABLE = _keeps(0x0100, 4, "0 off, 1 on: makes pictures, not measurements", _OFF)
    SERIAL = Command(0x0208, 8, "serial number of the module", read=True)
    GAIN_MODE = _keeps(0x0248, 4, "0 high, 1 low, 2 automatic", _OFF)
    RUN_FFC = Command(
        0x0240, 1, "close the shutter and correct; any value starts it", sets=frozenset((b"\x01",))
    )
    PART_NUMBER = Command(0x081C, 32, "FLIR part number, text", read=True)
    SOFTWARE = Command(
        0x0820, 8, "major, minor, build of the general and of the signal processor", read=True
    )
    RADIOMETRY = _keeps(0x0E10, 4, "1: radiometric correction on", _ON)
    FLUX_PARAMETERS = _keeps(
        0x0EBC, 16, "8 words: emissivity, background, window, air, reflection", _NEUTRAL_SCENE
    )
    TLINEAR = _keeps(0x0EC0, 4, "1: counts are linear in temperature", _ON)
    RESOLUTION = _keeps(0x0EC4, 4, "0: 0.1 K per count, 1: 0.01 K", _ON)
    AUTO_RESOLUTION = _keeps(0x0EC8, 4, "1: the camera changes the resolution by itself", _OFF)
    # not allowed
    TELEMETRY_ENABLE = Command(0x0218, 4, "1: telemetry rows come with each frame")
    FFC_MODE = Command(0x023C, 32, "who starts an FFC, when, and how the shutter stands")
    RBFO = Command(0x0E04, 16, "the four numbers that turn counts into temperatures")
    VIDEO_SOURCE = Command(0x082C, 4, "what is sent: the array, or patterns and a held frame")
    REBOOT = Command(0x0840, 1, "start the camera anew")


BRING_UP: Final = tuple(
    (command, next(iter(command.value.sets)))
    for command in (
        Commands.AGC_ENABLE,
        Commands.RADIOMETRY,
        Commands.GAIN_MODE,
        Commands.AUTO_RESOLUTION,
        Commands.RESOLUTION,
        Commands.TLINEAR,
        Commands.FLUX_PARAMETERS,
    )
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of an extension unit.

    Attributes
    ----------
    unit, selector, kind
        As the USB Video Class counts; `kind` is GET_CUR, SET_CUR, GET_LEN or another query.
    value
        What is set, or as many bytes as the answer has.
    """

    unit: int
    selector: int
    kind: int
    value: bytes

    def to_bytes(self) -> bytes:
        """Return it as one record to the station's filter."""
        return _HEAD.pack(self.unit, self.selector, self.kind) + self.value

    @classmethod
    def from_bytes(cls, record: bytes) -> Self:
        """Read a record; ProtocolError when it is too short to be one."""
        if len(record) < _HEAD.size:
            raise ProtocolError(f"a record of {len(record)} bytes, expected at least {_HEAD.size}.")
        unit, selector, kind = _HEAD.unpack_from(record)
        return cls(unit, selector, kind, record[_HEAD.size :])


def answer(number: int, value: bytes = b"") -> bytes:
    """Return the filter's answer to a record: an error number of the kernel or 0, and the value."""
    return _ERRNO.pack(number) + value


def answer_of(record: bytes) -> tuple[int, bytes]:
    """Read the filter's answer; ENODEV when the filter is gone."""
    if len(record) < _ERRNO.size:
        return 19, b""
    return _ERRNO.unpack_from(record)[0], record[_ERRNO.size :]
