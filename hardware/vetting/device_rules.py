# ruff: noqa: D401, D404 # the docstring of a rule is the rule, as a fact about good hardware
"""The rules that compare a dossier with what the host sees and what the sensor says."""

from hardware.host.functions import findings
from hardware.register.policy import Paragraph
from hardware.vetting.cases import Device, Sentences
from hardware.vetting.enrolment import differences

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
