"""Hostile libraries: each is one way in which code in a locked process could speak a frame.

They run in the real processes, with the real lock on. A variant is a function of a frame and of a
`Cell`; to add one, write it and put it into `WORKER` or `WEB`. It is called for every frame (in the
web process ten times a second) until its process is ended, or its time is over.
"""

import contextlib
import ctypes
import json
import mmap
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.ipc.messages import MESSAGES
from service.ipc.records import RECORDS, Instruments, Seen, Status, bits, pack, size
from service.ipc.requests import ChangeSettings, Login, ReadSettings, SecondCheck
from service.ipc.settings import SceneSettings, StationSettings
from service.ipc.view import Outcome
from service.sandbox.syscalls import syscall
from tests.cases import few

Counts = NDArray[np.uint16]
CHUNK = 48


@dataclass
class Cell:
    """What a process has: a socket to the supervisor, and its output."""

    channel: int
    frames: int = 0

    def say(self, packet: bytes) -> None:
        """Send a packet; a full socket drops it."""
        with contextlib.suppress(BlockingIOError):
            os.write(self.channel, packet)


def bits_of(counts: Counts) -> Iterator[int]:
    """Yield the bits of a frame for ever."""
    return cycle(np.unpackbits(counts.view(np.uint8)).tolist())


def full_of(kind: Any, source: Iterator[int], **fixed: Any) -> bytes:
    """Return a record whose fields hold as much of a frame as they can."""
    values = {}
    for name, field in kind.TABLE.items():
        parts = field if isinstance(field, tuple) else (field,)
        got = []
        for part in parts:
            number = 0
            for _ in range(bits(part)):
                number = number << 1 | next(source)
            got.append(part.unpack(number % part.values))
        values[name] = tuple(got) if isinstance(field, tuple) else got[0]
    return pack(kind(**{**values, **fixed}))


# ---- in the worker


def whisper(counts: Counts, cell: Cell) -> None:
    """Every field of every record that may come, at the rate at which it may."""
    source = bits_of(counts[cell.frames % counts.shape[0] :])
    if cell.frames % 4 == 0:
        cell.say(full_of(Status, source))
        mark = cell.frames // 4 % 64
        cell.say(full_of(Seen, source, mark=mark, begins=cell.frames < 256))
    if cell.frames % 40 == 0:
        cell.say(full_of(Instruments, source))


def shout(counts: Counts, cell: Cell) -> None:
    """Say the same as fast as it goes."""
    source = bits_of(counts)
    for _ in range(200):
        cell.say(full_of(Status, source))


def speak_in_text(counts: Counts, cell: Cell) -> None:
    """Send the message that once was logged as it came."""
    cell.say(json.dumps({"kind": "failed", "what": counts[:8].tolist()}).encode())


def send_a_row(counts: Counts, cell: Cell) -> None:
    """Send a packet that is nothing but a row of the frame."""
    cell.say(counts[cell.frames % counts.shape[0]].tobytes())


def send_a_frame(counts: Counts, cell: Cell) -> None:
    """Send a packet as long as a packet can be."""
    cell.say(counts.tobytes()[: 60 * 1024])


def pad(counts: Counts, cell: Cell) -> None:
    """Send a record with more behind it."""
    cell.say(full_of(Status, bits_of(counts)) + counts[0].tobytes())


def fill_spare_bits(counts: Counts, cell: Cell) -> None:
    """Set the bits that no field has."""
    kind = RECORDS[cell.frames % len(RECORDS)]
    cell.say(bytes((kind.CODE,)) + counts.tobytes()[: size(kind) - 1])


def print_it(counts: Counts, cell: Cell) -> None:
    """Its output, which once went to the log."""
    for stream in (1, 2):
        os.write(stream, counts[cell.frames % counts.shape[0]].tobytes().hex().encode() + b"\n")
    sys.stderr.write(repr(counts[0].tolist()))


def die_with_a_code(counts: Counts, cell: Cell) -> None:
    """Eight bits a life."""
    os._exit(int(counts[0, cell.frames % counts.shape[1]]) & 0xFF)


def die_at_an_address(counts: Counts, _cell: Cell) -> None:
    """Crash at an address made of pixels: the kernel may write it down."""
    ctypes.string_at(int.from_bytes(counts[0, :4].tobytes()[:6], "little"))


def die_of_a_signal(counts: Counts, _cell: Cell) -> None:
    """Die of a chosen signal."""
    os.kill(os.getpid(), (signal.SIGABRT, signal.SIGBUS, signal.SIGFPE)[int(counts[0, 0]) % 3])


def give_up_with_a_word(counts: Counts, cell: Cell) -> None:
    """Choose the reason."""
    cell.say(full_of(RECORDS[-1], bits_of(counts)))


def be_another_sensor(counts: Counts, cell: Cell) -> None:
    """Say with 64 bits who the sensor is."""
    cell.say(full_of(RECORDS[0], bits_of(counts)))


def answer_unasked(counts: Counts, cell: Cell) -> None:
    """Answer with what goes into the settings' file."""
    cell.say(full_of(RECORDS[4], bits_of(counts)))


