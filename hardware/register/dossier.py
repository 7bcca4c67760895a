"""The dossier: what is known about one kind of hardware, from whom, and what is not known.

A dossier is a TOML file that a person can read aloud. Every statement says how it is known::

    maker = { value = "Teledyne FLIR", declared = ["idd-410"] }     # someone says so, in writing
    serials = { value = ["93588"], verified = ["inspection-7"] }    # we looked, and hold the proof
    factory_country = { unknown = "certificate of origin" }         # and what would tell us

A statement that is left out is unknown. *Verified* needs a document of which we hold a copy: its
hash is in the dossier. The models below are the schema; docs/reference/dossier.md is made of them.
"""

import tomllib
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from hardware.errors import DossierError
from hardware.register.statement import Document, Key, Sha256, Statement, Words, told

UsbIds = Annotated[str, Field(pattern=r"^[0-9a-f]{4}:[0-9a-f]{4}$")]
UsbCode = Annotated[str, Field(pattern=r"^[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{2}$")]
UsbRelease = Annotated[str, Field(pattern=r"^[0-9a-f]{4}$")]
Text = Statement[str]
Texts = Statement[Words]
Flag = Statement[bool]
Day = Statement[date]
OnDay = date | None


class Identity(Document):
    """What it is, and who really made it."""

    badge_brand: Text = told("Brand on the label.", "photograph of the label")
    maker: Text = told("Who makes it.", "letter of the maker, or its entry in a type approval")
    design_owner: Text = told("Who owns the design.", "letter of the maker naming the design owner")
    model: Text = told("Model.", "photograph of the label")
    part_numbers: Texts = told("Part numbers.", "order confirmation with part numbers")
    revision: Text = told("Hardware revision.", "photograph of the label or the board")
    factory_country: Text = told(
        "Country of the factory (ISO 3166 code).", "certificate of origin for the delivered lot"
    )


class Ownership(Document):
    """Who can tell the maker what to do."""

    legal_entity: Text = told("Legal entity.", "extract from the company register")
    parents: Texts = told("Parent companies, nearest first.", "group chart from the annual report")
    ultimate_owner: Text = told("Ultimate owner.", "register of beneficial owners")
    state_control: Text = told(
        "Shares, seats or vetoes of a state.", "declaration of the maker on state ownership"
    )
    security_law: Texts = told(
        "Countries (ISO 3166 codes) whose national security law can compel the maker.",
        "legal opinion on the laws that bind the maker and its parents",
    )


class Origin(Document):
    """How it came here, and who could have changed it on the way."""

    oem_statement: Text = told(
        "Whether it is made by, or relabelled from, another firm (OEM, ODM).",
        "signed statement of the seller: own make, or whose",
    )
    resellers: Texts = told("Resellers, from maker to us.", "invoices of the whole chain")
    integrator: Text = told("Who installed it.", "installation contract")
    tender: Text = told("Reference of the tender.", "reference of the published tender")


class Component(Document):
    """One part of the device that sees, computes, sends or keeps."""

    fitted: Flag = told("Whether there is one.", "teardown report with photographs")
    maker: Text = told("Maker.", "bill of materials from the maker")
    country: Text = told("Country of manufacture (ISO 3166).", "bill of materials with origins")
    part: Text = told("Part.", "bill of materials from the maker")
    firmware: Text = told("Firmware in it.", "firmware list from the maker")
    firmware_sha256: Statement[Sha256] = told("SHA-256 of the firmware.", "firmware image")
    single_supplier: Flag = told("Whether only one firm can supply it.", "statement of the maker")
    sees_pixels: Flag = told("Whether pictures pass through it.", "block diagram from the maker")
    usb_role: Flag = told(
        "Whether it can act as a USB host or a USB device.", "block diagram from the maker"
    )
    stores: Flag = told("Whether it can keep data without power.", "block diagram from the maker")
    control: Text = told(
        "What is done about what it could do: a second source, a seal, a test.",
        "decision of the institution, with its record",
    )

    @property
    def absent(self) -> bool:
        """Whether it is known that there is none."""
        return self.fitted.value is False


