"""The kiosk as it is installed, on a screen that can be looked at: cage inside of Xvfb.

Keys are pressed by their codes, as a keyboard's are. The keyboard of the compositor is ours. X has
its own, and hands on which of its Ctrl and Alt are held: it is given ours, too.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.deploy.install import KEYBOARD, POLICIES, install
from service.kiosk.browser import policies
from service.kiosk.keyboard import RULES, keyboard_files

WIDTH, HEIGHT = 1280, 800
PROGRAMS = {
    "cage": "cage",
    "Xvfb": "xvfb",
    "xdotool": "xdotool",
    "xkbcomp": "x11-xkb-utils",
    "aplay": "alsa-utils",
    "chromium": "chromium",
}
_RUN = """
import sys
from pathlib import Path
from service.kiosk.main import run
authority, profile, lamp = sys.argv[1:4]
run(authority, Path(profile), Path(lamp) if lamp else None, *sys.argv[4:])
"""


def missing() -> list[str]:
    """Return the packages that are not here."""
    return [package for program, package in PROGRAMS.items() if shutil.which(program) is None]


class Caged:
    """A kiosk before a station.

    Parameters
    ----------
    authority
        Of the station.
    folder
        For all of its files.
    lamp
        The node of its relay.
    """

    def __init__(self, authority: str, folder: Path, lamp: Path) -> None:
        self._folder = folder
        self._run = folder / "run"
        self._run.mkdir(mode=0o700)
        self.heard = folder / "heard.raw"  # what the machine's loudspeaker was given
        install(folder / "root", Path("/usr/bin/limen"))
        chromium = folder / "chromium"  # /etc/chromium of this kiosk alone
        if Path("/etc/chromium").exists():
            shutil.copytree("/etc/chromium", chromium, symlinks=True)
        rules = chromium / POLICIES.relative_to("etc/chromium")
        rules.parent.mkdir(parents=True, exist_ok=True)
        rules.write_text(policies(authority))
        alsa = folder / "alsa.conf"
        alsa.write_text(
            f'pcm.!default {{ type file slave.pcm null file "{self.heard}" format raw }}\n'
            "pcm.null { type null }\nctl.!default { type hw card 0 }\n"
        )
        self._display = f":{os.getpid() % 20000 + 100}"
        self._env = {
            **os.environ,
            "DISPLAY": self._display,
            "XDG_RUNTIME_DIR": str(self._run),
            "HOME": str(self._run),
            "WLR_BACKENDS": "x11",
            "WLR_RENDERER": "pixman",
            "XKB_CONFIG_EXTRA_PATH": str(folder / "root" / KEYBOARD),
            "XKB_DEFAULT_RULES": RULES,
            "XKB_DEFAULT_LAYOUT": "us",
            "ALSA_CONFIG_PATH": str(alsa),
        }
        size = f"{WIDTH}x{HEIGHT}x24"
        self._x = subprocess.Popen(
            # It would forget its keyboard when the program that gave it one ends.
            ["Xvfb", self._display, "-noreset", "-screen", "0", size, "-fbdir", folder],
            stderr=subprocess.DEVNULL,
        )
        until(lambda: Path(f"/tmp/.X11-unix/X{self._display[1:]}").exists(), "no X server")  # noqa: S108
        self._take_modifiers()
        inside = [
            *("cage", "--", sys.executable, "-c", _RUN, authority),
            *(str(self._run / "profile"), str(lamp), "--no-sandbox"),
        ]
        if os.geteuid() == 0:  # the policies are this kiosk's alone
            bind = 'mount --bind "$0" /etc/chromium && exec "$@"'
            inside = ["unshare", "--mount", "sh", "-c", bind, str(chromium), *inside]
        self._log = (folder / "log").open("w")
        self._cage = subprocess.Popen(
            inside, env=self._env, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def _take_modifiers(self) -> None:
        keymap = self._folder / "x"
        for path, text in keyboard_files(255).items():
            (keymap / path).parent.mkdir(parents=True, exist_ok=True)
            (keymap / path).write_text(text)
        (keymap / "keymap").write_text(
            'xkb_keymap { xkb_keycodes { include "limen" }; xkb_types { include "complete" };\n'
            'xkb_compatibility { include "complete" };\n'
            'xkb_symbols { include "limen(keys)+us+limen(nothing)" }; };\n'
        )
        there = ["xkbcomp", "-w0", f"-I{keymap}", str(keymap / "keymap"), self._display]
        subprocess.run(there, check=True, capture_output=True)

    @property
    def runs(self) -> bool:
        """Whether the compositor still does."""
        return self._cage.poll() is None

    def picture(self) -> NDArray[np.int16]:
        """Return what is on the glass: `(H, W, 3) int16`, blue, green, red."""
        raw = np.fromfile(self._folder / "Xvfb_screen0", np.uint8)
        frame = raw[-WIDTH * HEIGHT * 4 :].reshape(HEIGHT, WIDTH, 4)
        return frame[..., :3].astype(np.int16)

    def press(self, *codes: int) -> None:
        """Press keys by their codes, one after the other, and let them go."""
        downs = [word for code in codes for word in ("keydown", str(code))]
        ups = [word for code in reversed(codes) for word in ("keyup", str(code))]
        subprocess.run(["xdotool", *downs, *ups], env=self._env, check=True)

    def click(self, button: int, x: int, y: int, *held: int) -> None:
        """Click a mouse button, with keys held."""
        downs = [word for code in held for word in ("keydown", str(code))]
        ups = [word for code in held for word in ("keyup", str(code))]
        move = ["mousemove", str(x), str(y)]
        subprocess.run(
            ["xdotool", *move, *downs, "click", str(button), *ups], env=self._env, check=True
        )

    def browsers(self, kind: str = "") -> list[int]:
        """Return the browser's processes, or those of a kind: `renderer`, `gpu-process`."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes()
                ours = str(self._run).encode() in line or _parent(folder) in found
            except (FileNotFoundError, ProcessLookupError):
                continue
            if ours and b"chromium" in line and f"--type={kind}".encode() in line:
                found.append(int(folder.name))
        return found

    def said(self) -> str:
        """Return what it wrote."""
        return (self._folder / "log").read_text(errors="replace")[-3000:]

    def close(self) -> None:
        """End it."""
        os.killpg(self._cage.pid, signal.SIGKILL)
        self._cage.wait()
        for pid in self.browsers():
            os.kill(pid, signal.SIGKILL)
        self._x.terminate()
        self._x.wait()
        self._log.close()


def _parent(folder: Path) -> int:
    return int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])


def until(right: Callable[[], bool], what: str, *, within_s: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + within_s
    while not right():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
