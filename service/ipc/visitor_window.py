"""What a site chooses of the visitor's window: in its configuration, and on the admin's console."""

import math
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.ipc.capacity import Bits
from service.ipc.settings import Language

LONGEST: Final = 80
# Letters and signs of the four languages and their neighbours: nothing that turns a line around.
_SIGNS: Final = 95 + 224 + 16 + 2
Line = Annotated[
    str,
    Field(max_length=LONGEST, pattern="^[ -~\u00a0-\u017f\u2010-\u201f\u2026\u20ac]*$"),
    Bits(LONGEST * math.log2(_SIGNS + 1)),
]


class VisitorWindow(BaseModel):
    """What a site may choose of the window.

    Attributes
    ----------
    languages
        In which the words are, one below the other; empty: the station's alone.
    mirror
        Whether visitors see the thermal view of themselves, mirrored, without a number.
    verdict
        Whether *you may pass* and *please see the guard* are told in view of others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    languages: Annotated[tuple[Language, ...], Field(max_length=4)] = ()
    mirror: bool = False
    verdict: bool = False


class Welcome(BaseModel):
    """The site's own words while nobody stands there, by language; empty: the station's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    en: Line = ""
    fr: Line = ""
    de: Line = ""
    nl: Line = ""


@dataclass(frozen=True, slots=True)
class Welcoming:
    """The words of welcome in force, for the web process."""

    welcome: Welcome
    kind: Literal["welcoming"] = "welcoming"


AS_IT_COMES: Final = VisitorWindow()
