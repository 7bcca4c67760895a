"""The filter of a Lepton's commands: queries of extension units, which the filter itself asks."""

import errno
from collections import Counter
from collections.abc import Callable

from device.errors import ProtocolError
from device.lepton.commands import GET_CUR, GET_LEN, SET_CUR, Asked, Commands, answer

_LENGTH_BYTES = 2
_TABLE = {(c.value.unit, c.value.selector): c.value for c in Commands}


class LeptonFilter:
    """Lets queries through that the table of commands allows.

    Parameters
    ----------
    ask
        Asks the board; OSError with the kernel's number when that fails.

    Attributes
    ----------
    refused
        `no record`, or `not allowed`: how often something was kept from the camera.
    """

    def __init__(self, ask: Callable[[Asked], bytes]) -> None:
        self.refused: Counter[str] = Counter()
        self._ask = ask

    def answer(self, record: bytes) -> bytes:
        """Answer one record of the worker."""
        try:
            asked = Asked.from_bytes(record)
        except ProtocolError:
            self.refused["no record"] += 1
            return answer(errno.EACCES)
        if not _allows(asked):
            self.refused["not allowed"] += 1
            return answer(errno.EACCES)
        try:
            return answer(0, self._ask(asked))
        except OSError as error:
            return answer(error.errno or errno.EIO)


def _allows(asked: Asked) -> bool:
    command = _TABLE.get((asked.unit, asked.selector))
    if command is None:
        return False
    if asked.kind == SET_CUR:
        return asked.value in command.sets
    if asked.kind == GET_LEN:
        return (command.read or bool(command.sets)) and asked.value == bytes(_LENGTH_BYTES)
    return asked.kind == GET_CUR and command.read and asked.value == bytes(command.size)
