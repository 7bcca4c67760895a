"""Pictures with truth for training a face detector: wide, random, from the same physics."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import cv2
import numpy as np
from numpy.typing import NDArray

from device.simulator.camera.camera import KELVIN_PER_COUNT, Detector, Optics, optics_of
from device.simulator.physics.radiometry import KELVIN_OFFSET
from device.simulator.scenario import schema
from device.simulator.scenario.timeline import Pose
from device.simulator.scenario.truth import FrameTruth
from device.simulator.scene import Scene

_BLOCK = 8  # samples that a process makes at a time
_FACE_MM = 150.0  # about the width of a face box


@dataclass(frozen=True, slots=True)
class Wish:
    """What the samples should be like.

    Attributes
    ----------
    face_px
        Smallest and largest width of a face in pixels; drawn evenly in its logarithm.
    people
        Chances of 0, 1, 2, ... people.
    frontal
        Share of people who look towards the camera (within about 35 degrees).
    max_yaw_deg
        For those who do.
    from_outside
        Share of people who come from the cold.
    ambient_c
        Range of the room's temperature.
    items
        Most warm or cool things in the room.
    references, reference_c, reference_px
        Chances of 0, 1, 2 references; ranges of their temperature and radius in pixels.
    noise
        Range of the camera's noise as a multiple of the data sheet's.
    wears
        Chance of each thing worn.
    sun
        Share of people whose forehead and cheek the sun has warmed on one side.
    """

    face_px: tuple[float, float] = (9.0, 90.0)
    people: tuple[float, ...] = (0.10, 0.42, 0.28, 0.13, 0.07)
    frontal: float = 0.72
    max_yaw_deg: float = 38.0
    from_outside: float = 0.2
    ambient_c: tuple[float, float] = (15.0, 30.5)
    items: int = 5
    references: tuple[float, float, float] = (0.25, 0.6, 0.15)
    reference_c: tuple[float, float] = (32.0, 41.0)
    reference_px: tuple[float, float] = (2.5, 11.0)
    noise: tuple[float, float] = (0.4, 1.8)
    wears: tuple[tuple[schema.Wears, float], ...] = (
        ("glasses", 0.30),
        ("cap", 0.10),
        ("fringe", 0.08),
        ("mask", 0.10),
        ("scarf", 0.07),
    )
    sun: float = 0.0


# what an entrance kiosk with a Lepton sees: one person, near, before an even room
ENTRANCE = Wish(
    face_px=(20.0, 55.0),
    people=(0.0, 1.0),
    frontal=1.0,
    max_yaw_deg=30.0,
    from_outside=0.1,
    ambient_c=(29.5, 32.0),  # so that faces stand out by 4 to 7 K
    items=0,
    references=(0.0, 1.0, 0.0),
    reference_c=(36.0, 37.5),
    reference_px=(6.5, 8.0),
    noise=(0.8, 1.1),
    wears=(("glasses", 0.36), ("cap", 0.06), ("fringe", 0.05)),
)


def render_samples(
    seed: int,
    count: int,
    camera: schema.Model = "lepton-3.5",
    *,
    wish: Wish | None = None,
    processes: int = 1,
) -> Iterator[tuple[NDArray[np.float32], FrameTruth]]:
    """Yield `count` pictures in deg C, `(H, W) float32`, each with its truth.

    The same seed gives the same pictures, whatever the number of processes. About half of them are
    upright (portrait), the other half lie, so `(H, W)` changes from picture to picture.
    """
    wanted = wish or Wish()
    if processes <= 1:
        for number in range(count):
            yield sample(seed, number, camera, wanted)
        return
    # a forked child would wait for ever for the threads that OpenCV had in its parent
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        blocks = [
            pool.submit(_block, seed, start, min(_BLOCK, count - start), camera, wanted)
            for start in range(0, count, _BLOCK)
        ]
        for block in blocks:
            yield from block.result()


def sample(
    seed: int, number: int, camera: schema.Model, wish: Wish
) -> tuple[NDArray[np.float32], FrameTruth]:
    """Make one picture."""
    rng = np.random.Generator(np.random.PCG64([seed, number]))
    portrait = bool(rng.random() < 0.5)
    optics = optics_of(schema.Camera(model=camera, portrait=portrait))
    people, poses = [], []
    for _ in range(int(rng.choice(len(wish.people), p=wish.people))):
        person, pose = _somebody(optics, wish, rng)
        people.append(person)
        poses.append(pose)
    scenario = schema.Scenario(
        title="training",
        duration_s=1.0,
        camera=_camera(camera, wish, portrait=portrait, rng=rng),
        room=_room(optics, wish, rng),
        references=_references(optics, wish, rng),
        people=tuple(people),
    )
    scene = Scene(scenario, optics, rng)
    image = np.zeros((optics.height, optics.width), np.float32)
    counts = np.zeros((optics.height, optics.width), np.uint16)
    rendered = scene.stage(poses, float(rng.uniform(0.0, 60.0)), image)
    exposure = Detector(scenario.camera, scenario.room, optics, rng).expose(image, 0.0, counts)
    truth = FrameTruth(number, 0.0, rendered.people, rendered.references, exposure.offset_k)
    celsius = counts.astype(np.float32)
    cv2.scaleAdd(celsius, KELVIN_PER_COUNT - 1.0, celsius, dst=celsius)
    celsius -= np.float32(KELVIN_OFFSET)
    return celsius, truth


def _block(
    seed: int, start: int, count: int, camera: schema.Model, wish: Wish
) -> list[tuple[NDArray[np.float32], FrameTruth]]:
    cv2.setNumThreads(1)
    return [sample(seed, start + k, camera, wish) for k in range(count)]


def _somebody(optics: Optics, wish: Wish, rng: np.random.Generator) -> tuple[schema.Person, Pose]:
    """Draw a person and where they stand, so that the face has the size that is wanted."""
    low, high = wish.face_px
    width_px = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    z = optics.focal_px * _FACE_MM / 1000.0 / width_px
    child = bool(rng.random() < 0.12)
    wears = [thing for thing, chance in wish.wears if rng.random() < chance]
    # anywhere in the picture, heads now and then cut off
    u = float(rng.uniform(-0.05, 1.05)) * optics.width
    v = float(rng.beta(1.6, 2.0)) * optics.height * 1.1 - 0.05 * optics.height
    x = (u - optics.width / 2.0) * z / optics.focal_px
    y = optics.height_m - (v - optics.height / 2.0) * z / optics.focal_px
    frontal = rng.random() < wish.frontal
    if frontal:
        yaw = float(rng.triangular(-wish.max_yaw_deg, 0.0, wish.max_yaw_deg))
    else:
        yaw = float(rng.choice([-1.0, 1.0]) * rng.uniform(45.0, 180.0))
    heading = float(np.degrees(np.arctan2(-x, z)) + yaw * rng.uniform(0.2, 1.0))
    moving = rng.random() < 0.3
    warmed_k = 0.0
    if wish.sun > 0.0 and rng.random() < wish.sun:
        warmed_k = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.5, 4.0))
    person = schema.Person(
        role="visitor" if frontal else "passer_by",
        canthus_c=float(rng.uniform(37.0, 40.0)) if rng.random() < 0.12 else None,
        came_from_c=float(rng.uniform(-8.0, 14.0)) if rng.random() < wish.from_outside else None,
        inside_for_s=float(rng.uniform(0.0, 240.0)),
        sun_k=warmed_k,
        child=child,
        height_m=float(np.clip(y + 0.12, 0.65, 2.25)),
        wears=tuple(wears),
        holds=bool(rng.random() < 0.2),
        wheelchair=bool(rng.random() < 0.04),
        start=(x, z),
        steps=(schema.Step(stand_s=1.0),),
    )
    speed = float(rng.uniform(0.4, 1.4)) if moving else 0.0
    pose = Pose(
        x_m=x,
        z_m=z,
        lift_m=0.0,
        sway_m=0.0,
        vx_m_s=speed * float(np.sin(np.radians(heading))),
        vz_m_s=-speed * float(np.cos(np.radians(heading))),
        heading_deg=heading,
        yaw_deg=yaw,
        pitch_deg=float(np.clip(rng.normal(2.0, 9.0), -30.0, 32.0)),
        roll_deg=float(np.clip(rng.normal(0.0, 6.0), -25.0, 25.0)),
        stride=float(rng.random()),
    )
    return person, pose


def _camera(
    model: schema.Model, wish: Wish, *, portrait: bool, rng: np.random.Generator
) -> schema.Camera:
    return schema.Camera(
        model=model,
        portrait=portrait,
        offset_k=float(rng.normal(0.0, 1.2)),
        ffc_age_s=float(rng.uniform(0.0, 300.0)),
        ffc_jump_k=float(rng.uniform(0.6, 1.4)),
        softness_px=float(0.32 + 0.5 * rng.random() ** 2),
        noise=float(rng.uniform(*wish.noise)),
    )


def _room(optics: Optics, wish: Wish, rng: np.random.Generator) -> schema.Room:
    ambient = float(rng.uniform(*wish.ambient_c))
    items = [_item(optics, ambient, rng) for _ in range(int(rng.integers(0, wish.items + 1)))]
    return schema.Room(
        ambient_c=ambient,
        relative_humidity=float(rng.uniform(0.2, 0.7)),
        reflected_c=ambient + float(rng.normal(0.0, 2.0)),
        items=tuple(items),
    )


def _item(optics: Optics, ambient: float, rng: np.random.Generator) -> schema.Item:
    kinds: list[schema.Kind] = [
        "radiator",
        "window",
        "door",
        "lamp",
        "lamp",
        "hot_drink",
        "hot_drink",
        "sun_patch",
        "dog",
    ]
    kind = kinds[int(rng.integers(0, len(kinds)))]
    z = float(rng.uniform(0.8, 4.5))
    reach_x, reach_y = (s / 2.0 / optics.focal_px * z for s in (optics.width, optics.height))
    sizes = {
        "radiator": ((0.4, 1.2), (0.3, 0.8)),
        "window": ((0.5, 1.5), (0.6, 1.5)),
        "door": ((0.7, 1.1), (1.6, 2.1)),
        "lamp": ((0.08, 0.4), (0.05, 0.2)),
        "hot_drink": ((0.07, 0.11), (0.09, 0.16)),
        "sun_patch": ((0.3, 1.2), (0.3, 1.2)),
        "dog": ((0.5, 0.9), (0.4, 0.7)),
    }[kind]
    warm = {
        "radiator": (8.0, 35.0),
        "window": (-14.0, 8.0),
        "door": (-4.0, 4.0),
        "lamp": (6.0, 40.0),
        "hot_drink": (10.0, 40.0),
        "sun_patch": (3.0, 15.0),
        "dog": (6.0, 13.0),
    }[kind]
    return schema.Item(
        kind=kind,
        at=(
            float(rng.uniform(-1.0, 1.0)) * reach_x,
            optics.height_m + float(rng.uniform(-1.0, 1.0)) * reach_y,
            z,
        ),
        size=(float(rng.uniform(*sizes[0])), float(rng.uniform(*sizes[1]))),
        temp_c=ambient + float(rng.uniform(*warm)),
    )


def _references(
    optics: Optics, wish: Wish, rng: np.random.Generator
) -> tuple[schema.Reference, ...]:
    out = []
    scale = max(optics.width, optics.height) / 160.0
    for _ in range(int(rng.choice(3, p=wish.references))):
        z = float(rng.uniform(0.5, 1.6))
        u, v = float(rng.uniform(0.03, 0.97)), float(rng.uniform(0.05, 0.97))
        out.append(
            schema.Reference(
                temp_c=float(rng.uniform(*wish.reference_c)),
                at=(
                    (u - 0.5) * optics.width / optics.focal_px * z,
                    optics.height_m - (v - 0.5) * optics.height / optics.focal_px * z,
                    z,
                ),
                size_m=2.0 * float(rng.uniform(*wish.reference_px)) * scale * z / optics.focal_px,
                square=bool(rng.random() < 0.3),
                housing=bool(rng.random() < 0.7),
            )
        )
    return tuple(out)
