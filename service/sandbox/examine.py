"""Start a process as the supervisor does, judge it, and say what held: to examine the lock."""

import os
import select
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from service.sandbox.errors import SandboxError
from service.sandbox.judge import Judge
from service.sandbox.launch import Program, launch
from service.sandbox.profiles import Profile
from service.sandbox.report import LockReport
from service.sandbox.start import Start

_IDLE = "service.sandbox.idle"


def examine(profile: Profile, descriptors: Sequence[int] = ()) -> LockReport:
    """Return how a process of a kind is locked; this process must have one thread.

    Parameters
    ----------
    descriptors
        What it is given.

    Raises
    ------
    SandboxError
        When it cannot be locked, an attack got through, or the judge found a fault.
    """
    with settled(Program(_IDLE, descriptors=descriptors), profile) as (_, report):
        return report


@contextmanager
def settled(
    program: Program, profile: Profile, *, output: int | None = None
) -> Iterator[tuple[int, LockReport]]:
    """Start a program, wait until it has settled, and end it afterwards; raises as `examine`.

    Parameters
    ----------
    output
        Descriptor for what it prints.

    Yields
    ------
    tuple of int and LockReport
        Its process id, and how it is locked.
    """
    launched = launch(program, profile, output=output)
    if launched.listener is None or launched.report is None:
        raise SandboxError("The process was started without a lock.")
    judged: list[LockReport] = []
    judge = Judge(launched.pid, profile, program.descriptors, output=output is not None)
    report = launched.report

    def go() -> bool:
        judge.closed()
        return False

    start = Start(launched.listener, lambda: judged.append(judge.whole(report)), go)
    status = 0
    try:
        while select.select([start], [], []) and start.serve():
            pass
        if judged:
            judge.again()
            yield launched.pid, judged[0]
    finally:
        start.close()
        judge.close()
        os.kill(launched.pid, signal.SIGKILL)
        _, status = os.waitpid(launched.pid, 0)
    if not judged:
        code = os.waitstatus_to_exitcode(status)
        raise SandboxError(f"The {profile.name} process ended before it was judged ({code}).")
