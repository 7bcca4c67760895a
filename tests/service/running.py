"""A running station: the real command, its processes, and an outside client of its interface."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from service.ipc.preview_memory import PIXELS_AT, SIZE

STARTS_WITHIN_S = 90.0
_SHIPPED = Path(__file__).parents[2] / ".venv/bin/python"
# A station is tried in the environment that ships, without the tools of the tests.
PYTHON = str(_SHIPPED) if _SHIPPED.exists() else sys.executable


def surroundings() -> dict[str, str]:
    """Return an environment as a station has it: OpenCV, once loaded here, amends our own."""
    return {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}


class RunningStation:
    """`limen run` in a process of its own, on a free port.

    Parameters
    ----------
    altered
        What is not as it should be: see `tests.service.altered`.
    python
        Of the environment in which it runs.

    Attributes
    ----------
    address
        Of the alert screen, without a slash at the end.
    state
        Its state folder.
    """

    def __init__(self, state: Path, *options: str, altered: str = "", python: str = PYTHON) -> None:
        self.state = state
        how = ("tests.service.altered", altered) if altered else ("service.cli",)
        self.process = subprocess.Popen(
            [
                *(python, "-m", *how, "run", "--port", "0", "--no-browser"),
                *("--state", str(state)),
                *options,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=surroundings(),
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.log: list[str] = []
        self._reader = threading.Thread(target=self._read_log, daemon=True)
        self._reader.start()
        line = self.process.stdout.readline()
        if "http://" not in line:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=10.0)
            self.close()  # or whichever test runs when it is collected fails for its open pipes
            raise AssertionError(f"the station did not start: {''.join(self.log)}")
        self.authority = line.split("http://")[1].split("/")[0]
        self.address = f"http://{self.authority}"

    def _read_log(self) -> None:
        assert self.process.stderr is not None
        self.log.extend(self.process.stderr)

    def children(self) -> dict[str, int]:
        """Return the process ids of the worker and the web process by their names."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                status = (entry / "stat").read_text()
                command = (entry / "comm").read_text().strip()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(status.rpartition(")")[2].split()[1]) != self.process.pid:
                continue
            for name in ("worker", "web"):
                if command == f"limen-{name}":
                    found[name] = int(entry.name)
        return found

    def whole(self) -> bool:
        """Whether it runs with both of its children, none of them frozen."""
        if self.process.poll() is not None:
            return False
        pids = [self.process.pid, *self.children().values()]
        return len(pids) == 3 and all(_state(pid) not in {"T", "Z", ""} for pid in pids)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to a child, and return its process id."""
        pid = self.children()[name]
        os.kill(pid, number)
        return pid

    def view(self) -> dict[str, Any]:
        """Return what a screen shows now."""
        return self._get("/api/state")

    def check_code(self) -> str:
        """Return the check code that is shown now; empty while there is none."""
        return str(self._get("/api/check")["text"])

    def _get(self, path: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self.authority, timeout=30.0)
        with contextlib.closing(connection):
            connection.request("GET", path)
            with connection.getresponse() as response:
                body = response.read()
        assert response.status == 200, body
        return dict(json.loads(body))

    def views(self) -> Generator[dict[str, Any], None, None]:
        """Yield views as they come, for as long as the stream lasts."""
        connection = http.client.HTTPConnection(self.authority, timeout=30.0)
        connection.request("GET", "/api/events")
        with contextlib.closing(connection), connection.getresponse() as response:
            assert response.status == 200
            while line := response.readline():
                if line.startswith(b"data:"):
                    yield json.loads(line[5:])["view"]

    def wait_for(
        self, right: Callable[[dict[str, Any]], bool], *, within_s: float = STARTS_WITHIN_S
    ) -> dict[str, Any]:
        """Return the first view that is right; fail with the last one when none comes."""
        deadline = time.monotonic() + within_s
        view: dict[str, Any] = {}
        while time.monotonic() < deadline:
            try:
                view = self.view()
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if right(view):
                return view
            time.sleep(0.03)
        raise AssertionError(f"waited {within_s} s in vain, last was {view}; {self.log[-12:]}")

    def screening(self, *, within_s: float = STARTS_WITHIN_S) -> dict[str, Any]:
        """Wait until people are screened."""
        return self.wait_for(
            lambda view: view["state"] not in {"starting", "not_screening"}, within_s=within_s
        )

    def picture_memory(self) -> bytes:
        """Return the thermal view's grey values as they are in the worker's memory."""
        return self.preview_memory()[PIXELS_AT:]

    def preview_memory(self) -> bytes:
        """Return the memory of `service.ipc.preview_memory` as the worker wrote it."""
        pid = self.children()["worker"]
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            if "limen-preview" in line:
                start = int(line.split("-")[0], 16)
                with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123
                    memory.seek(start)
                    return memory.read(SIZE)
        raise AssertionError("the worker has no thermal view")

    def close(self) -> None:
        """End it, whatever state it is in."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=5.0)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        # It ends with the last process that holds the other end, and closing would break its read.
        self._reader.join(timeout=30.0)
        assert not self._reader.is_alive(), "a process of the station outlived it"
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def _state(pid: int) -> str:
    """Return the letter of a process's state, as in `ps`; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def alive(pid: int) -> bool:
    """Whether a process still runs (a zombie does not)."""
    return _state(pid) not in {"", "Z"}


def gone(pids: list[int], *, within_s: float) -> bool:
    """Whether all processes end within a time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False
