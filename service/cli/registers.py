"""Loading the register for a command: where it is, and the sentence when it cannot be relied on."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hardware.register import Register

Own = Annotated[
    Path | None,
    typer.Option("--register", envvar="LIMEN_REGISTER", help="Your institution's own register."),
]


def today() -> date:
    """Return the day on which expiries, ages of lists and validities of keys are judged."""
    return date.today()  # noqa: DTZ011 - a day of the station's place, as on the documents


def register(own: Path | None) -> "Register":
    """Load the register, or end with the sentence that says why it cannot be."""
    from hardware import register as registers
    from hardware.errors import HardwareError

    try:
        return registers.load(own, today=today())
    except HardwareError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
