"""Counts to radiance to the temperature of a surface: pure functions, each with its source."""
