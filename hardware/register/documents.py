"""The register: dossiers, exclusion lists, policy and trust file, each with its integrity checked.

What ships with Limen lies in `shipped/` and is pinned by its `SHA256SUMS.txt` (check it
with `sha256sum -c`). An institution keeps its own register in a folder of its own, in the same
layout; there, every document must be signed::

    dossiers/KEY.toml   KEY.toml.dsse     replaces the shipped dossier of that name, or adds one
    lists/KEY.toml      KEY.toml.dsse     the newer snapshot of a list counts
    policy.toml         policy.toml.dsse
    trust.toml                            whose signatures count; the root, signed by nobody
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hardware.errors import DossierError, HardwareError, PolicyError, RegisterError
from hardware.register import dossier as dossiers
from hardware.register import lists as exclusion_lists
from hardware.register import policy as policies
from hardware.register import signature, trust
from hardware.register.dossier import Dossier
from hardware.register.lists import Snapshot
from hardware.register.policy import Policy
from hardware.register.signature import SUFFIX, PayloadType, Signatures
from hardware.register.trust import Trust

SHIPPED = Path(__file__).parent / "shipped"
SUMS = "SHA256SUMS.txt"


@dataclass(frozen=True, slots=True)
class Register:
    """All documents, as they stood when they were loaded.

    Attributes
    ----------
    policy, trust, lists
        What applies.
    problems
        Lists that cannot be used, with the reason; a rule turns them into refusals.
    today
        Day for which signatures were checked.
    own
        Folder of the institution's own register, when there is one.
    """

    policy: Policy
    trust: Trust
    lists: tuple[Snapshot, ...]
    problems: tuple[str, ...]
    today: date
    own: Path | None = None
    shipped: Path = SHIPPED

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all dossiers."""
        folders = [folder for folder in (self.shipped, self.own) if folder]
        return tuple(sorted({f.stem for d in folders for f in (d / "dossiers").glob("*.toml")}))

    def dossier(self, key: str) -> tuple[Dossier, Signatures]:
        """Return a dossier, and who signed it.

        Raises
        ------
        DossierError
            When there is none of that name, or it is broken or altered.
        """
        data, envelope = self._read(key)
        signatures = signature.verify(data, PayloadType.DOSSIER, envelope, self.trust, self.today)
        return dossiers.read(data, key), signatures

    def sha256(self, key: str) -> str:
        """Return the SHA-256 of a dossier's file."""
        return hashlib.sha256(self._read(key)[0]).hexdigest()

    def _read(self, key: str) -> tuple[bytes, bytes | None]:
        """Return the bytes of a dossier and of its envelope."""
        if key not in self.keys:  # also keeps a name with a path in it from leading elsewhere
            raise DossierError(
                f"There is no dossier {key!r}.", f"There are: {', '.join(self.keys)}."
            )
        relative = f"dossiers/{key}.toml"
        own = self.own is not None and (self.own / relative).is_file()
        folder = self.own if own and self.own else self.shipped
        data = _bytes(folder, relative, pinned=not own)
        return data, _optional(folder / (relative + SUFFIX))


def load(
    own: Path | None = None, *, today: date | None = None, shipped: Path = SHIPPED
) -> Register:
    """Load the register that ships with Limen, and over it the institution's own.

    Raises
    ------
    RegisterError, SignatureError
        When the policy or the trust file cannot be relied on. A broken dossier or list is
        reported when it is used.
    """
    today = today or date.today()  # noqa: DTZ011 # an expiry day is a day of the station's place
    if own is not None and not own.is_dir():
        raise RegisterError(f"There is no register in {own}.", "Check `register` in the settings.")
    trusted = (own and _optional(own / "trust.toml")) or _bytes(shipped, "trust.toml", pinned=True)
    keys = trust.read(trusted)
    lists, problems = _lists(own, shipped, keys, today)
    return Register(_policy(own, shipped, keys, today), keys, lists, problems, today, own, shipped)


