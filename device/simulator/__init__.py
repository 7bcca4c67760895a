"""A physical entrance without a camera: people, room, reference and sensor, with ground truth."""

from device.simulator.film import film
from device.simulator.schema import ScenarioError, scenario_names
from device.simulator.sensor import SimulatedSensor, open_simulated
from device.simulator.sweep import sweep

__all__ = [
    "ScenarioError",
    "SimulatedSensor",
    "film",
    "open_simulated",
    "scenario_names",
    "sweep",
]
