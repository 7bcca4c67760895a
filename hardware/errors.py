"""The error tree of `hardware`. Each error says what happened, what was expected, what to do.

HardwareError              hardware, or a document about it, cannot be relied on
+-- DescriptorError        USB descriptors that no honest device sends
+-- UsbError               the host cannot see the device it was asked about
+-- RegisterError          a document of the register is missing, broken or altered
|   +-- DossierError       a dossier breaks its own schema or claims what it cannot
|   +-- PolicyError        a policy leaves out a rule or names one that does not exist
|   +-- ListError          an exclusion list is broken, altered or older than the one that is here
+-- SignatureError         a signature, a key or the trust file does not hold
+-- EnrolmentError         the enrolments of this station cannot be read or written

A refusal is no error: `hardware.vetting.check.vet` answers with a decision that holds its reasons.
"""


class ExplainedError(Exception):
    """An error with a remedy: the base of the error trees of `hardware` and `device`.

    Parameters
    ----------
    what
        What happened, with the evidence (expected and actual value).
    remedy
        What the person in front of the machine can do about it.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what} {remedy}".rstrip())
        self.what = what
        self.remedy = remedy


class HardwareError(ExplainedError):
    """Hardware, or a document about it, cannot be relied on."""


class DescriptorError(HardwareError):
    """USB descriptors that no honest device sends."""


class UsbError(HardwareError):
    """The host cannot see the device it was asked about."""


class RegisterError(HardwareError):
    """A document of the register is missing, broken or altered."""


class DossierError(RegisterError):
    """A dossier breaks its own schema or claims what it cannot."""


class PolicyError(RegisterError):
    """A policy leaves out a rule or names one that does not exist."""


class ListError(RegisterError):
    """An exclusion list is broken, altered, or older than the one that is here."""


class SignatureError(HardwareError):
    """A signature, a key or the trust file does not hold."""


class EnrolmentError(HardwareError):
    """The enrolments of this station cannot be read or written."""
