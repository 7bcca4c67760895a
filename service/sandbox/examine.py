"""Start a process that does nothing, locked as a real one, judge it, and say what held."""

import os
import select
import signal
from collections.abc import Sequence

from service.sandbox.errors import SandboxError
from service.sandbox.judge import Judge
from service.sandbox.launch import Program, launch
from service.sandbox.profiles import Profile
from service.sandbox.report import LockReport
from service.sandbox.start import Start

_IDLE = "service.sandbox.idle"


def examine(
    profile: Profile, descriptors: Sequence[int] = (), program: str = _IDLE
) -> LockReport:
    """Return how a process of a kind is locked; this process must have one thread.

    Parameters
    ----------
    descriptors
        What it is given.
    program
        What runs; it settles.

    Raises
    ------
    SandboxError
        When it cannot be locked, an attack got through, or the judge found a fault.
    """
    launched = launch(Program(program, descriptors=descriptors), profile)
    if launched.listener is None or launched.report is None:
        raise SandboxError("The process was started without a lock.")
    judged: list[LockReport] = []
    judge, report = Judge(launched.pid, profile, descriptors), launched.report

    def go() -> bool:
        judge.closed()
        return False

    start = Start(launched.listener, lambda: judged.append(judge.whole(report)), go)
    try:
        while select.select([start], [], []) and start.serve():
            pass
        judge.again()
    finally:
        start.close()
        os.kill(launched.pid, signal.SIGKILL)
        _, status = os.waitpid(launched.pid, 0)
    if not judged:
        code = os.waitstatus_to_exitcode(status)
        raise SandboxError(f"The {profile.name} process ended before it was judged ({code}).")
    return judged[0]
