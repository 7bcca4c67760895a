"""A backup: one signed file, refused when a byte of it was changed, never with a secret in it."""

import base64
import json
import re
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from hardware.register.signature import sign
from service.cli import here
from service.cli.main import app
from service.ipc.settings import DecisionSettings, StationSettings
from service.state import backup as backup_module
from service.state.admin_password import set_password
from service.state.audit import AuditLog
from service.state.audit_events import BackupRestored, PasswordSet, SettingChanged
from service.state.audit_trail import read
from service.state.backup import PAYLOAD_TYPE, BackupError, make, opened, restore
from service.state.files import write_atomically
from service.state.settings import SettingsStore

KEY = Ed25519PrivateKey.generate()
OWN = KEY.public_key().public_bytes_raw().hex()
WARMER = StationSettings(decision=DecisionSettings(threshold_c=36.4))


def store(state: Path) -> SettingsStore:
    return SettingsStore(state, StationSettings)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Return the state folder of a station with everything that it may have."""
    state = tmp_path / "state"
    set_password(state, "correct horse")
    AuditLog(state).append(PasswordSet())
    (state / "attestation.key").write_bytes(KEY.private_bytes_raw())
    (state / "acceptance.json").write_text('{"accepted": true}')
    (state / "counters.json").write_text("{}")
    store(state).save(WARMER)
    return state


@pytest.fixture
def register(tmp_path: Path) -> Path:
    register = tmp_path / "register"
    (register / "dossiers").mkdir(parents=True)
    (register / "trust.toml").write_text("edition = 1\n")
    (register / "dossiers/ours.toml").write_text('key = "ours"\n')
    return register


def test_settings_calibration_and_register_come_back_elsewhere(
    state: Path, register: Path, tmp_path: Path
) -> None:
    backup = opened(make(state, register, KEY), OWN)
    other, elsewhere = tmp_path / "other", tmp_path / "elsewhere"
    other.mkdir()
    restore(backup, other, elsewhere, store(other))
    assert store(other).load() == WARMER
    assert (other / "acceptance.json").read_text() == '{"accepted": true}'
    assert (elsewhere / "dossiers/ours.toml").read_text() == 'key = "ours"\n'
    events = [entry.event for entry in read(other)]
    assert SettingChanged("decision.threshold_c", 37.5, 36.4, "machine") in events
    assert [event.sha256 for event in events if isinstance(event, BackupRestored)] == [
        backup.sha256
    ]


def test_a_register_that_is_not_there_is_no_backup(state: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is no register"):
        make(state, tmp_path / "missing", KEY)


def test_no_key_no_password_and_no_trail_is_in_it(state: Path, register: Path) -> None:
    backup = opened(make(state, register, KEY), OWN)
    assert set(backup.files) == {
        "state/settings.json",
        "state/acceptance.json",
        "register/trust.toml",
        "register/dossiers/ours.toml",
    }
    secret = base64.b64encode(KEY.private_bytes_raw())
    assert secret not in make(state, register, KEY)


def test_a_byte_that_was_changed_shows(state: Path) -> None:
    envelope = make(state, None, KEY)
    for place in range(0, len(envelope), max(1, len(envelope) // 40)):
        other = b"A" if envelope[place : place + 1] != b"A" else b"B"
        with pytest.raises(BackupError):
            opened(envelope[:place] + other + envelope[place + 1 :], OWN)
    with pytest.raises(BackupError, match="cut off"):
        opened(envelope[:-9], OWN)


def test_another_stations_is_taken_only_when_its_key_is_named(state: Path) -> None:
    envelope = make(state, None, KEY)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    with pytest.raises(BackupError, match="another station"):
        opened(envelope, other)
    with pytest.raises(BackupError, match="16 digits or more"):
        opened(envelope, other, OWN[:6])
    with pytest.raises(BackupError, match="not how that begins"):
        opened(envelope, other, other)
    assert opened(envelope, other, OWN[:16].upper()).settings == WARMER


def test_a_restore_that_a_power_cut_ended_is_whole_when_it_is_done_again(
    state: Path, register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = opened(make(state, register, KEY), OWN)
    whole = write_atomically
    for cut in range(len(backup.files)):
        other, elsewhere = tmp_path / f"other-{cut}", tmp_path / f"elsewhere-{cut}"
        other.mkdir()
        left = [cut]

        def until_then(path: Path, data: bytes, left: list[int] = left) -> None:
            if not left[0]:
                raise OSError(5, "Input/output error", str(path))
            left[0] -= 1
            whole(path, data)

        with monkeypatch.context() as patched:
            patched.setattr(backup_module, "write_atomically", until_then)
            patched.setattr("service.state.settings.write_atomically", until_then)
            with pytest.raises(BackupError):
                restore(backup, other, elsewhere, store(other))
        assert store(other).load() in (StationSettings(), WARMER)  # never half of them
        restore(backup, other, elsewhere, store(other))
        assert store(other).load() == WARMER
        assert (elsewhere / "dossiers/ours.toml").read_text() == 'key = "ours"\n'


def test_settings_of_another_version_are_refused_in_one_sentence() -> None:
    older = b'{"version": 1, "settings": {"decision": {"threshold_f": 98.6}}}'
    contents = {
        "format": 1,
        "station": OWN,
        "files": {"state/settings.json": base64.b64encode(older).decode()},
    }
    envelope = sign(json.dumps(contents).encode(), PAYLOAD_TYPE, KEY)
    with pytest.raises(BackupError, match=r"decision\.threshold_f: .*Restore it with") as refused:
        opened(envelope, OWN)
    assert "\n" not in str(refused.value)


def test_what_has_no_end_is_no_backup(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["admin", "restore", "/dev/zero", "--state", str(tmp_path)])
    assert done.exit_code == 1
    assert "no backup: it has more than" in done.stderr


@pytest.mark.parametrize(
    "place",
    [
        "state/admin.json",
        "state/audit.jsonl",
        "state/attestation.key",
        "register/../../etc/passwd",
        "register//etc/passwd",
        "/etc/passwd",
        "elsewhere/file",
    ],
)
def test_a_signed_file_reaches_no_place_that_a_backup_has_not(place: str) -> None:
    contents = {"format": 1, "station": OWN, "files": {place: base64.b64encode(b"x").decode()}}
    envelope = sign(json.dumps(contents).encode(), PAYLOAD_TYPE, KEY)
    with pytest.raises(BackupError, match=re.escape(repr(place))):
        opened(envelope, OWN)


def test_settings_of_another_version_are_refused_before_anything_is_written() -> None:
    files = {"state/settings.json": base64.b64encode(b'{"version": 9}').decode()}
    contents = {"format": 1, "station": OWN, "files": files}
    with pytest.raises(BackupError, match="none of this version"):
        opened(sign(json.dumps(contents).encode(), PAYLOAD_TYPE, KEY), OWN)


def test_a_register_needs_a_place_and_nothing_is_written_without(
    state: Path, register: Path, tmp_path: Path
) -> None:
    backup = opened(make(state, register, KEY), OWN)
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(BackupError, match="--register"):
        restore(backup, other, None, store(other))
    assert list(other.iterdir()) == []


def test_of_the_installed_station_the_register_is_meant_as_well(
    state: Path, register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever forgot to name it would learn of it when the backup is needed."""
    monkeypatch.setattr(here, "INSTALLED", state)
    monkeypatch.setattr(here, "REGISTER", register)
    file, at = tmp_path / "file", ["--state", str(state)]
    assert CliRunner().invoke(app, ["admin", "backup", str(file), *at]).exit_code == 0
    assert "register/trust.toml" in opened(file.read_bytes(), OWN).files
    shutil.rmtree(register)
    assert CliRunner().invoke(app, ["admin", "restore", str(file), *at]).exit_code == 0
    assert (register / "trust.toml").read_text() == "edition = 1\n"
    monkeypatch.setattr(here, "INSTALLED", tmp_path / "another")
    assert CliRunner().invoke(app, ["admin", "backup", str(file), *at]).exit_code == 0
    assert not [name for name in opened(file.read_bytes(), OWN).files if "register" in name]


