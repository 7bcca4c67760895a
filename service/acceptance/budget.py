"""The uncertainty budget, in the order in which a metrologist reads it.

JCGM 100:2008 (GUM): a standard uncertainty per source, carried by its sensitivity; the root of the
sum of squares; effective degrees of freedom by Welch and Satterthwaite (G.2b); the coverage factor
from Student's t for 95 %. The sources are taken as independent: what skin and reference have in
common is one source here, as it is in `screening.measuring.correction`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.acceptance.errors import BudgetError
from service.acceptance.student import coverage_factor


class Kind(StrEnum):
    """How a source was evaluated (GUM 4.2 and 4.3)."""

    A = "A"  # from repeated observations
    B = "B"  # from anything else: a paper, a data sheet, experience


class Distribution(StrEnum):
    """The form of what is given, which decides the divisor."""

    NORMAL = "normal"  # given as a standard uncertainty
    EXPANDED = "expanded"  # given as an expanded uncertainty with its k
    RECTANGULAR = "rectangular"  # given as a half-width
    TRIANGULAR = "triangular"  # given as a half-width
    U_SHAPED = "u_shaped"  # given as a half-width: what swings between two ends


_DIVISORS: Final = {
    Distribution.NORMAL: 1.0,
    Distribution.RECTANGULAR: 3.0**0.5,
    Distribution.TRIANGULAR: 6.0**0.5,
    Distribution.U_SHAPED: 2.0**0.5,
}


@dataclass(frozen=True, slots=True)
class Source:
    """One source of uncertainty as it is given.

    Attributes
    ----------
    name
        A word of the catalogues (`emissivity`).
    estimate
        Of the quantity, in `unit`.
    unit
        Of estimate and half-width: `degC`, `K`, `1`, `m`.
    half_width
        What is given: see `Distribution`.
    sensitivity
        What the skin temperature changes by per unit, in deg C per `unit`.
    dof
        Degrees of freedom; None: infinitely many, it is well known.
    k
        Coverage factor of what is given, where it is an expanded uncertainty.
    """

    name: str
    estimate: float
    unit: str
    half_width: float
    kind: Kind
    distribution: Distribution
    sensitivity: float
    dof: float | None = None
    k: float = 2.0

    @property
    def divisor(self) -> float:
        """What makes a standard uncertainty of what is given."""
        return (
            self.k if self.distribution is Distribution.EXPANDED else _DIVISORS[self.distribution]
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A source with what follows from it: one line of the table.

    Attributes
    ----------
    standard
        Standard uncertainty u in the source's unit.
    contribution_c
        Of the skin temperature, deg C: |sensitivity| times u.
    share
        Of the variance, 0 to 1.
    """

    source: Source
    divisor: float
    standard: float
    contribution_c: float
    share: float


@dataclass(frozen=True, slots=True)
class Budget:
    """The table and its last line.

    Attributes
    ----------
    standard_c
        Combined standard uncertainty u_c.
    dof
        Effective degrees of freedom; None stands for infinitely many.
    k, expanded_c
        Coverage factor for 95 %, and U = k u_c.
    """

    lines: tuple[Line, ...]
    standard_c: float
    dof: float | None
    k: float
    expanded_c: float


def combine(sources: Iterable[Source]) -> Budget:
    """Return the budget of some sources.

    Raises
    ------
    BudgetError
        When a source makes no sense, or there is none.

    Examples
    --------
    The end gauge of GUM H.1.6, in nanometres instead of deg C: u_c = 32, 16 degrees of freedom.
    The GUM cuts these to a whole number before it takes k; 16.7 give a little less than its 2.12.

    >>> N, B = Distribution.NORMAL, Kind.B
    >>> gauge = [("standard", 25.0, 18), ("comparator", 5.8, 24), ("random", 3.9, 5),
    ...          ("systematic", 6.7, 8), ("expansion", 2.9, 50), ("temperature", 16.6, 2)]
    >>> table = combine(Source(n, 0.0, "nm", u, B, N, 1.0, dof) for n, u, dof in gauge)
    >>> round(table.standard_c), int(table.dof), round(table.k, 2)
    (32, 16, 2.11)
    """
    found = [_line(source) for source in sources]
    variance = sum(contribution**2 for _, _, contribution in found)
    if not found or variance <= 0.0:
        raise BudgetError("A budget needs at least one source that contributes something.")
    welch = sum(
        contribution**4 / source.dof
        for source, _, contribution in found
        if source.dof is not None and not math.isinf(source.dof)
    )
    dof = variance**2 / welch if welch > 0.0 else None
    standard_c = variance**0.5
    k = coverage_factor(math.inf if dof is None else max(1.0, dof))
    lines = tuple(
        Line(source, source.divisor, standard, contribution, contribution**2 / variance)
        for source, standard, contribution in found
    )
    return Budget(lines, standard_c, dof, k, k * standard_c)


def _line(source: Source) -> tuple[Source, float, float]:
    """Return source, standard uncertainty and contribution."""
    numbers = (source.estimate, source.half_width, source.sensitivity, source.k)
    if not all(map(math.isfinite, numbers)) or source.half_width < 0.0 or source.k <= 0.0:
        raise BudgetError(
            f"{source.name}: estimate {source.estimate}, {source.half_width} given, sensitivity"
            f" {source.sensitivity}, k {source.k}: they must be finite, and no width below zero."
        )
    if source.dof is not None and not source.dof >= 1.0:
        raise BudgetError(f"{source.name}: {source.dof} degrees of freedom; at least 1 is needed.")
    standard = source.half_width / source.divisor
    return source, standard, abs(source.sensitivity) * standard
