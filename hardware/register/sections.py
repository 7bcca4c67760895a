"""The sections of a dossier: every statement that can be made of a piece of hardware.

Each says what it states, what would tell while nobody knows, and from whom that can be had.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from hardware.register.countries import Country
from hardware.register.statement import Document, Sha256, Statement, Whom, Words, told

UsbIds = Annotated[str, Field(pattern=r"^[0-9a-f]{4}:[0-9a-f]{4}$")]
UsbCode = Annotated[str, Field(pattern=r"^[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{2}$")]
UsbRelease = Annotated[str, Field(pattern=r"^[0-9a-f]{4}$")]
Text = Statement[str]
Texts = Statement[Words]
Flag = Statement[bool]
Day = Statement[date]


class Identity(Document):
    """What it is, and who really made it."""

    badge_brand: Text = told("Brand on the label.", "photograph of the label", Whom.YOURSELVES)
    maker: Text = told("Who makes it.", "letter of the maker, or its entry in a type approval")
    design_owner: Text = told("Who owns the design.", "letter of the maker naming the design owner")
    model: Text = told("Model.", "photograph of the label", Whom.YOURSELVES)
    part_numbers: Texts = told("Part numbers.", "order confirmation with part numbers", Whom.SELLER)
    revision: Text = told(
        "Hardware revision.", "photograph of the label or the board", Whom.YOURSELVES
    )
    factory_country: Statement[Country] = told(
        "Country of the factory (ISO 3166 code).",
        "certificate of origin for the delivered lot",
        Whom.SELLER,
    )


class Ownership(Document):
    """Who can tell the maker what to do."""

    legal_entity: Text = told("Legal entity.", "extract from the company register", Whom.SELLER)
    parents: Texts = told("Parent companies, nearest first.", "group chart from the annual report")
    ultimate_owner: Text = told("Ultimate owner.", "register of beneficial owners")
    state_control: Text = told(
        "Shares, seats or vetoes of a state.", "declaration of the maker on state ownership"
    )
    security_law: Statement[tuple[Country, ...]] = told(
        "Countries (ISO 3166 codes) whose national security law can compel the maker.",
        "legal opinion on the laws that bind the maker and its parents",
        Whom.COUNSEL,
    )


class Origin(Document):
    """How it came here, and who could have changed it on the way."""

    oem_statement: Text = told(
        "Whether it is made by, or relabelled from, another firm (OEM, ODM).",
        "signed statement of the seller: own make, or whose",
        Whom.SELLER,
    )
    resellers: Texts = told(
        "Resellers, from maker to us.", "invoices of the whole chain", Whom.SELLER
    )
    integrator: Text = told("Who installed it.", "installation contract", Whom.YOURSELVES)
    tender: Text = told(
        "Reference of the tender.", "reference of the published tender", Whom.YOURSELVES
    )


class Component(Document):
    """One part of the device that sees, computes, sends or keeps."""

    fitted: Flag = told(
        "Whether there is one.", "teardown report with photographs", Whom.YOURSELVES
    )
    maker: Text = told("Maker.", "bill of materials from the maker")
    country: Statement[Country] = told(
        "Country of manufacture (ISO 3166).", "bill of materials with origins"
    )
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
        Whom.YOURSELVES,
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

    present: Flag = told(
        "Whether there is one.", "teardown report with photographs", Whom.YOURSELVES
    )
    disabled: Text = told(
        "How it is disabled, for good.", "description and photograph", Whom.YOURSELVES
    )
    identifiers: Texts = told(
        "Identifiers observed on it (MAC).", "record of the silence test", Whom.YOURSELVES
    )


class Connectivity(Document):
    """Every way in and out, and proof that nothing leaves."""

    ethernet: Interface = Field(default=Interface(), description="Wired network.")
    wifi: Interface = Field(default=Interface(), description="Wi-Fi.")
    bluetooth: Interface = Field(default=Interface(), description="Bluetooth.")
    mobile: Interface = Field(default=Interface(), description="Mobile telephone network.")
    other_radio: Interface = Field(default=Interface(), description="Any other radio.")
    silence_test: Text = told(
        "Result of the network-silence test.",
        "record: 24 h beside a receiver and on a tap",
        Whom.YOURSELVES,
    )


class Usb(Document):
    """What the host must see; compared by machine before the sensor is opened."""

    ids: Statement[tuple[UsbIds, ...]] = told(
        "Vendor and product ids.", "`limen hardware scan`", Whom.YOURSELVES
    )
    functions: Statement[tuple[UsbCode, ...]] = told(
        "Class/subclass/protocol of every interface, in all configurations.",
        "`limen hardware scan` of an inspected device",
        Whom.YOURSELVES,
    )
    releases: Statement[tuple[UsbRelease, ...]] = told(
        "Device releases (bcdDevice).",
        "`limen hardware scan` of an inspected device",
        Whom.YOURSELVES,
    )


class Units(Document):
    """The devices that were bought and inspected; compared by machine with what a sensor says."""

    serials: Texts = told(
        "Serial numbers that the sensors report.", "list of the bought devices", Whom.SELLER
    )
    firmware: Texts = told(
        "Firmware versions that are accepted.", "release notes and their review", Whom.YOURSELVES
    )


class Storage(Document):
    """What could keep a picture, and how it was removed."""

    media: Texts = told("Media that can be written.", "teardown report", Whom.YOURSELVES)
    removed: Text = told("How they were removed.", "work record with photographs", Whom.YOURSELVES)
    proof: Text = told(
        "How the removal was proven.", "record of the test after removal", Whom.YOURSELVES
    )


class Computer(Document):
    """The station's computer; compared by machine with what its firmware and Linux say."""

    products: Texts = told(
        "Maker and model, as its firmware names them.",
        "`limen hardware scan --computer`",
        Whom.YOURSELVES,
    )
    firmware: Texts = told(
        "Firmware that is accepted.", "`limen hardware scan --computer`", Whom.YOURSELVES
    )
    tpm: Flag = told(
        "Whether it has a TPM that is switched on.", "setting in its firmware", Whom.YOURSELVES
    )
    network_drivers: Texts = told(
        "Network drivers that its hardware makes Linux load.",
        "`limen hardware scan --computer`",
        Whom.YOURSELVES,
    )
    guest: Flag = told(
        "Whether it is a virtual machine on purpose.", "record of the installation", Whom.YOURSELVES
    )
    controllers: Texts = told(
        "USB host controllers that are none of its chips and are allowed all the same.",
        "record of who decided it, and why",
        Whom.YOURSELVES,
    )


