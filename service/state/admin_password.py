"""The admin's door: a password for each role, slow to guess, and sessions that end.

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
from typing import Annotated, Final, TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.ipc.requests import MAX_PASSWORD_LENGTH, SESSION_S, Role
from service.state.files import cause, write_atomically

MIN_LENGTH = 8  # OWASP ASVS 5.0, 6.2.1
SESSIONS_KEPT = 4
_FREE_ATTEMPTS = 3
_LONGEST_DELAY_S = 300.0
ATTEMPTS_KEPT = 1000  # more of them do not wait longer
_MEMORY_KIB = 19 * 1024
# Each role has its own attempts: an auditor who logs in starts nobody else's anew.
_PASSWORD: Final = {Role.ADMIN: "admin.json", Role.AUDITOR: "auditor.json"}
_ATTEMPTS: Final = {Role.ADMIN: "attempts.json", Role.AUDITOR: "attempts-auditor.json"}


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
    """A session, or how long to wait before the next attempt.

    `tried` is whether the password was tried at all: while one has to wait, none is.
    """

    session: str = ""
    retry_after_s: float = 0.0
    tried: bool = True


def require_fit(password: str) -> None:
    """Raise an `AdminError` when a password is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise AdminError(
            f"The password has {len(password)} characters; "
            f"it needs at least {MIN_LENGTH} and at most {MAX_PASSWORD_LENGTH}."
        )


def set_password(folder: Path, password: str, role: Role = Role.ADMIN) -> None:
    """Save the hash of a role's new password; its attempts start again from zero.

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
        write_atomically(folder / _ATTEMPTS[role], _Attempts().model_dump_json().encode())
        write_atomically(folder / _PASSWORD[role], saved.model_dump_json().encode())
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

    Attributes
    ----------
    auditor_known
        Whether the auditor has a password, without a look at the disk.
    """

    def __init__(
        self, folder: Path, *, clock: Callable[[], float], wall_clock: Callable[[], float]
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._wall_clock = wall_clock
        self.auditor_known = (folder / _PASSWORD[Role.AUDITOR]).exists()
        # hash of the session -> whose it is, and when it was last used
        self._sessions: dict[bytes, tuple[Role, float]] = {}

    @property
    def password_set(self) -> bool:
        """Whether there is an admin's password at all; without one nobody gets in."""
        return self.has_password(Role.ADMIN)

    def has_password(self, role: Role) -> bool:
        """Whether a role has a password."""
        return self._read(_PASSWORD[role], _Password) is not None

    def login(self, password: str, role: Role = Role.ADMIN) -> LoginResult:
        """Exchange the password of a role for a session.

        Raises
        ------
        AdminError
            When the attempt does not count because the state cannot be saved.
        """
        wrong = self._wrong(password, role)
        if wrong is not None:
            return wrong
        session = secrets.token_urlsafe(16)
        while len(self._sessions) >= SESSIONS_KEPT:
            del self._sessions[min(self._sessions, key=lambda key: self._sessions[key][1])]
        self._sessions[self._key(session)] = role, self._clock()
        return LoginResult(session=session)

    def doubts(self, session: str, password: str) -> LoginResult | None:
        """Try the own password of whoever has a session; None when it is right.

        A session that was left open is not enough to change a password.
        """
        role = self.role_of(session)
        return LoginResult() if role is None else self._wrong(password, role)

    def change_password(self, session: str, role: Role, new: str) -> None:
        """Set a role's password; whoever else was in with it is out, the session that asks stays.

        Raises
        ------
        AdminError
            When the new one is too short or too long, or cannot be saved.
        """
        set_password(self._folder, new, role)
        self.auditor_known |= role is Role.AUDITOR
        mine = self._key(session)
        self._sessions = {
            key: one for key, one in self._sessions.items() if key == mine or one[0] is not role
        }

    def _wrong(self, password: str, role: Role) -> LoginResult | None:
        """Try a password; None when it is right, or how long to wait before the next attempt."""
        saved = self._read(_PASSWORD[role], _Password)
        if saved is None:
            return LoginResult()
        attempts = self._read(_ATTEMPTS[role], _Attempts) or _Attempts()
        wait_s = attempts.not_before - self._wall_clock()
        if wait_s > _LONGEST_DELAY_S:  # the clock was set back: no more than the longest is left
            wait_s = _LONGEST_DELAY_S
            until = self._wall_clock() + wait_s
            self._save_attempts(role, attempts.model_copy(update={"not_before": until}))
        if wait_s > 0.0:
            return LoginResult(retry_after_s=wait_s, tried=False)
        failed = min(attempts.failed + 1, ATTEMPTS_KEPT)
        delay_s, until = min(_LONGEST_DELAY_S, 2.0 ** (failed - _FREE_ATTEMPTS)), 0.0
        if failed < _FREE_ATTEMPTS:
            delay_s = 0.0
        else:  # in whole seconds: when an attempt was made is for whoever makes it to choose
            until = math.ceil(self._wall_clock() + delay_s)
        self._save_attempts(role, _Attempts(failed=failed, not_before=until))
        try:
            Argon2id.verify_phc_encoded(password.encode(), saved.argon2id)
        except (InvalidKey, ValueError):  # another password, or what is kept is no hash
            return LoginResult(retry_after_s=delay_s)
        self._save_attempts(role, _Attempts())
        return None

    def role_of(self, session: str) -> Role | None:
        """Return whose session it is, None when it is none; using it keeps it alive."""
        key = self._key(session)
        role, used_at = self._sessions.get(key, (None, 0.0))
        if role is None:
            return None
        if self._clock() - used_at > SESSION_S:
            del self._sessions[key]
            return None
        self._sessions[key] = role, self._clock()
        return role

    def logout(self, session: str) -> None:
        """End a session."""
        self._sessions.pop(self._key(session), None)

    @staticmethod
    def _key(session: str) -> bytes:
        return sha256(session.encode()).digest()

    def _save_attempts(self, role: Role, attempts: _Attempts) -> None:
        try:
            write_atomically(self._folder / _ATTEMPTS[role], attempts.model_dump_json().encode())
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
