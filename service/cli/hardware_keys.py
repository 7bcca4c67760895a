"""`limen hardware keygen|sign|verify`: who stands behind a document of the register."""

import base64
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from service.cli import hardware_shared
from service.cli.hardware_shared import Own, register

# How a document is named tells what it is; a signature over one kind is none over another.
_KINDS = {"dossiers": "DOSSIER", "lists": "LIST"}
File = Annotated[Path, typer.Argument(help="dossiers/KEY.toml, lists/KEY.toml or policy.toml.")]
PassphraseFile = Annotated[
    Path | None, typer.Option(help="File with the passphrase; asked for when not given.")
]


def keygen(
    private: Annotated[Path, typer.Argument(help="New file for the private key.")],
    name: Annotated[str, typer.Option(help="Whose key it is.")],
    role: Annotated[str, typer.Option(help="In what capacity that person signs.")],
    years: Annotated[int, typer.Option(min=1, max=5, help="How long it is valid.")] = 2,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make a key pair; prints the entry for the trust file."""
    from hardware.register.signature import keygen as make
    from hardware.register.trust import key_id

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
    try:
        pem = key.read_bytes()
        encrypted = b"ENCRYPTED" in pem
        passphrase = _passphrase(passphrase_file, confirm=False) if encrypted else None
        private = signature.load_private(pem, passphrase)
        old = beside.read_bytes() if beside.exists() else None
        kind = _kind(file)
        beside.write_bytes(signature.sign(file.read_bytes(), kind, private, old))
    except OSError as error:
        raise _end(f"{error.filename} cannot be used ({error.strerror}).") from error
    except HardwareError as error:
        raise _end(str(error)) from error
    typer.echo(f"Signed {file} as {kind}; the signatures are in {beside}.")


def verify(file: File, own: Own = None) -> None:
    """Tell who signed a document, and everything that is wrong. Ends with 0 when it holds."""
    from hardware.register import signature

    known = register(own)
    beside = file.with_name(file.name + signature.SUFFIX)
    try:
        data = file.read_bytes()
        envelope = beside.read_bytes() if beside.exists() else None
    except OSError as error:
        raise _end(f"{error.filename} cannot be read ({error.strerror}).") from error
    found = signature.verify(data, _kind(file), envelope, known.trust, known.today)
    typer.echo(f"Signed by: {', '.join(found.signers) or 'nobody who is trusted'}.")
    for problem in found.problems:
        typer.echo(f"! {problem}", err=True)
    if found.problems:
        raise typer.Exit(1)
    typer.echo(f"It holds, by the trust file with sha256 {known.trust.fingerprint}.")


def _kind(file: Path) -> str:
    from hardware.register.signature import PayloadType

    if file.name == "policy.toml":
        return PayloadType.POLICY
    kind = _KINDS.get(file.resolve().parent.name)
    if kind is None:
        raise _end(
            f"{file} is neither in a folder `dossiers` or `lists` nor called policy.toml, so that"
            " it is not clear what would be signed."
        )
    return PayloadType[kind]


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
