"""Write a network as ONNX: convolutions, pads, pools, adds; weights in half precision.

Written node by node with `onnx.helper`, so the file is the same byte for byte on every machine
and every version of torch, and carries no names of the machine that made it. Half-precision
weights are cast to single precision when the session is made; the arithmetic is single precision.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from screening.faces.crop import SIDE
from training.blazeface import BlazeFace, Block
from training.closeup import CELLS, CloseUp
from training.closeups import TOLD
from training.points import POINTS, VALUES

OPSET = 17
IR_VERSION = 8
ROW = 1 + VALUES  # numbers that an anchor says
# The boxes of renders begin at mid-forehead, the station's at the brow: shares of their height.
BROW, CHIN = 0.033, 0.020
NEAREST = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
END_PAD = [0, 0, 1, 1]  # what TensorFlow's SAME adds before a 3x3 of stride 2


class Graph:
    """A growing list of nodes and stored weights."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Append a node and return the name of its output."""
        output = f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def weight(self, values: np.ndarray) -> str:
        """Store weights in half precision and return the name of their single-precision cast."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values.astype(np.float16), name))
        return self.add("Cast", name, to=TensorProto.FLOAT)

    def constant(self, values: np.ndarray) -> str:
        """Store values as they are and return their name."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def conv(
        self,
        layer: nn.Conv2d,
        x: str,
        pads: Sequence[int] = (0, 0, 0, 0),
        since: int = 0,
        upto: int | None = None,
    ) -> str:
        """Append a convolution padded by (top, left, bottom, right); some outputs, or all."""
        return self.add(
            "Conv",
            x,
            self.weight(layer.weight.detach().numpy()[since:upto]),
            self.weight(layer.bias.detach().numpy()[since:upto]),
            kernel_shape=list(layer.kernel_size),
            strides=list(layer.stride),
            group=layer.groups,
            pads=list(pads),
        )


def export(network: BlazeFace, path: Path, about: str) -> None:
    """Write `network` to `path`.

    Inputs `image` `(1, 1, height, width)`; `places` `(anchors, 16)`, which is added to what the
    anchors say, those of the fine map first; `least` `(1,)`, a logit. Output `rows` `(N, 16)`:
    the anchors that say more than it, each with its logit, the left and upper edge, width and
    height of the box, five points, and the logit of the quality.
    """
    graph = Graph()
    x = graph.add("Relu", graph.conv(network.stem, "image", [1, 1, 2, 2]))
    for block in network.fine:
        x = _block(graph, block, x)
    y = x
    for block in network.coarse:
        y = _block(graph, block, y)
    row = graph.constant(np.array([-1, ROW], np.int64))
    maps = []
    for name, source in (("fine", x), ("coarse", y)):
        score, value = (getattr(network, f"{name}_{what}") for what in ("score", "value"))
        shape = graph.constant(np.array([score.out_channels, ROW, -1], np.int64))
        anchors = graph.add("Reshape", graph.conv(_side_by_side(score, value), source), shape)
        maps.append(graph.add("Reshape", graph.add("Transpose", anchors, perm=[0, 2, 1]), row))
    rows = graph.add("Add", graph.add("Concat", *maps, axis=0), "places")
    logits = graph.add("Gather", rows, graph.constant(np.array(0, np.int64)), axis=1)
    graph.add("Compress", rows, graph.add("Greater", logits, "least"), axis=0)
    graph.nodes[-1].output[0] = "rows"
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (
            ("image", [1, 1, "height", "width"]),
            ("places", ["anchors", ROW]),
            ("least", [1]),
        )
    ]
    outputs = [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["found", ROW])]
    _write(graph, inputs, outputs, path, about)


def _side_by_side(score: nn.Conv2d, value: nn.Conv2d) -> nn.Conv2d:
    """Return one head of two, anchor by anchor; it says a box's edge where they say its centre.

    So a row is whole, and whole vector registers of outputs cost least.
    """
    anchors, channels = score.out_channels, score.in_channels
    both = nn.Conv2d(channels, anchors * ROW, 1)
    with torch.no_grad():
        for parameter, old, new in (
            (both.weight, score.weight, value.weight),
            (both.bias, score.bias, value.bias),
        ):
            joined = torch.cat([old.reshape(anchors, 1, -1), new.reshape(anchors, VALUES, -1)], 1)
            joined[:, 1:3] -= joined[:, 3:5] / 2
            joined[:, 2] += BROW * joined[:, 4]
            joined[:, 4] *= 1.0 - BROW - CHIN
            parameter.copy_(joined.reshape(parameter.shape))
    return both


def export_closeup(network: CloseUp, path: Path, about: str) -> None:
    """Write the close-up network to `path`.

    Input `image` `(N, 1, 64, 64)`; outputs `points` `(N, 5, 2)`, centres of gravity in pixels of
    the close-up, and `told` `(N, 7)`, before the logistic function.
    """
    graph = Graph()
    fine = graph.add("Relu", graph.conv(network.stem, "image", [1, 1, 2, 2]))
    fine = _block(graph, network.fine, fine)
    middle = _block(graph, network.middle, _block(graph, network.down_1, fine))
    deep = _block(graph, network.down_2, middle)
    for block in network.deep:
        deep = _block(graph, block, deep)
    whole = graph.conv(network.told, graph.add("Relu", graph.conv(network.whole, deep)))
    graph.add("Flatten", whole, axis=1)
    graph.nodes[-1].output[0] = "told"
    for lateral, joined, skip in (
        (network.up_1, network.joined_1, middle),
        (network.up_2, network.joined_2, fine),
    ):
        narrow = graph.conv(lateral, deep)
        wide = graph.add(
            "Resize",
            narrow,
            "",
            graph.constant(np.array([1, 1, 2, 2], np.float32)),
            mode="nearest",
            **NEAREST,
        )
        deep = _block(graph, joined, graph.add("Add", skip, wide))
    flat = graph.constant(np.array([0, POINTS, -1], np.int64))
    maps = graph.add("Reshape", graph.conv(network.maps, deep), flat)
    y, x = np.mgrid[:CELLS, :CELLS].reshape(2, -1) * 2 + 0.5
    places = graph.constant(np.stack([x, y], 1).astype(np.float32))
    graph.add("MatMul", graph.add("Softmax", maps, axis=2), places)
    graph.nodes[-1].output[0] = "points"
    shapes = {"points": ["faces", POINTS, 2], "told": ["faces", len(TOLD)]}
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in shapes.items()
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["faces", 1, SIDE, SIDE])
    _write(graph, [image], outputs, path, about)


def _write(
    graph: Graph,
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    path: Path,
    about: str,
) -> None:
    model = helper.make_model(
        helper.make_graph(graph.nodes, "face", inputs, outputs, graph.weights, doc_string=about),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def _block(graph: Graph, block: Block, x: str) -> str:
    """Append a residual block and return the name of its output.

    Where it widens, the channels that have a skip and those that have none are two convolutions,
    joined at the end: padding the skip with zeros would do the same and cost a copy.
    """
    same = block.stride == 1
    y = graph.conv(block.depthwise, x, [1, 1, 1, 1] if same else END_PAD)
    pointwise = block.pointwise
    if not block.has_skip:
        return graph.add("Relu", graph.conv(pointwise, y))
    if not same:
        x = graph.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    inputs = pointwise.in_channels
    joined = graph.add("Relu", graph.add("Add", graph.conv(pointwise, y, upto=inputs), x))
    if block.extra:
        grown = graph.add("Relu", graph.conv(pointwise, y, since=inputs))
        joined = graph.add("Concat", joined, grown, axis=1)
    return joined
