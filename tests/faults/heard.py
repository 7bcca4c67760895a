"""What a station said and when: its stream of events, heard beside the page that is filmed."""

import http.client
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

PATIENCE_S = 1.0
AGAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class Said:
    """One view, in a few words: when it was heard (wall clock), and for how long it held then."""

    at: float
    words: str
    holds_s: float

    @classmethod
    def of(cls, event: dict[str, Any], at: float) -> "Said":
        """Read an event of `/api/events`."""
        view = event["view"]
        verdicts = [visitor["verdict"] for visitor in view["visitors"]]
        words = " ".join([view["state"], *view["reasons"], *(f"[{v}]" for v in verdicts)])
        return cls(at, words, view["until_s"] - event["now_s"])


class Heard:
    """Listens until it is closed, whatever becomes of the process that speaks.

    Attributes
    ----------
    said
        All views, in the order in which they came.
    """

    def __init__(self, address: str) -> None:
        self._authority = address.split("//")[1].rstrip("/")
        self.said: list[Said] = []
        self._ended = False
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while not self._ended:
            with suppress(OSError, http.client.HTTPException):
                self._listen()
            time.sleep(AGAIN_S)

    def _listen(self) -> None:
        connection = http.client.HTTPConnection(self._authority, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/api/events", headers={"Accept": "text/event-stream"})
            response = connection.getresponse()
            while not self._ended and (line := response.readline()):
                if line.startswith(b"data:"):
                    self.said.append(Said.of(json.loads(line[5:]), time.time()))
        finally:
            connection.close()

    def at(self, at: float) -> str:
        """Return what had been said last at a time, and how long ago."""
        last = next((said for said in reversed(self.said) if said.at <= at), None)
        if last is None:
            return "nothing"
        return f"{last.words} ({at - last.at:.2f} s ago, for {max(0.0, last.holds_s):.2f} s)"

    def changes(self) -> list[Said]:
        """Return what was said that had not been said just before."""
        before = [None, *(said.words for said in self.said)]
        return [said for said, last in zip(self.said, before, strict=False) if said.words != last]

    def close(self) -> None:
        """Listen no more."""
        self._ended = True
