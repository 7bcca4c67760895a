"""Where on the face: five points and a quality from a close-up, by a second small network."""

from importlib.resources import files

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from screening.faces.crop import SIDE, Crop
from screening.faces.network import one_thread
from screening.result import Box

CELLS = SIDE // 2  # rows and columns of a heat map


class CloseUp:
    """Refines one face after the other; its input is written in place."""

    def __init__(self) -> None:
        self._session = onnxruntime.InferenceSession(
            files(__package__).joinpath("points.onnx").read_bytes(),
            one_thread(),
            providers=["CPUExecutionProvider"],
        )
        self._input = np.zeros((1, 1, SIDE, SIDE), np.float32)
        self._feed = {"image": self._input}
        self._crop = Crop(self._input[0, 0])
        # centres of the cells in pixels of the close-up
        self._at = (np.arange(CELLS) * 2 + 0.5).astype(np.float32)

    def look(self, celsius: NDArray[np.float32], box: Box) -> tuple[NDArray[np.float32], float]:
        """Return `(5, 2) float32` points in the frame and the quality, 0..1, of the face in `box`.

        A point is the centre of gravity of its heat map, exponentials of what the network says.
        """
        self._crop.cut(celsius, box)
        maps, logit = self._session.run(("maps", "quality"), self._feed)
        weight = maps[0]
        weight -= weight.max(axis=(1, 2), keepdims=True)
        np.exp(weight, out=weight)
        by_column, by_row = weight.sum(axis=1), weight.sum(axis=2)
        whole = by_row.sum(axis=1)
        points = np.stack([by_column @ self._at / whole, by_row @ self._at / whole], axis=1)
        points *= np.float32(self._crop.pixel)
        points += np.array(self._crop.origin, np.float32)
        return points, float(1.0 / (1.0 + np.exp(-logit.item())))
