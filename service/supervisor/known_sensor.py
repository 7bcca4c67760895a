"""Which sensor a worker has opened: found among those that are known here, never believed."""

from dataclasses import replace

from device.info import SensorInfo
from hardware.vetting.station import Vetting
from service.ipc.identity import digest
from service.ipc.records import Opened
from service.ipc.vocabulary import ChannelError


def known_sensor(
    opened: Opened,
    vetting: Vetting,
    *,
    words: str,
    scenario: str,
    simulator: bool,
    port: str | None = None,
) -> SensorInfo | None:
    """Return who the sensor is; None when it is none that is enrolled at this station.

    Of what the worker says only its size and rate are taken over, and a digest is compared.

    Parameters
    ----------
    opened
        What the worker said.
    vetting
        Knows the enrolments.
    words
        The kind of sensor that was to be opened.
    scenario
        What the simulator shows; empty without it.
    simulator
        Whether the simulator was to be opened.
    port
        The USB port of the camera that was to be opened; None when it is on none.

    Raises
    ------
    ChannelError
        When it says that it opened a camera, and the simulator was asked for; or that it opened
        none, and there is one.
    HardwareError
        When the enrolments cannot be read.
    """
    if simulator and not opened.simulated:
        raise ChannelError("The worker opened a camera; it was to open the simulator.")
    if opened.simulated and port is not None:
        raise ChannelError(f"The worker calls the camera at USB port {port} simulated.")
    sensor = SensorInfo(
        dossier="simulated",
        model=f"SIMULATED {words}",
        serial="0",
        firmware=scenario,
        width=opened.width,
        height=opened.height,
        frame_rate_hz=opened.frame_rate_hz,
        hfov_deg=None,
        netd_k=0.0,
        simulated=True,
        port=scenario,
    )
    if opened.simulated:
        return sensor
    for enrolled in vetting.enrolments():
        entry = enrolled.enrolment
        known = digest(entry.dossier, entry.serial, entry.part_number, entry.firmware)
        if known == opened.identity and entry.port == port:
            return replace(
                sensor,
                dossier=entry.dossier,
                model=words,
                serial=entry.serial,
                firmware=entry.firmware,
                simulated=False,
                port=entry.port,
            )
    return None


def part_number_of(sensor: SensorInfo, vetting: Vetting) -> str:
    """Return a sensor's part number as it is enrolled, which names its lens; empty without one.

    Raises
    ------
    HardwareError
        When the enrolments cannot be read.
    """
    if sensor.simulated:
        return ""
    enrolled = (one.enrolment for one in vetting.enrolments())
    here = (one for one in enrolled if (one.serial, one.port) == (sensor.serial, sensor.port))
    return next((one.part_number for one in here), "")
