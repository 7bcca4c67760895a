"""A camera comes to a locked process from outside, and nothing else does."""

import fcntl
import os
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.device.v4l2_shim.node import FakeNode, build_preload
from tests.service.sandbox.play import PROJECT, Played

Scene = Callable[..., Played]


@pytest.fixture
def line(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """Return the far end of a serial line, and a link to its near end, as the emulator makes it."""
    far, near = os.openpty()
    link = tmp_path / "camera"
    link.symlink_to(os.ttyname(near))
    yield far, link
    os.close(near)
    os.close(far)


PING = """
from service.sandbox.settle import open_camera
settle(camera=True)
camera = open_camera()
os.write(camera, b"ping")
print(os.fstat(camera).st_rdev > 0, os.get_blocking(camera), os.get_inheritable(camera))
time.sleep(0.5)
"""


def test_the_filter_gets_its_line_raw_fast_and_alone(scene: Scene, line: tuple[int, Path]) -> None:
    far, link = line
    seen: list[object] = []

    def watch() -> None:
        seen.append(os.read(far, 10))
        settings = termios.tcgetattr(far)
        seen.append(settings[4] == termios.B921600)
        seen.append(bool(settings[3] & (termios.ICANON | termios.ECHO)))
        other = os.open(link, os.O_RDWR | os.O_NOCTTY)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            seen.append("taken")
        os.close(other)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    done = scene(PING, profile="camera_filter", camera=str(link), serial=True)
    watcher.join(timeout=10.0)
    assert done.said.split() == ["True", "False", "False"], done
    assert seen == [b"ping", True, False, "taken"]


@pytest.mark.parametrize(
    "after", ["open_camera()", "open('/etc/passwd')", "os.open('/dev/null', os.O_RDWR)"]
)
def test_it_gets_one_descriptor_and_never_another(
    scene: Scene, line: tuple[int, Path], after: str
) -> None:
    script = PING.replace("time.sleep(0.5)\n", f"try:\n    {after}\nexcept OSError as error:\n    ")
    done = scene(
        script + "print(error.errno)\n", profile="camera_filter", camera=str(line[1]), serial=True
    )
    assert done.said.split()[-1] == "38", done


def test_a_line_that_another_program_has_is_named(scene: Scene, line: tuple[int, Path]) -> None:
    taken = os.open(line[1], os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(taken, fcntl.LOCK_EX)
    try:
        done = scene(PING, profile="camera_filter", camera=str(line[1]), serial=True)
    finally:
        os.close(taken)
    assert "Another program is using it" in done.refused
    assert "True" not in done.said


def test_a_camera_that_is_not_there_is_named(scene: Scene, tmp_path: Path) -> None:
    done = scene(PING, profile="camera_filter", camera=str(tmp_path / "gone"), serial=True)
    assert "It is not there" in done.refused
    assert "True" not in done.said


def test_before_it_is_judged_a_process_gets_no_camera(scene: Scene, line: tuple[int, Path]) -> None:
    """It asks for one at once; what it gets for that is the judge."""
    asks = """
from service.sandbox.settle import open_camera
held = open(os.__file__)
try:
    open_camera()
except OSError as error:
    print(error.errno)
"""
    done = scene(asks, profile="camera_filter", camera=str(line[1]), serial=True)
    assert "nobody gave it that" in done.refused
    assert done.said.split() == []


def test_a_video_node_works_under_the_lock(scene: Scene, tmp_path: Path) -> None:
    node = FakeNode(tmp_path, build_preload(tmp_path), 160, 120)
    plain = threading.Event()

    def film() -> None:
        value = 29_000
        while not plain.is_set():
            value += 1
            node.send_plain(value)
            time.sleep(0.02)

    camera = threading.Thread(target=film, daemon=True)
    camera.start()
    library = node.environment["LD_PRELOAD"]
    given = f"""
from pathlib import Path
from service.sandbox import launch
real = launch.readable
launch.readable = lambda further: (*real(further), Path({library!r}).parent)
"""
    try:
        done = scene(
            """
import numpy
from device.framepool import FramePool
from device.y16 import Y16Capture
settle(camera=True)
capture = Y16Capture(sys.argv[3], 160, 120)
pool = FramePool(120, 160)
values = []
for _ in range(5):
    slot = pool.take()
    capture.read_into(slot.write)
    values.append(int(slot.view[60, 80]))
print(values == sorted(values) and values[0] > 29_000)
capture.close()
pool.close()
print("closed")
""",
            str(node.path),
            before=given,
            preload={
                key: value
                for key, value in node.environment.items()
                if key.startswith(("FAKE", "LD"))
            }
            | {"FAKE_Y16_DEVICE": "1"},
            frames=True,
            camera=str(node.path),
        )
    finally:
        plain.set()
        node.ending = True  # nobody makes room for the frame that it may be at
        camera.join()
        node.unplug()
    assert done.said.split()[-2:] == ["True", "closed"], done


ALONE = """
import os
from service.sandbox.opener import Node, Opener

os.dup2(os.open("/etc/passwd", os.O_RDONLY), 99)

class Start:
    listener = os.pipe()[0]

    def put(self, descriptor):
        tried = {"node": lambda: os.fstat(descriptor), "inherited": lambda: os.read(99, 1)}
        for path in ("/etc/passwd", "/dev/zero", "/"):
            tried[path] = lambda path=path: os.open(path, os.O_RDONLY)
        for name, act in tried.items():
            try:
                act()
                os.write(1, f"{name} yes\\n".encode())
            except OSError:
                os.write(1, f"{name} no\\n".encode())

Opener(Start(), Node("/dev/null", serial=False)).end()
"""


def test_an_opener_has_its_node_and_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert done.stdout.splitlines() == [
        *("node yes", "inherited no", "/etc/passwd no", "/dev/zero no", "/ no")
    ]
