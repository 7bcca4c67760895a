"""The face network: an ONNX file under 1 MB, run by onnxruntime on one thread.

Its outputs are maps of anchors. Each anchor stands at the centre of its cell and gives a logit,
then 14 numbers in pixels of the picture: the offset of the box's centre, its width and height, the
offsets of five points; last the logit of the quality.
"""

from importlib.resources import files

import numpy as np
import onnxruntime
from numpy.typing import NDArray

MAPS = (("fine", 8), ("coarse", 16))  # name and stride in pixels
STEP = 16  # sides of a picture are multiples of it
ROW = 16  # numbers of an anchor
FARTHEST = 1e5  # pixels: what says more is no answer


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
            files(__package__).joinpath("face.onnx").read_bytes(),
            options,
            providers=["CPUExecutionProvider"],
        )
        self._input = np.full((1, 1, height, width), -1.0, np.float32)
        self.picture: NDArray[np.float32] = self._input[0, 0]
        self._feed = {"image": self._input}
        self._names = [name for name, _ in MAPS]
        self._centres = []
        for _, stride in MAPS:
            rows, columns = height // stride, width // stride
            y, x = np.mgrid[:rows, :columns].astype(np.float32)
            self._centres.append(np.stack([x, y], -1).reshape(-1, 2) * stride + stride / 2)

    def run(self, least_score: float) -> NDArray[np.float32]:
        """Return `(N, 16) float32`: score, x, y, width, height, five points (x, y), quality."""
        logit = np.float32(np.log(least_score / (1.0 - least_score)))
        found, at = [], []
        for centres, said in zip(
            self._centres, self._session.run(self._names, self._feed), strict=True
        ):
            anchors = said.reshape(-1, ROW, len(centres))
            anchor, cell = np.nonzero(anchors[:, 0] > logit)
            found.append(anchors[anchor, :, cell])
            at.append(centres[cell])
        rows: NDArray[np.float32] = np.concatenate(found)
        if len(rows):
            centre = np.concatenate(at)
            rows[:, 1:3] -= rows[:, 3:5] / 2
            rows[:, 1:3] += centre
            points = rows[:, 5:15].reshape(-1, 5, 2)  # a copy: rows are 16 numbers long
            rows[:, 5:15] = (points + centre[:, None]).reshape(-1, 10)
            rows[:, ::15] = 1.0 / (1.0 + np.exp(-rows[:, ::15]))  # score and quality
        return rows


def merge(found: NDArray[np.float32], overlap: float) -> NDArray[np.float32]:
    """Return one row per face: rows that overlap the best are averaged, weighted by score.

    Overlap is intersection over union. The answer of a group keeps the score of its best row
    (Bazarevsky et al. 2019, section 3.4: less jitter than dropping all but the best).
    """
    good = (np.abs(found) < FARTHEST).all(axis=1) & (found[:, 3:5] > 1.0).all(axis=1)
    rows = found[good]
    if not len(rows):
        return rows
    rows = rows[np.argsort(-rows[:, 0], kind="stable")]
    low, size = rows[:, 1:3], rows[:, 3:5]
    high = low + size
    shared = np.minimum(high[:, None], high) - np.maximum(low[:, None], low)
    np.maximum(shared, 0.0, out=shared)
    common = shared[..., 0] * shared[..., 1]
    area = size[:, 0] * size[:, 1]
    alike = common > overlap * (area[:, None] + area - common)
    np.fill_diagonal(alike, val=True)
    free = np.ones(len(rows), bool)
    groups, best = [], []
    while free.any():
        first = int(free.argmax())
        group = alike[first] & free
        free ^= group
        groups.append(group)
        best.append(first)
    weight = np.array(groups) * rows[:, 0]
    merged: NDArray[np.float32] = np.einsum("gn,nk->gk", weight, rows)
    merged /= weight.sum(axis=1, keepdims=True)
    merged[:, 0] = rows[best, 0]
    return merged
