"""`limen simulate`: a scenario straight through the screener, with its ground truth."""

from dataclasses import replace
from typing import Annotated

import typer

from service.cli.options import emit


def simulate(
    scenario: Annotated[
        str, typer.Argument(help="Name of a scenario, or a TOML file; `list` names them.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    per_frame: Annotated[bool, typer.Option(help="Also an object per frame.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 0,
    threshold: Annotated[
        float | None, typer.Option(min=34.0, max=39.0, help="Skin temperature threshold in deg C.")
    ] = None,
) -> None:
    """Screen a simulated scenario headless; with --json as one object per line, summary last."""
    from device.errors import SensorError
    from device.simulator import open_simulated, scenario_names
    from service.headless import Tally, screen
    from service.scenario_settings import settings_for

    if scenario == "list":
        typer.echo("\n".join(scenario_names()))
        return
    try:
        with open_simulated(scenario, realtime=False, loop=False, seed=seed) as sensor:
            settings = settings_for(sensor.scenario)
            if threshold is not None:
                settings = replace(
                    settings, decision=replace(settings.decision, threshold_c=threshold)
                )
            tally = Tally()
            for line in screen(sensor, settings, tally, per_frame=per_frame, truth=sensor.truth):
                emit(line, as_json=as_json)
            emit(tally.summary(), as_json=as_json)
    except SensorError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
