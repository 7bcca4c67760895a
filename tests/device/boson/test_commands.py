"""The tables of commands: complete, unambiguous, documented."""

from typing import Any

import pytest

from device.boson import commands as c
from device.boson.declare import Command

ALL = list(c.COMMANDS.values())
NAMED = [value for name, value in vars(c).items() if name.isupper()]


def test_no_two_commands_share_an_id_or_a_name() -> None:
    singles = [value for value in NAMED if isinstance(value, Command)]
    assert len(ALL) == len(singles) + 2 * len(c.REGISTERS)
    assert len({command.name for command in ALL}) == len(ALL)


@pytest.mark.parametrize("command", ALL, ids=lambda command: command.name)
def test_every_command_is_documented(command: Command[Any]) -> None:
    assert command.doc.endswith(".")
    for field in (*command.request.fields, *command.reply.fields):
        assert field.name
        assert field.format


def test_reading_and_writing_a_register_carry_the_same_fields() -> None:
    for register in c.REGISTERS:
        assert register.get.reply.fields == register.set.request.fields
        assert register.get.name.replace("Get", "Set", 1) == register.set.name


def test_the_fpa_temperature_is_signed() -> None:
    assert c.FPA_TEMP.read(bytes.fromhex("FF38")) == -200  # 0.1 deg C
