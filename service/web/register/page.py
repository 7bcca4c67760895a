"""One dossier as a page: for an auditor who distrusts us, and for a manager in a hurry.

The page holds everything that it speaks of and loads nothing: it can be printed, kept and sent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Self

from jinja2 import DictLoader, Environment, StrictUndefined, Template
from markupsafe import Markup

from hardware.errors import HardwareError
from hardware.register.criticality import criticality
from hardware.register.documents import Register
from hardware.register.dossier import Dossier, Verdict
from hardware.register.effect import Effect
from hardware.register.sections import Component
from hardware.register.sentence import Sentence
from hardware.register.signature import Signatures
from hardware.vetting.check import vet_dossier
from hardware.vetting.decision import Decision, Outcome, Reason
from hardware.vetting.station import Here
from hardware.vetting.todo import Need, needs
from service.web.register.answers import Row, answers, row
from service.web.register.wording import LANGUAGES, Wording, wording

_SHAPES = {
    Outcome.APPROVED: "✔",
    Outcome.APPROVED_WITH_CONDITIONS: "✔",
    Outcome.SIMULATED: "◇",
    Outcome.REFUSED: "✘",
}
_ENGLISH = wording("en")


@dataclass(frozen=True, slots=True)
class Objection:
    """A paragraph of the policy, and everything that was found against it.

    A finding stands with whether its words are the page's own; others are the authors'.
    """

    paragraph: str
    title: str
    why: str
    findings: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Vetted:
    """A dossier that can be relied on, who signed it, and what it still needs."""

    dossier: Dossier
    signatures: Signatures
    needed: tuple[Need, ...]
    sha256: str

    @classmethod
    def of(cls, known: Register, key: str) -> Self:
        """Read it; HardwareError when it cannot be relied on."""
        dossier, signatures = known.dossier(key)
        return cls(dossier, signatures, needs(dossier, known), known.sha256(key))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the hardware: how critical it is, where it was made, what is done about it."""

    name: str
    grade: str
    country: Row
    control: Row


