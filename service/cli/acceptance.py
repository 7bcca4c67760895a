"""`limen acceptance`: look at the record of an acceptance, sign it, check it, print it."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.hardware_keys import PassphraseFile, private_key
from service.cli.hardware_shared import Own, ended, today

if TYPE_CHECKING:
    from service.acceptance.record import Record, Signer

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Look at the record of a station's acceptance, sign it, check it, print it.",
)
File = Annotated[Path, typer.Argument(help="The record: acceptance.json.")]


@app.callback()
def acceptance() -> None:
    """Look at the record of a station's acceptance, sign it, check it, print it."""


@app.command()
def show(file: File) -> None:
    """Tell what a record says, chapter by chapter."""
    from service.acceptance.catalogue import words

    data, record = _read(file)
    said = words("en")
    typer.echo(f"{said['record']['title']} {record.number} of {record.station.name!r}")
    if record.station.simulated:
        typer.echo(said["record"]["simulated"])
    for chapter in record.chapters:
        name, found = said["chapter"][chapter.chapter.value], chapter.conformity.value
        typer.echo(f"  {name:38s} {said['conformity'][found]}")
        for finding in chapter.findings:
            typer.echo(f"      {said['finding'][finding.value]}")
    typer.echo(
        f"  One reading at {record.threshold_c:.1f} deg C: U = {record.budget.expanded_c:.2f} deg C"
        f" (k = {record.budget.k:.2f})"
    )
    typer.echo(f"Overall: {said['conformity'][record.conformity.value]}.")
    typer.echo(f"Valid until {record.valid_until}: {said['record'][record.valid_because]}.")
    typer.echo(f"sha256 {hashlib.sha256(data).hexdigest()}")


@app.command()
def sign(
    file: File,
    key: Annotated[Path, typer.Option(help="Your private key (PEM).")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign the exact bytes of a record; the signature is added to FILE.dsse.

    Where the record names who signs it, nobody else may.
    """
    from hardware.errors import HardwareError
    from hardware.register import signature
    from hardware.register.trust import What, key_id

    data, record = _read(file)
    private = private_key(key, passphrase_file)
    mine = key_id(private.public_key().public_bytes_raw())
    named = {signer.key: signer.name for signer in record.signers}
    if named and mine not in named:
        typer.echo(
            f"The record names {', '.join(named.values())}, and not the owner of this"
            f" key ({mine[:16]}). Close the record anew with the people who sign it.",
            err=True,
        )
        raise typer.Exit(1)
    beside = file.with_name(file.name + signature.SUFFIX)
    try:
        old = beside.read_bytes() if beside.exists() else None
        beside.write_bytes(signature.sign(data, What.ACCEPTANCE, private, old))
    except (OSError, HardwareError) as error:
        raise ended(error) from error
    who = named.get(mine, f"the owner of the key {mine[:16]}")
    typer.echo(f"Signed as {who}; the signatures are in {beside}.")


@app.command()
def verify(file: File, own: Own = None) -> None:
    """Tell who signed a record, and compute all its figures anew. Ends with 0 when it holds."""
    from hardware.errors import HardwareError
    from hardware.register import documents, signature
    from hardware.register.trust import What, key_id

    data, record = _read(file)
    try:
        trust = documents.load_trust(own, today=today())
        beside = file.with_name(file.name + signature.SUFFIX)
        envelope = beside.read_bytes() if beside.exists() else None
    except (OSError, HardwareError) as error:
        raise ended(error) from error
    # a key that has run out since the record was closed signed rightly then
    found = signature.verify(data, What.ACCEPTANCE, envelope, trust, record.made)
    typer.echo(f"Signed by: {', '.join(found.signers) or 'nobody who is trusted'}.")
    problems = [*found.problems]
    known = {key_id(key.raw): key.name for key in trust.content.key}
    named = {known.get(signer.key) for signer in record.signers}
    if record.signers and set(found.signers) - named:
        problems.append("Somebody else signed than those whom the record names.")
    problems += computed_anew(record)
    if record.valid_until < today():
        problems.append(f"It was valid until {record.valid_until}.")
    for problem in problems:
        typer.echo(f"! {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo("It holds: the signatures, and every figure from what was measured.")


@app.command("print")
def print_(
    file: File,
    pdf: Annotated[Path, typer.Argument(help="New file for the PDF.")],
    language: Annotated[str, typer.Option(help="en, fr, de or nl.")] = "en",
    own: Own = None,
) -> None:
    """Print a record: PDF/A-3a and PDF/UA-1, with the record inside. Needs typst.

    Whose signatures hold by the register is printed; others are left out.
    """
    from hardware.errors import HardwareError
    from service.acceptance.catalogue import LANGUAGES
    from service.acceptance.errors import AcceptanceError
    from service.offline.report.printing import print_record

    if language not in LANGUAGES:
        raise typer.BadParameter(f"there are: {', '.join(LANGUAGES)}", param_hint="--language")
    data, record = _read(file)
    try:
        pdf.write_bytes(print_record(data, language, _signers(file, data, record, own)))
    except (OSError, AcceptanceError, HardwareError) as error:
        raise ended(error) from error
    typer.echo(f"{pdf}: printed from the record with sha256 {hashlib.sha256(data).hexdigest()}.")


def _signers(file: Path, data: bytes, record: "Record", own: Path | None) -> "tuple[Signer, ...]":
    """Return who signed by the register, on the day of the record."""
    from hardware.register import documents, signature
    from hardware.register.trust import What
    from service.acceptance.record import Signer

    beside = file.with_name(file.name + signature.SUFFIX)
    if not beside.exists():
        return ()
    trust = documents.load_trust(own, today=today())
    found = signature.verify(data, What.ACCEPTANCE, beside.read_bytes(), trust, record.made)
    return tuple(Signer(key.name, key.id) for key in trust.content.key if key.name in found.signers)


def computed_anew(record: "Record") -> list[str]:
    """Return what differs when everything is computed again from what was measured."""
    from service.acceptance import validity
    from service.acceptance.budget import combine
    from service.acceptance.chapters import judge
    from service.acceptance.rule import worst

    again = judge(record.measured)
    wrong = [
        f"The chapter {mine.chapter.value} does not follow from what was measured."
        for mine, theirs in zip(again, record.chapters, strict=False)
        if mine != theirs
    ]
    if len(again) != len(record.chapters):
        wrong.append(f"There are {len(record.chapters)} chapters; {len(again)} are needed.")
    if combine(line.source for line in record.budget.lines) != record.budget:
        wrong.append("The uncertainty budget does not follow from its sources.")
    if worst(one.conformity for one in record.chapters) is not record.conformity:
        wrong.append("The overall verdict is not the worst of the chapters.")
    if (record.valid_until, record.valid_because) != validity.until(
        record.made, record.reference.due
    ):
        wrong.append("Its last day is neither twelve months on nor the reference's due day.")
    if record.reference.issued > record.made:
        wrong.append("The paper of the reference is younger than the record.")
    return wrong


def _read(file: Path) -> "tuple[bytes, Record]":
    """Return a record and its bytes, or end with the sentence that says why it is none."""
    from service.acceptance.errors import RecordError
    from service.acceptance.record import from_bytes

    try:
        data = file.read_bytes()
        return data, from_bytes(data)
    except (OSError, RecordError) as error:
        raise ended(error) from error
