"""Control of a Lepton through the PureThermal board's UVC extension units.

The table of what is asked is in `commands`; here is how: over an open video node, or over a socket
to the station's filter, which asks the node itself.
"""

import ctypes
import errno
import fcntl
import os
import select
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from device.errors import CommandFailed, NotRadiometric, ProtocolError, SensorLost, SensorNotFound
from device.lepton.commands import BRING_UP, GET_CUR, GET_LEN, SET_CUR, Asked, Commands, answer_of

_TRIES = 3  # the camera is known to refuse a first command now and then
_FILTER_S = 2.0  # a command takes the camera some milliseconds

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


def query_node(node: int, asked: Asked, ioctl: Ioctl = fcntl.ioctl) -> bytes:
    """Ask the camera behind an open video node; OSError with the kernel's number."""
    data = ctypes.create_string_buffer(asked.value, len(asked.value))
    place = ctypes.addressof(data)
    query = Query(asked.unit, asked.selector, asked.kind, len(asked.value), place)
    ioctl(node, UVCIOC_CTRL_QUERY, query)
    return data.raw


def query_filter(filter_end: int, asked: Asked) -> bytes:
    """Ask the same over a socket to the station's filter; OSError with the number that it gives.

    A filter that is late counts as gone: its answer would be taken for that to the next query.
    """
    poll = select.poll()
    poll.register(filter_end, select.POLLIN)
    try:
        os.write(filter_end, asked.to_bytes())
        record = os.read(filter_end, 256) if poll.poll(_FILTER_S * 1000.0) else b""
    except OSError as error:
        raise OSError(errno.ENODEV, "The filter is gone") from error
    number, value = answer_of(record)
    if number:
        raise OSError(number, os.strerror(number))
    return value


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the camera says it is."""

    part_number: str
    serial: str
    software: str


class LeptonControl:
    """The control channel of a Lepton.

    Parameters
    ----------
    node
        Path of the video node; only its name when `filter_end` is given.
    filter_end
        A socket to the station's filter, which holds the node: it is then not opened here.
    ioctl
        The system call; a test puts its camera here.
    """

    def __init__(
        self, node: str, ioctl: Ioctl = fcntl.ioctl, *, filter_end: int | None = None
    ) -> None:
        self._node = node
        self._ioctl = ioctl
        self._filtered = filter_end is not None
        if filter_end is not None:
            self._descriptor = filter_end
            return
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
        for command, value in BRING_UP:
            if self.get(command) != value:
                self.set(command, value)
        for command, value in BRING_UP:
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
        asked = Asked(command.value.unit, command.value.selector, kind, value)
        for left in reversed(range(_TRIES)):
            try:
                if self._filtered:
                    return query_filter(self._descriptor, asked)
                return query_node(self._descriptor, asked, self._ioctl)
            except OSError as error:
                if error.errno in {errno.EPIPE, errno.EIO, errno.ETIMEDOUT} and left:
                    continue
                raise self._failure(command, error) from error
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
        if error.errno == errno.EACCES:
            return CommandFailed(
                f"the station's filter does not let {command.name} through to the camera.",
                "A driver that needs it has it allowed in its table of commands.",
            )
        return CommandFailed(
            f"the camera refused {command.name} {_TRIES} times ({error.strerror}).",
            "Plug it in again; if that does not help, reseat the camera module in its socket.",
        )
