"""The station's own bill of materials names what is installed."""

import json
from datetime import date
from importlib.metadata import version

import pytest

from hardware.register.cyclonedx import VERSIONS, to_json
from service.attestation.sbom import sbom
from tests.hardware.schema import breaks

ON = date(2026, 12, 1)


def test_the_station_s_bill_names_what_is_installed() -> None:
    text = to_json(sbom(ON))
    content = json.loads(text)
    found = {c["name"].lower(): c for c in content["components"]}
    assert found["numpy"]["version"] == version("numpy")
    assert found["numpy"]["purl"] == f"pkg:pypi/numpy@{version('numpy')}"
    assert found["cryptography"]["hashes"][0]["alg"] == "SHA-256"
    assert content["metadata"]["component"]["name"] == "limen"
    assert "limen" not in found
    assert text == to_json(sbom(ON))


@pytest.mark.parametrize("wanted", VERSIONS)
def test_the_station_s_bill_follows_the_published_schema(wanted: str) -> None:
    assert not breaks(to_json(sbom(ON), wanted), wanted)
