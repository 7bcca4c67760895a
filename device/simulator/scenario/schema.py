"""What a scenario file may say: who comes, when and how, in what room, and what fails.

Lengths in metres, temperatures in deg C, angles in degrees, times in seconds from the start unless
a name says otherwise. The camera stands at x = 0, z = 0 and looks along +z; x grows to the right
of the picture, y is height above the floor.
"""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from device.errors import SensorError

Point = tuple[float, float]  # x, z on the floor
Seconds = Annotated[float, Field(ge=0.0)]
Model = Literal["boson-plus-640", "boson-plus-320", "lepton-3.5"]
Wears = Literal[
    "glasses", "cap", "fringe", "long_hair", "bald", "beard", "scarf", "mask",
    "hood", "turban", "veil", "cup", "phone",
]  # fmt: skip
Kind = Literal["radiator", "window", "door", "lamp", "hot_drink", "sun_patch", "dog"]


class ScenarioError(SensorError):
    """A scenario does not exist or says something that makes no sense."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Camera(_Table):
    """Which camera looks, how it is mounted, and what is wrong with it.

    Attributes
    ----------
    portrait
        Mounted on its side: the upright image is higher than wide.
    powered_for_s
        How long it has been on when the scenario starts: a cold camera drifts.
    offset_k
        Its absolute error at the start, common to the frame.
    gain
        Its slope: 1.01 shows a difference against the room 1 % too large.
    ffc_age_s
        How long ago its last flat-field correction ended at the start.
    ffc_at_s, ffc_every_s
        When it does one by itself.
    ffc_jump_k, ffc_settle_s
        Apparent jump after one and the time constant with which it fades.
    softness_px
        Standard deviation of the optics' blur.
    fall_off_k
        By how much it reads too high over the picture: the coefficients of u, v, u^2, v^2 and u v,
        which run from -1 to 1 over the width and the height. No FFC takes it away.
    narcissus_k_per_h
        By how much more in each hour it reads in the middle of the picture: the lens mirrors the
        detector, which warms up, onto itself. The reference at the edge knows nothing of it.
    lag_s
        Time constant with which it follows the scene, beyond that of its pixels.
    noise
        Temporal noise as a multiple of the data sheet's.
    fails, fails_at_s
        A camera that breaks: unplugged, silent, no longer radiometric, or its picture stands still.
    time_lapse
        How many times faster its own temperature, drift and wander go than the film.
    fault
        A camera that lies: it pulls skin towards normal, clips, or has a wrong emissivity set.
    """

    model: Model = "boson-plus-640"
    portrait: bool = False
    height_m: float = Field(default=1.58, gt=0.2, lt=3.0)
    tilt_deg: float = Field(default=0.0, ge=-30.0, le=30.0)
    frame_rate_hz: float | None = Field(default=None, gt=0.5, le=60.0)
    powered_for_s: Seconds = 7200.0
    offset_k: float = 0.4
    gain: float = Field(default=1.0, gt=0.8, lt=1.2)
    ffc_age_s: Seconds = 150.0
    ffc_at_s: tuple[Seconds, ...] = ()
    ffc_every_s: Annotated[float, Field(gt=5.0)] | None = None
    ffc_jump_k: float = 1.0
    ffc_settle_s: float = Field(default=24.0, gt=0.1)
    softness_px: float = Field(default=0.5, ge=0.3, le=2.0)
    fall_off_k: tuple[float, float, float, float, float] = (0.05, 0.0, -0.20, -0.20, 0.0)
    narcissus_k_per_h: float = Field(default=0.0, ge=-10.0, le=10.0)
    lag_s: float = Field(default=0.0, ge=0.0, le=60.0)
    noise: float = Field(default=1.0, ge=0.0, le=10.0)
    fails: Literal["never", "lost", "stalled", "not_radiometric", "stands_still"] = "never"
    fails_at_s: Seconds = 0.0
    time_lapse: float = Field(default=1.0, ge=1.0, le=100.0)
    fault: Literal["none", "normalises", "clips", "wrong_emissivity"] = "none"


class Item(_Table):
    """A thing in the room that is warmer or cooler than the walls.

    Attributes
    ----------
    at
        x, y, z of its centre.
    size
        Width and height.
    walk_to
        Where a dog walks to, and back from; other things stand still.
    """

    kind: Kind
    at: tuple[float, float, float]
    size: tuple[float, float] = (0.5, 0.5)
    temp_c: float
    walk_to: Point | None = None

    @model_validator(mode="after")
    def _only_dogs_walk(self) -> "Item":
        if self.walk_to is not None and self.kind != "dog":
            raise ValueError(f"a {self.kind} does not walk: leave walk_to out")
        if self.walk_to == (self.at[0], self.at[2]):
            raise ValueError("walk_to is where the dog stands: give another place, or leave it out")
        return self


class Room(_Table):
    """The surroundings: air, walls and what stands before them."""

    ambient_c: float = Field(default=22.0, ge=-20.0, le=50.0)
    relative_humidity: float = Field(default=0.5, ge=0.0, le=1.0)
    reflected_c: float | None = None  # what skin mirrors; the walls when not said
    depth_m: float = Field(default=5.0, gt=1.0)  # where the back wall is
    items: tuple[Item, ...] = ()

    @property
    def mirrored_c(self) -> float:
        """Temperature that surfaces in the room reflect."""
        return self.ambient_c if self.reflected_c is None else self.reflected_c


class Reference(_Table):
    """A blackbody in view, and what goes wrong with it.

    Attributes
    ----------
    brought
        An adjustable source that an admin brings: the station's settings know nothing of it.
    set_at
        When it is at another temperature: seconds, deg C. The film leaves its settling out.
    carried_to
        When it is at another place: seconds, x, y, z.
    """

    temp_c: float = 36.0
    emissivity: float = Field(default=0.97, gt=0.5, le=1.0)
    at: tuple[float, float, float] = (-0.26, 1.74, 1.2)
    size_m: float = Field(default=0.06, gt=0.005)
    stability_k: float = 0.02  # slow wander of its surface, standard deviation
    uniformity_k: float = 0.05  # centre to rim
    square: bool = False  # a plate, not a disc
    housing: bool = True  # a box around it, a little warmer than the room
    on_for_s: Seconds = 7200.0  # at the start
    heater_fails_at_s: Seconds | None = None
    drift_k_per_min: float = 0.0
    drifts_from_s: Seconds = 0.0
    knocked_at_s: Seconds | None = None
    knocked_by: tuple[float, float] = (0.12, -0.05)  # x, y
    removed_at_s: Seconds | None = None
    brought: bool = False
    set_at: tuple[tuple[Seconds, float], ...] = Field(default=(), max_length=60)
    carried_to: tuple[tuple[Seconds, float, float, float], ...] = Field(default=(), max_length=20)


class Step(_Table):
    """One thing a person does: walk somewhere, or stand for a while.

    Attributes
    ----------
    look
        Where the head points: into the camera, where the body goes, or so many degrees to the
        person's left of the camera.
    nod_deg, shake_deg
        Amplitude of a nod or a shake of the head, about once a second.
    """

    walk_to: Point | None = None
    stand_s: Seconds | None = None
    speed_m_s: float = Field(default=1.2, gt=0.05, lt=4.0)
    look: Literal["camera", "ahead"] | float = "camera"
    pitch_deg: float = 0.0
    nod_deg: float = 0.0
    shake_deg: float = 0.0

    @model_validator(mode="after")
    def _one_thing(self) -> "Step":
        if (self.walk_to is None) == (self.stand_s is None):
            raise ValueError("a step either walks (walk_to) or stands (stand_s)")
        return self


class Person(_Table):
    """Somebody who comes, and what their skin is like.

    Attributes
    ----------
    canthus_c
        True temperature of the warmer inner canthus; drawn from the clinical spread when not said.
    left_right_k
        Left canthus minus right; drawn when not said.
    warmer_k
        By how much their whole skin is warmer than drawn, as a heated head in a laboratory is.
    hot_spot_k, hot_spot_mm
        Height and radius (one sigma) of the hot spot at their inner canthi; the height is drawn
        from the clinical spread when not said.
    sun_k
        By how much the sun has warmed forehead and cheek: of the side on the right of the picture,
        or, below zero, on its left. The corners of the eyes lie in the shade of the nose.
    came_from_c, outside_s
        Outdoor temperature they came from, and how long before they appear they came in.
    """

    role: Literal["visitor", "passer_by"] = "visitor"
    canthus_c: float | None = Field(default=None, ge=28.0, le=43.0)
    left_right_k: float | None = None
    warmer_k: float = 0.0
    hot_spot_k: float | None = Field(default=None, ge=0.0, le=6.0)
    hot_spot_mm: float = Field(default=3.4, gt=0.5, le=12.0)  # FWHM 8 mm
    came_from_c: float | None = None
    inside_for_s: Seconds = 0.0
    sweat: float = Field(default=0.0, ge=0.0, le=1.0)
    sun_k: float = Field(default=0.0, ge=-6.0, le=6.0)
    head: int | None = Field(default=None, ge=0)  # which of the head shapes
    child: bool = False
    wheelchair: bool = False
    height_m: float | None = Field(default=None, gt=0.6, lt=2.3)
    wears: tuple[Wears, ...] = ()
    holds: bool = False  # hands before the body, as with a phone or papers
    at_s: Seconds = 0.0
    start: Point
    steps: tuple[Step, ...] = Field(min_length=1)


class Station(_Table):
    """What the admin of this entrance has set, where it is not the default.

    Attributes
    ----------
    warm_up_s
        For how long after the start the station waits for its sensor.
    relative
        The alarm relative to the running population speaks beside the threshold.
    """

    warm_up_s: Seconds = 0.0
    relative: bool = False


class Scenario(_Table):
    """One film: a camera, a room, references and people.

    Attributes
    ----------
    title
        One line for people who choose a scenario.
    shows
        States and reasons that a good station shows during it (words of its closed vocabulary).
    """

    name: str = ""
    title: str
    shows: tuple[str, ...] = ()
    duration_s: float = Field(gt=0.0, le=3600.0)
    camera: Camera = Camera()
    room: Room = Room()
    station: Station = Station()
    references: tuple[Reference, ...] = Field(default=(Reference(),), max_length=2)
    people: tuple[Person, ...] = Field(default=(), max_length=40)


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that come with the simulator."""
    folder = resources.files("device.simulator.scenario") / "library"
    return tuple(sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if _is_toml(f.name)))


