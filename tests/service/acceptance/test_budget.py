"""The budget agrees with GTC, the GUM library of New Zealand's metrology institute."""

import math
import random

import GTC
import pytest
from GTC import reporting, type_b

from screening.measuring.correction import Correction
from screening.settings import Doubt, Reference, Scene, Settings, Uniformity
from service.acceptance.budget import Budget, Distribution, Kind, Source, combine
from service.acceptance.errors import BudgetError
from service.acceptance.station_budget import Found, sources
from service.acceptance.student import coverage_factor

STATION = Settings(
    references=(Reference(temp_c=36.0, expanded_uncertainty_c=0.2),),
    uniformity=Uniformity(residual_c=0.05),
)
FOUND = Found(1.0, uniformity_c=0.06, drift_c=0.05, operators_c=0.04)


STANDARD = {
    Distribution.NORMAL: lambda width: width,
    Distribution.EXPANDED: lambda width: width / 2.0,
    Distribution.RECTANGULAR: type_b.uniform,
    Distribution.TRIANGULAR: type_b.triangular,
    Distribution.U_SHAPED: type_b.arcsine,
}


def by_gtc(given: tuple[Source, ...]) -> tuple[float, float]:
    """Return combined standard uncertainty and effective degrees of freedom by GTC."""
    total = GTC.ureal(0.0, 0.0)
    for source in given:
        dof = math.inf if source.dof is None else source.dof
        u = STANDARD[source.distribution](source.half_width)
        total = total + source.sensitivity * GTC.ureal(source.estimate, u, dof, source.name)
    total = GTC.result(total, "skin")
    return float(reporting.u_component(total, total)), float(GTC.dof(total))


def agrees(table: Budget, given: tuple[Source, ...]) -> None:
    u, dof = by_gtc(given)
    assert table.standard_c == pytest.approx(u, rel=0.01)
    if table.dof is None:
        assert math.isinf(dof)
    else:
        assert table.dof == pytest.approx(dof, rel=0.01)
        assert table.k == pytest.approx(reporting.k_factor(dof), rel=0.01)


def test_the_budget_of_a_station_agrees_with_gtc() -> None:
    given = sources(STATION, FOUND, 37.5)
    agrees(combine(given), given)


def test_any_budget_agrees_with_gtc() -> None:
    draw = random.Random(5)  # noqa: S311
    for _ in range(40):
        given = tuple(
            Source(
                f"s{i}",
                draw.uniform(-5.0, 40.0),
                "degC",
                draw.uniform(0.01, 0.5),
                draw.choice(list(Kind)),
                draw.choice(list(Distribution)),
                draw.uniform(-2.0, 2.0),
                draw.choice([None, float(draw.randint(2, 60))]),
            )
            for i in range(draw.randint(1, 9))
        )
        agrees(combine(given), given)


@pytest.mark.parametrize("dof", [1.0, 1.7, 3.0, 9.5, 40.0, 308.0, 5000.0])
def test_the_coverage_factor_is_that_of_gtc(dof: float) -> None:
    assert coverage_factor(dof) == pytest.approx(reporting.k_factor(dof), rel=1e-6)


def test_the_lines_add_up() -> None:
    table = combine(sources(STATION, FOUND, 37.5))
    assert sum(line.contribution_c**2 for line in table.lines) == pytest.approx(table.standard_c**2)
    assert sum(line.share for line in table.lines) == pytest.approx(1.0)
    assert table.expanded_c == pytest.approx(table.k * table.standard_c)
    assert len({line.source.name for line in table.lines}) == len(table.lines)


@pytest.mark.parametrize(
    "settings",
    [
        STATION,
        Settings(
            scene=Scene(
                reflected_temp_c=28.0,
                ambient_temp_c=18.5,
                relative_humidity=0.7,
                distance_m=0.7,
                window_transmission=0.9,
            ),
            references=(Reference(temp_c=34.0, emissivity=0.95, distance_m=1.4),),
            uniformity=Uniformity(residual_c=0.08),
            doubt=Doubt(hot_spot_mm=0.4, gain=0.02),
        ),
    ],
    ids=["usual", "other"],
)
@pytest.mark.parametrize("mm_per_px", [1.3, 5.0])
def test_the_sources_are_those_of_the_measuring_chain(settings: Settings, mm_per_px: float) -> None:
    """Each share that a station counts with is here as the root of the sum of its sources."""
    skin_c = 36.5
    chain = Correction(settings)
    expected = chain.budget(skin_c, noise_c=0.02, mm_per_px=mm_per_px).shares()
    table = combine(sources(settings, Found(mm_per_px, noise_c=0.02), skin_c))
    found = {line.source.name: line.contribution_c for line in table.lines}
    for share, names in {
        "emissivity": ("skin_emissivity", "reference_emissivity"),
        "reflected": ("reflected",),
        "atmosphere": ("ambient", "humidity", "distance"),
        "gain": ("gain",),
        "uniformity": ("uniformity",),
        "footprint": ("footprint_height", "footprint_radius"),
        "noise": ("noise",),
    }.items():
        # to 5 %: the radiance of one wavelength stands for that of the band
        assert math.hypot(*(found[name] for name in names)) == pytest.approx(
            expected[share], rel=0.05, abs=0.002
        ), share


def test_what_makes_no_sense_is_refused() -> None:
    good = Source("a", 1.0, "degC", 0.1, Kind.B, Distribution.NORMAL, 1.0)
    for bad in (
        {"half_width": -0.1},
        {"half_width": math.nan},
        {"sensitivity": math.inf},
        {"dof": 0.5},
        {"k": 0.0},
    ):
        values = {name: getattr(good, name) for name in good.__slots__} | bad
        with pytest.raises(BudgetError):
            combine([Source(**values)])
    with pytest.raises(BudgetError, match="at least one"):
        combine([])
    with pytest.raises(ValueError, match="without a reference"):
        sources(Settings(references=()), FOUND, 37.5)