class Metrology(Document):
    """Why its temperatures can be trusted."""

    certificate: Text = told(
        "Calibration certificate.", "certificate of an accredited laboratory", Whom.LABORATORY
    )
    traceability: Text = told(
        "National standard behind it.", "the certificate's traceability", Whom.LABORATORY
    )
    due: Day = told("Next calibration.", "date on the certificate", Whom.LABORATORY)


class Seal(Document):
    """One seal."""

    number: str = Field(description="Its number.", min_length=1)
    place: str = Field(description="Where it sits.", min_length=1)

    def __str__(self) -> str:
        return f"{self.number} ({self.place})"


class Tamper(Document):
    """How a change would be seen."""

    seals: Statement[tuple[Seal, ...]] = told(
        "The seals: number and place of each.", "photographs of the seals", Whom.YOURSELVES
    )
    inspection: Text = told(
        "Last inspection.", "inspection record with photographs", Whom.YOURSELVES
    )
    custody: Text = told(
        "Unbroken custody since the factory.", "signed chain of custody", Whom.SELLER
    )


class Assurance(Document):
    """What the maker promises, and who watches it."""

    support_end: Day = told("End of support.", "statement of the maker")
    vulnerabilities: Text = told("Where faults are reported.", "disclosure policy of the maker")
    declarations: Texts = told("Declarations of conformity.", "the declarations")
    human_rights: Text = told("Human-rights due diligence.", "due-diligence report of the maker")


class Procurement(Document):
    """What the law asks of whoever buys it."""

    cpv: Text = told(
        "Its code of the EU's procurement vocabulary (CPV).", "the tender notice", Whom.YOURSELVES
    )
    chinese_share: Statement[Annotated[int, Field(ge=0, le=100)]] = told(
        "Share of its value that comes from China, in per cent.",
        "statement of the seller on origin, Regulation (EU) 2025/1197",
        Whom.SELLER,
    )
    due_diligence: Text = told(
        "What the seller did against forced labour in its supply chain.",
        "due-diligence statement of the seller, Regulation (EU) 2024/3015",
        Whom.SELLER,
    )
    forced_labour: Text = told(
        "What a person found in the forced-labour database, and why it was chosen all the same.",
        "record of the comparison with the database",
        Whom.YOURSELVES,
    )
