"""The same network with fewer channels where its maps are largest, taught to see the same.

Most of the time goes into the first layers, on maps of a half and a quarter of the picture's side.
The narrow network has two thirds of their channels there and the layers of the wide one behind
them. Its first layers learn to give what the wide ones give (FitNets: Romero et al. 2015, arXiv
1412.6550); then the whole learns from renders, and is held to the wide one's maps meanwhile, so
that what the published weights know of real faces is not lost (Li and Hoiem 2016, "Learning
without Forgetting", arXiv 1606.09282).
"""

import math
import time
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from training.blazeface import EARLY, BlazeFace, Plan
from training.pictures import Picture, batch, vary
from training.points import re_head

SIDE = 96  # pixels of a picture to learn from
RATE = 3e-3
COUNT = 16  # pictures a step
MIN_SHARE = 0.3  # of the channels' median deviation: what varies less is compared as if it did


@dataclass(slots=True)
class Likeness:
    """How unlike the maps of a network are those of `wide`: in deviations, each channel alike.

    The deviations are those of the first batch that is seen.
    """

    wide: BlazeFace
    _scales: list[Tensor] = field(default_factory=list)

    def loss(self, said: list[Tensor], images: Tensor, known: Tensor | None = None) -> Tensor:
        """Return the mean squares, added up over as many maps as are given.

        Of the pictures that are `known (N,) bool` only, where that is said.
        """
        if known is not None:
            said, images = [each[known] for each in said], images[known]
        if not len(images):
            return torch.zeros(())
        with torch.no_grad():
            wanted = self.wide.maps(images, len(said))
            self._scales = self._scales or [_scale(each) for each in wanted]
        total = torch.zeros(())
        for mine, theirs, scale in zip(said, wanted, self._scales, strict=False):
            total = total + (((mine - theirs) * scale) ** 2).mean()
        return total


def narrow(
    wide: BlazeFace, plan: Plan, pictures: list[Picture], steps: int, seed: int
) -> BlazeFace:
    """Return a network of `plan` whose first layers imitate those of `wide`, the rest copied.

    Raises
    ------
    ValueError
        When the plans differ behind the first layers.
    """
    if (plan.fine[EARLY:], plan.coarse) != (wide.plan.fine[EARLY:], wide.plan.coarse):
        raise ValueError("the plans differ in layers that are copied")
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = re_head(BlazeFace(plan))
    learnt = network.layers()[: 1 + 2 * EARLY]
    with torch.no_grad():
        for old, new in zip(wide.layers(), network.layers(), strict=True):
            if not any(new is layer for layer in learnt):
                new.weight.copy_(old.weight)
                new.bias.copy_(old.bias)
    network.to(memory_format=torch.channels_last)
    parameters = [p for layer in learnt for p in layer.parameters()]
    optimiser = torch.optim.AdamW(parameters, RATE, weight_decay=1e-4)
    like = Likeness(wide)
    begun, running = time.monotonic(), 0.0
    for step in range(steps):
        half_wave = 0.5 * (1 + math.cos(math.pi * step / steps))
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 100) * half_wave
        chosen = rng.integers(0, len(pictures), COUNT)
        images, _ = batch([vary(pictures[int(k)], (SIDE, SIDE), rng) for k in chosen])
        images = images.to(memory_format=torch.channels_last)
        total = like.loss(network.maps(images, 1), images)
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        optimiser.step()
        running = 0.98 * running + 0.02 * float(total.detach()) if step else float(total.detach())
        if step % 200 == 199:
            print(f"step {step + 1}, {time.monotonic() - begun:.0f} s: {running:.3f}", flush=True)
    return network.eval()


def _scale(wanted: Tensor) -> Tensor:
    """Return one over each channel's deviation; 0 for one that is never used."""
    deviation = wanted.std((0, 2, 3), keepdim=True)
    used = deviation > 1e-6
    least = MIN_SHARE * float(deviation[used].median())
    return torch.where(used, 1.0 / deviation.clamp(min=least), 0.0)
