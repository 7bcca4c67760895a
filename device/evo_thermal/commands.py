"""The commands of the Evo Thermal: all that a station at work ever sends to it.

    00 52 02 switch CRC-8        switches its stream on (01) or off (00)

The sensor's other commands are not public; the station's filter lets no other bytes through.
"""

from typing import Final

SWITCH: Final = 0x52
STREAM_ON: Final = bytes.fromhex("00520201DF")
STREAM_OFF: Final = bytes.fromhex("00520200D8")
ALLOWED: Final = (STREAM_ON, STREAM_OFF)
