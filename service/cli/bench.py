"""`limen bench`: the project's own measurements, as a table and as JSON."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import writable

if TYPE_CHECKING:
    from service.offline.bench.row import Row


def bench(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON lines to this file too.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            help="recordings, clinical, simulated, hot-spots, scenarios, attacks, entrances, "
            "kinds, verdict-time, time or lock."
        ),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="How many entrances, attacks, visitors with hot spots for each size of a pixel, "
            "people of each kind, and timed visitors for each camera; else 500, 220, 36, 40 and "
            "40.",
        ),
    ] = None,
) -> None:
    """Measure what the documentation claims: half an hour. Exit 1 where a bar is missed."""
    from service.offline.bench import (
        attacks,
        clinical,
        entrances,
        hot_spots,
        kinds,
        library,
        locked,
        recordings,
        simulated,
        timing,
        verdict_time,
    )
    from service.offline.bench.data import DataAbsentError
    from service.offline.bench.machine import machine
    from service.offline.bench.row import Row, as_text

    def of_recordings() -> Iterator[Row]:
        yield from recordings.rows(recordings.screen_all())

    def of_people() -> Iterator[Row]:
        yield from clinical.rows()
        yield from hot_spots.clinical_rows()

    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "recordings": of_recordings,
        "clinical": of_people,
        "simulated": simulated.rows,
        "hot-spots": lambda: hot_spots.rows(draws or hot_spots.VISITORS),
        "scenarios": library.rows,
        "attacks": lambda: attacks.rows(draws or attacks.DRAWS),
        "entrances": lambda: entrances.rows(draws or entrances.DRAWS),
        "kinds": lambda: kinds.rows(draws or kinds.DRAWS),
        "verdict-time": lambda: verdict_time.rows(draws or verdict_time.VISITORS),
        "time": timing.rows,
        "lock": locked.rows,
    }
    unknown = set(only or ()) - set(parts)
    if unknown:
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose of {', '.join(parts)}.")
    writable(out)
    rows: list[Row] = []
    for name, part in parts.items():
        if only and name not in only:
            continue
        try:
            rows.extend(_told(part()))
        except DataAbsentError as absent:
            rows.append(Row(name, f"all rows that rest on {name}", absent=str(absent)))
    about = machine()
    lines = [json.dumps({"kind": "machine", **about})]
    lines += [json.dumps(row.as_json()) for row in rows]
    if out is not None:
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if as_json:
        typer.echo("\n".join(lines))
    else:
        typer.echo(", ".join(f"{name} {value}" for name, value in about.items()) + "\n")
        typer.echo(as_text(rows))
    if any(row.met is False for row in rows):
        raise typer.Exit(1)


def _told(rows: "Iterator[Row]") -> "Iterator[Row]":
    """Say on the error channel what has been measured, for it takes minutes."""
    for row in rows:
        typer.echo(f"  {row.key}: {row.value}", err=True)
        yield row
