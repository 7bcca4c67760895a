"""The telemetry rows that the camera sends on top of each video frame.

Two rows of 16-bit words, of which the first is in use; 32-bit values have their high word first.
Positions in bytes as published for the line's big-endian form by Elphel (imagej-elphel,
`Boson640Telemetry`); frame counter and time stamp agree with two other public readers. The meaning
of the status bits is not public, so the FFC state is asked for over the control channel.

      0 u16 revision                     2 u32 camera serial    6 u32 sensor serial
     10 part number, 20 bytes           44 3 u32 firmware      56 u16 frame rate, Hz
     84 u32 frame counter               88 u32 the same at the last FFC
     94 u16 FPA temperature, 0.1 K      96 u16 the same at the last FFC
    114 u16 FFC frames                 280 u32 time since power-up, ms
"""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROWS = 2
_PARTS = (  # position in bytes, format; in the order of the attributes below
    (2, "I"),
    (6, "I"),
    (10, "20s"),
    (56, "H"),
    (84, "I"),
    (88, "I"),
    (94, "H"),
    (96, "H"),
    (280, "I"),
)
_BYTES = 284


@dataclass(frozen=True, slots=True)
class Telemetry:
    """What one frame says of itself.

    Attributes
    ----------
    camera_serial, sensor_serial, part
        Identity of the camera.
    frame_rate_hz
        In Hz.
    frame, frame_at_ffc
        Frame counter now and at the last FFC.
    fpa_temp_dk, fpa_temp_at_ffc_dk
        Temperature of the focal plane array now and at the last FFC in 0.1 K.
    time_ms
        Milliseconds since power-up.
    """

    camera_serial: int
    sensor_serial: int
    part: str
    frame_rate_hz: int
    frame: int
    frame_at_ffc: int
    fpa_temp_dk: int
    fpa_temp_at_ffc_dk: int
    time_ms: int

    @property
    def fpa_temp_c(self) -> float:
        """Temperature of the focal plane array in deg C."""
        return self.fpa_temp_dk / 10.0 - 273.15


def parse(rows: NDArray[np.uint16]) -> Telemetry:
    """Read the telemetry rows of a frame.

    Parameters
    ----------
    rows
        `(2, W) uint16`, W of at least 142.
    """
    line = rows[0, : _BYTES // 2].byteswap().tobytes()
    values = [struct.unpack_from(">" + code, line, at)[0] for at, code in _PARTS]
    values[2] = values[2].split(b"\0")[0].decode("ascii", "replace")
    return Telemetry(*values)


def write(telemetry: Telemetry, rows: NDArray[np.uint16]) -> None:
    """Write telemetry into the first rows of a frame, as the camera does."""
    line = bytearray(_BYTES)
    values = (
        telemetry.camera_serial,
        telemetry.sensor_serial,
        telemetry.part.encode("ascii"),
        telemetry.frame_rate_hz,
        telemetry.frame,
        telemetry.frame_at_ffc,
        telemetry.fpa_temp_dk,
        telemetry.fpa_temp_at_ffc_dk,
        telemetry.time_ms,
    )
    for (at, code), value in zip(_PARTS, values, strict=True):
        struct.pack_into(">" + code, line, at, value)
    rows.fill(0)
    rows[0, : _BYTES // 2] = np.frombuffer(line, ">u2")
