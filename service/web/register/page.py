"""One dossier as a page: for an auditor who distrusts us, and for a manager in a hurry.

The page holds everything that it speaks of and loads nothing: it can be printed, kept and sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from hardware.errors import HardwareError
from hardware.register.documents import Register
from hardware.register.dossier import Dossier, Kind, Verdict
from hardware.register.policy import Effect
from hardware.register.sections import Interface
from hardware.register.statement import Statement, Status
from hardware.vetting.check import vet_dossier
from hardware.vetting.decision import Decision, Outcome, Reason
from hardware.vetting.station import Here
from hardware.vetting.todo import needs

_HEADLINES = {
    Outcome.APPROVED: ("✔", "Approved for use"),
    Outcome.APPROVED_WITH_CONDITIONS: ("✔", "Approved for use, with conditions"),
    Outcome.SIMULATED: ("◇", "Simulated: no hardware, no people"),
    Outcome.REFUSED: ("✘", "Not approved for use"),
}
# Section and field names as a reader sees them where the name itself is no plain English.
_WORDS = {
    "usb": "USB: what the host must see",
    "ids": "USB ids",
    "units": "Devices that were bought",
    "oem_statement": "OEM statement",
    "security_law": "National security law that binds the maker",
    "firmware_sha256": "Firmware SHA-256",
    "other_radio": "Other radio",
    "wifi": "Wi-Fi",
}
# What a reader in a hurry asks, and which statement answers.
_QUESTIONS = (
    ("Who made it?", "identity.maker"),
    ("Whose badge is on it?", "identity.badge_brand"),
    ("Where was it made?", "identity.factory_country"),
    ("Who owns the maker?", "ownership.ultimate_owner"),
    ("Which country's security law binds the maker?", "ownership.security_law"),
    ("Has it a network or a radio?", "connectivity"),
    ("Can it keep pictures?", "components.storage.fitted"),
    ("Did anybody listen whether it sends?", "connectivity.silence_test"),
    ("Did anybody open one?", "tamper.inspection"),
)
_QUESTIONS_REFERENCE = (
    *_QUESTIONS[:5],
    ("Is it calibrated, and by whom?", "metrology.certificate"),
    ("Until when?", "metrology.due"),
)
MARKS = {Status.VERIFIED: "●", Status.DECLARED: "◐", Status.UNKNOWN: "○"}


@dataclass(frozen=True, slots=True)
class Row:
    """One statement of a dossier, as a line of a table."""

    name: str
    path: str
    status: Status
    text: str
    evidence: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Shape of how it is known."""
        return MARKS[self.status]


@dataclass(frozen=True, slots=True)
class Objection:
    """A paragraph of the policy, and everything that was found against it."""

    paragraph: str
    title: str
    why: str
    findings: tuple[str, ...]


def register_page(
    known: Register, key: str, here: Here | None = None, *, stylesheet: str | None = None
) -> str:
    """Return the page of one dossier as HTML.

    Parameters
    ----------
    known
        The register.
    key
        Key of the dossier.
    here
        What hangs on the wall of the station that shows the page; None on no station.
    stylesheet
        Address of the style sheet; None puts the style into the page, so that it stands alone.

    Raises
    ------
    HardwareError
        When there is no such dossier, or it cannot be relied on.
    """
    dossier, signatures = known.dossier(key)
    decision = vet_dossier(key, register=known)
    rows = [row for _, group in _sections(dossier) for row in group]
    counts = {status: sum(row.status is status for row in rows) for status in Status}
    return _template("page.html").render(
        dossier=dossier,
        decision=decision,
        headline=_headline(dossier, decision),
        answers=_answers(dossier),
        counts=counts,
        total=len(rows),
        proofs=len({id_ for row in rows if row.status is Status.VERIFIED for id_ in row.evidence}),
        marks=MARKS,
        refusals=_grouped(decision, Effect.REFUSE, known),
        conditions=_grouped(decision, Effect.CONDITION, known),
        sections=list(_sections(dossier)),
        needed=[(need.what, need.words) for need in needs(dossier, known) if need.insisted],
        signatures=signatures,
        roles={entry.name: entry.role for entry in known.trust.content.key},
        known=known,
        sha256=known.sha256(key),
        units=[unit for unit in here.units if unit.dossier == key] if here else None,
        style=_style(),
        stylesheet=stylesheet,
    )


def index_page(known: Register, *, stylesheet: str | None = None) -> str:
    """Return the page that names every dossier, the lists, the policy and the trust file."""
    entries = []
    for key in known.keys:
        decision = vet_dossier(key, register=known)
        try:
            dossier, _ = known.dossier(key)
        except HardwareError:
            entries.append((key, key, "✘", "Cannot be relied on", str(decision)))
            continue
        mark, words = _headline(dossier, decision)
        entries.append((key, dossier.name, mark, words, dossier.decision.why))
    return _template("index.html").render(
        entries=entries,
        known=known,
        style=_style(),
        stylesheet=stylesheet,
        link=lambda key: f"/register/{key}",
    )


