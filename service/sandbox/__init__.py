"""The process lock: what makes "neither connected nor recording" a property of the kernel.

`lock_worker` and `lock_web` close a process for good and attack the lock from inside;
`probe` runs the same attacks in a process that is not locked, which is the control.
"""

from service.sandbox.confine import SINGLE_THREADED, Descriptor
from service.sandbox.errors import SandboxError
from service.sandbox.lock import AttackResult, LockReport, Outcome, lock_web, lock_worker, probe

__all__ = [
    "SINGLE_THREADED",
    "AttackResult",
    "Descriptor",
    "LockReport",
    "Outcome",
    "SandboxError",
    "lock_web",
    "lock_worker",
    "probe",
]
