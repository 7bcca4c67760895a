"""What can be wrong with papers and records.

::

    AcceptanceError
      +-- RecordError      bytes that are no record, or a record that cannot be written
      +-- DccError         a file that is no digital calibration certificate, or not a safe one
      +-- BudgetError      a source of uncertainty that makes no sense
"""


class AcceptanceError(ValueError):
    """Something about an acceptance; the sentence says what, and what was expected."""


class RecordError(AcceptanceError):
    """Bytes that are no record, or a record that cannot be written."""


class DccError(AcceptanceError):
    """A file that is no digital calibration certificate, or one that is not read."""


class BudgetError(AcceptanceError):
    """A source of uncertainty that makes no sense."""
