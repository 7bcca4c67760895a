"""The shipped face network as a torch module again: `export` backwards, but for the rounding."""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from training.blazeface import BlazeFace, Plan
from training.export import BROW, CHIN, ROW
from training.points import VALUES, re_head


def shipped(plan: Plan, path: Path) -> BlazeFace:
    """Return the network of `plan` with the weights of a file that `export` wrote.

    Raises
    ------
    ValueError
        When the file's layers are not those of the plan.
    """
    stored = [
        torch.from_numpy(numpy_helper.to_array(each).astype(np.float32))
        for each in onnx.load(path).graph.initializer
        if each.data_type == onnx.TensorProto.FLOAT16
    ]
    network = re_head(BlazeFace(plan))
    with torch.no_grad():
        for layer in (network.stem, *_body(network)):
            _take(layer, stored, path)
        for name in ("fine", "coarse"):
            score, value = (getattr(network, f"{name}_{what}") for what in ("score", "value"))
            both = nn.Conv2d(score.in_channels, score.out_channels * ROW, 1)
            _take(both, stored, path)
            for parameter in ("weight", "bias"):
                joined = getattr(both, parameter).reshape(score.out_channels, ROW, -1).clone()
                joined[:, 4] /= 1.0 - BROW - CHIN
                joined[:, 2] -= BROW * joined[:, 4]
                joined[:, 1:3] += joined[:, 3:5] / 2
                for layer, part in ((score, joined[:, :1]), (value, joined[:, 1 : 1 + VALUES])):
                    old = getattr(layer, parameter)
                    old.copy_(part.reshape(old.shape))
    if stored:
        raise ValueError(f"{path.name} has {len(stored)} weights more than the plan")
    return network.eval()


def _body(network: BlazeFace) -> list[nn.Conv2d]:
    return [
        layer
        for block in (*network.fine, *network.coarse)
        for layer in (block.depthwise, block.pointwise)
    ]


def _take(layer: nn.Conv2d, stored: list[torch.Tensor], path: Path) -> None:
    """Give a layer the next weights of the file: one convolution, or two side by side."""
    weight, bias = [], []
    while sum(len(each) for each in bias) < layer.out_channels:
        if len(stored) < 2:
            raise ValueError(f"{path.name} ends where {layer} stands")
        weight.append(stored.pop(0))
        bias.append(stored.pop(0))
    joined = torch.cat(weight)
    if joined.shape != layer.weight.shape:
        raise ValueError(f"{path.name}: {tuple(joined.shape)} where {layer} stands")
    layer.weight.copy_(joined)
    layer.bias.copy_(torch.cat(bias))
