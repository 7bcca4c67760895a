"""The attestation says what was tried and what came of it; nobody can change it afterwards."""

import base64
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import gmtime, strftime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner, Result

from hardware.register.signature import sign
from service.attestation.page import printed
from service.attestation.shown import shown
from service.attestation.station import (
    ATTESTATION,
    PAYLOAD_TYPE,
    Attestation,
    AttestationError,
    attest,
    opened,
)
from service.attestation.units import installed_units
from service.checkcode.code import code_sha256
from service.cli.main import app
from service.deploy.install import install
from service.ipc.attestation import Part
from service.ipc.requests import Role
from service.sandbox.attempts import Outcome
from service.state import attested
from service.state.admin_password import set_password
from service.state.audit_events import AttestationIssued
from service.state.audit_trail import read
from tests.service.running import RunningStation


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStation]:
    state = tmp_path_factory.mktemp("station") / "state"
    # who attests it here runs in this environment
    running = RunningStation(state, "--scenario", "empty", python=sys.executable)
    try:
        running.screening()
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def saved(station: RunningStation, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Return what the command saved, and what it said: one attestation for all these tests."""
    path = tmp_path_factory.mktemp("saved") / "attestation.json"
    said = CliRunner().invoke(app, ["attest", "--state", str(station.state), "--save", str(path)])
    return path, said


@pytest.fixture(scope="module")
def made(station: RunningStation, saved: tuple[Path, Result]) -> tuple[Attestation, bytes, Path]:
    envelope = saved[0].read_bytes()
    return opened(envelope), envelope, station.state


@pytest.fixture
def sound(made: tuple[Attestation, bytes, Path]) -> Attestation:
    """Return an attestation without what this computer has against it."""
    attestation, _, _ = made
    installed = replace(attestation.installed, faults=())  # the tests' environment holds more
    return replace(attestation, findings=(), installed=installed)


def test_it_holds_what_was_tried(made: tuple[Attestation, bytes, Path]) -> None:
    attestation, envelope, state = made
    assert 0 <= time.time() - shown(attestation, envelope).made_s < 600
    assert len(attestation.worker.attacks) == len(attestation.web.attacks) >= 100
    assert attestation.worker.got_through == attestation.web.got_through == ()
    assert any(result.outcome is Outcome.GOT_THROUGH for result in attestation.unlocked)
    assert attestation.audit_head in {entry.head for entry in read(state)}  # it goes on meanwhile
    assert dict(attestation.versions)["limen"]
    assert attestation.code_sha256 == code_sha256()


def test_it_is_of_the_processes_that_run(station: RunningStation, sound: Attestation) -> None:
    assert sound.live is not None
    assert sound.live.supervisor == station.process.pid
    assert {one.process for one in sound.live.processes} == set(station.children())
    if os.geteuid() == 0:
        assert sound.faults == ()
        assert all(one.compared and not one.unseen for one in sound.live.processes)


def test_without_a_running_station_nothing_holds(sound: Attestation) -> None:
    alone = replace(sound, live=None)
    assert not alone.holds
    assert "No station runs" in alone.faults[0]


def test_a_process_that_is_missing_or_not_compared_is_a_fault(sound: Attestation) -> None:
    assert sound.live is not None
    worker = next(one for one in sound.live.processes if one.process == "worker")
    without = replace(sound.live, processes=(worker,))
    assert "No web process runs locked." in replace(sound, live=without).faults
    unseen = replace(sound.live, processes=(replace(worker, compared=False),))
    assert any("only root" in fault for fault in replace(sound, live=unseen).faults)


def test_an_empty_or_a_short_list_of_attacks_does_not_hold(sound: Attestation) -> None:
    def faults(**changed: object) -> str:
        return " ".join(replace(sound, **changed).faults)  # type: ignore[arg-type]

    worker, web, control = sound.worker, sound.web, sound.unlocked
    none = {"worker": replace(worker, attacks=()), "web": replace(web, attacks=()), "unlocked": ()}
    assert "Without a lock 0 attacks" in faults(**none)
    assert f"the lock of the web {len(control) - 1}" in faults(
        web=replace(web, attacks=web.attacks[1:])
    )
    short = {
        "worker": replace(worker, attacks=worker.attacks[1:]),
        "web": replace(web, attacks=web.attacks[1:]),
        "unlocked": control[1:],
    }
    assert "Without a lock" in faults(**short)
    assert "Landlock alone" in faults(worker=replace(worker, files_alone=()))
    assert "memory of the web" in faults(web=replace(web, memory_locked=False))


def test_a_control_in_which_nothing_succeeds_proves_nothing(sound: Attestation) -> None:
    denied = tuple(replace(each, outcome=Outcome.DENIED) for each in sound.unlocked)
    assert any("prove nothing" in fault for fault in replace(sound, unlocked=denied).faults)


def test_the_signature_holds_and_names_the_station(made: tuple[Attestation, bytes, Path]) -> None:
    attestation, envelope, state = made
    assert opened(envelope, attestation.station[:32]) == attestation
    assert opened(envelope, f"{attestation.station[:32]} {attestation.station[32:]}") == attestation
    assert (state / "attestation.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(AttestationError, match="not ffffffff"):
        opened(envelope, "f" * 64)
    for short in (attestation.station[:8], attestation.station[:31], "f" * 65, "key"):
        with pytest.raises(AttestationError, match="names no station"):
            opened(envelope, short)


def test_an_envelope_of_somebody_else_writes_no_line_of_its_own(
    made: tuple[Attestation, bytes, Path],
) -> None:
    attestation, envelope, _ = made
    evil = replace(attestation, kernel=f"6\x1b[3A\rStation      {'0' * 64}\nResult       holds")
    page = printed(evil, envelope)
    assert "\x1b" not in page
    assert len(page.splitlines()) == len(printed(attestation, envelope).splitlines())
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw().hex()
    spaced = replace(evil, station=f"{public[:32]}\n{public[32:]}")
    with pytest.raises(AttestationError, match="no attestation"):
        opened(sign(ATTESTATION.dump_json(spaced), PAYLOAD_TYPE, key))


def test_a_changed_attestation_is_found(made: tuple[Attestation, bytes, Path]) -> None:
    attestation, envelope, _ = made
    day = attestation.at[:10].encode()
    sealed = json.loads(envelope)
    payload = base64.b64decode(sealed["payload"])
    for old, new in ((b"denied", b"gotten"), (day, b"2019-02-01")):
        assert payload.count(old)
        changed = {**sealed, "payload": base64.b64encode(payload.replace(old, new, 1)).decode()}
        with pytest.raises(AttestationError):
            opened(json.dumps(changed).encode())


def test_one_attack_that_got_through_is_enough_not_to_hold(sound: Attestation) -> None:
    first, *rest = sound.web.attacks
    through = replace(sound.web, attacks=(replace(first, outcome=Outcome.GOT_THROUGH), *rest))
    assert f"{first.name} gets through the lock of the web." in replace(sound, web=through).faults


def test_the_page_names_every_attack_and_the_head(made: tuple[Attestation, bytes, Path]) -> None:
    attestation, envelope, _ = made
    page = printed(attestation, envelope)
    assert attestation.audit_head[:8] in page
    assert sha256(envelope).hexdigest() in page
    for result in attestation.unlocked:
        assert result.name[:41] in page
    assert max(map(len, page.splitlines())) <= 100


def test_what_pages_show_is_what_was_found(
    made: tuple[Attestation, bytes, Path], sound: Attestation
) -> None:
    attestation, envelope, _ = made
    told = shown(attestation, envelope)
    assert strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(told.made_s)) == attestation.at
    assert told.envelope_sha256 == sha256(envelope).hexdigest()
    assert {one.part for one in told.parts} == set(Part)
    assert sum(one.faults for one in told.parts) == len(attestation.faults)
    assert [one.name for one in told.attacks] == [one.name for one in attestation.unlocked]
    assert not any(one.through for one in told.attacks)
    assert shown(sound, envelope).proven == (os.geteuid() == 0)
    first, *rest = sound.web.attacks
    through = replace(sound.web, attacks=(replace(first, outcome=Outcome.GOT_THROUGH), *rest))
    worse = shown(replace(sound, web=through), envelope)
    assert [one.name for one in worse.attacks if one.through] == [first.name]
    assert [one.part for one in worse.parts if one.faults] == [Part.ATTACKS]
    none = replace(sound.web, attacks=())
    empty = replace(sound, web=none, worker=none, unlocked=())
    assert not shown(empty, envelope).proven
    long = replace(sound, findings=(), installed=replace(sound.installed, faults=("x" * 999,) * 50))
    code = next(one for one in shown(long, envelope).parts if one.part is Part.CODE)
    assert (code.faults, len(code.sentences), len(code.sentences[0])) == (50, 8, 300)


def test_installed_units_are_judged_and_what_amends_them_is_named(tmp_path: Path) -> None:
    install(tmp_path, Path("/usr/bin/true"))
    units = {one.unit: one for one in installed_units(tmp_path)}
    assert {one.faults for one in units.values()} == {()}
    exposure = units["limen.service"].exposure
    if exposure is not None:  # systemd-analyze is here
        assert exposure < 0.5
    amended = tmp_path / "etc/systemd/system/limen.service.d/override.conf"
    amended.parent.mkdir(parents=True)
    amended.write_text("[Service]\nPrivateNetwork=no\n")
    unit = tmp_path / "usr/lib/systemd/system/limen-kiosk.service"
    unit.write_text(unit.read_text() + "Environment=A=b\n")
    units = {one.unit: one for one in installed_units(tmp_path)}
    assert "override.conf amends" in units["limen.service"].faults[0]
    assert "not as it was laid down" in units["limen-kiosk.service"].faults[0]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ("usr/lib/systemd/system/limen.socket", "not as it was laid down"),
        ("usr/lib/sysctl.d/60-limen.conf", "not as it was laid down"),
        ("etc/chromium/policies/managed/limen.json", "not as it was laid down"),
        ("etc/chromium/policies/managed/zz.json", "amends what the browser may do"),
        ("etc/udev/rules.d/70-limen.rules", "stands in the place of"),
        ("run/systemd/transient/limen.service", "stands in the place of"),
        ("etc/systemd/system.control/limen.service.d/50-MemorySwapMax.conf", "amends the unit"),
        ("etc/systemd/system/limen.socket.d/more.conf", "amends the unit"),
        ("run/systemd/system/service.d/all.conf", "amends the unit"),
        ("etc/systemd/system/limen-.service.d/ours.conf", "amends the unit"),
    ],
)
def test_whatever_is_put_beside_what_was_laid_down_is_named(
    tmp_path: Path, place: str, says: str
) -> None:
    install(tmp_path, Path("/usr/bin/true"))
    file = tmp_path / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[Service]\nMemorySwapMax=infinity\n")
    faults = [fault for unit in installed_units(tmp_path) for fault in unit.faults]
    assert faults
    assert all(says in fault for fault in faults), faults


def test_what_is_missing_or_masked_is_named(tmp_path: Path) -> None:
    install(tmp_path, Path("/usr/bin/true"))
    (tmp_path / "usr/lib/sysctl.d/60-limen.conf").unlink()
    (tmp_path / "etc/systemd/system").mkdir(parents=True)
    (tmp_path / "etc/systemd/system/limen.socket").symlink_to("/nowhere")
    faults = [fault for unit in installed_units(tmp_path) for fault in unit.faults]
    assert len(faults) == 2
    assert any("60-limen.conf is not there" in fault for fault in faults)
    assert any("limen.socket stands in the place" in fault for fault in faults)
    assert installed_units(tmp_path / "nowhere") == ()


def test_nothing_is_attested_without_an_audit_trail(tmp_path: Path) -> None:
    with pytest.raises(AttestationError, match="audit trail"):
        attest(tmp_path)


def asked_as_auditor(station: RunningStation) -> dict[str, Any]:
    """Return what an auditor's page is told of the last attestation."""
    set_password(station.state, "reads everything", Role.AUDITOR)
    connection = http.client.HTTPConnection(station.authority, timeout=30.0)
    told = {"Origin": station.address, "Content-Type": "application/json"}
    login = json.dumps({"password": "reads everything", "role": "auditor"})
    connection.request("POST", "/api/admin/login", login, told)
    answer = connection.getresponse()
    cookie = answer.headers["set-cookie"].split(";")[0]
    answer.read()
    connection.request("GET", "/api/admin/attestation", headers={"Cookie": cookie})
    state: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return state


def test_the_command_saves_verifies_and_is_noted_in_the_trail(
    station: RunningStation, saved: tuple[Path, Result], tmp_path: Path
) -> None:
    path, first = saved
    assert "PRIVACY ATTESTATION" in first.stdout
    assert "every attack: worker" in first.stderr
    events = [entry.event for entry in read(station.state)]
    issued = [event for event in events if isinstance(event, AttestationIssued)]
    assert issued[-1].sha256 == sha256(path.read_bytes()).hexdigest()
    assert (station.state / attested.ENVELOPE).read_bytes() == path.read_bytes()
    kept = attested.read(station.state)
    assert kept is not None
    assert kept.envelope_sha256 == issued[-1].sha256
    read_by_auditor = asked_as_auditor(station)  # what the running station says of it
    assert read_by_auditor["shown"]["envelope_sha256"] == issued[-1].sha256
    assert read_by_auditor["still"]
    assert read_by_auditor["holds"] == kept.proven
    run = CliRunner().invoke
    again = run(app, ["attest", "--verify", str(path)])
    assert again.stdout == first.stdout
    assert ATTESTATION.dump_json(opened(path.read_bytes()))
    other = tmp_path / "attestation.json"
    other.write_bytes(path.read_bytes().replace(b'"sig"', b'"gis"'))
    assert run(app, ["attest", "--verify", str(other)]).exit_code == 1
