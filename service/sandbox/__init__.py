"""The process lock: what makes "neither connected nor recording" a property of the kernel.

`launch` starts a process that is locked before its first line, and attacks the lock on the way;
`Start` answers what it asks while it starts, `Judge` reads from /proc what is in force, and the
`opener` then puts the camera's descriptor in place. The process itself only calls `settle`.
"""

from service.sandbox.errors import SandboxError

__all__ = ["SandboxError"]
