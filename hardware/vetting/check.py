"""Ask the register about a sensor: before it is opened, and for as long as it is used.

`vet` is asked by every driver before it opens a sensor; `still_vetted` by the supervisor every
minute and after every replug. A document that cannot be relied on refuses: doubt is not screening.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hardware.errors import HardwareError
from hardware.host import usb as usb_host
from hardware.host.computer import Computer
from hardware.host.network import HostNetwork
from hardware.host.usb import SYS, UsbIdentity
from hardware.register import documents
from hardware.register.documents import Register
from hardware.register.dossier import Dossier, Kind
from hardware.register.effect import Effect
from hardware.register.policy import Paragraph
from hardware.register.signature import UNSIGNED, Signatures
from hardware.vetting import computers
from hardware.vetting.cases import Device, Documents
from hardware.vetting.decision import (
    Admission,
    Decision,
    Outcome,
    Reason,
    SensorSays,
    decide,
    refusal,
)
from hardware.vetting.enrolment import Enrolled
from hardware.vetting.rules import DEVICE_RULES, DOCUMENT_RULES


def vet(
    dossier: str,
    usb: UsbIdentity | None,
    says: SensorSays,
    *,
    register: Register | None = None,
    enrolments: tuple[Enrolled, ...] = (),
    computer: Computer | None = None,
) -> Decision:
    """Decide whether a sensor may be opened.

    Parameters
    ----------
    dossier
        Key of the dossier that speaks for this kind of sensor.
    usb
        What the host sees (`hardware.host.usb.behind(device)`); None when it is no USB device.
    says
        What the sensor says of itself.
    register
        The register; the one that ships with Limen when None.
    enrolments
        The enrolments of this station.
    computer
        What the station's computer says of itself; its approved dossier may allow a host
        controller that is none of its chips.
    """
    try:
        known = register or documents.load()
        document, signatures = known.dossier(dossier)
    except HardwareError as error:
        return refusal(dossier, str(error))
    if document.kind is Kind.SIMULATED or says.simulated or usb is None:
        return _simulated(dossier, document.kind, usb, says)
    if document.kind is not Kind.SENSOR:
        return refusal(dossier, f"A {document.kind.value} is no sensor.")
    enrolled = next((entry for entry in enrolments if entry.enrolment.port == usb.port), None)
    device = Device(
        document,
        usb,
        says,
        enrolled,
        signatures=enrolled.signed(known.trust, known.today) if enrolled else UNSIGNED,
        audited=not enrolled
        or known.memory is None
        or known.memory.enrolled.get(usb.port) == enrolled.sha256,
        controllers=allowed_controllers(computer, known) if computer else (),
    )
    reasons = (*_of_documents(known, document, signatures), *_of_device(known, device))
    return decide(dossier, known.policy.name, reasons)


def vet_dossier(dossier: str, *, register: Register | None = None) -> Decision:
    """Decide whether a kind of hardware is approved for use, by its documents alone."""
    try:
        known = register or documents.load()
        document, signatures = known.dossier(dossier)
    except HardwareError as error:
        return refusal(dossier, str(error))
    if document.kind is Kind.SIMULATED:
        return Decision(dossier, Outcome.SIMULATED)
    reasons = _of_documents(known, document, signatures)
    return decide(dossier, known.policy.name, tuple(reasons))


def still_vetted(
    admission: Admission,
    *,
    says: SensorSays | None = None,
    register: Register | None = None,
    enrolments: tuple[Enrolled, ...] = (),
    computer: Computer | None = None,
    sys_root: Path = SYS,
) -> Decision:
    """Decide whether an admitted sensor may go on: same device, same port, still approved.

    Parameters
    ----------
    admission
        What was admitted when it was opened.
    says
        What the sensor says now; None repeats what it said then (it is busy sending frames).
    sys_root
        Root of sysfs.
    """
    then = admission.usb
    if then is None:
        return vet(admission.dossier, None, says or admission.says, register=register)
    try:
        now = usb_host.read(then.port, sys_root)
    except HardwareError as error:
        return refusal(admission.dossier, f"The sensor is gone. {error}")
    if replace(now, neighbours=()) != replace(then, neighbours=()):
        same = now.devnum == then.devnum
        what = "It has changed" if same else "It was unplugged, and something was plugged in"
        return refusal(admission.dossier, f"{what}: admitted was {then}; now there is {now}.")
    return vet(
        admission.dossier,
        now,
        says or admission.says,
        register=register,
        enrolments=enrolments,
        computer=computer,
    )


def vet_host(
    network: HostNetwork,
    now_s: float,
    *,
    register: Register | None = None,
    computer: Computer | None = None,
) -> Decision:
    """Decide whether the policy lets a real sensor run on this computer.

    A simulated sensor shows nobody, and may run anywhere.

    Parameters
    ----------
    network
        The last look (`hardware.host.network.look`).
    now_s
        Monotonic time in seconds; a look of more than a minute ago counts as none.
    computer
        What the computer says of itself; None is an unknown one.
    """
    try:
        known = register or documents.load()
    except HardwareError as error:
        return refusal("host", str(error))
    found = network.findings if network.fresh(now_s) else (network.statement(now_s),)
    by_rule = {
        "network": [f"{text[0].upper()}{text[1:]}." for text in found],
        "computer": list(differences_of_computer(computer or Computer(), known)),
    }
    reasons = tuple(
        _reason(paragraph, text)
        for paragraph in known.policy.paragraph
        if paragraph.effect is not Effect.NONE
        for text in by_rule.get(paragraph.rule, ())
    )
    return decide("host", known.policy.name, reasons)


def allowed_controllers(computer: Computer, known: Register) -> tuple[str, ...]:
    """Return the host controllers that the approved dossier of this computer allows."""
    document = computers.dossier_of(computer, known)
    if document is None or not vet_dossier(document.key, register=known).passes:
        return ()
    return document.computer.controllers.value or ()


def differences_of_computer(computer: Computer, known: Register) -> Iterator[str]:
    """Yield why a computer is not one that is approved: its dossier, and what is not as there."""
    document = computers.dossier_of(computer, known)
    if document is not None:
        answer = vet_dossier(document.key, register=known)
        yield from (
            f"The dossier {document.key} of this computer is not approved: {reason.text}"
            for reason in answer.refusals[:1]
        )
    yield from computers.differences(computer, known)


def _simulated(dossier: str, kind: Kind, usb: UsbIdentity | None, says: SensorSays) -> Decision:
    """Pass a simulated sensor as simulated; no policy can make it real, or hide a real one."""
    if kind is not Kind.SIMULATED:
        why = "it says that it is simulated" if says.simulated else "it is no USB device"
        return refusal(dossier, f"It is offered as {dossier}, but {why}.")
    if usb is not None:
        return refusal(dossier, f"It is offered as simulated, but it is a USB device: {usb}.")
    if not says.simulated:
        return refusal(dossier, "It is offered as simulated, and does not say so itself.")
    return Decision(dossier, Outcome.SIMULATED)


def _of_documents(register: Register, document: Dossier, signatures: Signatures) -> list[Reason]:
    case = Documents(document, signatures, register.lists, register.today, register.evidence)
    found: list[Reason] = []
    problems = register.problems
    for paragraph in register.policy.paragraph:
        if paragraph.kinds and document.kind not in paragraph.kinds:
            continue
        if paragraph.rule in DOCUMENT_RULES and paragraph.effect is not Effect.NONE:
            found += (
                _reason(paragraph, text) for text in DOCUMENT_RULES[paragraph.rule](case, paragraph)
            )
            if paragraph.rule == "lists":  # the first that bites says what is wrong with any
                found += (_reason(paragraph, text) for text in problems)
                problems = ()
    return found


def _of_device(register: Register, case: Device) -> list[Reason]:
    return [
        _reason(paragraph, text)
        for paragraph in register.policy.paragraph
        if paragraph.rule in DEVICE_RULES and paragraph.effect is not Effect.NONE
        for text in DEVICE_RULES[paragraph.rule](case, paragraph)
    ]


def _reason(paragraph: Paragraph, text: str) -> Reason:
    return Reason(paragraph.number, paragraph.title, paragraph.effect, text)