def test_a_backup_without_settings_says_so_when_it_is_made_and_when_it_is_restored(
    state: Path, tmp_path: Path
) -> None:
    file, at = tmp_path / "file", ["--state", str(state)]
    (state / "settings.json").unlink()
    made = CliRunner().invoke(app, ["admin", "backup", str(file), *at])
    assert "No settings are in it" in made.stdout
    store(state).save(WARMER)
    restored = CliRunner().invoke(app, ["admin", "restore", str(file), *at])
    assert "Those here stay in force" in restored.stdout
    assert store(state).load() == WARMER
    CliRunner().invoke(app, ["admin", "backup", str(file), *at])
    restored = CliRunner().invoke(app, ["admin", "restore", str(file), *at])
    assert "No settings" not in restored.stdout


def test_before_the_first_settings_were_restored_a_real_sensor_had_its_defaults(
    state: Path, tmp_path: Path
) -> None:
    file, at = tmp_path / "file", ["--state", str(state)]
    assert CliRunner().invoke(app, ["admin", "backup", str(file), *at]).exit_code == 0
    (state / "settings.json").unlink()
    assert CliRunner().invoke(app, ["admin", "restore", str(file), *at]).exit_code == 0
    changed = [one.event for one in read(state) if isinstance(one.event, SettingChanged)]
    assert SettingChanged("limits.warm_up_s", 1800.0, 0.0, "machine") in changed