def load(name: str) -> Scenario:
    """Read one of the scenarios by its name, or one's own from a TOML file.

    Raises
    ------
    ScenarioError
        When there is none of that name, or the file says something that makes no sense.
    """
    own = Path(name)
    if own.suffix == ".toml" and own.is_file():
        return parse(own.read_text(encoding="utf-8"), own.stem)
    names = scenario_names()
    if name not in names:
        raise ScenarioError(
            f"There is no scenario {name!r}.",
            f"Name a TOML file, or choose one of: {', '.join(names)}.",
        )
    file = resources.files("device.simulator.scenario") / "library" / f"{name}.toml"
    return parse(file.read_text(encoding="utf-8"), name)


def parse(text: str, name: str) -> Scenario:
    """Read a scenario from TOML text, or say which entry is wrong and why."""
    try:
        return Scenario.model_validate(tomllib.loads(text) | {"name": name})
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'scenario'}: {fault['msg']}"
            for fault in error.errors()
        )
        raise ScenarioError(
            f"Scenario {name!r} makes no sense: {faults}.", "Correct these entries."
        ) from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
        raise ScenarioError(f"Scenario {name!r} is no TOML: {error}.", "Mend that line.") from error


def _is_toml(name: str) -> bool:
    return name.endswith(".toml")