def fill_the_sums(counts: Counts, cell: Cell) -> None:
    """Visitors that nobody saw, for the counters."""
    source = bits_of(counts)
    if cell.frames % 4 == 0:
        for begins, presence in ((True, "in_view"), (False, "departed")):
            field = Seen.TABLE["presence"]
            chosen = next(one for one in field.options if one == presence)
            cell.say(full_of(Seen, source, mark=9, begins=begins, presence=chosen))


def write_a_file(counts: Counts, _cell: Cell) -> None:
    """Write a file, as a well-meant line of code would."""
    with open("/var/lib/limen/frame.npy", "wb") as file:  # noqa: PTH123 - as little as can be
        file.write(counts.tobytes())


def pass_a_descriptor(counts: Counts, cell: Cell) -> None:
    """Leave memory in the supervisor's hands."""
    memory = os.memfd_create("frame")
    os.write(memory, counts.tobytes())
    with socket.socket(fileno=os.dup(cell.channel)) as end:
        socket.send_fds(end, [b"x"], [memory])


def name_itself(counts: Counts, _cell: Cell) -> None:
    """Change the name of the process, which everybody sees."""
    ctypes.CDLL(None).prctl(15, counts[0, :7].tobytes(), 0, 0, 0)


def speak_in_the_kernels_log(counts: Counts, _cell: Cell) -> None:
    """Ask FUTEX_WAKE_OP for a shift past 31: the kernel writes it down, twelve bits of it."""
    words = (ctypes.c_int * 2)()
    shift = 1 << 31 | 1 << 28 | (int(counts[0, 0]) & 0x7FF | 0x20) << 12
    syscall("futex", words, 5, 0, 0, ctypes.byref(words, 4), ctypes.c_uint32(shift))


def have_it_swapped(counts: Counts, _cell: Cell) -> None:
    """Let what is mapped from now on be swapped, and put a frame there."""
    syscall("mlockall", 1)
    memory = mmap.mmap(-1, counts.nbytes, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory.write(counts.tobytes())
    memory.madvise(21)


def use_all_memory(counts: Counts, _cell: Cell) -> None:
    """Be killed for it, and be written about with numbers."""
    kept = []
    with contextlib.suppress(MemoryError):
        while True:
            kept.append(bytes(1 << 26))
    assert counts.nbytes * len(kept) < 1 << 40


WORKER: dict[str, Callable[[Counts, Cell], None]] = {
    variant.__name__: variant
    for variant in (
        whisper,
        shout,
        speak_in_text,
        send_a_row,
        send_a_frame,
        pad,
        fill_spare_bits,
        print_it,
        die_with_a_code,
        die_at_an_address,
        die_of_a_signal,
        give_up_with_a_word,
        be_another_sensor,
        answer_unasked,
        fill_the_sums,
        write_a_file,
        pass_a_descriptor,
        name_itself,
        speak_in_the_kernels_log,
        have_it_swapped,
        use_all_memory,
    )
}


# ---- in the web process, which sees the preview: here the canary itself


def guess_passwords(counts: Counts, cell: Cell) -> None:
    """Passwords that are pixels, one after the other."""
    password = counts[0, cell.frames : cell.frames + CHUNK].tobytes().hex()
    cell.say(MESSAGES.encode(Login(cell.frames, password)))


def answer_alarms(counts: Counts, cell: Cell) -> None:
    """Outcomes of second checks that nobody asked for."""
    for number in range(8):
        outcome = list(Outcome)[int(counts[1, cell.frames + number]) % len(Outcome)]
        cell.say(MESSAGES.encode(SecondCheck(cell.frames, 1 + number, outcome)))


def make_up_sessions(counts: Counts, cell: Cell) -> None:
    """Use 132 bits of session."""
    cell.say(MESSAGES.encode(ReadSettings(cell.frames, counts[0, :11].tobytes().hex()[:22])))


def set_settings(counts: Counts, cell: Cell) -> None:
    """Send settings that are pixels, without a session."""
    scene = SceneSettings(ambient_temp_c=int(counts[0, cell.frames]) % 4000 / 100)
    cell.say(MESSAGES.encode(ChangeSettings(cell.frames, "", StationSettings(scene=scene))))


def write_it_otherwise(counts: Counts, cell: Cell) -> None:
    """Send a message with spaces that are pixels."""
    spaces = "".join(" " if bit else "\t" for bit in np.unpackbits(counts[0].view(np.uint8))[:400])
    cell.say(f'{{"watching":1,{spaces}"frozen":0,"kind":"screens"}}'.encode())


def leave_it_at_the_listener(counts: Counts, _cell: Cell) -> None:
    """Put a filter made of pixels onto the listening socket, which the next process gets."""
    listener = int(sys.argv[sys.argv.index("--listen") + 1])
    value = struct.pack("=qq", -int(counts[0, 0]) - 1, 0)
    with contextlib.suppress(OSError):
        syscall("setsockopt", listener, 1, 20, value, len(value))
    with contextlib.suppress(OSError):
        syscall("shutdown", listener, 2)


WEB: dict[str, Callable[[Counts, Cell], None]] = {
    variant.__name__: variant
    for variant in (
        guess_passwords,
        answer_alarms,
        make_up_sessions,
        set_settings,
        write_it_otherwise,
        leave_it_at_the_listener,
        print_it,
        die_with_a_code,
    )
}

# Of both every second one in each whole run, and all of them with LIMEN_EVERY=1.
IN_WORKER, IN_WEB = few(list(WORKER), 2), few(list(WEB), 2)
