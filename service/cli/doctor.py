"""`limen doctor`: is this box fit, and what is missing, in words an admin understands."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.here import STATE

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
    state: Annotated[Path, typer.Option(help="State folder of the station.")] = STATE,
    address: Annotated[
        str, typer.Option(help="Of the station that runs, to ask it.")
    ] = "127.0.0.1:8630",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per finding.")] = False,
) -> None:
    """Say whether this box and its station are fit, and what mends each fault.

    Looked at are names, sensor, rights, swap, dumps, lock and network, the state folder, what went
    wrong in the last days, and what the running station says.

    Ends with 1 when something fails, with 0 otherwise.
    """
    from service.doctor import names
    from service.doctor.finding import Level, examine

    own = examine(names.ROOM)
    if any(finding.level is Level.FAIL for finding in own.findings):
        # what would be imported next need not be the station's: look no further
        raise typer.Exit(_tell([own], as_json=as_json))
    from service.doctor.rooms import SENSORS, rooms, rooms_of_station

    if sensor is not None and sensor not in SENSORS:
        raise typer.BadParameter(f"there is no sensor {sensor!r}; there is {', '.join(SENSORS)}")
    looked = (*rooms(sensor, port), *rooms_of_station(state, address, _words_of))
    raise typer.Exit(_tell(map(examine, looked), as_json=as_json))


def _words_of(code: str) -> tuple[str, str]:
    """Return what a fault is and what to do, as the admin's console says it."""
    from service.web.i18n import catalogues

    words = catalogues()["en"]
    what = words["repairs"].get(code) or words["reasons"].get(code, code)
    return what, words["remedies"].get(code, "")


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
