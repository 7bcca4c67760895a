"""16-bit video through V4L2: the newest frame, straight into a buffer of the caller's.

The stream is OpenCV's; waiting for it is ours, because OpenCV waits too long and too trustingly:
`read()` blocks for seconds in a stall, and after an unplug it returns False at once while
`isOpened()` stays true. So this module polls the node's own file descriptor, with a limit.

OpenCV gives a buffer back to the kernel *before* it copies it. When all other buffers are full, the
next frame may arrive in that buffer during the copy, and the copy is torn. Therefore four buffers
are in use, and all but the newest frame are handed back before one is copied: the buffer under the
copy is then the last of four to be written to, some 50 ms later. That also makes the frame the
newest one, which is what a single buffer is usually recommended for.
"""

import os
import select
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

# Seconds; the smallest that OpenCV takes. It bounds the first grab, which starts the stream.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

from device.errors import NotRadiometric, ProtocolError, SensorLost, SensorNotFound, SensorStalled

BUFFERS = 4
_MOST_DESCRIPTORS = 1024  # what a process may have open, where nobody has allowed more
_Y16 = cv2.VideoWriter.fourcc(*"Y16 ")


class Y16Capture:
    """An open video node that streams 16-bit frames.

    Parameters
    ----------
    node
        Path of the video node, `/dev/video0`.
    width, height
        What the camera must send, in pixels; `height` counts the telemetry rows too.
    silence_s
        Without a new frame for so long, the stream counts as stalled.

    Attributes
    ----------
    node
        The path that was opened.

    Raises
    ------
    SensorNotFound
        The node is not there, not readable, or no video node.
    NotRadiometric
        It does not offer 16-bit pixels.
    ProtocolError
        It sends another size than expected.
    SensorStalled
        It opens but sends nothing.
    """

    def __init__(self, node: str, width: int, height: int, *, silence_s: float = 0.5) -> None:
        self.node = node
        self._silence_s = silence_s
        others = set(_descriptors())
        self._capture = cv2.VideoCapture(node, cv2.CAP_V4L2)
        if not self._capture.isOpened():
            raise SensorNotFound(f"cannot open the video node {node}.", _why_not(node))
        self._poll = select.poll()
        try:
            (descriptor,) = set(_descriptors()) - others
            self._poll.register(descriptor, select.POLLIN)
            self._choose_format(width, height)
            self._start(width, height)
        except BaseException:
            self._capture.release()
            raise

    def read_into(self, frame: NDArray[np.uint16]) -> float:
        """Wait for the next frame, and copy the newest one into `frame`.

        Parameters
        ----------
        frame
            `(height, width) uint16`, C-contiguous.

        Returns
        -------
        float
            Seconds on the monotonic clock when the frame was taken off the stream.

        Raises
        ------
        SensorLost
            The node is gone.
        SensorStalled
            No frame came for `silence_s`.
        ProtocolError
            The frame has another shape or depth than `frame`.
        """
        if not self._ready(self._silence_s):
            raise SensorStalled(
                f"no frame from {self.node} for {self._silence_s:g} s.",
                "If this comes back, plug the sensor in again and look at its cable.",
            )
        while True:
            if not self._capture.grab():
                raise self._lost()
            time_s = time.monotonic()
            if not self._ready(0.0):
                break
        copied, image = self._capture.retrieve(frame)
        if not copied:
            raise self._lost()
        if image is not frame:  # OpenCV makes a new array when the given one does not fit
            raise ProtocolError(
                f"{self.node} sends {image.shape} {image.dtype}, expected {frame.shape} uint16.",
                "Check that telemetry is on, and that OpenCV is not 4.11 (its Y16 is broken).",
            )
        return time_s

    def close(self) -> None:
        """Stop the stream and release the node. Closing twice is harmless."""
        self._capture.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _choose_format(self, width: int, height: int) -> None:
        """Ask for Y16 and the size, then for no conversion: in this order, or OpenCV forgets it."""
        capture = self._capture
        capture.set(cv2.CAP_PROP_FOURCC, _Y16)
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, BUFFERS)
        fourcc = int(capture.get(cv2.CAP_PROP_FOURCC))
        if fourcc != _Y16:
            offered = fourcc.to_bytes(4, "little").decode("latin1")
            raise NotRadiometric(
                f"{self.node} offers {offered!r} pixels, expected 'Y16 '.",
                "This is a picture, not a measurement: choose the sensor's radiometric output.",
            )
        size = (
            int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        )
        if size != (width, height):
            raise ProtocolError(
                f"{self.node} sends {size[0]}x{size[1]} pixels, expected {width}x{height}.",
                "Check which array the sensor has, and that telemetry is on.",
            )

    def _start(self, width: int, height: int) -> None:
        """Start the stream with a first frame: OpenCV then has all the memory it will ever need."""
        if not self._capture.grab():
            raise SensorStalled(
                f"the video node {self.node} opens but sends no frame.",
                "Plug the sensor in again.",
            )
        first = np.zeros((height, width), np.uint16)
        try:
            self.read_into(first)
        finally:
            first.fill(0)

    def _ready(self, timeout_s: float) -> bool:
        """Whether a frame waits; SensorLost when the node is gone."""
        for _, event in self._poll.poll(timeout_s * 1000.0):
            if event & select.POLLIN:
                return True
            raise self._lost()
        return False

    def _lost(self) -> SensorLost:
        return SensorLost(f"the video node {self.node} is gone.", "Plug the sensor in again.")


def _descriptors() -> Iterator[int]:
    """Yield this process's descriptors; a locked one may not list them, so each is tried."""
    for descriptor in range(_MOST_DESCRIPTORS):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        yield descriptor


def _why_not(node: str) -> str:
    if not Path(node).exists():
        return "It is not there: is the sensor plugged in?"
    if not os.access(node, os.R_OK | os.W_OK):
        return "This user may not open it: add the user to the group 'video'."
    return "Another program may be using it, or it is the camera's metadata node."
