"""Whether the attacks that were tried are all there are, and whether trying them means anything."""

from collections.abc import Iterator

from service.sandbox.attacks import Kind, attacks
from service.sandbox.attempts import AttackResult, Outcome
from service.sandbox.report import LockReport

_ALL_CALLS = "x86_64"  # the kernel has every call there; other machines lack old ones
_FEWEST = 90


def attacks_at_fault(
    machine: str, control: tuple[AttackResult, ...], *reports: LockReport
) -> Iterator[str]:
    """Yield what is wrong with the attacks, a sentence each.

    Parameters
    ----------
    machine
        Processor on which they were tried.
    control
        What became of them without a lock.
    reports
        What became of them under the locks.
    """
    known = {attack.name for attack in attacks()}
    tried = {result.name for result in control}
    if machine == _ALL_CALLS and tried != known:
        yield f"Without a lock {len(tried)} attacks were tried; there are {len(known)}."
    elif not tried <= known or len(tried) < _FEWEST:
        yield f"Without a lock {len(tried)} attacks were tried; that is not the list."
    reached = {result.kind for result in control if result.outcome is Outcome.GOT_THROUGH}
    for kind in sorted({attack.kind for attack in attacks()} - reached):
        yield f"Without a lock no attack to {Kind(kind)} got through: the attacks prove nothing."
    for report in reports:
        under = {result.name for result in report.attacks}
        if under != tried:
            yield (
                f"Under the lock of the {report.process} {len(under)} attacks were tried, not the "
                f"{len(tried)} of the control."
            )
        alone = {attack.name for attack in attacks() if attack.landlock} & tried
        if {result.name for result in report.files_alone} != alone:
            yield f"Not every attack on files was tried on Landlock alone ({report.process})."
        for result in report.got_through:
            yield f"{result.name} gets through the lock of the {report.process}."
        if not report.memory_locked:
            yield f"The memory of the {report.process} is not locked."
