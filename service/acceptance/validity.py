"""Until when an acceptance counts, by time; what changes in the station ends it at once."""

from datetime import date, timedelta
from typing import Final

TWELVE_MONTHS: Final = timedelta(days=365)


def until(made: date, reference_due: date) -> tuple[date, str]:
    """Return the last day on which it counts, and the word for why.

    Examples
    --------
    >>> day, why = until(date(2026, 11, 28), date(2027, 3, 1))
    >>> day.isoformat(), why
    ('2027-03-01', 'reference_due')
    >>> until(date(2026, 11, 28), date(2029, 1, 1))[1]
    'twelve_months'
    """
    year = made + TWELVE_MONTHS
    return (reference_due, "reference_due") if reference_due < year else (year, "twelve_months")
