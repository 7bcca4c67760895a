"""A physical entrance without a camera: people, room, reference and sensor, with ground truth."""

from device.simulator.scenario.schema import ScenarioError, scenario_names
from device.simulator.sensor import SimulatedSensor, open_simulated
from device.simulator.sweep import sweep

__all__ = [
    "ScenarioError",
    "SimulatedSensor",
    "open_simulated",
    "scenario_names",
    "sweep",
]
