"""The admin's door: one password, slow to guess, and sessions that end.

The supervisor keeps it, so that neither a web process gone wrong nor its restart opens the door.
Argon2id as in RFC 9106 with the parameters that OWASP gives for 19 MiB; the count of failed
attempts is saved before the answer leaves, so that pulling the plug buys no attempt.
"""

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.ipc.messages import MAX_PASSWORD_LENGTH, SESSION_S
from service.state.files import cause, write_atomically

MIN_LENGTH = 8  # OWASP ASVS 5.0, 6.2.1
SESSIONS_KEPT = 4
_FREE_ATTEMPTS = 3
_LONGEST_DELAY_S = 300.0
ATTEMPTS_KEPT = 1000  # more of them do not wait longer
_MEMORY_KIB = 19 * 1024


class AdminError(Exception):
    """The password cannot be set or checked. The sentence says what to do."""


class _Password(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    argon2id: str


class _Attempts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    failed: Annotated[int, Field(ge=0, lt=2**31)] = 0
    not_before: float = 0.0  # wall clock: it has to outlive a restart


@dataclass(frozen=True, slots=True)
class LoginResult:
    """A session, or how long to wait before the next attempt."""

    session: str = ""
    retry_after_s: float = 0.0


def require_fit(password: str) -> None:
    """Raise an `AdminError` when a password is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise AdminError(
            f"The password has {len(password)} characters; "
            f"it needs at least {MIN_LENGTH} and at most {MAX_PASSWORD_LENGTH}."
        )


def set_password(folder: Path, password: str) -> None:
    """Save the hash of a new password; attempts start again from zero.

    Raises
    ------
    AdminError
        When it is too short or too long, or the folder does not take it.
    """
    require_fit(password)
    saved = _Password(argon2id=_hashed(password))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The attempts first: when the second file does not fit, the old password stands.
        write_atomically(folder / "attempts.json", _Attempts().model_dump_json().encode())
        write_atomically(folder / "admin.json", saved.model_dump_json().encode())
    except OSError as error:
        raise AdminError(f"The password could not be saved in {folder} {cause(error)}") from error


def _hashed(password: str) -> str:
    """Return salt, parameters and hash as one string in the PHC format."""
    hashed = Argon2id(
        salt=secrets.token_bytes(16), length=32, iterations=2, lanes=1, memory_cost=_MEMORY_KIB
    )
    return hashed.derive_phc_encoded(password.encode())


class AdminDoor:
    """Checks passwords and sessions.

    Parameters
    ----------
    folder
        State folder.
    clock, wall_clock
        Seconds, monotonic and since the epoch.
    """

    def __init__(
        self, folder: Path, *, clock: Callable[[], float], wall_clock: Callable[[], float]
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._wall_clock = wall_clock
        self._sessions: dict[bytes, float] = {}  # hash of the session -> when it was last used

    @property
    def password_set(self) -> bool:
        """Whether there is a password at all; without one nobody gets in."""
        return self._read("admin.json", _Password) is not None

    def login(self, password: str) -> LoginResult:
        """Exchange the password for a session.

        Raises
        ------
        AdminError
            When the attempt does not count because the state cannot be saved.
        """
        saved = self._read("admin.json", _Password)
        if saved is None:
            return LoginResult()
        attempts = self._read("attempts.json", _Attempts) or _Attempts()
        wait_s = attempts.not_before - self._wall_clock()
        if wait_s > _LONGEST_DELAY_S:  # the clock was set back: no more than the longest is left
            wait_s = _LONGEST_DELAY_S
            until = self._wall_clock() + wait_s
            self._save_attempts(attempts.model_copy(update={"not_before": until}))
        if wait_s > 0.0:
            return LoginResult(retry_after_s=wait_s)
        failed = min(attempts.failed + 1, ATTEMPTS_KEPT)
        delay_s, until = min(_LONGEST_DELAY_S, 2.0 ** (failed - _FREE_ATTEMPTS)), 0.0
        if failed < _FREE_ATTEMPTS:
            delay_s = 0.0
        else:  # in whole seconds: when an attempt was made is for whoever makes it to choose
            until = math.ceil(self._wall_clock() + delay_s)
        self._save_attempts(_Attempts(failed=failed, not_before=until))
        try:
            Argon2id.verify_phc_encoded(password.encode(), saved.argon2id)
        except (InvalidKey, ValueError):  # another password, or what is kept is no hash
            return LoginResult(retry_after_s=delay_s)
        self._save_attempts(_Attempts())
        session = secrets.token_urlsafe(16)
        while len(self._sessions) >= SESSIONS_KEPT:
            del self._sessions[min(self._sessions, key=lambda key: self._sessions[key])]
        self._sessions[self._key(session)] = self._clock()
        return LoginResult(session=session)

    def admits(self, session: str) -> bool:
        """Whether a session is valid; using it keeps it alive."""
        key = self._key(session)
        used_at = self._sessions.get(key)
        if used_at is None:
            return False
        if self._clock() - used_at > SESSION_S:
            del self._sessions[key]
            return False
        self._sessions[key] = self._clock()
        return True

    def logout(self, session: str) -> None:
        """End a session."""
        self._sessions.pop(self._key(session), None)

    @staticmethod
    def _key(session: str) -> bytes:
        return sha256(session.encode()).digest()

    def _save_attempts(self, attempts: _Attempts) -> None:
        try:
            write_atomically(self._folder / "attempts.json", attempts.model_dump_json().encode())
        except OSError as error:
            raise AdminError(
                f"The count of attempts could not be saved, so nobody is let in {cause(error)}"
            ) from error

    def _read(self, name: str, model: type["_Saved"]) -> "_Saved | None":
        try:
            return model.model_validate_json((self._folder / name).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            raise AdminError(
                f"{self._folder / name} is damaged, so nobody is let in. "
                "Set the password again with `limen admin password`."
            ) from error


_Saved = TypeVar("_Saved", bound=BaseModel)
