"""`limen replay` says what it left out, and gives no verdict from a recording that it refuses."""

import json
from pathlib import Path

from typer.testing import CliRunner

from service.cli.main import app
from tests.device.recordings import frame, header, scene, zipped


def recorded(folder: Path, raw: int) -> Path:
    """Save twenty frames, of which the last `raw` are raw counts."""
    parts, before = [header()], None
    for number in range(20):
        picture = scene(number) if number < 20 - raw else scene(number) // 10
        parts.append(frame(picture, before, time_ms=60_000 + 114 * number))
        before = picture
    return zipped(folder, b"".join(parts))


def test_frames_that_were_dropped_are_counted_by_reason(tmp_path: Path) -> None:
    path = recorded(tmp_path, raw=2)
    done = CliRunner().invoke(app, ["replay", str(path), "--reference-temp", "37", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout.splitlines()[-1])["frames_dropped"] == {"not_radiometric": 2}
    assert "test.cptv: frames dropped: not_radiometric 2" in done.stderr


def test_a_recording_with_many_flawed_frames_ends_in_a_failure(tmp_path: Path) -> None:
    path = recorded(tmp_path, raw=10)
    done = CliRunner().invoke(app, ["replay", str(path), "--reference-temp", "37", "--json"])
    assert done.exit_code == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["error", "summary"]
    assert lines[-1]["files_refused"] == 1
    assert "Only 10 of the 20 frames" in done.stderr
