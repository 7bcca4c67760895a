"""The doctor's look at the process lock: it is closed and attacked, in a process made for it."""

import os
import subprocess
import sys
from collections.abc import Iterator

from service.doctor.finding import Finding, Level
from service.sandbox.__main__ import REPORT, RESULTS
from service.sandbox.attempts import Outcome
from service.sandbox.confine import SINGLE_THREADED

_LIMIT_S = 30.0


def look() -> Iterator[Finding]:
    """Yield whether the kernel can lock the processes, and whether the lock holds."""
    control = RESULTS.validate_json(_run("unlocked").stdout)
    open_doors = sum(result.outcome is Outcome.GOT_THROUGH for result in control)
    for process in ("worker", "camera_filter", "web"):
        done = _run(process)
        if done.returncode != 0:
            yield Finding(
                process,
                Level.FAIL,
                f"The {process} cannot be locked: {done.stderr.strip()}",
                "Mend what it names; the kernel must be Linux 6.12 or newer.",
            )
            continue
        report = REPORT.validate_json(done.stdout)
        through = report.got_through
        if through:
            names = ", ".join(result.name for result in through[:3])
            yield Finding(
                process,
                Level.FAIL,
                f"{len(through)} attacks get through the lock of the {process}: {names}.",
                "Do not use this computer until this is understood.",
            )
        else:
            yield Finding(
                process,
                Level.OK,
                f"The lock of the {process} holds: {len(report.attacks)} attacks denied; without "
                f"it {open_doors} of {len(control)} get through.",
            )


def _run(what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "service.sandbox", what],
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT_S,
        env={**os.environ, **SINGLE_THREADED},
    )
