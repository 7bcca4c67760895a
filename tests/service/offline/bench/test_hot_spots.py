"""Hot spots of people: read from a clinical table, and what their spread makes of verdicts."""

from pathlib import Path

import numpy as np
import pytest

from screening.measuring.footprint import HOT_SPOT_SD_C
from screening.result import Verdict
from service.offline.bench import hot_spots as bench
from service.offline.bench.hot_spots import One, screened, told
from service.offline.clinical_tables import TableError, hot_spots

NAMES = [f"{what}{side}13_{n}" for n in (1, 2, 3) for what in ("Max1", "aveAll") for side in "RL"]
BROWS = [*NAMES, *(f"T_FHBC{n}" for n in (1, 2, 3)), "aveOralM"]


def table(path: Path, *people: list[str], names: list[str] = NAMES) -> Path:
    lines = [[""] * len(names), [""] * len(names), names, *people]
    path.write_text("\n".join(",".join(line) for line in lines) + "\n", encoding="utf-8-sig")
    return path


def person(right: tuple[float, float], left: tuple[float, float]) -> list[str]:
    """Return a line of somebody who was the same in all three rounds."""
    return [str(v) for v in (right[0], left[0], right[1], left[1])] * 3


def test_the_spot_is_that_of_the_warmer_canthus_in_the_mean_of_three_rounds(tmp_path: Path) -> None:
    right, left = person((36.0, 35.5), (35.9, 34.9)), person((35.0, 34.9), (35.1, 34.3))
    varied = [*right[:4], *right[:4], "36.0", "35.0", "34.7", "34.0"]
    missing = [*right[:10], "NaN", right[11]]
    found = hot_spots(table(tmp_path / "t.csv", right, left, varied, missing))
    assert found[:3] == pytest.approx([0.5, 0.8, (0.5 + 0.5 + 1.3) / 3.0])
    assert np.isnan(found[3])


def test_a_table_without_the_circles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="Max1R13_1"):
        hot_spots(table(tmp_path / "t.csv", ["1"], names=["aveOralM"]))


def test_the_budget_has_what_the_tables_show_and_holds_on_other_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fever-clinical").mkdir()
    monkeypatch.setenv("LIMEN_DATA", str(tmp_path))

    def rows(spread: float, brow_c: float = 34.3) -> dict[str, bool | None]:
        random = np.random.default_rng(4)
        for camera in bench.CAMERAS:
            heights = 0.7 * np.exp(spread * random.standard_normal(400) - spread**2 / 2.0)
            brows = [f"{c:.3f}" for c in brow_c + 0.5 * random.standard_normal(400)]
            people = [
                [*person((36.0, 36.0 - h), (35.0, 34.5)), brow, brow, brow, "38.0"]
                for h, brow in zip(heights, brows, strict=True)
            ]
            table(tmp_path / "fever-clinical" / f"{camera}_group1.csv", *people, names=BROWS)
        return {row.key: row.met for row in bench.clinical_rows()}

    held = (
        "hot_spot_spread",
        "hot_spot_transfer",
        "brow",
        "coarse_transfer_3",
        "coarse_transfer_5",
    )
    assert rows(0.47) == dict.fromkeys(held, True)
    assert rows(0.75)["hot_spot_spread"] is False
    cold = rows(0.6, brow_c=30.0)  # brows that hold no reading up
    assert (cold["brow"], cold["coarse_transfer_5"]) == (False, False)


def test_verdicts_of_people_follow_from_how_they_are_read() -> None:
    sure, high = One(0.0, 0.1, inside=True), One(0.5, 0.1, inside=True)
    cool, warm = (35.5, 1e-6), (36.2, 1e-6)
    assert told([sure, high], cool, 36.4)[Verdict.CLEAR] == 1.0
    found = told([sure, high], warm, 36.4)
    assert (found[Verdict.CLEAR], found[Verdict.ELEVATED]) == (0.5, 0.5)
    # half of them below 36.3, from where the band of one standard uncertainty begins
    assert told([sure], (36.3, 0.01), 36.4)[Verdict.RECHECK] == pytest.approx(0.5)


def test_a_visitor_before_a_coarse_sensor_is_read_with_its_interval() -> None:
    (one,) = screened(5.0, 1)
    # seven tenths of a spot are lost there, and nobody knows of how high a one; but no reading is
    # below the brows
    assert one.standard_c > 0.55 * HOT_SPOT_SD_C
    assert one.inside == (abs(one.error_c) <= 2.0 * one.standard_c)
