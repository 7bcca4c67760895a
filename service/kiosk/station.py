"""Asking the station, twenty times a second, in a thread: whoever waits for it must not be held."""

import http.client
import json
import threading
import time
from typing import Final

from service.kiosk.judgement import Answer

_EVERY_S: Final = 0.05
_WITHIN_S: Final = 0.4


class Station:
    """The latest answer of a station and when it was given.

    Parameters
    ----------
    authority
        Its host and port.
    """

    def __init__(self, authority: str) -> None:
        self._authority = authority
        self._ended = threading.Event()
        self.latest: tuple[Answer, float] | None = None
        self._thread = threading.Thread(target=self._ask_for_ever, daemon=True)
        self._thread.start()

    def _ask_for_ever(self) -> None:
        connection = http.client.HTTPConnection(self._authority, timeout=_WITHIN_S)
        while not self._ended.wait(_EVERY_S):
            asked_at = time.monotonic()  # what is said is no older than the question
            try:
                connection.request("GET", "/api/kiosk")
                response = connection.getresponse()
                said = json.loads(response.read(4096))
                if response.status == http.client.OK:
                    self.latest = Answer(**said), asked_at
            except (OSError, http.client.HTTPException, ValueError, TypeError):
                connection.close()  # and the next question opens it again

    def close(self) -> None:
        """Ask no more."""
        self._ended.set()
        self._thread.join()
