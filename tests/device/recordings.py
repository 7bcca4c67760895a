"""Recordings for tests: real ones where they are at hand, and CPTV files written to measure."""

import gzip
import os
import struct
from pathlib import Path

import numpy as np
import pytest

DATA = Path(os.environ.get("LIMEN_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def real(pattern: str) -> list[Path]:
    """Return the real recordings that match; skip the test where there are none."""
    found = sorted(DATA.glob(pattern))
    if not found:
        pytest.skip(f"no real recordings: {DATA / pattern} is not there (set LIMEN_DATA)")
    return found


def field(name: bytes, value: bytes) -> bytes:
    return bytes((len(value),)) + name + value


def section(kind: bytes, fields: dict[bytes, bytes]) -> bytes:
    body = b"".join(field(name, value) for name, value in fields.items())
    return kind + bytes((len(fields),)) + body


def header(width: int = 16, height: int = 12, **changes: bytes | None) -> bytes:
    """Return magic and header section; `changes` replaces, adds or (None) leaves out fields."""
    fields: dict[bytes, bytes | None] = {
        b"T": struct.pack("<Q", 1_600_000_000_000_000),
        b"X": struct.pack("<I", width),
        b"Y": struct.pack("<I", height),
        b"C": b"\x01",
        b"Z": b"\x09",
        b"E": b"lepton3.5",
        b"N": struct.pack("<I", 4711),
        b"V": b"3.3.26",
    }
    fields |= {name.encode(): value for name, value in changes.items()}
    return b"CPTV\x02" + section(b"H", {k: v for k, v in fields.items() if v is not None})


def packed(counts: np.ndarray, before: np.ndarray | None = None) -> tuple[int, bytes]:
    """Pack one frame: differences along the snake of differences to the frame before."""
    delta = counts.astype(np.int64) - (0 if before is None else before.astype(np.int64))
    delta[1::2] = delta[1::2, ::-1]
    steps = np.diff(delta.ravel())
    bits = max(int(np.abs(steps).max(initial=0)).bit_length() + 1, 2)
    words = "".join(format(int(step) & ((1 << bits) - 1), f"0{bits}b") for step in steps)
    words = words.ljust(-(-len(words) // 8) * 8, "0")
    pixels = int(words, 2).to_bytes(len(words) // 8, "big")
    return bits, struct.pack("<i", int(delta.ravel()[0])) + pixels


def frame(
    counts: np.ndarray,
    before: np.ndarray | None = None,
    *,
    time_ms: int = 60_000,
    ffc_ms: int = 1_000,
    **changes: bytes | None,
) -> bytes:
    bits, pixels = packed(counts, before)
    fields: dict[bytes, bytes | None] = {
        b"t": struct.pack("<I", time_ms % 2**32),
        b"c": struct.pack("<I", ffc_ms % 2**32),
        b"w": bytes((bits,)),
        b"f": struct.pack("<I", len(pixels)),
    }
    fields |= {name.encode(): value for name, value in changes.items()}
    return section(b"F", {k: v for k, v in fields.items() if v is not None}) + pixels


def scene(number: int = 0, width: int = 16, height: int = 12) -> np.ndarray:
    """Return a picture around 30 deg C whose every pixel and frame differ."""
    rows, columns = np.mgrid[:height, :width]
    return np.asarray(30315 + 3 * columns + 40 * rows + number, np.uint16)


def recording(times_ms: tuple[int, ...] = (60_000, 60_114, 60_228), ffc_ms: int = 1_000) -> bytes:
    """Return a whole small recording, not yet zipped."""
    parts, before = [header()], None
    for number, time_ms in enumerate(times_ms):
        parts.append(frame(scene(number), before, time_ms=time_ms, ffc_ms=ffc_ms))
        before = scene(number)
    return b"".join(parts)


def zipped(folder: Path, content: bytes, name: str = "test.cptv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content, mtime=0))
    return path
