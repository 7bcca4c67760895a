"""The settings at the station's door: validated field by field, on the page and in the file."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args, get_origin

import annotated_types as limits
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from screening.settings import (
    MAX_RESIDUAL_C,
    Decision,
    Limits,
    Reference,
    Scene,
    Settings,
    Site,
    Uniformity,
)
from service.ipc.capacity import Bits, Decimals


class Language(StrEnum):
    """Languages of the screens."""

    EN = "en"
    FR = "fr"
    DE = "de"
    NL = "nl"


class SettingsError(Exception):
    """The settings cannot be read or saved. The sentence says what to do."""


def _tenths(value: float) -> float:
    tenth = round(value, 1)
    if abs(value - tenth) > 1e-9:
        raise ValueError("must be a multiple of 0.1")
    return tenth


# Numbers are kept to the decimals that mean something: no more can be said with them.
_Hundredths = AfterValidator(Decimals(2))
_Thousandths = AfterValidator(Decimals(3))
Celsius = Annotated[float, Field(ge=-20.0, le=60.0), _Hundredths]
Fraction = Annotated[float, Field(ge=0.0, le=1.0), _Thousandths]
# a lens that reads two degrees lower at the edge than in the middle is none to screen with
ShapeCelsius = Annotated[float, Field(ge=-2.0, le=2.0), _Thousandths]
Metres = Annotated[float, Field(ge=0.1, le=10.0), _Hundredths]
Pixels = Annotated[float, Field(ge=0.0, le=4096.0), AfterValidator(Decimals(1))]


# The screener's own defaults are the door's: there is one place to change them.
_SCENE, _REFERENCE, _LIMITS, _DECISION = Scene(), Reference(), Limits(), Decision()


class _Door(BaseModel):
    """Nothing unknown, nothing infinite, nothing changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SceneSettings(_Door):
    """Surroundings; see `screening.settings.Scene`."""

    emissivity: Annotated[float, Field(ge=0.90, le=1.0), _Thousandths] = _SCENE.emissivity
    reflected_temp_c: Celsius = _SCENE.reflected_temp_c
    ambient_temp_c: Celsius = _SCENE.ambient_temp_c
    relative_humidity: Fraction = _SCENE.relative_humidity
    distance_m: Annotated[float, Field(ge=0.2, le=10.0), _Hundredths] = _SCENE.distance_m
    window_transmission: Annotated[float, Field(ge=0.5, le=1.0), _Thousandths] = (
        _SCENE.window_transmission
    )
    window_temp_c: Celsius = _SCENE.window_temp_c


class ReferenceSettings(_Door):
    """A reference in view; see `screening.settings.Reference`."""

    temp_c: Annotated[float, Field(ge=30.0, le=42.0), _Thousandths] = _REFERENCE.temp_c
    emissivity: Annotated[float, Field(ge=0.90, le=1.0), _Thousandths] = _REFERENCE.emissivity
    expanded_uncertainty_c: Annotated[float, Field(ge=0.01, le=1.0), _Thousandths] = (
        _REFERENCE.expanded_uncertainty_c
    )
    mark: (
        tuple[
            Pixels,
            Pixels,
        ]
        | None
    ) = _REFERENCE.mark
    distance_m: Annotated[float, Field(ge=0.2, le=10.0), _Hundredths] | None = _REFERENCE.distance_m


class LimitSettings(_Door):
    """Where the station measures; see `screening.settings.Limits`."""

    ambient_c: tuple[Celsius, Celsius] = _LIMITS.ambient_c
    relative_humidity: tuple[Fraction, Fraction] = _LIMITS.relative_humidity
    warm_up_s: Annotated[float, Field(ge=0.0, le=7200.0), _Hundredths] = _LIMITS.warm_up_s
    plausible_skin_c: Annotated[float, Field(ge=30.0, le=36.0), _Hundredths] = (
        _LIMITS.plausible_skin_c
    )
    zone_m: tuple[Metres, Metres] = _LIMITS.zone_m
    ffc_settle_s: Annotated[float, Field(ge=1.0, le=120.0), _Hundredths] = _LIMITS.ffc_settle_s

    @model_validator(mode="after")
    def _ordered(self) -> "LimitSettings":
        for name in ("ambient_c", "relative_humidity", "zone_m"):
            low, high = getattr(self, name)
            if low >= high:
                raise ValueError(f"{name}: the lower limit must be below the upper one")
        return self


