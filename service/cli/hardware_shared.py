"""What the commands of `limen hardware` share: where the register is, how answers are printed."""

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.options import sentence

if TYPE_CHECKING:
    from hardware.register.documents import Register
    from hardware.register.dossier import Dossier
    from hardware.register.signature import Signatures
    from hardware.vetting.decision import Decision

Own = Annotated[
    Path | None,
    typer.Option("--register", envvar="LIMEN_REGISTER", help="Your institution's own register."),
]

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
State = Annotated[Path, typer.Option(help="State folder, where the enrolments are.")]
Sys = Annotated[Path, typer.Option(help="Root of sysfs, to check a copy of it.")]
DossierKey = Annotated[str, typer.Argument(help="Key of a dossier; `limen hardware list`.")]


def today() -> date:
    """Return the day on which expiries, ages of lists and validities of keys are judged."""
    return date.today()  # noqa: DTZ011 - a day of the station's place, as on the documents


def register(own: Path | None) -> "Register":
    """Load the register, or end with the sentence that says why it cannot be."""
    from hardware.errors import HardwareError
    from hardware.register import documents

    try:
        return documents.load(own, today=today())
    except HardwareError as error:
        raise ended(error) from error


def document(known: "Register", key: str) -> "tuple[Dossier, Signatures]":
    """Return a dossier, or end with the sentence that says why it cannot be had."""
    from hardware.errors import HardwareError

    try:
        return known.dossier(key)
    except HardwareError as error:
        raise ended(error) from error


def tell(decision: "Decision") -> None:
    """Print a decision for people: the answer first, then every reason with its paragraph."""
    typer.echo(f"{decision.dossier}: {decision.outcome.value.replace('_', ' ').upper()}")
    for head, reasons in (
        ("Refused because", decision.refusals),
        ("Conditions", decision.conditions),
    ):
        if reasons:
            typer.echo(f"{head}:")
        last = ""
        for reason in reasons:
            if reason.paragraph != last:
                typer.echo(f"  {reason.paragraph} {reason.title}")
            typer.echo(f"      {reason.text}")
            last = reason.paragraph


def plain(decision: "Decision") -> dict[str, Any]:
    """Return a decision as it is printed as JSON."""
    return {"passes": decision.passes, **asdict(decision)}


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=1, default=str, ensure_ascii=False))


def ended(error: Exception) -> typer.Exit:
    """Print the sentence of an error; raise what is returned to end with 1."""
    typer.echo(sentence(error), err=True)
    return typer.Exit(1)
