"""A fake Y16 video node, and a process in which the real cv2.VideoCapture opens it.

The node lives in another process than the test because LD_PRELOAD works from the start of a
process, and because the writer's end of the FIFO must be closed for an unplug.
"""

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import termios
from array import array
from pathlib import Path
from typing import Any

import numpy as np
import pytest

_SOURCE = Path(__file__).with_name("y16_node.c")
_ROOT = Path(__file__).parents[3]
_FLAGS = ("-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC")
_F_SETPIPE_SZ = 1031


def build_preload(folder: Path) -> Path:
    """Compile the preload library, or skip with the reason (fail where CI promises a compiler)."""
    compiler = shutil.which("gcc")
    if compiler is None:
        reason = "gcc is not installed: the fake video node cannot be built"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    library = folder / "y16_node.so"
    subprocess.run(
        [
            compiler,
            *["-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC", "-o"],
            library,
            _SOURCE,
            "-ldl",
        ],
        check=True,
    )
    return library


class FakeNode:
    """The camera's side of the node: what is sent here arrives at cv2.VideoCapture."""

    def __init__(self, folder: Path, preload: Path, width: int, height: int) -> None:
        self.path = folder / "video0"
        self.width, self.height = width, height
        self.preload = preload
        self.ending = False
        self.plug()

    def plug(self) -> None:
        """Make the node appear."""
        os.mkfifo(self.path)
        self._end = os.open(self.path, os.O_RDWR)
        os.set_blocking(self._end, False)
        fcntl.fcntl(self._end, _F_SETPIPE_SZ, 1 << 20)

    def unplug(self) -> None:
        """Make it vanish: its name is gone, and who has it open gets ENODEV."""
        if self._end >= 0:
            self.path.unlink()
            end, self._end = self._end, -1
            os.close(end)

    def send(self, frame: np.ndarray) -> None:
        """Send one `(height, width)` frame (or a part of one); waits for room unless `ending`."""
        rest = np.ascontiguousarray(frame, "<u2").data.cast("B")
        while rest and not self.ending:
            if select.select((), (self._end,), (), 0.1)[1]:
                rest = rest[os.write(self._end, rest) :]

    @property
    def queued(self) -> int:
        """Whole frames that nobody has taken yet."""
        count = array("i", [0])
        fcntl.ioctl(self._end, termios.FIONREAD, count)
        return count[0] // (self.width * self.height * 2)

    def send_plain(self, *values: int) -> None:
        """Send one frame per value, all of its pixels that value."""
        for value in values:
            self.send(np.full((self.height, self.width), value, "<u2"))

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to see the node."""
        return {
            **os.environ,
            "LD_PRELOAD": str(self.preload),
            "FAKE_Y16_NODE": str(self.path),
            "FAKE_Y16_WIDTH": str(self.width),
            "FAKE_Y16_HEIGHT": str(self.height),
        }


class Session:
    """A process that runs one of the scripts beside this file: a line in, a JSON line out."""

    def __init__(self, script: str, node: FakeNode, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name(script), node.path, *map(str, arguments)],
            env=node.environment,
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, line: str) -> Any:
        """Send a line and return the answer to it."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self) -> Any:
        """Return the next answer."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"the session ended with {self.process.wait(5)}"
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()
