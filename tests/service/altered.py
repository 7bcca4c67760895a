"""The real station on a computer, or with a library, that is not as it should be.

python -m tests.service.altered no-lockable-memory run ...
python -m tests.service.altered library:FOLDER run ...
python -m tests.service.altered hurried:30 run ...
"""

import resource
import sys
from pathlib import Path
from typing import Any

from service.acceptance import settling
from service.cli.main import main
from service.sandbox import confine, launch, paths
from service.sandbox.syscalls import syscall
from service.supervisor.accepting import calibration, taking


def no_lockable_memory() -> None:
    """Be as a user without the right, nor the limit, to lock memory (`ulimit -l 0`)."""
    header, sets = confine._capabilities()
    for place in range(6):
        sets[place] &= ~confine.CAP_IPC_LOCK & 0xFFFFFFFF
    syscall("capset", header, sets)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))


def library(folder: Path) -> None:
    """Let the locked processes find what is in a folder before anything else."""
    found, read = paths.search_path, paths.readable
    launch.search_path = lambda: [str(folder), *found()]  # type: ignore[attr-defined]
    launch.readable = lambda further: (*read(further), folder)  # type: ignore[attr-defined]


def hurried(lapse: float) -> None:
    """Let more seconds pass in each second of a measured series, and while a sensor settles."""
    settling.STEADY_S = max(settling.EVERY_S, settling.STEADY_S / lapse)  # type: ignore[misc] # as said
    calibration.SETTLED_S = max(calibration.STATUS_S, calibration.SETTLED_S / lapse)  # type: ignore[misc] # as said
    real = taking.Taking.second

    def second(self: taking.Taking, what: Any, at_s: float, *rest: Any) -> Any:
        return real(self, what, lapse * at_s, *rest)

    taking.Taking.second = second  # type: ignore[assignment, method-assign] # as said


if __name__ == "__main__":
    what, _, where = sys.argv.pop(1).partition(":")
    if what == "library":
        library(Path(where))
    elif what == "hurried":
        hurried(float(where or 12.0))
    else:
        no_lockable_memory()
    main()
