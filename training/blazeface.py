"""BlazeFace as a torch module, with the weights that MediaPipe publishes.

Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019
(arXiv 1907.05047). Two networks are published that differ in depth and stride: *front* (128x128)
and *back* (256x256). Both take colour in -1..1; here they take one channel, the sum of the three
(a grey picture gives the same answer), and any size that is a multiple of the coarse stride.

Two maps come out, a fine one (2 anchors a cell) and a coarse one of twice the stride (6 anchors a
cell). Each anchor gives a logit and 16 numbers in input pixels: offset of the box's centre, width
and height, then the offsets of six points (the eye on the image's left, the other eye, nose,
mouth, the ear on the left, the other ear).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tflite
import torch
from torch import Tensor, nn

FINE_ANCHORS = 2
COARSE_ANCHORS = 6
EARLY = 5  # blocks up to a quarter of the picture's side, in *front*
VALUES = 16  # per anchor: 4 of the box, 12 of the six points


@dataclass(frozen=True, slots=True)
class Plan:
    """Residual blocks as (output channels, stride); the fine map is read between the two parts."""

    stem: int  # channels of the first layer
    stride: int  # of the fine map
    fine: tuple[tuple[int, int], ...]
    coarse: tuple[tuple[int, int], ...]
    coarse_has_skips: bool


FRONT = Plan(
    stem=24,
    stride=8,
    fine=(
        *((24, 1), (28, 1)),
        *((32, 2), (36, 1), (42, 1)),
        *((48, 2), (56, 1), (64, 1), (72, 1), (80, 1), (88, 1)),
    ),
    coarse=((96, 2), *[(96, 1)] * 4),
    coarse_has_skips=True,
)
# Front in widths of vector registers: onnxruntime then re-orders and pads nothing between layers,
# which is a quarter faster. Every channel of the published network has its place (`widen`).
WIDE = Plan(
    stem=32,
    stride=8,
    fine=(
        *((32, 1), (32, 1)),
        *((48, 2), (48, 1), (48, 1)),
        *((64, 2), (64, 1), (64, 1), (80, 1), (80, 1), (96, 1)),
    ),
    coarse=FRONT.coarse,
    coarse_has_skips=True,
)
# Wide with fewer channels on the largest maps, where two thirds of the time went (`narrow`).
NARROW = Plan(
    stem=16,
    stride=8,
    fine=(
        *((16, 1), (16, 1)),
        *((32, 2), (32, 1), (48, 1)),
        *WIDE.fine[EARLY:],
    ),
    coarse=FRONT.coarse,
    coarse_has_skips=True,
)
BACK = Plan(
    stem=24,
    stride=16,
    fine=(
        *[(24, 1)] * 7,
        *((24, 2), *[(24, 1)] * 7),
        *((48, 2), *[(48, 1)] * 7),
        *((96, 2), *[(96, 1)] * 7),
    ),
    coarse=((96, 2),),
    coarse_has_skips=False,
)


class Block(nn.Module):
    """Depthwise 3x3, pointwise 1x1, and a skip that is pooled and zero-padded where they shrink."""

    def __init__(self, inputs: int, outputs: int, stride: int, *, has_skip: bool = True) -> None:
        super().__init__()
        self.stride = stride
        self.extra = outputs - inputs
        self.has_skip = has_skip
        self.depthwise = nn.Conv2d(
            inputs, inputs, 3, stride, padding=1 if stride == 1 else 0, groups=inputs
        )
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output; stride 2 pads at the end only, as TensorFlow's SAME does."""
        skip = x
        if self.stride == 2:
            x = nn.functional.pad(x, (0, 1, 0, 1))
        y = self.pointwise(self.depthwise(x))
        if self.has_skip:
            if self.stride == 2:
                skip = nn.functional.max_pool2d(skip, 2)
            if self.extra:
                skip = nn.functional.pad(skip, (0, 0, 0, 0, 0, self.extra))
            y = y + skip
        return nn.functional.relu(y)


