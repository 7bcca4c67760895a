"""Secret memory for the worker's frames: made for it, since a locked process can make none."""

import os

from service.sandbox.syscalls import syscall

SIZE = 4 * 1024 * 1024
"""Bytes: three frames of the largest sensor, and what a driver keeps besides."""


def create_frame_memory() -> int | None:
    """Return a descriptor of new secret memory; None when this kernel has none.

    Not even root reads it through /proc/PID/mem, and this process never maps it.
    """
    try:
        fd = syscall("memfd_secret", os.O_CLOEXEC)
    except OSError:
        return None
    os.ftruncate(fd, SIZE)
    return fd
