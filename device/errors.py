"""The error tree of `device`. Each error says what happened, what was expected, what to do.

SensorError                the sensor cannot be used as asked
+-- SensorNotFound         no such device, port or file
+-- SensorRefused          hardware is not vetted, or is another camera than before
+-- NotRadiometric         its counts are no temperatures (AGC, TLinear off, low gain, raw counts)
+-- ProtocolError          bytes that the protocol does not allow; carries the bytes
|   +-- CommandFailed      the camera answered with an error status; carries command and status
|   +-- ReplyTimeout       no matching reply in time
+-- SensorLost             unplugged, rebooted, or silent
+-- SensorStalled          it still answers, but no new frame comes
+-- RecordingError         a recording is truncated, corrupt or of an unknown kind
"""

from hardware.errors import ExplainedError


class SensorError(ExplainedError):
    """The sensor cannot be used as asked."""


class SensorNotFound(SensorError):
    """No such device, port or file."""


class SensorRefused(SensorError):
    """The hardware is not vetted, or is not the one that was here before."""


class NotRadiometric(SensorError):
    """The counts are not temperatures, so no temperature may be shown."""


class ProtocolError(SensorError):
    """Bytes that the protocol does not allow.

    Parameters
    ----------
    evidence
        The offending bytes, cut to a length that fits a log line.
    """

    def __init__(self, what: str, remedy: str = "", evidence: bytes = b"") -> None:
        super().__init__(f"{what} [{evidence[:32].hex()}]" if evidence else what, remedy)
        self.evidence = evidence


class CommandFailed(ProtocolError):
    """The camera answered a command with an error status."""


class ReplyTimeout(ProtocolError):
    """No reply with the right sequence number came in time."""


class SensorLost(SensorError):
    """The sensor is gone: unplugged, rebooted, or silent."""


class SensorStalled(SensorError):
    """The sensor answers, but no new frame comes."""


class RecordingError(SensorError):
    """A recording is truncated, corrupt, or of an unknown kind."""
