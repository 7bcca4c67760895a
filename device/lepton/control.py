"""Control of a Lepton through the PureThermal board's UVC extension units.

The board maps each module of the Lepton's command interface to an extension unit, and each
command to a selector; the kernel passes a query on without knowing what it means:

    command id 0x4EC0 = module 0x4E00 (RAD) + offset 0xC0  ->  unit 5, selector (0xC0 >> 2) + 1

Sources: FLIR Lepton Software Interface Description Document; groupgets/purethermal1-firmware
(MIT), `usbd_uvc_lepton_xu.c`; Linux `include/uapi/linux/uvcvideo.h`.
"""

import ctypes
import errno
import fcntl
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from device.errors import CommandFailed, NotRadiometric, ProtocolError, SensorLost, SensorNotFound

SET_CUR, GET_CUR, GET_LEN = 0x01, 0x81, 0x85  # USB Video Class 1.5, table A-8
_UNITS = {
    0x01: 3,
    0x08: 4,
    0x0E: 5,
    0x02: 6,
    0x03: 7,
}  # module (high byte) -> unit: AGC, OEM, RAD, SYS, VID
_TRIES = 3  # the camera is known to refuse a first command now and then

Ioctl = Callable[[int, int, Any], int]


class Query(ctypes.Structure):
    """`struct uvc_xu_control_query` of the kernel."""

    _fields_ = (
        ("unit", ctypes.c_uint8),
        ("selector", ctypes.c_uint8),
        ("query", ctypes.c_uint8),
        ("size", ctypes.c_uint16),
        ("data", ctypes.c_void_p),
    )


UVCIOC_CTRL_QUERY = 3 << 30 | ctypes.sizeof(Query) << 16 | ord("u") << 8 | 0x21  # _IOWR('u', 0x21)


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
    """

    id: int
    size: int
    doc: str

    @property
    def unit(self) -> int:
        """The extension unit of its module."""
        return _UNITS[self.id >> 8 & 0x3F]

    @property
    def selector(self) -> int:
        """Its place in that unit."""
        return (self.id >> 2 & 0x3F) + 1


class Commands(Enum):
    """The commands that are used."""

    AGC_ENABLE = Command(0x0100, 4, "0 off, 1 on: makes pictures, not measurements")
    SERIAL = Command(0x0208, 8, "serial number of the module")
    GAIN_MODE = Command(0x0248, 4, "0 high, 1 low, 2 automatic")
    RUN_FFC = Command(0x0240, 1, "close the shutter and correct; any value starts it")
    PART_NUMBER = Command(0x081C, 32, "FLIR part number, text")
    SOFTWARE = Command(0x0820, 8, "major, minor, build of the general and of the signal processor")
    RADIOMETRY = Command(0x0E10, 4, "1: radiometric correction on")
    FLUX_PARAMETERS = Command(
        0x0EBC, 16, "8 words: emissivity, background, window, air, reflection"
    )
    TLINEAR = Command(0x0EC0, 4, "1: counts are linear in temperature")
    RESOLUTION = Command(0x0EC4, 4, "0: 0.1 K per count, 1: 0.01 K")
    AUTO_RESOLUTION = Command(0x0EC8, 4, "1: the camera changes the resolution by itself")


# Emissivity 1, no window, no air, no reflection: the counts are apparent temperatures, and the
# scene is corrected for in one place only. Order: emissivity, background K x 100, window
# transmission, its K x 100, air transmission, its K x 100, window reflection, reflected K x 100.
_NEUTRAL_SCENE = (8192, 29515, 8192, 29515, 8192, 29515, 0, 29515)

_BRING_UP: tuple[tuple[Commands, bytes], ...] = (
    (Commands.AGC_ENABLE, (0).to_bytes(4, "little")),
    (Commands.RADIOMETRY, (1).to_bytes(4, "little")),
    (Commands.GAIN_MODE, (0).to_bytes(4, "little")),
    (Commands.AUTO_RESOLUTION, (0).to_bytes(4, "little")),
    (Commands.RESOLUTION, (1).to_bytes(4, "little")),
    (Commands.TLINEAR, (1).to_bytes(4, "little")),
    (Commands.FLUX_PARAMETERS, b"".join(word.to_bytes(2, "little") for word in _NEUTRAL_SCENE)),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the camera says it is."""

    part_number: str
    serial: str
    software: str


