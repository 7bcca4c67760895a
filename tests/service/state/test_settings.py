"""The settings' door and their file: refused field by field, saved whole or not at all."""

import dataclasses
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from device.simulator.scenario.schema import scenario_names
from screening.settings import Decision, Limits, Reference, Scene, Settings
from service.ipc.settings import (
    DecisionSettings,
    LimitSettings,
    ReferenceSettings,
    SceneSettings,
    SettingsError,
    StationSettings,
    field_errors,
)
from service.state.defaults import default_settings
from service.state.settings import SettingsStore

# Settings of the screener that no admin sets: they belong to its mathematics.
NOT_AT_THE_DOOR: dict[type, set[str]] = {Decision: {"relative_sd"}}


def changed(**decision: Any) -> StationSettings:
    return StationSettings(decision=DecisionSettings(**decision))


@pytest.fixture
def store(tmp_path: Path) -> SettingsStore:
    return SettingsStore(tmp_path, StationSettings)


@pytest.mark.parametrize(
    ("door", "plain"),
    [
        (SceneSettings, Scene),
        (ReferenceSettings, Reference),
        (LimitSettings, Limits),
        (DecisionSettings, Decision),
    ],
)
def test_every_setting_of_the_screener_is_at_the_door_with_the_same_default(
    door: type[BaseModel], plain: type[Any]
) -> None:
    names = {field.name for field in dataclasses.fields(plain)} - NOT_AT_THE_DOOR.get(plain, set())
    assert set(door.model_fields) == names
    assert {name: getattr(door(), name) for name in names} == {
        name: getattr(plain(), name) for name in names
    }


def test_settings_come_through_the_door_and_back_unchanged() -> None:
    assert StationSettings().plain() == Settings()
    assert StationSettings.of(Settings()) == StationSettings()


@given(st.integers(340, 390))
def test_every_threshold_from_34_to_39_by_a_tenth_is_accepted(tenths: int) -> None:
    threshold_c = tenths / 10
    assert changed(threshold_c=threshold_c).plain().decision.threshold_c == threshold_c


@pytest.mark.parametrize("threshold_c", [33.9, 39.1, 37.55, float("nan"), float("inf"), "37,5"])
def test_any_other_threshold_is_refused_with_a_sentence_for_its_field(threshold_c: object) -> None:
    with pytest.raises(ValidationError) as caught:
        StationSettings.model_validate({"decision": {"threshold_c": threshold_c}})
    assert set(field_errors(caught.value)) == {"decision.threshold_c"}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"references": [{"temp_c": 50}]}, "references.0.temp_c"),
        ({"references": [{}, {}, {}]}, "references"),
        ({"scene": {"emissivity": 0.5}}, "scene.emissivity"),
        ({"scene": {"colour": "red"}}, "scene.colour"),
        ({"limits": {"ambient_c": [27, 18]}}, "limits"),
        ({"decision": {"site": "forehead"}}, "decision.site"),
        ({"references": [{"mark": [-1, 5]}]}, "references.0.mark.0"),
        ({"more": 1}, "more"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(settings: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        StationSettings.model_validate(settings)
    assert set(field_errors(caught.value)) == {field}


def test_before_anything_is_saved_the_default_is_in_force(store: SettingsStore) -> None:
    assert store.load() == StationSettings()


def test_what_was_saved_is_loaded(store: SettingsStore) -> None:
    store.save(changed(threshold_c=38.1))
    assert store.load() == changed(threshold_c=38.1)


def test_the_file_is_for_its_owner_only(store: SettingsStore, tmp_path: Path) -> None:
    store.save(StationSettings())
    assert (tmp_path / "settings.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\x00" * 40,
        b'{"version": 1, "settings": {"decision": {"threshold_c": 99}}}',
        b'{"version": 2, "settings": {}}',
        b'{"settings": {}, "version": 1, "extra": 1}',
    ],
)
def test_a_damaged_file_is_never_taken_for_the_default_and_is_kept(
    store: SettingsStore, tmp_path: Path, damage: bytes
) -> None:
    (tmp_path / "settings.json").write_bytes(damage)
    with pytest.raises(SettingsError, match="Nothing is screened"):
        store.load()
    store.save(changed(threshold_c=38.0))
    assert store.load() == changed(threshold_c=38.0)
    assert (tmp_path / "settings.damaged-1.json").read_bytes() == damage


def test_a_second_damaged_file_does_not_overwrite_the_first(
    store: SettingsStore, tmp_path: Path
) -> None:
    for damage in (b"one", b"two"):
        (tmp_path / "settings.json").write_bytes(damage)
        store.save(StationSettings())
    kept = sorted(tmp_path.glob("settings.damaged-*.json"))
    assert [path.read_bytes() for path in kept] == [b"one", b"two"]


def test_a_full_disk_leaves_the_old_settings_in_force(store: SettingsStore, tmp_path: Path) -> None:
    store.save(changed(threshold_c=38.1))
    program = textwrap.dedent(
        f"""
        import pathlib, resource
        from service.ipc.settings import *
        from service.state.settings import SettingsStore
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        store = SettingsStore(pathlib.Path({str(tmp_path)!r}), StationSettings)
        try:
            store.save(StationSettings())
        except SettingsError as error:
            print(error)
        """
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "the old ones stay in force" in said.stdout
    assert store.load() == changed(threshold_c=38.1)


def test_power_cut_at_any_write_leaves_the_old_settings_or_the_new_ones(
    store: SettingsStore, tmp_path: Path
) -> None:
    program = textwrap.dedent(
        f"""
        import os, pathlib, sys
        from service.ipc.settings import *
        from service.state.settings import SettingsStore
        calls = 0
        def dying(real):
            def call(*args, **kwargs):
                global calls
                calls += 1
                if calls == int(sys.argv[1]):
                    os._exit(9)
                return real(*args, **kwargs)
            return call
        os.open, os.write, os.fsync = dying(os.open), dying(os.write), dying(os.fsync)
        pathlib.Path.replace = dying(pathlib.Path.replace)
        store = SettingsStore(pathlib.Path({str(tmp_path)!r}), StationSettings)
        store.save(StationSettings(decision=DecisionSettings(threshold_c=38.9)))
        """
    )
    seen = set()
    for cut in range(1, 20):
        store.save(changed(threshold_c=34.2))
        ended = subprocess.run([sys.executable, "-c", program, str(cut)], check=False)
        seen.add(store.load().decision.threshold_c)
        if ended.returncode == 0:
            break
    assert ended.returncode == 0
    assert seen == {34.2, 38.9}


def test_a_link_planted_in_the_folder_is_not_followed(store: SettingsStore, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / ".settings.json.new").symlink_to(victim)
    store.save(changed(threshold_c=38.1))
    assert victim.read_text() == "precious"
    assert store.load() == changed(threshold_c=38.1)


def test_the_file_is_json_that_a_person_can_read(store: SettingsStore, tmp_path: Path) -> None:
    store.save(changed(threshold_c=38.1))
    saved = json.loads((tmp_path / "settings.json").read_text())
    assert saved["settings"]["decision"]["threshold_c"] == 38.1


@pytest.mark.parametrize("scenario", scenario_names())
def test_every_scenario_of_the_simulator_can_be_set_up_by_an_admin(scenario: str) -> None:
    assert default_settings("simulated", scenario).plain().references is not None


def test_a_real_sensor_has_to_warm_up() -> None:
    settings = default_settings("boson", "")
    assert settings.limits.warm_up_s == 1800.0
    assert settings.decision.threshold_c == 36.4
