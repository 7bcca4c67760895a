"""Fuzz the readers of recordings: whatever lies in a file, only named errors come out."""

import contextlib
import gzip
import io
import json
import struct
import warnings

import numpy as np

from device.errors import RecordingError
from device.replay.cptv_file import CptvFile
from device.replay.y16_file import MAGIC, Y16File
from tests.device.recordings import frame, header, recording, scene
from tests.fuzz.harness import fuzz

_Y16_HEADER = json.dumps(
    {
        "version": 1,
        "width": 160,
        "height": 120,
        "fps": 9,
        "dtype": "uint16",
        "endianness": "little",
        "raw_unit": "kelvin_x100_if_radiometric_tlinear",
    }
).encode()
_Y16_FRAME = struct.pack("<Qdq", 0, 1.7e9, 0) + bytes(2 * 160 * 120)
_Y16 = MAGIC + struct.pack("<I", len(_Y16_HEADER)) + _Y16_HEADER

SEEDS = (
    b"\x00" + recording(),
    b"\x00" + header() + frame(scene(), g=b"\x01") + frame(scene(1), scene(), time_ms=60_114),
    b"\x00" + header(8, 8, J=b"\x01\x00", D=b"door") + frame(scene(0, 8, 8)),
    b"\x01" + gzip.compress(recording(), mtime=0),
    b"\x02" + _Y16,
    b"\x02" + _Y16 + _Y16_FRAME,
)


def one_input(data: bytes) -> None:
    """Read it as a recording: zipped as it is, or under a checksum that agrees."""
    kind = data[0] & 3 if data else 0
    content = data[1:]
    stream = io.BytesIO(content if kind == 1 else gzip.compress(content, 0, mtime=0))
    reader = Y16File if kind == 2 else CptvFile
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with contextlib.suppress(RecordingError):
            for stored in reader(stream, "fuzz").frames():
                assert stored.counts.dtype == np.uint16
                assert stored.counts.ndim == 2
                assert stored.ffc_age_s is None or stored.ffc_age_s >= 0


if __name__ == "__main__":
    fuzz(one_input, SEEDS)
