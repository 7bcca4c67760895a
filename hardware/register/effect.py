"""What a paragraph of the policy does: a word that travels without the register."""

from enum import StrEnum


class Effect(StrEnum):
    """What a paragraph of the policy does when its rule finds something."""

    REFUSE = "refuse"
    CONDITION = "condition"  # may run; the condition stands in the register and in the audit log
    NONE = "none"  # switched off by the institution, visibly
