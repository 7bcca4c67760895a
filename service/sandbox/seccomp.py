"""Seccomp filters: a list of rules becomes a small program that the kernel runs on every call.

A filter is classic BPF over `struct seccomp_data`: system call number at offset 0, architecture
at 4, six 64-bit arguments from 16 on (seccomp(2), linux/seccomp.h). What no rule allows gets the
filter's default answer. A loaded filter can never be taken away, and of several that are loaded
the strictest answer counts: that is what makes it possible to attack a lock and keep it.
"""

import ctypes
import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from service.sandbox.errors import SandboxError
from service.sandbox.syscalls import Machine, syscall

ALLOW = 0x7FFF0000
KILL = 0x80000000  # the whole process, at once; the kernel logs which call it was
NOTIFY = 0x7FC00000  # the process waits for whoever holds the filter's listener; ENOSYS without one

_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_LOAD, _JEQ, _JGE, _JSET, _RET = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
_X32_CALLS = 0x40000000  # x86_64: numbers from here on are the x32 ABI, which nobody needs
_SET_MODE_FILTER, _NEW_LISTENER = 1, 1 << 3


def fail_with(errno: int) -> int:
    """Return the answer that lets a call fail with `errno`, without running it."""
    return 0x00050000 | errno


@dataclass(frozen=True, slots=True)
class Check:
    """What one argument of a system call must be; exactly one of the four is set.

    Attributes
    ----------
    argument
        Which, counted from 0.
    among
        The allowed values of a 32-bit argument (the kernel ignores its upper half).
    without
        Bits that must not be set in the lower half.
    some
        Bits of the lower half of which at least one must be set.
    whole
        The whole 64-bit argument: 0 is no pointer.
    """

    argument: int
    among: tuple[int, ...] = ()
    without: int = 0
    some: int = 0
    whole: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A system call that the filter knows, what its arguments must be, and the answer then."""

    name: str
    checks: tuple[Check, ...] = ()
    answer: int = ALLOW


@dataclass(frozen=True, slots=True)
class _Step:
    """One instruction; `then` and `otherwise` count steps to skip, None jumps to the refusal."""

    code: int
    value: int
    then: int | None = 0
    otherwise: int | None = 0


def _steps(check: Check) -> list[_Step]:
    low = _ARGUMENTS_AT + 8 * check.argument
    if check.whole is not None:
        halves = ((low, check.whole & 0xFFFFFFFF), (low + 4, check.whole >> 32))
        return [s for at, half in halves for s in (_Step(_LOAD, at), _Step(_JEQ, half, 0, None))]
    if check.without:
        return [_Step(_LOAD, low), _Step(_JSET, check.without, None, 0)]
    if check.some:
        return [_Step(_LOAD, low), _Step(_JSET, check.some, 0, None)]
    last = len(check.among) - 1
    tests = [
        _Step(_JEQ, value & 0xFFFFFFFF, last - place, 0 if place < last else None)
        for place, value in enumerate(check.among)
    ]
    return [_Step(_LOAD, low), *tests]


def assemble(rules: Sequence[Rule], default: int, machine: Machine) -> bytes:
    """Return the BPF program of a filter.

    Parameters
    ----------
    rules
        What is allowed. Calls that this machine does not have are left out; of several rules for
        one call the first whose checks hold gives the answer.
    default
        The answer to everything else.
    machine
        Whose call numbers to use; calls of any other architecture are killed.
    """
    program = [
        _Step(_LOAD, _ARCH_AT),
        _Step(_JEQ, machine.audit_arch, 1, 0),
        _Step(_RET, KILL),
        _Step(_LOAD, _NUMBER_AT),
        _Step(_JGE, _X32_CALLS, 0, 1),
        _Step(_RET, KILL),
    ]
    for rule in rules:
        number = machine.numbers.get(rule.name)
        if number is None:
            continue
        body = [step for check in rule.checks for step in _steps(check)]
        body += [_Step(_RET, rule.answer)]
        if rule.checks:
            body += [_Step(_LOAD, _NUMBER_AT)]  # on to the next rule
        refusal = len(body) - 1
        program.append(_Step(_JEQ, number, 0, len(body)))
        for place, step in enumerate(body):
            to_refusal = refusal - place - 1
            then = to_refusal if step.then is None else step.then
            otherwise = to_refusal if step.otherwise is None else step.otherwise
            program.append(_Step(step.code, step.value, then, otherwise))
    program.append(_Step(_RET, default))
    return b"".join(struct.pack("=HBBI", s.code, s.then, s.otherwise, s.value) for s in program)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def load(program: bytes, *, listen: bool = False) -> int:
    """Put a filter on this process, which has one thread and no_new_privs, for good.

    Returns
    -------
    int
        With `listen`, a descriptor at which the calls that the filter answers with `NOTIFY` are
        heard; 0 otherwise.
    """
    packed = _Program(len(program) // 8, program)
    try:
        flags = _NEW_LISTENER if listen else 0
        return syscall("seccomp", _SET_MODE_FILTER, flags, ctypes.byref(packed))
    except OSError as error:
        raise SandboxError(
            f"The kernel takes no seccomp filter ({error.strerror}).",
            "Use a kernel built with CONFIG_SECCOMP_FILTER, and no container that answers system "
            "calls itself.",
        ) from error


def fingerprint(program: bytes) -> str:
    """Return the SHA-256 of a filter program, to compare stations and reports."""
    return hashlib.sha256(program).hexdigest()
