"""The station's own computer, compared with the dossier that speaks for it."""

from collections.abc import Iterator

from hardware.errors import HardwareError
from hardware.host.computer import Computer
from hardware.register.documents import Register
from hardware.register.dossier import Dossier, Kind


def dossier_of(computer: Computer, register: Register) -> Dossier | None:
    """Return the dossier that names this kind of computer; None when there is none."""
    for key in register.keys:
        try:
            document, _ = register.dossier(key)
        except HardwareError:
            continue
        products = document.computer.products.value or ()
        if document.kind is Kind.COMPUTER and computer.product and computer.product in products:
            return document
    return None


def differences(computer: Computer, register: Register) -> Iterator[str]:
    """Yield a sentence for everything by which a computer is not the one in its dossier.

    Whether that dossier is approved, `hardware.vetting.check` asks the register.
    """
    yield from (f"A radio is fitted: {radio}." for radio in computer.radios)
    name = computer.product or "a computer whose firmware names nobody"
    document = dossier_of(computer, register)
    if document is None:
        yield f"No dossier speaks for this computer ({name})."
        if computer.guest:
            yield f"It is a virtual machine: {computer.guest}."
        return
    said = document.computer
    if computer.guest and not said.guest.value:
        yield f"It is a virtual machine: {computer.guest}; its dossier does not say so."
    for what, now, allowed in (
        ("firmware", computer.firmware, said.firmware.value),
        *(
            ("network driver", driver, said.network_drivers.value)
            for driver in computer.network_drivers
        ),
    ):
        if now not in (allowed or ()):
            listed = ", ".join(allowed or ()) or "none"
            yield f"It has the {what} {now!r}; its dossier lists {listed}."
    if said.tpm.value is not computer.tpm:
        yield (
            f"Linux sees {'a' if computer.tpm else 'no'} TPM; its dossier says"
            f" {said.tpm.text or 'nothing about one'}."
        )
