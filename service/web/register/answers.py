"""What the first screen of a register page answers, from one dossier and one station."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hardware.register.documents import Register
from hardware.register.dossier import Dossier, Kind
from hardware.register.sections import Interface
from hardware.register.signature import Signatures
from hardware.register.statement import Statement, Status
from hardware.vetting.station import Here
from hardware.vetting.todo import Need
from service.web.register.wording import Wording

MARKS = {Status.VERIFIED: "●", Status.DECLARED: "◐", Status.UNKNOWN: "○"}
_RECORDED = ("components.storage.fitted", "components.visible_camera.fitted")
# What a reader in a hurry asks, and which statements answer; the rest is below.
_STATEMENTS = {
    "who_made": ("identity.maker", "identity.badge_brand", "identity.design_owner"),
    "who_owns": (
        "ownership.ultimate_owner",
        "ownership.state_control",
        "ownership.security_law",
    ),
    "where": ("identity.factory_country", "components.sensor_core.country"),
    "connected": ("connectivity", "connectivity.silence_test"),
    "records": _RECORDED,
    "calibrated": ("metrology.certificate", "metrology.due"),
}
_QUESTIONS = {
    Kind.SENSOR: ("who_made", "who_owns", "where", "connected", "records"),
    Kind.COMPUTER: ("who_made", "who_owns", "where", "connected"),
    Kind.REFERENCE: ("who_made", "who_owns", "where", "calibrated"),
    Kind.SIMULATED: ("who_made",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One statement, as a line.

    Attributes
    ----------
    name, path, text
        What it is called, where it stands in the dossier, what it says.
    status
        How it is known; None for what the page itself tells.
    evidence
        Ids of the documents that it stands on.
    """

    name: str
    path: str
    text: str
    status: Status | None = None
    evidence: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Shape of how it is known."""
        return MARKS[self.status] if self.status else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and the lines that answer it; `note` is a sentence below them."""

    key: str
    question: str
    rows: tuple[Row, ...]
    note: str = ""


def row(path: str, statement: Statement[Any], words: Wording) -> Row:
    """Return a statement as a line."""
    text = words.value(statement.text)
    if statement.status is Status.UNKNOWN:
        text = words.say("values.needed", what=statement.unknown)
    return Row(words.field(path), path, text, statement.status, statement.evidence)


def answers(
    dossier: Dossier,
    signatures: Signatures,
    known: Register,
    needed: tuple[Need, ...],
    here: Here | None,
    words: Wording,
) -> list[Answer]:
    """Return what the first screen answers."""
    found = [
        Answer(
            key,
            words.say(f"answers.{key}"),
            tuple(_named(path, dossier, words) for path in _STATEMENTS[key]),
            words.say("answers.station_records") if key == "records" else "",
        )
        for key in _QUESTIONS[dossier.kind]
    ]
    if dossier.kind is Kind.SIMULATED:
        return found
    says = Answer(
        "who_says",
        words.say("answers.who_says"),
        tuple(_who_says(dossier, signatures, known, words)),
    )
    return [*found, says, _not_known(dossier, needed, words), _unit(dossier, here, words)]


def _named(path: str, dossier: Dossier, words: Wording) -> Row:
    if path == "connectivity":
        return _ways_out(dossier, words)
    made = row(path, dossier.statement(path), words)
    if path == "components.storage.fitted":
        return Row(words.say("answers.keeps_pictures"), path, made.text, made.status, made.evidence)
    if path == "components.visible_camera.fitted":
        name = words.catalogue["parts"]["visible_camera"]
        return Row(name, path, made.text, made.status, made.evidence)
    return made


def _who_says(
    dossier: Dossier, signatures: Signatures, known: Register, words: Wording
) -> Iterator[Row]:
    roles = {entry.name: entry.role for entry in known.trust.content.key}
    signers = ", ".join(f"{name} ({roles[name]})" for name in signatures.signers)
    yield Row(words.say("answers.signed_by"), "", signers or words.say("page.nobody"))
    until = dossier.decision.expires or words.say("answers.holds_not")
    yield Row(words.say("answers.holds_until"), "", str(until))
    proofs = {id_ for _, statement in dossier.statements() for id_ in statement.verified}
    read = [one for one in dossier.evidence if one.id in proofs and one.read_by and one.read_on]
    text = words.say("answers.documents_none")
    if read:
        names = ", ".join(sorted({one.read_by for one in read}))
        last = max(one.read_on for one in read if one.read_on)
        text = words.say("answers.documents_row", count=len(read), names=names, day=last)
    yield Row(words.say("answers.documents_read"), "", text)
    keys = {snapshot.key for snapshot in known.lists}
    rows = [one for one in dossier.screening if one.list in keys]
    text = words.say("answers.lists_none", total=len(keys))
    if rows:
        names = ", ".join(sorted({one.reviewer for one in rows}))
        text = words.say(
            "answers.lists_row",
            count=len({one.list for one in rows}),
            total=len(keys),
            names=names,
            day=max(one.on for one in rows),
        )
    yield Row(words.say("answers.lists_compared"), "", text)
    inspected = row("tamper.inspection", dossier.tamper.inspection, words)
    yield Row(
        words.say("answers.inspected"),
        inspected.path,
        inspected.text,
        inspected.status,
        inspected.evidence,
    )


def _not_known(dossier: Dossier, needed: tuple[Need, ...], words: Wording) -> Answer:
    statuses = [statement.status for _, statement in dossier.statements()]
    counts = {status.value: statuses.count(status) for status in Status}
    insisted = [need for need in needed if need.insisted]
    text = words.say("answers.nothing_needed")
    if insisted:
        text = words.say("answers.things_needed", count=len(insisted))
    return Answer(
        "not_known",
        words.say("answers.not_known"),
        (Row("", "needed", text),),
        words.say("answers.counts", total=len(statuses), **counts),
    )


def _unit(dossier: Dossier, here: Here | None, words: Wording) -> Answer:
    question = words.say("answers.which_unit")
    if here is None:
        return Answer("which_unit", question, (), words.say("answers.no_station"))
    mine = [unit for unit in here.units if unit.dossier == dossier.key]
    rows = tuple(
        Row(
            "",
            "",
            words.say(
                "answers.unit",
                serial=unit.serial,
                firmware=unit.firmware,
                port=unit.port,
                on=unit.on,
                by=unit.by,
            )
            + (f" ✘ {unit.problem}" if unit.problem else ""),
        )
        for unit in mine
    )
    return Answer("which_unit", question, rows, "" if mine else words.say("answers.no_unit"))


def _ways_out(dossier: Dossier, words: Wording) -> Row:
    """Sum up the network interfaces and radios of a device in one line."""
    ways = dossier.connectivity
    known = {
        words.catalogue["parts"][name]: getattr(ways, name).present
        for name in type(ways).model_fields
        if isinstance(getattr(ways, name), Interface)
    }
    there = [name for name, present in known.items() if present.value]
    unknown = [name for name, present in known.items() if present.status is Status.UNKNOWN]
    sources = tuple(dict.fromkeys(id_ for present in known.values() for id_ in present.evidence))
    worst = max((present.status for present in known.values()), key=list(Status).index)
    name = words.say("answers.network_or_radio")
    if there:
        text = f"{words.value('yes')}: {', '.join(there)}"
        status = max((known[one].status for one in there), key=list(Status).index)
        return Row(name, "connectivity", text, status, sources)
    text = words.value("no")
    if unknown:
        text = ", ".join(unknown)
    return Row(name, "connectivity", text, worst, sources)
