"""`limen doctor`: is this box fit, and what is missing, in words an admin understands."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

_MARKS = {"ok": "ok  ", "warn": "WARN", "fail": "FAIL"}


def doctor(
    sensor: Annotated[
        str | None,
        typer.Option(help="What the station will run with: boson, lepton, evo-thermal, simulated."),
    ] = None,
    port: Annotated[
        str | None, typer.Option(help="Where it is plugged in; otherwise it is looked for.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per finding.")] = False,
) -> None:
    """Say whether this box is fit: sensor, rights, swap, dumps, lock, network.

    Ends with 1 when something fails, with 0 otherwise.
    """
    from service.doctor import SENSORS, Level, examine, rooms

    if sensor is not None and sensor not in SENSORS:
        raise typer.BadParameter(f"there is no sensor {sensor!r}; there is {', '.join(SENSORS)}")
    worst = Level.OK
    for room in rooms(sensor, port):
        seen = examine(room)
        if not as_json:
            typer.echo(seen.room)
        for finding in seen.findings:
            if finding.level is Level.FAIL or worst is Level.OK:
                worst = finding.level
            if as_json:
                typer.echo(json.dumps({"kind": "finding", "room": seen.room, **asdict(finding)}))
            else:
                typer.echo(f"  {_MARKS[finding.level]}  {finding.name}: {finding.sentence}")
                if finding.remedy:
                    typer.echo(f"        -> {finding.remedy}")
    if as_json:
        typer.echo(json.dumps({"kind": "summary", "worst": worst}))
    raise typer.Exit(1 if worst is Level.FAIL else 0)
