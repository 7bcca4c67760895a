"""The doctor says where the station's memory may end up, and what is wrong with its libraries."""

from importlib import metadata
from pathlib import Path

import pytest

from device.framepool import Protection
from service.deploy.install import install
from service.doctor import host
from service.doctor.finding import Finding, Level

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


def proc(folder: Path, *, swaps: str = "", core_pattern: str = "core") -> Path:
    (folder / "sys/kernel").mkdir(parents=True)
    (folder / "swaps").write_text(HEAD + swaps)
    (folder / "sys/kernel/core_pattern").write_text(core_pattern + "\n")
    return folder


@pytest.mark.parametrize(
    ("swaps", "protection", "levels"),
    [
        ("", Protection.SECRET, ["ok", "ok"]),
        ("", Protection.NOT_DUMPED, ["ok", "ok"]),
        ("/dev/zram0  partition 100 0 100\n", Protection.NOT_DUMPED, ["ok", "ok"]),
        ("/dev/sda2  partition 100 0 -2\n", Protection.SECRET, ["warn", "ok"]),
        ("/dev/sda2  partition 100 0 -2\n", Protection.LOCKED, ["warn", "ok"]),
        ("/swapfile  file 100 0 -2\n", Protection.NOT_DUMPED, ["fail", "fail"]),
    ],
)
def test_swap_is_as_bad_as_the_memory_of_frames_is_badly_kept(
    tmp_path: Path, swaps: str, protection: Protection, levels: list[str]
) -> None:
    found = list(host.swap(proc_root=proc(tmp_path, swaps=swaps), protection=protection))
    assert [finding.level for finding in found] == levels
    assert found[0].remedy.startswith("Switch it off") is (levels[0] != "ok")


def test_the_kernel_is_asked_how_well_it_keeps_frames(tmp_path: Path) -> None:
    *_, memory = host.swap(proc_root=proc(tmp_path))
    assert memory.sentence.startswith("Frames live in memory")


@pytest.mark.parametrize(
    ("pattern", "level"),
    [
        ("core", Level.OK),
        ("|/bin/false", Level.OK),
        ("|/usr/lib/systemd/systemd-coredump %P %u", Level.WARN),
        ("|/usr/share/apport/apport -p%p", Level.WARN),
    ],
)
def test_core_dumps_that_go_to_a_program_are_told(
    tmp_path: Path, pattern: str, level: Level
) -> None:
    (found,) = host.core_dumps(proc_root=proc(tmp_path, core_pattern=pattern))
    assert found.level is level


@pytest.mark.parametrize(
    ("trace", "fatal", "logged", "says"),
    [
        ("0", "0", "errno trap", ""),
        ("1", "0", "errno trap", "debug.exception-trace=0"),
        ("0", "1", "errno trap", "kernel.print-fatal-signals=0"),
        ("0", "0", "kill_process errno", "kernel.seccomp.actions_logged='errno'"),
    ],
)
def test_a_kernel_that_writes_of_crashes_is_told_with_what_quiets_it(
    tmp_path: Path, trace: str, fatal: str, logged: str, says: str
) -> None:
    settings = tmp_path / "sys"
    for name, value in (
        ("debug/exception-trace", trace),
        ("kernel/print-fatal-signals", fatal),
        ("kernel/seccomp/actions_logged", logged),
    ):
        (settings / name).parent.mkdir(parents=True, exist_ok=True)
        (settings / name).write_text(value + "\n")
    (found,) = host.crash_lines(proc_root=tmp_path)
    assert (found.level is Level.WARN) == bool(says)
    assert says in found.remedy


def kernel_log(root: Path, *names: str) -> Finding:
    for number, name in enumerate(names, start=1):
        (root / f"proc/{number}").mkdir(parents=True, exist_ok=True)
        (root / f"proc/{number}/comm").write_text(name[:15] + "\n")
    (found,) = host.kernel_log(root=root, proc_root=root / "proc")
    return found


def test_a_journal_that_keeps_what_the_kernel_says_is_told(tmp_path: Path) -> None:
    assert kernel_log(tmp_path, "systemd-journald", "python").level is Level.WARN
    install(tmp_path, Path("/usr/bin/true"))
    assert kernel_log(tmp_path).level is Level.OK
    amended = tmp_path / "etc/systemd/journald.conf.d/99-more.conf"
    amended.parent.mkdir(parents=True)
    amended.write_text("[Journal]\nReadKMsg=yes\n")
    assert "systemd-journald" in kernel_log(tmp_path).sentence
    amended.rename(amended.with_name("10-less.conf"))  # ours comes later
    assert kernel_log(tmp_path).level is Level.OK
    assert "rsyslogd" in kernel_log(tmp_path, "systemd-journald", "rsyslogd").sentence


def test_without_anybody_who_keeps_it_the_kernels_log_is_in_memory(tmp_path: Path) -> None:
    assert kernel_log(tmp_path, "python", "limen-worker").level is Level.OK


@pytest.mark.parametrize(
    ("installed", "level", "says"),
    [
        ({"opencv-python-headless": "5.0.0.93"}, Level.OK, "5.0.0.93"),
        ({"opencv-python-headless": "4.11.0.86"}, Level.FAIL, "cuts 16-bit frames"),
        ({"opencv-python-headless": "5.0", "opencv-python": "5.0"}, Level.FAIL, "one OpenCV"),
        ({}, Level.FAIL, "none"),
    ],
)
def test_only_one_opencv_that_reads_16_bits_will_do(
    monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], level: Level, says: str
) -> None:
    def version(name: str) -> str:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(metadata, "version", version)
    (found,) = host.libraries()
    assert found.level is level
    assert says in found.sentence


@pytest.mark.parametrize(("uid", "level"), [(0, Level.WARN), (1, Level.OK)])
def test_root_is_told_that_it_is_too_much(
    monkeypatch: pytest.MonkeyPatch, uid: int, level: Level
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: uid)
    (found,) = host.rights()
    assert found.level is level
