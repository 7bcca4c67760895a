"""First process inside the cage: a fresh disk over the machine's own, and eyes on every write.

    python -m tests.service.leak.inside IMAGE LEAK SECONDS BROWSER

It mounts, waits for a line (the wire is there), runs the station and perhaps a browser in the
cage, looks at everything that they left, and prints one JSON object.
"""

import ctypes
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from service.state.audit_events import ProcessLocked, ProcessNotLocked
from service.state.audit_trail import read
from service.state.child_events import WRITTEN_EVERY_S
from tests.narrow import some
from tests.service.leak.canary import Search, canary
from tests.service.leak.evidence import children_of, memory_of, previews_of_the_canary
from tests.service.leak.fanotify import Watch

BASE = Path("/mnt")
ROOT = BASE / "root"
STATE = "/var/lib/limen"
LOG = "var/log/limen.log"
WORKER_LOST = b"kind=process_lost process=worker"  # written on the full ten seconds


def mount(source: str, target: Path | str, kind: str, options: str = "") -> None:
    chosen = ["-o", options] if options else []
    subprocess.run(["mount", "-t", kind, *chosen, source, str(target)], check=True)


def build(image: str) -> None:
    """Lay a fresh file system over the machine's, so that every change lands in the image."""
    mount(image, BASE, "ext4", "loop")
    for name in ("upper", "work", "root"):
        (BASE / name).mkdir()
    mount("overlay", ROOT, "overlay", f"lowerdir=/,upperdir={BASE}/upper,workdir={BASE}/work")
    mount("proc", ROOT / "proc", "proc")
    subprocess.run(["mount", "--rbind", "/dev", ROOT / "dev"], check=True)
    mount("tmpfs", ROOT / "dev/shm", "tmpfs")
    (ROOT / "var/lib/limen").mkdir(parents=True, exist_ok=True)
    (ROOT / LOG).parent.mkdir(parents=True, exist_ok=True)
    (ROOT / "etc/resolv.conf").unlink(missing_ok=True)
    (ROOT / "etc/resolv.conf").write_text("nameserver 10.77.0.1\n")


def enter() -> None:
    """Go into the cage; run in the child between fork and exec."""
    os.chroot(ROOT)
    os.chdir(os.environ["LIMEN_PROJECT"])
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def start(command: list[str], **environment: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=enter,  # noqa: PLW1509 - this process has one thread
        env={**os.environ, "HOME": "/root", "PYTHONDONTWRITEBYTECODE": "1", **environment},
    )


class Log:
    """What the station prints, kept in a file on the cage's disk as a journal would."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        os.set_blocking(pipe, False)
        self._file = (ROOT / LOG).open("ab", buffering=0)
        self.text = b""

    def follow(self, seconds: float, until: bytes = b"", *, after: int = 0) -> bool:
        """Copy for a while; return whether a word came by, behind so many bytes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until and until in self.text[after:]):
            if select.select([self._pipe], [], [], 0.05)[0]:
                said = os.read(self._pipe, 1 << 20)
                if not said:
                    break
                self.text += said
                self._file.write(said)
        return bool(until) and until in self.text[after:]


def browse(address: str, seconds: float, search: Search, log: Log) -> dict[str, object]:
    """Show the alert screen in the browser of the kiosk; return whether it shows the canary."""
    browser = start(
        [sys.executable, "-m", "tests.service.leak.browser", address, str(seconds)],
    )
    output = some(browser.stdout)
    os.set_blocking(output.fileno(), True)
    out = b""
    while browser.poll() is None or select.select([output], [], [], 0)[0]:
        log.follow(0.05)
        if select.select([output], [], [], 0)[0]:
            said = os.read(output.fileno(), 1 << 20)
            if not said:
                break
            out += said
    browser.wait()
    header, _, picture = out.partition(b"\n")
    if not header.startswith(b"{"):
        return {"error": out.decode(errors="replace")[-2000:], "shown": False}
    screen = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    return {
        **json.loads(header),
        "shown": screen is not None and search.shows(screen.astype(np.uint8)),
    }


def main() -> None:
    image, leak, seconds, browser = sys.argv[1:]
    build(image)
    print("mounted", flush=True)
    sys.stdin.readline()
    previews = previews_of_the_canary()
    watch = Watch(str(ROOT), str(ROOT / "dev/shm"))
    search = Search(canary(), previews)
    station = start(
        [sys.executable, "-m", "tests.service.leak.canary_station", STATE], LIMEN_LEAK=leak
    )
    log = Log(some(station.stdout).fileno())
    told: dict[str, object] = {}
    told["started"] = log.follow(30.0, b"address ")
    word = WORKER_LOST if leak == "core dump" else b"canary: shown"
    told["shown"] = log.follow(40.0, word)
    if browser == "browser" and told["shown"]:
        address = log.text.split(b"address ")[1].split()[0].decode()
        told["browser"] = browse(address, float(seconds), search, log)
    else:
        log.follow(float(seconds))
    processes = {"supervisor": station.pid, **children_of(station.pid)}
    told["memory"] = leak or {
        name: {"found": sorted(found), "frames": frames}
        for name, pid in processes.items()
        for found, frames in [memory_of(pid, search)]
    }
    if not leak and "worker" in processes:  # a crash that would dump memory if it could
        before, lost = len(log.text), WORKER_LOST in log.text
        os.kill(processes["worker"], signal.SIGSEGV)
        noted = log.follow(WRITTEN_EVERY_S + 5.0, WORKER_LOST, after=before)
        told["crashed"] = noted and not lost and not Path(f"/proc/{processes['worker']}").exists()
    station.terminate()
    log.follow(4.0)
    station.wait()
    told["locks"] = sorted(
        (one.event.kind, one.event.process)
        for one in read(ROOT / STATE.lstrip("/"))
        if isinstance(one.event, ProcessLocked | ProcessNotLocked)
    )
    told["log"] = log.text.decode(errors="replace")[-3000:]

    written: dict[str, set[str]] = {}
    names = set()
    for path, content in watch.written():
        names.add(path.removeprefix(str(ROOT)))
        if found := search.find(content):
            written.setdefault(path, set()).update(found)
    told["written"] = sorted(names)
    told["fanotify"] = {path: sorted(found) for path, found in written.items()}
    told["files"], told["changed"] = look_at(BASE / "upper", search)
    told["shm"], _ = look_at(ROOT / "dev/shm", search)
    ctypes.CDLL(None).sync()
    print(json.dumps(told), flush=True)


def look_at(folder: Path, search: Search) -> tuple[dict[str, list[str]], list[str]]:
    found, changed = {}, []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = str(path.relative_to(folder))
            changed.append(name)
            if hit := search.find(path.read_bytes()):
                found[name] = sorted(hit)
    return found, changed


if __name__ == "__main__":
    main()