class BlazeFace(nn.Module):
    """One of the two published networks, one input channel."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.stem = nn.Conv2d(1, plan.stem, 5, 2)
        channels = plan.stem
        parts: list[list[Block]] = [[], []]
        for part, sizes, skips in (
            (parts[0], plan.fine, True),
            (parts[1], plan.coarse, plan.coarse_has_skips),
        ):
            for outputs, stride in sizes:
                part.append(Block(channels, outputs, stride, has_skip=skips))
                channels = outputs
        self.fine = nn.Sequential(*parts[0])
        self.coarse = nn.Sequential(*parts[1])
        wide, deep = plan.fine[-1][0], plan.coarse[-1][0]
        self.fine_score = nn.Conv2d(wide, FINE_ANCHORS, 1)
        self.coarse_score = nn.Conv2d(deep, COARSE_ANCHORS, 1)
        self.fine_value = nn.Conv2d(wide, FINE_ANCHORS * VALUES, 1)
        self.coarse_value = nn.Conv2d(deep, COARSE_ANCHORS * VALUES, 1)

    def layers(self) -> list[nn.Conv2d]:
        """Return the convolutions in the order in which the published file runs them."""
        body: list[nn.Conv2d] = [self.stem]
        for block in (*self.fine, *self.coarse):
            body += [block.depthwise, block.pointwise]
        return [*body, self.fine_score, self.coarse_score, self.fine_value, self.coarse_value]

    def maps(self, x: Tensor, count: int = 3) -> list[Tensor]:
        """Return the first `count` of: the map of the first five blocks, the fine, the coarse."""
        x = nn.functional.relu(self.stem(nn.functional.pad(x, (1, 2, 1, 2))))
        maps = [self.fine[:EARLY](x)]
        if count > 1:
            maps.append(self.fine[EARLY:](maps[0]))
        if count > 2:
            maps.append(self.coarse(maps[1]))
        return maps

    def heads(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return scores and values of the fine map, then of the coarse one."""
        return self.fine_score(x), self.fine_value(x), self.coarse_score(y), self.coarse_value(y)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Take `(N, 1, H, W)` in -1..1; return scores and values of the fine, the coarse map."""
        _, fine, coarse = self.maps(x)
        return self.heads(fine, coarse)


def read_convolutions(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return weights (torch's layout, float32) and bias of each convolution in file order."""
    model = tflite.Model.GetRootAs(path.read_bytes(), 0)
    graph = model.Subgraphs(0)
    half_of = {}  # a DEQUANTIZE's output tensor -> the stored half-precision tensor
    kinds = (tflite.BuiltinOperator.CONV_2D, tflite.BuiltinOperator.DEPTHWISE_CONV_2D)
    layers = []

    def stored(tensor: int) -> np.ndarray:
        source = graph.Tensors(half_of.get(tensor, tensor))
        dtype = np.float16 if source.Type() == tflite.TensorType.FLOAT16 else np.float32
        data = model.Buffers(source.Buffer()).DataAsNumpy().tobytes()
        return np.frombuffer(data, dtype).reshape(source.ShapeAsNumpy()).astype(np.float32)

    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        entry = model.OperatorCodes(operator.OpcodeIndex())
        kind = max(entry.BuiltinCode(), entry.DeprecatedBuiltinCode())
        inputs = operator.InputsAsNumpy()
        if kind == tflite.BuiltinOperator.DEQUANTIZE:
            half_of[int(operator.OutputsAsNumpy()[0])] = int(inputs[0])
        elif kind in kinds:
            weight = stored(int(inputs[1]))
            order = (0, 3, 1, 2) if kind == kinds[0] else (3, 0, 1, 2)
            layers.append((weight.transpose(order), stored(int(inputs[2]))))
    return layers


def pretrained(plan: Plan, path: Path) -> BlazeFace:
    """Return the network with the published weights.

    Raises
    ------
    ValueError
        When the file's layers are not those of the plan: another model or version.
    """
    network = BlazeFace(plan)
    stored = read_convolutions(path)
    layers = network.layers()
    if len(stored) != len(layers):
        raise ValueError(f"{path.name} has {len(stored)} convolutions, not {len(layers)}")
    with torch.no_grad():
        for layer, (weight, bias) in zip(layers, stored, strict=True):
            values = weight.sum(axis=1, keepdims=True) if layer is network.stem else weight
            if values.shape != tuple(layer.weight.shape):
                raise ValueError(f"{path.name}: {values.shape} where {layer} stands")
            layer.weight.copy_(torch.from_numpy(np.ascontiguousarray(values)))
            layer.bias.copy_(torch.from_numpy(bias))
    return network.eval()


def widen(narrow: BlazeFace, plan: Plan) -> BlazeFace:
    """Return a network of `plan` that gives the same answers.

    Channels keep their index; those that `narrow` lacks are zero, and so is what is made of them.

    Raises
    ------
    ValueError
        When a layer of the plan is narrower, so that answers would change.
    """
    network = BlazeFace(plan)
    with torch.no_grad():
        for old, new in zip(narrow.layers(), network.layers(), strict=True):
            if old.out_channels > new.out_channels or old.in_channels > new.in_channels:
                raise ValueError(f"{new} is narrower than {old}")
            new.weight.zero_()
            new.bias.zero_()
            new.weight[: old.out_channels, : old.weight.shape[1]] = old.weight
            new.bias[: old.out_channels] = old.bias
    return network.eval()
