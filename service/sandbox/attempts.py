"""Trying the attacks from inside a process, and what became of each."""

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from service.sandbox.attacks import Attack, Kind
from service.sandbox.syscalls import CallMissing

MARK = 4000  # no errno of Linux: an answer that only our filter gives
_DENIED = {
    MARK: "filter",
    errno.EACCES: "EACCES",
    errno.EPERM: "EPERM",
    errno.ENOSYS: "ENOSYS",  # the kernel has no such call, or nobody hears it any more
    errno.EAFNOSUPPORT: "EAFNOSUPPORT",  # there is no such network, or the service may not use it
    errno.EROFS: "EROFS",  # mounted read-only, for the service at the least
}


class Outcome(StrEnum):
    """What became of an attack."""

    DENIED = "denied"
    GOT_THROUGH = "got_through"


@dataclass(frozen=True, slots=True)
class AttackResult:
    """What became of one attack.

    Attributes
    ----------
    detail
        What stopped it (`filter`, or the kernel's error), or how it ended when nothing did.
    """

    name: str
    kind: Kind
    outcome: Outcome
    detail: str


def probe(tried: Iterable[Attack]) -> tuple[AttackResult, ...]:
    """Try the attacks from inside this process and say what became of each.

    Attacks whose system call this architecture does not have are left out.
    """
    results = []
    for attack in tried:
        try:
            attack.act()
        except CallMissing:
            continue
        except OSError as error:
            number = error.errno or 0
            detail = _DENIED.get(number)
            outcome = Outcome.DENIED if detail else Outcome.GOT_THROUGH
            detail = detail or f"tried: {errno.errorcode.get(number, number)}"
        else:
            outcome, detail = Outcome.GOT_THROUGH, "done"
        results.append(AttackResult(attack.name, attack.kind, outcome, detail))
    return tuple(results)
