"""`limen hardware`: from two new keys to a sensor that passes, as an owner would type it."""

import json
import re
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner, Result

from hardware.register.trust import What
from hardware.vetting.station import ENROLMENTS
from service.cli import hardware_shared
from service.cli.hardware import app
from service.state.audit import AuditLog
from service.state.audit_events import SensorEnrolled
from tests.device.boson.conftest import Emulate, emulate  # noqa: F401 - a fixture
from tests.hardware.host.test_computer import machine
from tests.hardware.institution import KEY, SAYS, TODAY, Institution, dossier, told, toml
from tests.hardware.register.test_lists import LIST
from tests.hardware.register.test_sources import EU
from tests.hardware.trees import (
    ACM,
    Fake,
    Setting,
    configuration,
    controller,
    device_bytes,
    plant,
)

RUNNER = CliRunner()
DOCS = Path(__file__).parents[3] / "docs"


def limen(*arguments: object, ends: int = 0) -> Result:
    result = RUNNER.invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == ends, result.output + str(result.exception)
    return result


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every command believe that it is the day of the tests' institution."""
    monkeypatch.setattr(hardware_shared, "today", lambda: TODAY)


@pytest.fixture
def institution(tmp_path: Path) -> Institution:
    return Institution(tmp_path)


def admin_key(institution: Institution, folder: Path) -> Path:
    """Write the private key of the station's admin, unencrypted as no owner should."""
    path = folder / "admin.pem"
    path.write_bytes(
        institution.admin.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


def test_list_names_every_dossier_and_its_answer() -> None:
    output = limen("list").output
    assert "boson-plus-640           not approved yet: " in output
    assert "limen hardware todo boson-plus-640" in output
    assert "hikvision-ds-2td2636b    excluded: " in output
    assert "simulated                simulated" in output
    plain = json.loads(limen("list", "--json").stdout)
    assert {entry["dossier"]: entry["passes"] for entry in plain}["simulated"] is True


def test_show_tells_what_is_known_and_what_is_not() -> None:
    output = limen("show", "boson-plus-640").output
    assert "declared  identity.maker" in output
    assert "unknown   identity.factory_country" in output
    assert "Signed by: nobody." in output
    assert json.loads(limen("show", "simulated", "--json").stdout)["decision"]["passes"] is True
    assert "There is no dossier 'x'" in limen("show", "x", ends=1).output


def test_check_of_a_kind_ends_with_its_answer() -> None:
    limen("check", "simulated")
    output = limen("check", "hikvision-ds-2td2636b", ends=1).output
    assert output.count("3.5 No name in the dossier is on a list") == 1
    assert "listed in: FCC Covered List" in output


def test_check_of_the_device_that_is_there(institution: Institution, tmp_path: Path) -> None:
    plant(institution.sys, Fake())
    common = ["--register", institution.own, "--sys", institution.sys, "--state", tmp_path]
    says = [
        *("--serial", SAYS.serial),
        *("--part-number", SAYS.part_number),
        *("--firmware", SAYS.firmware),
    ]
    output = limen("check", KEY, "--port", "1-2", *says, *common, ends=1).output
    assert "No sensor is enrolled at port 1-2" in output
    from hardware.vetting.enrolment import save

    (entry,) = institution.enrol()
    save(tmp_path / ENROLMENTS, (entry,))
    output = limen("check", KEY, "--port", "1-2", *says, *common, ends=1).output
    assert "is not the last one in the audit trail" in output
    seen = SensorEnrolled(KEY, "0" * 64, "0" * 64, entry.sha256, "1-2")
    AuditLog(tmp_path).append(seen)
    limen("check", KEY, "--port", "1-2", *says, *common)
    assert "Nothing readable" in limen("check", KEY, "--port", "1-7", *common, ends=1).output
    assert "There is no device" in limen("check", KEY, "--port", "/dev/x", *common, ends=1).output


def test_scan_shows_what_is_plugged_in_and_what_a_sensor_may_not_have(tmp_path: Path) -> None:
    from hardware.host.descriptors import Code

    keyboard = device_bytes(configuration(Setting(Code(3, 1, 1)), Setting(ACM, 1)), vid=0x1234)
    plant(tmp_path, Fake(), Fake(port="1-3", raw=keyboard, nodes=()))
    plant(tmp_path, Fake(port="1-4", raw=b"\x12\x01", nodes=()))
    output = limen("scan", "--sys", tmp_path).output
    assert "1-2      09cb:4007 FLIR Boson, serial USB-93588, release 0200" in output
    assert "! keyboard or mouse (HID) (03/01/01) in configuration 1" in output
    assert "1-4      The device descriptor is 1201" in output
    plain = json.loads(limen("scan", "--sys", tmp_path, "--json").stdout)
    assert plain[0]["functions"]["02/02/01"] == "serial port (CDC-ACM)"
    assert "No USB device" in limen("scan", "--sys", tmp_path / "empty").output


def test_from_new_keys_to_an_approved_sensor(institution: Institution, tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse\n")
    entries = ""
    for name in ("Carla", "Dirk"):
        key = tmp_path / f"{name}.pem"
        made = limen(
            *("keygen", key, "--name", name, "--role", "security office"),
            *("--passphrase-file", passphrase),
        )
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        entries += made.output
    assert (
        "is not overwritten"
        in limen(
            "keygen", key, "--name", "x", "--role", "y", "--passphrase-file", passphrase, ends=1
        ).output
    )
    own = ["--register", institution.own]
    path = institution.own / "dossiers" / f"{KEY}.toml"
    trust_file, index = institution.own / "trust.toml", institution.own / "index.toml"
    trust_file.write_text(f"edition = 2\nversion = 9\nexpires = 2028-01-01\n{entries}")
    text = path.read_text().replace('"Anna"', '"Carla"').replace('"Bert"', '"Dirk"')
    path.write_text(text)
    for file in institution.own.rglob("*.dsse"):
        file.unlink()
    assert "The trust file cannot be relied on" in limen("verify", path, *own, ends=1).output
    files = [trust_file, path, *sorted((institution.own / "lists").glob("*.toml"))]
    assert "It is not signed" in limen("check", KEY, *own, ends=1).output
    for name in ("Carla", "Dirk"):
        for file in files:
            key = tmp_path / f"{name}.pem"
            limen("sign", file, "--key", key, "--passphrase-file", passphrase)
    output = limen("verify", path, *own).output
    assert "Signed by: Carla, Dirk." in output
    assert "inspection: opened, sha256" in output
    assert "index" in limen("check", KEY, *own, ends=1).output
    limen("index", *own)
    for name in ("Carla", "Dirk"):
        key = tmp_path / f"{name}.pem"
        limen("sign", index, "--key", key, "--passphrase-file", passphrase)
    limen("check", KEY, *own)
    path.write_bytes(path.read_bytes() + b"\n")
    assert "its bytes were changed" in limen("verify", path, *own, ends=1).output
    assert "is not the one in force" in limen("check", KEY, *own, ends=1).output
    wrong = tmp_path / "wrong"
    wrong.write_text("battery staple")
    assert (
        "cannot be opened"
        in limen("sign", path, "--key", key, "--passphrase-file", wrong, ends=1).output
    )


def test_what_is_signed_is_told_by_where_it_lies(institution: Institution, tmp_path: Path) -> None:
    stray = tmp_path / "stray.toml"
    stray.write_text("x")
    output = limen("verify", stray, "--register", institution.own, ends=1).output
    assert "not clear what would be signed" in output


def test_a_newer_list_is_imported_when_it_is_signed(
    institution: Institution, tmp_path: Path
) -> None:
    own = ["--register", institution.own]
    folder = tmp_path / "lists"
    folder.mkdir()
    path = folder / "new.toml"
    text = LIST.replace("KEY", "us-ndaa-889").replace("NAME", "Somebody Else")
    path.write_text(text)
    refused = limen("lists", "--import", path, *own, ends=1)
    assert "It is not signed." in refused.output
    institution.sign(path, What.LIST, institution.anna, institution.bert)
    assert (
        "Imported us-ndaa-889, complete to 2026-11-30"
        in limen("lists", "--import", path, *own).output
    )
    institution.in_force()
    assert "1 entries" in limen("lists", *own).output
    assert (
        "one that applies is complete to" in limen("lists", "--import", path, *own, ends=1).output
    )
    older = folder / "old.toml"
    older.write_text(text.replace("2026-11-30", "2026-11-01"))
    institution.sign(older, What.LIST, institution.anna, institution.bert)
    assert (
        "one that applies is complete to" in limen("lists", "--import", older, *own, ends=1).output
    )
    limen("lists", "--import", path, ends=2)


def test_lists_show_age_hash_source_and_terms() -> None:
    rows = {row["key"]: row for row in json.loads(limen("lists", "--json").stdout)}
    ndaa = rows["us-ndaa-889"]
    assert ndaa["entries"] == 5
    assert len(ndaa["sha256"]) == 64
    assert "public domain" in ndaa["terms"]
    assert ndaa["age_days"] >= 0


@pytest.mark.parametrize("spec", ["1.6", "1.7"])
def test_hbom_prints_a_bill_of_materials(spec: str) -> None:
    content = json.loads(limen("hbom", "boson-plus-640", "--spec", spec).stdout)
    assert content["bomFormat"] == "CycloneDX"
    assert content["specVersion"] == spec


def test_hbom_of_nothing_is_an_error() -> None:
    limen("hbom", "nothing", ends=1)
    limen("hbom", "simulated", "--spec", "1.4", ends=2)


def test_rules_come_from_the_enrolments(institution: Institution, tmp_path: Path) -> None:
    from hardware.vetting.enrolment import save

    save(tmp_path / ENROLMENTS, institution.enrol())
    assert 'KERNEL=="1-2"' in limen("rules", "udev", "--state", tmp_path).output
    assert 'via-port "1-2"' in limen("rules", "usbguard", "--state", tmp_path).output
    limen("rules", "iptables", "--state", tmp_path, ends=2)


def test_what_is_no_usb_device_cannot_be_enrolled(
    emulate: Emulate,  # noqa: F811
    institution: Institution,
    tmp_path: Path,
) -> None:
    link = emulate()
    output = limen(
        *("enrol", "boson", "--key", admin_key(institution, tmp_path)),
        *("--port", link.port, "--state", tmp_path / "state", "--register", institution.own),
        ends=1,
    ).output
    assert "Only a sensor on USB can be enrolled." in output
    assert not (tmp_path / "state" / ENROLMENTS).exists()
    limen("enrol", "webcam", "--key", admin_key(institution, tmp_path), ends=2)


def test_a_sensor_is_asked_who_it_is(emulate: Emulate) -> None:  # noqa: F811
    link = emulate(serial=93588)
    output = limen("ask", "boson", "--port", link.port).output
    assert "Dossier:       simulated" in output
    assert "Serial number: '93588'" in output
    assert "It says that it is simulated." in output
    plain = json.loads(limen("ask", "boson", "--port", link.port, "--json").stdout)
    assert plain["firmware"] == "4.1.0"
    limen("ask", "boson", "--port", "/dev/no-such-port", ends=1)


def test_page_prints_html() -> None:
    assert limen("page", "simulated").output.startswith("<!doctype html>")


def test_a_register_that_cannot_be_relied_on_ends_every_command(institution: Institution) -> None:
    (institution.own / "trust.toml").write_text("?")
    for command in (["list"], ["show", KEY], ["check", KEY], ["lists"], ["hbom", KEY]):
        output = limen(*command, "--register", institution.own, ends=1).output
        assert "trust file is no TOML" in output


def test_a_dossier_of_ones_own_replaces_the_shipped_one(institution: Institution) -> None:
    content = dossier((), key="boson-plus-640", identity__model=told("another model"))
    path = institution.own / "dossiers/boson-plus-640.toml"
    path.write_bytes(toml(content))
    institution.in_force()
    assert "another model" in limen("show", "boson-plus-640", "--register", institution.own).output


def test_every_command_in_the_how_tos_exists() -> None:
    names = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    for page in ("vet-a-sensor.md", "sign-and-verify.md"):
        text = (DOCS / "how-to" / page).read_text(encoding="utf-8")
        used = set(re.findall(r"limen hardware ([a-z]+)", text))
        assert used <= names, used - names


def test_a_published_file_becomes_a_list_of_ones_own(
    institution: Institution, tmp_path: Path
) -> None:
    own = ["--register", institution.own]
    file = tmp_path / "sanctions.csv"
    file.write_bytes(EU)
    made = limen("lists", "--from", file, "--as", "eu-sanctions", *own)
    assert "2 entries, complete to 2026-11-27; the one before had 1" in made.output
    path = institution.own / "lists/eu-sanctions.toml"
    assert not path.with_name("eu-sanctions.toml.dsse").exists()
    assert "not the one in force" in limen("lists", *own).stderr
    institution.sign(path, What.LIST, *institution.people)
    institution.index()
    assert "Consolidated list of persons" in limen("lists", *own).output
    again = limen("lists", "--from", file, "--as", "eu-sanctions", *own, ends=1)
    assert "the one that applies is complete to 2026-11-27" in again.output
    wrong = limen("lists", "--from", file, "--as", "us-bis-entities", *own, ends=1)
    assert "has no column" in wrong.output
    limen("lists", "--from", file, "--as", "nothing", *own, ends=2)
    limen("lists", "--from", file, "--as", "eu-sanctions", ends=2)


def test_todo_tells_what_is_needed_and_writes_the_letters(institution: Institution) -> None:
    output = limen("todo", "boson-plus-640", ends=1).output
    assert "Refused without, from the seller (--letter seller):" in output
    assert "certificate of origin for the delivered lot" in output
    assert "identity: factory country" in output
    plain = json.loads(limen("todo", "boson-plus-640", "--json", ends=1).stdout)
    assert {"what", "paths", "whom", "insisted"} == set(plain[0])
    letter = limen("todo", "boson-plus-640", "--letter", "maker", "--language", "fr").output
    assert letter.startswith("Teledyne FLIR Boson+ 640 : ce que nous devons savoir")
    limen("todo", "boson-plus-640", "--letter", "laboratory", ends=2)
    limen("todo", "boson-plus-640", "--letter", "maker", "--language", "es", ends=2)
    limen("todo", "nothing", ends=1)


def test_scan_shows_the_computer_beside_its_dossier(tmp_path: Path) -> None:
    machine(tmp_path, class__dmi__id__sys_vendor="QEMU", class__ieee80211__phy0__index="0")
    output = limen("scan", "--computer", "--sys", tmp_path).output
    assert "radios:           Wi-Fi radio phy0" in output
    assert "! A radio is fitted: Wi-Fi radio phy0." in output
    assert "! No dossier speaks for this computer (QEMU)." in output
    plain = json.loads(limen("scan", "--computer", "--sys", tmp_path, "--json").stdout)
    assert plain["guest"] == "its firmware calls it QEMU"
    assert len(plain["against"]) == 3


def test_scan_says_what_a_port_hangs_on(tmp_path: Path) -> None:
    controller(tmp_path, "vhci_hcd", "platform")
    plant(tmp_path, Fake())
    output = limen("scan", "--sys", tmp_path).output
    assert "! on vhci_hcd on platform: it brings devices over a network (USB over IP)" in output
