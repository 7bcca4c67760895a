"""A whole station killed again and again, and what its state folder is worth: `scripts/kills N`.

A real station with a simulated camera is started on a state folder with a past and on a fixed port,
and killed (SIGKILL) at a random moment of its life: three of five times soon after one of its
writes there, as inotify(7) tells of them, else after some seconds, more often few than many. Then
the next one is started in the same place. After each kill, a copy of the folder is opened as a
station opens it: it must start by itself, its trail must verify, and everything that was
acknowledged - by the interface, or because it was there before - must be in it. Nobody may answer
on the port any more.

Prints how many were killed, when in their lives, and what was wrong. Then it restarts a station at
once, with open event streams, on the same port, so many times.
"""

import contextlib
import ctypes
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import numpy as np

from service.state.audit_events import TrailMended
from service.state.audit_trail import TRAIL, TornLine, read
from tests.service.running import PYTHON, gone, surroundings
from tests.service.state.day import PASSWORD, Acknowledged, kept, live, settings

HOST = "127.0.0.1"
LIVES_PER_FOLDER = 40  # reading the trail of all of them each time would take longer than they do
LONGEST_S = 8.0
GIVEN_UP_S = 60.0  # for a write that does not come, of a station that has made all of its own
MOST_WRITES = 26  # a station that screens has made about as many
SCENARIO = "lepton-one-healthy"
# inotify(7): written to, attributes, opened for writing and closed, moved here, made, gone
EVENTS = 0x2 | 0x4 | 0x8 | 0x80 | 0x100 | 0x200
_libc = ctypes.CDLL(None, use_errno=True)


class Writes:
    """Counts what is written in a folder.

    Attributes
    ----------
    number
        How many events there were.
    """

    def __init__(self, folder: Path) -> None:
        self.number = 0
        self._fd = _libc.inotify_init1(os.O_NONBLOCK)
        if self._fd < 0 or _libc.inotify_add_watch(self._fd, bytes(folder), EVENTS) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def look(self) -> int:
        """Return how many events there were until now."""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._fd, 64 * 1024)
            at = 0
            while at < len(data):
                at += 16 + int.from_bytes(data[at + 12 : at + 16], sys.byteorder)
                self.number += 1
        return self.number

    def close(self) -> None:
        """Watch no more."""
        os.close(self._fd)


