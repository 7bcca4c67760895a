"""The words of a CycloneDX bill that ours need, as the JSON of versions 1.7 and 1.6.

What is empty is left out and lists without an order of their own are sorted, so that the same
parts give the same bytes. That the outcome follows the published schemata is tested.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import quote

VERSIONS: Final = ("1.7", "1.6")
_NAMESPACE = uuid.UUID("b0f5a5a4-52ba-5a11-8d65-cf2f27d4c9c5")  # of Limen's bills, made once

Words = dict[str, Any]


def to_json(bill: Mapping[str, Any], version: str = VERSIONS[0]) -> str:
    """Return a bill as JSON of one of the `VERSIONS`."""
    head = {
        "$schema": f"http://cyclonedx.org/schema/bom-{version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": version,
    }
    return json.dumps({**head, **bill}, indent=1, ensure_ascii=False)


def bill(
    about: Words, parts: Iterable[Words], named: str, on: date, properties: Iterable[Words] = ()
) -> Words:
    """Return a bill of materials.

    Parameters
    ----------
    about, parts
        Component that the bill is about, and those that it is made of.
    named
        What the serial number is made of, beside the day.
    on
        Day on which the bill is made.
    properties
        Of the bill itself.
    """
    made_of = sorted(parts, key=lambda part: str(part["bom-ref"]))
    refs = [part["bom-ref"] for part in made_of]
    return _filled(
        {
            "serialNumber": uuid.uuid5(_NAMESPACE, f"{named} {on}").urn,
            "version": 1,
            "metadata": {"timestamp": f"{on}T00:00:00+00:00", "component": about},
            "components": made_of,
            "dependencies": [
                _filled({"ref": about["bom-ref"], "dependsOn": refs}),
                *({"ref": ref} for ref in refs),
            ],
            "properties": list(properties),
        }
    )


def component(
    kind: str,
    ref: str,
    name: str,
    *,
    version: str = "",
    maker: str = "",
    description: str = "",
    purl: str = "",
    sha256: str = "",
    licence: str = "",
    within: Iterable[Words] = (),
    properties: Iterable[Words] = (),
    documents: Iterable[Words] = (),
) -> Words:
    """Return a component; `kind` is one of the schema's: application, library, device, firmware."""
    return _filled(
        {
            "type": kind,
            "bom-ref": ref,
            "name": name,
            "version": version,
            "description": description,
            "manufacturer": {"name": maker} if maker else {},
            "hashes": hashes(sha256),
            "licenses": [{"license": {"name": licence}}] if licence else [],
            "purl": purl,
            "components": list(within),
            "externalReferences": list(documents),
            "properties": sorted(properties, key=lambda each: (each["name"], each["value"])),
        }
    )


def prop(name: str, value: str) -> Words:
    """Return a property: a name of a vocabulary and its value."""
    return {"name": name, "value": value}


def document(url: str, comment: str, sha256: str) -> Words:
    """Return a reference to a document that bears something out."""
    found = quote(url, safe=":/?#[]@!$&'()*+,;=%-._~")
    return _filled({"type": "evidence", "url": found, "comment": comment, "hashes": hashes(sha256)})


def hashes(sha256: str) -> list[Words]:
    """Return the list that holds a SHA-256 in hex; an empty one without it."""
    return [{"alg": "SHA-256", "content": sha256}] if sha256 else []


def _filled(words: Words) -> Words:
    return {name: value for name, value in words.items() if value not in ("", [], {})}
