"""Find, identify, vet, set up and try a Boson: all that comes before its first frame."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from device import discovery
from device.boson.bringup import bring_up
from device.boson.client import BosonClient
from device.boson.frames import FrameSource, SerialFrames, VideoFrames
from device.boson.identity import Identity, identify
from device.boson.ids import USB_IDS
from device.boson.sensor import BosonSensor
from device.boson.transport import OpenLine, SerialTransport, Transport
from device.ends import Admit, Ends
from device.errors import SensorNotFound, SensorRefused
from device.info import SensorInfo
from hardware.errors import HardwareError
from hardware.host.usb import PORT, SYS, UsbIdentity, behind
from hardware.vetting.decision import Vet

_TIMEOUT_S = 0.25  # three of them are still within the second in which the station must notice
# FLIR's SDK never has more than one request under way, so neither have we with a camera; what the
# emulator takes at once makes its frames four times as fast.
_EMULATOR_WINDOW = 16
_SERIAL_BYTES_PER_S = 2.5e6  # about what an emulator's pty carries, one request at a time


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a camera is: its serial port, its video node, and its USB device if it is one."""

    port: str
    video: str | None
    usb: UsbIdentity | None


def open_boson(
    port: str | None = None,
    *,
    video: str | None = None,
    serial: str | None = None,
    vet: Vet,
    connect: Callable[[str], Transport] = SerialTransport,
    sys_root: Path = SYS,
) -> BosonSensor:
    """Open a Boson, proven to be the right one, vetted, and radiometric.

    Parameters
    ----------
    port
        Its serial port (`/dev/ttyACM0`, or the emulator's link) or its USB port (`1-2`); None finds
        the only one.
    video
        Its video node; None finds the one of the same USB device. What is no USB device and has
        none gives its frames over the control channel.
    serial
        Serial number that it must have, because it was admitted with it; None takes any.
    vet
        Asked, before anything is changed in the camera, whether it may be used.
    connect
        Opens the serial port.
    sys_root
        Root of sysfs.

    Raises
    ------
    SensorError
        When it is missing, refused, silent, or not radiometric; see `device.errors`.
    """
    place = _locate(port, serial, sys_root)
    node = video or place.video
    if node is None and place.usb is not None:
        raise SensorNotFound(
            f"the Boson at USB port {place.usb.port} has a serial port and no video node.",
            "Check that the kernel's uvcvideo module is loaded.",
        )
    where = place.usb.port if place.usb else place.port

    def admit(identity: Identity, _info: SensorInfo) -> None:
        _admit(identity, place, serial, vet)

    return _set_up(connect(place.port), node, where, admit)


def attach_boson(ends: Ends, *, admit: Admit) -> BosonSensor:
    """Set up and try a Boson that others hold open; see `device.ends`, and `open_boson`.

    Its frames come over the control channel when it has no video node: an emulated one's.
    """

    def ask(identity: Identity, info: SensorInfo) -> None:
        if ends.usb_serial is None and not identity.simulated:
            raise _no_camera(ends.port, identity)
        admit(info, identity.says())

    return _set_up(OpenLine(ends.port, ends.line), ends.video, ends.port, ask)


def _set_up(
    line: Transport,
    node: str | None,
    where: str,
    admit: Callable[[Identity, SensorInfo], None],
) -> BosonSensor:
    """Identify, set up and try what is at the end of a line; `admit` comes before the second."""
    with ExitStack() as opened:  # closes what is open when a step fails
        client = BosonClient(line, timeout_s=_TIMEOUT_S)
        opened.callback(client.close)
        client.drain()
        identity = identify(client)
        info = identity.info(where, _rate_hz(identity, node))
        admit(identity, info)
        if identity.simulated:
            client.window = _EMULATOR_WINDOW
        scene = bring_up(client)
        source: FrameSource = (
            VideoFrames(node, identity) if node else SerialFrames(client, *identity.size)
        )
        opened.callback(source.close)
        sensor = BosonSensor(client, source, identity, info, scene)
        opened.callback(sensor.close)
        sensor.self_test()
        opened.pop_all()
    return sensor


def _rate_hz(identity: Identity, node: str | None) -> float:
    if node is not None:
        return float(identity.frame_rate_hz)
    width, height = identity.size
    return round(_SERIAL_BYTES_PER_S / (width * height * 2), 1)


def _locate(port: str | None, serial: str | None, sys_root: Path) -> _Place:
    """Find the nodes of the camera that is meant."""
    try:
        if port is not None and not PORT.fullmatch(port):
            usb = behind(Path(port), sys_root)
            return _Place(
                port, discovery.at(usb, sys_root=sys_root).video_node if usb else None, usb
            )
    except HardwareError as gone:
        raise SensorNotFound(str(gone)) from gone
    found = discovery.find(USB_IDS, sys_root=sys_root)
    if port is not None:
        found = tuple(one for one in found if one.usb.port == port)
    known = any(one.usb.serial == serial for one in found)
    one = discovery.choose(found, "Boson", serial=serial if known else None)
    if one.serial_port is None:
        raise SensorNotFound(
            f"the Boson at USB port {one.usb.port} has no serial port.",
            "Check that the kernel's cdc_acm module is loaded.",
        )
    return _Place(one.serial_port, one.video_node, one.usb)


def _admit(identity: Identity, place: _Place, serial: str | None, vet: Vet) -> None:
    """Refuse a camera that is not the one that is meant, not what it claims, or not vetted."""
    if serial is not None and serial != str(identity.serial):
        raise SensorRefused(
            f"the camera at {place.port} has serial number {identity.serial}, expected {serial}: "
            "it is another camera.",
            "Plug the vetted one in, or have this one vetted.",
        )
    if place.usb is None and not identity.simulated:
        raise _no_camera(place.port, identity)
    decision = vet(identity.dossier, place.usb, identity.says())
    if not decision.passes:
        raise SensorRefused(
            f"the camera at {place.port} is not vetted: {decision}",
            "Use one that is in the register.",
        )


def _no_camera(port: str, identity: Identity) -> SensorRefused:
    return SensorRefused(
        f"what answers at {port} calls itself {identity.part}, and is no USB device: nothing shows "
        "that it is a camera.",
        "Connect the camera by USB; an emulator must call itself simulated.",
    )
