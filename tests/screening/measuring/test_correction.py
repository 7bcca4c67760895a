"""Reference, scene and budget: what is corrected, and how sure that is."""

from dataclasses import replace

import numpy as np
import pytest

from screening.measuring.correction import Budget, Correction, expected_c, skin_path
from screening.radiometry.planck import band_radiance, band_temperature
from screening.settings import Doubt, Reference, Scene, Settings

SETTINGS = Settings()


def seen_c(skin_c: float, shift: float = 0.0, gain: float = 1.0) -> float:
    """Return what a sensor says of skin whose output is `gain` times radiance plus `shift`."""
    return band_temperature(gain * skin_path(SETTINGS.scene).signal(skin_c) + shift)


def offset_of(reference: Reference, shift: float = 0.0, gain: float = 1.0) -> float:
    should = expected_c(SETTINGS.scene, reference)
    return should - band_temperature(gain * band_radiance(should) + shift)


@pytest.mark.parametrize("shift", [-2.0, -0.3, 0.0, 1.0])  # W m-2 sr-1: -2.3 to 1.1 deg C
def test_the_chain_has_slope_one_whatever_the_offset(shift: float) -> None:
    correction = Correction(SETTINGS)
    correction.correct_by([(0, offset_of(SETTINGS.references[0], shift), 0.01)])
    truth = np.arange(34.0, 40.01, 0.25)
    told = [correction.skin_c(seen_c(t, shift)) for t in truth]
    slope, _ = np.polyfit(truth, told, 1)
    assert slope == pytest.approx(1.0, abs=1e-4)
    assert np.abs(np.array(told) - truth).max() < 1e-3


def test_two_references_take_out_the_gain_that_one_leaves() -> None:
    pair = (Reference(temp_c=34.0), Reference(temp_c=38.0))
    gain, shift = 1.03, -1.0
    one = Correction(SETTINGS)
    one.correct_by([(0, offset_of(SETTINGS.references[0], shift, gain), 0.01)])
    two = Correction(replace(SETTINGS, references=pair))
    two.correct_by([(i, offset_of(r, shift, gain), 0.01) for i, r in enumerate(pair)])
    errors = [abs(c.skin_c(seen_c(39.5, shift, gain)) - 39.5) for c in (one, two)]
    assert errors[0] > 0.08
    assert errors[1] < 0.01


def test_one_of_two_references_still_corrects_the_offset() -> None:
    pair = (Reference(temp_c=34.0), Reference(temp_c=38.0))
    correction = Correction(replace(SETTINGS, references=pair))
    correction.correct_by([(1, offset_of(pair[1], 1.0), 0.01)])
    assert correction.skin_c(seen_c(36.5, 1.0)) == pytest.approx(36.5, abs=2e-3)


def budget(settings: Settings = SETTINGS, **changes: float) -> Budget:
    correction = Correction(settings)
    correction.correct_by([(0, 0.4, 0.01)] if settings.references else [])
    return correction.budget(
        changes.get("skin_c", 36.5),
        noise_c=changes.get("noise_c", 0.02),
        mm_per_px=changes.get("mm_per_px", 1.3),
    )


def test_the_shares_add_up_in_squares() -> None:
    whole = budget()
    assert whole.standard_c**2 == pytest.approx(sum(s**2 for s in whole.shares().values()))
    assert whole.expanded_c == 2.0 * whole.standard_c
    assert set(whole.shares()) == {
        "emissivity", "reflected", "atmosphere", "reference", "gain",
        "uniformity", "footprint", "site", "noise",
    }  # fmt: skip


@pytest.mark.parametrize("share", ["emissivity", "reflected", "atmosphere"])
def test_shares_agree_with_wrong_settings_put_through_the_chain(share: str) -> None:
    # Monte Carlo over what the share stands for (GUM supplement 1, JCGM 101:2008)
    random = np.random.default_rng(5)
    doubt, scene, reference = Doubt(), SETTINGS.scene, SETTINGS.references[0]
    seen = seen_c(36.5)
    offset_seen_c = expected_c(scene, reference)
    errors = []
    for _ in range(400):
        z = random.standard_normal(3)
        told, told_reference = scene, reference
        if share == "emissivity":
            told = replace(scene, emissivity=scene.emissivity + doubt.emissivity * z[0])
            told_reference = replace(
                reference, emissivity=reference.emissivity + doubt.reference_emissivity * z[1]
            )
        elif share == "reflected":
            told = replace(
                scene, reflected_temp_c=scene.reflected_temp_c + doubt.reflected_c * z[0]
            )
        else:
            told = replace(
                scene,
                ambient_temp_c=scene.ambient_temp_c + doubt.ambient_c * z[0],
                relative_humidity=scene.relative_humidity + doubt.relative_humidity * z[1],
            )
        correction = Correction(Settings(scene=told, references=(told_reference,)))
        correction.correct_by([(0, expected_c(told, told_reference) - offset_seen_c, 0.0)])
        errors.append(correction.skin_c(seen) - 36.5)
    stated = budget().shares()[share]
    # the atmosphere's share also holds the distance, which the settings do not vary here
    lowest = 0.0 if share == "atmosphere" else 0.85
    assert lowest * stated <= np.std(errors) <= 1.15 * stated + 1e-3


def test_coarse_pixels_cost_certainty() -> None:
    assert budget(mm_per_px=5.0).footprint_c > 3.0 * budget(mm_per_px=1.3).footprint_c


def test_far_from_the_reference_the_gain_counts() -> None:
    assert budget(skin_c=40.0).gain_c == pytest.approx(0.04)
    assert budget(skin_c=36.0).gain_c == 0.0


def test_without_a_reference_the_number_is_worth_little() -> None:
    assert budget(Settings(references=())).expanded_c > 3.0


def test_the_reference_hides_most_of_what_the_reflected_temperature_does() -> None:
    alone = Correction(Settings(references=()))
    with_one = Correction(SETTINGS)
    shares = [c.budget(36.5, noise_c=0.0, mm_per_px=1.0).reflected_c for c in (alone, with_one)]
    assert shares[1] < 0.6 * shares[0]


def test_warmer_surroundings_are_taken_out() -> None:
    scene = Scene(reflected_temp_c=30.0)
    settings = Settings(scene=scene)
    seen = skin_path(scene).apparent_c(36.5)
    correction = Correction(settings)
    correction.correct_by([(0, 0.0, 0.01)])
    assert correction.skin_c(seen) == pytest.approx(36.5, abs=1e-3)
