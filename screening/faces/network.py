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
VALUES = 15
ROW = 1 + VALUES
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
        self._names = [f"{name}_{what}" for name, _ in MAPS for what in ("score", "value")]
        self._centres = []
        for _, stride in MAPS:
            rows, columns = height // stride, width // stride
            y, x = np.mgrid[:rows, :columns].astype(np.float32)
            self._centres.append(np.stack([x, y], -1).reshape(-1, 2) * stride + stride / 2)

    def run(self, least_score: float) -> NDArray[np.float32]:
        """Return `(N, 16) float32`: score, x, y, width, height, five points (x, y), quality."""
        outputs = self._session.run(self._names, self._feed)
        logit = np.float32(np.log(least_score / (1.0 - least_score)))
        found = []
        for centres, score, value in zip(self._centres, outputs[::2], outputs[1::2], strict=True):
            anchors = score.shape[1]
            scores = score.reshape(anchors, -1)
            anchor, cell = np.nonzero(scores > logit)
            if not len(cell):
                continue
            at = centres[cell]
            rows = np.empty((len(cell), ROW), np.float32)
            rows[:, 0] = scores[anchor, cell]
            rows[:, 1:] = value.reshape(anchors, VALUES, -1)[anchor, :, cell]
            rows[:, 1:3] += at - rows[:, 3:5] / 2
            rows[:, 5:15] += np.tile(at, 5)
            rows[:, ::15] = 1.0 / (1.0 + np.exp(-rows[:, ::15]))  # score and quality
            found.append(rows)
        return np.concatenate(found) if found else np.empty((0, ROW), np.float32)


def merge(found: NDArray[np.float32], overlap: float) -> NDArray[np.float32]:
    """Return one row per face: rows that overlap the best are averaged, weighted by score.

    Overlap is intersection over union. The answer of a group keeps the score of its best row
    (Bazarevsky et al. 2019, section 3.4: less jitter than dropping all but the best).
    """
    rest = found[np.argsort(-found[:, 0], kind="stable")]
    rest = rest[np.all(np.abs(rest) < FARTHEST, axis=1) & np.all(rest[:, 3:5] > 1.0, axis=1)]
    merged = []
    while len(rest):
        best = rest[0]
        low = np.maximum(rest[:, 1:3], best[1:3])
        high = np.minimum(rest[:, 1:3] + rest[:, 3:5], best[1:3] + best[3:5])
        common = np.prod(np.maximum(high - low, 0.0), axis=1)
        union = np.prod(rest[:, 3:5], axis=1) + best[3] * best[4] - common
        group = common > overlap * union
        group[0] = True
        weight = rest[group, :1]
        mean = (rest[group] * weight).sum(axis=0) / weight.sum()
        mean[0] = best[0]
        merged.append(mean)
        rest = rest[~group]
    return np.array(merged, np.float32).reshape(-1, found.shape[1])
