"""How the detector's weights are made. Never imported at run time."""
