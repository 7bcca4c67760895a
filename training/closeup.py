"""The second network: five points and a quality from a close-up of 64x64 pixels.

A small hourglass: heat maps of 32x32 cells for the points, whose centres of gravity are the
points, and from its narrowest place the quality.
"""

import math
import time

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from screening.faces.crop import SIDE, Crop
from training.blazeface import Block
from training.samples import MIRRORED, POINTS, Render

CELLS = SIDE // 2
SMALLEST_PX = 22.0  # width of a face's box in the frame
LEAST_VISIBLE = 0.6
MOST_TURNED_DEG = 60.0
SPREAD = 0.8  # of a point's target on the heat map, in cells


class CloseUp(nn.Module):
    """`(N, 1, 64, 64)` to heat maps `(N, 5, 32, 32)` and the quality's logit `(N, 1)`."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 16, 5, 2)
        self.fine = Block(16, 16, 1)
        self.down_1 = Block(16, 32, 2)
        self.middle = Block(32, 32, 1)
        self.down_2 = Block(32, 64, 2)
        self.deep = nn.Sequential(Block(64, 64, 1), Block(64, 64, 1), Block(64, 64, 1))
        self.up_1 = nn.Conv2d(64, 32, 1)
        self.joined_1 = Block(32, 32, 1)
        self.up_2 = nn.Conv2d(32, 16, 1)
        self.joined_2 = Block(16, 16, 1)
        self.maps = nn.Conv2d(16, POINTS, 1)
        self.quality = nn.Conv2d(64, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return heat maps and quality."""
        fine = functional.relu(self.stem(functional.pad(x, (1, 2, 1, 2))))
        fine = self.fine(fine)
        middle = self.middle(self.down_1(fine))
        deep = self.deep(self.down_2(middle))
        quality = self.quality(deep.mean((2, 3), keepdim=True))
        up = functional.interpolate(self.up_1(deep), scale_factor=2.0, mode="nearest")
        middle = self.joined_1(middle + up)
        up = functional.interpolate(self.up_2(middle), scale_factor=2.0, mode="nearest")
        return self.maps(self.joined_2(fine + up)), quality[:, :, 0, 0]


def centres(maps: Tensor) -> Tensor:
    """Return the points `(N, 5, 2)` in pixels of the close-up: centres of gravity of the maps."""
    weight = torch.softmax(maps.flatten(2), 2).reshape(maps.shape)
    cells = torch.arange(CELLS, dtype=maps.dtype) * 2 + 0.5
    return torch.stack([(weight.sum(2) * cells).sum(2), (weight.sum(3) * cells).sum(2)], 2)


class CloseUps:
    """Close-ups of rendered faces, each time placed, turned and spoilt a little differently."""

    def __init__(self, renders: list[Render]) -> None:
        self._faces = [
            (render, face)
            for render in renders
            for face in range(len(render.boxes))
            if render.boxes[face, 2] >= SMALLEST_PX
            and render.visible[face] >= LEAST_VISIBLE
            and render.turned_deg[face] <= MOST_TURNED_DEG
        ]
        self._frames = [render.celsius.astype(np.float32) for render, _ in self._faces]
        self._picture = np.empty((SIDE, SIDE), np.float32)
        self._crop = Crop(self._picture)

    def __len__(self) -> int:
        return len(self._faces)

    def take(
        self, number: int, rng: np.random.Generator, *, spoil: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], float, float]:
        """Return picture, points in its pixels, quality, and the face's width in its pixels.

        The box is as inexact as a detector's; `spoil` varies the picture as well.
        """
        render, face = self._faces[number]
        x, y, w, h = (float(v) for v in render.boxes[face])
        size = float(np.exp(rng.normal(0.0, 0.13)))
        near_x = x + float(rng.normal(0, 0.09)) * w + w * (1 - size) / 2
        near_y = y + float(rng.normal(0, 0.09)) * h + h * (1 - size) / 2
        self._crop.cut(self._frames[number], (near_x, near_y, w * size, h * size))
        points = (render.points[face] - np.array(self._crop.origin)) / self._crop.pixel
        picture = self._picture.copy()
        if spoil:
            if rng.random() < 0.5:
                picture = picture[:, ::-1].copy()
                points[:, 0] = SIDE - 1 - points[:, 0]
                points = points[MIRRORED]
            picture = picture * rng.uniform(0.7, 1.25) + rng.uniform(-0.3, 0.25)
            picture = picture + rng.normal(0, rng.uniform(0, 0.08), picture.shape)
            picture = np.clip(picture, -1, 1)
        quality, width = float(render.quality[face]), w / self._crop.pixel
        return picture.astype(np.float32), points.astype(np.float32), quality, width


def train_closeup(seen: CloseUps, steps: int, seed: int, count: int = 32) -> CloseUp:
    """Train from nothing on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = CloseUp().train().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), 3e-3, weight_decay=1e-3)
    cells = torch.arange(CELLS, dtype=torch.float32) * 2 + 0.5
    begun, running = time.monotonic(), 0.0
    for step in range(steps):
        for group in optimiser.param_groups:
            half_wave = 0.5 * (1 + math.cos(math.pi * step / steps))
            group["lr"] = 3e-3 * min(1.0, (step + 1) / 200) * half_wave
        chosen = rng.integers(0, len(seen), count)
        taken = [seen.take(int(k), rng, spoil=True) for k in chosen]
        images = torch.from_numpy(np.stack([t[0] for t in taken])[:, None])
        points = torch.from_numpy(np.stack([t[1] for t in taken]))
        quality = torch.tensor([[t[2]] for t in taken])
        maps, said = network(images.to(memory_format=torch.channels_last))
        known = ((points > 0) & (points < SIDE - 1)).all(2)
        near_x = torch.exp(-(((points[..., :1] - cells) / (2 * SPREAD)) ** 2) / 2)
        near_y = torch.exp(-(((points[..., 1:] - cells) / (2 * SPREAD)) ** 2) / 2)
        target = near_y[..., :, None] * near_x[..., None, :]
        target = (target / (target.sum((2, 3), keepdim=True) + 1e-9)).flatten(2)
        heat = -(target * torch.log_softmax(maps.flatten(2), 2)).sum(2)
        off = functional.smooth_l1_loss(centres(maps), points, reduction="none").sum(2)
        told = functional.binary_cross_entropy_with_logits(said, quality)
        total = ((heat + 0.5 * off) * known).sum() / known.sum() + told
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        optimiser.step()
        running = 0.98 * running + 0.02 * float(total.detach()) if step else float(total.detach())
        if step % 200 == 199:
            print(f"step {step + 1}, {time.monotonic() - begun:.0f} s: {running:.3f}", flush=True)
    return network.eval()
