"""Print a record: lay it out, and hand it to a short locked process that sets it."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from service.acceptance.errors import AcceptanceError
from service.acceptance.record import Signer, from_bytes
from service.offline.report.layout import said

_SECONDS: Final = 90.0
MAX_PDF_BYTES: Final = 32 * 2**20


class ReportError(AcceptanceError):
    """A record was not printed; the sentence says why and what to do."""


def print_record(data: bytes, language: str, signers: tuple[Signer, ...] = ()) -> bytes:
    """Return a record as PDF/A-3a and PDF/UA-1, with the record inside.

    Parameters
    ----------
    data
        The record as `service.acceptance.record.to_bytes` wrote it.
    language
        One of `service.acceptance.catalogue.LANGUAGES`.
    signers
        Whose signatures were found to hold; without them, whom the record names.

    Raises
    ------
    AcceptanceError
        `RecordError` when it is no record; `ReportError` when it cannot be printed here.
    """
    record = from_bytes(data)
    if importlib.util.find_spec("typst") is None:
        raise ReportError(
            "Printing needs typst, which a station goes without: install requirements/report.txt"
            " on the computer that prints, or print the page of the record from the browser"
            " (which is no PDF/UA)."
        )
    task = json.dumps({"said": said(record, data, language, signers), "record": data.decode()})
    code = "import runpy; runpy.run_module('service.offline.report.press', run_name='__main__')"
    root = Path(__file__).parents[3]
    try:
        done = subprocess.run(
            [sys.executable, "-B", "-c", code],
            input=task.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            cwd=root,
            env={"PYTHONPATH": str(root), "LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise ReportError(f"Printing took longer than {_SECONDS:.0f} s.") from error
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise ReportError(f"The record was not printed: {lines[-1] if lines else 'no reason'}")
    return done.stdout[:MAX_PDF_BYTES]