class UniformitySettings(_Door):
    """The learnt non-uniformity; see `screening.settings.Uniformity`.

    Attributes
    ----------
    learnt_on
        Day, UTC.
    sensor_sha256
        Which sensor has it (`service.supervisor.non_uniformity.fingerprint`): it holds for
        no other.
    """

    x_c: ShapeCelsius
    y_c: ShapeCelsius
    xx_c: ShapeCelsius
    yy_c: ShapeCelsius
    xy_c: ShapeCelsius
    residual_c: Annotated[float, Field(ge=0.0, le=MAX_RESIDUAL_C), _Thousandths]
    learnt_on: date
    sensor_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$"), Bits(256)]

    def plain(self) -> Uniformity:
        """Return the plain object that the screener trusts."""
        return Uniformity(**self.model_dump(exclude={"learnt_on", "sensor_sha256"}))


class DecisionSettings(_Door):
    """When a visitor is elevated; see `screening.settings.Decision`."""

    site: Site = _DECISION.site
    threshold_c: Annotated[float, Field(ge=34.0, le=39.0), AfterValidator(_tenths), Decimals(1)] = (
        _DECISION.threshold_c
    )
    guard_k: Annotated[float, Field(ge=0.0, le=3.0), _Hundredths] = _DECISION.guard_k
    relative: bool = _DECISION.relative


_Section = TypeVar("_Section", bound=_Door)


def _through_door(section: type[_Section], plain: object) -> _Section:
    """Return what of a plain object an admin may set; the rest is the screener's own affair."""
    return section.model_validate({name: getattr(plain, name) for name in section.model_fields})


class StationSettings(_Door):
    """All that an admin sets, as it comes through the door and as it is saved.

    `uniformity` is null until the non-uniformity has been learnt.
    """

    scene: SceneSettings = SceneSettings()
    references: Annotated[tuple[ReferenceSettings, ...], Field(max_length=2)] = (
        ReferenceSettings(),
    )
    limits: LimitSettings = LimitSettings()
    decision: DecisionSettings = DecisionSettings()
    uniformity: UniformitySettings | None = None

    @classmethod
    def of(cls, settings: Settings) -> "StationSettings":
        """Return plain settings as they would come through the door, nothing learnt."""
        return cls(
            scene=_through_door(SceneSettings, settings.scene),
            references=tuple(_through_door(ReferenceSettings, one) for one in settings.references),
            limits=_through_door(LimitSettings, settings.limits),
            decision=_through_door(DecisionSettings, settings.decision),
        )

    def plain(self) -> Settings:
        """Return the plain object that the screener trusts."""
        return Settings(
            scene=Scene(**self.scene.model_dump()),
            references=tuple(Reference(**one.model_dump()) for one in self.references),
            limits=Limits(**self.limits.model_dump()),
            uniformity=None if self.uniformity is None else self.uniformity.plain(),
            decision=Decision(**self.decision.model_dump()),
        )


def ranges(kind: Any, path: str = "") -> dict[str, tuple[float, float]]:
    """Return the lowest and highest value of every number, by its path without places in lists.

    Examples
    --------
    >>> ranges(StationSettings)["decision.threshold_c"]
    (34.0, 39.0)
    >>> ranges(StationSettings)["references.temp_c"]
    (30.0, 42.0)
    """
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        found: dict[str, tuple[float, float]] = {}
        for name, one in kind.model_fields.items():
            below = f"{path}.{name}".lstrip(".")
            found |= _bounds(below, one.metadata) or ranges(one.annotation, below)
        return found
    if get_origin(kind) is Annotated:
        inner, *metadata = get_args(kind)
        return _bounds(path, metadata) or ranges(inner, path)
    return {at: low for one in get_args(kind) for at, low in ranges(one, path).items()}


def _bounds(path: str, metadata: Sequence[Any]) -> dict[str, tuple[float, float]]:
    parts = [one for part in metadata for one in getattr(part, "metadata", (part,))]
    lows: list[Any] = [one.ge for one in parts if isinstance(one, limits.Ge)]
    highs: list[Any] = [one.le for one in parts if isinstance(one, limits.Le)]
    return {path: (float(lows[0]), float(highs[0]))} if lows and highs else {}


def field_errors(error: ValidationError) -> dict[str, str]:
    """Return one sentence per field that a validation did not let through.

    Parameters
    ----------
    error
        What pydantic raised.

    Returns
    -------
    dict
        Field as a dotted path (`references.0.temp_c`) to the sentence.
    """
    return {
        ".".join(str(part) for part in one["loc"]): one["msg"].removeprefix("Value error, ")
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    }
