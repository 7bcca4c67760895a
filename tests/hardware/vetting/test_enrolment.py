"""Enrolments: kept whole, and turned into rules that the real tools accept."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from hardware.errors import EnrolmentError
from hardware.host.descriptors import Code
from hardware.register import signature
from hardware.register.trust import What
from hardware.vetting import enrolment
from hardware.vetting.enrolment import WATCHED, Enrolled, Enrolment, differences, load, save, seen
from hardware.vetting.gatekeeper import LANGUAGES, udev, usbguard
from tests.hardware.institution import SAYS, TODAY, Institution, Person
from tests.hardware.trees import SENSOR_PARTS, Fake, Setting, configuration, device_bytes


def test_everything_that_is_seen_is_enrolled_and_watched(institution: Institution) -> None:
    usb = institution.plug(Fake())
    (enrolled,) = institution.enrol()
    entry = enrolled.enrolment
    assert set(seen(usb, SAYS)) == set(WATCHED)
    assert set(WATCHED) < {field.name for field in fields(Enrolment)}
    assert differences(entry, usb, SAYS) == ()
    for name in WATCHED:
        changed: dict[str, Any] = {name: "other"}
        assert len(differences(replace(entry, **changed), usb, SAYS)) == 1, name


def test_enrolments_are_kept_and_one_port_has_one_sensor(
    institution: Institution, tmp_path: Path
) -> None:
    path = tmp_path / "enrolments.json"
    assert load(path) == ()
    first = institution.enrol()
    second = institution.enrol(Fake(port="1-3"))
    save(path, first + second)
    assert load(path) == first + second
    text = path.read_text()
    assert text == json.dumps(json.loads(text), indent=1) + "\n"  # to be read by people, too
    (newer,) = institution.enrol(says=replace(SAYS, firmware="9"))
    assert newer != first[0]
    assert enrolment.replace(first + second, newer) == (*second, newer)
    assert list(tmp_path.glob("*.part")) == []


def test_what_was_seen_is_what_is_enrolled(institution: Institution) -> None:
    """The functions without the frames around them, the chain of hubs, and who did it when."""
    (alone,) = institution.enrol()
    assert alone.enrolment.functions == ("02/02/01", "0a/00/00", "0e/01/00", "0e/02/00")
    assert alone.enrolment.vendor_functions == ()
    assert alone.enrolment.hubs == "none"
    assert (alone.enrolment.by, alone.enrolment.on) == ("Ada", TODAY)
    (behind,) = institution.enrol(Fake(port="1-3.1.2"))
    first, second = behind.enrolment.hubs.split(", ")
    assert first.startswith("1-3 0424:2514 ")
    assert second.startswith("1-3.1 0424:2514 ")


def test_what_is_signed_can_be_read_and_found_again(institution: Institution) -> None:
    """One line for each value, in the order of their names; the trail holds the hash of it."""
    (entry,) = institution.enrol()
    content = json.loads(entry.payload)
    assert entry.payload == json.dumps(content, indent=1, sort_keys=True).encode()
    assert content["on"] == "2026-12-01"
    assert entry.sha256 == hashlib.sha256(entry.payload).hexdigest()


def test_only_vendor_specific_functions_are_accepted_by_enrolling(
    institution: Institution,
) -> None:
    """Who enrols a sensor with a keyboard in it has not accepted the keyboard."""
    parts = (Setting(Code(0xFF, 1, 2), 4), Setting(Code(3, 1, 1), 5))
    fake = Fake(raw=device_bytes(configuration(*SENSOR_PARTS, *parts)))
    (entry,) = institution.enrol(fake)
    assert entry.enrolment.vendor_functions == ("ff/01/02",)
    assert {"ff/01/02", "03/01/01"} < set(entry.enrolment.functions)


def test_a_difference_says_what_is_and_what_was(institution: Institution) -> None:
    (entry,) = institution.enrol()
    usb, says = institution.plug(Fake()), replace(SAYS, serial="", firmware="4.1.0")
    assert differences(entry.enrolment, usb, says) == (
        "The serial number is 'empty'; enrolled is '93588'.",
        "The firmware is '4.1.0'; enrolled is '4.0.27648'.",
    )


def test_only_who_may_enrol_enrols(institution: Institution) -> None:
    for person, says in (
        (Person.new("Eve"), "is not in the trust file"),
        (institution.anna, "Anna may sign"),
    ):
        with pytest.raises(EnrolmentError, match="The enrolment would not count: .*" + says):
            institution.enrol(by=person)


def test_nobody_enrols_in_the_name_of_another(institution: Institution) -> None:
    """Bea may enrol, too; what says that Ada did it is signed by Ada or by nobody."""
    (entry,) = institution.enrol()
    bea = Person.new("Bea")
    institution.trust(
        institution.anna.entry() + institution.bert.entry() + bea.entry(signs=("enrolment",))
    )
    trust = institution.register().trust
    assert entry.signed(trust, TODAY).problems == ()
    by_bea = signature.sign(entry.payload, What.ENROLMENT, bea.private)
    found = Enrolled(entry.enrolment, entry.payload, by_bea).signed(trust, TODAY)
    assert found.signers == ("Bea",)
    assert found.problems == ("It says that Ada made it; Bea signed.",)
    both = signature.sign(entry.payload, What.ENROLMENT, bea.private, entry.envelope)
    assert Enrolled(entry.enrolment, entry.payload, both).signed(trust, TODAY).problems == ()


def test_an_enrolment_is_on_the_disk_before_it_takes_the_place_of_the_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut it is the old file or the new one."""
    order: list[str] = []
    sync, move = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        assert os.fstat(descriptor).st_size > 0
        sync(descriptor)

    def replaced(path: Path, target: Path) -> Path:
        order.append("in place")
        assert path.name == "enrolments.part"
        return move(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replaced)
    before = len(list(Path("/proc/self/fd").iterdir()))
    save(tmp_path / "enrolments.json", ())
    assert order == ["file", "in place", "folder"]
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert (tmp_path / "enrolments.json").read_text() == "[]\n"


