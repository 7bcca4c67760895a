"""Pictures and faces to train on: the simulator's renders, kept in a folder, then varied.

Nothing else is trained on. No recording of a real place comes in here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.simulator.scenario.schema import Model

SHARD = 250
POINTS = 5
WORN = ("glasses", "cap", "fringe", "mask", "scarf")
# chance of each: what hides an eye or half a face is seldom at a door, and must not be seldom here
WEARS: tuple[tuple[Any, float], ...] = (
    *(("glasses", 0.36), ("cap", 0.15), ("fringe", 0.13)),
    *(("mask", 0.10), ("scarf", 0.10), ("hood", 0.10), ("phone", 0.08)),
)
SUN = 0.1  # share of people whom it has warmed on one side
MIRRORED = [1, 0, 2, 4, 3]  # which point becomes which in a mirrored picture


@dataclass(frozen=True, slots=True)
class Render:
    """One render with its truth, as arrays; `F` faces, `R` references.

    Attributes
    ----------
    celsius
        `(H, W) float16`.
    boxes
        `(F, 4) float32`: x, y, width, height.
    points
        `(F, 5, 2) float32`.
    visible
        `(F,) float32`: share of the face that is seen.
    turn_deg
        `(F, 2) float32`: yaw and pitch of the head against the line to the camera.
    canthi
        `(F, 2) float32`: whether each inner canthus is seen, left in the picture first.
    worn
        `(F, 5) float32`: whether each thing of `WORN` is worn.
    references
        `(R, 4) float32`.
    furnished
        Whether furniture was painted into it (`training.furnished`).
    """

    celsius: NDArray[np.float16]
    boxes: NDArray[np.float32]
    points: NDArray[np.float32]
    visible: NDArray[np.float32]
    turn_deg: NDArray[np.float32]
    canthi: NDArray[np.float32]
    worn: NDArray[np.float32]
    references: NDArray[np.float32]
    furnished: bool = False

    @property
    def turned_deg(self) -> NDArray[np.float32]:
        """Yaw without its sign, `(F,) float32`."""
        return np.abs(self.turn_deg[:, 0])

    @property
    def quality(self) -> NDArray[np.float32]:
        """How well each face can be measured, 0..1: whole, frontal, both inner canthi free."""
        frontal = np.cos(np.radians(np.minimum(1.5 * self.turned_deg, 90.0)))
        free = np.array([0.3, 0.6, 1.0], np.float32)[self.canthi.sum(axis=1).astype(int)]
        return np.asarray(self.visible**2 * frontal * free, np.float32)


KEPT = tuple(name for name in Render.__slots__ if name != "furnished")  # in a file


@dataclass(frozen=True, slots=True)
class Renders:
    """Which renders: the camera, the seed of the first file, how many, how wide the faces are.

    `frontal` is the share of people who look towards the camera; most others show the back or
    the side of the head, which is no face.
    """

    camera: Model
    seed: int
    count: int
    face_px: tuple[float, float] = (9.0, 90.0)
    frontal: float = 0.65

    def kept(self, folder: Path) -> list[Render]:
        """Return them, made once and kept in `folder`, at most 250 in a file."""
        folder.mkdir(parents=True, exist_ok=True)
        found: list[Render] = []
        size = min(self.count, SHARD)
        for shard in range(-(-self.count // size)):
            seed = self.seed + shard
            path = folder / f"{self.camera}-{seed}-{size}.npz"
            if not path.exists():
                _write(path, list(self._render(seed, size)))
                print(f"rendered {path.name}", flush=True)
            found += _read(path)
        return found[: self.count]

    def _render(self, seed: int, count: int) -> Iterator[Render]:
        """Render so many pictures."""
        from training.training_set import Wish, render_samples  # noqa: PLC0415  # slow

        wish = Wish(face_px=self.face_px, frontal=self.frontal, wears=WEARS, sun=SUN)
        for celsius, truth in render_samples(seed, count, self.camera, wish=wish):
            faces = [p for p in truth.people if p.face_box is not None and p.landmarks is not None]
            yield Render(
                celsius=celsius.astype(np.float16),
                boxes=np.array([p.face_box for p in faces], np.float32).reshape(-1, 4),
                points=np.array([p.landmarks for p in faces], np.float32).reshape(-1, POINTS, 2),
                visible=np.array([p.visible for p in faces], np.float32),
                turn_deg=np.array([(p.yaw_deg, p.pitch_deg) for p in faces], np.float32).reshape(
                    -1, 2
                ),
                canthi=np.array([p.canthi_visible for p in faces], np.float32).reshape(-1, 2),
                worn=np.array(
                    [[thing in p.occlusions for thing in WORN] for p in faces], np.float32
                ).reshape(-1, len(WORN)),
                references=np.array([r.box for r in truth.references], np.float32).reshape(-1, 4),
            )


def _write(path: Path, renders: list[Render]) -> None:
    arrays: dict[str, Any] = {}
    for number, each in enumerate(renders):
        arrays |= {f"{number}_{name}": getattr(each, name) for name in KEPT}
    unfinished = path.with_suffix(".part.npz")
    np.savez(unfinished, **arrays)
    unfinished.rename(path)


def _read(path: Path) -> list[Render]:
    with np.load(path) as arrays:
        count = 1 + max(int(name.split("_")[0]) for name in arrays.files)
        return [
            Render(**{name: arrays[f"{number}_{name}"] for name in KEPT}) for number in range(count)
        ]
