"""A filter program does what its rules say, on both processors: run here, instruction by one."""

import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sandbox.profiles import CALIBRATOR, CAMERA_FILTER, WEB, WORKER, Profile
from service.sandbox.seccomp import ALLOW, KILL, NOTIFY, Check, Rule, assemble, fail_with
from service.sandbox.syscalls import MACHINES, NUMBERS, Machine

MARK = fail_with(4000)
PROFILES = (WORKER, CAMERA_FILTER, CALIBRATOR, WEB)
X86, ARM = MACHINES["x86_64"], MACHINES["aarch64"]


def answer(program: bytes, number: int, arguments: tuple[int, ...] = (), arch: int = 0) -> int:
    """Run a classic BPF program over one `struct seccomp_data`, as the kernel would."""
    words = [argument & (2**64 - 1) for argument in (*arguments, *[0] * 6)[:6]]
    data = struct.pack("=IIQ6Q", number & 0xFFFFFFFF, arch or X86.audit_arch, 0, *words)
    steps = list(struct.iter_unpack("=HBBI", program))
    accumulator = at = 0
    while True:
        code, then, otherwise, value = steps[at]
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
            continue
        holds = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: accumulator & value}
        at += then if holds[code] else otherwise


def call(name: str, *arguments: int, machine: Machine = X86, profile: Profile = WORKER) -> int:
    """Return what the kernel does of what two filters say: the strictest of it."""
    number, strictest = machine.numbers[name], (KILL, MARK, NOTIFY, ALLOW)
    said = [
        answer(program, number, arguments, machine.audit_arch)
        for program in (
            assemble(profile.allowed, MARK, machine),
            assemble(profile.heard, ALLOW, machine),
        )
    ]
    return min(said, key=lambda one: strictest.index(one) if one in strictest else 1)


@pytest.mark.parametrize("machine", [X86, ARM], ids=["x86_64", "aarch64"])
@pytest.mark.parametrize("profile", PROFILES, ids=[one.name for one in PROFILES])
def test_every_call_that_no_rule_names_gets_the_default(profile: Profile, machine: Machine) -> None:
    program = assemble(profile.allowed, MARK, machine)
    named = {machine.numbers.get(rule.name) for rule in profile.allowed}
    for number in range(600):
        if number not in named:
            assert answer(program, number, (), machine.audit_arch) == MARK


@pytest.mark.parametrize("machine", [X86, ARM], ids=["x86_64", "aarch64"])
@pytest.mark.parametrize("profile", PROFILES, ids=[one.name for one in PROFILES])
def test_what_only_a_start_needs_is_always_asked_for(profile: Profile, machine: Machine) -> None:
    code = (0, 4096, 5, 2, 3, 0)  # mmap: to be read and run, private, of a file
    wanted = {"mmap": code, "prctl": (35,), "fcntl": (0, 1030), "socketpair": (1, 0x80001, 0)}
    for name in {rule.name for rule in profile.start} & set(machine.numbers):
        asked = call(name, *wanted.get(name, ()), machine=machine, profile=profile)
        plain = name == "fcntl" and profile is WEB
        assert asked == (ALLOW if plain else NOTIFY), name


def test_another_architecture_is_killed() -> None:
    program = assemble(WORKER.rules, MARK, X86)
    assert answer(program, X86.numbers["read"], (), ARM.audit_arch) == KILL
    assert answer(program, X86.numbers["read"], (), 0x40000003) == KILL  # 32-bit x86


def test_the_x32_numbers_are_killed() -> None:
    assert answer(assemble(WORKER.rules, MARK, X86), 0x40000000 | X86.numbers["read"]) == KILL


@given(st.integers(0, 2**64 - 1))
def test_memory_is_never_made_executable(protection: int) -> None:
    for name in ("mmap", "mprotect"):
        for profile in (WORKER, WEB):
            given_answer = call(name, 0, 4096, protection, profile=profile)
            assert given_answer == (MARK if protection & 4 else ALLOW)  # of nothing, shared


