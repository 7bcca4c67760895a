"""What to expect at a door: nothing flatters, and the live page counts as the record does."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable

from service.acceptance.errors import AcceptanceError
from service.acceptance.necessity import PERFORMANCES, PREVALENCES, Load, expected

SCRIPT = Path(__file__).parents[3] / "service/web/static/necessity.js"
LOADS = [
    Load(1000, 0.001, 0.818, 0.923),
    Load(0, 0.01, 0.9, 0.9),
    Load(250, 0.0, 0.9, 1.0),
    Load(250, 1.0, 0.0, 0.5),
    Load(12_345, 9 / 776_044, 0.91, 0.86),
]


def test_alarms_are_right_or_wrong_and_the_febrile_are_found_or_missed() -> None:
    for load in LOADS:
        day = expected(load)
        febrile = load.visitors_per_day * load.prevalence
        assert day.alarms - day.wrong + day.missed == pytest.approx(febrile)
        assert 0.0 <= day.wrong <= day.alarms


def test_a_day_without_fever_has_only_wrong_alarms() -> None:
    day = expected(Load(1000, 0.0, 0.99, 0.95))
    assert day.wrong == day.alarms == pytest.approx(50.0)
    assert day.right_share == 0.0
    assert day.days_per_find is None
    assert expected(Load(1000, 0.0, 0.99, 1.0)).right_share is None


def test_what_is_no_share_is_refused() -> None:
    for load in (
        Load(-1, 0.1, 0.9, 0.9),
        Load(1e9, 0.1, 0.9, 0.9),
        Load(10, 1.1, 0.9, 0.9),
        Load(10, 0.1, float("nan"), 0.9),
    ):
        with pytest.raises(AcceptanceError, match="between 0 and 1"):
            expected(load)


def test_what_a_page_starts_with_flatters_nobody() -> None:
    first = PERFORMANCES[0]
    assert first.sensitivity < 0.85
    assert all(each.source for each in PERFORMANCES)
    day = expected(Load(1000, PREVALENCES[0].prevalence, first.sensitivity, first.specificity))
    assert day.wrong > 0.98 * day.alarms


def test_the_live_page_counts_the_same(tmp_path: Path) -> None:
    node, _ = compute_driver_executable()
    program = tmp_path / "count.mjs"
    program.write_text(
        f"import {{ expected }} from {json.dumps(SCRIPT.as_uri())};\n"
        f"const loads = {json.dumps([asdict(load) for load in LOADS])};\n"
        "console.log(JSON.stringify(loads.map(expected)));\n"
    )
    (tmp_path / "package.json").write_text('{"type": "module"}')
    found = subprocess.run(
        [node, "--no-warnings", "--input-type=module"],
        input=program.read_text().replace(
            json.dumps(SCRIPT.as_uri()),
            json.dumps("data:text/javascript," + _encoded(SCRIPT.read_text())),
        ),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    for theirs, load in zip(json.loads(found.stdout), LOADS, strict=True):
        for name, value in asdict(expected(load)).items():
            assert theirs[name] == (None if value is None else pytest.approx(value)), name


def _encoded(text: str) -> str:
    from urllib.parse import quote

    return quote(text)
