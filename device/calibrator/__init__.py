"""Adjustable sources (blackbodies) that are set by serial: one documented family, emulated too."""
