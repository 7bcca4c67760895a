"""One proof for an outsider: what was tried and found, what is at fault, what was not tried."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof.

    Attributes
    ----------
    name
        What was tried.
    found
        What was found, a sentence each.
    faults
        What is not as it must be.
    untried
        What of it could not be tried, and why.
    """

    name: str
    found: tuple[str, ...]
    faults: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()