@given(st.integers(0, 2**64 - 1))
def test_no_packet_is_addressed(address: int) -> None:
    assert call("sendto", 3, 0, 0, 0, address) == (MARK if address else ALLOW)


@given(st.integers(0, 2**32 - 1))
def test_nothing_is_sent_by_fast_open(flags: int) -> None:
    wanted = MARK if flags & 0x20000000 else ALLOW
    assert call("sendto", 3, 0, 0, flags) == wanted
    assert call("sendmsg", 3, 0, flags, profile=WEB) == wanted


@pytest.mark.parametrize("profile", PROFILES, ids=[one.name for one in PROFILES])
@pytest.mark.parametrize("flags", [1, 0o100, 0o1000, 0o20200000, 0o102])
def test_nothing_is_opened_for_writing(profile: Profile, flags: int) -> None:
    assert call("openat", -100, 0, flags, profile=profile) == MARK
    assert call("openat", -100, 0, 0o2000000, profile=profile) == NOTIFY  # O_RDONLY | O_CLOEXEC
    assert call("openat", -100, 0, 2, profile=profile) == NOTIFY  # which is never carried out


@given(st.integers(0, 2**32 - 1))
def test_waiting_writes_nothing_into_the_kernels_log(operation: int) -> None:
    """FUTEX_WAKE_OP would log twelve bits of its caller's choice, some times a second."""
    waits = operation & ~0x180 in {0, 1, 3, 4, 9}
    assert call("futex", 0, operation) == (ALLOW if waits else MARK)


@pytest.mark.parametrize("profile", PROFILES, ids=[one.name for one in PROFILES])
def test_memory_stays_locked(profile: Profile) -> None:
    asked = {flags: call("mlockall", flags, profile=profile) for flags in range(16)}
    assert {flags for flags, said in asked.items() if said == ALLOW} == {7}
    for bad in (12, 17, 20, 21, 100, 101):
        assert call("madvise", 0, 4096, bad, profile=profile) == fail_with(1)
    for used in (4, 8, 10, 14, 16):
        assert call("madvise", 0, 4096, used, profile=profile) == ALLOW
    for name in ("munlock", "munlockall", "mlock2"):
        assert name not in {rule.name for rule in profile.allowed}


@pytest.mark.parametrize(("level", "option"), [(1, 20), (1, 26), (1, 44), (6, 31), (0, 1)])
def test_the_web_process_leaves_nothing_at_the_listener(level: int, option: int) -> None:
    """It outlives the process: a filter on it would blind every later one."""
    assert call("setsockopt", 3, level, option, profile=WEB) == MARK
    assert call("setsockopt", 3, 6, 1, profile=WEB) == ALLOW
    assert [call("shutdown", 3, how, profile=WEB) for how in range(3)] == [MARK, ALLOW, MARK]


EVERY_ONE = (WORKER, CAMERA_FILTER, CALIBRATOR, WEB)
CODE = (0, 4096, 5, 2, 3, 0)  # mmap: to be read and run, private, of a file
ARGUMENTS = [
    # whose, which call; with these it is taken; with each of these it is not
    (EVERY_ONE, "prlimit64", (0, 7, 0), [(0, 7, 4096), (0, 16, 0), (0, 7, 1 << 32)]),
    ((CAMERA_FILTER,), "ioctl", (3, 0xC0107521), [(3, 0x5402), (3, 0x5412), (3, 0xC0585611)]),
    ((WEB,), "ioctl", (3, 0x5421), [(3, 0x5402), (3, 0x5412), (3, 0xC0107521), (3, 0x8913)]),
    # F_SETOWN, F_SETSIG, F_SETLEASE, F_NOTIFY, F_ADD_SEALS, F_SETLK, F_DUPFD
    (EVERY_ONE, "fcntl", (3, 4), [(3, n) for n in (8, 10, 1024, 1026, 1033, 6, 0)]),
    ((WORKER, CAMERA_FILTER), "getsockopt", (3, 1), [(3, 0), (3, 6), (3, 17)]),
    (EVERY_ONE, "arch_prctl", (0x1002,), [(0x1001,), (0x5001,), (0x2003,)]),
    (EVERY_ONE, "mmap", CODE, [(0, 4096, 7, 2, 3), (0, 4096, 5, 1, 3), (0, 4096, 5, 0x22, 3)]),
    (EVERY_ONE, "mmap", CODE, [(0, 4096, 5, 3, 3), (0, 4096, 5, 0, 3)]),
    (EVERY_ONE, "prctl", (15,), [(n,) for n in (1, 22, 23, 36, 38, 47, 59, 65)]),
    (EVERY_ONE, "prctl", (4, 0), [(4, 1), (4, 1 << 32)]),
    ((WEB,), "socketpair", (1, 0x80001, 0), [(2, 0x80001, 0), (1, 0x80002, 0), (1, 0x80001, 6)]),
    ((WORKER,), "socket", (1, 1, 0), [(2, 1, 0), (16, 3, 0), (38, 5, 0)]),
]