def register_page(
    known: Register,
    key: str,
    here: Here | None = None,
    *,
    words: Wording = _ENGLISH,
    stylesheet: str | None = None,
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
    words
        In which language the page speaks.
    stylesheet
        Address of the style sheet; None puts the style into the page, so that it stands alone.

    Raises
    ------
    HardwareError
        When there is no such dossier, or it cannot be relied on.
    """
    vetted, decision = Vetted.of(known, key), vet_dossier(key, register=known)
    return _dossier_page(known, key, vetted, decision, here, words, stylesheet)


def _dossier_page(
    known: Register,
    key: str,
    vetted: Vetted,
    decision: Decision,
    here: Here | None,
    words: Wording,
    stylesheet: str | None,
) -> str:
    dossier, signatures, needed = vetted.dossier, vetted.signatures, vetted.needed
    return _template("page.html").render(
        dossier=dossier,
        decision=decision,
        headline=_headline(dossier, decision, words),
        answers=answers(dossier, signatures, known, needed, here, words),
        parts=list(_parts(dossier, words)),
        refusals=_grouped(decision, Effect.REFUSE, known, words),
        conditions=_grouped(decision, Effect.CONDITION, known, words),
        sections=list(_sections(dossier, words)),
        needed=[need for need in needed if need.insisted],
        signatures=signatures,
        problems=[words.sentence(problem) for problem in signatures.problems],
        roles={entry.name: entry.role for entry in known.trust.content.key},
        sha256=vetted.sha256,
        path=f"/{key}",
        **_common(known, words, stylesheet),
    )


def _index_page(
    known: Register,
    found: Mapping[str, tuple[Decision, Vetted | None]],
    words: Wording,
    stylesheet: str | None,
) -> str:
    entries = []
    for key, (decision, vetted) in found.items():
        if vetted is None:
            entries.append((key, key, ("✘", words.say("page.broken")), str(decision)))
        else:
            dossier = vetted.dossier
            headline = _headline(dossier, decision, words)
            entries.append((key, dossier.name, headline, dossier.decision.why))
    return _template("index.html").render(
        entries=entries, path="", **_common(known, words, stylesheet)
    )


def trouble_page(what: str, *, words: Wording = _ENGLISH, stylesheet: str | None = None) -> str:
    """Return the page that stands for a register that cannot be relied on."""
    return _template("trouble.html").render(what=what, path="", **_common(None, words, stylesheet))


class Pages:
    """Every page of a register: all is read and vetted now, and written when it is asked for.

    A locked process opens no file, and its start waits for no page.

    Parameters
    ----------
    known
        The register.
    here
        What hangs on the wall of the station; None on no station.
    stylesheet
        Address of the style sheet; None puts the style into each page.
    """

    def __init__(
        self, known: Register, here: Here | None = None, *, stylesheet: str | None = None
    ) -> None:
        self._known, self._here, self._stylesheet = known, here, stylesheet
        self._found = {
            key: (vet_dossier(key, register=known), _if_sound(known, key)) for key in known.keys
        }
        self._words = {code: wording(code) for code in LANGUAGES}
        self._written: dict[tuple[str, str], str] = {}
        for name in ("page.html", "index.html"):
            _template(name)
        _style()

    def get(self, code: str, key: str = "") -> str | None:
        """Return a page in a language; the one under the empty key names every dossier.

        A dossier that cannot be relied on has none; the index says why.
        """
        words = self._words.get(code)
        decision, vetted = self._found.get(key, (None, None))
        if words is None or (key and (decision is None or vetted is None)):
            return None
        if (code, key) not in self._written:
            if decision is None or vetted is None:
                page = _index_page(self._known, self._found, words, self._stylesheet)
            else:
                page = _dossier_page(
                    self._known, key, vetted, decision, self._here, words, self._stylesheet
                )
            self._written[code, key] = page
        return self._written[code, key]


def _if_sound(known: Register, key: str) -> Vetted | None:
    try:
        return Vetted.of(known, key)
    except HardwareError:
        return None


def stylesheet() -> str:
    """Return the style sheet of the pages."""
    return (files(__package__) / "register.css").read_text(encoding="utf-8")


def _common(known: Register | None, words: Wording, style: str | None) -> dict[str, object]:
    return {
        "known": known,
        "say": words.say,
        "language": words.language,
        # Whose words are English is known of what ships alone.
        "theirs": Markup("") if known and known.own else Markup(' lang="en"'),
        "languages": LANGUAGES if style else (),  # a page that stands alone has no others
        "style": _style(),
        "stylesheet": style,
    }


def _headline(dossier: Dossier, decision: Decision, words: Wording) -> tuple[str, str]:
    verdict = dossier.decision.verdict
    if decision.outcome is Outcome.REFUSED:
        key = {Verdict.REFUSED: "refused", Verdict.UNDECIDED: "not_yet"}.get(verdict, "not")
    else:
        key = decision.outcome.value
    said = words.say(f"headlines.{key}")
    expires = dossier.decision.expires
    if expires and decision.outcome not in {Outcome.REFUSED, Outcome.SIMULATED}:
        said = words.say("headlines.until", words=said, day=expires)
    return _SHAPES[decision.outcome], said


def _grouped(
    decision: Decision, effect: Effect, known: Register, words: Wording
) -> list[Objection]:
    why = {paragraph.number: paragraph.why for paragraph in known.policy.paragraph}
    groups: dict[str, list[Reason]] = {}
    for reason in decision.reasons:
        if reason.effect is effect:
            groups.setdefault(reason.paragraph, []).append(reason)
    return [
        Objection(
            number,
            reasons[0].title,
            why.get(number, ""),
            tuple((words.sentence(r.text), isinstance(r.text, Sentence)) for r in reasons),
        )
        for number, reasons in groups.items()
    ]


def _parts(dossier: Dossier, words: Wording) -> Iterator[Part]:
    """Yield every part that is there, or of which nobody knows whether it is."""
    for name in type(dossier.components).model_fields:
        part: Component = getattr(dossier.components, name)
        if part.fitted.value:
            yield Part(
                words.catalogue["parts"][name],
                words.say(f"page.{criticality(part).value}"),
                row(f"components.{name}.country", part.country, words),
                row(f"components.{name}.control", part.control, words),
            )


def _sections(dossier: Dossier, words: Wording) -> Iterator[tuple[str, list[Row]]]:
    """Yield each section of the dossier that says anything, with its statements."""
    groups: dict[str, list[Row]] = {}
    for path, statement in dossier.statements():
        groups.setdefault(path.partition(".")[0], []).append(row(path, statement, words))
    for section, rows in groups.items():
        yield words.say(f"sections.{section}"), rows


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


@lru_cache(maxsize=1)
def _style() -> Markup:
    return Markup(stylesheet())  # noqa: S704 - our own file
