"""Calibration and acceptance of a running station: what is measured, signed, and obeyed."""
