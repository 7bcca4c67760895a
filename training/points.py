"""From the six points of the published networks to the five that screening wants.

Every new output is a weighted sum of old ones, so the new heads say the same from the first step:
inner canthi between the eyes' centres, corners of the mouth beside its centre. A last output, the
quality, starts undecided.
"""

import numpy as np
import torch
from torch import nn

from training.blazeface import VALUES as OLD_VALUES
from training.blazeface import BlazeFace

# box (4), five points (10), quality (1)
VALUES = 15
POINTS = 5
QUALITY = 14
# From the eye's centre towards the other eye's: (63 - 33) / 2 / 63, mean distances in mm between
# the pupils and between the inner canthi of adults.
CANTHUS = 0.24
MOUTH = 0.4  # half the mouth's width, in distances between the eyes


def mixing() -> np.ndarray:
    """Return `(VALUES, OLD_VALUES) float32`: new outputs as sums of old ones."""
    mix = np.zeros((VALUES, OLD_VALUES), np.float32)
    mix[:4, :4] = np.eye(4)
    for axis in (0, 1):
        left, right, nose, mouth = (4 + 2 * point + axis for point in range(4))
        rows = mix[4 + axis : 4 + 2 * POINTS : 2]
        rows[0, [left, right]] = 1 - CANTHUS, CANTHUS
        rows[1, [left, right]] = CANTHUS, 1 - CANTHUS
        rows[2, nose] = 1
        rows[3, [mouth, left, right]] = 1, MOUTH, -MOUTH
        rows[4, [mouth, left, right]] = 1, -MOUTH, MOUTH
    return mix


def re_head(network: BlazeFace) -> BlazeFace:
    """Replace the two value heads in place; return the network."""
    mix = torch.from_numpy(mixing())
    for name in ("fine_value", "coarse_value"):
        old: nn.Conv2d = getattr(network, name)
        anchors = old.out_channels // OLD_VALUES
        new = nn.Conv2d(old.in_channels, anchors * VALUES, 1)
        with torch.no_grad():
            weight = old.weight.reshape(anchors, OLD_VALUES, -1)
            bias = old.bias.reshape(anchors, OLD_VALUES, 1)
            new.weight.copy_((mix @ weight).reshape(new.weight.shape))
            new.bias.copy_((mix @ bias).reshape(-1))
        setattr(network, name, new)
    return network
