"""The vocabulary of the audit trail: what can be written there, and nothing else.

Every event is a word with typed fields: numbers, members of closed lists, short keys. There is no
field for text, and no event about a visitor: who was screened, when, and with what result is
nowhere (see `service.state.counters` for what is counted).
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from screening.result import Reason

# A name from our own files (a scenario, a dossier, a setting), never a sentence.
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,47}$")]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
Version = Annotated[str, Field(pattern=r"^[0-9][0-9a-z.+-]{0,31}$")]
Process = Literal["worker", "web"]
Value = bool | int | float | Key | None


@dataclass(frozen=True, slots=True)
class TrailStarted:
    """The first entry. `previous` is the head of the trail that this one follows, if any."""

    public_key: Hex
    previous: Hex | None = None
    kind: Literal["trail_started"] = "trail_started"


@dataclass(frozen=True, slots=True)
class TrailMended:
    """An entry that was being written when the power failed was cut off."""

    bytes_cut: int
    kind: Literal["trail_mended"] = "trail_mended"


@dataclass(frozen=True, slots=True)
class StationStarted:
    """The station was started."""

    version: Version
    sensor: Key
    unsandboxed: bool
    kind: Literal["station_started"] = "station_started"


@dataclass(frozen=True, slots=True)
class StationStopped:
    """The station was stopped on purpose."""

    kind: Literal["station_stopped"] = "station_stopped"


@dataclass(frozen=True, slots=True)
class SensorOpened:
    """A worker has opened its sensor. The serial number is written as a digest.

    `dossier_sha256` changes with the dossier; None when the register has none of that name.
    """

    dossier: Key
    dossier_sha256: Hex | None
    serial_sha256: Hex
    simulated: bool
    kind: Literal["sensor_opened"] = "sensor_opened"


@dataclass(frozen=True, slots=True)
class ProcessLocked:
    """A process was locked and every attack on its lock was denied."""

    process: Process
    landlock_abi: int
    filter_sha256: Hex
    attacks: int
    memory_locked: bool
    kind: Literal["process_locked"] = "process_locked"


@dataclass(frozen=True, slots=True)
class ProcessNotLocked:
    """A process runs without its lock (`--allow-unsandboxed`, simulated sensor only)."""

    process: Process
    kind: Literal["process_not_locked"] = "process_not_locked"


@dataclass(frozen=True, slots=True)
class ProcessLost:
    """A process ended that should not have; `reason` is what the screen said."""

    process: Process
    reason: Reason
    kind: Literal["process_lost"] = "process_lost"


@dataclass(frozen=True, slots=True)
class ScreenFrozen:
    """Screens are connected but no longer paint."""

    screens: int
    kind: Literal["screen_frozen"] = "screen_frozen"


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """An admin changed one setting (threshold, site, calibration, limits)."""

    setting: Key
    before: Value
    after: Value
    kind: Literal["setting_changed"] = "setting_changed"


@dataclass(frozen=True, slots=True)
class ScenarioChosen:
    """Another scenario of the simulated sensor was chosen."""

    scenario: Key
    kind: Literal["scenario_chosen"] = "scenario_chosen"


@dataclass(frozen=True, slots=True)
class SensorEnrolled:
    """A sensor was enrolled at this station. Its serial number is written as a digest."""

    dossier: Key
    serial_sha256: Hex
    descriptors_sha256: Hex
    kind: Literal["sensor_enrolled"] = "sensor_enrolled"


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """The admin's password was set."""

    kind: Literal["password_set"] = "password_set"


@dataclass(frozen=True, slots=True)
class LoginTried:
    """Somebody gave the admin's password, or not."""

    granted: bool
    kind: Literal["login_tried"] = "login_tried"


@dataclass(frozen=True, slots=True)
class AttestationIssued:
    """A privacy attestation was signed."""

    sha256: Hex
    kind: Literal["attestation_issued"] = "attestation_issued"


@dataclass(frozen=True, slots=True)
class EntriesWithheld:
    """The same thing happened so often that further entries were only counted."""

    event: Key
    times: int
    kind: Literal["entries_withheld"] = "entries_withheld"


Event = (
    TrailStarted
    | TrailMended
    | StationStarted
    | StationStopped
    | SensorOpened
    | ProcessLocked
    | ProcessNotLocked
    | ProcessLost
    | ScreenFrozen
    | SettingChanged
    | ScenarioChosen
    | SensorEnrolled
    | PasswordSet
    | LoginTried
    | AttestationIssued
    | EntriesWithheld
)

EVENT: TypeAdapter[Any] = TypeAdapter(
    Annotated[Event, Field(discriminator="kind")], config=ConfigDict(strict=True)
)
