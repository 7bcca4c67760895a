"""Whether a frame is a new one of a living sensor: repeats, stillness, noise, impossible values."""
