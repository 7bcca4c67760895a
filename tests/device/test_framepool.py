"""Frames live in few buffers that nothing but the process itself can see, and not for long."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from device import framepool
from device.framepool import FramePool, Protection

CANARY = 0xBEEF


@pytest.fixture(params=["what the kernel offers", "without memfd_secret"])
def pool(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FramePool]:
    if request.param == "without memfd_secret":
        monkeypatch.setattr(framepool, "_SYS_MEMFD_SECRET", 100_000)
    with FramePool(48, 64) as pool:
        yield pool


def mapping_of(pool: FramePool) -> tuple[str, list[str]]:
    """Return the header line and the VmFlags that the kernel shows for the pool's memory."""
    header = ""
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if line.startswith(f"{pool._address:08x}-"):
            header = line
        if header and line.startswith("VmFlags:"):
            return header, line.split()[1:]
    raise AssertionError("the pool's memory is not mapped")


def test_the_view_shows_what_was_written_and_cannot_be_written(pool: FramePool) -> None:
    slot = pool.take()
    assert slot.write.shape == slot.view.shape == (48, 64)
    assert slot.view.dtype == np.uint16
    slot.write[:] = CANARY
    assert (slot.view == CANARY).all()
    with pytest.raises(ValueError, match="read-only"):
        slot.view[0, 0] = 1
    assert slot.view.flags.c_contiguous


def test_os_readv_fills_a_slot_in_place(pool: FramePool) -> None:
    slot = pool.take()
    reader, writer = os.pipe()
    os.write(writer, b"\x12\x34" * (48 * 64))
    assert os.readv(reader, [slot.write.data.cast("B")]) == slot.write.nbytes
    os.close(reader)
    os.close(writer)
    assert (slot.view == 0x3412).all()


@pytest.mark.parametrize("slots", [2, 3, 5])
def test_at_most_two_frames_are_alive(slots: int) -> None:
    with FramePool(48, 64, slots) as pool:
        for number in range(1, 40):
            slot = pool.take()
            assert not slot.write.any(), "a slot is handed out empty"
            slot.write[:] = number
            alive = {int(s.view[0, 0]) for s in pool._ring if s.view.any()}
            assert alive <= {number - 1, number}


def test_the_last_frame_survives_the_next_take(pool: FramePool) -> None:
    first = pool.take()
    first.write[:] = CANARY
    pool.take()
    assert (first.view == CANARY).all()


def test_nothing_else_in_the_address_space_holds_the_frames(pool: FramePool) -> None:
    other = FramePool(48, 64)
    low, high = other._address, other._address + other._bytes
    assert not low <= pool._address < high
    other.close()


def test_wiping_leaves_only_zeros(pool: FramePool) -> None:
    for _ in range(3):
        pool.take().write[:] = CANARY
    pool.wipe()
    assert not any(slot.view.any() for slot in pool._ring)


def test_closing_gives_the_memory_back_and_leaves_stale_views_harmless(pool: FramePool) -> None:
    slot = pool.take()
    slot.write[:] = CANARY
    pool.close()
    pool.close()
    assert not slot.view.any()
    header, flags = mapping_of(pool)
    assert " r--p " in header
    assert "wr" not in flags
    with pytest.raises(ValueError, match="closed"):
        pool.take()


def test_the_memory_is_not_dumped_and_not_inherited(pool: FramePool) -> None:
    _, flags = mapping_of(pool)
    assert "dd" in flags, "MADV_DONTDUMP: kept out of core dumps"
    assert "dc" in flags, "MADV_DONTFORK: a child does not have it"


def test_the_pool_says_what_the_kernel_granted(pool: FramePool) -> None:
    header, flags = mapping_of(pool)
    assert (pool.protection is Protection.SECRET) == ("secretmem" in header)
    assert (pool.protection is not Protection.NOT_DUMPED) == ("lo" in flags)


def test_memory_that_may_not_be_locked_is_said_to_be_only_undumped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(framepool, "_SYS_MEMFD_SECRET", 100_000)
    monkeypatch.setattr(framepool._libc, "mlock", lambda *_: -1)
    with FramePool(4, 4) as pool:
        assert pool.protection is Protection.NOT_DUMPED
        assert "dd" in mapping_of(pool)[1]


def test_memory_that_cannot_be_kept_private_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framepool, "_SYS_MEMFD_SECRET", 100_000)
    monkeypatch.setattr(framepool._libc, "madvise", lambda *_: -1)
    with pytest.raises(OSError, match="private"):
        FramePool(4, 4)


CHILD_LOOKS_FOR_THE_FRAMES = """
import os
from pathlib import Path
from device.framepool import FramePool
pool = FramePool(48, 64)
def mapped():
    return f"{pool._address:08x}-" in Path("/proc/self/maps").read_text()
here = mapped()
child = os.fork()
if child == 0:
    os._exit(mapped())
print(here, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_child_does_not_have_the_frames() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", CHILD_LOOKS_FOR_THE_FRAMES],
        check=True,
        capture_output=True,
        text=True,
    )
    assert seen.stdout.split() == ["True", "0"]


READ_FROM_OUTSIDE = """
import sys
pid, address = int(sys.argv[1]), int(sys.argv[2])
with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
    memory.seek(address)
    try:
        print(memory.read(64).hex())
    except OSError as error:
        print(error.errno)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may try to read another process")
def test_not_even_root_reads_secret_frames_through_proc(pool: FramePool) -> None:
    pool.take().write[:] = CANARY
    arguments = [str(os.getpid()), str(pool._address)]
    seen = subprocess.run(
        [sys.executable, "-c", READ_FROM_OUTSIDE, *arguments],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    if pool.protection is Protection.SECRET:
        assert seen == str(errno.EIO)
    else:  # the control: the reader works, so that its failure above means something
        assert seen == "efbe" * 32


def test_a_pool_of_one_slot_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        FramePool(4, 4, slots=1)
