"""The simulator's physics agrees with the published values."""

import numpy as np
import pytest

from device.simulator.physics import radiometry


def test_band_radiance_rises_with_the_published_power_of_temperature() -> None:
    low, high = radiometry.radiance(35.0), radiometry.radiance(36.0)
    power = np.log(high / low) / np.log((36.0 + 273.15) / (35.0 + 273.15))
    assert power == pytest.approx(4.47, abs=0.01)


def test_skin_read_as_a_blackbody_is_too_cold_by_the_known_amounts() -> None:
    for reflected_c, error_k in ((10.0, -0.456), (22.0, -0.255), (30.0, -0.107)):
        seen = radiometry.apparent_temp_c(radiometry.leaving(35.5, 0.98, reflected_c))
        assert seen - 35.5 == pytest.approx(error_k, abs=0.004)


def test_air_takes_what_the_published_coefficients_say() -> None:
    for metres, tau in ((1.0, 0.9936), (2.0, 0.9910), (3.0, 0.9889), (5.0, 0.9857)):
        assert radiometry.transmission(metres, 22.0, 0.5) == pytest.approx(tau, abs=1e-4)


def test_the_table_is_as_good_as_the_integral() -> None:
    temps = np.linspace(-39.97, 119.93, 77)
    table = radiometry.apparent_temp_c(radiometry.integrate_band(temps))
    assert np.abs(table - temps).max() < 1e-3
