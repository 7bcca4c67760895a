"""`limen threshold fit`: a threshold from clinical data, with its intervals."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import finite

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Learn a threshold from clinical data."
)


@app.callback()
def threshold() -> None:
    """Learn a threshold from clinical data."""


@app.command()
def fit(
    table: Annotated[Path, typer.Argument(help="CSV: skin_c, oral_c; or PhysioNet 3bhc-9065.")],
    site: Annotated[str, typer.Option(help="canthus or face_maximum.")] = "canthus",
    oral: Annotated[
        float,
        typer.Option(
            min=36.0, max=42.0, callback=finite, help="Oral temperature that is fever, deg C."
        ),
    ] = 38.0,
    fpr: Annotated[
        float,
        typer.Option(
            min=0.001, max=0.5, callback=finite, help="Share of false alarms, 0.02 is 2 %."
        ),
    ] = 0.02,
    afebrile: Annotated[
        float,
        typer.Option(
            min=35.0,
            max=42.0,
            callback=finite,
            help="Oral temperature below which there is no fever, deg C.",
        ),
    ] = 37.5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per round.")] = False,
) -> None:
    """Print threshold, sensitivity and specificity by person, with intervals for other groups."""
    from screening.settings import Site
    from service.offline.clinical_tables import TableError, read
    from service.offline.threshold import Share, TooFewPeopleError
    from service.offline.threshold import fit as fit_threshold

    if site not in set(Site):
        raise typer.BadParameter(f"there is {', '.join(Site)}, not {site!r}", param_hint="--site")
    try:
        rounds = read(table, Site(site))
        fits = [
            fit_threshold(
                r.skin_c,
                r.oral_c,
                febrile_c=oral,
                afebrile_c=afebrile,
                false_alarms=fpr,
                person=r.person,
                day=r.day,
            )
            for r in rounds
        ]
    except OSError as error:
        typer.echo(f"{table} cannot be read ({error.strerror}): name a CSV file.", err=True)
        raise typer.Exit(1) from error
    except (TableError, TooFewPeopleError, ValueError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error

    def numbers(share: Share) -> dict[str, float]:
        return {"value": share.value, "low": share.low, "high": share.high, "of": share.total}

    for name, found in zip((r.name for r in rounds), fits, strict=True):
        if as_json:
            line = {
                "kind": "threshold",
                "round": name,
                "site": site,
                "oral_c": oral,
                "afebrile_c": afebrile,
                "false_alarms": fpr,
                "threshold_c": found.threshold_c.value,
                "threshold_interval_c": (found.threshold_c.low, found.threshold_c.high),
                "sensitivity": numbers(found.sensitivity),
                "specificity": numbers(found.specificity),
                "between": numbers(found.between),
                "false_alarms_elsewhere": asdict(found.elsewhere),
            }
            typer.echo(json.dumps(line))
            continue
        at, elsewhere = found.threshold_c, found.elsewhere
        typer.echo(
            f"{name}: threshold {at.value:.2f} deg C skin at the {site} "
            f"({at.low:.2f} to {at.high:.2f} with other people)\n"
            f"  sensitivity {found.sensitivity}  oral >= {oral}\n"
            f"  specificity {found.specificity}  oral < {afebrile}\n"
            f"  called      {found.between}  in between\n"
            f"  false alarms to expect in another group of this size: {elsewhere.value:.1%} "
            f"({elsewhere.low:.1%} to {elsewhere.high:.1%}), where {fpr:.1%} were asked for"
        )
