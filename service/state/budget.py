"""How much processes that see pixels can say, in the worst case: computed, not estimated.

Suppose that every library in the worker and in the web process is hostile, and works with all it
has at one aim: to get a picture out. It may choose every field of every record, send each as often
as is taken, and end when it likes. What the supervisor then hears, and what of it outlives the
process, is bounded by the tables of records (`service.ipc.records`), the types of messages
(`service.ipc.requests`), their rates, and what `service.state` writes.

Not counted, because no field carries it: the moments at which the supervisor writes on its own
(`service.state.child_events` takes the choice of the moment away; what a file system notes of it
to the nanosecond is the jitter of the supervisor, not a process's choice).
"""

import math
from dataclasses import dataclass
from typing import Final

from screening.result import REASONS_OF_VISITORS, Reason
from service.ipc.calibration import READING_EVERY_S, READINGS_PER_ACT, Doing, Notes, Review, Ticks
from service.ipc.capacity import bits_of
from service.ipc.rate import OF_WEB
from service.ipc.records import RATES, SpotSeen, bits, payload_bits
from service.ipc.requests import (
    AskAttestation,
    DecideAcceptance,
    DoChapter,
    Duty,
    Role,
    SaveNotes,
    SaveTicks,
    SaveWelcome,
)
from service.ipc.settings import StationSettings, UniformitySettings
from service.ipc.view import KEPT_DAYS
from service.ipc.visitor_window import Welcome
from service.state import drift
from service.state.admin_password import ATTEMPTS_KEPT
from service.state.child_events import EVENTS_PER_HOUR, MAX_WITHHELD, WRITTEN_EVERY_S
from service.state.counters import MAX_PER_HOUR, Counted
from service.state.recorder import SAME_PER_HOUR

PICTURE_BITS: Final = 160 * 120 * 8  # the smallest picture of a face that is worth having
SAVES_PER_HOUR: Final = 60
PASSWORDS_PER_HOUR: Final = 4
HASH_BITS: Final = 256  # what of a password is kept
SCENARIOS: Final = 128  # that a simulated sensor can show; more fail a test
PROCESSES: Final = 3  # locked ones of a station
MOST_SAID: Final = 6  # sentences of an attestation about one of them (`service.attestation.live`)
SAID_BITS: Final = 288  # the most that one can choose of them: two addresses of a socket
SENSORS: Final = 8  # enrolled at one station: which of them was opened is a choice
_HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Line:
    """One way out, and how wide it is.

    Attributes
    ----------
    what
        Where it ends.
    bits
        Bits a second, or an hour.
    because
        What they are made of.
    """

    what: str
    bits: float
    because: str


def per_second() -> tuple[Line, ...]:
    """Return what the supervisor hears, in bits a second."""
    worker = sum(rate.per_s * payload_bits(kind) for kind, rate in RATES.items())
    web = sum(rate.per_s * bits_of(kind) for kind, rate in OF_WEB.items())
    return (
        Line("worker to supervisor", worker, "records at their rates"),
        Line("web process to supervisor", web, "requests at their rates"),
    )


def per_hour() -> tuple[Line, ...]:
    """Return what outlives the processes that said it, in bits an hour."""
    slots = _HOUR_S / WRITTEN_EVERY_S
    logins = len(Role)
    # worker lost; web lost, frozen; opened; duty, found well or not
    events = len(Reason) + 1 + logins + 1 + SENSORS + 2 * len(Duty)
    trail = EVENTS_PER_HOUR * math.log2(slots * events + 1) + math.log2(MAX_WITHHELD + 1)
    by_guards = 3
    of_visitors = len(Counted) - by_guards + len(REASONS_OF_VISITORS)
    width = math.log2(MAX_PER_HOUR + 1)
    ranges = {"offset_c": 20.0, "corrected_scene_c": 100.0, "noise_k": 0.5}  # of their records
    hourly = sum(math.log2(by / drift.STEPS[name] + 2) for name, by in ranges.items())
    attempts = math.log2(ATTEMPTS_KEPT * _HOUR_S)
    return (
        Line(
            "audit trail and log",
            trail,
            f"{EVENTS_PER_HOUR} events of {events}, each at one of {slots:.0f} moments; "
            f"how many more, to {MAX_WITHHELD}",
        ),
        Line(
            "counters",
            (of_visitors + by_guards) * width,
            f"{of_visitors} sums of visitors and {by_guards} of second checks, "
            f"each to {MAX_PER_HOUR}, for {KEPT_DAYS} days",
        ),
        Line(
            "drift watch",
            hourly + math.log2(12.0 / drift.STEPS["median_c"] + 2) / 24.0,
            "means of offset, scene and noise, and each day a median of visitors, for two years",
        ),
        Line(
            "attempts at the passwords",
            len(Role) * attempts,
            f"of {len(Role)} roles their number, and the second of the last",
        ),
    )


