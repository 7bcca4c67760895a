"""What the supervisor tells the worker: all that the worker can hear."""

from dataclasses import dataclass
from typing import Literal

from screening.settings import Settings
from service.ipc.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Admitted:
    """The sensor that was opened may be set up and screened with."""

    kind: Literal["admitted"] = "admitted"


@dataclass(frozen=True, slots=True)
class Configure:
    """Screen with these settings from the next frame on."""

    settings: Settings
    kind: Literal["configure"] = "configure"


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether any screen watches: only then is the picture written; otherwise it is zeroed."""

    on: bool
    kind: Literal["watch"] = "watch"


@dataclass(frozen=True, slots=True)
class RequestFfc:
    """Ask the sensor for a flat-field correction."""

    kind: Literal["request_ffc"] = "request_ffc"


@dataclass(frozen=True, slots=True)
class LearnNonUniformity:
    """Learn the non-uniformity: an even plate is before the lens."""

    kind: Literal["learn_non_uniformity"] = "learn_non_uniformity"


@dataclass(frozen=True, slots=True)
class Look:
    """Tell every second what is read at a place, for an acceptance.

    Attributes
    ----------
    number
        1 to 15; comes back with every answer.
    at
        Upright pixel; None: the reference again.
    emissivity
        Of the surface there.
    """

    number: int
    at: tuple[float, float] | None
    emissivity: float
    kind: Literal["look"] = "look"


@dataclass(frozen=True, slots=True)
class Stop:
    """Close the sensor and end."""

    kind: Literal["stop"] = "stop"


ToWorker = Admitted | Configure | Watch | RequestFfc | LearnNonUniformity | Look | Stop
ORDERS = Vocabulary(ToWorker)
