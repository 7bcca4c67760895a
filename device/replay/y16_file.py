r"""Raw Y16 recordings of PureThermal boards ("PTY16V1"), with or without telemetry rows.

A gzip stream, all numbers little-endian:

    "PTY16V1\n" | header length u32 | header (JSON) | record*
    record: frame index u64 | Unix time, s, f64 | Unix time, ms, i64 | pixels u16 (height, width)

The stream is read once to its end when it is opened, so that gzip's checksum has spoken before a
pixel is believed. With 122 rows each frame proves itself by its telemetry, as a live one does;
with 120 nothing is known of its FFC, and the frames say so.

Format: https://github.com/liflabuc/purethermal-y16-recorder
"""

import gzip
import json
import math
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from device.errors import RecordingError
from device.frame import KELVIN_OFFSET, FfcState
from device.lepton.proof import Prover
from device.lepton.telemetry import HEIGHT, ROWS, WIDTH, decode
from device.replay.stored import StoredCamera, StoredFrame

MAGIC = b"PTY16V1\n"
_RECORD = struct.Struct("<Qdq")
_HEADER_LIMIT = 1 << 16
_EXPECTED = {
    "version": (1,),
    "width": (WIDTH,),
    "height": (HEIGHT, HEIGHT + ROWS),
    "dtype": ("uint16",),
    "endianness": ("little",),
    "raw_unit": ("kelvin_x100_if_radiometric_tlinear",),
}


class Y16File:
    """A raw Y16 recording, checked from end to end.

    Parameters
    ----------
    stream
        The open file; it stays open as long as frames are wanted.
    name
        For error sentences.

    Raises
    ------
    RecordingError
        When it is cut, corrupt or of another version; the sentence says where.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        self._rows, rate_hz = self._header()
        self.camera = StoredCamera(
            model="PureThermal",
            serial="",
            firmware="",
            width=WIDTH,
            height=HEIGHT,
            frame_rate_hz=rate_hz,
        )
        before_s = -math.inf
        self._frame_count = 0
        for _, time_s, _ in self._records():
            if not before_s <= time_s < math.inf:
                raise self._corrupt(f"its time goes from {before_s} s to {time_s} s")
            before_s = time_s
            self._frame_count += 1
        if not self._frame_count:
            raise RecordingError(f"{name} holds no frame.", "Record again.")

    def frames(self) -> Iterator[StoredFrame]:
        """Yield the frames from the first one."""
        prover = Prover()
        for index, time_s, pixels in self._records():
            rows = np.frombuffer(pixels, "<u2").reshape(self._rows, WIDTH)
            if self._rows == HEIGHT:
                yield StoredFrame(rows, time_s, index, FfcState.NEVER, None)
                continue
            telemetry = decode(rows[HEIGHT:])
            yield StoredFrame(
                counts=rows[:HEIGHT],
                time_s=time_s,
                sequence=telemetry.counter,
                ffc=telemetry.ffc,
                ffc_age_s=telemetry.ffc_age_s,
                fpa_temp_c=telemetry.fpa_kelvin_100 / 100.0 - KELVIN_OFFSET,
                flaw=prover.judge(rows[:HEIGHT], telemetry),
            )

    def _header(self) -> tuple[int, float]:
        """Check the header; return how many rows a frame has, and the frame rate in Hz."""
        self._place = "its header"
        with self._unzipped() as unzipped:
            header = self._read_header(unzipped)
        for key, allowed in _EXPECTED.items():
            if header.get(key) not in allowed:
                raise self._corrupt(f"its {key} is {header.get(key)!r}, expected {allowed}")
        rate_hz = header.get("fps")
        if not isinstance(rate_hz, int | float) or not 0.0 < rate_hz <= 1000.0:
            raise self._corrupt(f"its frame rate is {rate_hz!r}")
        return int(header["height"]), float(rate_hz)

    def _read_header(self, unzipped: gzip.GzipFile) -> dict[str, Any]:
        magic = self._read(unzipped, len(MAGIC))
        if magic != MAGIC:
            raise self._corrupt(f"it begins with {magic!r}, expected {MAGIC!r}")
        length = int.from_bytes(self._read(unzipped, 4), "little")
        if length > _HEADER_LIMIT:
            raise self._corrupt(f"its header would have {length} bytes")
        try:
            header = json.loads(self._read(unzipped, length))
        except (ValueError, RecursionError) as error:
            raise self._corrupt(f"it is no JSON ({type(error).__name__})") from error
        if not isinstance(header, dict):
            raise self._corrupt("it is no JSON object")
        return header

    def _records(self) -> Iterator[tuple[int, float, bytes]]:
        """Yield number, time in seconds and pixels of each record."""
        self._place = "its header"
        with self._unzipped() as unzipped:
            self._read_header(unzipped)
            self._place = "frame 0"
            size = _RECORD.size + 2 * self._rows * WIDTH
            number = 0
            while record := self._read(unzipped, size, end_allowed=True):
                index, time_s, _ = _RECORD.unpack_from(record)
                yield index, time_s, record[_RECORD.size :]
                number += 1
                self._place = f"frame {number}"

    def _unzipped(self) -> gzip.GzipFile:
        self._stream.seek(0)
        return gzip.GzipFile(fileobj=self._stream)

    def _read(self, unzipped: gzip.GzipFile, size: int, *, end_allowed: bool = False) -> bytes:
        try:
            data = unzipped.read(size)
        except (EOFError, OSError, zlib.error) as error:
            # what was unzipped ahead of the break is lost with it, so the place is not exact
            raise self._corrupt(str(error) or type(error).__name__, "at or after") from error
        if len(data) != size and not (end_allowed and not data):
            raise self._corrupt(f"it ends after {len(data)} of {size} bytes")
        return data

    def _corrupt(self, what: str, place: str = "at") -> RecordingError:
        return RecordingError(
            f"{self._name} is cut or corrupt {place} {self._place}: {what}.",
            "Copy it again from where it was made.",
        )
