"""The project's own measurements: recordings, simulated scenes, clinical data, time."""
