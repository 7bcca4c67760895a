"""`limen simulate`: a scenario straight through the screener, with its ground truth."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import emit, finite


def simulate(
    scenario: Annotated[
        str, typer.Argument(help="Name of a scenario, or a TOML file; `list` names them.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    per_frame: Annotated[bool, typer.Option(help="Also an object per frame.")] = False,
    seed: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same bytes.")
    ] = 0,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=34.0, max=39.0, callback=finite, help="Skin temperature threshold in deg C."
        ),
    ] = None,
    film: Annotated[
        Path | None, typer.Option(help="Only draw a contact sheet of the scenario, as this PNG.")
    ] = None,
) -> None:
    """Screen a simulated scenario headless; with --json as one object per line, summary last."""
    from device.errors import SensorError
    from device.simulator.scenario.schema import scenario_names
    from device.simulator.sensor import open_simulated
    from service.offline.headless import Tally, screen
    from service.state.defaults import settings_for

    if scenario == "list":
        typer.echo("\n".join(scenario_names()))
        return
    try:
        if film is not None:
            _draw(scenario, seed, film)
            return
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


def _draw(scenario: str, seed: int, path: Path) -> None:
    """Write the contact sheet of a scenario; there is no such path for a real sensor."""
    import cv2

    from service.offline.film import film

    if path.suffix.lower() != ".png":
        raise typer.BadParameter(f"{path} is no PNG: give a name that ends in .png.")
    sheet = cv2.cvtColor(film(scenario, seed=seed), cv2.COLOR_RGB2BGR)
    try:
        path.write_bytes(cv2.imencode(".png", sheet)[1].tobytes())
    except OSError as error:
        typer.echo(f"{path} cannot be written: {error.strerror}.", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{path}: {sheet.shape[1]} x {sheet.shape[0]} pixels")
