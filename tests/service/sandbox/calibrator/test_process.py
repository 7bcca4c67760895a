"""What speaks to a calibrator is locked first, holds its line only, and ends with the sweep."""

import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.calibrator.emulator import EmulatedHart
from service.attestation.live import PROFILES
from service.ipc.vocabulary import ChannelError
from service.sandbox.calibrator.records import HIGH_C, LOW_C, Asked, Fault, Said
from service.sandbox.judge import status
from service.sandbox.profiles import CALIBRATOR, CAMERA_FILTER
from service.supervisor.calibrator_access import CalibratorAccess
from service.supervisor.config import StationConfig

T = TypeVar("T")


class Sweep:
    """The supervisor's loop around one calibrator."""

    def __init__(self, port: str) -> None:
        self._selector = selectors.DefaultSelector()
        self.access = CalibratorAccess(self._selector, StationConfig(calibrator=Path(port)))

    def until(self, right: Callable[[], T | None], within_s: float = 30.0) -> T:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            self.access.turn()
            for key, _ in self._selector.select(0.02):
                key.data()
            if found := right():
                return found
        raise AssertionError("waited in vain")

    def asked(self, set_c: float | None) -> Said:
        self.until(lambda: self.access.ask(set_c))
        return self.until(self.access.take)

    def close(self) -> None:
        self.access.end()
        self._selector.close()


@pytest.fixture
def emulated() -> Iterator[EmulatedHart]:
    with EmulatedHart(pace=1e8) as calibrator:
        yield calibrator


def test_a_locked_process_sets_and_reads_the_calibrator_and_ends_with_the_sweep(
    emulated: EmulatedHart,
) -> None:
    with closing(Sweep(emulated.port)) as sweep:
        sweep.access.begin()
        assert not sweep.access.ask(34.0), "nothing is asked before the lock"
        assert sweep.asked(34.25) == Said(Fault.NONE, 34.25)
        assert sweep.asked(None) == Said(Fault.NONE, 34.25)
        assert emulated.heard == ["u=c", "s=34.25", "s", "t", "t"]
        child = sweep.access.slot.child
        assert child is not None
        assert child.lock is not None
        assert {one.outcome.value for one in child.lock.attacks} == {"denied"}
        process = Path(f"/proc/{child.pid}")
        found = status(process)
        assert PROFILES[found["Name"]] is CALIBRATOR, "so an attestation finds it"
        assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
        held = {str(one.readlink()).partition(":")[0] for one in (process / "fd").iterdir()}
        assert held == {"/dev/null", "socket", emulated.port}
        sweep.access.end()
        assert not process.exists()


def test_a_port_that_is_not_there_is_said(tmp_path: Path) -> None:
    with closing(Sweep(str(tmp_path / "ttyUSB9"))) as sweep:
        sweep.access.begin()
        assert sweep.until(sweep.access.take) == Said(Fault.NOT_OPENED)
        assert sweep.access.slot.child is None


def test_a_calibrator_that_is_unplugged_is_said_and_so_is_a_process_that_was_killed() -> None:
    with EmulatedHart(pace=1e8) as emulated, closing(Sweep(emulated.port)) as sweep:
        sweep.access.begin()
        sweep.asked(34.0)
        child = sweep.access.slot.child
        assert child is not None
        child.kill()
        assert sweep.until(sweep.access.take) == Said(Fault.LOST)
        assert not sweep.access.ask(35.0)


def test_what_is_no_answer_ends_the_process(emulated: EmulatedHart) -> None:
    with closing(Sweep(emulated.port)) as sweep:
        for nonsense in (b"", b"\0", b"\0\0\0\0", b"\xff\0\0", Said(Fault.NONE).to_bytes() * 2):
            with pytest.raises(ChannelError):
                sweep.access._hear(nonsense)


def test_its_lock_is_that_of_the_filter_before_a_camera_and_no_wider() -> None:
    def calls(profile: object) -> set[str]:
        return {rule.name for rule in profile.rules}  # type: ignore[attr-defined] # a Profile

    assert calls(CALIBRATOR) <= calls(CAMERA_FILTER)
    assert CALIBRATOR.start == CAMERA_FILTER.start
    assert CALIBRATOR.default == CAMERA_FILTER.default


@given(st.floats(LOW_C, HIGH_C))
def test_a_set_point_comes_over_to_a_hundredth(set_c: float) -> None:
    asked = Asked.from_bytes(Asked(set_c).to_bytes())
    assert asked.set_c == pytest.approx(set_c, abs=0.0051)


@given(st.binary(max_size=6))
def test_whatever_comes_over_is_bounded_or_refused(packet: bytes) -> None:
    for kind in (Asked, Said):
        try:
            said = kind.from_bytes(packet)
        except ValueError:
            continue
        assert said.to_bytes() == packet
        if isinstance(said, Asked):
            assert said.set_c is None or LOW_C <= said.set_c <= HIGH_C


def test_what_the_process_may_not_say_is_nothing_that_it_can_say() -> None:
    with pytest.raises(ValueError, match="not in"):
        Said(Fault.NOT_SETTLED).to_bytes()