@pytest.mark.parametrize("text", ["", "[{}]", "{}", "\xff"])
def test_enrolments_that_cannot_be_read_are_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "enrolments.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(EnrolmentError, match="cannot be read"):
        load(path)


def test_enrolments_that_cannot_be_written_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(EnrolmentError, match="cannot be written"):
        save(tmp_path / "no folder" / "enrolments.json", ())


@pytest.mark.skipif(shutil.which("udevadm") is None, reason="udevadm is not installed")
def test_udev_accepts_its_rules(institution: Institution, tmp_path: Path) -> None:
    path = tmp_path / "70-limen.rules"
    path.write_text(udev(institution.enrol()))
    done = subprocess.run(
        ["udevadm", "verify", "--resolve-names=never", path],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(
    shutil.which("usbguard-rule-parser") is None, reason="usbguard is not installed"
)
def test_usbguard_accepts_its_rules(institution: Institution, tmp_path: Path) -> None:
    path = tmp_path / "70-limen.conf"
    path.write_text(usbguard(institution.enrol()))
    done = subprocess.run(
        ["usbguard-rule-parser", "-f", path], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_rules_name_the_device_and_close_its_port(institution: Institution) -> None:
    enrolled = institution.enrol()
    assert (
        'allow id 09cb:4007 serial "USB-93588" via-port "1-2" with-interface match-all '
        "{ 02:02:01 0a:00:00 0e:01:00 0e:02:00 }\n"
        'reject via-port "1-2"\n' in usbguard(enrolled)
    )
    closed, opened = (line for line in udev(enrolled).splitlines() if "ATTR{authorized}" in line)
    assert closed.endswith('KERNEL=="1-2", ATTR{authorized}="0"')
    assert 'ATTR{serial}=="USB-93588"' in opened
    assert opened.endswith('ATTR{authorized}="1"')


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("serial", ['x" via-port "1-9', "*", "a\nallow id *:*", "[0-9]", "$env{X}"])
def test_a_serial_number_cannot_write_a_rule_of_its_own(
    institution: Institution, language: str, serial: str
) -> None:
    (entry,) = institution.enrol()
    told = Enrolled(replace(entry.enrolment, usb_serial=serial), entry.payload, entry.envelope)
    with pytest.raises(EnrolmentError, match="would misread"):
        LANGUAGES[language]((told,))
