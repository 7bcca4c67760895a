"""BlazeFace (back camera) as a torch module, read out of the file that MediaPipe ships.

Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019
(arXiv 1907.05047). The published network takes `(1, 256, 256, 3)` colour in -1..1; here it is
fully convolutional and takes one channel, the sum of the three (a grey picture gives the same
answer), so any size that is a multiple of 32 works.

Two maps come out, of stride 16 (2 anchors a cell) and stride 32 (6 anchors a cell). Each anchor
gives a logit and 16 numbers in input pixels: the box's centre offset and size, then the offsets of
six points (right eye, left eye, nose, mouth, right ear, left ear, as seen in the image left first).
"""

from pathlib import Path

import numpy as np
import tflite
import torch
from torch import Tensor, nn

STEM_CHANNELS = 24
# (output channels, stride) of the residual blocks, in order
BLOCKS = (
    *[(24, 1)] * 7,
    (24, 2),
    *[(24, 1)] * 7,
    (48, 2),
    *[(48, 1)] * 7,
    (96, 2),
    *[(96, 1)] * 7,
)
ANCHORS_16 = 2
ANCHORS_32 = 6
VALUES = 16  # per anchor: 4 of the box, 12 of the six points


class Block(nn.Module):
    """Depthwise 3x3, pointwise 1x1, and a skip that is pooled and zero-padded where they shrink."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.extra = outputs - inputs
        self.depthwise = nn.Conv2d(
            inputs, inputs, 3, stride, padding=1 if stride == 1 else 0, groups=inputs
        )
        self.pointwise = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's output; stride 2 pads at the end only, as TensorFlow's SAME does."""
        skip = x
        if self.stride == 2:
            x = nn.functional.pad(x, (0, 1, 0, 1))
            skip = nn.functional.max_pool2d(skip, 2)
        if self.extra:
            skip = nn.functional.pad(skip, (0, 0, 0, 0, 0, self.extra))
        return nn.functional.relu(skip + self.pointwise(self.depthwise(x)))


class BlazeFaceBack(nn.Module):
    """The published network, one input channel."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, STEM_CHANNELS, 5, 2)
        channels = STEM_CHANNELS
        blocks = []
        for outputs, stride in BLOCKS:
            blocks.append(Block(channels, outputs, stride))
            channels = outputs
        self.blocks = nn.Sequential(*blocks)
        # the last reduction has no skip: its own two layers
        self.reduce_depthwise = nn.Conv2d(channels, channels, 3, 2, groups=channels)
        self.reduce_pointwise = nn.Conv2d(channels, channels, 1)
        self.score_16 = nn.Conv2d(channels, ANCHORS_16, 1)
        self.score_32 = nn.Conv2d(channels, ANCHORS_32, 1)
        self.value_16 = nn.Conv2d(channels, ANCHORS_16 * VALUES, 1)
        self.value_32 = nn.Conv2d(channels, ANCHORS_32 * VALUES, 1)

    def layers(self) -> list[nn.Conv2d]:
        """Return the convolutions in the order in which the published file runs them."""
        body: list[nn.Conv2d] = [self.stem]
        for block in self.blocks:
            body += [block.depthwise, block.pointwise]
        return [
            *body,
            self.reduce_depthwise,
            self.reduce_pointwise,
            self.score_16,
            self.score_32,
            self.value_16,
            self.value_32,
        ]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Take `(N, 1, H, W)` in -1..1; return scores and values, stride 16 then 32."""
        x = nn.functional.relu(self.stem(nn.functional.pad(x, (1, 2, 1, 2))))
        x = self.blocks(x)
        y = self.reduce_depthwise(nn.functional.pad(x, (0, 1, 0, 1)))
        y = nn.functional.relu(self.reduce_pointwise(y))
        return self.score_16(x), self.value_16(x), self.score_32(y), self.value_32(y)


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


def pretrained(path: Path) -> BlazeFaceBack:
    """Return the network with the published weights.

    Raises
    ------
    ValueError
        When the file's layers are not those of the network: another model or version.
    """
    network = BlazeFaceBack()
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
