"""Furniture for renders: some of the kinds of the bench's entrances, the others are kept out.

What is kept out is only judged on, with `limen bench --only furniture`, on other draws.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from service.offline.bench.entrance_draws import THINGS, Entrance, draw
from training.samples import Render

TAUGHT = ("lamp", "vent", "radiator")  # beside the reference and its housing
KEPT_OUT = tuple(thing for thing in THINGS if thing not in TAUGHT)  # screen, box, head
FIRST_DRAW = 1_000_000  # the bench draws from 0 on
TRIES = 6
MOST_COVERED = 0.002  # of a face, with a fifth of it around: more and another entrance is drawn
HIDDEN = 0.5  # of a reference that was there before
AROUND = 0.2


def furnish(render: Render, number: int, things: tuple[str, ...] = TAUGHT) -> Render | None:
    """Paint entrance `number` into a render, its reference too; None where it hides a face."""
    celsius = render.celsius.astype(np.float32)
    room_c = float(np.percentile(celsius, 30))
    for attempt in range(TRIES):
        # even: another draw of the same sort, with a housing or without
        drawn = draw(FIRST_DRAW + number + 7918 * attempt, celsius.shape, room_c, things)
        if not any(_covered(drawn, box) > MOST_COVERED for box in render.boxes):
            break
    else:
        return None
    mean = cv2.blur(celsius, (5, 5))  # the sensor's noise stays
    painted = celsius + drawn.cover * (drawn.temp_c - mean)
    in_view = [box for box in render.references if _covered(drawn, box) < HIDDEN]
    return replace(
        render,
        celsius=painted.astype(np.float16),
        references=np.array([*in_view, drawn.disc], np.float32).reshape(-1, 4),
        furnished=True,
    )


def _covered(drawn: Entrance, box: NDArray[np.float32]) -> float:
    """Return how much of a box `(4,)`, with a fifth of it around, is furniture."""
    x, y, w, h = box.tolist()
    left, right = max(0, int(x - AROUND * w)), max(0, int(np.ceil(x + w + AROUND * w)))
    top, bottom = max(0, int(y - AROUND * h)), max(0, int(np.ceil(y + h + AROUND * h)))
    part = drawn.cover[top:bottom, left:right]
    return float(part.mean()) if part.size else 0.0
