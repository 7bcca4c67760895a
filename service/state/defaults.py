"""What is in force until an admin saves settings."""

from device.drivers import SIMULATED
from device.simulator.scenario.schema import Scenario, load
from screening.settings import Decision, Limits, Reference, Scene, Settings
from service.ipc.settings import DecisionSettings, LimitSettings, StationSettings

# At the inner canthus, oral 38.0 deg C, 2 % false alarms: 36.28 to 36.40 over two cameras and three
# rounds of doi 10.13026/3bhc-9065, by `limen threshold fit`; the highest of them.
CLINICAL_THRESHOLD_C = 36.4


def default_settings(sensor: str, scenario: str) -> StationSettings:
    """Return what is in force until an admin saves settings.

    A simulated entrance is known, so it is set as its admin would; a real sensor has to warm up,
    and starts with the threshold that clinical data give (decision 0005).
    """
    if sensor == SIMULATED:
        return StationSettings.of(settings_for(load(scenario)))
    return sensor_defaults()


def sensor_defaults() -> StationSettings:
    """Return what is in force with a real sensor until an admin saves settings."""
    return StationSettings(
        limits=LimitSettings(warm_up_s=1800.0),
        decision=DecisionSettings(threshold_c=CLINICAL_THRESHOLD_C),
    )


def settings_for(scenario: Scenario) -> Settings:
    """Return settings that tell the screener what a careful admin of the scenario knows.

    That is the set point of each reference (not what its surface does), the room's climate, how
    far away people stand, and what the scenario says that the admin has chosen.
    """
    room, station = scenario.room, scenario.station
    return Settings(
        scene=Scene(
            reflected_temp_c=room.mirrored_c,
            ambient_temp_c=room.ambient_c,
            relative_humidity=room.relative_humidity,
        ),
        references=tuple(
            Reference(
                temp_c=reference.temp_c,
                emissivity=reference.emissivity,
                distance_m=reference.at[2],
            )
            for reference in scenario.references
            if not reference.brought
        ),
        limits=Limits(warm_up_s=station.warm_up_s),
        decision=Decision(relative=station.relative),
    )
