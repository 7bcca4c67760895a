"""What the register once admitted, case by case: each is refused now, each with its sentence.

The cases are those of an audit of the register. Whoever changes a rule sees here which of them it
kept out.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from hardware.errors import HardwareError
from hardware.register import documents, signature
from hardware.register.memory import Memory
from hardware.register.trust import What
from hardware.vetting.check import vet
from hardware.vetting.enrolment import Enrolled, load
from tests.hardware.institution import (
    KEY,
    LISTS,
    SAYS,
    TODAY,
    Institution,
    Person,
    fitted,
    screened,
    told,
)
from tests.hardware.register.test_signature import own_policy
from tests.hardware.trees import Fake, controller


@dataclass
class Station:
    """A station with an approved sensor, as it was before somebody tried something."""

    institution: Institution
    folder: Path
    enrolled: tuple[Enrolled, ...] = ()
    memory: Memory | None = None
    today: date = TODAY
    trail: dict[str, str] = field(default_factory=dict)  # ports; as enrolled when it is empty

    def __post_init__(self) -> None:
        self.enrolled = self.institution.enrol()
        self.memory = self.remembered()

    def remembered(self) -> Memory:
        before = self.memory or Memory()
        return documents.load(self.institution.own, today=TODAY, memory=before).remembered()

    def keep(self) -> None:
        """Keep a copy of the register as it is, to bring it back later."""
        copytree(self.institution.own, self.folder / "kept")

    def bring_back(self, *names: str) -> None:
        """Bring files of the kept register back; all of it when none is named."""
        own, kept = self.institution.own, self.folder / "kept"
        if not names:
            rmtree(own)
            copytree(kept, own)
        for name in names:
            for suffix in ("", ".dsse"):
                (own / f"{name}{suffix}").write_bytes((kept / f"{name}{suffix}").read_bytes())

    def refusal(self) -> str:
        """Return why the station opens no sensor; fails when it opens one."""
        in_the_trail = {entry.enrolment.port: entry.sha256 for entry in self.enrolled}
        memory = replace(self.memory or Memory(), enrolled=self.trail or in_the_trail)
        try:
            known = documents.load(self.institution.own, today=self.today, memory=memory)
        except HardwareError as error:
            return str(error)
        usb = self.institution.plug(Fake())
        decision = vet(KEY, usb, SAYS, register=known, enrolments=self.enrolled)
        assert not decision.passes, decision
        return str(decision)


Trick = Callable[[Station], object]


def country_of_the_factory(station: Station) -> None:
    station.institution.write_dossier(identity__factory_country=told("CN"))
    station.memory = station.remembered()


def wifi_declared_disabled(station: Station) -> None:
    wifi = {
        "present": told(value=True),
        "disabled": {"value": "off in the menu", "declared": ["inspection"]},
    }
    station.institution.write_dossier(connectivity__wifi=wifi)
    station.memory = station.remembered()


def clearance_of_another_list(station: Station) -> None:
    """Clear a match on one list; another list has the same firm."""
    why = [
        {
            "name": "Hytera",
            "entry": "Hytera Communications Corporation",
            "reason": "it is the name of a street",
        }
    ]
    rows = [
        screened(s, cleared=why if s.key == "limen-affiliates" else [])
        for s in station.institution.register().lists
        if s.key in LISTS
    ]
    station.institution.write_dossier(screening=rows, components__processor=fitted(maker="Hytera"))
    station.memory = station.remembered()


def enrolled_for_another_dossier(station: Station) -> None:
    institution = station.institution
    institution.write_dossier(key="another")
    made = replace(station.enrolled[0].enrolment, dossier="another")
    payload = json.dumps(asdict(made), default=str).encode()
    envelope = signature.sign(payload, What.ENROLMENT, institution.admin.private)
    station.enrolled = (Enrolled(made, payload, envelope),)
    station.memory = station.remembered()


def approval_not_begun(station: Station) -> None:
    station.today = date(2026, 11, 24)


def approval_over(station: Station) -> None:
    station.today = date(2027, 11, 25)


def older_trust_file(station: Station) -> None:
    """Bring back the trust file in which a revoked signer was not revoked."""
    institution = station.institution
    station.keep()
    revoked = f'[[revoked]]\nid = "{institution.bert.key_id}"\non = 2026-12-01\nreason = "x"\n'
    institution.trust(institution.anna.entry() + institution.bert.entry() + revoked)
    station.memory = station.remembered()
    station.bring_back("trust.toml")


def older_dossier(station: Station) -> None:
    station.keep()
    station.institution.write_dossier(decision={"verdict": "refused", "why": "It sends."})
    station.memory = station.remembered()
    station.bring_back(f"dossiers/{KEY}.toml")


def everything_older(station: Station) -> None:
    station.keep()
    station.institution.write_dossier(decision={"verdict": "refused", "why": "It sends."})
    station.memory = station.remembered()
    station.bring_back()


def deleted_list(station: Station) -> None:
    (station.institution.own / "lists/us-bis-entities.toml").unlink()


def deleted_policy(station: Station) -> None:
    own_policy(station.institution, *station.institution.people)
    station.institution.in_force()
    station.memory = station.remembered()
    (station.institution.own / "policy.toml").unlink()


def clock_set_back(station: Station) -> None:
    """Set the clock to a day on which an approval that expired still held."""
    newest = datetime(2027, 12, 1, tzinfo=UTC)
    replace(station.remembered(), newest=newest).check_clock(newest - timedelta(days=300))


def hash_of_zeros(station: Station) -> None:
    evidence = {
        "id": "inspection",
        "title": "T",
        "issuer": "I",
        "date": "2026",
        "sha256": "0" * 64,
        "read_by": "Anna",
        "read_on": TODAY,
    }
    station.institution.write_dossier(evidence=[evidence])
    station.memory = station.remembered()


def screened_in_1999(station: Station) -> None:
    rows = [
        screened(s) | {"on": date(1999, 1, 1), "sha256": "0" * 64}
        for s in station.institution.register().lists
        if s.key in LISTS
    ]
    station.institution.write_dossier(screening=rows)
    station.memory = station.remembered()


def one_person_twice(station: Station) -> None:
    institution = station.institution
    again = Person.new("Anna ")
    institution.trust(institution.anna.entry() + institution.bert.entry() + again.entry())
    institution.write_dossier(institution.anna, again)
    station.memory = station.remembered()


def made_by(name: str) -> Trick:
    def trick(station: Station) -> None:
        station.institution.write_dossier(components__processor=fitted(maker=name))
        station.memory = station.remembered()

    return trick


def written_by_hand(station: Station) -> None:
    """Write an enrolment that nobody signed, as it was once kept: plain fields in the file."""
    path = station.folder / "enrolments.json"
    path.write_bytes(b"[" + station.enrolled[0].payload + b"]")
    load(path)


def signed_by_nobody_who_may(station: Station) -> None:
    (entry,) = station.enrolled
    envelope = signature.sign(entry.payload, What.ENROLMENT, station.institution.anna.private)
    station.enrolled = (Enrolled(entry.enrolment, entry.payload, envelope),)


def without_an_entry_in_the_trail(station: Station) -> None:
    station.trail = {"1-2": "0" * 64}


def over_a_network(station: Station) -> None:
    station.institution.sys = station.folder / "another sys"
    controller(station.institution.sys, "vhci_hcd", "platform")
    station.enrolled = station.institution.enrol()


def list_copied_today_with_old_content(station: Station) -> None:
    """Copy a list today whose content ends in March 2023."""
    path = station.institution.own / "lists/us-bis-entities.toml"
    text = (documents.SHIPPED / "lists/us-bis-entities.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("copied = 2026-11-24", f"copied = {TODAY}"))
    station.institution.sign(path, What.LIST, *station.institution.board)
    station.institution.in_force()
    station.memory = station.remembered()


CASES: dict[str, tuple[Trick, str]] = {
    # untested promises
    "the country of the factory": (
        country_of_the_factory,
        "reaches it] identity: factory country: CN.",
    ),
    "Wi-Fi that is merely declared disabled": (
        wifi_declared_disabled,
        "It has wifi, and that it is disabled is declared.",
    ),
    "one list's clearance silences another list": (
        clearance_of_another_list,
        "'Hytera' is Hytera Communications Corporation ('Hytera'), listed in: NDAA FY2019",
    ),
    "an enrolment of another dossier": (
        enrolled_for_another_dossier,
        "Port 1-2 is enrolled for a another.",
    ),
    "an approval that has not begun": (approval_not_begun, "Its approval begins on 2026-11-25."),
    "an approval that is over": (approval_over, "Its approval expired on 2027-11-24."),
    # rollback
    "an older trust file": (older_trust_file, "trust.toml is not the one in force"),
    "an older dossier": (older_dossier, f"dossiers/{KEY}.toml is not the one in force"),
    "the whole register, older": (everything_older, "this station has already seen version"),
    "a deleted list": (deleted_list, "lists/us-bis-entities.toml is missing; the index"),
    "a deleted policy": (deleted_policy, "policy.toml is missing; the index"),
    "a clock set back past expiry": (clock_set_back, "and this station has already seen"),
    # evidence by assertion
    "verified on a document whose hash is zeros": (
        hash_of_zeros,
        "cannot be opened: the evidence folder has no copy with the SHA-256 0000000000000000…",
    ),
    "a screening dated 1999": (screened_in_1999, "1999-01-01, 10196 days ago; the limit is 365."),
    # names
    '"Anna" and "Anna " as two signers': (one_person_twice, "2 people must sign it; Anna did."),
    **{
        f"a processor of {name}": (made_by(name), f"{name!r} is {firm} (")
        for name, firm in (
            ("Hikrobot", "Hikvision"),
            ("HIK", "Hikvision"),
            ("海康", "Hikvision"),
            ("Хиквижн", "Hikvision"),
            ("Uniview", "Zhejiang Uniview Technologies"),
            ("Tiandy", "Tiandy Technologies"),
        )
    },
    # enrolment
    "an enrolment written by hand": (written_by_hand, "cannot be read"),
    "an enrolment signed by somebody who may not": (
        signed_by_nobody_who_may,
        "Anna may sign dossier, policy, list, index, trust with the key",
    ),
    "an enrolment without an entry in the audit trail": (
        without_an_entry_in_the_trail,
        "The enrolment at port 1-2 is not the last one in the audit trail.",
    ),
    # the wire
    "a camera on the network, over USB/IP": (
        over_a_network,
        "It hangs on vhci_hcd on platform: it brings devices over a network (USB over IP).",
    ),
    # lists
    "a list that was copied today and ends in 2023": (
        list_copied_today_with_old_content,
        "The content of us-bis-entities is complete to 2023-03-28, 1344 days ago;",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_once_admitted_is_refused_with_its_sentence(
    institution: Institution, tmp_path: Path, case: str
) -> None:
    trick, says = CASES[case]
    station = Station(institution, tmp_path)
    try:
        trick(station)
    except HardwareError as error:  # it does not get as far as the sensor
        refusal = str(error)
    else:
        refusal = station.refusal()
    assert says in refusal


def test_the_station_opens_the_sensor_when_nobody_tries_anything(
    institution: Institution, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError, match=r"our-boson.*approved"):
        Station(institution, tmp_path).refusal()
