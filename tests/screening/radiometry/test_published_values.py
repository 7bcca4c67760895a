"""The radiometry gives the numbers that others have printed."""

import numpy as np
import pytest

from screening.radiometry import planck
from screening.radiometry.atmosphere import transmission
from screening.radiometry.response import FlirPlanck, Rbfo
from screening.radiometry.scene import Path, path_to

THERMIMAGE = FlirPlanck(r1=21106.77, r2=0.012545258, b=1501.0, f=1.0, o=-7340.0)
LEPTON = Rbfo(r=395653.0, b=1428.0, f=1.0, o=156.0)


@pytest.mark.parametrize(
    ("lambda_t", "fraction"), [(2000, 0.066728), (2898, 0.250108), (4000, 0.480877)]
)
def test_blackbody_fractions_match_the_textbook_table(lambda_t: float, fraction: float) -> None:
    # Incropera, Table 12.2, was computed with c2 = 14388 um K
    assert planck.blackbody_fraction(lambda_t) == pytest.approx(fraction, abs=4e-5)


def test_table_and_series_agree_to_ten_microkelvin_from_minus_40_to_120() -> None:
    for temp_c in np.linspace(-40.0, 120.0, 641) + 0.013:
        back = planck.band_temperature(float(planck.exact_band_radiance(temp_c)))
        assert back == pytest.approx(temp_c, abs=1e-5)


@pytest.mark.parametrize(
    ("counts", "emissivity", "distance_m", "around_c", "window", "humidity", "expected_c"),
    [
        (17994.06, 0.95, 1.0, 20.0, 0.96, 0.50, 23.31223),  # Thermimage's README
        (18109.0, 1.00, 0.0, 20.0, 1.00, 0.50, 23.62433),
        (18109.0, 0.95, 1.0, 20.0, 0.96, 0.50, 24.00022),
        (18109.0, 0.98, 1.0, 22.0, 1.00, 0.45, 23.67140),
        (20000.0, 0.98, 1.0, 22.0, 1.00, 0.45, 33.67424),
        (19000.0, 0.98, 3.0, 22.0, 0.95, 0.60, 28.89647),
    ],
)
def test_raw_counts_of_a_flir_camera_become_the_published_temperature(
    counts: float,
    emissivity: float,
    distance_m: float,
    around_c: float,
    window: float,
    humidity: float,
    expected_c: float,
) -> None:
    leg = transmission(distance_m / 2.0, around_c, humidity)
    path = Path.through(
        emissivity=emissivity,
        reflected_c=around_c,
        ambient_c=around_c,
        air=(leg, leg),
        window=(window, 0.0),
        window_c=around_c,
        response=THERMIMAGE,
    )
    assert path.surface_c(counts) == pytest.approx(expected_c, abs=1e-3)


@pytest.mark.parametrize(
    ("temp_c", "counts"),
    [(20.0, 3211.688), (34.0, 3978.707), (36.5, 4126.390), (37.5, 4186.375), (40.0, 4338.623)],
)
def test_rbfo_gives_the_counts_of_its_equation_both_ways(temp_c: float, counts: float) -> None:
    assert LEPTON.signal(temp_c) == pytest.approx(counts, abs=5e-4)
    assert LEPTON.temp_c(counts) == pytest.approx(temp_c, abs=1e-5)


def test_skin_read_as_a_blackbody_reads_low() -> None:
    path = Path.through(
        emissivity=0.98, reflected_c=22.0, ambient_c=22.0, air=(1.0, 1.0), response=LEPTON
    )
    assert path.apparent_c(36.5) == pytest.approx(36.228, abs=1e-3)


def test_the_whole_scene_with_air_and_a_mirroring_window() -> None:
    path = Path.through(
        emissivity=0.98,
        reflected_c=22.0,
        ambient_c=22.0,
        air=(0.995, 1.0),
        window=(0.95, 0.02),
        window_c=24.0,
        window_reflected_c=22.0,
        response=LEPTON,
    )
    assert path.signal(36.5) == pytest.approx(4069.7936, abs=1e-3)
    assert LEPTON.temp_c(4069.7936) == pytest.approx(35.5484, abs=1e-3)
    assert path.surface_c(4069.7936) == pytest.approx(36.5, abs=1e-4)


@pytest.mark.parametrize("distance_m", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("window", [1.0, 0.9])
def test_the_path_is_undone_exactly(distance_m: float, window: float) -> None:
    path = path_to(
        0.98,
        reflected_c=18.0,
        ambient_c=25.0,
        relative_humidity=0.6,
        distance_m=distance_m,
        window_transmission=window,
        window_c=26.0,
    )
    for surface_c in np.arange(34.0, 40.01, 0.25):
        assert path.surface_c(path.signal(surface_c)) == pytest.approx(surface_c, abs=1e-5)
