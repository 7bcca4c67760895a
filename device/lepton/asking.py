"""Asking a Lepton who it is, with nothing set in it."""

from device.errors import CommandFailed
from device.info import Answer
from device.lepton.commands import Commands
from device.lepton.control import LeptonControl
from device.lepton.sensor import dossier_of
from hardware.vetting.decision import SensorSays


def ask(_serial_port: str | None, video_node: str | None) -> Answer:
    """Return what the camera at a video node says of itself; SensorError when it does not."""
    with LeptonControl(video_node or "") as control:
        who = control.identity()
        try:
            radiometric = control.get(Commands.RADIOMETRY)[0] == 1
        except CommandFailed:  # what a Lepton without radiometry answers
            radiometric = False
    dossier, simulated = dossier_of(who.part_number)
    says = SensorSays(who.serial, who.part_number, who.software, simulated)
    return Answer(f"Lepton {who.part_number}", says, dossier, radiometric)
