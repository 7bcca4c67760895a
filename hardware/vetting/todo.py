"""What an owner must obtain before a kind of hardware can be approved: what, from whom, what for.

It is made of the policy that applies: whatever a paragraph asks for and the dossier does not hold.
What a paragraph would refuse for comes first.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from hardware.register.documents import Register
from hardware.register.dossier import Dossier, Kind, whom, words
from hardware.register.effect import Effect
from hardware.register.policy import Paragraph
from hardware.register.sections import Components, Connectivity, Interface
from hardware.register.statement import Status, Whom
from hardware.vetting.device_rules import NEEDED_OF_A_DEVICE
from hardware.vetting.dossier_rules import PARTS_OF_A_REFERENCE, asked_for

A_PERSON = "a person who compares the dossier with the exclusion lists, and their name"
PROOF = "proof, checked, of what is now only declared"
# What rules ask for that have their statements from the schema and not from the policy.
_OF_RULE: dict[str, tuple[str, ...]] = {
    "ways_out": tuple(
        f"connectivity.{name}.present"
        for name, field in Connectivity.model_fields.items()
        if field.annotation is Interface
    ),
    "calibrated": ("metrology.certificate", "metrology.due"),
    "critical": tuple(
        f"components.{name}.{flag}"
        for name in Components.model_fields
        for flag in ("sees_pixels", "usb_role", "stores", "single_supplier", "control")
    ),
    "origin_share": ("procurement.cpv", "procurement.chinese_share"),
    "forced_labour": ("procurement.due_diligence", "procurement.forced_labour"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is needed.

    Attributes
    ----------
    what
        The document or the work.
    paths
        The statements of the dossier that it would tell; titles of lists for `A_PERSON`.
    whom
        Who can supply it.
    insisted
        Whether the policy refuses without it; otherwise its lack is a condition.
    """

    what: str
    paths: tuple[str, ...]
    whom: Whom
    insisted: bool

    @property
    def words(self) -> tuple[str, ...]:
        """What it would tell, as a reader sees it."""
        return tuple(words(path) for path in self.paths)


def needs(dossier: Dossier, known: Register) -> tuple[Need, ...]:
    """Return everything that is needed, what the policy insists on first."""
    missing: dict[tuple[str, Whom], tuple[list[str], bool]] = {}
    for path, insisted in _missing(dossier, known):
        statement = dossier.statement(path)
        what = (statement.unknown or PROOF, whom(path))
        paths, before = missing.setdefault(what, ([], False))
        if path not in paths:
            paths.append(path)
        missing[what] = (paths, before or insisted)
    found = [
        Need(what, tuple(paths), source, insisted)
        for (what, source), (paths, insisted) in missing.items()
    ]
    compared = {row.list for row in dossier.screening}
    wanted = {
        key: paragraph
        for paragraph in _paragraphs(dossier, known)
        if paragraph.rule == "screened"
        for key in paragraph.lists
    }
    if titles := [
        snapshot.content.title
        for snapshot in known.lists
        if snapshot.key in wanted and snapshot.key not in compared
    ]:
        insisted = any(paragraph.effect is Effect.REFUSE for paragraph in wanted.values())
        found.append(Need(A_PERSON, tuple(titles), Whom.YOURSELVES, insisted))
    return tuple(sorted(found, key=lambda need: not need.insisted))


def _paragraphs(dossier: Dossier, known: Register) -> Iterator[Paragraph]:
    for paragraph in known.policy.paragraph:
        about = not paragraph.kinds or dossier.kind in paragraph.kinds
        if about and paragraph.effect is not Effect.NONE:
            yield paragraph


def _missing(dossier: Dossier, known: Register) -> Iterator[tuple[str, bool]]:
    """Yield the path of every statement that a paragraph asks for and does not get."""
    for paragraph in _paragraphs(dossier, known):
        insisted = paragraph.effect is Effect.REFUSE
        enough = {Status.VERIFIED}
        if paragraph.rule != "verified":
            enough.add(Status.DECLARED)
        for path, statement in asked_for(dossier, paragraph):
            if statement.status not in enough:
                yield path, insisted
        for path in _OF_RULE.get(paragraph.rule, ()):
            if _asked_of(dossier, path) and dossier.statement(path).status is Status.UNKNOWN:
                yield path, insisted
    for path in NEEDED_OF_A_DEVICE if dossier.kind is Kind.SENSOR else ():
        if dossier.statement(path).status is Status.UNKNOWN:
            yield path, True


def _asked_of(dossier: Dossier, path: str) -> bool:
    """Whether a statement can be made of this kind of hardware, and of a part that it has."""
    section, _, rest = path.partition(".")
    reference = dossier.kind is Kind.REFERENCE
    if section == "metrology" or rest.partition(".")[0] in PARTS_OF_A_REFERENCE:
        return reference and dossier.applies(path)
    return dossier.applies(path)
