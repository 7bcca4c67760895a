"""What a site chooses of the visitor's window, in its configuration."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from service.ipc.settings import Language


class VisitorWindow(BaseModel):
    """What a site may choose of the window.

    Attributes
    ----------
    welcome
        Its own words while nobody stands there; empty: the station's, in each language.
    languages
        In which the words are, one below the other; empty: the station's alone.
    mirror
        Whether visitors see the thermal view of themselves, mirrored, without a number.
    verdict
        Whether *you may pass* and *please see the guard* are told in view of others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    welcome: Annotated[str, Field(max_length=120)] = ""
    languages: Annotated[tuple[Language, ...], Field(max_length=4)] = ()
    mirror: bool = False
    verdict: bool = False


AS_IT_COMES: Final = VisitorWindow()
