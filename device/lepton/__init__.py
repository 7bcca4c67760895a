"""FLIR Lepton 3.x on a GroupGets PureThermal board: 160x120 at 9 Hz over USB video.

The board sends the camera's telemetry under each picture, so that every frame can prove by itself
that its counts are temperatures.
"""

from device.lepton.asking import ask
from device.lepton.sensor import USB_IDS, LeptonSensor, open_lepton

__all__ = ["USB_IDS", "LeptonSensor", "ask", "open_lepton"]