class Life:
    """One station, from its start to its end by force."""

    def __init__(self, state: Path, port: int) -> None:
        self.began = time.monotonic()
        self.port = port
        self.printed = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed in `kill`
        self.process = subprocess.Popen(
            [
                *(PYTHON, "-m", "service.cli", "run", "--no-browser"),
                *("--port", str(port), "--state", str(state), "--scenario", SCENARIO),
            ],
            stdout=self.printed,
            stderr=subprocess.STDOUT,
            env=surroundings(),
        )
        self.session = ""

    @property
    def lived_s(self) -> float:
        """How old it is."""
        return time.monotonic() - self.began

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, dict[str, object]]:
        """Return status and content of an answer; (0, {}) when there is none."""
        authority = f"{HOST}:{self.port}"
        headers = {"Origin": f"http://{authority}", "Content-Type": "application/json"}
        headers |= {"Cookie": self.session} if self.session else {}
        text = None if body is None else json.dumps(body)
        connection = http.client.HTTPConnection(authority, timeout=5.0)
        try:
            with contextlib.closing(connection):
                connection.request(method, path, text, headers)
                with connection.getresponse() as response:
                    self.session = (response.headers["set-cookie"] or self.session).split(";")[0]
                    return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}

    def said(self) -> str:
        """Return what it has printed."""
        self.printed.seek(0)
        return self.printed.read()

    def kill(self, *, everyone: bool) -> list[int]:
        """Kill the supervisor, and its children too or not; return all of them."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        pids = [self.process.pid]
        with contextlib.suppress(FileNotFoundError):
            pids += [int(pid) for pid in children.read_text().split()]
        for pid in pids if everyone else pids[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        return pids


class Kills:
    """Lives in one place, one after another.

    Attributes
    ----------
    wrong
        What should not have been.
    """

    def __init__(self, place: Path, seed: int) -> None:
        self.wrong: list[str] = []
        self.lived_s: list[float] = []
        self.count: Counter[str] = Counter()
        self._draw = random.Random(seed)  # noqa: S311 - the same plan each time
        self._place = place
        self._state = place / "none"
        self._done = Acknowledged()
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = probe.getsockname()[1]

    def begin_folder(self) -> None:
        """Go on with a folder of a station that has lived for a day."""
        self.end_folder()
        self._state, self._done = self._place / f"state-{self.count['folders']}", Acknowledged()
        self.count["folders"] += 1
        self._state.mkdir()
        live(self._state, self._done)

    def end_folder(self) -> None:
        """Look how often the trail had to be mended, and forget the folder."""
        if self._state.exists():
            mended = (isinstance(entry.event, TrailMended) for entry in read(self._state))
            self.count["torn lines mended"] += sum(mended)
            shutil.rmtree(self._state)

    def one(self) -> None:
        """Start a station, kill it, and look at what is left."""
        at_write = self._draw.random() < 0.6
        write = 1 + int(MOST_WRITES * self._draw.random() ** 2)
        from_the_first = self._draw.random() < 0.5
        until_s = LONGEST_S * self._draw.random() ** 2
        soon_s = self._draw.uniform(0.0, 0.003)
        busy = self._draw.random() < 0.5
        writes = Writes(self._state)
        life = Life(self._state, self.port)
        since, asked_at = life.began, life.began
        while life.process.poll() is None and life.lived_s < GIVEN_UP_S:
            now = time.monotonic()
            if from_the_first and not writes.number:
                since = now
            if at_write and writes.look() >= write:
                self.count["killed at a write"] += 1
                time.sleep(soon_s)
                break
            if not at_write and writes.look() >= from_the_first and now - since >= until_s:
                break
            if now > asked_at + 0.4:
                self._use(life, busy=busy)
                asked_at = time.monotonic()
            time.sleep(0.0005)
        self.count["killed after the first write"] += writes.number > 0
        writes.close()
        if life.process.returncode is not None:
            self.wrong.append(f"life {len(self.lived_s)} ended by itself: {life.said()[-400:]}")
        self.lived_s.append(life.lived_s)
        pids = life.kill(everyone=self._draw.random() < 0.5)
        if not gone(pids, within_s=10.0):
            left = "; ".join(_named(pid) for pid in pids[1:])
            self.wrong.append(f"life {len(self.lived_s)}: one of {left} outlived the supervisor")
        if life.ask("GET", "/api/state")[0]:
            self.wrong.append(f"life {len(self.lived_s)}: somebody answers for a dead station")
        life.printed.close()
        self._check()

    def _use(self, life: Life, *, busy: bool) -> None:
        """Look at the screen, and sometimes change a setting: what is answered stays."""
        status, view = life.ask("GET", "/api/state")
        if status != HTTPStatus.OK:
            return
        self.count["answers"] += 1
        self.count["answers that say clear"] += view["state"] == "clear"
        if view["audit_head"]:
            self._done.heads.append(str(view["audit_head"]))
        if not busy:
            return
        if not life.session:
            life.ask("POST", "/api/admin/login", {"password": PASSWORD})
            return
        threshold_c = round(self._draw.uniform(37.0, 38.5), 1)
        self._done.threshold_c.append(threshold_c)
        wanted = settings(threshold_c).model_dump(mode="json")
        if life.ask("PUT", "/api/admin/settings", wanted)[0] == HTTPStatus.OK:
            self.count["settings acknowledged"] += 1
            self._done.threshold_c = [threshold_c]

    def _check(self) -> None:
        """Start on a copy, so that the next life finds what the killed one has left."""
        copy = self._place / "copy"
        shutil.copytree(self._state, copy)
        whole = (self._state / TRAIL).read_bytes().endswith(b"\n")
        self.count["torn lines left"] += not whole
        try:
            kept(copy, self._done)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
            self.wrong.append(f"after life {len(self.lived_s)}: {error!r}")
            shutil.copytree(self._state, self._place / f"wrong-{len(self.lived_s)}")
        # What is there once, and whole, may not go again.
        self._done.heads = sorted({*self._done.heads, *_whole_lines(self._state)})
        shutil.rmtree(copy)

    def report(self) -> None:
        """Print what came of it until now."""
        low, middle, high = np.percentile(self.lived_s, (5, 50, 95))
        print(
            f"{len(self.lived_s)} kills, at {low:.1f} to {high:.1f} s of life (p50 {middle:.1f} s)"
        )
        print("  " + ", ".join(f"{what}: {number}" for what, number in self.count.items()))
        print(
            f"  load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; wrong: {len(self.wrong)}"
        )
        for what in self.wrong:
            print(f"  {what}")
        sys.stdout.flush()

    def restart(self) -> bool:
        """Kill a station that has open streams, and start one at once; whether it was let in."""
        life = Life(self._state, self.port)
        streams = []
        while life.process.poll() is None and life.ask("GET", "/api/state")[0] != HTTPStatus.OK:
            time.sleep(0.05)
        for _ in range(4):
            stream = socket.create_connection((HOST, self.port), timeout=10.0)
            stream.sendall(f"GET /api/events HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n\r\n".encode())
            stream.recv(64)
            streams.append(stream)
        life.kill(everyone=self._draw.random() < 0.5)
        after = Life(self._state, self.port)
        while after.process.poll() is None and "alert screen is at" not in after.said():
            time.sleep(0.02)
        let_in = after.process.returncode is None
        after.kill(everyone=True)
        for stream in streams:
            stream.close()
        return let_in


def _named(pid: int) -> str:
    """Return name, state and system call of a process."""
    said = []
    for name in ("comm", "stat", "wchan", "cmdline"):
        with contextlib.suppress(OSError):
            said.append(Path(f"/proc/{pid}/{name}").read_text()[:80])
    return " ".join(said) or f"{pid} (gone)"


def _whole_lines(folder: Path) -> Iterator[str]:
    """Yield the heads of a trail's lines, without a torn one at its end."""
    with contextlib.suppress(TornLine):
        for entry in read(folder):
            yield entry.short_head


def main(number: int, first: int, restarts: int = 15) -> int:
    """Kill so many, then restart; return how many things were wrong."""
    with tempfile.TemporaryDirectory() as place:
        kills = Kills(Path(place), first)
        for life in range(number):
            if life % LIVES_PER_FOLDER == 0:
                kills.begin_folder()
            kills.one()
            if life % 25 == 24:
                kills.report()
        kills.report()
        let_in = sum(kills.restart() for _ in range(restarts))
        kills.end_folder()
    print(f"{restarts} restarts at once on the same port: {restarts - let_in} refused")
    return len(kills.wrong) + restarts - let_in


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)))
