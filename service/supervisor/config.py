"""How the station is started: a TOML file, overruled by the command line, validated at the door."""

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from device import drivers
from service.ipc.settings import Language, field_errors
from service.ipc.visitor_window import VisitorWindow
from service.state.errors import StationError


def _known_sensor(name: str) -> str:
    if name not in drivers.NAMES:
        raise ValueError(f"there is {', '.join(drivers.NAMES)}")
    return name


SensorName = Annotated[
    str,
    AfterValidator(_known_sensor),
    Field(json_schema_extra={"enum": list(drivers.NAMES)}),
]


class StationConfig(BaseModel):
    """Everything the station needs to know before it starts.

    Attributes
    ----------
    sensor
        Which kind of sensor is opened.
    sensor_port
        Where it is plugged in: a USB port (`1-2`) or a node (`/dev/ttyACM0`); None finds it.
    calibrator
        Serial port of a Fluke 9132 or 9133 that the station may set in a sweep (`/dev/ttyUSB0`);
        None: sources are set by hand.
    scenario
        What the simulated sensor shows: a scenario's name, or one's own in a TOML file.
    port
        TCP port on 127.0.0.1; 0 takes a free one.
    state
        Folder for settings, counters and the audit trail.
    hardware_register
        Folder of the institution's own register of hardware; None when there is none.
    name
        What the entrance is called, on screen.
    visitor
        What the visitor's window shows (`service.ipc.visitor_window`).
    language
        What a screen starts with.
    allow_unsandboxed
        Run the simulated sensor in a process that is not locked, where this computer cannot lock
        one; the screen says so.
    show_output
        Pass on what the worker and the web process print; with the simulated sensor only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sensor: SensorName = drivers.SIMULATED
    sensor_port: Annotated[str, Field(max_length=200)] | None = None
    calibrator: Path | None = None
    scenario: Annotated[str, Field(max_length=4096)] = "a-morning-at-the-door"
    port: Annotated[int, Field(ge=0, le=65535)] = 8630
    state: Path = Path("state")
    hardware_register: Path | None = None
    name: Annotated[str, Field(max_length=40)] = ""
    visitor: VisitorWindow = VisitorWindow()
    language: Language = Language.EN
    allow_unsandboxed: bool = False
    show_output: bool = False

    @property
    def simulated(self) -> bool:
        """Whether the sensor is no physical camera."""
        return self.sensor == drivers.SIMULATED


def load_config(path: Path | None, **overrides: Any) -> StationConfig:
    """Return the configuration from a TOML file, with what the command line says on top.

    Raises
    ------
    StationError
        When the file cannot be read, or a value is not what it should be.
    """
    values: dict[str, Any] = {}
    if path is not None:
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise StationError(
                f"The configuration {path} cannot be read ({error.strerror})."
            ) from error
        except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
            raise StationError(f"The configuration {path} is no TOML: {error}.") from error
    values |= {name: value for name, value in overrides.items() if value is not None}
    try:
        config = StationConfig.model_validate(values)
    except ValidationError as error:
        wrong = "; ".join(f"{name}: {why}" for name, why in field_errors(error).items())
        where = f"The configuration {path}" if path is not None else "The command line"
        raise StationError(f"{where} is not right: {wrong}.") from error
    if config.allow_unsandboxed and not config.simulated:
        raise StationError(
            f"--allow-unsandboxed is only for the simulated sensor; a real one ({config.sensor}) "
            "shows people, and its process must be locked."
        )
    if config.show_output and not config.simulated:
        raise StationError(
            f"--show-output is only for the simulated sensor; what a process prints that sees a "
            f"real one ({config.sensor}) goes nowhere."
        )
    return config
