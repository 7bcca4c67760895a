# ruff: noqa: D401, D404 # the docstring of a rule is the rule, as a fact about good hardware
"""The rules: what a paragraph of the policy looks for. Each yields one sentence per finding.

`DOCUMENT_RULES` compare the dossier with the lists and the signatures. `DEVICE_RULES` compare it
with what the host sees and the sensor says. No rule knows how hard its finding is: the policy does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from hardware.errors import RegisterError
from hardware.host.functions import findings
from hardware.host.usb import UsbIdentity
from hardware.register.criticality import Criticality, criticality
from hardware.register.dossier import (
    Component,
    Dossier,
    Interface,
    Kind,
    Screened,
    Verdict,
    words,
)
from hardware.register.evidence import NOTHING_HELD, EvidenceFolder
from hardware.register.lists import Match, Snapshot, match_identifier, match_name
from hardware.register.lists import read as read_list
from hardware.register.names import same_firm
from hardware.register.people import person
from hardware.register.policy import Paragraph
from hardware.register.signature import UNSIGNED, Signatures
from hardware.register.statement import Statement, Status
from hardware.vetting.decision import SensorSays
from hardware.vetting.enrolment import Enrolled, Enrolment, differences


@dataclass(frozen=True, slots=True)
class Documents:
    """What the rules about documents look at."""

    dossier: Dossier
    signatures: Signatures
    lists: tuple[Snapshot, ...]
    today: date
    evidence: EvidenceFolder = NOTHING_HELD

    def signer(self, name: str) -> bool:
        """Whether a person is among those who signed the dossier."""
        return person(name) in map(person, self.signatures.signers)


@dataclass(frozen=True, slots=True)
class Device:
    """What the rules about one device look at.

    Attributes
    ----------
    enrolled, signatures, audited
        The enrolment at its port, who signed that, and whether the audit trail holds it.
    controllers
        Host controllers that the approved dossier of this computer allows although they are
        none of its chips.
    """

    dossier: Dossier
    usb: UsbIdentity
    says: SensorSays
    enrolled: Enrolled | None
    signatures: Signatures = UNSIGNED
    audited: bool = True
    controllers: tuple[str, ...] = ()

    @property
    def enrolment(self) -> Enrolment | None:
        """What the sensor was like when it was enrolled."""
        return self.enrolled.enrolment if self.enrolled else None


Sentences = Iterator[str]


# ---- the document itself


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
    for path, statement in _asked(case, paragraph):
        if statement.status is not Status.VERIFIED:
            supply = f"; needed: {statement.unknown}" if statement.unknown else ""
            yield f"{words(path)}: {statement.status.value}, not verified{supply}."


def known(case: Documents, paragraph: Paragraph) -> Sentences:
    """These statements are at least declared by someone."""
    for path, statement in _asked(case, paragraph):
        if statement.status is Status.UNKNOWN:
            yield f"{words(path)}: unknown; needed: {statement.unknown}."


def _asked(case: Documents, paragraph: Paragraph) -> Iterator[tuple[str, Statement[Any]]]:
    """Yield the statements a paragraph asks for, also those that a dossier leaves out."""
    for path in paragraph.statements:
        if case.dossier.applies(path):
            yield path, case.dossier.statement(path)


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
            yield from _too_long_ago(case, paragraph, f"{what} was read on", document.read_on)


def _too_long_ago(case: Documents, paragraph: Paragraph, what: str, on: date) -> Sentences:
    age = (case.today - on).days
    if age > paragraph.days:
        yield f"{what} {on}, {age} days ago; the limit is {paragraph.days}."
    elif age < 0:
        yield f"{what} {on}, which is {-age} days from now: check the date and the clock."


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
        if not part.fitted.value or (grade := criticality(part)) is Criticality.LOW:
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


# ---- the lists


def lists(case: Documents, paragraph: Paragraph) -> Sentences:
    """The lists of the policy are there and intact."""
    for key in sorted(set(paragraph.lists) - {snapshot.key for snapshot in case.lists}):
        yield f"The exclusion list {key} is missing or altered."


def fresh(case: Documents, paragraph: Paragraph) -> Sentences:
    """The content of the lists is complete to a day not longer ago than so many days."""
    for snapshot in case.lists:
        age, limit = snapshot.age_days(case.today), paragraph.days
        if age > limit:
            yield (
                f"The content of {snapshot.key} is complete to {snapshot.content.complete_to},"
                f" {age} days ago; the limit is {limit}."
            )
        elif age < 0:
            yield f"The content of {snapshot.key} is dated {-age} days from now: check the clock."


def screened(case: Documents, paragraph: Paragraph) -> Sentences:
    """A person has compared the dossier with each list."""
    in_force = {snapshot.key: snapshot for snapshot in case.lists}
    for key in sorted(paragraph.lists):
        rows = [row for row in case.dossier.screening if row.list == key]
        if not rows:
            yield f"Nobody has compared it with {key} and put their name to it."
        for row in rows:
            what = f"{row.reviewer} compared it with {key}"
            if not case.signer(row.reviewer):
                yield f"{what}, and did not sign the dossier."
            yield from _too_long_ago(case, paragraph, f"{what} on", row.on)
            yield from _same_snapshot(case, row, in_force.get(key))


def _same_snapshot(case: Documents, row: Screened, now: Snapshot | None) -> Sentences:
    """Find the snapshot that a person used: the one in force, or an earlier one that we hold."""
    what = f"{row.reviewer} compared it with {row.list} as it was on {row.snapshot}"
    if now is None:
        return  # another rule says that the list is missing
    used = now
    if row.sha256 != now.sha256:
        if why := case.evidence.missing(row.sha256):
            yield f"{what}, which is not the snapshot in force, and {why}."
            return
        try:
            used = read_list(case.evidence.read(row.sha256), row.list)
        except RegisterError as error:
            yield f"{what}. {error}"
            return
    if used.content.complete_to != row.snapshot:
        yield f"{what}; the snapshot with that hash is complete to {used.content.complete_to}."
    if row.on < used.content.copied:
        yield f"{what} on {row.on}, before that snapshot was copied on {used.content.copied}."


def names(case: Documents, _: Paragraph) -> Sentences:
    """No name in the dossier is on a list."""
    yield from (f"{m}." for m in _matches(case) if m.certain and not _is_cleared(case, m))


def doubts(case: Documents, _: Paragraph) -> Sentences:
    """No identifier points to a listed firm, and no name looks like one of theirs."""
    yield from (f"{m}." for m in _matches(case) if not m.certain and not _is_cleared(case, m))


def cleared(case: Documents, _: Paragraph) -> Sentences:
    """Matches that a reviewer found false stay in sight."""
    yield from (f"{m}; a reviewer found it false." for m in _matches(case) if _is_cleared(case, m))


def _matches(case: Documents) -> Iterator[Match]:
    """Compare every word of the dossier with every list, each pair once."""
    seen = set()
    for path, statement in case.dossier.statements():
        value = statement.value
        for given in value if isinstance(value, tuple) else (value,):
            if not isinstance(given, str):
                continue
            is_identifier = path == "usb.ids" or path.endswith(".identifiers")
            compare = match_identifier if is_identifier else match_name
            for snapshot in case.lists:
                for match in compare(given, snapshot):
                    if (given, match.entry, match.key) not in seen:
                        seen.add((given, match.entry, match.key))
                        yield match


def _is_cleared(case: Documents, match: Match) -> bool:
    rows = [row for row in case.dossier.screening if row.list == match.key]
    return any(entry.name == match.given for row in rows for entry in row.cleared)


def jurisdiction(case: Documents, paragraph: Paragraph) -> Sentences:
    """No national security law of these countries can compel the maker or make a part of it."""
    law = case.dossier.ownership.security_law
    for country in sorted(set(law.value or ()) & set(paragraph.countries)):
        yield f"The maker is subject to the national security law of {country}."
    for path, statement in case.dossier.statements():
        last = path.rpartition(".")[2]
        if last in {"country", "factory_country"} and statement.value in paragraph.countries:
            yield f"{words(path)}: {statement.value}."


# ---- what the host sees and the sensor says

# What a dossier has to know before any device of its kind can pass the rules below.
NEEDED_OF_A_DEVICE = (
    "usb.ids",
    "usb.functions",
    "usb.releases",
    "identity.part_numbers",
    "units.serials",
    "units.firmware",
)


def usb_ids(case: Device, _: Paragraph) -> Sentences:
    """The USB ids and the release are those of the dossier."""
    for what, is_now, allowed in (
        ("USB id", case.usb.ids, case.dossier.usb.ids),
        ("USB release", case.usb.bcd_device, case.dossier.usb.releases),
    ):
        if allowed.value is None:
            yield f"The dossier does not know the {what}; the host sees {is_now}."
        elif is_now not in allowed.value:
            yield f"The {what} is {is_now}; the dossier says {allowed.text}."


def functions(case: Device, _: Paragraph) -> Sentences:
    """It has the functions of its dossier, and none that networks, stores, types or hides."""
    for found in findings(case.usb.descriptors):
        if not found.vendor:
            yield f"It has a {found}."
    expected = case.dossier.usb.functions.value
    if expected is None:
        yield "The dossier does not know its USB functions."
        return
    for code in sorted({str(i.code) for i in case.usb.descriptors.interfaces} - set(expected)):
        yield f"It has the function {code}, which its dossier does not list."


def vendor_functions(case: Device, _: Paragraph) -> Sentences:
    """A vendor-specific function was accepted by name when the sensor was enrolled."""
    accepted = case.enrolment.vendor_functions if case.enrolment else ()
    for found in findings(case.usb.descriptors):
        if found.vendor and str(found.code) not in accepted:
            yield f"It has a {found}; it is not enrolled with it."


def controller(case: Device, _: Paragraph) -> Sentences:
    """It hangs on a host controller that is a chip of this computer."""
    here = case.usb.controller
    if here.doubt and str(here) not in case.controllers:
        yield f"It hangs on {here}: {here.doubt}."


def neighbours(case: Device, _: Paragraph) -> Sentences:
    """Nothing on the same hub networks, stores, types or hides."""
    for other in case.usb.neighbours:
        for found in findings(other.descriptors):
            yield f"On the same hub, port {other.port}, is a {found}."


def serial(case: Device, _: Paragraph) -> Sentences:
    """Its serial and part numbers are among those that were bought and inspected."""
    for what, said, allowed in (
        ("serial number", case.says.serial, case.dossier.units.serials),
        ("part number", case.says.part_number, case.dossier.identity.part_numbers),
    ):
        if allowed.value is None:
            yield f"The dossier knows no {what}; the sensor says {said!r}."
        elif said not in allowed.value:
            yield f"The sensor says {what} {said!r}; the dossier lists {allowed.text}."


def firmware(case: Device, _: Paragraph) -> Sentences:
    """Its firmware is a version that the dossier accepts."""
    accepted = case.dossier.units.firmware
    if accepted.value is None:
        yield f"The dossier accepts no firmware yet; the sensor runs {case.says.firmware!r}."
    elif case.says.firmware not in accepted.value:
        yield f"The sensor runs firmware {case.says.firmware!r}; accepted is {accepted.text}."


def enrolled(case: Device, _: Paragraph) -> Sentences:
    """This sensor is enrolled at this station, under this dossier, by an admin, in the trail."""
    port = case.usb.port
    if case.enrolment is None:
        yield f"No sensor is enrolled at port {port} of this station."
        return
    if case.enrolment.dossier != case.dossier.key:
        yield f"Port {port} is enrolled for a {case.enrolment.dossier}."
    yield from (f"The enrolment at port {port}: {what}" for what in case.signatures.problems)
    if not case.audited:
        yield f"The enrolment at port {port} is not the last one in the audit trail."


def unchanged(case: Device, _: Paragraph) -> Sentences:
    """Nothing has changed since it was enrolled."""
    if case.enrolment is not None:
        yield from differences(case.enrolment, case.usb, case.says)


DocumentRule = Callable[[Documents, Paragraph], Sentences]
DeviceRule = Callable[[Device, Paragraph], Sentences]
DOCUMENT_RULES: dict[str, DocumentRule] = {
    "decided": decided,
    "signed": signed,
    "verified": verified,
    "known": known,
    "evidence": evidence,
    "relabelled": relabelled,
    "ways_out": ways_out,
    "calibrated": calibrated,
    "critical": critical,
    "origin_share": origin_share,
    "forced_labour": forced_labour,
    "lists": lists,
    "fresh": fresh,
    "screened": screened,
    "names": names,
    "doubts": doubts,
    "cleared": cleared,
    "jurisdiction": jurisdiction,
}
DEVICE_RULES: dict[str, DeviceRule] = {
    "usb_ids": usb_ids,
    "functions": functions,
    "vendor_functions": vendor_functions,
    "neighbours": neighbours,
    "controller": controller,
    "serial": serial,
    "firmware": firmware,
    "enrolled": enrolled,
    "unchanged": unchanged,
}
