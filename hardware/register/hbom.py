"""A hardware bill of materials (CycloneDX 1.7 or 1.6) from a dossier: its parts, and the gaps.

The same dossier gives the same bytes: references, serial number and time stamp come from it and
from the day that is passed in. What is unknown is in it as unknown, because a bill that leaves
gaps out looks complete. Each part says how critical it is, what is done about it and where it was
made; the device says where its seals sit.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from hardware.register import cyclonedx, sections
from hardware.register.criticality import criticality
from hardware.register.cyclonedx import Words, component, prop
from hardware.register.dossier import Dossier, Evidence
from hardware.register.statement import Statement

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


def hbom(dossier: Dossier, sha256: str, on: date) -> Words:
    """Return the bill of materials of a dossier.

    Parameters
    ----------
    dossier, sha256
        The dossier and the SHA-256 of its file.
    on
        Day on which the bill is made.
    """
    identity, seals = dossier.identity, dossier.tamper.seals.value or ()
    device = component(
        "device",
        dossier.key,
        identity.model.text or dossier.name,
        description=dossier.summary.strip(),
        version=identity.revision.text,
        maker=identity.maker.value or "",
        properties=[
            prop("cdx:device:quantity", "1"),
            prop("cdx:device:deviceType", dossier.kind.value),
            prop("limen:dossier:sha256", sha256),
            *(prop(f"limen:seal:{seal.number}", seal.place) for seal in seals),
            *_statements(dossier, ("components",)),
        ],
        documents=[_reference(document) for document in dossier.evidence],
    )
    return cyclonedx.bill(
        device,
        _parts(dossier),
        f"{dossier.key} {sha256}",
        on,
        properties=[prop("cdx:bom:mbom", "true")],
    )


def _parts(dossier: Dossier) -> Iterator[Words]:
    """Yield every part that is there, or of which nobody knows whether it is."""
    for name, words in _WORDS.items():
        part: sections.Component = getattr(dossier.components, name)
        if part.absent:
            continue
        ref = f"{dossier.key}/{name}"
        firmware = component(
            "firmware",
            f"{ref}/firmware",
            f"firmware of the {words}",
            version=part.firmware.text,
            sha256=part.firmware_sha256.value or "",
        )
        yield component(
            "device",
            ref,
            part.part.text or words,
            maker=part.maker.value or "",
            within=[firmware] if part.firmware.value else (),
            properties=[
                prop("cdx:device:function", words),
                prop(f"limen:components.{name}.criticality", criticality(part).value),
                *_statements(dossier, (), within=f"components.{name}."),
            ],
        )


def _statements(dossier: Dossier, without: tuple[str, ...], within: str = "") -> Iterator[Words]:
    """Yield each statement with how it is known, as properties."""
    for path, statement in dossier.statements():
        if path.startswith(within) and path.split(".")[0] not in without:
            yield prop(f"limen:{path}", _told(statement))


def _told(statement: Statement[Any]) -> str:
    told = statement.text or f"needed: {statement.unknown}"
    sources = f" ({', '.join(statement.evidence)})" if statement.evidence else ""
    return f"{statement.status.value}: {told}{sources}"


def _reference(document: Evidence) -> Words:
    return cyclonedx.document(
        document.reference if "://" in document.reference else f"urn:limen:{document.id}",
        f"{document.id}: {document.title}; {document.issuer}, {document.date}",
        document.sha256,
    )
