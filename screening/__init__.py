"""Frames to visitors to verdicts: pure functions and small objects on arrays and time stamps."""
