"""Each thing that the judge looks at ends a process by itself: read from a /proc made of files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from service.sandbox.confine import ADDRESS_SPACE_BYTES, CAP_IPC_LOCK
from service.sandbox.errors import SandboxError
from service.sandbox.judge import Judge
from service.sandbox.launch import FILTERS
from service.sandbox.profiles import WEB, WORKER, Profile
from service.sandbox.report import LockReport

PID, PARENT = 77, 7
STATUS = {
    "State": "S (sleeping)",
    "VmSize": "450000 kB",
    "VmLck": "449964 kB",
    "VmRSS": "171000 kB",
    "Threads": "1",
    "CapInh": "0",
    "CapPrm": f"{CAP_IPC_LOCK:x}",
    "CapEff": f"{CAP_IPC_LOCK:x}",
    "CapBnd": "ffffffff",
    "CapAmb": "0",
    "NoNewPrivs": "1",
    "Seccomp": "2",
    "Seccomp_filters": str(2 + FILTERS),
}
LIMITS = {
    "Max file size": "0",
    "Max core file size": "0",
    "Max address space": str(ADDRESS_SPACE_BYTES),
}
REPORT = LockReport(
    "worker",
    "6.12",
    "x86_64",
    6,
    "0" * 64,
    memory_locked=False,
    descriptors=(),
    files_alone=(),
    attacks=(),
)
CODE = "7f00-7f01 r-xp 00000000 08:01 5 /usr/lib/libc.so.6\n"
Judging = Callable[..., None]


@pytest.fixture
def judge(tmp_path: Path) -> Judging:
    """Return a look at a process with this amiss."""

    def look(profile: Profile = WORKER, **amiss: str) -> None:
        for pid in (PID, PARENT):
            (tmp_path / str(pid)).mkdir()
        (tmp_path / str(PARENT) / "status").write_text("Seccomp_filters:\t2\n")
        fields = {**STATUS, **{name: each for name, each in amiss.items() if name in STATUS}}
        (tmp_path / str(PID) / "status").write_text(
            "".join(f"{name}:\t{value}\n" for name, value in fields.items())
        )
        limits = {**LIMITS, **{name: each for name, each in amiss.items() if name in LIMITS}}
        (tmp_path / str(PID) / "limits").write_text(
            "".join(f"{name:<26}{value:<21}{value:<21}bytes\n" for name, value in limits.items())
        )
        judged = Judge(PID, profile, (), parent=PARENT, proc=tmp_path)
        try:
            judged.again()
        finally:
            judged.close()

    return look


@pytest.mark.parametrize("profile", [WORKER, WEB], ids=["worker", "web"])
def test_a_process_that_is_as_it_must_be_is_left_alone(judge: Judging, profile: Profile) -> None:
    judge(profile)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("NoNewPrivs", "0", "may gain rights"),
        ("Seccomp", "0", "no filter"),
        ("Seccomp", "1", "no filter"),
        ("Seccomp_filters", str(1 + FILTERS), "filters of system calls, not"),
        ("Seccomp_filters", str(3 + FILTERS), "filters of system calls, not"),
        ("CapInh", "1", "CapInh"),
        ("CapPrm", "80000", "CapPrm"),
        ("CapEff", "4001", "CapEff 1"),
        ("CapAmb", "4", "CapAmb"),
        ("Threads", "2", "2 threads"),
        ("VmLck", "171000 kB", "may be swapped"),  # as much as is resident, and yet not all of it
        ("VmSize", "470000 kB", "may be swapped"),
        ("Max file size", "1", "Max file size"),
        ("Max core file size", "unlimited", "Max core file size"),
        ("Max address space", "unlimited", "Max address space"),
    ],
)
def test_one_thing_amiss_is_enough(judge: Judging, name: str, value: str, says: str) -> None:
    with pytest.raises(SandboxError, match=says):
        judge(**{name: value})


def test_threads_of_a_process_that_may_start_some_are_few(judge: Judging) -> None:
    judge(WEB, Threads="64")


def test_thousands_of_threads_are_too_many_for_any(judge: Judging) -> None:
    with pytest.raises(SandboxError, match="65 threads"):
        judge(WEB, Threads="65")


def test_of_one_that_has_ended_there_is_nothing_to_judge(judge: Judging) -> None:
    judge(State="Z (zombie)", NoNewPrivs="0")


def whole(tmp_path: Path, maps: str = CODE, *, cmdline: str = "", environ: str = "") -> LockReport:
    """Judge all of a process that is as it must be but for these."""
    process = tmp_path / str(PID)
    for folder in (process / "fd", process / "fdinfo", tmp_path / str(PARENT)):
        folder.mkdir(parents=True)
    (tmp_path / str(PARENT) / "status").write_text("Seccomp_filters:\t2\n")
    (process / "status").write_text("".join(f"{n}:\t{v}\n" for n, v in STATUS.items()))
    (process / "limits").write_text("".join(f"{n:<26}{v:<21}{v:<21}\n" for n, v in LIMITS.items()))
    for name, text in (("maps", maps), ("cmdline", cmdline), ("environ", environ)):
        (process / name).write_text(text)
    (process / "fd/0").symlink_to("/dev/null")
    (process / "fdinfo/0").write_text("flags:\t0100000\n")
    judge = Judge(PID, WORKER, (), parent=PARENT, proc=tmp_path)
    try:
        return judge.whole(REPORT)
    finally:
        judge.close()


def test_all_of_a_sound_process_is_as_it_must_be(tmp_path: Path) -> None:
    maps = CODE + "7f02-7f03 rw-s 00000000 00:01 7 /memfd:limen-preview (deleted)\n"
    report = whole(tmp_path, maps + "7f04-7f05 rw-s 00000000 00:01 8 /secretmem (deleted)\n")
    assert report.memory_locked
    assert [one.what for one in report.descriptors] == ["/dev/null"]


@pytest.mark.parametrize(
    ("amiss", "says"),
    [
        ({"cmdline": "a frame"}, "shows others 7 bytes"),
        ({"environ": "a frame"}, "shows others 7 bytes"),
        ({"maps": "7f02-7f03 rwxp 00000000 00:00 0\n"}, "written and run"),
        ({"maps": "7f02-7f03 rw-s 00000000 00:01 7 /memfd:other (deleted)\n"}, "outlives it"),
        ({"maps": "7f02-7f03 rw-s 00000000 00:01 7 /dev/zero (deleted)\n"}, "outlives it"),
    ],
)
def test_one_thing_amiss_when_all_is_loaded_is_enough(
    tmp_path: Path, amiss: dict[str, str], says: str
) -> None:
    with pytest.raises(SandboxError, match=says):
        whole(tmp_path, **amiss)


def test_a_process_that_others_of_its_user_can_look_into_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / str(PID) / "fd").mkdir(parents=True)
    (tmp_path / str(PARENT)).mkdir()
    (tmp_path / str(PARENT) / "status").write_text("Seccomp_filters:\t2\n")
    judge = Judge(PID, WORKER, (), parent=PARENT, proc=tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 990)
    of_user = os.stat_result((0o40500, 1, 1, 1, 990, 990, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda _self: of_user)
    with pytest.raises(SandboxError, match="can look into it"):
        judge.closed()
    of_root = os.stat_result((0o40500, 1, 1, 1, 0, 0, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda _self: of_root)
    judge.closed()
