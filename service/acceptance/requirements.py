"""What is required, as one table: limit, unit, clause, and where the number is from.

The numbers are those of IEC 80601-2-59 and ISO/TR 13154 as papers and vendors quote them; nobody
here has read the standards, whose text is paid for. A number that no source was found for is one
of this project's own, and says so. Subclauses are left out where no source names them: they are
named in public for the site, the source and the place only (W. Foran, January 2021, irinfo.org),
and the record says so below the table. All are *informative*: nothing here is certified to a
standard.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.acceptance.words import Chapter


class Origin(StrEnum):
    """How a number is known."""

    QUOTED = "quoted"  # by a source that can be read, of a standard that cannot
    RECALLED = "recalled"  # said to stand in the standard; no source was found
    OURS = "ours"  # this project's own


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement.

    Attributes
    ----------
    limit
        Largest value (of the amount) that conforms; the smallest where `at_least`.
    clause
        Of the standard; empty for our own.
    source
        Public source of the number.
    """

    name: str
    chapter: Chapter
    limit: float
    unit: str
    origin: Origin
    clause: str = ""
    source: str = ""
    at_least: bool = False


_FOSTER: Final = "Foster et al. 2021, PMC8654479, table 1"
_IEC: Final = "IEC 80601-2-59:2017+A1:2023"
_GHASSEMI: Final = "Ghassemi et al. 2018, doi 10.1371/journal.pone.0203302"

_ROWS: Final = (
    Requirement("warm_up_s", Chapter.WARM_UP, 1800.0, "s", Origin.QUOTED, "ISO/TR 13154", _FOSTER),
    Requirement(
        "stability_drift_c",
        Chapter.STABILITY,
        0.2,
        "degC",
        Origin.RECALLED,
        _IEC,
        _GHASSEMI,
    ),
    Requirement(
        "uniformity_c",
        Chapter.UNIFORMITY,
        0.2,
        "degC",
        Origin.RECALLED,
        _IEC,
        _GHASSEMI,
    ),
    Requirement("mrtd_k", Chapter.RESOLUTION, 0.1, "K", Origin.QUOTED, _IEC, _FOSTER),
    Requirement("mrtd_stand_in_k", Chapter.RESOLUTION, 0.1, "K", Origin.OURS),
    Requirement(
        "largest_error_c",
        Chapter.ACCURACY,
        0.5,
        "degC",
        Origin.QUOTED,
        _IEC,
        "screeningthermography.com/219-2",
    ),
    Requirement("slope_error", Chapter.ACCURACY, 0.03, "1", Origin.OURS),
    Requirement("hysteresis_c", Chapter.ACCURACY, 0.2, "degC", Origin.OURS),
    Requirement(
        "threshold_step_c",
        Chapter.THRESHOLD,
        0.1,
        "degC",
        Origin.QUOTED,
        _IEC,
        "grupposicurezzaroma.it/telecamere-termometriche",
    ),
    Requirement("threshold_low_c", Chapter.THRESHOLD, 34.0, "degC", Origin.QUOTED, _IEC),
    Requirement(
        "threshold_high_c",
        Chapter.THRESHOLD,
        39.0,
        "degC",
        Origin.QUOTED,
        _IEC,
        at_least=True,
    ),
    Requirement("switching_error_c", Chapter.THRESHOLD, 0.1, "degC", Origin.OURS),
    Requirement("alarm_s", Chapter.ALARM, 3.0, "s", Origin.OURS),
    Requirement("unheard", Chapter.ALARM, 0.0, "1", Origin.OURS),
    Requirement("not_functioning_s", Chapter.NOT_FUNCTIONING, 3.0, "s", Origin.OURS),
    Requirement("not_indicated", Chapter.NOT_FUNCTIONING, 0.0, "1", Origin.OURS),
    Requirement(
        "people_scatter_c",
        Chapter.PEOPLE,
        0.5,
        "degC",
        Origin.OURS,
        "ISO/TR 13154",
        "Wang et al. 2022, Sensors 22(1) 215",
    ),
    Requirement("operators_c", Chapter.PEOPLE, 0.2, "degC", Origin.OURS),
)
TABLE: Final = {row.name: row for row in _ROWS}
