"""The second network: from a close-up of 64x64 pixels five points, and what to make of the face.

A small hourglass: heat maps of 32x32 cells for the points, whose centres of gravity are the
points; and from its narrowest place, what can be said of the whole face (`TOLD`).
"""

import math
import time

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from screening.faces.crop import SIDE
from training.blazeface import Block
from training.closeups import ANGLES, TOLD, CloseUps, Shown
from training.samples import POINTS

CELLS = SIDE // 2
SPREAD = 0.8  # of a point's target on the heat map, in cells
NO_FACES = 0.25  # share of close-ups that show no face
RATE = 3e-3


class CloseUp(nn.Module):
    """`(N, 1, 64, 64)` to heat maps `(N, 5, 32, 32)` and `(N, 7)`: what `TOLD` names."""

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
        # every channel weighs its places by itself: where something is says how a head is turned
        self.whole = nn.Conv2d(64, 64, SIDE // 8, groups=64)
        self.told = nn.Conv2d(64, len(TOLD), 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return heat maps and what is told, before the logistic function."""
        fine = functional.relu(self.stem(functional.pad(x, (1, 2, 1, 2))))
        fine = self.fine(fine)
        middle = self.middle(self.down_1(fine))
        deep = self.deep(self.down_2(middle))
        told = self.told(functional.relu(self.whole(deep)))
        up = functional.interpolate(self.up_1(deep), scale_factor=2.0, mode="nearest")
        middle = self.joined_1(middle + up)
        up = functional.interpolate(self.up_2(middle), scale_factor=2.0, mode="nearest")
        return self.maps(self.joined_2(fine + up)), told[:, :, 0, 0]


def centres(maps: Tensor) -> Tensor:
    """Return the points `(N, 5, 2)` in pixels of the close-up: centres of gravity of the maps."""
    weight = torch.softmax(maps.flatten(2), 2).reshape(maps.shape)
    cells = torch.arange(CELLS, dtype=maps.dtype) * 2 + 0.5
    return torch.stack([(weight.sum(2) * cells).sum(2), (weight.sum(3) * cells).sum(2)], 2)


def train_closeup(seen: CloseUps, steps: int, seed: int, count: int = 32) -> CloseUp:
    """Train from nothing on one thread."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = CloseUp().train().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-3)
    begun, running = time.monotonic(), 0.0
    for step in range(steps):
        for group in optimiser.param_groups:
            half_wave = 0.5 * (1 + math.cos(math.pi * step / steps))
            group["lr"] = RATE * min(1.0, (step + 1) / 200) * half_wave
        nothing = round(NO_FACES * count)
        chosen = rng.integers(0, len(seen), count - nothing)
        shown = [seen.face(int(k), rng, spoil=True) for k in chosen]
        shown += [seen.no_face(rng) for _ in range(nothing)]
        images = torch.from_numpy(np.stack([each.picture for each in shown])[:, None])
        maps, said = network(images.to(memory_format=torch.channels_last))
        total = _loss(maps, said, shown)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        optimiser.step()
        running = 0.98 * running + 0.02 * float(total.detach()) if step else float(total.detach())
        if step % 200 == 199:
            print(f"step {step + 1}, {time.monotonic() - begun:.0f} s: {running:.3f}", flush=True)
    return network.eval()


def _loss(maps: Tensor, said: Tensor, shown: list[Shown]) -> Tensor:
    points = torch.from_numpy(np.stack([each.points for each in shown]))
    told = torch.from_numpy(np.stack([each.told for each in shown]))
    cells = torch.arange(CELLS, dtype=torch.float32) * 2 + 0.5
    known = ((points > 0) & (points < SIDE - 1)).all(2)  # and a number
    points = torch.where(known[..., None], points, 0.0)
    near_x = torch.exp(-(((points[..., :1] - cells) / (2 * SPREAD)) ** 2) / 2)
    near_y = torch.exp(-(((points[..., 1:] - cells) / (2 * SPREAD)) ** 2) / 2)
    target = near_y[..., :, None] * near_x[..., None, :]
    target = (target / (target.sum((2, 3), keepdim=True) + 1e-9)).flatten(2)
    heat = -(target * torch.log_softmax(maps.flatten(2), 2)).sum(2)
    off = functional.smooth_l1_loss(centres(maps), points, reduction="none").sum(2)
    where = ((heat + 0.5 * off) * known).sum() / known.sum().clamp(min=1)
    true = torch.isfinite(told)
    told = torch.where(true, told, 0.0)
    chances = functional.binary_cross_entropy_with_logits(said, told.clamp(0, 1), reduction="none")
    angles = functional.smooth_l1_loss(said, told, reduction="none", beta=0.1)
    is_angle = torch.tensor([name in ANGLES for name in TOLD])
    each = torch.where(is_angle, angles, chances) * true
    return where + each.sum() / len(shown)
