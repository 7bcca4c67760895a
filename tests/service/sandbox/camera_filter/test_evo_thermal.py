"""An Evo Thermal behind the filter: two commands, and not one byte else."""

import os
import random
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.boson.transport import OpenLine
from device.evo_thermal.commands import ALLOWED, STREAM_OFF, STREAM_ON
from device.evo_thermal.emulator import EmulatedEvoThermal
from device.evo_thermal.sensor import open_evo_thermal
from hardware.vetting.check import vet
from service.sandbox.camera_filter.carry import carry_bytes
from service.sandbox.camera_filter.evo_thermal import EvoThermalFilter
from tests.service.sandbox.camera_filter.conftest import filtered

Open = Callable[[str], int]


def only_commands(heard: bytes) -> bool:
    return not heard.replace(STREAM_ON, b"").replace(STREAM_OFF, b"")


def test_an_honest_driver_notices_nothing(opened: Open) -> None:
    wire = EvoThermalFilter()
    with EmulatedEvoThermal() as camera:
        port = opened(camera.port)
        with (
            filtered(lambda end: carry_bytes(wire, end, port)) as worker,
            open_evo_thermal(
                camera.port, connect=lambda name: OpenLine(name, os.dup(worker.fileno())), vet=vet
            ) as sensor,
        ):
            assert next(sensor.frames()).counts.max() > 3000
        assert only_commands(bytes(camera.heard))
    assert not wire.refused


def test_a_hostile_worker_sends_two_commands_or_nothing(opened: Open) -> None:
    chance = random.Random(6)  # noqa: S311 - repeatable, no secret
    hostile = b"".join(
        (
            bytes(range(256)),
            *(bytes((0x00, command, 0x02, 0x01, 0xDF)) for command in range(256)),
            *(STREAM_ON[:cut] + STREAM_ON for cut in range(5)),
            *(
                bytes((*STREAM_ON[:at], byte, *STREAM_ON[at + 1 :]))
                for at in range(5)
                for byte in range(256)
            ),
            chance.randbytes(20_000),
        )
    )
    wire = EvoThermalFilter()
    with EmulatedEvoThermal() as camera:
        port = opened(camera.port)
        with filtered(lambda end: carry_bytes(wire, end, port)) as worker:
            line = OpenLine("the camera", os.dup(worker.fileno()))
            for at in range(0, len(hostile), 3):
                line.write(hostile[at : at + 3])
                line.read(0.0)
            line.write(bytes(8) + STREAM_OFF)
            ends_s = time.monotonic() + 10.0
            while not camera.heard.endswith(STREAM_OFF) and time.monotonic() < ends_s:
                line.read(0.05)
            line.close()
        assert camera.heard.endswith(STREAM_OFF)
        assert only_commands(bytes(camera.heard))
    assert wire.refused["bytes"] > 20_000


@given(
    st.lists(st.one_of(st.sampled_from(ALLOWED), st.binary(max_size=6)), max_size=20),
    st.integers(1, 7),
)
def test_what_passes_is_the_same_however_it_is_cut_up(parts: list[bytes], piece: int) -> None:
    stream = b"".join(parts)
    whole, cut = EvoThermalFilter(), EvoThermalFilter()
    passed = whole.judge(stream).camera
    pieces = b"".join(
        cut.judge(stream[at : at + piece]).camera for at in range(0, len(stream), piece)
    )
    assert passed == pieces
    assert only_commands(passed)
    assert len(whole._pending) < 5


@pytest.mark.parametrize("command", ALLOWED)
def test_a_command_passes_when_its_last_byte_has_come(command: bytes) -> None:
    wire = EvoThermalFilter()
    passed = [wire.judge(bytes((byte,))).camera for byte in command]
    assert passed == [b"", b"", b"", b"", command]
