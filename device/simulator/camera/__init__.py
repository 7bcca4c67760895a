"""The simulated camera: from radiance at the lens to counts."""
