"""`limen doctor`: is this box fit, and what is missing, in words an admin understands."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.doctor.finding import Examination

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
    """Say whether this box is fit: names, sensor, rights, swap, dumps, lock, network.

    Ends with 1 when something fails, with 0 otherwise.
    """
    from service.doctor import names
    from service.doctor.finding import Level, examine

    own = examine(names.ROOM)
    if any(finding.level is Level.FAIL for finding in own.findings):
        # what would be imported next need not be the station's: look no further
        raise typer.Exit(_tell([own], as_json=as_json))
    from service.doctor.rooms import SENSORS, rooms

    if sensor is not None and sensor not in SENSORS:
        raise typer.BadParameter(f"there is no sensor {sensor!r}; there is {', '.join(SENSORS)}")
    raise typer.Exit(_tell(map(examine, rooms(sensor, port)), as_json=as_json))


def _tell(examinations: "Iterable[Examination]", *, as_json: bool) -> int:
    """Print what was found as it is found; return the status to end with."""
    worst = "ok"
    for seen in examinations:
        if not as_json:
            typer.echo(seen.room)
        for finding in seen.findings:
            if finding.level == "fail" or worst == "ok":
                worst = finding.level
            if as_json:
                typer.echo(json.dumps({"kind": "finding", "room": seen.room, **asdict(finding)}))
            else:
                typer.echo(f"  {_MARKS[finding.level]}  {finding.name}: {finding.sentence}")
                if finding.remedy:
                    typer.echo(f"        -> {finding.remedy}")
    if as_json:
        typer.echo(json.dumps({"kind": "summary", "worst": worst}))
    return int(worst == "fail")
