"""Reference, scene and budget: what is corrected, and how sure that is."""

from dataclasses import replace

import numpy as np
import pytest

from screening.measuring.correction import Budget, Correction, expected_c, skin_path
from screening.radiometry.planck import band_radiance, band_temperature
from screening.settings import Doubt, Reference, Scene, Settings, Uniformity

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


# ---- which reference counts, and for how much

PAIR = (
    Reference(temp_c=34.0, expanded_uncertainty_c=0.4),
    Reference(temp_c=38.0, expanded_uncertainty_c=0.08),
)


def corrected(*offsets: tuple[int, float, float], settings: Settings | None = None) -> Correction:
    correction = Correction(settings or replace(SETTINGS, references=PAIR))
    correction.correct_by(list(offsets))
    return correction


def of(correction: Correction, skin_c: float = 36.5, *, stand_in: bool = False) -> Budget:
    return correction.budget(skin_c, noise_c=0.02, mm_per_px=1.3, stand_in=stand_in)


def test_the_surer_of_two_references_corrects_the_offset() -> None:
    """Half its expanded uncertainty and the scatter of its reading, in squares: 3, 4, 5."""
    sure = offset_of(PAIR[1], 1.0)
    both = corrected((0, offset_of(PAIR[0], 1.0), 0.03), (1, sure, 0.03))
    assert both.offset_u_c == pytest.approx(0.05)
    assert of(both).reference_c == pytest.approx(0.05)
    assert of(corrected((0, 0.1, 0.15))).reference_c == pytest.approx(0.25)
    assert corrected((1, sure, 0.03)).skin_c(seen_c(36.5, 1.0)) == pytest.approx(36.5, abs=2e-3)


def test_the_surer_reference_is_the_one_from_which_the_gain_counts() -> None:
    both = corrected((0, 0.0, 0.03), (1, 0.0, 0.03))
    assert of(both, 38.0).gain_c == 0.0
    assert of(both, 36.0).gain_c == pytest.approx(2.0**0.5 * 0.05 * 2.0 / 4.0)
    one = corrected((1, 0.0, 0.03))
    assert of(one, 36.0).gain_c == pytest.approx(0.01 * 2.0)


def test_one_reference_that_is_left_forgets_the_gain_of_two() -> None:
    gain = 1.03
    offsets = [(i, offset_of(r, -1.0, gain), 0.01) for i, r in enumerate(PAIR)]
    correction = corrected(*offsets)
    assert correction.skin_c(seen_c(39.5, -1.0, gain)) == pytest.approx(39.5, abs=0.01)
    correction.correct_by(offsets[1:])
    again = corrected(offsets[1])
    assert correction.skin_c(36.0) == again.skin_c(36.0)
    assert of(correction).gain_c == of(again).gain_c
    correction.correct_by([])  # none is seen: what was known last stands
    assert correction.skin_c(36.0) == again.skin_c(36.0)


def test_two_references_that_read_the_same_say_nothing_of_the_gain() -> None:
    """Nearer than half a unit of radiance, their noise would become a gain."""
    near = replace(SETTINGS, references=(Reference(temp_c=36.0), Reference(temp_c=36.1)))
    correction = corrected((0, 0.0, 0.01), (1, 0.05, 0.01), settings=near)
    slope = correction.skin_c(38.0) - correction.skin_c(35.0)
    alone = corrected((0, 0.0, 0.01), settings=near)
    assert slope == pytest.approx(alone.skin_c(38.0) - alone.skin_c(35.0), abs=1e-6)
    assert of(correction, 37.0).gain_c == pytest.approx(0.01)


def test_nothing_is_known_before_the_reference_was_seen() -> None:
    assert of(Correction(SETTINGS)).standard_c == float("inf")
    assert of(Correction(Settings(references=()))).reference_c == Doubt().sensor_c
    assert (
        Correction(Settings(references=())).budget(36.0, noise_c=0.0, mm_per_px=1.3).gain_c == 0.0
    )  # counted from 36 deg C


def test_a_stand_in_for_the_site_and_an_unlearnt_picture_cost_certainty() -> None:
    assert of(corrected((1, 0.0, 0.01))).site_c == 0.0
    assert of(corrected((1, 0.0, 0.01)), stand_in=True).site_c == Doubt().elsewhere_c
    assert of(corrected((1, 0.0, 0.01))).uniformity_c == Doubt().uniformity_c
    learnt = replace(SETTINGS, uniformity=Uniformity(residual_c=0.07))
    assert of(corrected((0, 0.0, 0.01), settings=learnt)).uniformity_c == 0.07


def test_a_reference_may_stand_nearer_than_the_visitors() -> None:
    far = Scene(distance_m=1.5, ambient_temp_c=10.0)
    near = replace(far, distance_m=0.5)
    there = Reference(temp_c=40.0, distance_m=0.5)
    assert expected_c(far, there) == expected_c(near, replace(there, distance_m=None))
    assert expected_c(far, there) != expected_c(far, replace(there, distance_m=None))


