"""Where the faces are: contrast around skin, a small network, and a gate of temperatures."""
