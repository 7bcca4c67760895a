"""Whether the sun has warmed one side of a face: its forehead and its cheek against the other's.

A few minutes of sun warm a forehead by about 2 deg C, more on dark skin (arXiv 2304.08832), and
leave the canthi, in the shade of nose and brow, as they are. Then the face's maximum is not theirs,
and a hot spot that the pixels smear stands on warmed skin: no correction is known.

Areas are compared, not their hottest places: hair, brows and beards have sharp edges, and the eye
points err by millimetres. Forehead *and* cheek have to be warmer on the same side, about as much,
and bare: hair that hangs to one side and cloth are 4 to 7 deg C colder than skin. One side of a
forehead is warmer than the other by 0.2 deg C in most people, and by more than 1.1 in 0.7 and 2.1
of 100 (two cameras, median of four rounds of PhysioNet 10.13026/3bhc-9065, which knows no cheeks).
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

# From the middle between the inner canthi to each side, and below (positive) or above it, in mm.
FOREHEAD_MM: Final = (10.0, 36.0, -46.0, -28.0)
CHEEK_MM: Final = (20.0, 52.0, 22.0, 50.0)
ACROSS, DOWN = 5, 4  # places that are looked at in each area
WARMER_C: Final = 1.1  # by how much the sunny side is warmer: 2.0 give or take 0.35
EACH_C: Final = 0.7  # of forehead and cheek alone
ALIKE_C: Final = 1.5  # they are warmer by about the same
BARE_C: Final = 4.0  # the shady side is so little colder than the warm quarter of the face


def _places() -> NDArray[np.float32]:
    """Return where to look: `(4 areas, places, 2)`, each area's left half in the picture first."""
    found: list[NDArray[np.float64]] = []
    for near, far, top, bottom in (FOREHEAD_MM, CHEEK_MM):
        x, y = np.meshgrid(np.linspace(near, far, ACROSS), np.linspace(top, bottom, DOWN))
        found.extend(np.stack([side * x.ravel(), y.ravel()], axis=1) for side in (-1.0, 1.0))
    return np.array(found, np.float32)


_PLACES: Final = _places()

Areas = tuple[float, float, float, float]  # forehead on the picture's left and right, cheeks


def areas(celsius: NDArray[np.float32], landmarks: NDArray[np.float32], mm_per_px: float) -> Areas:
    """Return how warm the halves of a face are, in apparent deg C.

    Parameters
    ----------
    celsius
        `(H, W) float32`. Of places outside, its edge is taken.
    landmarks
        As in `Detection`.
    """
    (x, y), (other_x, other_y) = landmarks[:2].tolist()
    scale = max(math.hypot(other_x - x, other_y - y), 1e-3) * mm_per_px
    right, down = (other_x - x) / scale, (other_y - y) / scale
    at = _PLACES @ np.array(((right, down), (-down, right)), np.float32)
    at += np.array(((x + other_x) / 2.0 + 0.5, (y + other_y) / 2.0 + 0.5), np.float32)
    height, width = celsius.shape
    np.clip(at, 0.0, (width - 1, height - 1), out=at)
    places = at.astype(np.intp)
    middle = ACROSS * DOWN // 2
    ordered = np.partition(celsius[places[..., 1], places[..., 0]], middle, axis=1)
    left, right, left_cheek, right_cheek = ordered[:, middle].tolist()
    return left, right, left_cheek, right_cheek


def sunned(areas_c: Areas, skin_c: float) -> bool:
    """Whether a face with such areas has the sun on one side.

    Parameters
    ----------
    skin_c
        The warm quarter of the face.

    Examples
    --------
    >>> sunned((34.4, 36.4, 34.0, 35.8), 36.2), sunned((34.4, 34.6, 34.0, 35.8), 35.0)
    (True, False)
    """
    left, right, left_cheek, right_cheek = areas_c
    forehead_c, cheek_c = left - right, left_cheek - right_cheek
    warmer_c, least_c = abs(forehead_c + cheek_c) / 2.0, min(abs(forehead_c), abs(cheek_c))
    alike = forehead_c * cheek_c > 0.0 and abs(forehead_c - cheek_c) < ALIKE_C
    bare = min(areas_c) > skin_c - BARE_C
    return alike and bare and warmer_c > WARMER_C and least_c > EACH_C
