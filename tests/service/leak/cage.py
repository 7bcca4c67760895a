"""The cage, from outside: a fresh disk, a wire that ends here, and namespaces of its own."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from tests.service.leak.canary import Search, canary
from tests.service.leak.evidence import pieces_of_disk, previews_of_the_canary

PROJECT = Path(__file__).resolve().parents[3]
_DISK_BYTES = 1 << 30


@dataclass
class Findings:
    """What a run left behind, by where it was found."""

    told: dict[str, Any]
    disk: set[str] = field(default_factory=set)
    wire_bytes: int = 0

    @property
    def layers(self) -> dict[str, Any]:
        """Where the canary was found, with what; empty when nowhere."""
        seen = {
            "disk": sorted(self.disk),
            "files": self.told["files"],
            "writes": self.told["fanotify"],
            "shared memory": self.told["shm"],
            "wire": self.wire_bytes,
        }
        return {layer: what for layer, what in seen.items() if what}


def why_not() -> str:
    """Return why there can be no cage here; empty when there can."""
    if os.geteuid() != 0:
        return "a cage of namespaces and a disk of its own need root"
    if not Path("/dev/loop-control").exists():
        return "this machine has no loop devices for the cage's disk"
    tools = ("unshare", "mkfs.ext4", "ip", "mount")
    missing = [
        tool
        for tool in tools
        if not any((Path(p) / tool).exists() for p in ("/usr/bin", "/usr/sbin", "/bin", "/sbin"))
    ]
    return f"the cage needs {', '.join(missing)}" if missing else ""


def run(leak: str = "", *, seconds: float = 0.3, browser: bool = False) -> Findings:
    """Run the station in a fresh cage, with a leak or without, and search everything."""
    assert not why_not(), why_not()
    with tempfile.TemporaryDirectory(prefix="limen-cage-") as folder:
        image = Path(folder, "disk")
        with image.open("wb") as file:
            file.truncate(_DISK_BYTES)
        subprocess.run(["mkfs.ext4", "-q", "-E", "nodiscard", image], check=True)
        findings = _run_in(image, leak, seconds, browser=browser)
        search = Search(canary(), previews_of_the_canary())
        for piece in pieces_of_disk(image):
            findings.disk |= search.find(piece)
        return findings


def _run_in(image: Path, leak: str, seconds: float, *, browser: bool) -> Findings:
    command = [
        *("unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child"),
        *("--mount-proc", "--propagation", "private"),
        *(sys.executable, "-m", "tests.service.leak.inside"),
        *(str(image), leak, str(seconds), "browser" if browser else "-"),
    ]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "PYTHONPATH": str(PROJECT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LIMEN_PROJECT": str(PROJECT),
            "OPENBLAS_NUM_THREADS": "1",
        },
        text=True,
    ) as inside:
        assert inside.stdin is not None
        assert inside.stdout is not None
        assert inside.stdout.readline() == "mounted\n", "the cage could not be built"
        with Wire(inside.pid) as wire:
            inside.stdin.write("go\n")
            inside.stdin.flush()
            said = inside.stdout.read()
            inside.wait()
        assert inside.returncode == 0, said
        return Findings(json.loads(said), wire_bytes=wire.count)


class Wire:
    """The only way out of the cage: a cable whose other end is held here and counted."""

    def __init__(self, unshare_pid: int) -> None:
        (child,) = Path(f"/proc/{unshare_pid}/task/{unshare_pid}/children").read_text().split()
        self._pid = child
        self._here, self._there = f"lmc{child}a", f"lmc{child}b"
        self.count = 0

    def __enter__(self) -> Self:
        for command in (
            f"ip link add {self._here} type veth peer name {self._there}",
            f"ip link set {self._there} netns {self._pid}",
        ):
            subprocess.run(command.split(), check=True)
        Path(f"/proc/sys/net/ipv6/conf/{self._here}/disable_ipv6").write_text("1")
        within = ["nsenter", "--net", f"--target={self._pid}"]
        for command in (
            f"sysctl -q -w net.ipv6.conf.{self._there}.disable_ipv6=1",
            "ip link set lo up",
            f"ip addr add 10.77.0.2/24 dev {self._there}",
            f"ip link set {self._there} up",
        ):
            subprocess.run([*within, *command.split()], check=True)
        subprocess.run(["ip", "link", "set", self._here, "up"], check=True)
        self._capture = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._capture.bind((self._here, 3))
        self._capture.settimeout(0.2)
        subprocess.run([*within, "ip", "route", "add", "default", "via", "10.77.0.1"], check=True)
        self._open = True
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def _listen(self) -> None:
        while self._open:
            with contextlib.suppress(OSError):  # nothing came, or the cage has ended
                self.count += len(self._capture.recv(65536))

    def __exit__(self, *exc_info: object) -> None:
        self._open = False
        self._thread.join()
        self._capture.close()
        subprocess.run(["ip", "link", "del", self._here], check=False, stderr=subprocess.DEVNULL)
