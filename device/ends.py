"""What a driver gets of a camera in a process that may open nothing: ends that others hold open."""

from collections.abc import Callable
from dataclasses import dataclass

from device.info import SensorInfo
from hardware.vetting.decision import SensorSays

Admit = Callable[[SensorInfo, SensorSays], None]
"""Asked when a camera has said who it is, before anything is set in it; raises to refuse."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of one camera.

    Attributes
    ----------
    port
        Where it is plugged in, for messages.
    line
        Descriptor of a socket to the filter that holds the camera's control channel.
    video
        Path of its video node, which may be opened once the camera was admitted; None: its frames
        come over the control channel.
    usb_serial, usb_firmware
        What its USB device says of itself; `usb_serial` is None when it is no USB device.
    """

    port: str
    line: int
    video: str | None = None
    usb_serial: str | None = None
    usb_firmware: str = ""
