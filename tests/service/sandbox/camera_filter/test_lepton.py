"""A Lepton behind the filter: the filter asks the board, and only what the table allows."""

import itertools
import os
import random
import socket
from collections.abc import Callable

import pytest

from device.errors import CommandFailed, SensorLost
from device.lepton.commands import (
    BRING_UP,
    GET_CUR,
    GET_LEN,
    SET_CUR,
    Asked,
    Commands,
    answer_of,
)
from device.lepton.control import LeptonControl, query_node
from device.lepton.emulator import EmulatedLepton
from service.sandbox.camera_filter.carry import carry_queries
from service.sandbox.camera_filter.lepton import LeptonFilter
from tests.service.sandbox.camera_filter.conftest import filtered

NEVER = (
    Commands.TELEMETRY_ENABLE,
    Commands.FFC_MODE,
    Commands.RBFO,
    Commands.VIDEO_SOURCE,
    Commands.REBOOT,
)


def asks(camera: EmulatedLepton) -> Callable[[Asked], bytes]:
    return lambda asked: query_node(-1, asked, camera.ioctl)


def heard_forbidden(camera: EmulatedLepton) -> list[tuple[int, int, int, bytes]]:
    table = {(c.value.unit, c.value.selector): c.value for c in Commands}
    forbidden = []
    for unit, selector, kind, value in camera.heard:
        command = table.get((unit, selector))
        reads = command is not None and (command.read or command.sets)
        if command is None or not (
            value in command.sets if kind == SET_CUR else kind in {GET_CUR, GET_LEN} and reads
        ):
            forbidden.append((unit, selector, kind, value))
    return forbidden


def test_an_honest_driver_notices_nothing() -> None:
    camera = EmulatedLepton()
    wire = LeptonFilter(asks(camera))
    with (
        filtered(lambda end: carry_queries(wire, end), socket.SOCK_SEQPACKET) as worker,
        LeptonControl("/dev/video0", filter_end=os.dup(worker.fileno())) as control,
    ):
        assert control.identity().part_number == "SIMULATED 500-0771-01"
        control.make_radiometric()
        control.run_ffc()
    assert not wire.refused
    assert heard_forbidden(camera) == []
    assert camera._number(Commands.TLINEAR) == 1


def test_a_hostile_worker_reaches_the_board_with_nothing_that_is_forbidden() -> None:
    camera = EmulatedLepton()
    wire = LeptonFilter(asks(camera))
    chance = random.Random(8)  # noqa: S311 - repeatable, no secret
    kinds = (SET_CUR, GET_CUR, GET_LEN, 0x82, 0x83, 0x84, 0x86, 0x87, 0x00, 0xFF)
    for unit, selector, kind in itertools.product(range(256), range(70), kinds):
        wire.answer(Asked(unit, selector, kind, bytes(2)).to_bytes())
    for command, kind, size in itertools.product(Commands, kinds, (0, 1, 2, 4, 8, 16, 32, 64)):
        place = command.value.unit, command.value.selector, kind
        for value in (bytes(size), b"\x01".ljust(size, b"\0"), chance.randbytes(size)):
            wire.answer(Asked(*place, value).to_bytes())
        for good in command.value.sets:
            wire.answer(Asked(*place, good + b"\0").to_bytes())
            wire.answer(Asked(*place, good[:-1]).to_bytes())
    for _ in range(20_000):
        wire.answer(chance.randbytes(chance.randrange(70)))
    assert heard_forbidden(camera) == []
    assert wire.refused["not allowed"] > 100_000
    assert sum(camera.heard.values()) > 10, "and what is allowed went through"


def test_without_the_filter_the_board_is_told_all_of_it() -> None:
    camera = EmulatedLepton()
    for command in NEVER:
        value = command.value
        query_node(-1, Asked(value.unit, value.selector, SET_CUR, bytes(value.size)), camera.ioctl)
    assert len(heard_forbidden(camera)) == len(NEVER)


@pytest.mark.parametrize("command", NEVER)
def test_a_driver_that_asks_for_more_is_told_by_whom_it_was_refused(command: Commands) -> None:
    camera = EmulatedLepton()
    wire = LeptonFilter(asks(camera))
    with (
        filtered(lambda end: carry_queries(wire, end), socket.SOCK_SEQPACKET) as worker,
        LeptonControl("/dev/video0", filter_end=os.dup(worker.fileno())) as control,
        pytest.raises(CommandFailed, match=f"filter does not let {command.name} through"),
    ):
        control.get(command)


def test_every_setting_of_bring_up_has_one_value_that_is_allowed() -> None:
    for command, value in BRING_UP:
        assert command.value.sets == {value}
    sets = [c for c in Commands if c.value.sets]
    assert set(sets) == {c for c, _ in BRING_UP} | {Commands.RUN_FFC}
    assert all(len(c.value.sets) == 1 for c in sets), "no bit can be left in the camera's settings"


def test_a_filter_that_is_gone_is_a_lost_sensor() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    theirs.close()
    with (
        LeptonControl("/dev/video0", filter_end=ours.detach()) as control,
        pytest.raises(SensorLost),
    ):
        control.identity()


def test_a_query_longer_than_any_is_refused_whole() -> None:
    camera = EmulatedLepton()
    wire = LeptonFilter(asks(camera))
    with filtered(lambda end: carry_queries(wire, end), socket.SOCK_SEQPACKET) as worker:
        worker.send(Asked(6, 17, SET_CUR, b"\x01" + bytes(60_000)).to_bytes())
        assert answer_of(worker.recv(256))[0] == 13
    assert not camera.heard
