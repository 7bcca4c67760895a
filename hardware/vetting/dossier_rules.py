# ruff: noqa: D401 # the docstring of a rule is the rule, as a fact about good hardware
"""The rules about what a dossier says of itself: who decided, who signed, what is known and how."""

from collections.abc import Iterator
from typing import Any

from hardware.register.criticality import Criticality, criticality
from hardware.register.dossier import Dossier, Kind, Verdict
from hardware.register.names import same_firm
from hardware.register.policy import Paragraph
from hardware.register.sections import Component, Interface
from hardware.register.sentence import Place, Sentence
from hardware.register.statement import Statement, Status
from hardware.vetting.cases import Documents, Sentences, too_long_ago

PARTS_OF_A_REFERENCE = ("heat_source", "controller")  # no other kind of hardware is asked for them


def decided(case: Documents, _: Paragraph) -> Sentences:
    """The institution has approved it, and the approval has not expired."""
    ruling = case.dossier.decision
    if ruling.verdict is Verdict.REFUSED:
        yield Sentence("refused", "It was refused: {why}", why=ruling.why)
    elif ruling.verdict is Verdict.UNDECIDED:
        yield Sentence("undecided", "It is not yet approved. {why}", why=ruling.why)
    elif ruling.on and ruling.on > case.today:
        yield Sentence("begins", "Its approval begins on {day}.", day=ruling.on)
    elif ruling.expires and ruling.expires < case.today:
        yield Sentence("expired", "Its approval expired on {day}.", day=ruling.expires)


def signed(case: Documents, _: Paragraph) -> Sentences:
    """Enough trusted people signed the exact bytes of the dossier."""
    yield from case.signatures.problems


def verified(case: Documents, paragraph: Paragraph) -> Sentences:
    """These statements are verified: we hold the proof."""
    for path, statement in asked_for(case.dossier, paragraph):
        if statement.status is not Status.VERIFIED:
            place, status, supply = Place(path), statement.status, statement.unknown
            if supply:
                yield Sentence(
                    "unverified_needed",
                    "{place}: {status}, not verified; needed: {supply}.",
                    place=place,
                    status=status,
                    supply=supply,
                )
            else:
                yield Sentence(
                    "unverified", "{place}: {status}, not verified.", place=place, status=status
                )


def known(case: Documents, paragraph: Paragraph) -> Sentences:
    """These statements are at least declared by someone."""
    for path, statement in asked_for(case.dossier, paragraph):
        if statement.status is Status.UNKNOWN:
            yield Sentence(
                "unknown",
                "{place}: unknown; needed: {supply}.",
                place=Place(path),
                supply=statement.unknown,
            )


def asked_for(dossier: Dossier, paragraph: Paragraph) -> Iterator[tuple[str, Statement[Any]]]:
    """Yield the statements a paragraph asks for, also those that a dossier leaves out."""
    for path in paragraph.statements:
        if dossier.applies(path):
            yield path, dossier.statement(path)


def evidence(case: Documents, paragraph: Paragraph) -> Sentences:
    """What is called verified stands on documents that we hold, that a signer read, and lately."""
    documents = {document.id: document for document in case.dossier.evidence}
    named = (id_ for _, statement in case.dossier.statements() for id_ in statement.verified)
    for document in (documents[id_] for id_ in dict.fromkeys(named)):
        what = Sentence(
            "document", "The document {id} ({title})", id=document.id, title=document.title
        )
        if why := case.evidence.missing(document.sha256):
            yield Sentence("unopened", "{what} cannot be opened: {why}.", what=what, why=why)
        if not document.read_by:
            yield Sentence("read_by_nobody", "{what} says not who read it.", what=what)
        elif not case.signer(document.read_by):
            yield Sentence(
                "read_by_another",
                "{what} was read by {name}, who did not sign the dossier.",
                what=what,
                name=document.read_by,
            )
        if document.read_on is None:
            yield Sentence("read_never", "{what} says not when it was read.", what=what)
        else:
            read = Sentence("read_on", "{what} was read on", what=what)
            yield from too_long_ago(case, paragraph, read, document.read_on)


def relabelled(case: Documents, _: Paragraph) -> Sentences:
    """Badge, maker and design owner are one firm, or a verified OEM statement explains it."""
    identity = case.dossier.identity
    told = (identity.badge_brand, identity.maker, identity.design_owner)
    given = [statement.text for statement in told if statement.value]
    one_firm = all(same_firm(one, other) for one in given for other in given)
    if not one_firm and case.dossier.origin.oem_statement.status is not Status.VERIFIED:
        firms = " / ".join(dict.fromkeys(given))
        yield Sentence(
            "relabelled",
            "Badge, maker and design owner differ ({firms}) and no verified statement says why.",
            firms=firms,
        )


