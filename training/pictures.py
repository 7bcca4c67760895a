"""From renders to batches of pictures, varied as entrances and cameras vary."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from screening.faces.contrast import Contrast
from screening.faces.detector import LONGEST_PX
from screening.reference.references import MASK_RADII
from screening.result import Box
from training.loss import Faces
from training.samples import MIRRORED, Render

LYING = (128, 160)  # rows, columns of a training picture
UPRIGHT = (160, 128)
SMALLEST_WANTED_PX = 11.0  # width of a face in the picture that must be found
MIN_VISIBLE = 0.6
HIDDEN = 0.1  # less of a face in view is none
MAX_TURNED_DEG = 48.0
CUT = 0.8  # less than this share inside the picture: may be found or not
# of a mask, as the station's doubt of its reference has them: place in radii, size, and none at all
MISPLACED, MISJUDGED, MISSING = 0.12, 0.08, 0.06


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame as the detector sees it, whole: `image (rows, columns) float32` and its faces.

    `known` is whether a network that was taught before knows all that is in it.
    """

    image: NDArray[np.float32]
    boxes: NDArray[np.float32]
    points: NDArray[np.float32]
    quality: NDArray[np.float32]
    wanted: NDArray[np.bool_]
    known: bool = True

    @property
    def upright(self) -> bool:
        """Whether it is higher than wide."""
        return self.image.shape[0] > self.image.shape[1]


def look(render: Render, errors: np.random.Generator | None = None) -> Picture:
    """See a render through the station's own contrast, its references masked.

    With `errors` the masks are as inexact as at run time, and now and then one is missing.
    """
    height, width = render.celsius.shape
    scale = min(1.0, LONGEST_PX / max(width, height))
    image = np.empty((round(height * scale), round(width * scale)), np.float32)
    Contrast(width, height, scale, image).draw(
        render.celsius.astype(np.float32), masks(render.references, errors)
    )
    # coordinates are those of pixel centres, and scaling a picture keeps its outer edges
    seen = render.visible > HIDDEN
    boxes = render.boxes[seen] * scale
    boxes[:, :2] += (scale - 1) / 2
    wanted = (render.visible >= MIN_VISIBLE) & (render.turned_deg <= MAX_TURNED_DEG)
    return Picture(
        image,
        boxes,
        render.points[seen] * scale + np.float32((scale - 1) / 2),
        render.quality[seen],
        wanted[seen],
        known=not render.furnished,
    )


def masks(references: NDArray[np.float32], errors: np.random.Generator | None = None) -> list[Box]:
    """Return what the station would mask of boxes `(R, 4)` around references."""
    boxes: list[Box] = []
    for x, y, w, h in references.tolist():
        radius = (w + h) / 4
        at, reach = np.array([x + w / 2, y + h / 2]), MASK_RADII * radius
        if errors is not None:
            if errors.random() < MISSING:
                continue
            at = at + errors.normal(0.0, MISPLACED * radius, 2)
            reach *= float(np.exp(errors.normal(0.0, MISJUDGED)))
        boxes.append((float(at[0] - reach), float(at[1] - reach), 2 * reach, 2 * reach))
    return boxes


