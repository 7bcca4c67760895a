"""Bytes to radiometric frames: drivers, protocols, capture, replay, simulators beside them."""
