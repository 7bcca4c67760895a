"""Lays the station's system files down, and takes every trace of it away again.

What was laid down is listed in one manifest; uninstalling removes what is listed, the state and
the users. With another prefix than `/` only files are written: for packages and for tests.
"""

import shutil
import subprocess
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from service.kiosk.browser import policies
from service.kiosk.keyboard import keyboard_files

MANIFEST = Path("usr/lib/limen/manifest")
POLICIES = Path("etc/chromium/policies/managed/limen.json")
KEYBOARD = Path("usr/lib/limen/xkb")
CONFIG = Path("etc/limen/limen.toml")
STATE = Path("var/lib/limen")
USERS = ("limen", "limen-kiosk")
UNITS = ("limen-kiosk.service", "limen-attest.path", "limen.service", "limen.socket")
PLACES = {
    "limen.service": Path("usr/lib/systemd/system/limen.service"),
    "limen.socket": Path("usr/lib/systemd/system/limen.socket"),
    "limen-kiosk.service": Path("usr/lib/systemd/system/limen-kiosk.service"),
    "limen-attest.service": Path("usr/lib/systemd/system/limen-attest.service"),
    "limen-attest.path": Path("usr/lib/systemd/system/limen-attest.path"),
    "70-limen.rules": Path("usr/lib/udev/rules.d/70-limen.rules"),
    "limen-sysusers.conf": Path("usr/lib/sysusers.d/limen.conf"),
    "limen-tmpfiles.conf": Path("usr/lib/tmpfiles.d/limen.conf"),
    "limen-sysctl.conf": Path("usr/lib/sysctl.d/60-limen.conf"),
    "limen-journald.conf": Path("usr/lib/systemd/journald.conf.d/60-limen.conf"),
    "limen.toml": CONFIG,
}


class InstallError(Exception):
    """The station cannot be installed or removed. The sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command that makes the files count, or stops them from counting; each may be missing."""

    command: tuple[str, ...]
    needed: bool = False


_READ_JOURNALS_SETTINGS = Step(("systemctl", "try-restart", "systemd-journald.service"))
_AFTER_INSTALL = (
    Step(("systemd-sysusers",), needed=True),
    Step(("systemd-tmpfiles", "--create"), needed=False),
    Step(("sysctl", "--quiet", "--system")),
    Step(("udevadm", "control", "--reload")),
    Step(("systemctl", "daemon-reload")),
    _READ_JOURNALS_SETTINGS,
)
_BEFORE_REMOVAL = (Step(("systemctl", "disable", "--now", *UNITS)),)
_AFTER_REMOVAL = (
    *(Step(("userdel", user)) for user in USERS),
    Step(("udevadm", "control", "--reload")),
    Step(("systemctl", "daemon-reload")),
    _READ_JOURNALS_SETTINGS,
)


def rendered(name: str, executable: Path) -> str:
    """Return one of our files as it is laid down.

    Parameters
    ----------
    executable
        The `limen` command that the service starts.
    """
    template = (files("service.deploy") / "files" / name).read_text(encoding="utf-8")
    return template.replace("@LIMEN@", str(executable))


def made() -> dict[Path, str]:
    """Return what is made from tables: the browser's policies and the kiosk's keyboard."""
    keyboard = {KEYBOARD / path: text for path, text in keyboard_files().items()}
    return {POLICIES: policies(), **keyboard}


def install(prefix: Path, executable: Path) -> tuple[Path, ...]:
    """Lay the files down and make them count; return where they are.

    An existing configuration stays as it is. Nothing is started or enabled.

    Raises
    ------
    InstallError
        When a file cannot be written.
    """
    placed = []
    try:
        files_of = {place: rendered(name, executable) for name, place in PLACES.items()}
        for place, text in (files_of | made()).items():
            target = prefix / place
            placed.append(target)
            if place == CONFIG and target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            target.chmod(0o644)
        manifest = prefix / MANIFEST
        manifest.parent.mkdir(parents=True, exist_ok=True)
        listed = [str(path.relative_to(prefix)) for path in placed]
        manifest.write_text("".join(f"{line}\n" for line in [*listed, str(MANIFEST)]))
    except OSError as error:
        raise InstallError(
            f"{error.filename} cannot be written ({error.strerror}). "
            "Run it as root, or choose another folder with --prefix."
        ) from error
    if _is_machine(prefix):
        _take(_AFTER_INSTALL)
    return (*placed, manifest)


def uninstall(prefix: Path) -> tuple[Path, ...]:
    """Stop the station and remove its files, its state and its users.

    Returns
    -------
    tuple of Path
        What was removed.

    Raises
    ------
    InstallError
        When there is no manifest, or something cannot be removed.
    """
    manifest = prefix / MANIFEST
    try:
        listed = manifest.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise InstallError(
            f"No station is installed under {prefix}: {manifest} is not there."
        ) from error
    if _is_machine(prefix):
        _take(_BEFORE_REMOVAL)
    try:
        removed = [path for line in listed if (path := _remove(prefix / line)) is not None]
        for folder in (prefix / STATE, prefix / "run/limen-kiosk"):
            if folder.exists():
                shutil.rmtree(folder)
                removed.append(folder)
        below = [prefix / KEYBOARD / name for name in ("rules", "keycodes", "symbols", "")]
        for folder in (*below, prefix / CONFIG.parent, prefix / MANIFEST.parent):
            if folder.exists() and not any(folder.iterdir()):
                folder.rmdir()
    except OSError as error:
        raise InstallError(f"{error.filename} cannot be removed ({error.strerror}).") from error
    if _is_machine(prefix):
        _take(_AFTER_REMOVAL)
    return tuple(removed)


def _remove(target: Path) -> Path | None:
    if not target.exists():
        return None
    target.unlink()
    return target


def _is_machine(prefix: Path) -> bool:
    return prefix.resolve() == Path("/")


def _take(steps: tuple[Step, ...]) -> None:
    for step in steps:
        tool = shutil.which(step.command[0])
        if tool is None and step.needed:
            raise InstallError(f"{step.command[0]} is not there: install the systemd package.")
        if tool is not None:
            done = subprocess.run([tool, *step.command[1:]], check=False, capture_output=True)
            if done.returncode != 0 and step.needed:
                raise InstallError(f"{' '.join(step.command)} failed: {done.stderr.decode()}")
