"""Teach the published network what faces look like in the simulator's infrared, and average.

The mean of the published and the taught weights is what ships: the first knows real faces, the
second the sensor, and the mean is better than either (Wortsman et al. 2022, arXiv 2109.01903).
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from training.blazeface import BlazeFace
from training.loss import laid_out, loss
from training.narrow import Likeness
from training.pictures import LYING, UPRIGHT, Picture, batch, vary
from training.points import re_head

WEIGHTS = {"score": 1.0, "box": 4.0, "points": 6.0, "quality": 0.3, "like": 1.0}
WARM_UP = 200  # steps
KEEP = 250  # steps


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how fast."""

    steps: int = 2500
    pictures: int = 16  # a step
    rate: float = 6e-4
    decay: float = 1e-4
    seed: int = 1
    smoothing: float = 0.998  # of the running mean of the weights


def train(
    network: BlazeFace,
    pictures: list[Picture],
    recipe: Recipe,
    like: Likeness | None = None,
    kept: Path | None = None,
) -> BlazeFace:
    """Train in place on one thread; return the running mean of the weights as a network.

    With `like` the network is also held to the maps of another, on pictures that it knows. With
    `kept` the state is written there every `KEEP` steps, and training goes on from it.
    """
    torch.set_num_threads(1)
    torch.manual_seed(recipe.seed)
    rng = np.random.default_rng(recipe.seed)
    groups = [[p for p in pictures if p.upright], [p for p in pictures if not p.upright]]
    network.train().to(memory_format=torch.channels_last)
    mean = {name: value.clone() for name, value in network.state_dict().items()}
    optimiser = torch.optim.AdamW(network.parameters(), recipe.rate, weight_decay=recipe.decay)
    begun = time.monotonic()
    running: dict[str, float] = {}
    first = 0
    if kept is not None and kept.exists():
        state = torch.load(kept, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        first, mean = state["step"], state["mean"]
        rng = np.random.default_rng([recipe.seed, first])
    for step in range(first, recipe.steps):
        done = step / recipe.steps
        rate = recipe.rate * min(1.0, (step + 1) / WARM_UP) * 0.5 * (1 + math.cos(math.pi * done))
        for group in optimiser.param_groups:
            group["lr"] = rate
        size = UPRIGHT if step % 2 else LYING
        # a picture is cut to fit, so either kind may stand for the other now and then
        source = groups[0 if (step % 2) != (rng.random() < 0.15) else 1] or pictures
        chosen = rng.integers(0, len(source), recipe.pictures)
        varied = [vary(source[int(k)], size, rng) for k in chosen]
        images, faces = batch(varied)
        images = images.to(memory_format=torch.channels_last)
        maps = network.maps(images)
        parts = loss(laid_out(network, network.heads(*maps[1:])), faces)
        if like is not None:
            known = torch.tensor([picture.known for picture in varied])
            blends = _blends(images[: len(images) // 2], rng)
            parts["like"] = like.loss(maps, images, known) + like.loss(network.maps(blends), blends)
        total = sum((WEIGHTS[name] * part for name, part in parts.items()), torch.zeros(()))
        optimiser.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        keep = min(recipe.smoothing, (step + 1) / (step + 10))
        with torch.no_grad():
            for name, value in network.state_dict().items():
                mean[name].lerp_(value, 1 - keep)
        for name, part in parts.items():
            value = float(part.detach())
            running[name] = 0.98 * running.get(name, value) + 0.02 * value
        if step % 100 == 99:
            told = ", ".join(f"{name} {value:.3f}" for name, value in running.items())
            print(f"step {step + 1}, {time.monotonic() - begun:.0f} s: {told}", flush=True)
        if kept is not None and step % KEEP == KEEP - 1:
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            _keep({**state, "mean": mean, "step": step + 1}, kept)
    taught = re_head(BlazeFace(network.plan))
    taught.load_state_dict(mean)
    return taught.eval()


def _keep(state: dict[str, Any], kept: Path) -> None:
    """Write a state whole or not at all."""
    unfinished = kept.with_suffix(".part")
    torch.save(state, unfinished)
    unfinished.rename(kept)


def _blends(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Return pictures of nothing that there is: two over one another, brighter here, darker there.

    Nobody says what is a face in them. But what the other network sees there is worth knowing:
    its first teachers were pictures of the world, which no render is.
    """
    share = torch.from_numpy(rng.uniform(0.3, 0.7, (len(images), 1, 1, 1)).astype(np.float32))
    coarse = torch.from_numpy(rng.normal(0.0, 0.3, (len(images), 1, 5, 5)).astype(np.float32))
    light = nn.functional.interpolate(coarse, images.shape[2:], mode="bilinear")
    mixed = share * images + (1 - share) * images.roll(1, 0).flip(3) + light
    return mixed.clamp(-1.0, 1.0).contiguous(memory_format=torch.channels_last)


def average(begun: BlazeFace, taught: BlazeFace, share: float) -> BlazeFace:
    """Return the network between: `share` of the taught weights, the rest as it was begun."""
    between = re_head(BlazeFace(taught.plan))
    old, new = begun.state_dict(), taught.state_dict()
    between.load_state_dict({k: (1 - share) * old[k] + share * new[k] for k in new})
    return between.eval()
