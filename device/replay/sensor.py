"""A recording as a sensor: proven radiometric, turned upright, frame by frame, as fast as asked."""

import gzip
import math
import os
import stat
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

import numpy as np
from numpy.typing import NDArray

from device.errors import NotRadiometric, RecordingError, SensorLost, SensorNotFound
from device.frame import KELVIN_OFFSET, Gain, RadiometricFrame, Radiometry
from device.framepool import FramePool
from device.info import SensorInfo
from device.lepton.proof import Flaw
from device.lepton.rows import RowCheck
from device.replay.cptv_file import CptvFile
from device.replay.stored import StoredCamera, StoredFrame, StoredFrames
from device.replay.y16_file import MAGIC as Y16_MAGIC
from device.replay.y16_file import Y16File


@dataclass(frozen=True, slots=True)
class _Lens:
    """Data sheet values of a camera whose recordings are radiometric.

    Attributes
    ----------
    hfov_deg
        Of the long side of the array, in degrees; None when the recording does not tell the lens.
    netd_k
        In kelvin.
    """

    hfov_deg: float | None
    netd_k: float


# Recorders keep the counts and mostly drop the telemetry, so only cameras that can be radiometric
# are read. Lepton Engineering Datasheet 500-0659-00-09: the 3.5 has factory radiometry, TLinear at
# 0.01 K, 57 deg, NETD < 50 mK; the 3.0 has none of it. A PureThermal board carries either one, and
# its counts must show which.
_RADIOMETRIC = {
    "lepton3.5": _Lens(hfov_deg=57.0, netd_k=0.05),
    "PureThermal": _Lens(hfov_deg=None, netd_k=0.05),
}
_KELVIN_PER_COUNT = 0.01
# The Lepton digitises to 14 bits and its AGC gives 8: no count above this can be anything but
# TLinear, and none below it, at 0.01 K, is warmer than -109 deg C.
_RAW_LIMIT = 1 << 14
_SCENE_C = (-40.0, 120.0)  # mean of a picture in the high gain range
MAX_DROPPED: Final = 0.1  # of the frames: a recording with more flawed ones shows something else
STOPPED_CLOCK: Final = "stopped_clock"  # another picture at the same time
DUPLICATE: Final = "duplicate"  # the same one: some recorders write each frame several times
# frames that no camera meant to be measured: they do not count against a recording
_EXPECTED: Final = frozenset({DUPLICATE, "background", Flaw.UNCONFIRMED})


def open_recording(path: str | Path, *, quarter_turns: int | None = None) -> "RecordedSensor":
    """Open a recording, checked from end to end, as a sensor.

    Parameters
    ----------
    path
        A CPTV file, or a raw Y16 file of a PureThermal board.
    quarter_turns
        Counter-clockwise quarter turns that make its pictures upright (as `numpy.rot90` counts);
        None takes what is usual for the format: CPTV recordings of entrance kiosks lie on their
        side and are turned clockwise once.

    Raises
    ------
    SensorNotFound
        No such file, it is a folder, a pipe or a device, or it cannot be read.
    RecordingError
        It is cut, corrupt or of an unknown kind, or more than `MAX_DROPPED` of its frames may not
        be measured.
    NotRadiometric
        Its counts are no temperatures.
    """
    path = Path(path)
    stream = _open(path)
    try:
        return RecordedSensor(stream, _read(stream, path.name), path.name, quarter_turns)
    except BaseException:
        stream.close()
        raise


def _open(path: Path) -> BinaryIO:
    """Open a regular file; a pipe with nobody at its other end is refused and not waited for."""
    try:
        stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except OSError as error:  # a folder is one too
        raise SensorNotFound(
            f"{path} cannot be opened: {error.strerror}.", "Give the path of a recording."
        ) from error
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise SensorNotFound(
            f"{path} is a pipe or a device, and a recording is read more than once.",
            "Save it as a file first.",
        )
    return stream


def _read(stream: BinaryIO, name: str) -> StoredFrames:
    try:
        zipped = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        with gzip.GzipFile(fileobj=stream) as unzipped:
            begins = unzipped.read(8) if zipped else b""
    except (EOFError, OSError, zlib.error) as error:
        raise RecordingError(f"{name} is cut or corrupt at its header: {error}.") from error
    if begins[:4] == b"CPTV":
        return CptvFile(stream, name)
    if begins == Y16_MAGIC:
        return Y16File(stream, name)
    raise RecordingError(
        f"{name} is no recording of a known kind.",
        "CPTV recordings and raw Y16 recordings of PureThermal boards are read.",
    )