def import_list(file: Path, own: Path, *, today: date | None = None) -> Snapshot:
    """Take a newer, signed snapshot of an exclusion list into an institution's own register.

    Raises
    ------
    RegisterError
        When it is broken, not signed by enough people, or not newer than the one that applies.
    """
    known = load(own, today=today)
    data, envelope = _bytes(file.parent, file.name, pinned=False), _optional(_beside(file))
    snapshot = exclusion_lists.read(data, "")
    signatures = signature.verify(data, PayloadType.LIST, envelope, known.trust, known.today)
    if signatures.problems or envelope is None:
        raise RegisterError(f"The exclusion list {snapshot.key}: {signatures.problems[0]}")
    for old in known.lists:
        if old.key == snapshot.key and old.content.snapshot >= snapshot.content.snapshot:
            raise RegisterError(
                f"The snapshot of {snapshot.key} is of {snapshot.content.snapshot}; the one that"
                f" applies is of {old.content.snapshot}."
            )
    target = own / "lists" / f"{snapshot.key}.toml"
    try:
        target.parent.mkdir(exist_ok=True)
        _beside(target).write_bytes(envelope)
        target.write_bytes(data)
    except OSError as error:
        raise RegisterError(f"The list cannot be written to {own} ({error}).") from error
    return snapshot


def _beside(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _policy(own: Path | None, shipped: Path, keys: Trust, today: date) -> Policy:
    if own is None or not (own / "policy.toml").is_file():
        return policies.read(_bytes(shipped, "policy/default.toml", pinned=True))
    data = _bytes(own, "policy.toml", pinned=False)
    envelope = _optional(own / ("policy.toml" + SUFFIX))
    signatures = signature.verify(data, PayloadType.POLICY, envelope, keys, today)
    if signatures.problems:
        raise PolicyError("The hardware policy cannot be relied on.", signatures.problems[0])
    return policies.read(data)


def _lists(
    own: Path | None, shipped: Path, keys: Trust, today: date
) -> tuple[tuple[Snapshot, ...], tuple[str, ...]]:
    """Return the newest intact snapshot of each list, and what is wrong with the others."""
    newest: dict[str, Snapshot] = {}
    problems = []
    for folder in (shipped, own):
        for path in sorted((folder / "lists").glob("*.toml")) if folder else ():
            try:
                snapshot = _list(folder, path, keys, today, pinned=folder == shipped)
            except HardwareError as error:
                problems.append(str(error))
                continue
            old = newest.get(snapshot.key)
            if old is None or old.content.snapshot <= snapshot.content.snapshot:
                newest[snapshot.key] = snapshot
    return tuple(newest[key] for key in sorted(newest)), tuple(problems)


def _list(folder: Path | None, path: Path, keys: Trust, today: date, *, pinned: bool) -> Snapshot:
    data = _bytes(folder or path.parent, f"lists/{path.name}", pinned=pinned)
    if not pinned:
        envelope = _optional(path.with_name(path.name + SUFFIX))
        signatures = signature.verify(data, PayloadType.LIST, envelope, keys, today)
        if signatures.problems:
            raise RegisterError(f"The exclusion list {path.stem}: {signatures.problems[0]}")
    return exclusion_lists.read(data, path.stem)


def _bytes(folder: Path, relative: str, *, pinned: bool) -> bytes:
    """Return the exact bytes of a file; those of a pinned one must be those of SHA256SUMS."""
    try:
        data = (folder / relative).read_bytes()
        sums = (folder / SUMS).read_text(encoding="utf-8") if pinned else ""
    except (OSError, UnicodeDecodeError) as error:
        raise RegisterError(f"The register cannot be read: {error}.") from error
    if pinned and f"{hashlib.sha256(data).hexdigest()}  {relative}" not in sums.splitlines():
        raise RegisterError(
            f"{relative} is not as it was shipped: its hash is not in {SUMS}.",
            "Install Limen again, or keep your own documents in a register of your own.",
        )
    return data


def _optional(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RegisterError(f"The register cannot be read: {error}.") from error
