"""A finding of the doctor, and how rooms are looked into: what fails to be looked at, fails."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How good or bad a finding is."""

    OK = "ok"
    WARN = "warn"  # it works; somebody should know
    FAIL = "fail"  # the station will not screen, or a promise does not hold


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What was looked at, in a word or two.
    level
        How it is.
    sentence
        What was found, for an admin.
    remedy
        What to do about it; empty when nothing is to be done.
    """

    name: str
    level: Level
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A room and how to look into it."""

    name: str
    look: Callable[[], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found in one room."""

    room: str
    findings: tuple[Finding, ...]


def examine(room: Room) -> Examination:
    """Look into a room. Whatever goes wrong while looking is itself a finding, and a bad one."""
    findings: list[Finding] = []
    try:
        findings.extend(room.look())
    except Exception as error:  # noqa: BLE001 - the doctor tells of every trouble and goes on
        findings.append(
            Finding(
                room.name,
                Level.FAIL,
                f"This could not be looked at: {type(error).__name__}: {error}",
                "Report this with what `limen doctor --json` prints.",
            )
        )
    return Examination(room.name, tuple(findings))
