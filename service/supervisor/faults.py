"""Why a worker gave up, in sentences for the admin: the worker itself says a word of a list."""

from typing import Final

from hardware.errors import HardwareError
from hardware.register import documents
from hardware.vetting.station import Vetting
from service.ipc.records import Fault

_SENTENCES: Final = {
    Fault.NOT_FOUND: "No {sensor} was found. Plug it in, or name its port with --sensor-port; "
    "`limen doctor` says what it sees.",
    Fault.REFUSED: "The {sensor} is not vetted, or is not the one that is enrolled here. "
    "`limen hardware ask` says who it is, `limen hardware check` what is missing.",
    Fault.NOT_RADIOMETRIC: "The {sensor} does not prove that its counts are temperatures. Bring it "
    "up again; a camera without radiometry cannot be used.",
    Fault.PROTOCOL: "The {sensor} sent what its protocol does not allow. Look at the cable.",
    Fault.COMMAND_FAILED: "The {sensor} refused a command. Plug it out and in again.",
    Fault.NO_REPLY: "The {sensor} does not answer. Look at the cable, plug it out and in again.",
    Fault.LOST: "The {sensor} is gone: it was unplugged, restarted, or fell silent.",
    Fault.STALLED: "The {sensor} answers, but sends no new frame. Plug it out and in again.",
    Fault.NOT_LOCKED: "The worker's process could not be locked. `limen doctor` says why.",
    Fault.FRAMES_ENDED: "The frames of the {sensor} have ended. Start the station again.",
    Fault.UNEXPECTED: "The worker met an error that nobody foresaw, and is started again.",
}


def sentence(fault: Fault, sensor: str, vetting: Vetting) -> str:
    """Return what happened and what to do.

    Parameters
    ----------
    fault
        What the worker said.
    sensor
        The kind of sensor, in words.
    vetting
        Asked when the sensor was refused: a register that cannot be relied on has a sentence of
        its own.
    """
    if fault is Fault.REFUSED:
        try:
            documents.load(vetting.own, today=vetting.today())
            vetting.enrolments()
        except HardwareError as error:
            return str(error)
    return _SENTENCES[fault].format(sensor=sensor)
