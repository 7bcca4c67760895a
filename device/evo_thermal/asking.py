"""Asking an Evo Thermal who it is: all that it can say is that it speaks the protocol."""

from device.evo_thermal.sensor import open_evo_thermal
from device.info import Answer
from hardware.vetting.decision import Decision, Outcome, SensorSays


def ask(serial_port: str | None, _video_node: str | None) -> Answer:
    """Let it stream for a moment; SensorError when it does not."""

    def later(dossier: str, *_: object) -> Decision:  # the register is asked after this
        return Decision(dossier, Outcome.APPROVED)

    with open_evo_thermal(serial_port, vet=later) as sensor:
        info = sensor.info
    says = SensorSays(info.serial, simulated=info.simulated)
    return Answer(info.model, says, info.dossier, radiometric=True)