class Components(Document):
    """Parts that could see, compute, send or keep; each is spoken for, there or not."""

    sensor_core: Component = Field(default=Component(), description="The thermal sensor itself.")
    processor: Component = Field(
        default=Component(), description="System on chip or microcontroller."
    )
    interface_board: Component = Field(
        default=Component(), description="Board between sensor and cable."
    )
    visible_camera: Component = Field(default=Component(), description="Camera for visible light.")
    lens: Component = Field(default=Component(), description="Lens or window.")
    radio: Component = Field(default=Component(), description="Any radio.")
    storage: Component = Field(default=Component(), description="Anything that keeps pictures.")
    heat_source: Component = Field(default=Component(), description="Emitter of a reference.")
    controller: Component = Field(default=Component(), description="Controller of a reference.")


class Interface(Document):
    """A way in or out."""

    present: Flag = told("Whether there is one.", "teardown report with photographs")
    disabled: Text = told("How it is disabled, for good.", "description and photograph")
    identifiers: Texts = told("Identifiers observed on it (MAC).", "record of the silence test")


class Connectivity(Document):
    """Every way in and out, and proof that nothing leaves."""

    ethernet: Interface = Field(default=Interface(), description="Wired network.")
    wifi: Interface = Field(default=Interface(), description="Wi-Fi.")
    bluetooth: Interface = Field(default=Interface(), description="Bluetooth.")
    mobile: Interface = Field(default=Interface(), description="Mobile telephone network.")
    other_radio: Interface = Field(default=Interface(), description="Any other radio.")
    silence_test: Text = told(
        "Result of the network-silence test.", "record: 24 h beside a receiver and on a tap"
    )


class Usb(Document):
    """What the host must see; compared by machine before the sensor is opened."""

    ids: Statement[tuple[UsbIds, ...]] = told("Vendor and product ids.", "`limen hardware scan`")
    functions: Statement[tuple[UsbCode, ...]] = told(
        "Class/subclass/protocol of every interface, in all configurations.",
        "`limen hardware scan` of an inspected device",
    )
    releases: Statement[tuple[UsbRelease, ...]] = told(
        "Device releases (bcdDevice).", "`limen hardware scan` of an inspected device"
    )


class Units(Document):
    """The devices that were bought and inspected; compared by machine with what a sensor says."""

    serials: Texts = told("Serial numbers that the sensors report.", "list of the bought devices")
    firmware: Texts = told("Firmware versions that are accepted.", "release notes and their review")


class Storage(Document):
    """What could keep a picture, and how it was removed."""

    media: Texts = told("Media that can be written.", "teardown report")
    removed: Text = told("How they were removed.", "work record with photographs")
    proof: Text = told("How the removal was proven.", "record of the test after removal")


class Computer(Document):
    """The station's computer; compared by machine with what its firmware and Linux say."""

    products: Texts = told(
        "Maker and model, as its firmware names them.", "`limen hardware scan --computer`"
    )
    firmware: Texts = told("Firmware that is accepted.", "`limen hardware scan --computer`")
    tpm: Flag = told("Whether it has a TPM that is switched on.", "setting in its firmware")
    network_drivers: Texts = told(
        "Network drivers that its hardware makes Linux load.", "`limen hardware scan --computer`"
    )
    guest: Flag = told("Whether it is a virtual machine on purpose.", "record of the installation")
    controllers: Texts = told(
        "USB host controllers that are none of its chips and are allowed all the same.",
        "record of who decided it, and why",
    )


class Metrology(Document):
    """Why its temperatures can be trusted."""

    certificate: Text = told("Calibration certificate.", "certificate of an accredited laboratory")
    traceability: Text = told("National standard behind it.", "the certificate's traceability")
    due: Day = told("Next calibration.", "date on the certificate")


