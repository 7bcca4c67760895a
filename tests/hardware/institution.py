"""An institution with keys, people, and a register of its own, as an owner would have it."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hardware.host.usb import UsbIdentity, read
from hardware.register import documents, signature
from hardware.register.documents import Register
from hardware.register.lists import Snapshot
from hardware.register.signature import PayloadType
from hardware.register.trust import key_id
from hardware.vetting.check import Decision, SensorSays, vet
from hardware.vetting.enrolment import Enrolment, enrol
from tests.hardware.trees import Fake, plant

TODAY = date(2026, 12, 1)
KEY = "our-boson"
SAYS = SensorSays("93588", "21640A012-6IAAX     ", "4.0.27648")
LISTS = ("limen-affiliates", "us-bis-entities", "us-fcc-covered", "us-ndaa-889")


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
    }


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
            "seals": told(["1"]),
            "inspection": told("opened and looked at"),
            "custody": told("unbroken"),
        },
        "assurance": {
            "support_end": told(date(2031, 1, 1)),
            "vulnerabilities": told("psirt@example.org"),
            "declarations": told(["CE"]),
            "human_rights": told("a report"),
        },
        "screening": [
            {
                "list": snapshot.key,
                "snapshot": snapshot.content.snapshot,
                "sha256": snapshot.sha256,
                "reviewer": "A. Reviewer",
            }
            for snapshot in lists
        ],
        "evidence": [
            {
                "id": "inspection",
                "title": "Inspection record",
                "issuer": "The institution",
                "date": "2026-11-20",
                "sha256": "ab" * 32,
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

    def entry(self, start: str = "2026-01-01", end: str = "2028-01-01") -> str:
        raw = self.private.public_key().public_bytes_raw()
        return (
            f'[[key]]\nname = "{self.name}"\nrole = "procurement"\n'
            f'public = "{signature._b64(raw)}"\nvalid_from = {start}\nvalid_until = {end}\n'
        )


class Institution:
    """A register of its own in `folder`, with two people who sign, and a fake host."""

    def __init__(self, folder: Path) -> None:
        self.own = folder / "register"
        self.sys = folder / "sys"
        for name in ("dossiers", "lists"):
            (self.own / name).mkdir(parents=True)
        self.anna, self.bert = Person.new("Anna"), Person.new("Bert")
        self.trust(self.anna.entry() + self.bert.entry())
        self.write_dossier()
        self.enrolled: tuple[Enrolment, ...] = ()

    def trust(self, entries: str, *, needed: int = 2) -> None:
        text = f"edition = 1\nsigners_needed = {needed}\n{entries}"
        (self.own / "trust.toml").write_text(text)

    def write_dossier(self, *signers: Person, **changes: object) -> Path:
        """Write the dossier, and have it signed; by both people when nobody is named."""
        path = self.own / "dossiers" / f"{changes.get('key', KEY)}.toml"
        path.write_bytes(toml(dossier(documents.load(today=TODAY).lists, **changes)))
        self.sign(path, PayloadType.DOSSIER, *(signers or (self.anna, self.bert)))
        return path

    def sign(self, path: Path, kind: PayloadType, *signers: Person) -> Path:
        envelope = None
        for person in signers:
            envelope = signature.sign(path.read_bytes(), kind, person.private, envelope)
        target = path.with_name(path.name + signature.SUFFIX)
        target.write_bytes(envelope or b"")
        return target

    def register(self, today: date = TODAY) -> Register:
        return documents.load(self.own, today=today)

    def plug(self, *fakes: Fake) -> UsbIdentity:
        """Plug devices in; return what the host sees of the first."""
        plant(self.sys, *fakes)
        return read(fakes[0].port, self.sys)

    def enrol(self, fake: Fake | None = None, says: SensorSays = SAYS) -> tuple[Enrolment, ...]:
        return (enrol(KEY, self.plug(fake or Fake()), says, on=TODAY, by="admin"),)

    def vet(
        self,
        *fakes: Fake,
        says: SensorSays = SAYS,
        enrolments: tuple[Enrolment, ...] = (),
        today: date = TODAY,
    ) -> Decision:
        usb = self.plug(*fakes) if fakes else None
        return vet(KEY, usb, says, register=self.register(today), enrolments=enrolments)
