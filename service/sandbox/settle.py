"""What a locked process says when everything is loaded; see `service.sandbox.start`."""

import os

from service.sandbox.syscalls import syscall

_PR_SET_DUMPABLE = 4


class NotJudged(Exception):
    """Nobody answered as a supervisor does: this process must not go on."""


def settle(*, camera: bool = False) -> None:
    """Say that everything is loaded, wait for the judge, and close this process to others.

    From here on nothing can be opened or imported any more.

    Parameters
    ----------
    camera
        Whether a camera's video node is opened next: that is then the second call.

    Raises
    ------
    NotJudged
        When this process is not locked.
    """
    _ask(BlockingIOError)
    syscall("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)
    if not camera:
        _ask(OSError)


def open_camera() -> int:
    """Ask for the camera and return its descriptor, which an opener has put in place."""
    return os.open("/", os.O_RDWR | os.O_CLOEXEC)


def _ask(answer: type[OSError]) -> None:
    try:
        os.close(open_camera())
    except IsADirectoryError:
        raise NotJudged("This process is not locked.") from None
    except answer:
        return
    raise NotJudged("This process is not locked.")
