"""Where the station's camera is: its device nodes, found before any process asks for them."""

from dataclasses import dataclass
from pathlib import Path

from device import discovery
from device.drivers import Driver
from device.errors import SensorNotFound
from hardware.errors import HardwareError
from hardware.host.usb import PORT, SYS, UsbIdentity, behind
from service.sandbox.opener import Node


@dataclass(frozen=True, slots=True)
class CameraPlace:
    """A camera's nodes.

    Attributes
    ----------
    port
        Its USB port, or the path that was given.
    control
        What commands go to; the filter's.
    video
        What frames come from; the worker's. None: they come over the control channel.
    usb
        Its USB device; None when it is none.
    filter_kind
        Of `service.sandbox.camera_filter.main.KINDS`.
    """

    port: str
    control: Node
    video: Node | None
    usb: UsbIdentity | None
    filter_kind: str


def locate(driver: Driver, port: str | None, sys_root: Path = SYS) -> CameraPlace:
    """Find the camera of a driver.

    Parameters
    ----------
    port
        A device node, or a USB port (`1-2`); None finds the only one.

    Raises
    ------
    SensorNotFound
        When there is none, more than one, or a node is missing.
    """
    if port is not None and not PORT.fullmatch(port):
        try:
            usb = behind(Path(port), sys_root)
        except HardwareError as gone:
            raise SensorNotFound(str(gone)) from gone
        nodes = discovery.at(usb, sys_root=sys_root) if usb else None
        serial = port if driver.has_serial else None
        video = nodes.video_node if nodes else None
        if not driver.has_serial:
            video = port
    else:
        found = discovery.find(driver.usb_ids, sys_root=sys_root)
        if port is not None:
            found = tuple(one for one in found if one.usb.port == port)
        one = discovery.choose(found, driver.words)
        usb, serial, video = one.usb, one.serial_port, one.video_node
    return _place(driver, port or "", usb, serial, video)


def _place(
    driver: Driver, port: str, usb: UsbIdentity | None, serial: str | None, video: str | None
) -> CameraPlace:
    where = usb.port if usb else port
    if driver.has_serial and serial is None:
        raise SensorNotFound(
            f"the {driver.words} at USB port {where} has no serial port.",
            "Check that the kernel's cdc_acm module is loaded.",
        )
    if driver.has_video and video is None and (usb is not None or not driver.has_serial):
        raise SensorNotFound(
            f"the {driver.words} at USB port {where} has no video node.",
            "Check that the kernel's uvcvideo module is loaded.",
        )
    films = driver.has_video and video is not None
    kind = f"{driver.name}-video" if films and driver.has_serial else driver.name
    return CameraPlace(
        port=where,
        control=Node(serial, serial=True) if serial else Node(video or "", serial=False),
        video=Node(video, serial=False) if films and video else None,
        usb=usb,
        filter_kind=kind,
    )
