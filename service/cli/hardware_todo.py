"""`limen hardware todo`: what has to be obtained before hardware can be approved; letters."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.hardware_shared import AsJson, DossierKey, Own, document, register, show_json

if TYPE_CHECKING:
    from hardware.vetting.todo import Need

_TO = "maker or seller"
_FROM = {
    "maker": "the maker (--letter maker)",
    "seller": "the seller (--letter seller)",
    "laboratory": "an accredited laboratory",
    "counsel": "a lawyer",
    "yourselves": "yourselves",
}


def todo(
    key: DossierKey,
    letter: Annotated[str, typer.Option(help=f"Print the letter to this one instead: {_TO}.")] = "",
    language: Annotated[str, typer.Option(help="Of the letter: en, fr, de or nl.")] = "en",
    own: Own = None,
    as_json: AsJson = False,
) -> None:
    """Tell what is needed before this hardware can be approved, from whom, and what it would tell.

    Ends with 0 when nothing is needed any more, and with 1 otherwise.
    """
    from dataclasses import asdict

    from hardware.register.statement import Whom
    from hardware.vetting import letter as letters
    from hardware.vetting.todo import needs

    if letter and letter not in [whom.value for whom in letters.ANSWERING]:
        raise typer.BadParameter(f"Letters are written to the {_TO}, not to {letter!r}.")
    if language not in letters.LANGUAGES:
        raise typer.BadParameter(f"There is {', '.join(letters.LANGUAGES)}, not {language!r}.")
    known = register(own)
    dossier, _ = document(known, key)
    needed = needs(dossier, known)
    if letter:
        typer.echo(letters.letter(dossier, needed, Whom(letter), language))
        return
    if as_json:
        show_json([asdict(need) for need in needed])
    else:
        _tell(needed)
    raise typer.Exit(1 if needed else 0)


def _tell(needed: "tuple[Need, ...]") -> None:
    from hardware.register.statement import Whom

    for insisted, head in ((True, "Refused without"), (False, "A condition without")):
        for whom in Whom:
            rows = [need for need in needed if (need.insisted, need.whom) == (insisted, whom)]
            if rows:
                typer.echo(f"{head}, from {_FROM[whom.value]}:")
            for need in rows:
                typer.echo(f"  - {need.what}\n      {'; '.join(need.words)}")
    if not needed:
        typer.echo("Nothing is needed any more: decide, and have it signed.")
