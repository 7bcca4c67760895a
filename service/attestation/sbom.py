"""The station's software bill of materials (CycloneDX): every Python package installed here."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from importlib.metadata import Distribution, distributions

from hardware.register import cyclonedx
from hardware.register.cyclonedx import Words, component, prop

_OURS = "limen"


def sbom(on: date, installed: Iterable[Distribution] | None = None) -> Words:
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
    version = found[_OURS].version if _OURS in found else ""
    parts = [_component(entry) for name, entry in found.items() if name != _OURS]
    return cyclonedx.bill(
        component("application", _OURS, _OURS, version=version),
        parts,
        " ".join(part["purl"] for part in parts),
        on,
    )


def _component(entry: Distribution) -> Words:
    purl = f"pkg:pypi/{_normal(entry.name)}@{entry.version}"
    licences = [
        entry.metadata[field].strip().splitlines()[0]
        for field in ("License-Expression", "License")
        if field in entry.metadata and entry.metadata[field].strip()
    ]
    record = entry.read_text("RECORD")  # the hashes of all its files
    return component(
        "library",
        purl,
        entry.name,
        version=entry.version,
        purl=purl,
        sha256="" if record is None else sha256(record.encode()).hexdigest(),
        properties=[prop("limen:licence", one) for one in licences[:1]],
    )


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _key(entry: Distribution) -> str:
    return _normal(entry.name)
