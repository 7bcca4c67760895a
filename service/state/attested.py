"""The last attestation, kept in the state folder: the signed envelope, and what pages show of it.

`limen attest` keeps it here, whoever started it; an installed station asks root's unit for one by
an empty file (`WANTED`), since it may not look into its own processes itself.
"""

import os
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from service.ipc.attestation import ShownAttestation
from service.state.files import opened, write_atomically

ENVELOPE: Final = "attestation.json"
SHOWN: Final = "attested.json"
WANTED: Final = "attestation.wanted"
MAX_BYTES: Final = 48 * 1024  # it goes into one message
_SHOWN: TypeAdapter[ShownAttestation] = TypeAdapter(ShownAttestation)


def keep(state: Path, shown: ShownAttestation, envelope: bytes) -> None:
    """Keep an attestation in the place of the last one; OSError when the disk does not take it."""
    write_atomically(state / ENVELOPE, envelope)
    write_atomically(state / SHOWN, _SHOWN.dump_json(shown))


def read(state: Path) -> ShownAttestation | None:
    """Return what is shown of the last attestation; None when there is none, or it is damaged."""
    try:
        with (state / SHOWN).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        return None if len(data) > MAX_BYTES else _SHOWN.validate_json(data)
    except (OSError, ValidationError):
        return None


def want(state: Path) -> None:
    """Ask root's unit for an attestation; OSError when the disk does not take it."""
    os.close(opened(state / WANTED, os.O_WRONLY))


def want_no_more(state: Path) -> None:
    """Take the wish back, if nobody has taken it."""
    (state / WANTED).unlink(missing_ok=True)
