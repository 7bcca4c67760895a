"""The admin's door: slow to guess, and shut by default."""

import json
from pathlib import Path

import pytest

from service.ipc.requests import SESSION_S
from service.state.admin_password import (
    MIN_LENGTH,
    SESSIONS_KEPT,
    AdminDoor,
    AdminError,
    set_password,
)

PASSWORD = "correct horse"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(tmp_path: Path, clock: Clock) -> AdminDoor:
    set_password(tmp_path, PASSWORD)
    return AdminDoor(tmp_path, clock=clock, wall_clock=clock)


def test_without_a_password_nobody_gets_in(tmp_path: Path, clock: Clock) -> None:
    door = AdminDoor(tmp_path, clock=clock, wall_clock=clock)
    assert not door.password_set
    assert door.login("").session == ""
    assert not door.role_of("")


@pytest.mark.parametrize("password", ["", "a" * (MIN_LENGTH - 1), "a" * 200])
def test_a_password_too_short_or_too_long_is_refused_with_its_length(
    tmp_path: Path, password: str
) -> None:
    with pytest.raises(AdminError, match=str(MIN_LENGTH)):
        set_password(tmp_path, password)
    assert not (tmp_path / "admin.json").exists()


def test_only_an_argon2id_hash_is_saved(door: AdminDoor, tmp_path: Path) -> None:
    saved = (tmp_path / "admin.json").read_text()
    assert PASSWORD not in saved
    assert json.loads(saved)["argon2id"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


SAVED_EARLIER = (  # of `PASSWORD`, by the library that hashed passwords before
    "$argon2id$v=19$m=19456,t=2,p=1$SyyPD33E7T7d1u3BHWJdog$OGl2f1eg4kibURTy0OkRl0kAgA64fGSKKwVWOpnHaVc"
)


@pytest.mark.parametrize(
    ("saved", "opens"),
    [
        (SAVED_EARLIER, True),
        (SAVED_EARLIER[:-1] + "A", False),
        (SAVED_EARLIER.replace("t=2", "t=0"), False),
        ("no hash", False),
    ],
)
def test_a_hash_that_was_saved_earlier_opens_and_a_damaged_one_does_not(
    tmp_path: Path, clock: Clock, saved: str, opens: bool
) -> None:
    (tmp_path / "admin.json").write_text(json.dumps({"argon2id": saved}))
    door = AdminDoor(tmp_path, clock=clock, wall_clock=clock)
    assert bool(door.login(PASSWORD).session) is opens


def test_the_right_password_opens_a_session(door: AdminDoor) -> None:
    session = door.login(PASSWORD).session
    assert door.role_of(session)
    assert not door.role_of(session + "x")


def test_the_wrong_password_opens_nothing(door: AdminDoor) -> None:
    assert door.login("wrong password").session == ""


def test_each_further_wrong_attempt_takes_longer(door: AdminDoor, clock: Clock) -> None:
    waits = []
    for _ in range(12):
        result = door.login("wrong password")
        waits.append(result.retry_after_s)
        clock.now += result.retry_after_s
    assert waits[:4] == [0.0, 0.0, 1.0, 2.0]
    assert waits == sorted(waits)
    assert waits[-1] == 300.0


def test_while_it_has_to_wait_even_the_right_password_is_not_tried(
    door: AdminDoor, clock: Clock
) -> None:
    for _ in range(4):
        clock.now += door.login("wrong password").retry_after_s
    wait = door.login("wrong password").retry_after_s
    clock.now += wait - 0.5
    refused = door.login(PASSWORD)
    assert refused.session == ""
    assert not refused.tried
    assert refused.retry_after_s == pytest.approx(0.5)
    clock.now += 0.6
    assert door.login(PASSWORD).session


def test_a_restart_forgets_no_attempt(door: AdminDoor, tmp_path: Path, clock: Clock) -> None:
    for _ in range(6):
        clock.now += door.login("wrong password").retry_after_s
    wait = door.login("wrong password").retry_after_s
    again = AdminDoor(tmp_path, clock=clock, wall_clock=clock)
    assert again.login(PASSWORD).retry_after_s == pytest.approx(wait)


def test_the_right_password_forgives_the_wrong_ones(door: AdminDoor, clock: Clock) -> None:
    door.login("wrong password")
    door.login("wrong password")
    door.login(PASSWORD)
    assert door.login("wrong password").retry_after_s == 0.0


def test_a_clock_set_back_does_not_lock_the_door_for_longer_than_the_longest_wait(
    door: AdminDoor, clock: Clock
) -> None:
    for _ in range(12):
        clock.now += door.login("wrong password").retry_after_s
    clock.now -= 365 * 24 * 3600
    assert door.login(PASSWORD).retry_after_s <= 300.0


def test_a_session_ends_when_it_is_not_used(door: AdminDoor, clock: Clock) -> None:
    session = door.login(PASSWORD).session
    clock.now += SESSION_S - 1
    assert door.role_of(session)
    clock.now += SESSION_S - 1
    assert door.role_of(session)
    clock.now += SESSION_S + 1
    assert not door.role_of(session)
    clock.now -= SESSION_S
    assert not door.role_of(session)


def test_a_session_ends_with_the_logout(door: AdminDoor) -> None:
    session = door.login(PASSWORD).session
    door.logout(session)
    assert not door.role_of(session)


def test_sessions_are_bounded_and_the_oldest_goes_first(door: AdminDoor, clock: Clock) -> None:
    sessions = []
    for _ in range(SESSIONS_KEPT + 1):
        clock.now += 1
        sessions.append(door.login(PASSWORD).session)
    kept = [door.role_of(session) is not None for session in sessions]
    assert kept == [False] + [True] * SESSIONS_KEPT


def test_a_damaged_password_file_lets_nobody_in_and_says_what_to_do(
    door: AdminDoor, tmp_path: Path
) -> None:
    (tmp_path / "admin.json").write_text("{}")
    with pytest.raises(AdminError, match="limen admin password"):
        door.login(PASSWORD)


def test_an_attempt_that_cannot_be_counted_is_no_attempt(
    door: AdminDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.state.admin_password.write_atomically", full)
    with pytest.raises(AdminError, match="nobody is let in"):
        door.login(PASSWORD)
