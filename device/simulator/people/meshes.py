"""The heads and bodies that come with the simulator, and what their geometry says.

Coordinates are mm in view axes of somebody who looks at the camera: x to the picture's right, y
down, z to the viewer. The origin lies between the eyes, 85 mm behind the inner canthi. *Canonical*
coordinates are those of one average person: the same place of the face has the same ones on all.
Made by training/heads/make_heads.py from CC0 shapes.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Mesh:
    """A triangle mesh.

    Attributes
    ----------
    vertices, canonical, normals
        `(V, 3) float32`.
    faces
        `(F, 3) int32`.
    cavity
        `(V,) float32` mm that the surface around stands higher than here: folds and sockets are
        positive, nose and ears negative.
    """

    vertices: Points
    canonical: Points
    normals: Points
    faces: NDArray[np.int32]
    cavity: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HeadSet:
    """All heads: one topology, `(P, V, 3)` vertices, and who is who."""

    faces: NDArray[np.int32]
    canonical: Points
    vertices: Points
    landmarks: NDArray[np.int64]  # right and left canthus, nose tip, right and left mouth corner
    female: NDArray[np.bool_]
    child: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BodySet:
    """All bodies: `(B, P, V, 3)` vertices in each pose, and which body goes with which head."""

    faces: NDArray[np.int32]
    canonical: Points
    vertices: Points
    poses: tuple[str, ...]
    of_head: NDArray[np.int64]
    hand: NDArray[np.bool_]


@cache
def heads() -> HeadSet:
    """Read the heads."""
    with np.load(_asset("heads.npz"), allow_pickle=False) as data:
        return HeadSet(
            faces=data["faces"].astype(np.int32),
            canonical=data["canonical"].astype(np.float32) / 50.0,
            vertices=data["vertices"].astype(np.float32) / 50.0,
            landmarks=data["landmarks"].astype(np.int64),
            female=data["female"],
            child=data["child"],
        )


@cache
def bodies() -> BodySet:
    """Read the bodies."""
    with np.load(_asset("bodies.npz"), allow_pickle=False) as data:
        return BodySet(
            faces=data["faces"].astype(np.int32),
            canonical=data["canonical"].astype(np.float32) / 10.0,
            vertices=data["vertices"].astype(np.float32) / 10.0,
            poses=tuple(str(pose) for pose in data["poses"]),
            of_head=data["body_of_head"].astype(np.int64),
            hand=data["hand"],
        )


def mesh(
    vertices: Points, canonical: Points, faces: NDArray[np.int32], *, rounds: int = 14
) -> Mesh:
    """Add normals and cavity to a surface."""
    normals = normals_of(vertices, faces)
    smooth = vertices
    for _ in range(rounds):
        smooth = _neighbours_mean(smooth, faces)
    cavity = ((smooth - vertices) * normals).sum(axis=1)
    return Mesh(vertices, canonical, normals, faces, cavity.astype(np.float32))


def normals_of(vertices: Points, faces: NDArray[np.int32]) -> Points:
    """Outward unit normals of the vertices."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    # y points down, so the order of the cross product is the other way round
    flat = np.cross(c - a, b - a)
    out = np.zeros(vertices.shape, np.float64)
    for axis in range(3):
        for k in range(3):
            out[:, axis] += np.bincount(faces[:, k], flat[:, axis], len(vertices))
    return np.asarray(out / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-9), np.float32)


def _neighbours_mean(values: Points, faces: NDArray[np.int32]) -> Points:
    """Mean of each vertex and its neighbours (one step of diffusion over the surface)."""
    count = len(values)
    start = np.concatenate([faces[:, 0], faces[:, 1], faces[:, 2]])
    end = np.concatenate([faces[:, 1], faces[:, 2], faces[:, 0]])
    degree = np.bincount(start, minlength=count) + np.bincount(end, minlength=count) + 1.0
    out = np.empty_like(values)
    for axis in range(3):
        sums = np.bincount(start, values[end, axis], count)
        sums += np.bincount(end, values[start, axis], count)
        out[:, axis] = (sums + values[:, axis]) / degree
    return out


def _asset(name: str) -> str:
    return str(resources.files("device.simulator.people") / "assets" / name)
