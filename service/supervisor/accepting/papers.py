"""What a record cites of the sensor's papers: its dossier, and its list of parts."""

from datetime import date
from hashlib import sha256
from pathlib import Path

from hardware.errors import HardwareError
from hardware.register import documents
from hardware.register.cyclonedx import VERSIONS, to_json
from hardware.register.hbom import hbom


def hashes_of(dossier: str, own: Path | None, today: date | None = None) -> tuple[str, str]:
    """Return the SHA-256 of a dossier and of its list of parts; empty where there is none.

    The list is what `limen hardware hbom` prints on that day.
    """
    try:
        known = documents.load(own, today=today)
        content, _ = known.dossier(dossier)
        found = known.sha256(dossier)
    except HardwareError:
        return "", ""
    bill = to_json(hbom(content, found, known.today), VERSIONS[0]) + "\n"
    return found, sha256(bill.encode()).hexdigest()