def per_hour_of_admin() -> tuple[Line, ...]:
    """Return what a hostile web process could write in an admin's name, in bits an hour.

    Only while an admin's session is open or after the password was typed there: then it can do
    what the admin can. The non-uniformity is not an admin's to type in; a plate that is learnt is a
    saving, too, of fewer bits. Each has its second in the trail.
    """
    moment = math.log2(_HOUR_S)
    settings = bits_of(StationSettings) - bits_of(UniformitySettings) + moment
    events = 2 * SAME_PER_HOUR * (moment + math.log2(SCENARIOS))
    passwords = PASSWORDS_PER_HOUR * (HASH_BITS + moment + 1)
    return (
        Line(
            "settings and their trail",
            SAVES_PER_HOUR * settings,
            f"{SAVES_PER_HOUR} savings of {settings:.0f} bits",
        ),
        Line(
            "notes of a calibration",
            _in_an_hour(SaveNotes) * bits_of(Notes),
            f"{_in_an_hour(SaveNotes):.0f} savings of {bits_of(Notes):.0f} bits",
        ),
        Line(
            "words of welcome",
            _in_an_hour(SaveWelcome) * (bits_of(Welcome) + moment),
            f"{_in_an_hour(SaveWelcome):.0f} savings of {bits_of(Welcome):.0f} bits",
        ),
        Line(
            "ticks, acts and reviews of a calibration",
            _in_an_hour(SaveTicks) * bits_of(Ticks)
            + _in_an_hour(DoChapter) * bits_of(Doing)
            + _in_an_hour(DecideAcceptance) * bits_of(Review),
            "at their rates",
        ),
        Line(
            "readings of an acceptance",
            _in_an_hour(DoChapter) * READINGS_PER_ACT * bits(SpotSeen.TABLE["surface_c"])
            + _HOUR_S / READING_EVERY_S * bits(SpotSeen.TABLE["surface_c"]),
            f"{READINGS_PER_ACT} for each act, or one every {READING_EVERY_S:.0f} s",
        ),
        Line(
            "logins, and scenarios of a simulation",
            events,
            f"{SAME_PER_HOUR} of each, at a second, one scenario of {SCENARIOS}",
        ),
        Line(
            "attestations",
            _in_an_hour(AskAttestation) * (moment + MOST_SAID * SAID_BITS * PROCESSES),
            f"{_in_an_hour(AskAttestation):.0f}, and what is wrong with {PROCESSES} processes: "
            f"{MOST_SAID} sentences of {SAID_BITS} bits of each",
        ),
        Line(
            "passwords",
            passwords,
            f"{PASSWORDS_PER_HOUR} hashes of {HASH_BITS} bits, for one of {len(Role)} roles",
        ),
    )


def _in_an_hour(kind: type) -> float:
    """Return how many requests of a kind there can be within an hour."""
    rate = OF_WEB[kind]
    return rate.per_s * _HOUR_S + rate.waiting


def hours_for_picture() -> float:
    """Return how long a picture of 160 x 120 with 8 bits would take to get out."""
    return PICTURE_BITS / sum(line.bits for line in per_hour())
