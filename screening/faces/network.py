"""The face network: an ONNX file under 1 MB, run by onnxruntime on one thread.

An anchor is a kind of face at a cell of one of two maps. Each says a logit, then 14 numbers in
pixels of the picture: a box, relative to the cell's centre but for its width and height, and five
points relative to it; last the logit of the quality.
"""

from importlib.resources import files

import numpy as np
import onnxruntime
from numpy.typing import NDArray

MAPS = ((8, 2), (16, 6))  # stride in pixels, and anchors at each cell
STEP = 8  # sides of a picture are multiples of it
ROW = 16  # numbers of an anchor, of which these are places:
X, Y = (1, *range(5, 15, 2)), (2, *range(6, 15, 2))
FARTHEST = 1e5  # pixels: what says more is no answer
# Read when this is imported: a locked process opens no file any more when it knows its sensor.
_WEIGHTS = files(__package__).joinpath("face.onnx").read_bytes()


def one_thread() -> onnxruntime.SessionOptions:
    """Return options for one thread: the station has other processes, and waiting costs more."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    return options


class FaceNetwork:
    """The network for one size of picture; `picture` is its input, to be written in place.

    Parameters
    ----------
    width, height
        Of the picture: multiples of `STEP`.
    """

    def __init__(self, width: int, height: int) -> None:
        if width % STEP or height % STEP:
            raise ValueError(f"{width}x{height} is no multiple of {STEP}")
        options = one_thread()
        options.add_free_dimension_override_by_name("height", height)
        options.add_free_dimension_override_by_name("width", width)
        self._session = onnxruntime.InferenceSession(
            _WEIGHTS,
            options,
            providers=["CPUExecutionProvider"],
        )
        self._input = np.full((1, 1, height, width), -1.0, np.float32)
        self.picture: NDArray[np.float32] = self._input[0, 0]
        places = np.concatenate([_places(width, height, *each) for each in MAPS])
        self._feed = {"image": self._input, "places": places, "least": np.zeros(1, np.float32)}

    def run(self, least_score: float) -> NDArray[np.float32]:
        """Return `(N, 16) float32`: score, x, y, width, height, five points (x, y), quality."""
        self._feed["least"][0] = np.log(least_score / (1.0 - least_score))
        rows: NDArray[np.float32] = self._session.run(("rows",), self._feed)[0]
        rows[:, ::15] = 1.0 / (1.0 + np.exp(-rows[:, ::15]))  # score and quality
        return rows


def _places(width: int, height: int, stride: int, anchors: int) -> NDArray[np.float32]:
    """Return what makes places in the picture of an anchor's offsets, `(anchors, 16) float32`."""
    y, x = np.mgrid[: height // stride, : width // stride].astype(np.float32)
    places = np.zeros((x.size, ROW), np.float32)
    places[:, X] = x.reshape(-1, 1) * stride + stride / 2
    places[:, Y] = y.reshape(-1, 1) * stride + stride / 2
    return np.tile(places, (anchors, 1))


def merge(found: NDArray[np.float32], overlap: float) -> NDArray[np.float32]:
    """Return one row per face: rows that overlap the best are averaged, weighted by score.

    Overlap is intersection over union. The answer of a group keeps the score of its best row
    (Bazarevsky et al. 2019, section 3.4: less jitter than dropping all but the best).
    """
    good = (np.abs(found) < FARTHEST).all(axis=1) & (found[:, 3:5].min(axis=1) > 1.0)
    rows = found[good]
    rows = rows[np.argsort(-rows[:, 0], kind="stable")]
    low, size = rows[:, 1:3], rows[:, 3:5]
    high = low + size
    # they overlap enough when what they share is more than so much of both their areas
    least = size[:, 0] * size[:, 1] * np.float32(overlap / (1.0 + overlap))
    merged = []
    free = np.ones(len(rows), bool)
    for best in range(len(rows)):
        if not free[best]:
            continue
        shared = np.minimum(high, high[best]) - np.maximum(low, low[best])
        np.maximum(shared, 0.0, out=shared)
        group = free & (shared[:, 0] * shared[:, 1] > least + least[best])
        group[best] = True
        free ^= group
        alike = rows[group]
        weight = alike[:, :1]
        mean = (alike * weight).sum(axis=0)
        mean /= weight.sum()
        mean[0] = rows[best, 0]
        merged.append(mean)
    return np.array(merged, np.float32).reshape(-1, found.shape[1])
