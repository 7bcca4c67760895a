# ruff: noqa: D401, D404 # the docstring of a rule is the rule, as a fact about good hardware
"""The rules: what a paragraph of the policy looks for. Each yields one sentence per finding.

`DOCUMENT_RULES` compare the dossier with the lists and the signatures. `DEVICE_RULES` compare it
with what the host sees and the sensor says. No rule knows how hard its finding is: the policy does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from hardware.host.functions import findings
from hardware.host.usb import UsbIdentity
from hardware.register.dossier import Dossier, Interface, Kind, Verdict, words
from hardware.register.lists import Match, Snapshot, match_identifier, match_name, same_firm
from hardware.register.policy import Paragraph
from hardware.register.signature import Signatures
from hardware.register.statement import Statement, Status
from hardware.vetting.decision import SensorSays
from hardware.vetting.enrolment import Enrolment, differences


@dataclass(frozen=True, slots=True)
class Documents:
    """What the rules about documents look at."""

    dossier: Dossier
    signatures: Signatures
    lists: tuple[Snapshot, ...]
    today: date


@dataclass(frozen=True, slots=True)
class Device:
    """What the rules about one device look at."""

    dossier: Dossier
    usb: UsbIdentity
    says: SensorSays
    enrolment: Enrolment | None


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


# ---- the lists


def lists(case: Documents, paragraph: Paragraph) -> Sentences:
    """The lists of the policy are there and intact."""
    for key in sorted(set(paragraph.lists) - {snapshot.key for snapshot in case.lists}):
        yield f"The exclusion list {key} is missing or altered."


def fresh(case: Documents, paragraph: Paragraph) -> Sentences:
    """The snapshots are younger than so many days."""
    for snapshot in case.lists:
        age, limit = snapshot.age_days(case.today), paragraph.days
        if age > limit:
            yield f"The snapshot of {snapshot.key} is {age} days old; the limit is {limit}."
        elif age < 0:
            yield f"The snapshot of {snapshot.key} is dated {-age} days from now: check the clock."


def screened(case: Documents, paragraph: Paragraph) -> Sentences:
    """A person has compared the dossier with each list."""
    done = {row.list for row in case.dossier.screening}
    for key in sorted(set(paragraph.lists) - done):
        yield f"Nobody has compared it with {key} and put their name to it."


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
    """This sensor is enrolled at this station, under this dossier."""
    if case.enrolment is None:
        yield f"No sensor is enrolled at port {case.usb.port} of this station."
    elif case.enrolment.dossier != case.dossier.key:
        yield f"Port {case.usb.port} is enrolled for a {case.enrolment.dossier}."


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
    "relabelled": relabelled,
    "ways_out": ways_out,
    "calibrated": calibrated,
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
    "serial": serial,
    "firmware": firmware,
    "enrolled": enrolled,
    "unchanged": unchanged,
}
