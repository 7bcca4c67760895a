"""How a chapter ended: its figures, each beside its requirement, and what is wrong by name."""

from dataclasses import dataclass
from typing import Final

from service.acceptance.words import Chapter, Conformity, Finding

LIES: Final = frozenset(
    {
        Finding.NORMALISES,
        Finding.CLIPS,
        Finding.WRONG_EMISSIVITY,
        Finding.WRONG_SLOPE,
        Finding.NOT_MONOTONIC,
        Finding.HYSTERESIS,
    }
)
"""What a camera can do to differences of temperature."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a chapter.

    Attributes
    ----------
    name
        Word of the catalogues (`drift_c`); unit and meaning hang on it.
    value
        None: it could not be said.
    expanded
        Expanded uncertainty in the unit of the value; None where it has none (a count).
    k
        Coverage factor of it, for 95 %.
    requirement
        Name of the requirement (`requirements.TABLE`) that it is held against; empty: only told.
    conformity
        NOT_MEASURED where nothing is required of it.
    """

    name: str
    value: float | None
    expanded: float | None = None
    k: float | None = None
    requirement: str = ""
    conformity: Conformity = Conformity.NOT_MEASURED


@dataclass(frozen=True, slots=True)
class ChapterVerdict:
    """How a chapter stands.

    Attributes
    ----------
    conformity
        The worst of the figures of which something is required.
    figures
        In the order of the record.
    findings
        What is wrong or limits what is said.
    columns, rows
        What was measured, as the plot's table: names of columns (words of the catalogues) and
        numbers; None: not there.
    """

    chapter: Chapter
    conformity: Conformity
    figures: tuple[Figure, ...] = ()
    findings: tuple[Finding, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[float | None, ...], ...] = ()

    def figure(self, name: str) -> Figure:
        """Return a figure by its name; KeyError when there is none."""
        for one in self.figures:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def findings_of_slope(self) -> tuple[Finding, ...]:
        """The findings that say that differences are not told as they are."""
        return tuple(one for one in self.findings if one in LIES)
