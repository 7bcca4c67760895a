"""`limen audit` says what is sound and what is not, and by its exit status too."""

from pathlib import Path

from typer.testing import CliRunner

from service.cli.audit import app
from service.state.audit import AuditLog
from service.state.audit_events import SettingChanged
from service.state.audit_trail import TRAIL


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*arguments])
    return done.exit_code, done.output


def test_a_sound_trail_is_verified_and_shown(tmp_path: Path) -> None:
    log = AuditLog(tmp_path)
    log.append(SettingChanged("decision.threshold_c", 37.5, 37.4))
    status, said = run("verify", "--state", str(tmp_path))
    assert (status, "2 entries" in said, log.short_head in said) == (0, True, True)
    assert run("verify", log.short_head, "--state", str(tmp_path))[0] == 0
    status, said = run("show", "--state", str(tmp_path))
    assert status == 0
    assert "setting_changed setting=decision.threshold_c before=37.5 after=37.4" in said


def test_a_changed_trail_and_a_missing_head_fail(tmp_path: Path) -> None:
    AuditLog(tmp_path).append(SettingChanged("decision.threshold_c", 37.5, 37.4))
    status, said = run("verify", 4 * "0badf00d", "--state", str(tmp_path))
    assert (status, "0badf00d" in said) == (1, True)
    trail = tmp_path / TRAIL
    trail.write_bytes(trail.read_bytes().replace(b"37.4", b"38.4"))
    status, said = run("verify", "--state", str(tmp_path))
    assert (status, "Entry 1" in said) == (1, True)
    assert run("show", "--state", str(tmp_path))[0] == 1


def test_a_damaged_trail_is_begun_anew_on_request(tmp_path: Path) -> None:
    AuditLog(tmp_path)
    (tmp_path / TRAIL).write_bytes(b"damaged\n")
    assert run("verify", "--state", str(tmp_path))[0] == 1
    assert run("restart", "--state", str(tmp_path))[0] == 0
    assert run("verify", "--state", str(tmp_path))[0] == 0
    assert len(list(tmp_path.glob("audit-*.jsonl"))) == 1