class Seal(Document):
    """One seal."""

    number: str = Field(description="Its number.", min_length=1)
    place: str = Field(description="Where it sits.", min_length=1)

    def __str__(self) -> str:
        return f"{self.number} ({self.place})"


class Tamper(Document):
    """How a change would be seen."""

    seals: Statement[tuple[Seal, ...]] = told(
        "The seals: number and place of each.", "photographs of the seals"
    )
    inspection: Text = told("Last inspection.", "inspection record with photographs")
    custody: Text = told("Unbroken custody since the factory.", "signed chain of custody")


class Assurance(Document):
    """What the maker promises, and who watches it."""

    support_end: Day = told("End of support.", "statement of the maker")
    vulnerabilities: Text = told("Where faults are reported.", "disclosure policy of the maker")
    declarations: Texts = told("Declarations of conformity.", "the declarations")
    human_rights: Text = told("Human-rights due diligence.", "due-diligence report of the maker")


class Procurement(Document):
    """What the law asks of whoever buys it."""

    cpv: Text = told("Its code of the EU's procurement vocabulary (CPV).", "the tender notice")
    chinese_share: Statement[Annotated[int, Field(ge=0, le=100)]] = told(
        "Share of its value that comes from China, in per cent.",
        "statement of the seller on origin, Regulation (EU) 2025/1197",
    )
    due_diligence: Text = told(
        "What the seller did against forced labour in its supply chain.",
        "due-diligence statement of the seller, Regulation (EU) 2024/3015",
    )
    forced_labour: Text = told(
        "What a person found in the forced-labour database, and why it was chosen all the same.",
        "record of the comparison with the database",
    )


class Evidence(Document):
    """A document that statements stand on."""

    id: Key = Field(description="Name of it in this dossier.")
    title: str = Field(description="Title.", min_length=1)
    issuer: str = Field(description="Who issued it.", min_length=1)
    date: str = Field(
        description="Its date, as exact as known; if it has none, the day it was read.",
        pattern=r"^\d{4}(-\d\d(-\d\d)?)?$",
    )
    reference: str = Field(default="", description="Where anyone can find it.")
    sha256: Sha256 | Literal[""] = Field(
        default="", description="SHA-256 of the copy that we hold; empty when we hold none."
    )
    read_by: str = Field(default="", description="Who of those who sign read that copy.")
    read_on: OnDay = Field(default=None, description="On which day.")


class Cleared(Document):
    """A match with an exclusion list that a reviewer found false."""

    name: str = Field(description="The name or identifier in this dossier that matched.")
    reason: str = Field(description="Why it is another one.", min_length=20)


class Screened(Document):
    """The dossier compared with one exclusion list by a person."""

    list: Key = Field(description="Key of the list.")
    snapshot: date = Field(description="Day to which that snapshot is complete.")
    sha256: Sha256 = Field(description="SHA-256 of that snapshot.")
    reviewer: str = Field(description="Who of those who sign compared.", min_length=1)
    on: date = Field(description="On which day.")
    matches: Words = Field(default=(), description="Names that matched.")
    cleared: tuple[Cleared, ...] = Field(
        default=(), description="Matches found false, with the reason."
    )


