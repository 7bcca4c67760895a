"""Bytes to radiometric frames: drivers, wire protocols, capture, replay, and the simulators beside them."""
