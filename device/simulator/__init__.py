"""A physical entrance without a camera: people, room, reference and sensor, with ground truth."""

from device.simulator.schema import ScenarioError, scenario_names
from device.simulator.sensor import SimulatedSensor, open_simulated

__all__ = ["ScenarioError", "SimulatedSensor", "open_simulated", "scenario_names"]
