"""An institution with keys, people, and a register of its own, as an owner would have it."""

import json
import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hardware.host import computer
from hardware.host.usb import UsbIdentity, read
from hardware.register import documents, signature
from hardware.register import index as indexes
from hardware.register.documents import Register
from hardware.register.lists import Snapshot
from hardware.register.memory import Memory
from hardware.register.trust import What, key_id
from hardware.vetting.check import vet
from hardware.vetting.decision import Decision, SensorSays
from hardware.vetting.enrolment import Enrolled, enrol
from tests.hardware.trees import Fake, plant

TODAY = date(2026, 12, 1)
FRESH = date(2026, 11, 20)
EXPIRES = date(2028, 6, 1)
KEY = "our-boson"
SAYS = SensorSays("93588", "21640A012-6IAAX     ", "4.0.27648")
LISTS = ("limen-affiliates", "us-bis-entities", "us-dod-1260h", "us-fcc-covered", "us-ndaa-889")
EVERYTHING = ("dossier", "policy", "list", "index", "trust")
PROOF = b"The record of an inspection that the tests made up."


def told(value: object) -> dict[str, object]:
    """Return a verified statement."""
    return {"value": value, "verified": ["inspection"]}


def fitted(*, maker: str = "Teledyne FLIR", country: str = "US") -> dict[str, object]:
    """Return a component that is there, and known."""
    return {
        "fitted": told(value=True),
        "maker": told(maker),
        "country": told(country),
        "part": told("a part"),
        "firmware": told("none"),
        "control": told("sealed"),
    }


def screened(snapshot: Snapshot, **more: object) -> dict[str, object]:
    """Return the row of a person who compared the dossier with a list."""
    row: dict[str, object] = {
        "list": snapshot.key,
        "snapshot": snapshot.content.complete_to,
        "sha256": snapshot.sha256,
        "reviewer": "Bert",
        "on": date(2026, 11, 30),
    }
    return row | more


def dossier(lists: tuple[Snapshot, ...], **changes: object) -> dict[str, Any]:
    """Return a dossier in which everything that the default policy asks for is verified.

    `changes` replace values by their path, with `__` between the steps.
    """
    absent = {"fitted": told(value=False)}
    way = {"present": told(value=False)}
    content: dict[str, Any] = {
        "key": KEY,
        "edition": 1,
        "kind": "sensor",
        "name": "Our Boson",
        "summary": "The camera core that the tests bought.",
        "identity": {
            "badge_brand": told("Teledyne FLIR"),
            "maker": told("Teledyne FLIR"),
            "design_owner": told("Teledyne FLIR"),
            "model": told("Boson+ 640"),
            "part_numbers": told([SAYS.part_number]),
            "revision": told("C"),
            "factory_country": told("US"),
        },
        "ownership": {
            "legal_entity": told("Teledyne FLIR LLC"),
            "parents": told(["Teledyne Technologies Incorporated"]),
            "ultimate_owner": told("shareholders of Teledyne Technologies Incorporated"),
            "state_control": told("none"),
            "security_law": told(["US"]),
        },
        "origin": {
            "oem_statement": told("own make"),
            "resellers": told(["A Reseller"]),
            "integrator": told("An Integrator"),
            "tender": told("2026/S 1-1"),
        },
        "components": {
            "sensor_core": fitted(),
            "processor": fitted(maker="A Chip Maker"),
            "interface_board": fitted(),
            "lens": fitted(),
            "visible_camera": absent,
            "radio": absent,
            "storage": absent,
            "heat_source": absent,
            "controller": absent,
        },
        "connectivity": {
            "ethernet": way,
            "wifi": way,
            "bluetooth": way,
            "mobile": way,
            "other_radio": way,
            "silence_test": told("silent for 24 h"),
        },
        "usb": {
            "ids": told(["09cb:4007"]),
            "functions": told(["0e/03/00", "0e/01/00", "0e/02/00", "02/02/01", "0a/00/00"]),
            "releases": told(["0200"]),
        },
        "units": {"serials": told([SAYS.serial]), "firmware": told([SAYS.firmware])},
        "tamper": {
            "seals": told([{"number": "1", "place": "front screw"}]),
            "inspection": told("opened and looked at"),
            "custody": told("unbroken"),
        },
        "assurance": {
            "support_end": told(date(2031, 1, 1)),
            "vulnerabilities": told("psirt@example.org"),
            "declarations": told(["CE"]),
            "human_rights": told("a report"),
        },
        "procurement": {
            "cpv": told("38000000-5"),
            "chinese_share": told(0),
            "due_diligence": told("a statement"),
            "forced_labour": told("no entry"),
        },
        "screening": [screened(snapshot) for snapshot in lists if snapshot.key in LISTS],
        "evidence": [
            {
                "id": "inspection",
                "title": "Inspection record",
                "issuer": "The institution",
                "date": "2026-11-20",
                "sha256": sha256(PROOF).hexdigest(),
                "read_by": "Anna",
                "read_on": date(2026, 11, 28),
            }
        ],
        "decision": {
            "verdict": "approved",
            "why": "It was inspected.",
            "on": date(2026, 11, 25),
            "expires": date(2027, 11, 24),
        },
    }
    for path, value in changes.items():
        *steps, last = path.split("__")
        here = content
        for step in steps:
            here = here[step]
        here[last] = value
    return content


