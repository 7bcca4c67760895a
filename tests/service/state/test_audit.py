"""The audit trail says what was changed, and shows every later change of what it says."""

import fcntl
import json
import os
import random
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from screening.result import Reason
from service.state import audit
from service.state.audit import AuditLog, restart, verify
from service.state.audit_events import (
    EVENT,
    EventRefused,
    LoginTried,
    OtherEvent,
    PasswordSet,
    ProcessLocked,
    ProcessLost,
    ScenarioChosen,
    SettingChanged,
    StationStarted,
    TrailStarted,
)
from service.state.audit_trail import HEAD_DIGITS, TRAIL, AuditError, Entry, read, told
from tests.narrow import of

EVENTS = (
    StationStarted("0.1.0", "simulated", unsandboxed=False),
    ProcessLocked("worker", 7, "ab" * 32, 106, memory_locked=True),
    SettingChanged("decision.threshold_c", 37.5, 37.4),
    SettingChanged("decision.site", "auto", "canthus"),
    LoginTried(granted=False),
    PasswordSet(),
    ProcessLost("worker", Reason.SENSOR_LOST),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a state folder with a trail of eight entries."""
    log = AuditLog(tmp_path, wall_clock=lambda: 1_700_000_000.0)
    for event in EVENTS:
        log.append(event)
    return tmp_path


def lines_of(folder: Path) -> list[bytes]:
    return (folder / TRAIL).read_bytes().splitlines()


def put(folder: Path, lines: list[bytes]) -> None:
    (folder / TRAIL).write_bytes(b"".join(line + b"\n" for line in lines))


def test_what_was_written_is_read_back_and_verified(folder: Path) -> None:
    assert tuple(entry.event for entry in read(folder))[1:] == EVENTS
    assert {entry.at for entry in read(folder)} == {"2023-11-14T22:13:20Z"}
    assert verify(folder).head == AuditLog(folder).head == sha256(lines_of(folder)[-1]).hexdigest()


def test_a_trail_is_continued_after_a_restart(folder: Path) -> None:
    head = AuditLog(folder).append(PasswordSet())
    assert verify(folder).head == head
    assert verify(folder).number == len(EVENTS) + 1


def test_two_processes_add_in_turn(folder: Path) -> None:
    one, other = AuditLog(folder), AuditLog(folder)
    for log in (one, other, one, other):
        log.append(PasswordSet())
    assert verify(folder).number == len(EVENTS) + 4


def test_who_adds_waits_until_another_process_has_added(folder: Path) -> None:
    """`limen admin password` and the station may add at the same moment."""
    log = AuditLog(folder)
    keys = os.open(folder / audit.KEY, os.O_RDWR)
    fcntl.flock(keys, fcntl.LOCK_EX)
    adding = threading.Thread(target=log.append, args=(PasswordSet(),), daemon=True)
    try:
        adding.start()
        adding.join(0.3)
        assert adding.is_alive(), "it waits"
        assert len(lines_of(folder)) == len(EVENTS) + 1
    finally:
        os.close(keys)
    adding.join(30.0)
    assert verify(folder).number == len(EVENTS) + 1


def test_every_flipped_bit_is_found(folder: Path) -> None:
    whole = (folder / TRAIL).read_bytes()
    draw = random.Random(7)  # noqa: S311 - a sample, the same each time
    for place in draw.sample(range(len(whole) * 8), 300):
        changed = bytearray(whole)
        changed[place // 8] ^= 1 << place % 8
        (folder / TRAIL).write_bytes(changed)
        with pytest.raises(AuditError):
            verify(folder)


def test_even_a_signature_in_capitals_is_found(folder: Path) -> None:
    """The same number, written otherwise: nothing follows the last line that would notice."""
    *lines, last = lines_of(folder)
    put(folder, [*lines, last[:-40] + last[-40:].upper()])
    with pytest.raises(AuditError, match=f"Entry {len(EVENTS)} "):
        verify(folder)


@pytest.mark.parametrize("place", range(len(EVENTS)))
def test_a_removed_swapped_or_repeated_entry_is_found_where_it_is(folder: Path, place: int) -> None:
    lines = lines_of(folder)
    removed = lines[:place] + lines[place + 1 :]
    swapped = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
    repeated = [*lines[: place + 1], lines[place], *lines[place + 1 :]]
    for changed, number in ((removed, place), (swapped, place), (repeated, place + 1)):
        put(folder, changed)
        with pytest.raises(AuditError, match=f"Entry {number} "):
            verify(folder)


def test_a_rewritten_entry_with_every_hash_made_anew_is_found(folder: Path) -> None:
    """The chain of hashes alone would be fooled: anybody can compute hashes."""
    lines = lines_of(folder)
    before = sha256(lines[2]).hexdigest()
    forged = lines[:3]
    for line in lines[3:]:
        body = json.loads(line)
        body["before"] = before
        if body["event"]["kind"] == "setting_changed":
            body["event"]["after"] = 39.0 if body["n"] == 3 else body["event"]["after"]
        forged.append(json.dumps(body, separators=(",", ":")).encode())
        before = sha256(forged[-1]).hexdigest()
    put(folder, forged)
    with pytest.raises(AuditError, match="Entry 3 "):
        verify(folder)


def test_who_takes_the_key_cannot_sign_the_past(folder: Path) -> None:
    stored = (folder / audit.KEY).read_bytes()
    public = [json.loads(line)["next_key"] for line in lines_of(folder)]
    held = [
        audit._public(Ed25519PrivateKey.from_private_bytes(stored[at : at + 32])) for at in (0, 32)
    ]
    assert public[-1] in held, "the key of the next entry is there"
    assert not set(held) & set(public[:-1]), "no key of an earlier entry is"


def test_a_trail_cut_off_at_the_end_is_found_by_a_head_that_was_seen(folder: Path) -> None:
    shown = AuditLog(folder).short_head
    assert len(shown) == HEAD_DIGITS == 32  # 128 bits
    put(folder, lines_of(folder)[:-1])
    verify(folder, copy=True)  # the rest is sound in itself ...
    with pytest.raises(AuditError, match=shown):
        verify(folder, seen=(shown,), copy=True)  # ... but not all that there was


def test_a_head_seen_long_ago_is_still_there(folder: Path) -> None:
    seen = [entry.short_head for entry in read(folder)]
    assert verify(folder, seen=tuple(seen)).number == len(EVENTS)


def test_a_trail_that_does_not_match_its_key_is_not_continued(folder: Path) -> None:
    put(folder, lines_of(folder)[:-1])
    with pytest.raises(AuditError, match="limen audit restart"):
        AuditLog(folder)


def test_a_new_trail_names_the_one_before_it(folder: Path) -> None:
    old = AuditLog(folder).head
    (folder / audit.KEY).unlink()
    with pytest.raises(AuditError):
        AuditLog(folder)
    log = restart(folder)
    log.append(PasswordSet())
    first = next(iter(read(folder)))
    assert of(TrailStarted, first.event).previous == old
    assert len(list(folder.glob("audit-*.jsonl"))) == 1
    assert verify(folder, seen=(old,)).number == 1, "what was noted before is still found"


def test_only_the_vocabulary_can_be_written(folder: Path) -> None:
    log = AuditLog(folder)
    for event in (
        ScenarioChosen("A visitor with a red coat at 9"),
        ScenarioChosen("jane.doe@example.org"),
        SettingChanged("decision.threshold_c", 37.5, "Maria Müller"),
        ProcessLocked("worker", 7, "not a hash", 106, memory_locked=True),
        StationStarted("Jane Doe", "simulated", unsandboxed=False),
    ):
        with pytest.raises(EventRefused):
            log.append(event)
    assert verify(folder).number == len(EVENTS)


def test_the_vocabulary_has_no_room_for_text_and_no_word_about_visitors() -> None:
    schema = EVENT.json_schema()
    words = set(schema["discriminator"]["mapping"])
    for word in ("visitor", "alarm", "second_check", "verdict", "elevated", "screened"):
        assert not [known for known in words if word in known]

    def texts(node: object, path: str = "") -> list[str]:
        """Return every place that takes any text at all."""
        if isinstance(node, dict):
            free = node.get("type") == "string" and not {"pattern", "enum", "const"} & set(node)
            inner = [found for key in node for found in texts(node[key], f"{path}/{key}")]
            return [path, *inner] if free else inner
        if isinstance(node, list):
            return [found for one in node for found in texts(one, path)]
        return []

    assert (
        texts(
            {
                key: value["properties"]
                for key, value in schema["$defs"].items()
                if "properties" in value
            }
        )
        == []
    )


def test_only_the_station_can_read_the_key(folder: Path) -> None:
    for name in (TRAIL, audit.KEY):
        assert (folder / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(AuditError, match="cannot be written"):
        AuditLog(tmp_path)


def test_no_trail_is_no_sound_trail(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="no audit trail"):
        verify(tmp_path)
    (tmp_path / TRAIL).write_bytes(b"")
    (tmp_path / audit.KEY).write_bytes(b"")
    with pytest.raises(AuditError, match="empty"):
        verify(tmp_path)


def test_what_another_version_wrote_steers_no_terminal() -> None:
    event = OtherEvent(
        "later\x1b[2A", {"why": "\r    9 2026-01-01T00:00:00Z\n\x9b2J\u202e", "n": 3}
    )
    line = told(Entry(3, "2026-01-01T00:00:00Z", event, "a" * 64, "b" * 64, 100))
    assert line.isascii()
    assert line.isprintable()
    assert "later\\x1b[2A" in line
