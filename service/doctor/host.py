"""The doctor's look at the computer: who runs the station, and where its memory may end up."""

import os
import pwd
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from device.framepool import FramePool, Protection
from service.doctor.finding import Finding, Level

_SPOKEN_OF_CRASHES = frozenset({"kill_process", "kill_thread", "log"})
_PROC = Path("/proc")
_KEEPERS = ("rsyslogd", "syslog-ng", "klogd", "auditd")  # each reads the kernel's log by itself
_JOURNAL = "systemd-journal"  # as much of its name as the kernel keeps
_CONFIGURES = ("usr/lib", "usr/local/lib", "run", "etc")  # the later, the stronger
_OPENCV = ("opencv-python-headless", "opencv-python", "opencv-contrib-python")
_BROKEN_OPENCV = "4.11."  # https://github.com/opencv/opencv/issues/27166


def rights() -> Iterator[Finding]:
    """Yield whether the user who runs this has more rights than the station needs."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        yield Finding(
            "user",
            Level.WARN,
            "This runs as root; the station needs no such rights.",
            "Run it as a user of its own, in the groups of the camera's nodes.",
        )
    else:
        yield Finding("user", Level.OK, f"This runs as {user}, who is not root.")


def swap(*, proc_root: Path = _PROC, protection: Protection | None = None) -> Iterator[Finding]:
    """Yield whether what the station has in memory may be written to a disk.

    Parameters
    ----------
    proc_root
        Root of procfs.
    protection
        How well the kernel keeps frames; None asks it.
    """
    if protection is None:
        with FramePool(16, 16) as pool:
            protection = pool.protection
    lines = (proc_root / "swaps").read_text().splitlines()[1:]
    areas = [line.split()[0] for line in lines]
    disks = [area for area in areas if not area.startswith("/dev/zram")]
    off = "Switch it off: sudo swapoff -a, and take it out of /etc/fstab"
    if not disks:
        inside = f" ({', '.join(areas)} lies in memory)" if areas else ""
        yield Finding("swap", Level.OK, f"Nothing is swapped to a disk{inside}.")
    elif protection is Protection.NOT_DUMPED:
        yield Finding(
            "swap",
            Level.FAIL,
            f"Frames may be written to a disk: {', '.join(disks)} is used for swap, and the "
            "kernel does not lock their memory.",
            off,
        )
    else:
        yield Finding(
            "swap",
            Level.WARN,
            f"{', '.join(disks)} is used for swap. Frames are locked in memory; numbers derived "
            "from them may be written there.",
            off,
        )
    words = {
        Protection.SECRET: "Frames live in memory that even the kernel does not map.",
        Protection.LOCKED: "Frames live in memory that is locked and in no core dump.",
        Protection.NOT_DUMPED: "Frames live in memory that is in no core dump, but not locked.",
    }
    locked = protection is not Protection.NOT_DUMPED
    yield Finding(
        "frame memory",
        Level.OK if locked or not disks else Level.FAIL,
        words[protection],
        "" if locked else "Raise the limit of locked memory (ulimit -l) to 64 MB",
    )


def core_dumps(*, proc_root: Path = _PROC) -> Iterator[Finding]:
    """Yield where the memory of a crashed process would go.

    The worker forbids itself a core dump; a program that the kernel pipes dumps to does not heed
    such a limit, so there should be none.
    """
    pattern = (proc_root / "sys/kernel/core_pattern").read_text().strip()
    if pattern.startswith("|") and not pattern.startswith(("|/bin/false", "|/usr/bin/false")):
        yield Finding(
            "core dumps",
            Level.WARN,
            f"A crashed program's memory is handed to {pattern[1:].split()[0]}. Frames are left "
            "out of it; what was computed from them is not.",
            "sudo sysctl -w kernel.core_pattern='|/bin/false', and the same in /etc/sysctl.d",
        )
    else:
        yield Finding("core dumps", Level.OK, "Core dumps are not handed to another program.")


def crash_lines(*, proc_root: Path = _PROC) -> Iterator[Finding]:
    """Yield whether the kernel writes lines about crashes into its log.

    Such a line holds addresses that the crashing process chose: bits that outlive it.
    """
    settings = proc_root / "sys"
    loud = [
        f"{name.replace('/', '.')}=0"
        for name in ("debug/exception-trace", "kernel/print-fatal-signals")
        if (settings / name).exists() and (settings / name).read_text().strip() != "0"
    ]
    actions = settings / "kernel/seccomp/actions_logged"
    if actions.exists() and "kill" in (logged := actions.read_text()):
        rest = " ".join(word for word in logged.split() if word not in _SPOKEN_OF_CRASHES)
        loud.append(f"kernel.seccomp.actions_logged='{rest}'")
    if loud:
        yield Finding(
            "crash lines",
            Level.WARN,
            "The kernel's log gets a line with addresses whenever a program crashes: a hostile "
            "library could write there, some bytes at a time.",
            f"sudo sysctl -w {' '.join(loud)}, and the same in /etc/sysctl.d",
        )
    else:
        yield Finding("crash lines", Level.OK, "A crash leaves no line in the kernel's log.")


def kernel_log(*, root: Path = Path("/"), proc_root: Path = _PROC) -> Iterator[Finding]:
    """Yield whether what the kernel says is written to a disk.

    In many of its lines are numbers that a process chose, or words of a camera's.
    """
    running = {_text(entry) for entry in proc_root.glob("[0-9]*/comm")}
    keepers = [name for name in _KEEPERS if name in running]
    if _JOURNAL in running and _journal_setting("ReadKMsg", root) not in {
        "no",
        "false",
        "off",
        "0",
    }:
        keepers.append("systemd-journald")
    if keepers:
        yield Finding(
            "kernel log",
            Level.WARN,
            f"What the kernel says is written to a disk by {', '.join(keepers)}: a hostile library "
            "or camera could have it write numbers of its choice.",
            "Of systemd-journald: ReadKMsg=no and Audit=no under [Journal] in "
            "/etc/systemd/journald.conf.d/limen.conf, which limen install lays down. Others: leave "
            "out what reads the kernel (imklog of rsyslog), or do without them",
        )
    else:
        yield Finding("kernel log", Level.OK, "What the kernel says is written to no disk.")


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:  # it has ended
        return ""


def _journal_setting(name: str, root: Path) -> str:
    """Return a setting of systemd-journald as it reads it (journald.conf(5)); empty: none."""
    folders = [root / folder / "systemd" for folder in _CONFIGURES]
    main = [file for folder in folders if (file := folder / "journald.conf").exists()][-1:]
    more = {file.name: file for folder in folders for file in folder.glob("journald.conf.d/*.conf")}
    value = ""
    for file in (*main, *(more[name] for name in sorted(more))):
        for line in _text(file).splitlines():
            key, is_set, said = line.partition("=")
            if is_set and key.strip() == name:
                value = said.strip().lower()
    return value


def libraries() -> Iterator[Finding]:
    """Yield whether the libraries that see pixels are those that work."""
    there = {name: version for name in _OPENCV if (version := _version(name))}
    if len(there) != 1:
        yield Finding(
            "opencv",
            Level.FAIL,
            f"There should be one OpenCV, and there is: {', '.join(there) or 'none'}.",
            "Set the station's environment up anew: ./run",
        )
    elif next(iter(there.values())).startswith(_BROKEN_OPENCV):
        yield Finding(
            "opencv",
            Level.FAIL,
            "This OpenCV (4.11) cuts 16-bit frames into bytes.",
            "Set the station's environment up anew: ./run",
        )
    else:
        name, version = next(iter(there.items()))
        python = ".".join(map(str, sys.version_info[:3]))
        yield Finding("opencv", Level.OK, f"{name} {version} on Python {python}.")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