class Verdict(StrEnum):
    """What the institution decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    UNDECIDED = "undecided"


class Ruling(Document):
    """What was decided, until when, and what makes it void. It is signed with the whole file."""

    verdict: Verdict = Field(default=Verdict.UNDECIDED, description="What was decided.")
    why: str = Field(default="", description="In one or two sentences.")
    on: date | None = Field(default=None, description="Day of the decision.")
    expires: date | None = Field(default=None, description="Last day on which it holds.")
    exceptions: Words = Field(default=(), description="Exceptions that were granted.")
    review_when: Words = Field(default=(), description="What makes a new review necessary.")

    @model_validator(mode="after")
    def _approval_ends(self) -> Self:
        if self.verdict is Verdict.APPROVED and not (self.on and self.expires):
            raise ValueError("an approval says on which day it was given and when it expires")
        return self


class Kind(StrEnum):
    """What a dossier is about."""

    SENSOR = "sensor"
    REFERENCE = "reference"
    COMPUTER = "computer"
    SIMULATED = "simulated"


class Dossier(Document):
    """All that is known about one kind of hardware."""

    key: Key = Field(description="Name of the dossier; its file is called so.")
    edition: Literal[1] = Field(description="Edition of this schema.")
    kind: Kind = Field(description="What it is about.")
    name: str = Field(description="Name that a reader recognises.", min_length=1)
    summary: str = Field(description="What it is, in two or three sentences.", min_length=1)
    identity: Identity = Identity()
    ownership: Ownership = Ownership()
    origin: Origin = Origin()
    components: Components = Components()
    connectivity: Connectivity = Connectivity()
    usb: Usb = Usb()
    units: Units = Units()
    storage: Storage = Storage()
    computer: Computer = Computer()
    procurement: Procurement = Procurement()
    metrology: Metrology = Metrology()
    tamper: Tamper = Tamper()
    assurance: Assurance = Assurance()
    screening: tuple[Screened, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    decision: Ruling = Ruling()

    @model_validator(mode="after")
    def _evidence_is_there(self) -> Self:
        documents = {document.id: document for document in self.evidence}
        if len(documents) != len(self.evidence):
            raise ValueError("two documents have the same id")
        for path, statement in self.statements():
            for name in statement.evidence:
                if name not in documents:
                    raise ValueError(f"{path} stands on {name!r}, which is no document here")
            if statement.verified and not any(
                documents[name].sha256 for name in statement.verified
            ):
                raise ValueError(
                    f"{path} is called verified, and of none of its documents a copy is held"
                )
        return self

    def statements(self) -> Iterator[tuple[str, Statement[Any]]]:
        """Yield every statement that applies with its path (`components.lens.maker`)."""
        yield from _walk(self, "")

    def statement(self, path: str) -> Statement[Any]:
        """Return one statement by its path."""
        here: Any = self
        for name in path.split("."):
            here = getattr(here, name)
        if not isinstance(here, Statement):
            raise TypeError(f"{path} is no statement")
        return here

    def applies(self, path: str) -> bool:
        """Whether a statement has a subject: there is nothing to say of a part that is absent."""
        section, _, rest = path.partition(".")
        part = getattr(self.components, rest.partition(".")[0]) if section == "components" else None
        return part is None or not part.absent or path.endswith(".fitted")


def read(data: bytes, key: str) -> Dossier:
    """Read a dossier from the exact bytes of its file.

    Raises
    ------
    DossierError
        When they are no TOML, break the schema, or are those of another dossier.
    """
    try:
        dossier = Dossier.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the dossier"
        raise DossierError(f"Dossier {key}: {where}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
        raise DossierError(f"Dossier {key} is no TOML: {error}.") from error
    if dossier.key != key:
        raise DossierError(f"The file of dossier {key} holds the dossier {dossier.key}.")
    return dossier


def words(path: str) -> str:
    """Return the path of a statement as a reader sees it: `components: lens: maker`."""
    return path.replace("_", " ").replace(".", ": ")


def _walk(part: Document, prefix: str) -> Iterator[tuple[str, Statement[Any]]]:
    """Walk the tree of models; more is only said of a part or an interface that is there."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Statement):
            yield f"{prefix}{name}", value
        elif isinstance(value, Component) and not value.fitted.value:
            yield f"{prefix}{name}.fitted", value.fitted
        elif isinstance(value, Interface) and not value.present.value:
            yield f"{prefix}{name}.present", value.present
        elif isinstance(value, Document):
            yield from _walk(value, f"{prefix}{name}.")
