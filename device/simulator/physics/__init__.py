"""The physics that everything in the simulator follows, forwards only."""
