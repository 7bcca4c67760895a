"""Simulated people are as warm as the clinical tables say, and look the same every time."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from device.simulator.people import skin
from device.simulator.people.figures import Figure
from device.simulator.scenario import schema
from device.simulator.sensor import SimulatedSensor
from training.training_set import Wish, render_samples

DATA = Path(os.environ.get("LIMEN_DATA", Path(__file__).parents[4] / "shared" / "data"))
TABLE = DATA / "fever-clinical" / "FLIR_group1.csv"
CLINICAL_ROOM = schema.Room(ambient_c=24.0)
NOBODY_SPECIAL = {"start": (0.0, 1.0), "steps": ({"stand_s": 1.0},)}


def crowd(count: int, **said: object) -> list[skin.Skin]:
    person = schema.Person.model_validate(NOBODY_SPECIAL | said)
    rng = np.random.Generator(np.random.PCG64(5))
    return [skin.draw(person, CLINICAL_ROOM, rng) for _ in range(count)]


@pytest.fixture(scope="module")
def clinical() -> dict[str, np.ndarray]:
    """Means of rounds 1 to 3 per afebrile subject, brought to 24 deg C ambient."""
    if not TABLE.exists():
        pytest.skip(f"no clinical table at {TABLE}: set LIMEN_DATA to run this comparison")
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    header, body = rows[2], rows[3:]

    def column(name: str) -> np.ndarray:
        at = header.index(name)
        return np.array([float(r[at]) if r[at] not in {"", "NaN"} else np.nan for r in body])

    def rounds(name: str) -> np.ndarray:
        return np.asarray(np.mean([column(name.format(k)) for k in (1, 2, 3)], axis=0))

    right, left = rounds("Max1R13_{}"), rounds("Max1L13_{}")
    ambient, oral = column("T_atm"), column("aveOralM")
    regions = {
        "canthus": np.maximum(right, left),
        "forehead": rounds("T_FHCC{}"),
        "mouth": rounds("T_OR{}"),
        "face_maximum": rounds("T_Max{}"),
    }
    good = np.isfinite(ambient + oral + left + sum(regions.values())) & (oral < 37.5)
    out = {}
    for name, values in regions.items():
        fit = np.polyfit(ambient[good], values[good], 1)
        out[name] = values[good] - fit[0] * (ambient[good] - 24.0)
    out["left_right"] = (left - right)[good]
    return out


def test_regions_are_as_warm_and_as_varied_as_in_the_clinical_table(
    clinical: dict[str, np.ndarray],
) -> None:
    people = crowd(600)
    # the table's canthus is what 1 mm pixels see of it, about 0.06 K less than its peak
    drawn = {
        "canthus": [max(p.canthus_right_c, p.canthus_left_c) - 0.06 for p in people],
        "forehead": [p.forehead_c for p in people],
        "mouth": [p.mouth_c for p in people],
        "left_right": [p.canthus_left_c - p.canthus_right_c for p in people],
    }
    for name, values in drawn.items():
        assert np.mean(values) == pytest.approx(clinical[name].mean(), abs=0.15), name
        assert np.std(values) == pytest.approx(clinical[name].std(), rel=0.2), name


def test_hot_spots_differ_as_much_as_in_the_clinical_table() -> None:
    """Maximum minus mean of a circle at the warmer canthus is proportional to their height."""
    if not TABLE.exists():
        pytest.skip(f"no clinical table at {TABLE}: set LIMEN_DATA to run this comparison")
    with TABLE.open(encoding="utf-8-sig", newline="") as file:
        header, *body = list(csv.reader(file))[2:]
    numbers = {
        name: np.array([float(r[header.index(name)] or "nan") for r in body])
        for k in (1, 2, 3)
        for name in (f"{what}{side}13_{k}" for what in ("Max1", "aveAll") for side in "RL")
    }
    rounds = []
    for k in (1, 2, 3):
        right, left = numbers[f"Max1R13_{k}"], numbers[f"Max1L13_{k}"]
        around = np.where(right >= left, numbers[f"aveAllR13_{k}"], numbers[f"aveAllL13_{k}"])
        rounds.append(np.maximum(right, left) - around)
    real = np.mean(rounds, axis=0)
    real = real[np.isfinite(real)]
    drawn = np.array([person.hot_spot_k for person in crowd(600)])
    assert drawn.mean() == pytest.approx(skin.HOT_SPOT_K, rel=0.06)
    assert drawn.std() / drawn.mean() == pytest.approx(real.std() / real.mean(), rel=0.2)
    assert np.median(drawn) / drawn.mean() == pytest.approx(np.median(real) / real.mean(), abs=0.06)
    assert {person.hot_spot_k for person in crowd(3, hot_spot_k=2.5)} == {2.5}


def test_regions_hang_together_as_in_the_clinical_table(clinical: dict[str, np.ndarray]) -> None:
    people = crowd(600)
    top = [max(p.canthus_right_c, p.canthus_left_c) for p in people]
    for name in ("forehead", "mouth"):
        drawn = np.corrcoef(top, [getattr(p, f"{name}_c") for p in people])[0, 1]
        real = np.corrcoef(clinical["canthus"], clinical[name])[0, 1]
        assert drawn == pytest.approx(real, abs=0.13), name


def test_the_hottest_place_of_a_face_is_hardly_hotter_than_its_canthi(
    clinical: dict[str, np.ndarray],
) -> None:
    above = []
    for seed in range(24):
        rng = np.random.Generator(np.random.PCG64(seed))
        person = schema.Person.model_validate(NOBODY_SPECIAL)
        body = skin.draw(person, CLINICAL_ROOM, rng)
        figure = Figure(person, body, CLINICAL_ROOM, 3.0, rng)
        above.append(figure.face_max_c - max(body.canthus_right_c, body.canthus_left_c))
    real = float(np.mean(clinical["face_maximum"] - clinical["canthus"]))
    assert min(above) >= 0.0
    assert np.mean(above) == pytest.approx(real, abs=0.25)


def test_fever_lifts_the_forehead_less_than_the_canthus() -> None:
    well, ill = crowd(200, canthus_c=36.1), crowd(200, canthus_c=38.1)
    lifts = [b.forehead_c - a.forehead_c for a, b in zip(well, ill, strict=True)]
    assert np.mean(lifts) == pytest.approx(0.85 * 2.0, abs=0.15)


def test_somebody_from_the_cold_warms_up_with_a_time_constant_of_95_seconds() -> None:
    cold = crowd(1, came_from_c=14.0)[0]
    assert cold.chill_k(0.0) == pytest.approx(0.154 * 10.0)
    assert cold.chill_k(95.0) / cold.chill_k(0.0) == pytest.approx(np.exp(-1.0))


def test_training_pictures_do_not_depend_on_the_number_of_processes() -> None:
    alone = list(render_samples(11, 3))
    together = list(render_samples(11, 3, processes=2))
    for (one, truth_one), (other, truth_other) in zip(alone, together, strict=True):
        assert np.array_equal(one, other)
        assert truth_one == truth_other


def test_training_pictures_have_faces_of_the_wanted_size_in_their_truth() -> None:
    wish = Wish(face_px=(20.0, 40.0), people=(0.0, 1.0), frontal=1.0, max_yaw_deg=10.0)
    widths = []
    for celsius, truth in render_samples(3, 6, wish=wish):
        assert celsius.dtype == np.float32
        (person,) = truth.people
        assert person.face_box is not None
        widths.append(person.face_box[2])
    assert min(widths) > 15.0
    assert max(widths) < 48.0


def warmth(x_mm: float, y_mm: float, **said: object) -> float:
    """Return deg C in a picture of somebody, so far right of and below the middle of their eyes."""
    person = NOBODY_SPECIAL | {"start": (0.0, 1.2), "head": 3, "wears": ("bald",)} | said
    scenario = schema.Scenario.model_validate(
        {"title": "one", "duration_s": 0.1, "camera": {"noise": 0.0}, "people": [person]}
    )
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=4) as sensor:
        frames = sensor.frames()
        counts = next(frames).counts.copy()
        truth = sensor.truth().people[0]
    assert truth.landmarks is not None
    middle = np.mean(truth.landmarks[:2], axis=0)
    x, y = (round(v) for v in middle + np.array([x_mm, y_mm]) / truth.mm_per_px)
    return float(counts[y - 2 : y + 3, x - 2 : x + 3].mean() / 100.0 - 273.15)


@pytest.mark.parametrize("sun_k", [2.0, -2.0])
def test_the_sun_warms_forehead_and_cheek_of_one_side_and_no_canthus(sun_k: float) -> None:
    for x_mm, y_mm, sunny in ((30, -35, 1), (-30, -35, -1), (38, 35, 1), (-38, 35, -1)):
        warmer_k = warmth(x_mm, y_mm, sun_k=sun_k) - warmth(x_mm, y_mm)
        assert warmer_k == pytest.approx(2.0 if sunny * sun_k > 0.0 else 0.0, abs=0.15)
    for x_mm in (-16, 16):
        assert warmth(x_mm, 0, sun_k=sun_k) - warmth(x_mm, 0) < 0.6


@pytest.mark.parametrize(
    ("worn", "covered", "free"),
    [
        ("hood", ((45, 118), (0, -75)), ((16, 0), (0, 70))),
        ("turban", ((0, -60),), ((16, 0), (0, 70))),
        ("veil", ((0, -50), (0, 70), (40, 40)), ((16, 0),)),
        ("phone", ((72, 20),), ((16, 0), (0, 70))),
    ],
)
def test_what_is_worn_hides_what_lies_under_it(
    worn: str, covered: tuple[tuple[int, int], ...], free: tuple[tuple[int, int], ...]
) -> None:
    for place in covered:
        assert warmth(*place, wears=("bald", worn)) < warmth(*place) - 2.0, place
    for place in free:
        assert warmth(*place, wears=("bald", worn)) == pytest.approx(warmth(*place), abs=0.3)


def test_a_cup_hides_mouth_and_chin_and_is_warm() -> None:
    assert warmth(0, 90, wears=("bald", "cup")) > 35.5
    assert warmth(16, 0, wears=("bald", "cup")) == pytest.approx(warmth(16, 0), abs=0.3)


def behind(aside_m: float, look: float) -> float:
    """Return how much is seen of a face when somebody stands nearer, and looks somewhere."""
    stand = {"height_m": 1.7, "role": "visitor"}
    front = {
        **stand,
        "start": (aside_m, 1.0),
        "steps": [{"stand_s": 1.0, "look": look}],
    }
    back = {**stand, "start": (0.0, 1.7), "steps": [{"stand_s": 1.0}]}
    scenario = schema.Scenario.model_validate(
        {
            "title": "two",
            "duration_s": 1.0,
            "camera": {"model": "lepton-3.5", "portrait": True},
            "references": (),
            "people": [front, back],
        }
    )
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=3) as sensor:
        next(iter(sensor.frames()))
        return next(p.visible for p in sensor.truth().people if p.id == 2)


def test_a_face_behind_the_back_of_somebodys_head_is_hidden() -> None:
    assert behind(0.0, 180.0) < 0.3
    assert behind(0.0, 0.0) < 0.3
    assert 0.1 < behind(0.09, 180.0) < 0.9  # over a shoulder
    assert behind(0.9, 180.0) > 0.99
