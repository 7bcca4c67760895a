"""Two ways to get a frame: over the control channel, always there; by video, fast.

A source first takes a frame (`expose`), then, after its proof was asked for, hands out its counts
(`fetch`). By video these are one; over the control channel the second is thousands of reads.
"""

import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device.boson import commands as c
from device.boson import telemetry
from device.boson.client import BosonClient
from device.boson.enums import CaptureSource, CaptureState
from device.boson.identity import Identity
from device.errors import ProtocolError, SensorStalled
from device.y16 import Y16Capture

_EXPOSE_LIMIT_S = 1.0
_POLL_S = 0.002


@dataclass(frozen=True, slots=True)
class Exposure:
    """A frame that was taken.

    Attributes
    ----------
    frame
        Frame counter.
    time_s
        Seconds on the monotonic clock.
    fpa_temp_c
        Temperature of the focal plane array; None when the frame does not say.
    frame_at_ffc
        Frame counter at the last FFC; None when the frame does not say.
    """

    frame: int
    time_s: float
    fpa_temp_c: float | None = None
    frame_at_ffc: int | None = None


class FrameSource(Protocol):
    """Where frames come from.

    `rows` is how many rows a buffer must have; the image is the last `height` of them.
    """

    rows: int

    def expose(self, buffer: NDArray[np.uint16]) -> Exposure | None:
        """Take a frame; None when what it says of itself cannot be true."""

    def fetch(self, buffer: NDArray[np.uint16]) -> None:
        """Make sure that the counts of the frame that was taken are in `buffer`."""

    def close(self) -> None:
        """Release what it holds."""


class SerialFrames:
    """Frames out of the camera's capture memory, over the control channel.

    Parameters
    ----------
    client
        Connected to the camera; the source does not own it.
    width, height
        Of the array, in pixels.

    Raises
    ------
    ProtocolError
        The camera captures another size.
    """

    def __init__(self, client: BosonClient, width: int, height: int) -> None:
        self.rows = height
        self._client = client
        self._reads = [
            (int(CaptureSource.TLINEAR), 0, offset, min(c.CHUNK, width * height * 2 - offset))
            for offset in range(0, width * height * 2, c.CHUNK)
        ]
        self._shape = (width * height * 2, height, width)

    def expose(self, buffer: NDArray[np.uint16]) -> Exposure:  # noqa: ARG002 - `fetch` fills it
        """Capture a frame into the camera's memory."""
        client = self._client
        client.call(c.CAPTURE_FRAME, CaptureSource.TLINEAR)
        ends_s = time.monotonic() + _EXPOSE_LIMIT_S
        while client.call(c.CAPTURE_STATUS).state is not CaptureState.READY:
            if time.monotonic() > ends_s:
                raise SensorStalled(
                    f"the camera has captured no frame for {_EXPOSE_LIMIT_S:g} s.",
                    "Plug the sensor in again.",
                )
            time.sleep(_POLL_S)
        time_s = time.monotonic()
        return Exposure(client.call(c.FRAME_COUNT), time_s)

    def fetch(self, buffer: NDArray[np.uint16]) -> None:
        """Read the captured frame into `buffer`."""
        size = self._client.call(c.CAPTURE_SIZE, CaptureSource.TLINEAR)
        if size != self._shape:
            raise ProtocolError(
                f"the camera captured {size.columns}x{size.rows} pixels in {size.size_bytes} "
                f"bytes, expected {self._shape[2]}x{self._shape[1]} in {self._shape[0]}.",
                "The camera's firmware may define captures in another way than we do.",
            )
        pixels = memoryview(buffer.data).cast("B")
        for row, data in self._client.call_each(c.READ_CAPTURE, self._reads):
            _, _, offset, wanted = self._reads[row]
            if len(data) != wanted:
                raise ProtocolError(
                    f"the camera answered {len(data)} bytes of its capture, expected {wanted}.",
                    "Unplug the sensor and plug it in again.",
                )  # without the bytes: they are pixels
            pixels[offset : offset + wanted] = data

    def close(self) -> None:
        """Release nothing: the client has its own owner."""


class VideoFrames:
    """Frames by USB video, with telemetry in the first rows of each.

    Parameters
    ----------
    node
        Path of the video node.
    identity
        Who must be sending.
    """

    def __init__(self, node: str, identity: Identity) -> None:
        width, height = identity.size
        self.rows = height + telemetry.ROWS
        self._identity = identity
        self._capture = Y16Capture(node, width, self.rows)
        self._last: Exposure | None = None

    def expose(self, buffer: NDArray[np.uint16]) -> Exposure | None:
        """Take the newest frame of the stream into `buffer`."""
        time_s = self._capture.read_into(buffer)
        said = telemetry.parse(buffer[: telemetry.ROWS])
        exposure = Exposure(said.frame, time_s, said.fpa_temp_c, said.frame_at_ffc)
        if not self._believable(said, exposure):
            return None
        self._last = exposure
        return exposure

    def fetch(self, buffer: NDArray[np.uint16]) -> None:
        """Do nothing: the counts came with the frame."""

    def close(self) -> None:
        """Stop the stream."""
        self._capture.close()

    def _believable(self, said: telemetry.Telemetry, exposure: Exposure) -> bool:
        """Whether telemetry is this camera's, and its counter went on as time did."""
        who = self._identity
        if said.camera_serial != who.serial or said.part != who.part[:20]:
            return False
        if said.frame_at_ffc > said.frame:
            return False
        if self._last is None:
            return True
        most = (exposure.time_s - self._last.time_s) * who.frame_rate_hz * 2 + who.frame_rate_hz
        return 0 <= said.frame - self._last.frame <= most
