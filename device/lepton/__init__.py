"""FLIR Lepton 3.x on a GroupGets PureThermal board: 160x120 at 9 Hz over USB video.

The board sends the camera's telemetry under each picture, so that every frame can prove by itself
that its counts are temperatures.
"""
