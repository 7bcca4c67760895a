"""How people and their clothes look in the thermal infrared."""
