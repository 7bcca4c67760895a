"""`limen hardware keygen|sign|verify|index|keep`: who stands behind the register, and on what."""

import base64
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import hardware_shared
from service.cli.hardware_shared import Own, ended

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from hardware.register.trust import What

# Where a document lies tells what it is; a signature over one kind is none over another.
_FOLDERS = {"dossiers": "DOSSIER", "lists": "LIST", "trust": "TRUST"}
_FILES = {"policy.toml": "POLICY", "trust.toml": "TRUST", "index.toml": "INDEX"}
_ALL = "dossier,policy,list,index,trust"
File = Annotated[
    Path,
    typer.Argument(help="dossiers/KEY.toml, lists/KEY.toml, policy.toml, trust.toml, index.toml."),
]
Own_ = Annotated[
    Path, typer.Option("--register", envvar="LIMEN_REGISTER", help="Your institution's register.")
]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="File with the passphrase; asked for when not given.")
]


def keygen(
    private: Annotated[Path, typer.Argument(help="New file for the private key.")],
    name: Annotated[str, typer.Option(help="Whose key it is.")],
    role: Annotated[str, typer.Option(help="In what capacity that person signs.")],
    years: Annotated[int, typer.Option(min=1, max=5, help="How long it is valid.")] = 2,
    signs: Annotated[
        str,
        typer.Option(help="What it may sign; an admin's key of a station: enrolment,acceptance."),
    ] = _ALL,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a key pair; prints the entry for the trust file."""
    from hardware.register.signature import keygen as make
    from hardware.register.trust import What, key_id

    wanted = [word.strip() for word in signs.split(",")]
    if unknown := set(wanted) - {what.word for what in What}:
        known = ", ".join(what.word for what in What)
        raise typer.BadParameter(f"There is no {', '.join(sorted(unknown))}; there is {known}.")
    if private.exists():
        raise _end(f"{private} exists; a private key is not overwritten.")
    pem, public = make(_passphrase(passphrase_file, confirm=True))
    try:
        private.touch(mode=0o600, exist_ok=False)
        private.write_bytes(pem)
    except OSError as error:
        raise _end(f"The key cannot be written to {private} ({error.strerror}).") from error
    today = hardware_shared.today()
    until = date(today.year + years, today.month, min(today.day, 28))
    typer.echo(
        f"# Key {key_id(public)}. Put this into trust.toml:\n"
        f'[[key]]\nname = "{_plain(name)}"\nrole = "{_plain(role)}"\n'
        f"signs = {json.dumps(wanted)}\n"
        f'public = "{base64.b64encode(public).decode()}"\n'
        f"valid_from = {today}\nvalid_until = {until}"
    )


def sign(
    file: File,
    key: Annotated[Path, typer.Option(help="Your private key (PEM).")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign the exact bytes of a document; the signature is added to FILE.dsse."""
    from hardware.errors import HardwareError
    from hardware.register import signature

    beside = file.with_name(file.name + signature.SUFFIX)
    private = private_key(key, passphrase_file)
    try:
        old = beside.read_bytes() if beside.exists() else None
        kind = _kind(file)
        beside.write_bytes(signature.sign(file.read_bytes(), kind, private, old))
    except OSError as error:
        raise _end(f"{error.filename} cannot be used ({error.strerror}).") from error
    except HardwareError as error:
        raise _end(str(error)) from error
    typer.echo(f"Signed {file} as {kind}; the signatures are in {beside}.")


def private_key(key: Path, passphrase_file: Path | None) -> "Ed25519PrivateKey":
    """Open a private key, or end with the sentence that says why it cannot be."""
    from hardware.errors import HardwareError
    from hardware.register import signature

    try:
        pem = key.read_bytes()
        encrypted = b"ENCRYPTED" in pem
        passphrase = _passphrase(passphrase_file, confirm=False) if encrypted else None
        return signature.load_private(pem, passphrase)
    except OSError as error:
        raise _end(f"{error.filename} cannot be used ({error.strerror}).") from error
    except HardwareError as error:
        raise _end(str(error)) from error


def verify(file: File, own: Own = None) -> None:
    """Tell who signed a document, and everything that is wrong. Ends with 0 when it holds.

    Of a dossier every document is opened that it calls verified.
    """
    from hardware.errors import HardwareError
    from hardware.register import documents, signature
    from hardware.register.trust import What

    try:
        trust = documents.load_trust(own, today=hardware_shared.today())
    except HardwareError as error:
        raise ended(error) from error
    beside = file.with_name(file.name + signature.SUFFIX)
    try:
        data = file.read_bytes()
        envelope = beside.read_bytes() if beside.exists() else None
    except OSError as error:
        raise _end(f"{error.filename} cannot be read ({error.strerror}).") from error
    kind = _kind(file)
    found = signature.verify(data, kind, envelope, trust, hardware_shared.today())
    typer.echo(f"Signed by: {', '.join(found.signers) or 'nobody who is trusted'}.")
    problems = [*found.problems]
    if kind is What.DOSSIER:
        problems += _evidence(data, file, own)
    for problem in problems:
        typer.echo(f"! {problem}", err=True)
    if problems:
        raise typer.Exit(1)
    typer.echo(f"It holds, by the trust file with sha256 {trust.fingerprint}.")


def index(
    own: Own_,
    days: Annotated[int, typer.Option(min=1, max=400, help="For how many days it holds.")] = 180,
) -> None:
    """Write the next index of your register: which documents are in force. Then have it signed."""
    from datetime import timedelta

    from hardware.errors import HardwareError
    from hardware.register import index as indexes

    file = own / indexes.FILE
    today = hardware_shared.today()
    try:
        version = indexes.read(file.read_bytes()).content.version + 1 if file.exists() else 1
        data = indexes.write(own, version, today, today + timedelta(days=days))
        file.write_bytes(data)
        file.with_name(file.name + ".dsse").unlink(missing_ok=True)
    except (OSError, HardwareError) as error:
        raise ended(error) from error
    typer.echo(f"{file}: version {version}, {data.count(b'[[document]]')} documents in force.")
    typer.echo(f"Have it signed now: limen hardware sign {file} --key ...")


def keep(
    file: Annotated[Path, typer.Argument(help="A document that you hold and have read.")],
    own: Own_,
) -> None:
    """Take a document into your evidence folder under its hash; print the entry for a dossier."""
    from hardware.errors import HardwareError
    from hardware.register.evidence import EvidenceFolder

    try:
        sha256 = EvidenceFolder(own / "evidence").keep(file)
    except HardwareError as error:
        raise ended(error) from error
    typer.echo(
        f"# Put this into the dossier, and fill in the rest:\n[[evidence]]\n"
        f'id = "{file.stem.lower().replace("_", "-").replace(" ", "-")}"\ntitle = ""\nissuer = ""\n'
        f'date = ""\nsha256 = "{sha256}"\nread_by = ""\nread_on = {hardware_shared.today()}'
    )


def _evidence(data: bytes, file: Path, own: Path | None) -> list[str]:
    """Open every document that a dossier calls proof; return what is wrong, and tell the rest."""
    from hardware.errors import HardwareError
    from hardware.register import dossier as dossiers
    from hardware.register.evidence import EvidenceFolder

    try:
        dossier = dossiers.read(data, file.stem)
    except HardwareError as error:
        return [str(error)]
    folder = EvidenceFolder(own / "evidence" if own else None)
    proofs = {id_ for _, statement in dossier.statements() for id_ in statement.verified}
    wrong = []
    for document in dossier.evidence:
        why = folder.missing(document.sha256)
        if document.id in proofs and why:
            wrong.append(f"{document.id}: {why}.")
        elif not why:
            typer.echo(f"{document.id}: opened, sha256 {document.sha256}.")
    return wrong


def _kind(file: Path) -> "What":
    from hardware.register.trust import What

    kind = _FILES.get(file.name) or _FOLDERS.get(file.resolve().parent.name)
    if kind is None:
        raise _end(
            f"{file} is neither in a folder `dossiers`, `lists` or `trust` nor called"
            f" {', '.join(_FILES)}, so that it is not clear what would be signed."
        )
    return What[kind]


def _passphrase(file: Path | None, *, confirm: bool) -> bytes:
    if file is None:
        text: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm)
        return text.encode()
    try:
        return file.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise _end(f"{file} cannot be read ({error.strerror}).") from error


def _plain(text: str) -> str:
    if not text.isprintable() or set(text) & {'"', "\\"}:
        raise typer.BadParameter("A name or a role is plain text without quotes.")
    return text


def _end(what: str) -> typer.Exit:
    typer.echo(what, err=True)
    return typer.Exit(1)
