"""The one page of `limen prove`: what was tried, what was found, and what was not tried."""

import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from textwrap import wrap

from service.attestation.proof import Proof
from service.attestation.prove import NOT_TRIED

_COLUMNS = 96


def printed(proofs: Sequence[Proof], wall_clock: Callable[[], float] = time.time) -> str:
    """Return the page as plain text."""
    at_fault = sum(bool(proof.faults) for proof in proofs)
    result = "every proof holds" if not at_fault else f"{at_fault} OF {len(proofs)} DO NOT HOLD"
    lines = [
        "PROOFS OF A LIMEN STATION",
        "",
        f"Made at  {time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime(wall_clock()))}",
        (
            f"Version  {version('limen')}, Python {platform.python_version()}, "
            f"Linux {os.uname().release} on {platform.machine()}"
        ),
        f"Asked by {'root' if os.geteuid() == 0 else 'an ordinary user: some things are unseen'}",
        f"Result   {result}",
        "",
        "TRIED AND FOUND",
    ]
    for proof in proofs:
        lines += ["", f"{'holds         ' if not proof.faults else 'DOES NOT HOLD '}{proof.name}"]
        for fault in proof.faults:
            lines += _wrapped(fault, "    ! ")
        for found in proof.found:
            lines += _wrapped(found, "      ")
    lines += ["", "NOT TRIED", ""]
    for untried in (*(one for proof in proofs for one in proof.untried), *NOT_TRIED):
        lines += _wrapped(untried, "    - ")
    return "\n".join(lines) + "\n"


def _wrapped(sentence: str, lead: str) -> Iterator[str]:
    yield from wrap(
        sentence, _COLUMNS, initial_indent=lead, subsequent_indent=" " * 6, break_on_hyphens=False
    )