@pytest.mark.parametrize(("whose", "name", "taken", "refused"), ARGUMENTS)
def test_a_call_is_taken_with_the_arguments_that_are_needed_only(
    whose: tuple[Profile, ...],
    name: str,
    taken: tuple[int, ...],
    refused: list[tuple[int, ...]],
) -> None:
    for profile in whose:
        wanted = {fail_with(1)} if name == "socket" else {ALLOW, NOTIFY}  # answered, never made
        assert call(name, *taken, profile=profile) in wanted
        for arguments in refused:
            assert call(name, *arguments, profile=profile) == MARK, (profile.name, arguments)


def test_the_web_process_starts_threads_but_no_processes() -> None:
    thread = 0x3D0F00
    assert call("clone", thread, profile=WEB) == ALLOW
    assert call("clone", 17, profile=WEB) == MARK
    assert call("clone", thread & ~0x10000, profile=WEB) == MARK
    assert call("clone3", 0, profile=WEB) == fail_with(38)  # ENOSYS: glibc falls back on clone


@pytest.mark.parametrize("command", [0x5412, 0x541C, 0x541D, 0x8933, 0x89F0])
def test_commands_that_a_sensor_does_not_need_are_refused(command: int) -> None:
    assert call("ioctl", 3, command) == MARK  # TIOCSTI, TIOCLINUX, TIOCCONS, SIOC...


def test_a_device_command_is_compared_by_its_lower_half_as_the_kernel_does() -> None:
    assert call("ioctl", 3, 0xC0585611) == ALLOW
    assert call("ioctl", 3, -(2**32) + 0xC0585611) == ALLOW  # sign-extended by a C library
    assert call("ioctl", 3, 0xC0585612) == MARK


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(X86.numbers)), st.lists(st.integers(0, 255), max_size=40)),
        max_size=12,
        unique_by=lambda rule: rule[0],
    ),
    st.sampled_from(sorted(X86.numbers)),
    st.integers(0, 300),
)
def test_any_list_of_rules_means_what_it_says(
    rules: list[tuple[str, list[int]]], name: str, argument: int
) -> None:
    program = assemble(
        [Rule(n, (Check(5, among=tuple(v)),) if v else ()) for n, v in rules], MARK, X86
    )
    allowed = dict(rules)
    wanted = name in allowed and (not allowed[name] or argument in allowed[name])
    seen = answer(program, X86.numbers[name], (0, 0, 0, 0, 0, argument))
    assert seen == (ALLOW if wanted else MARK)


HEADERS = (
    (0, Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")),
    (1, Path("/usr/include/asm-generic/unistd.h")),
)


@pytest.mark.parametrize(("column", "header"), HEADERS, ids=["x86_64", "aarch64"])
def test_the_numbers_are_the_kernel_headers(column: int, header: Path) -> None:
    if not header.exists():
        pytest.skip(f"{header} is not installed (package linux-libc-dev)")
    text = header.read_text()
    known: dict[str, set[int]] = {}
    for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", text):
        known.setdefault(name, set()).add(int(number))
    known.setdefault("newfstatat", known.get("fstatat", set()))
    for name, row in NUMBERS.items():
        number = row[column]
        assert number is None or number in known[name], name
