"""The one error of the process lock."""


class SandboxError(Exception):
    """The process could not be locked, or the lock did not hold: it must not see a frame.

    Parameters
    ----------
    what
        What is missing or what got through, and what was expected.
    remedy
        What the person in front of the machine can do about it.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what} {remedy}".rstrip())
        self.what = what
        self.remedy = remedy
