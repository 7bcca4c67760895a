"""A hardware bill of materials (CycloneDX 1.7 or 1.6) from a dossier: its parts, and the gaps.

The same dossier gives the same bytes: references, serial number and time stamp come from it and
from the day that is passed in. What is unknown is in it as unknown, because a bill that leaves
gaps out looks complete.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.contact import OrganizationalEntity
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion

from hardware.errors import HardwareError
from hardware.register import sections
from hardware.register.dossier import Dossier, Evidence
from hardware.register.statement import Statement

VERSIONS = {"1.7": SchemaVersion.V1_7, "1.6": SchemaVersion.V1_6}
_NAMESPACE = uuid.UUID("b0f5a5a4-52ba-5a11-8d65-cf2f27d4c9c5")  # of Limen's bills, made once
_WORDS = {
    "sensor_core": "thermal sensor core",
    "processor": "processor",
    "interface_board": "interface board",
    "visible_camera": "visible-light camera",
    "lens": "lens",
    "radio": "radio",
    "storage": "storage",
    "heat_source": "heat source",
    "controller": "controller",
}


def hbom(dossier: Dossier, sha256: str, on: date) -> Bom:
    """Return the bill of materials of a dossier.

    Parameters
    ----------
    dossier, sha256
        The dossier and the SHA-256 of its file.
    on
        Day on which the bill is made.
    """
    identity = dossier.identity
    device = Component(
        name=identity.model.text or dossier.name,
        type=ComponentType.DEVICE,
        bom_ref=BomRef(dossier.key),
        description=dossier.summary.strip(),
        version=identity.revision.text or None,
        manufacturer=_firm(identity.maker),
        properties=[
            Property(name="cdx:device:quantity", value="1"),
            Property(name="cdx:device:deviceType", value=dossier.kind.value),
            Property(name="limen:dossier:sha256", value=sha256),
            *_statements(dossier, ("components",)),
        ],
        external_references=[_reference(document) for document in dossier.evidence],
    )
    parts = list(_parts(dossier))
    bom = Bom(
        serial_number=uuid.uuid5(_NAMESPACE, f"{dossier.key} {sha256} {on}"),
        metadata=BomMetaData(
            component=device, timestamp=datetime.combine(on, time(), UTC), lifecycles=[]
        ),
        components=parts,
        properties=[Property(name="cdx:bom:mbom", value="true")],
    )
    bom.register_dependency(device, parts)
    return bom


def to_json(bom: Bom, version: str = "1.7") -> str:
    """Return a bill as JSON, after it was checked with the schema that CycloneDX publishes.

    Raises
    ------
    HardwareError
        When it breaks the schema.
    """
    text = make_outputter(bom, OutputFormat.JSON, VERSIONS[version]).output_as_string(indent=1)
    validate(text, version)
    return text


def validate(text: str, version: str = "1.7") -> None:
    """Check a bill with the strict schema.

    Raises
    ------
    HardwareError
        When it breaks the schema.
    """
    # Its import builds grammars for seconds: only who validates waits for them.
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    error = JsonStrictValidator(VERSIONS[version]).validate_str(text)
    if error is not None:
        raise HardwareError(f"The bill of materials breaks the CycloneDX {version} schema: {error}")


def _parts(dossier: Dossier) -> Iterator[Component]:
    """Yield every part that is there, or of which nobody knows whether it is."""
    for name, words in _WORDS.items():
        part: sections.Component = getattr(dossier.components, name)
        if part.absent:
            continue
        ref = f"{dossier.key}/{name}"
        firmware = [
            Component(
                name=f"firmware of the {words}",
                type=ComponentType.FIRMWARE,
                bom_ref=BomRef(f"{ref}/firmware"),
                version=part.firmware.text or None,
                hashes=_hashes(part.firmware_sha256.value or ""),
            )
        ]
        yield Component(
            name=part.part.text or words,
            type=ComponentType.DEVICE,
            bom_ref=BomRef(ref),
            manufacturer=_firm(part.maker),
            components=firmware if part.firmware.value else (),
            properties=[
                Property(name="cdx:device:function", value=words),
                *_statements(dossier, (), within=f"components.{name}."),
            ],
        )


def _statements(dossier: Dossier, without: tuple[str, ...], within: str = "") -> Iterator[Property]:
    """Yield each statement with how it is known, as properties."""
    for path, statement in dossier.statements():
        if path.startswith(within) and path.split(".")[0] not in without:
            yield Property(name=f"limen:{path}", value=_told(statement))


def _told(statement: Statement[Any]) -> str:
    told = statement.text or f"needed: {statement.unknown}"
    sources = f" ({', '.join(statement.evidence)})" if statement.evidence else ""
    return f"{statement.status.value}: {told}{sources}"


def _firm(statement: Statement[str]) -> OrganizationalEntity | None:
    return OrganizationalEntity(name=statement.value) if statement.value else None


def _reference(document: Evidence) -> ExternalReference:
    return ExternalReference(
        type=ExternalReferenceType.EVIDENCE,
        url=XsUri(
            document.reference if "://" in document.reference else f"urn:limen:{document.id}"
        ),
        comment=f"{document.id}: {document.title}; {document.issuer}, {document.date}",
        hashes=_hashes(document.sha256),
    )


def _hashes(sha256: str) -> list[HashType]:
    return [HashType(alg=HashAlgorithm.SHA_256, content=sha256)] if sha256 else []
