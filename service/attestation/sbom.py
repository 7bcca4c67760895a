"""The station's software bill of materials (CycloneDX): every Python package installed here."""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from hashlib import sha256
from importlib.metadata import Distribution, distributions

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.bom_ref import BomRef
from cyclonedx.model.component import Component, ComponentType
from packageurl import PackageURL

_NAMESPACE = uuid.UUID("b0f5a5a4-52ba-5a11-8d65-cf2f27d4c9c5")
_OURS = "limen"


def sbom(on: date, installed: Iterable[Distribution] | None = None) -> Bom:
    """Return the bill of what is installed beside this program.

    Parameters
    ----------
    on
        Day on which the bill is made.
    installed
        Distributions; those of the running interpreter when None.
    """
    found = {
        _normal(entry.name): entry
        for entry in sorted(distributions() if installed is None else installed, key=_key)
    }
    parts = {name: _component(entry) for name, entry in found.items() if name != _OURS}
    station = Component(
        name=_OURS,
        type=ComponentType.APPLICATION,
        bom_ref=BomRef(_OURS),
        version=found[_OURS].version if _OURS in found else None,
    )
    names = " ".join(part.purl.to_string() for part in parts.values() if part.purl)
    bom = Bom(
        serial_number=uuid.uuid5(_NAMESPACE, f"{names} {on}"),
        metadata=BomMetaData(component=station, timestamp=datetime.combine(on, time(), UTC)),
        components=parts.values(),
    )
    bom.register_dependency(station, parts.values())
    return bom


def _component(entry: Distribution) -> Component:
    purl = PackageURL("pypi", name=_normal(entry.name), version=entry.version)
    record = entry.read_text("RECORD")
    licences = [
        entry.metadata[field].strip().splitlines()[0]
        for field in ("License-Expression", "License")
        if field in entry.metadata and entry.metadata[field].strip()
    ]
    return Component(
        name=entry.name,
        version=entry.version,
        type=ComponentType.LIBRARY,
        bom_ref=BomRef(purl.to_string()),
        purl=purl,
        hashes=() if record is None else (_hash(record),),
        properties=[Property(name="limen:licence", value=one) for one in licences[:1]],
    )


def _hash(record: str) -> HashType:
    """Hash the list of hashes of all files of a package (its RECORD)."""
    return HashType(alg=HashAlgorithm.SHA_256, content=sha256(record.encode()).hexdigest())


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _key(entry: Distribution) -> str:
    return _normal(entry.name)
