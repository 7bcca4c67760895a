"""The register: dossiers, exclusion lists, policy and trust file, each with its integrity checked.

What ships with Limen lies in `shipped/` and is pinned by its `SHA256SUMS.txt` (check it
with `sha256sum -c`). An institution keeps its own register in a folder of its own, in the same
layout; there, every document must be signed, and an index says which are in force::

    dossiers/KEY.toml   KEY.toml.dsse     replaces the shipped dossier of that name, or adds one
    lists/KEY.toml      KEY.toml.dsse     the newer snapshot of a list counts
    policy.toml         policy.toml.dsse
    trust.toml          trust.toml.dsse   whose signatures count; signed by its own people
    trust/N.toml        N.toml.dsse       every version of the trust file, for stations behind
    index.toml          index.toml.dsse   what is in force, under a number that only rises
    evidence/SHA256.*                     copies of the documents that dossiers stand on
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from hardware.errors import DossierError, HardwareError, PolicyError, RegisterError
from hardware.register import dossier as dossiers
from hardware.register import index as indexes
from hardware.register import lists as exclusion_lists
from hardware.register import policy as policies
from hardware.register import signature, trust
from hardware.register.dossier import Dossier
from hardware.register.evidence import EvidenceFolder
from hardware.register.index import Index
from hardware.register.lists import Snapshot
from hardware.register.memory import Memory
from hardware.register.policy import Policy
from hardware.register.signature import SUFFIX, Signatures
from hardware.register.trust import Trust, What

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
    index
        What is in force in it.
    memory
        What this station remembers; None where nobody remembers, as on an auditor's computer.
    """

    policy: Policy
    trust: Trust
    lists: tuple[Snapshot, ...]
    problems: tuple[str, ...]
    today: date
    own: Path | None = None
    shipped: Path = SHIPPED
    index: Index | None = None
    memory: Memory | None = None

    @property
    def evidence(self) -> EvidenceFolder:
        """The copies of documents that the institution holds."""
        return EvidenceFolder(self.own / "evidence" if self.own else None)

    def remembered(self) -> Memory:
        """Return what a station remembers once it has seen this register."""
        before = self.memory or Memory()
        if self.index is None:
            return before
        return replace(
            before,
            index=self.index.content.version,
            index_sha256=self.index.sha256,
            trust=self.trust.content.version,
            trust_sha256=self.trust.fingerprint,
        )

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of all dossiers."""
        folders = [folder for folder in (self.shipped, self.own) if folder]
        found = {file.stem for folder in folders for file in (folder / "dossiers").glob("*.toml")}
        listed = {Path(path) for path in self.index.paths} if self.index else set()
        return tuple(sorted(found | {p.stem for p in listed if p.parent.name == "dossiers"}))

    def dossier(self, key: str) -> tuple[Dossier, Signatures]:
        """Return a dossier, and who signed it.

        Raises
        ------
        DossierError
            When there is none of that name, or it is broken or altered.
        """
        data, envelope = self._read(key)
        signatures = signature.verify(data, What.DOSSIER, envelope, self.trust, self.today)
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
        if self.own and self.index:
            data = _optional(self.own / relative)
            self.index.check(relative, data)
            if data is not None:
                return data, _optional(self.own / (relative + SUFFIX))
        return _bytes(self.shipped, relative, pinned=True), None


def load(
    own: Path | None = None,
    *,
    today: date | None = None,
    memory: Memory | None = None,
    shipped: Path = SHIPPED,
) -> Register:
    """Load the register that ships with Limen, and over it the institution's own.

    Parameters
    ----------
    own
        Folder of the institution's own register.
    today
        Day for which expiries and signatures are judged.
    memory
        What this station has seen before; whatever is older is refused.

    Raises
    ------
    RegisterError, SignatureError
        When the policy, the trust file or the index cannot be relied on. A broken dossier or list
        is reported when it is used.
    """
    today = today or date.today()  # noqa: DTZ011 # an expiry day is a day of the station's place
    if own is not None and not own.is_dir():
        raise RegisterError(f"There is no register in {own}.", "Check `register` in the settings.")
    keys = load_trust(own, today=today, shipped=shipped)
    index = _index(own, keys, today) if own else None
    if index is not None and own is not None:
        index.check("trust.toml", _optional(own / "trust.toml"))
        if memory is not None:
            memory.check_index(index)
            memory.check_trust(keys, lambda number: _earlier(own, number))
    elif memory is not None and memory.index:
        raise RegisterError(
            f"This station has seen version {memory.index} of its own register, and now there is"
            " none.",
            "Check `register` in the settings, and that the folder is there.",
        )
    lists, problems = _lists(own, shipped, keys, today, index)
    policy = _policy(own, shipped, keys, today, index)
    return Register(policy, keys, lists, problems, today, own, shipped, index, memory)


def load_trust(
    own: Path | None = None, *, today: date | None = None, shipped: Path = SHIPPED
) -> Trust:
    """Load the trust file alone: with it, any signed document can be checked.

    Raises
    ------
    RegisterError, SignatureError
        When there is none, it is not signed by enough of its own people, or it has expired.
    """
    today = today or date.today()  # noqa: DTZ011 # a day of the station's place, as in `load`
    if own is None:
        return trust.read(_bytes(shipped, "trust.toml", pinned=True))
    data = _bytes(own, "trust.toml", pinned=False)
    keys = trust.read(data)
    envelope = _optional(own / ("trust.toml" + SUFFIX))
    found = signature.verify(data, What.TRUST, envelope, keys, today, others=True)
    if found.problems:
        raise RegisterError(f"The trust file cannot be relied on. {found.problems[0]}")
    if keys.content.expires < today:
        raise RegisterError(
            f"The trust file expired on {keys.content.expires}.",
            "Make the next version, and have it signed by the people of this one.",
        )
    return keys


def _index(own: Path, keys: Trust, today: date) -> Index:
    data = _optional(own / indexes.FILE)
    if data is None:
        raise RegisterError(
            f"The register in {own} has no index: nobody can tell which documents are in force.",
            "Make one with `limen hardware index`, and have it signed.",
        )
    envelope = _optional(own / (indexes.FILE + SUFFIX))
    found = signature.verify(data, What.INDEX, envelope, keys, today)
    if found.problems:
        raise RegisterError(f"The index of the register cannot be relied on. {found.problems[0]}")
    index = indexes.read(data)
    if index.content.expires < today:
        raise RegisterError(
            f"The index of the register expired on {index.content.expires}.",
            "Look whether the register is still right, make a new index with"
            " `limen hardware index`, and have it signed.",
        )
    return index


def _earlier(own: Path, number: int) -> tuple[bytes, bytes | None] | None:
    data = _optional(own / "trust" / f"{number}.toml")
    if data is None:
        return None
    return data, _optional(own / "trust" / f"{number}.toml{SUFFIX}")


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
    signatures = signature.verify(data, What.LIST, envelope, known.trust, known.today)
    if signatures.problems or envelope is None:
        raise RegisterError(f"The exclusion list {snapshot.key}: {signatures.problems[0]}")
    check_newer(snapshot, known)
    target = own / "lists" / f"{snapshot.key}.toml"
    try:
        target.parent.mkdir(exist_ok=True)
        _beside(target).write_bytes(envelope)
        target.write_bytes(data)
    except OSError as error:
        raise RegisterError(f"The list cannot be written to {own} ({error}).") from error
    return snapshot


def check_newer(snapshot: Snapshot, known: Register) -> None:
    """Check that a snapshot is newer than the one that applies.

    Raises
    ------
    RegisterError
        When it is not.
    """
    for old in known.lists:
        if old.key == snapshot.key and old.content.complete_to >= snapshot.content.complete_to:
            raise RegisterError(
                f"The snapshot of {snapshot.key} is complete to {snapshot.content.complete_to}; the"
                f" one that applies is complete to {old.content.complete_to}."
            )


def _beside(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _policy(
    own: Path | None, shipped: Path, keys: Trust, today: date, index: Index | None
) -> Policy:
    data = _optional(own / "policy.toml") if own else None
    if index is not None:
        index.check("policy.toml", data)
    if own is None or data is None:
        return policies.read(_bytes(shipped, "policy/default.toml", pinned=True))
    envelope = _optional(own / ("policy.toml" + SUFFIX))
    signatures = signature.verify(data, What.POLICY, envelope, keys, today)
    if signatures.problems:
        raise PolicyError("The hardware policy cannot be relied on.", signatures.problems[0])
    return policies.read(data)


def _lists(
    own: Path | None, shipped: Path, keys: Trust, today: date, index: Index | None
) -> tuple[tuple[Snapshot, ...], tuple[str, ...]]:
    """Return the newest intact snapshot of each list, and what is wrong with the others."""
    newest: dict[str, Snapshot] = {}
    problems = []
    paths = {path.relative_to(shipped) for path in (shipped / "lists").glob("*.toml")}
    wanted = [(shipped, path.as_posix()) for path in sorted(paths)]
    if own is not None and index is not None:
        there = {path.relative_to(own).as_posix() for path in (own / "lists").glob("*.toml")}
        listed = {path for path in index.paths if path.startswith("lists/")}
        wanted += [(own, path) for path in sorted(there | listed)]
    for folder, path in wanted:
        try:
            if folder == shipped:
                data = _bytes(folder, path, pinned=True)
            else:
                data = _signed_list(folder, path, keys, today, index)
            snapshot = exclusion_lists.read(data, Path(path).stem)
        except HardwareError as error:
            problems.append(str(error))
            continue
        old = newest.get(snapshot.key)
        if old is None or old.content.complete_to <= snapshot.content.complete_to:
            newest[snapshot.key] = snapshot
    return tuple(newest[key] for key in sorted(newest)), tuple(problems)


def _signed_list(folder: Path, path: str, keys: Trust, today: date, index: Index | None) -> bytes:
    data = _optional(folder / path)
    if index is not None:
        index.check(path, data)
    if data is None:
        raise RegisterError(f"The exclusion list {path} is gone.")
    envelope = _optional(folder / (path + SUFFIX))
    signatures = signature.verify(data, What.LIST, envelope, keys, today)
    if signatures.problems:
        raise RegisterError(f"The exclusion list {Path(path).stem}: {signatures.problems[0]}")
    return data


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
