"""Who may sign a record of acceptance, and who has."""

from datetime import date
from pathlib import Path
from typing import Final

from hardware.errors import HardwareError
from hardware.register import documents, signature
from hardware.register.trust import Key, What
from service.acceptance import record as records
from service.state.calibration import CalibrationStore

SIGNERS: Final = 2
MAX_KEYS: Final = 32


def keys(own: Path | None, today: date) -> tuple[Key, ...]:
    """Return the keys that may sign records on a day; none where the register is broken.

    Parameters
    ----------
    own
        Folder of the institution's own register, here and below.
    """
    try:
        trust = documents.load_trust(own, today=today)
    except HardwareError:
        return ()
    return tuple(
        key
        for key in trust.content.key
        if What.ACCEPTANCE in key.signs
        and key.valid_from <= today <= key.valid_until
        and trust.revocation(key.id) is None
    )[:MAX_KEYS]


def signatures(
    store: CalibrationStore, record: str, own: Path | None, today: date
) -> tuple[bytes, tuple[str, ...], str]:
    """Return a record's bytes, who signed them, and what is missing.

    Raises
    ------
    AcceptanceError
        When the record cannot be read.
    """
    data, envelope = store.read(record, records.MAX_BYTES)
    try:
        trust = documents.load_trust(own, today=today)
    except HardwareError as error:
        return data, (), str(error)
    found = signature.verify(data, What.ACCEPTANCE, envelope, trust, today)
    problem = " ".join(found.problems)
    if not problem and len(found.signers) < SIGNERS:
        problem = f"{SIGNERS} people must sign it."
    return data, found.signers, problem
