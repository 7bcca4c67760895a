"""The vocabulary of the audit trail: what can be written there, and nothing else.

Every event is a word with typed fields: bounded numbers, members of closed lists, short keys.
There is no field for text, and no event about a visitor: who was screened, when, and with what
result is nowhere (see `service.state.counters` for what is counted).

What cannot be said with these words is refused before it is written. What another version of
this project wrote with words of its own is read as `OtherEvent`: signed like any other entry.
"""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from screening.result import Reason

# A name from our own files (a scenario, a dossier, a setting), never a sentence.
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,47}$")]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
Version = Annotated[str, Field(pattern=r"^[0-9][0-9a-z.+-]{0,31}$")]
Process = Literal["worker", "web"]
Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
Whole = Annotated[int, Field(ge=-(10**6), le=10**6)]
Seconds = Annotated[int, Field(ge=-(10**12), le=10**12)]
RoleName = Literal["admin", "auditor"]
By = Literal["admin", "auditor", "machine"]
Value = bool | Whole | Number | Key | None


@dataclass(frozen=True, slots=True)
class TrailStarted:
    """The first entry. `previous` is the head of the trail that this one follows, if any."""

    public_key: Hex
    previous: Hex | None = None
    kind: Literal["trail_started"] = "trail_started"


@dataclass(frozen=True, slots=True)
class TrailMended:
    """An entry that was being written when the power failed was cut off."""

    bytes_cut: Count
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
    landlock_abi: Count
    filter_sha256: Hex
    attacks: Count
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
    """A screen is connected but no longer paints."""

    kind: Literal["screen_frozen"] = "screen_frozen"


@dataclass(frozen=True, slots=True)
class DutyNoted:
    """A guard noted something of a shift; `well` is how the trial at its beginning ended."""

    duty: Literal["begun", "opened", "paused", "closed", "trained", "ended"]
    well: bool
    kind: Literal["duty_noted"] = "duty_noted"


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """One setting was changed (threshold, site, calibration, limits).

    `by` is the role, never a name: the admin on the page, or whoever had the machine itself.
    """

    setting: Key
    before: Value
    after: Value
    by: By = "admin"
    kind: Literal["setting_changed"] = "setting_changed"


@dataclass(frozen=True, slots=True)
class WelcomeChanged:
    """An admin changed the words of welcome of the visitor's window; which is nowhere in here."""

    kind: Literal["welcome_changed"] = "welcome_changed"


@dataclass(frozen=True, slots=True)
class ScenarioChosen:
    """Another scenario of the simulated sensor was chosen."""

    scenario: Key
    kind: Literal["scenario_chosen"] = "scenario_chosen"


@dataclass(frozen=True, slots=True)
class SensorEnrolled:
    """An admin enrolled a sensor at this station. Its serial number is written as a digest.

    `enrolment_sha256` is the hash of the signed enrolment. Only the last one of a USB port counts:
    one that is not in the trail, or was replaced since, counts for nothing.
    """

    dossier: Key
    serial_sha256: Hex
    descriptors_sha256: Hex
    enrolment_sha256: Hex | None = None
    port: Key | None = None
    kind: Literal["sensor_enrolled"] = "sensor_enrolled"


@dataclass(frozen=True, slots=True)
class RegisterSeen:
    """The register that is in force: from now on an older one is refused."""

    index: int
    index_sha256: Hex
    trust: int
    trust_sha256: Hex
    kind: Literal["register_seen"] = "register_seen"


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """The password of a role was set: by the admin, its own holder, or on the machine."""

    role: RoleName = "admin"
    by: By = "machine"
    kind: Literal["password_set"] = "password_set"


@dataclass(frozen=True, slots=True)
class LoginTried:
    """Somebody gave the password of a role, or not."""

    granted: bool
    role: RoleName = "admin"
    kind: Literal["login_tried"] = "login_tried"


@dataclass(frozen=True, slots=True)
class BackupRestored:
    """Settings and register were brought back from a signed backup, on the machine."""

    sha256: Hex
    station_sha256: Hex
    kind: Literal["backup_restored"] = "backup_restored"


@dataclass(frozen=True, slots=True)
class AttestationIssued:
    """A privacy attestation was signed."""

    sha256: Hex
    kind: Literal["attestation_issued"] = "attestation_issued"


@dataclass(frozen=True, slots=True)
class AcceptanceRecorded:
    """Two people signed a verification record, and it came into force until a day (UTC)."""

    record_sha256: Hex
    conformity: Key
    until: Key
    kind: Literal["acceptance_recorded"] = "acceptance_recorded"


@dataclass(frozen=True, slots=True)
class AcceptanceEnded:
    """An admin ended the acceptance: something was moved or exchanged."""

    kind: Literal["acceptance_ended"] = "acceptance_ended"


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """The clock was set, or was wrong at the start: it is `by_s` ahead of what it was to be."""

    by_s: Seconds
    kind: Literal["clock_jumped"] = "clock_jumped"


@dataclass(frozen=True, slots=True)
class CountersDamaged:
    """The counters could not be understood; counting began anew."""

    kind: Literal["counters_damaged"] = "counters_damaged"


@dataclass(frozen=True, slots=True)
class EntriesWithheld:
    """The same thing happened so often that further entries were only counted."""

    event: Key
    times: Count
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
    | DutyNoted
    | SettingChanged
    | WelcomeChanged
    | ScenarioChosen
    | SensorEnrolled
    | RegisterSeen
    | PasswordSet
    | LoginTried
    | BackupRestored
    | AttestationIssued
    | AcceptanceRecorded
    | AcceptanceEnded
    | ClockJumped
    | CountersDamaged
    | EntriesWithheld
)


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """What another version wrote: carried, never written anew."""

    kind: str
    fields: dict[str, JsonValue]


class EventRefused(ValueError):
    """The vocabulary has no words for this. Nothing was written."""


EVENT: TypeAdapter[Any] = TypeAdapter(
    Annotated[Event, Field(discriminator="kind")], config=ConfigDict(strict=True)
)


def said(event: Event) -> dict[str, JsonValue]:
    """Return an event as it is written.

    Raises
    ------
    EventRefused
        When it says what the vocabulary has no words for.
    """
    try:
        # Through text: only what can be read back may be written.
        plain = json.dumps(EVENT.dump_python(event, mode="json", warnings=False))
        EVENT.validate_json(plain)
    except ValidationError as error:
        field = error.errors(include_input=False, include_url=False)[0]["loc"]
        raise EventRefused(f"A {event.kind} may not say that about {field}.") from None
    except (ValueError, TypeError, RecursionError):  # a number of thousands of digits
        raise EventRefused(f"A {event.kind} may not say that.") from None
    return dict(json.loads(plain))


def understood(fields: dict[str, JsonValue]) -> Event | OtherEvent:
    """Return the event that was written, whatever version wrote it."""
    try:
        event: Event = EVENT.validate_python(fields, strict=False)
    except ValidationError:
        rest = {name: value for name, value in fields.items() if name != "kind"}
        return OtherEvent(str(fields.get("kind", ""))[:48], rest)
    return event