class RecordedSensor:
    """An open recording; see `device.sensor.Sensor`."""

    def __init__(
        self, stream: BinaryIO, stored: StoredFrames, name: str, quarter_turns: int | None
    ) -> None:
        camera = stored.camera
        turns = camera.quarter_turns if quarter_turns is None else quarter_turns
        first = next(iter(stored.frames()))
        _prove(camera, first.counts, name)
        upright = np.rot90(first.counts, turns).shape
        self._stream = stream
        self._stored = stored
        self._turns = turns
        self._rejected: Counter[str] = Counter()
        self._pool = FramePool(*upright)
        lens = _RADIOMETRIC[camera.model]
        self.info = SensorInfo(
            dossier="recording",
            model=camera.model,
            serial=camera.serial,
            firmware=camera.firmware,
            width=upright[1],
            height=upright[0],
            frame_rate_hz=camera.frame_rate_hz,
            hfov_deg=_hfov_deg(lens.hfov_deg, max(upright), upright[1]),
            netd_k=lens.netd_k,
            simulated=True,
            port=name,
            noise_walks=True,  # of a Lepton
        )
        self._refuse_where_much_is_flawed()

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield the frames of the recording from its first one; ends where the recording ends."""
        radiometry = Radiometry(
            tlinear=True, agc_off=True, kelvin_per_count=_KELVIN_PER_COUNT, gain=Gain.HIGH
        )
        self._rejected.clear()
        for frame, flaw in self._judged():
            if flaw is not None:
                self._rejected[flaw] += 1
                continue
            slot = self._pool.take()
            slot.write[...] = np.rot90(frame.counts, self._turns)
            yield RadiometricFrame(
                counts=slot.view,
                radiometry=radiometry,
                time_s=frame.time_s,
                sequence=frame.sequence,
                ffc=frame.ffc,
                ffc_age_s=frame.ffc_age_s,
                fpa_temp_c=frame.fpa_temp_c,
            )

    def _judged(self) -> Iterator[tuple[StoredFrame, str | None]]:
        """Yield every stored frame and why it may not be measured; None for a good one."""
        before: StoredFrame | None = None
        rows = RowCheck(self._stored.camera.height, self._stored.camera.width)
        stored = self._stored.frames()
        while (frame := self._next(stored)) is not None:
            flaw = frame.flaw
            if flaw is None and before is not None and frame.time_s <= before.time_s:
                same = np.array_equal(frame.counts, before.counts)
                flaw = DUPLICATE if same else STOPPED_CLOCK
            if flaw is None and not _could_be_temperatures(frame.counts):
                flaw = "not_radiometric"
            if flaw is None and rows.finds(frame.counts):
                flaw = Flaw.CORRUPT_ROW
            if flaw is None:
                before = frame
            yield frame, flaw

    def _refuse_where_much_is_flawed(self) -> None:
        judged = Counter(flaw for _, flaw in self._judged())
        sound = judged.pop(None, 0)
        against = sum(count for flaw, count in judged.items() if flaw not in _EXPECTED)
        if sound and against <= MAX_DROPPED * (sound + against):
            return
        reasons = ", ".join(f"{flaw} {count}" for flaw, count in judged.most_common())
        raise RecordingError(
            f"Only {sound} of the {sound + judged.total()} frames of {self.info.port} may be "
            f"measured (dropped: {reasons}); a recording with more than {MAX_DROPPED:.0%} flawed "
            "ones is refused.",
            "Record again with one radiometric camera, TLinear on and its clock running.",
        )

    def _next(self, stored: Iterator[StoredFrame]) -> StoredFrame | None:
        if self._stream.closed:
            raise SensorLost(f"{self.info.port} is closed.", "Open the recording again.")
        return next(stored, None)

    def request_ffc(self) -> None:
        """Do nothing: what was recorded is done."""

    def rejected(self) -> dict[str, int]:
        """Return how many frames were dropped so far, by reason."""
        return dict(self._rejected)

    def close(self) -> None:
        """Close the file and overwrite the buffers with zeros."""
        self._stream.close()
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _prove(camera: StoredCamera, counts: NDArray[np.uint16], name: str) -> None:
    """Refuse a recording whose camera or first frame says that its counts are no temperatures."""
    why = []
    if camera.model not in _RADIOMETRIC:
        why.append(
            f"it was made by a {camera.model}, which has no radiometry"
            if camera.model
            else "it does not say which camera made it"
        )
    if not _could_be_temperatures(counts):
        mean = float(counts.mean())
        why.append(
            f"its counts ({int(counts.min())} to {int(counts.max())}) would mean a picture of "
            f"{mean * _KELVIN_PER_COUNT - KELVIN_OFFSET:.0f} deg C at 0.01 K per count, so they "
            "are raw counts or a picture"
        )
    if why:
        raise NotRadiometric(
            f"{name} is not radiometric: {', and '.join(why)}.",
            "Record from a radiometric Lepton (3.5) with TLinear on.",
        )


def _could_be_temperatures(counts: NDArray[np.uint16]) -> bool:
    mean_c = float(counts.mean()) * _KELVIN_PER_COUNT - KELVIN_OFFSET
    return int(counts.min()) >= _RAW_LIMIT and _SCENE_C[0] <= mean_c <= _SCENE_C[1]


def _hfov_deg(long_side_deg: float | None, long_side_px: int, width_px: int) -> float | None:
    """Return the horizontal field of view of a picture `width_px` wide, by the pinhole."""
    if long_side_deg is None:
        return None
    half = math.tan(math.radians(long_side_deg / 2.0)) * width_px / long_side_px
    return math.degrees(2.0 * math.atan(half))
