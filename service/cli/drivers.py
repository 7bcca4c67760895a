"""Which function opens which sensor, for commands that have to ask a sensor who it is."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from device.sensor import Sensor
    from service.supervisor.vetting import Vet


def opener(sensor: str, port: str | None) -> "Callable[[Vet], Sensor]":
    """Return the function that opens a kind of sensor with the `vet` that it is given."""
    if sensor == "boson":
        from device.boson import open_boson

        return lambda vet: open_boson(port, vet=vet)
    if sensor == "lepton":
        from device.lepton import open_lepton

        return lambda vet: open_lepton(port, vet=vet)
    if sensor == "evo-thermal":
        from device.evo_thermal import open_evo_thermal

        return lambda vet: open_evo_thermal(port, vet=vet)
    raise typer.BadParameter(f"There is boson, lepton and evo-thermal, not {sensor}.")
