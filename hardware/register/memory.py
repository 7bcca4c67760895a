"""What a station remembers of its register, so that what was once refused stays refused.

A signature does not grow old: a trust file from before a revocation, a dossier from before a
refusal, an index from before both are still signed. So a station keeps the highest versions that
it has seen, and the newest time. It keeps them in its audit trail; this module only compares.

The trust file follows the rule that TUF has for its root: version N+1 counts for a station that
knows version N only when enough people of N signed it, and enough of its own.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from hardware.errors import RegisterError
from hardware.register import signature, trust
from hardware.register.index import Index
from hardware.register.trust import Trust, What

Earlier = Callable[[int], tuple[bytes, bytes | None] | None]
_RESTORE: Final = "Bring the newer files back. A new register starts with a new trail."


@dataclass(frozen=True, slots=True)
class Memory:
    """The highest that one station has seen.

    Attributes
    ----------
    index, index_sha256
        Version and hash of the newest index; 0 before the first.
    trust, trust_sha256
        Version and hash of the newest trust file; 0 before the first.
    newest
        The latest time in its audit trail; None when it has none yet.
    enrolled
        SHA-256 of the last enrolment of each USB port.
    """

    index: int = 0
    index_sha256: str = ""
    trust: int = 0
    trust_sha256: str = ""
    newest: datetime | None = None
    enrolled: Mapping[str, str] = field(default_factory=dict)

    def check_clock(self, now: datetime) -> None:
        """Check that the clock has not gone back.

        Raises
        ------
        RegisterError
            When it shows a time before one that this station has already seen.
        """
        if self.newest is not None and now < self.newest:
            raise RegisterError(
                f"The clock shows {now:%Y-%m-%d %H:%M:%S} UTC, and this station has already seen"
                f" {self.newest:%Y-%m-%d %H:%M:%S} UTC.",
                "Set the clock: timedatectl set-time 'YYYY-MM-DD HH:MM:SS'. If the time that it"
                " has seen was wrong, begin a new trail with: limen audit restart",
            )

    def check_index(self, index: Index) -> None:
        """Check that an index is not older than the newest that was seen.

        Raises
        ------
        RegisterError
            When it is, or when it is another one of the same version.
        """
        version = index.content.version
        if version < self.index:
            raise RegisterError(
                f"The index of the register has version {version}; this station has already seen"
                f" version {self.index}.",
                _RESTORE,
            )
        if version == self.index and index.sha256 != self.index_sha256:
            raise RegisterError(
                f"There are two indexes of version {version}: this station knows another one.",
                "Make the next version with `limen hardware index`, and have it signed.",
            )

    def check_trust(self, current: Trust, earlier: Earlier) -> None:
        """Check that a trust file follows from the one that this station knows.

        Parameters
        ----------
        current
            The trust file in force; its own signatures are checked already.
        earlier
            Gives the bytes of an earlier version and of its envelope (`trust/N.toml`), or None.

        Raises
        ------
        RegisterError
            When it is older, is another one of the same version, or a step is not signed by
            enough people of the version before.
        """
        version = current.content.version
        if version < self.trust:
            raise RegisterError(
                f"The trust file has version {version}; this station has already seen version"
                f" {self.trust}.",
                _RESTORE,
            )
        if not self.trust:
            return
        known = self._known(current, earlier)
        for number in range(self.trust + 1, version + 1):
            data, envelope = _step(number, earlier)
            for judge, whose in (
                (known, "of the version before"),
                (trust.read(data), "of its own"),
            ):
                found = signature.verify(data, What.TRUST, envelope, judge, None, others=True)
                if found.problems:
                    raise RegisterError(
                        f"Version {number} of the trust file is not signed by enough people"
                        f" {whose}: {found.problems[0]}",
                        "Have the next trust file signed by the people of the one before.",
                    )
            known = trust.read(data)
        if known.fingerprint != current.fingerprint:
            raise RegisterError(
                f"There are two trust files of version {version}: trust.toml is not the one that"
                " this station knows, or that its history leads to.",
                _RESTORE,
            )

    def _known(self, current: Trust, earlier: Earlier) -> Trust:
        """Return the trust file that this station knows, by its hash."""
        if current.content.version == self.trust:
            return current if current.fingerprint == self.trust_sha256 else _other(self.trust)
        data, _ = _step(self.trust, earlier)
        if hashlib.sha256(data).hexdigest() != self.trust_sha256:
            _other(self.trust)
        return trust.read(data)


class Remembering(Protocol):
    """Whoever keeps the memory of a station."""

    def recall(self) -> Memory:
        """Return what was seen so far."""
        ...

    def note(self, memory: Memory) -> None:
        """Keep what was seen now."""
        ...


def _step(number: int, earlier: Earlier) -> tuple[bytes, bytes | None]:
    found = earlier(number)
    if found is None:
        raise RegisterError(
            f"trust/{number}.toml is missing: this station cannot follow the trust file from the"
            " version that it knows.",
            "Keep every version of the trust file, with its signatures, in the folder `trust`.",
        )
    return found


def _other(version: int) -> Trust:
    raise RegisterError(
        f"Version {version} of the trust file is not the one that this station knows.", _RESTORE
    )
