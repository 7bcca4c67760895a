"""`limen replay`: screen recordings without a screen, as fast as it goes."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import emit, finite, reference_settings


def replay(
    files: Annotated[list[Path], typer.Argument(help="Recordings (CPTV, or PureThermal raw Y16).")],
    reference_temp: Annotated[
        float | None,
        typer.Option(
            min=30.0,
            max=42.0,
            callback=finite,
            help="Set point of the heated reference in view, in deg C.",
        ),
    ] = None,
    reference_emissivity: Annotated[
        float,
        typer.Option(
            min=0.5,
            max=1.0,
            callback=finite,
            help="Of its surface; 1 when the set point is a radiation temperature.",
        ),
    ] = 1.0,
    relative: Annotated[
        bool,
        typer.Option("--relative", help="There is no reference in view: readings are relative."),
    ] = False,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=34.0, max=39.0, callback=finite, help="Skin temperature threshold in deg C."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    per_frame: Annotated[bool, typer.Option(help="Also an object per frame.")] = False,
) -> None:
    """Screen recordings headless; with --json as one object per line, the summary last."""
    from device.errors import SensorError
    from device.replay import open_recording
    from service.offline.headless import Tally, screen

    settings = reference_settings(
        reference_temp,
        reference_emissivity=reference_emissivity,
        relative=relative,
        threshold_c=threshold,
    )
    tally = Tally()
    dropped: Counter[str] = Counter()
    refused = 0
    for path in files:
        try:
            with open_recording(path) as sensor:
                for line in screen(sensor, settings, tally, per_frame=per_frame):
                    emit({**line, "file": path.name}, as_json=as_json)
                flawed = sensor.rejected()
            dropped.update(flawed)
            if flawed:
                reasons = ", ".join(f"{reason} {count}" for reason, count in flawed.items())
                typer.echo(f"{path.name}: frames dropped: {reasons}", err=True)
        except SensorError as error:
            refused += 1
            if as_json:
                emit({"kind": "error", "file": path.name, "error": str(error)}, as_json=True)
            typer.echo(f"{path.name}: {error}", err=True)
    counts = {"files": len(files), "files_refused": refused, "frames_dropped": dict(dropped)}
    if as_json or refused < len(files):
        emit(tally.summary() | counts, as_json=as_json)
    if refused:
        raise typer.Exit(1)