def test_a_spot_whose_height_was_measured_has_that_doubt_and_no_other() -> None:
    correction = corrected((1, 0.0, 0.01))

    def share(height_sd_c: float | None) -> float:
        return correction.budget(
            36.5, noise_c=0.0, mm_per_px=1.3, height_sd_c=height_sd_c
        ).footprint_c

    assert share(None) == share(Doubt().hot_spot_c) > share(0.3) > share(0.0)
    assert correction.budget(36.5, noise_c=0.0, mm_per_px=1.3).site_c == 0.0


def test_a_surface_that_is_no_skin_is_read_with_its_own_emissivity() -> None:
    """A dull plate mirrors more of a colder room: it is warmer than skin that reads the same."""
    correction = corrected((1, offset_of(PAIR[1], 1.0), 0.01))
    seen = seen_c(36.5, 1.0)
    assert correction.surface_c(seen, SETTINGS.scene.emissivity) == correction.skin_c(seen)
    dull = Scene(emissivity=0.9)
    seen = band_temperature(skin_path(dull).signal(36.5) + 1.0)
    assert correction.surface_c(seen, 0.9) == pytest.approx(36.5, abs=2e-3)


NO_DOUBT = Doubt(
    emissivity=0.0, reference_emissivity=0.0, reflected_c=0.0, ambient_c=0.0,
    relative_humidity=0.0, distance_share=0.0,
)  # fmt: skip
AIR = Scene(ambient_temp_c=15.0, distance_m=1.5)


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("emissivity", "emissivity"),
        ("reference_emissivity", "emissivity"),
        ("reflected_c", "reflected"),
        ("ambient_c", "atmosphere"),
        ("relative_humidity", "atmosphere"),
        ("distance_share", "atmosphere"),
    ],
)
def test_each_doubt_has_its_share_and_no_other(name: str, share: str) -> None:
    def shares(times: float) -> dict[str, float]:
        doubt = replace(NO_DOUBT, **{name: times * getattr(Doubt(), name)})
        found = of(corrected((0, 0.0, 0.01), settings=Settings(scene=AIR, doubt=doubt))).shares()
        return {key: found[key] for key in ("emissivity", "reflected", "atmosphere")}

    once, twice = shares(1.0), shares(2.0)
    assert [key for key, value in once.items() if value > 1e-6] == [share]
    assert twice[share] == pytest.approx(2.0 * once[share], rel=0.05)


@pytest.mark.parametrize("name", ["ambient_c", "relative_humidity"])
def test_a_wrong_word_about_the_air_costs_what_the_chain_says(name: str) -> None:
    """What reference and skin have in common cancels; the station is told wrong by one doubt."""
    by = getattr(Doubt(), name)
    field = {"ambient_c": "ambient_temp_c"}.get(name, name)
    told = replace(AIR, **{field: getattr(AIR, field) + by})
    reference = Reference()
    offset = expected_c(told, reference) - expected_c(AIR, reference)
    wrong = corrected((0, offset, 0.01), settings=Settings(scene=told))
    error_c = abs(wrong.skin_c(skin_path(AIR).apparent_c(36.5)) - 36.5)
    doubt = replace(NO_DOUBT, **{name: by})
    share = of(corrected((0, 0.0, 0.01), settings=Settings(scene=AIR, doubt=doubt))).atmosphere_c
    assert share == pytest.approx(error_c, rel=0.1)


def test_a_visitor_who_stands_elsewhere_than_said_costs_what_the_path_says() -> None:
    """The reference stays where it is, so nothing of this cancels."""
    doubt = replace(NO_DOUBT, distance_share=0.2)
    share = of(corrected((0, 0.0, 0.01), settings=Settings(scene=AIR, doubt=doubt))).atmosphere_c
    farther = replace(AIR, distance_m=1.2 * AIR.distance_m)
    error_c = abs(skin_path(AIR).surface_c(skin_path(farther).signal(36.5)) - 36.5)
    assert share == pytest.approx(error_c, rel=0.1)


@pytest.mark.parametrize("humidity", [0.0, 0.05])
def test_air_drier_than_its_doubt_costs_what_air_of_that_doubt_does(humidity: float) -> None:
    """No air is drier than dry: a station that is told so says what is wrong, and does not end."""
    doubt = replace(NO_DOUBT, relative_humidity=Doubt().relative_humidity)
    shares = [
        of(
            corrected(
                (0, 0.0, 0.01),
                settings=Settings(scene=replace(AIR, relative_humidity=told), doubt=doubt),
            )
        ).atmosphere_c
        for told in (humidity, doubt.relative_humidity)
    ]
    assert shares[0] == pytest.approx(shares[1], rel=0.1)