def toml(content: dict[str, Any]) -> bytes:
    """Write a dossier as TOML; good enough for what tests put into it."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in content.items()).encode()


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value)


@dataclass
class Person:
    """Somebody who signs."""

    name: str
    private: Ed25519PrivateKey

    @classmethod
    def new(cls, name: str) -> "Person":
        return cls(name, Ed25519PrivateKey.generate())

    @property
    def key_id(self) -> str:
        return key_id(self.private.public_key().public_bytes_raw())

    def entry(
        self,
        start: str = "2026-01-01",
        end: str = "2028-01-01",
        signs: tuple[str, ...] = EVERYTHING,
    ) -> str:
        raw = self.private.public_key().public_bytes_raw()
        return (
            f'[[key]]\nname = "{self.name}"\nrole = "procurement"\nsigns = {json.dumps(signs)}\n'
            f'public = "{signature._b64(raw)}"\nvalid_from = {start}\nvalid_until = {end}\n'
        )


class Institution:
    """A register of its own in `folder`, and a fake host.

    Anna and Bert sign what they looked at; a board of two signs what is in force and who may sign;
    Ada, the admin of the station, enrols.
    """

    def __init__(self, folder: Path) -> None:
        self.own = folder / "register"
        self.sys = folder / "sys"
        for name in ("dossiers", "lists", "evidence", "trust"):
            (self.own / name).mkdir(parents=True)
        (self.own / "evidence" / f"{sha256(PROOF).hexdigest()}.txt").write_bytes(PROOF)
        self.anna, self.bert = Person.new("Anna"), Person.new("Bert")
        self.admin = Person.new("Ada")
        self.board = Person.new("Chris"), Person.new("Dana")
        self.version = 0
        self.trust(self.anna.entry() + self.bert.entry())
        self.write_lists()
        self.write_dossier()
        self.enrolled: tuple[Enrolled, ...] = ()

    @property
    def people(self) -> tuple[Person, Person]:
        return self.anna, self.bert

    def trust(self, entries: str, *, needed: int = 2, signers: tuple[Person, ...] = ()) -> None:
        """Write the next trust file, with the admin in it, and have it signed."""
        self.version += 1
        text = (
            f"edition = 2\nversion = {self.version}\nexpires = 2029-12-31\n"
            f"signers_needed = {needed}\n{entries}{self.admin.entry(signs=('enrolment',))}"
            f"{''.join(person.entry(signs=('trust', 'index', 'list')) for person in self.board)}"
        )
        for path in (self.own / "trust.toml", self.own / "trust" / f"{self.version}.toml"):
            path.write_text(text)
            self.sign(path, What.TRUST, *(signers or self.board))
        self.in_force()

    def write_lists(self) -> None:
        """Import a list that the shipped copy is out of date of, and one that is not shipped."""
        old = (documents.SHIPPED / "lists/us-bis-entities.toml").read_text()
        fresh = f"complete_to = {FRESH}\ncopied = {FRESH}\n"
        old = re.sub(r"complete_to = .*\ncopied = .*\n", fresh, old)
        head = f'edition = 1\ntitle = "T"\nauthority = "EU"\nsource = "s"\nterms = "free"\n{fresh}'
        head += f'published = {FRESH}\ncount = 1\nscope = "all"\nomits = "nothing"\n'
        for key, text in (
            ("us-bis-entities", old),
            ("eu-sanctions", f'key = "eu-sanctions"\n{head}[[entry]]\nname = "Verboten GmbH"\n'),
            (
                "eu-forced-labour",
                f'key = "eu-forced-labour"\n{head}[[risk]]\narea = "ZZ"\nproduct = "glass"\n',
            ),
        ):
            path = self.own / "lists" / f"{key}.toml"
            path.write_text(text)
            self.sign(path, What.LIST, *self.board)

    def write_dossier(self, *signers: Person, **changes: object) -> Path:
        """Write the dossier, and have it signed; by both people when nobody is named."""
        path = self.own / "dossiers" / f"{changes.get('key', KEY)}.toml"
        path.write_bytes(toml(dossier(self.register().lists, **changes)))
        self.sign(path, What.DOSSIER, *(signers or self.people))
        self.in_force()
        return path

    def sign(self, path: Path, kind: What, *signers: Person) -> Path:
        envelope = None
        for person in signers:
            envelope = signature.sign(path.read_bytes(), kind, person.private, envelope)
        target = path.with_name(path.name + signature.SUFFIX)
        target.write_bytes(envelope or b"")
        return target

    def index(self, *signers: Person, version: int | None = None, expires: date = EXPIRES) -> None:
        """Put all that is there now in force, under the next number."""
        path = self.own / indexes.FILE
        before = indexes.read(path.read_bytes()).content.version if path.exists() else 0
        path.write_bytes(indexes.write(self.own, version or before + 1, TODAY, expires))
        self.sign(path, What.INDEX, *(signers or self.board))

    def in_force(self) -> None:
        """Make a new index when something was changed since the last."""
        path = self.own / indexes.FILE
        if path.exists():
            now = indexes.read(path.read_bytes()).content
            if indexes.write(self.own, now.version, now.made, now.expires) == path.read_bytes():
                return
        self.index()

    def register(self, today: date = TODAY, memory: Memory | None = None) -> Register:
        self.in_force()
        return documents.load(self.own, today=today, memory=memory)

    def plug(self, *fakes: Fake) -> UsbIdentity:
        """Plug devices in; return what the host sees of the first."""
        plant(self.sys, *fakes)
        return read(fakes[0].port, self.sys)

    def enrol(
        self, fake: Fake | None = None, says: SensorSays = SAYS, by: Person | None = None
    ) -> tuple[Enrolled, ...]:
        trust = self.register().trust
        private = (by or self.admin).private
        usb = self.plug(fake or Fake())
        return (enrol(KEY, usb, says, on=TODAY, trust=trust, private=private),)

    def vet(
        self,
        *fakes: Fake,
        says: SensorSays = SAYS,
        enrolments: tuple[Enrolled, ...] = (),
        today: date = TODAY,
        memory: Memory | None = None,
    ) -> Decision:
        usb = self.plug(*fakes) if fakes else None
        known = self.register(today, memory)
        return vet(
            KEY, usb, says, register=known, enrolments=enrolments, computer=computer.read(self.sys)
        )
