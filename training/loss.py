"""What the network is told: which anchors stand for a face, and how wrong each output is.

Anchors are chosen by what they already say, as in simOTA (Ge et al., "YOLOX", 2021, arXiv
2107.08430): among the anchors inside a face, those whose score and box fit it best. The published
network's own division of work among its anchors is kept that way; nothing is known about how it
was trained.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.blazeface import BlazeFace
from training.points import POINTS, QUALITY, VALUES

FOCUS = 2.0  # exponent of the focal loss (Lin et al. 2017, arXiv 1708.02002)
MAX_ANCHORS = 6  # for one face


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces of one picture, in its pixels.

    Attributes
    ----------
    boxes
        `(F, 4)`: x, y, width, height.
    points
        `(F, 5, 2)`; not a number where unknown.
    quality
        `(F,)`, 0..1.
    wanted
        `(F,) bool`: must be found. The others may be found or not: too small, cut, turned away.
    """

    boxes: Tensor
    points: Tensor
    quality: Tensor
    wanted: Tensor


@dataclass(frozen=True, slots=True)
class Answers:
    """All anchors of a batch: `logit (N, A)`, `values (N, A, VALUES)`, `centre (A, 2)`."""

    logit: Tensor
    values: Tensor
    centre: Tensor

    def boxes(self, picture: int) -> Tensor:
        """Return the boxes of a picture as `(A, 4)`: x, y, width, height."""
        values = self.values[picture]
        size = values[:, 2:4]
        return torch.cat([self.centre + values[:, :2] - size / 2, size], dim=1)


def answers(network: BlazeFace, pictures: Tensor) -> Answers:
    """Run the network on `(N, 1, H, W)` and lay its answers out anchor by anchor."""
    return laid_out(network, network(pictures))


def laid_out(network: BlazeFace, said: tuple[Tensor, Tensor, Tensor, Tensor]) -> Answers:
    """Lay scores and values of the two maps out anchor by anchor."""
    fine_score, fine_value, coarse_score, coarse_value = said
    logits, values, centres = [], [], []
    stride = network.plan.stride
    for score, value, step in (
        (fine_score, fine_value, stride),
        (coarse_score, coarse_value, 2 * stride),
    ):
        count, anchors, rows, columns = score.shape
        y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
        centre = torch.stack([x, y], -1).reshape(-1, 2) * step + step / 2
        logits.append(score.reshape(count, -1))
        each = value.reshape(count, anchors, value.shape[1] // anchors, rows * columns)
        values.append(each.permute(0, 1, 3, 2).reshape(count, -1, each.shape[2]))
        centres.append(centre.repeat(anchors, 1))
    return Answers(torch.cat(logits, 1), torch.cat(values, 1), torch.cat(centres).float())


def overlap(a: Tensor, b: Tensor) -> Tensor:
    """Return intersection over union of `(A, 4)` with `(B, 4)` boxes as `(A, B)`."""
    low = torch.maximum(a[:, None, :2], b[None, :, :2])
    high = torch.minimum(a[:, None, :2] + a[:, None, 2:], b[None, :, :2] + b[None, :, 2:])
    common = (high - low).clamp(min=0).prod(-1)
    area_a, area_b = a[:, 2:].clamp(min=0).prod(-1), b[:, 2:].prod(-1)
    return common / (area_a[:, None] + area_b[None] - common + 1e-6)


def assign(logit: Tensor, boxes: Tensor, centre: Tensor, faces: Faces) -> tuple[Tensor, Tensor]:
    """Return, per anchor, the face that it stands for (-1: none) and whether to ignore it."""
    owner = torch.full((len(logit),), -1)
    ignored = torch.zeros(len(logit), dtype=torch.bool)
    if not len(faces.boxes):
        return owner, ignored
    fit = overlap(boxes, faces.boxes)
    middle = faces.boxes[:, :2] + faces.boxes[:, 2:] / 2
    near = (centre[:, None] - middle[None]).abs() < faces.boxes[None, :, 2:] * 0.3
    reach = faces.boxes[:, 2:].amin(1)
    # a face smaller than a cell still has the anchors of the cell it lies in
    near = near.all(-1) | ((centre[:, None] - middle[None]).abs().amax(-1) < 6)
    cost = functional.softplus(-logit)[:, None] - 3 * torch.log(fit + 1e-3)
    cost = torch.where(near, cost, torch.inf)
    best = torch.full((len(logit),), torch.inf)
    for face in torch.nonzero(faces.wanted & (reach > 1)).flatten().tolist():
        count = int(fit[near[:, face], face].topk(min(10, int(near[:, face].sum()))).values.sum())
        count = min(max(count, 2), MAX_ANCHORS)
        chosen = cost[:, face].topk(count, largest=False)
        for value, anchor in zip(chosen.values.tolist(), chosen.indices.tolist(), strict=True):
            if value < best[anchor]:
                best[anchor], owner[anchor] = value, face
    ignored = (fit.amax(1) > 0.35) & (owner < 0)
    return owner, ignored


def loss(found: Answers, truth: list[Faces]) -> dict[str, Tensor]:
    """Return the parts of the loss: `score`, `box`, `points`, `quality`."""
    score = found.logit.new_zeros(())
    rows, target_box, target_points, target_quality, centres = [], [], [], [], []
    for picture, faces in enumerate(truth):
        logit = found.logit[picture]
        with torch.no_grad():
            owner, ignored = assign(logit, found.boxes(picture), found.centre, faces)
        positive = owner >= 0
        probability = torch.sigmoid(logit)
        wrong = torch.where(positive, 1 - probability, probability)
        each = wrong**FOCUS * functional.binary_cross_entropy_with_logits(
            logit, positive.float(), reduction="none"
        )
        each = torch.where(positive, each, torch.where(ignored, 0.0, each))
        score = score + each[positive].sum() / 3 + each[~positive].sum() / 3
        if positive.any():
            mine = owner[positive]
            rows.append(found.values[picture][positive])
            centres.append(found.centre[positive])
            target_box.append(faces.boxes[mine])
            target_points.append(faces.points[mine])
            target_quality.append(faces.quality[mine])
    parts = {"score": score / len(truth)}
    if not rows:
        return parts
    values, centre = torch.cat(rows), torch.cat(centres)
    box, points = torch.cat(target_box), torch.cat(target_points)
    quality = torch.cat(target_quality)
    scale = box[:, 2:].mean(1, keepdim=True)
    middle = box[:, :2] + box[:, 2:] / 2
    wanted = torch.cat([middle - centre, box[:, 2:]], 1)
    parts["box"] = functional.smooth_l1_loss(values[:, :4] / scale, wanted / scale, beta=0.05)
    said = values[:, 4 : 4 + 2 * POINTS].reshape(-1, POINTS, 2)
    known = torch.isfinite(points)
    offset = torch.where(known, points - centre[:, None], said.detach())
    parts["points"] = functional.smooth_l1_loss(
        said / scale[:, None], offset / scale[:, None], beta=0.02
    )
    if values.shape[1] == VALUES:
        parts["quality"] = functional.binary_cross_entropy_with_logits(
            values[:, QUALITY], quality, reduction="mean"
        )
    return parts
