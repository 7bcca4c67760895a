"""Recordings as sensors: `open_recording(path)` reads what a radiometric camera once saw."""

from device.replay.sensor import RecordedSensor, open_recording

__all__ = ["RecordedSensor", "open_recording"]
