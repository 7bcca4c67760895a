"""Opening the sensor that the station was told to use; each driver is imported only then."""

from device.errors import SensorNotFound
from device.sensor import Sensor
from service.ipc.settings import DecisionSettings, LimitSettings, StationSettings
from service.supervisor.config import SensorKind
from service.supervisor.vetting import Vet

# At the inner canthus, oral 38.0 deg C, 2 % false alarms: 36.28 to 36.40 over two cameras and three
# rounds of doi 10.13026/3bhc-9065, by `limen threshold fit`; the highest of them.
CLINICAL_THRESHOLD_C = 36.4


def open_sensor(kind: str, *, port: str | None, scenario: str, vet: Vet) -> Sensor:
    """Open a sensor.

    Parameters
    ----------
    kind
        One of `SensorKind`.
    port
        Where it is plugged in; None finds it.
    scenario
        What a simulated one shows.
    vet
        Asked, before anything is changed in a camera, whether it may be used.

    Raises
    ------
    SensorError
        When it is not there, is not vetted, or sends no temperatures.
    """
    if kind == SensorKind.SIMULATED:
        from device.simulator import open_simulated  # noqa: PLC0415 - only where it is wanted

        return open_simulated(scenario)
    if kind == SensorKind.BOSON:
        from device.boson.opening import open_boson  # noqa: PLC0415

        return open_boson(port, vet=vet)
    if kind == SensorKind.LEPTON:
        from device.lepton import open_lepton  # noqa: PLC0415

        return open_lepton(port, vet=vet)
    if kind == SensorKind.EVO_THERMAL:
        from device.evo_thermal import open_evo_thermal  # noqa: PLC0415

        return open_evo_thermal(port, vet=vet)
    raise SensorNotFound(f"there is no driver for a sensor called {kind!r}.")


def default_settings(kind: SensorKind, scenario: str) -> StationSettings:
    """Return what is in force until an admin saves settings.

    A simulated entrance is known, so it is set as its admin would; a real sensor has to warm up,
    and starts with the threshold that clinical data give (decision 0005).
    """
    if kind is not SensorKind.SIMULATED:
        return StationSettings(
            limits=LimitSettings(warm_up_s=1800.0),
            decision=DecisionSettings(threshold_c=CLINICAL_THRESHOLD_C),
        )
    from device.simulator.scenario.schema import load  # noqa: PLC0415 - only where it is wanted
    from service.state.scenario_settings import settings_for  # noqa: PLC0415

    return StationSettings.of(settings_for(load(scenario)))


def scenario_names() -> tuple[str, ...]:
    """Return what a simulated sensor can show."""
    from device.simulator import scenario_names as names  # noqa: PLC0415 - only where it is wanted

    return names()
