"""How critical a part is: a decision tree over what it could do, and unknown counts as yes.

    sees pixels?  yes -> can it act on USB, or keep data?  yes -> HIGH
                                                            no -> single supplier?  yes -> HIGH
                                                                                     no -> MEDIUM
                  no  -> can it act on USB?                 yes -> MEDIUM
                         keeps data, or single supplier?    yes -> MEDIUM
                                                             no -> LOW

The questions are those of the public component analysis of VotingWorks' VxSuite, fitted to a
camera: what it protects is the picture of a person.
"""

from enum import StrEnum

from hardware.register.sections import Component


class Criticality(StrEnum):
    """What would follow if the part did what it could."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def criticality(part: Component) -> Criticality:
    """Return how critical a part is."""
    sees, usb, keeps, single = (
        flag.value is not False
        for flag in (part.sees_pixels, part.usb_role, part.stores, part.single_supplier)
    )
    if sees:
        return Criticality.HIGH if usb or keeps or single else Criticality.MEDIUM
    return Criticality.MEDIUM if usb or keeps or single else Criticality.LOW