def vary(picture: Picture, size: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Crop, scale, mirror and spoil a picture to `size` (rows, columns)."""
    rows, columns = size
    near = rng.random() < 0.25 and picture.wanted.any()
    zoom = float(np.exp(rng.uniform(-0.25, 0.3)))
    if near:  # a face that nearly fills the picture: somebody steps up to the camera
        side = float(picture.boxes[picture.wanted, 3].max())
        zoom = float(rng.uniform(0.35, 0.85)) * rows / max(side, 12.0)
    zoom = float(np.clip(zoom, 0.4, 3.0))
    free_x, free_y = columns - picture.image.shape[1] * zoom, rows - picture.image.shape[0] * zoom
    shift_x, shift_y = (_place(free, rng) for free in (free_x, free_y))
    if near:
        x, y, w, h = picture.boxes[int(np.argmax(picture.boxes[:, 3] * picture.wanted))] * zoom
        shift_x = float(rng.uniform(0.2, 0.8)) * columns - (x + w / 2)
        shift_y = float(rng.uniform(0.25, 0.7)) * rows - (y + h / 2)
    mirror = rng.random() < 0.5
    warp = np.array([[zoom, 0, shift_x], [0, zoom, shift_y]], np.float64)
    if mirror:
        warp[0] = [-zoom, 0, columns - 1 - shift_x]
    image = cv2.warpAffine(
        picture.image,
        warp,
        (columns, rows),
        flags=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=-1.0,
    )
    boxes = picture.boxes * zoom + np.array([shift_x, shift_y, 0, 0], np.float32)
    points = picture.points * zoom + np.array([shift_x, shift_y], np.float32)
    if mirror:
        boxes[:, 0] = columns - 1 - boxes[:, 0] - boxes[:, 2]
        points[..., 0] = columns - 1 - points[..., 0]
        points = points[:, MIRRORED]
    low = np.maximum(boxes[:, :2], 0)
    high = np.minimum(boxes[:, :2] + boxes[:, 2:], [columns, rows])
    inside = np.maximum(high - low, 0).prod(1) / np.maximum(boxes[:, 2:].prod(1), 1e-6)
    kept = inside > 0.1
    wanted = picture.wanted & (inside >= CUT) & (boxes[:, 2] >= SMALLEST_WANTED_PX)
    return Picture(
        _spoil(image, boxes[kept], rng),
        boxes[kept].astype(np.float32),
        points[kept].astype(np.float32),
        (picture.quality * inside)[kept].astype(np.float32),
        wanted[kept],
        picture.known,
    )


def _place(free: float, rng: np.random.Generator) -> float:
    """Return where a picture's edge comes to lie: anywhere inside the room that is left or over."""
    return float(rng.uniform(min(free, 0.0), max(free, 0.0)))


def _spoil(
    image: NDArray[np.float32], boxes: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Give a picture another window, gain pattern, noise and softness, and something warm."""
    rows, columns = image.shape
    if rng.random() < 0.6:  # the warmest thing in the scene was something else
        image = image * rng.uniform(0.55, 1.35) + rng.uniform(-0.5, 0.25)
    if rng.random() < 0.4:  # skin and room at other distances in temperature
        image = np.sign(image) * np.abs(image) ** rng.uniform(0.65, 1.5)
    if rng.random() < 0.5:  # uneven sensor: broad, and by columns
        broad = rng.normal(0, 1, (3, 4)).astype(np.float32)
        image = image + rng.uniform(0, 0.25) * cv2.resize(
            broad, (columns, rows), interpolation=cv2.INTER_CUBIC
        )
        image = image + rng.normal(0, rng.uniform(0, 0.03), (1, columns))
    if rng.random() < 0.3:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.1))
    if rng.random() < 0.3:
        cover = _blob(rows, columns, rng)
        if not _hides_a_face(cover, boxes):
            relief = cv2.resize(rng.normal(0, 0.2, (5, 4)).astype(np.float32), (columns, rows))
            image = image * (1 - cover) + (rng.uniform(-0.4, 1.2) + relief) * cover
    image = image + rng.normal(0, rng.uniform(0, 0.06), image.shape)
    return np.clip(image, -1.0, 1.0).astype(np.float32)


def _blob(rows: int, columns: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return how much each pixel is covered by a soft ellipse or rectangle."""
    cover = np.zeros((rows, columns), np.float32)
    x, y = int(rng.integers(0, columns)), int(rng.integers(0, rows))
    half = (int(rng.integers(4, 40)), int(rng.integers(4, 40)))
    if rng.random() < 0.5:
        cv2.ellipse(cover, (x, y), half, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    else:
        cv2.rectangle(cover, (x - half[0], y - half[1]), (x + half[0], y + half[1]), 1.0, -1)
    return cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.6, 4.0))


def _hides_a_face(cover: NDArray[np.float32], boxes: NDArray[np.float32]) -> bool:
    for x, y, w, h in boxes:
        part = cover[max(0, int(y)) : max(0, int(y + h)), max(0, int(x)) : max(0, int(x + w))]
        if part.size and float(part.mean()) > 0.1:
            return True
    return False


def batch(pictures: Sequence[Picture]) -> tuple[Tensor, list[Faces]]:
    """Stack varied pictures of one size for the network and its loss."""
    images = torch.from_numpy(np.stack([p.image for p in pictures])[:, None])
    faces = [
        Faces(
            torch.from_numpy(p.boxes),
            torch.from_numpy(p.points),
            torch.from_numpy(p.quality),
            torch.from_numpy(p.wanted),
        )
        for p in pictures
    ]
    return images, faces