def ways_out(case: Documents, _: Paragraph) -> Sentences:
    """No network interface and no radio, or each one that is there verifiably disabled."""
    for name in type(case.dossier.connectivity).model_fields:
        interface = getattr(case.dossier.connectivity, name)
        if not isinstance(interface, Interface):
            continue
        what = Place(name)
        if interface.present.status is Status.UNKNOWN:
            yield Sentence(
                "way_out_unknown",
                "Nobody knows whether it has {what}; needed: {supply}.",
                what=what,
                supply=interface.present.unknown,
            )
        elif interface.present.value and interface.disabled.status is not Status.VERIFIED:
            yield Sentence(
                "way_out",
                "It has {what}, and that it is disabled is {status}.",
                what=what,
                status=interface.disabled.status,
            )


def calibrated(case: Documents, _: Paragraph) -> Sentences:
    """A reference has a calibration certificate that is still in date."""
    if case.dossier.kind is not Kind.REFERENCE:
        return
    due = case.dossier.metrology.due
    if due.value is None:
        yield Sentence(
            "due_unknown",
            "Its next calibration is unknown; needed: {supply}.",
            supply=due.unknown,
        )
    elif due.value < case.today:
        yield Sentence("due", "Its calibration was due on {day}.", day=due.value)


def critical(case: Documents, _: Paragraph) -> Sentences:
    """Each part that could do harm has a control, and the country of a critical one is known."""
    for name in type(case.dossier.components).model_fields:
        part: Component = getattr(case.dossier.components, name)
        if part.absent or (grade := criticality(part)) is Criticality.LOW:
            continue
        if part.fitted.value is None:
            if name not in PARTS_OF_A_REFERENCE or case.dossier.kind is Kind.REFERENCE:
                yield Sentence(
                    "part_unknown", "Nobody knows whether it has a {part}.", part=Place(name)
                )
            continue
        what = Sentence(
            "grade", "The {part} is of {grade} criticality", part=Place(name), grade=grade
        )
        if part.control.status is Status.UNKNOWN:
            yield Sentence(
                "no_control", "{what}, and nothing is said of what is done about it.", what=what
            )
        if grade is Criticality.HIGH and part.country.status is Status.UNKNOWN:
            yield Sentence(
                "no_country",
                "{what}, and nobody knows where it was made; needed: {supply}.",
                what=what,
                supply=part.country.unknown,
            )


def origin_share(case: Documents, paragraph: Paragraph) -> Sentences:
    """Bought as a medical device, no more than so much of its value is Chinese."""
    asked = case.dossier.procurement
    cpv, share = asked.cpv, asked.chinese_share
    if cpv.value is None:
        yield Sentence(
            "cpv_unknown",
            "Nobody knows as what it was bought (CPV); needed: {supply}.",
            supply=cpv.unknown,
        )
    elif not cpv.value.startswith(paragraph.cpv):
        return
    elif share.value is None:
        yield Sentence(
            "share_unknown",
            "It was bought under {cpv}; its Chinese share is unknown: {supply}.",
            cpv=cpv.value,
            supply=share.unknown,
        )
    elif share.value > paragraph.percent:
        yield Sentence(
            "share",
            "It was bought under {cpv}, and {share} % of its value is Chinese; the limit is"
            " {limit} %.",
            cpv=cpv.value,
            share=share.value,
            limit=paragraph.percent,
        )


def forced_labour(case: Documents, paragraph: Paragraph) -> Sentences:
    """The database of risks was read, and what it says of the origins is answered."""
    asked = case.dossier.procurement
    there = {snapshot.key: snapshot for snapshot in case.lists}
    for key in paragraph.lists:
        snapshot = there.get(key)
        if snapshot is None:
            yield Sentence(
                "not_read",
                "{list} has not been read here: whether an origin stands in it is not known.",
                list=key,
            )
            continue
        for path, statement in case.dossier.statements():
            if path.rpartition(".")[2] not in {"country", "factory_country"}:
                continue
            products = [
                risk.product
                for risk in snapshot.content.risk
                if statement.value and risk.area.split("-")[0] == statement.value
            ]
            if products and asked.forced_labour.status is Status.UNKNOWN:
                yield Sentence(
                    "forced_labour",
                    "{place}: {country}; {list} names {products} there.",
                    place=Place(path),
                    country=statement.value,
                    list=key,
                    products=", ".join(products),
                )
    if asked.due_diligence.status is Status.UNKNOWN:
        yield Sentence(
            "due_diligence",
            "The seller's due diligence is unknown; needed: {supply}.",
            supply=asked.due_diligence.unknown,
        )
