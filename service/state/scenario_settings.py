"""What a careful admin would set for the room and the references of a simulated scenario."""

from device.simulator.scenario.schema import Scenario
from screening.settings import Decision, Limits, Reference, Scene, Settings


def settings_for(scenario: Scenario) -> Settings:
    """Return settings that tell the screener what the scenario's admin knows, and no more.

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
        ),
        limits=Limits(warm_up_s=station.warm_up_s),
        decision=Decision(relative=station.relative),
    )
