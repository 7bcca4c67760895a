"""The bench says what it measured, and says so when it could not."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.main import app
from service.offline.bench.row import Row, as_text

ROW = Row("k", "a measure", "0.5", {"x": 0.5}, "1", met=True)


def test_a_row_reads_as_a_line_of_a_table() -> None:
    missed = Row("m", "another", "2", {"x": 2}, "1", met=False)
    absent = Row("n", "a third", absent="no data")
    text = as_text([ROW, missed, absent]).splitlines()
    assert text[2] == "| a measure | 0.5 met | 1 |  |  |"
    assert "**missed**" in text[3]
    assert "not measured: no data" in text[4]


def test_a_row_as_json_holds_its_numbers_and_nothing_empty() -> None:
    said = ROW.as_json()
    assert said["numbers"] == {"x": 0.5}
    assert said["met"] is True
    assert "stretch" not in said


def test_absent_data_are_named_and_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LIMEN_DATA", str(tmp_path))
    out = tmp_path / "bench.jsonl"
    done = CliRunner().invoke(
        app, ["bench", "--only", "recordings", "--only", "clinical", "--json", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    machine, *rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert machine["kind"] == "machine"
    assert machine["numpy"]
    assert [row["key"] for row in rows] == ["recordings", "clinical"]
    assert all("LIMEN_DATA" in row["absent"] for row in rows)


def test_an_unknown_part_is_refused() -> None:
    assert CliRunner().invoke(app, ["bench", "--only", "everything"]).exit_code != 0


def test_a_threshold_is_fitted_from_a_plain_table(tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    lines = [f"{35.0 + 0.01 * n:.2f},36.8" for n in range(100)] + ["37.4,38.6", "37.2,38.2"]
    table.write_text("skin_c,oral_c\n" + "\n".join(lines) + "\n")
    arguments = ["threshold", "fit", str(table), "--site", "canthus", "--oral", "38.0"]
    done = CliRunner().invoke(app, [*arguments, "--fpr", "0.02", "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert 35.9 < said["threshold_c"] < 36.0
    assert said["sensitivity"]["value"] == 1.0


def test_a_table_without_the_columns_is_refused_in_a_sentence(tmp_path: Path) -> None:
    table = tmp_path / "other.csv"
    table.write_text("a,b\n1,2\n")
    done = CliRunner().invoke(app, ["threshold", "fit", str(table)])
    assert done.exit_code == 1
    assert "skin_c" in done.output


def test_the_budget_counts_with_the_height_that_a_fine_picture_shows() -> None:
    shares = []
    for size in ("1.5", "1.6"):
        done = CliRunner().invoke(app, ["budget", "--mm-per-px", size, "--json"])
        shares.append(json.loads(done.stdout)["shares_c"]["footprint"])
    assert shares[0] < 0.7 * shares[1]


def test_the_budget_adds_up() -> None:
    done = CliRunner().invoke(app, ["budget", "--mm-per-px", "1.3", "--json"])
    said = json.loads(done.stdout)
    assert said["expanded_c"] == pytest.approx(2 * said["standard_c"])
    total = sum(share**2 for share in said["shares_c"].values())
    assert total == pytest.approx(said["standard_c"] ** 2)
