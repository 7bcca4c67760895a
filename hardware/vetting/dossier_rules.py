# ruff: noqa: D401 # the docstring of a rule is the rule, as a fact about good hardware
"""The rules about what a dossier says of itself: who decided, who signed, what is known and how."""

from collections.abc import Iterator
from typing import Any

from hardware.register.criticality import Criticality, criticality
from hardware.register.dossier import Dossier, Kind, Verdict, words
from hardware.register.names import same_firm
from hardware.register.policy import Paragraph
from hardware.register.sections import Component, Interface
from hardware.register.statement import Statement, Status
from hardware.vetting.cases import Documents, Sentences, too_long_ago

PARTS_OF_A_REFERENCE = ("heat_source", "controller")  # no other kind of hardware is asked for them


def decided(case: Documents, _: Paragraph) -> Sentences:
    """The institution has approved it, and the approval has not expired."""
    ruling = case.dossier.decision
    if ruling.verdict is Verdict.REFUSED:
        yield f"It was refused: {ruling.why}"
    elif ruling.verdict is Verdict.UNDECIDED:
        yield f"It is not yet approved. {ruling.why}".rstrip()
    elif ruling.on and ruling.on > case.today:
        yield f"Its approval begins on {ruling.on}."
    elif ruling.expires and ruling.expires < case.today:
        yield f"Its approval expired on {ruling.expires}."


def signed(case: Documents, _: Paragraph) -> Sentences:
    """Enough trusted people signed the exact bytes of the dossier."""
    yield from case.signatures.problems


def verified(case: Documents, paragraph: Paragraph) -> Sentences:
    """These statements are verified: we hold the proof."""
    for path, statement in asked_for(case.dossier, paragraph):
        if statement.status is not Status.VERIFIED:
            supply = f"; needed: {statement.unknown}" if statement.unknown else ""
            yield f"{words(path)}: {statement.status.value}, not verified{supply}."


def known(case: Documents, paragraph: Paragraph) -> Sentences:
    """These statements are at least declared by someone."""
    for path, statement in asked_for(case.dossier, paragraph):
        if statement.status is Status.UNKNOWN:
            yield f"{words(path)}: unknown; needed: {statement.unknown}."


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
        what = f"The document {document.id} ({document.title})"
        if why := case.evidence.missing(document.sha256):
            yield f"{what} cannot be opened: {why}."
        if not document.read_by:
            yield f"{what} says not who read it."
        elif not case.signer(document.read_by):
            yield f"{what} was read by {document.read_by}, who did not sign the dossier."
        if document.read_on is None:
            yield f"{what} says not when it was read."
        else:
            yield from too_long_ago(case, paragraph, f"{what} was read on", document.read_on)


def relabelled(case: Documents, _: Paragraph) -> Sentences:
    """Badge, maker and design owner are one firm, or a verified OEM statement explains it."""
    identity = case.dossier.identity
    told = (identity.badge_brand, identity.maker, identity.design_owner)
    given = [statement.text for statement in told if statement.value]
    one_firm = all(same_firm(one, other) for one in given for other in given)
    if not one_firm and case.dossier.origin.oem_statement.status is not Status.VERIFIED:
        firms = " / ".join(dict.fromkeys(given))
        yield f"Badge, maker and design owner differ ({firms}) and no verified statement says why."


def ways_out(case: Documents, _: Paragraph) -> Sentences:
    """No network interface and no radio, or each one that is there verifiably disabled."""
    for name in type(case.dossier.connectivity).model_fields:
        interface = getattr(case.dossier.connectivity, name)
        if not isinstance(interface, Interface):
            continue
        what = name.replace("_", " ")
        if interface.present.status is Status.UNKNOWN:
            yield f"Nobody knows whether it has {what}; needed: {interface.present.unknown}."
        elif interface.present.value and interface.disabled.status is not Status.VERIFIED:
            yield f"It has {what}, and that it is disabled is {interface.disabled.status.value}."


def calibrated(case: Documents, _: Paragraph) -> Sentences:
    """A reference has a calibration certificate that is still in date."""
    if case.dossier.kind is not Kind.REFERENCE:
        return
    due = case.dossier.metrology.due
    if due.value is None:
        yield f"Its next calibration is unknown; needed: {due.unknown}."
    elif due.value < case.today:
        yield f"Its calibration was due on {due.value}."


def critical(case: Documents, _: Paragraph) -> Sentences:
    """Each part that could do harm has a control, and the country of a critical one is known."""
    for name in type(case.dossier.components).model_fields:
        part: Component = getattr(case.dossier.components, name)
        if part.absent or (grade := criticality(part)) is Criticality.LOW:
            continue
        if part.fitted.value is None:
            if name not in PARTS_OF_A_REFERENCE or case.dossier.kind is Kind.REFERENCE:
                yield f"Nobody knows whether it has a {name.replace('_', ' ')}."
            continue
        what = f"The {name.replace('_', ' ')} is of {grade} criticality"
        if part.control.status is Status.UNKNOWN:
            yield f"{what}, and nothing is said of what is done about it."
        if grade is Criticality.HIGH and part.country.status is Status.UNKNOWN:
            yield f"{what}, and nobody knows where it was made; needed: {part.country.unknown}."


def origin_share(case: Documents, paragraph: Paragraph) -> Sentences:
    """Bought as a medical device, no more than so much of its value is Chinese."""
    asked = case.dossier.procurement
    cpv, share = asked.cpv, asked.chinese_share
    if cpv.value is None:
        yield f"Nobody knows as what it was bought (CPV); needed: {cpv.unknown}."
    elif not cpv.value.startswith(paragraph.cpv):
        return
    elif share.value is None:
        yield f"It was bought under {cpv.value}; its Chinese share is unknown: {share.unknown}."
    elif share.value > paragraph.percent:
        yield (
            f"It was bought under {cpv.value}, and {share.value} % of its value is Chinese;"
            f" the limit is {paragraph.percent} %."
        )


def forced_labour(case: Documents, paragraph: Paragraph) -> Sentences:
    """The database of risks was read, and what it says of the origins is answered."""
    asked = case.dossier.procurement
    there = {snapshot.key: snapshot for snapshot in case.lists}
    for key in paragraph.lists:
        snapshot = there.get(key)
        if snapshot is None:
            yield f"{key} has not been read here: whether an origin stands in it is not known."
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
                yield f"{words(path)}: {statement.value}; {key} names {', '.join(products)} there."
    if asked.due_diligence.status is Status.UNKNOWN:
        yield f"The seller's due diligence is unknown; needed: {asked.due_diligence.unknown}."