class LeptonControl:
    """The control channel of a Lepton behind an open video node.

    Parameters
    ----------
    node
        Path of the video node.
    ioctl
        The system call; a test puts its camera here.
    """

    def __init__(self, node: str, ioctl: Ioctl = fcntl.ioctl) -> None:
        self._node = node
        self._ioctl = ioctl
        try:
            self._descriptor = os.open(node, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise SensorNotFound(
                f"cannot open the video node {node}: {error.strerror}.",
                "Plug the sensor in; the user needs to be in the group 'video'.",
            ) from error

    def identity(self) -> Identity:
        """Ask the camera who it is."""
        software = self.get(Commands.SOFTWARE)
        return Identity(
            part_number=self.get(Commands.PART_NUMBER).split(b"\0")[0].decode("ascii", "replace"),
            serial=str(int.from_bytes(self.get(Commands.SERIAL), "little")),
            software=".".join(str(part) for part in software[:3]),
        )

    def make_radiometric(self) -> None:
        """Set everything that makes counts temperatures, and read everything back.

        Raises
        ------
        NotRadiometric
            When the camera does not keep a setting.
        """
        for command, value in _BRING_UP:
            if self.get(command) != value:
                self.set(command, value)
        for command, value in _BRING_UP:
            kept = self.get(command)
            if kept != value:
                raise NotRadiometric(
                    f"the camera was set to {command.name} {value.hex()} and says {kept.hex()} "
                    f"({command.value.doc}).",
                    "Only radiometric Leptons (2.5, 3.1R, 3.5) can measure; plug it in again if "
                    "it is one.",
                )

    def run_ffc(self) -> None:
        """Start a flat-field correction; it takes about a second."""
        self.set(Commands.RUN_FFC, b"\x01")

    def get(self, command: Commands) -> bytes:
        """Return the value of a command."""
        self._check_length(command)
        return self._query(command, GET_CUR, bytes(command.value.size))

    def set(self, command: Commands, value: bytes) -> None:
        """Set the value of a command, or start it."""
        self._check_length(command)
        self._query(command, SET_CUR, value)

    def close(self) -> None:
        """Release the node. Closing twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _check_length(self, command: Commands) -> None:
        length = int.from_bytes(self._query(command, GET_LEN, bytes(2)), "little")
        if length != command.value.size:
            raise ProtocolError(
                f"the board says that {command.name} has {length} bytes, expected "
                f"{command.value.size}.",
                "Is this a PureThermal board with its own firmware?",
            )

    def _query(self, command: Commands, kind: int, value: bytes) -> bytes:
        for left in reversed(range(_TRIES)):
            data = ctypes.create_string_buffer(value, len(value))
            query = Query(
                command.value.unit,
                command.value.selector,
                kind,
                len(value),
                ctypes.addressof(data),
            )
            try:
                self._ioctl(self._descriptor, UVCIOC_CTRL_QUERY, query)
            except OSError as error:
                if error.errno in {errno.EPIPE, errno.EIO, errno.ETIMEDOUT} and left:
                    continue
                raise self._failure(command, error) from error
            return data.raw
        raise AssertionError("unreachable: the last try returns or raises")

    def _failure(self, command: Commands, error: OSError) -> ProtocolError | SensorLost:
        if error.errno in {errno.ENODEV, errno.ENXIO, errno.EBADF}:
            return SensorLost(f"{self._node} is gone.", "Plug the sensor in again.")
        if error.errno in {errno.ENOENT, errno.ENOTTY, errno.EINVAL}:
            return ProtocolError(
                f"{self._node} has no extension unit {command.value.unit} with the control "
                f"{command.name} ({error.strerror}).",
                "This is no PureThermal board, or its firmware is another one.",
            )
        return CommandFailed(
            f"the camera refused {command.name} {_TRIES} times ({error.strerror}).",
            "Plug it in again; if that does not help, reseat the camera module in its socket.",
        )