def trouble_page(what: str, *, stylesheet: str | None = None) -> str:
    """Return the page that stands for a register that cannot be relied on."""
    return _template("trouble.html").render(what=what, style=_style(), stylesheet=stylesheet)


def all_pages(known: Register, here: Here | None = None, *, stylesheet: str) -> dict[str, str]:
    """Return every page by its key, and the index under the empty key.

    A dossier that cannot be relied on has no page; the index says why.
    """
    pages = {"": index_page(known, stylesheet=stylesheet)}
    for key in known.keys:
        try:
            pages[key] = register_page(known, key, here, stylesheet=stylesheet)
        except HardwareError:
            continue
    return pages


def stylesheet() -> str:
    """Return the style sheet of the pages."""
    return (files(__package__) / "register.css").read_text(encoding="utf-8")


def _headline(dossier: Dossier, decision: Decision) -> tuple[str, str]:
    mark, words = _HEADLINES[decision.outcome]
    if decision.outcome is Outcome.REFUSED and dossier.decision.verdict is Verdict.REFUSED:
        words = "Refused"
    elif decision.outcome is Outcome.REFUSED:
        words = (
            "Not yet approved for use" if dossier.decision.verdict.value != "approved" else words
        )
    elif dossier.decision.expires and decision.outcome is not Outcome.SIMULATED:
        words = f"{words}, until {dossier.decision.expires}"
    return mark, words


def _answers(dossier: Dossier) -> list[tuple[str, Row]]:
    questions: tuple[tuple[str, str], ...]
    questions = _QUESTIONS_REFERENCE if dossier.kind is Kind.REFERENCE else _QUESTIONS
    if dossier.kind is Kind.SIMULATED:
        questions = _QUESTIONS[:2]
    return [
        (
            question,
            _ways_out(dossier) if path == "connectivity" else _row(path, dossier.statement(path)),
        )
        for question, path in questions
    ]


def _grouped(decision: Decision, effect: Effect, known: Register) -> list[Objection]:
    why = {paragraph.number: paragraph.why for paragraph in known.policy.paragraph}
    groups: dict[str, list[Reason]] = {}
    for reason in decision.reasons:
        if reason.effect is effect:
            groups.setdefault(reason.paragraph, []).append(reason)
    return [
        Objection(number, reasons[0].title, why.get(number, ""), tuple(r.text for r in reasons))
        for number, reasons in groups.items()
    ]


def _ways_out(dossier: Dossier) -> Row:
    """Sum up the network interfaces and radios of a device in one line."""
    ways = dossier.connectivity
    known = {
        _words(name): getattr(ways, name).present
        for name in type(ways).model_fields
        if isinstance(getattr(ways, name), Interface)
    }
    there = [name for name, present in known.items() if present.value]
    unknown = [name for name, present in known.items() if present.status is Status.UNKNOWN]
    sources = tuple(dict.fromkeys(id_ for present in known.values() for id_ in present.evidence))
    worst = max((present.status for present in known.values()), key=list(Status).index)
    if there:
        text = "yes: " + ", ".join(there)
        status = max((known[name].status for name in there), key=list(Status).index)
        return Row("", "connectivity", status, text, sources)
    text = f"teardown report with photographs ({', '.join(unknown)})" if unknown else "no"
    return Row("", "connectivity", worst, text, sources)


def _sections(dossier: Dossier) -> Iterator[tuple[str, list[Row]]]:
    """Yield each section of the dossier that says anything, with its statements."""
    groups: dict[str, list[Row]] = {}
    for path, statement in dossier.statements():
        section, _, _rest = path.partition(".")
        groups.setdefault(section, []).append(_row(path, statement))
    for section, rows in groups.items():
        yield _words(section), rows


def _row(path: str, statement: Statement[Any]) -> Row:
    names = path.split(".")[1:]
    name = ": ".join(_words(part) for part in names)
    text = statement.text or statement.unknown
    return Row(name, path, statement.status, text, statement.evidence)


def _words(name: str) -> str:
    return _WORDS.get(name, name.replace("_", " ").capitalize())


@lru_cache(maxsize=1)
def _environment() -> Environment:
    folder = files(__package__)
    names = ("base.html", "page.html", "index.html", "trouble.html")
    return Environment(
        loader=DictLoader({name: (folder / name).read_text(encoding="utf-8") for name in names}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> Template:
    return _environment().get_template(name)


def _style() -> Markup:
    return Markup(stylesheet())  # noqa: S704 - our own file
