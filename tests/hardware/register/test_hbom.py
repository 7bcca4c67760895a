"""Bills of materials: valid by the published schema, the same bytes each time, with their gaps."""

import hashlib
import json
from datetime import date

import pytest

from hardware.register import documents
from hardware.register.cyclonedx import VERSIONS, to_json
from hardware.register.hbom import hbom
from tests.hardware.institution import KEY, PROOF, TODAY, Institution
from tests.hardware.schema import breaks

KNOWN = documents.load(today=TODAY)
ON = date(2026, 12, 1)


def bill(key: str, wanted: str = "1.7") -> str:
    dossier, _ = KNOWN.dossier(key)
    return to_json(hbom(dossier, hashlib.sha256(key.encode()).hexdigest(), ON), wanted)


@pytest.mark.parametrize("wanted", VERSIONS)
@pytest.mark.parametrize("key", KNOWN.keys)
def test_the_bill_of_every_dossier_follows_the_schema(key: str, wanted: str) -> None:
    text = bill(key, wanted)
    assert json.loads(text)["specVersion"] == wanted
    assert not breaks(text, wanted)


def test_a_bill_that_breaks_the_schema_is_noticed() -> None:
    broken = json.loads(bill("boson-plus-640"))
    broken["components"][0]["type"] = "gadget"
    assert breaks(json.dumps(broken), "1.7")


def test_an_institution_s_own_parts_follow_the_schema(institution: Institution) -> None:
    dossier, _ = institution.register().dossier(KEY)
    for wanted in VERSIONS:
        assert not breaks(to_json(hbom(dossier, "ab" * 32, ON), wanted), wanted)


def test_the_same_dossier_gives_the_same_bytes() -> None:
    assert bill("boson-plus-640") == bill("boson-plus-640")
    assert bill("boson-plus-640") != bill("boson-plus-320")


def test_gaps_are_in_the_bill() -> None:
    content = json.loads(bill("boson-plus-640"))
    told = {p["name"]: p["value"] for p in content["metadata"]["component"]["properties"]}
    assert told["limen:identity.maker"] == "declared: Teledyne FLIR (idd-410)"
    assert told["limen:identity.factory_country"].startswith("unknown: needed: certificate")
    names = {c["bom-ref"].rpartition("/")[2] for c in content["components"]}
    assert "radio" in names  # nobody knows that there is none


def test_parts_that_are_known_to_be_absent_are_not(institution: Institution) -> None:
    dossier, _ = institution.register().dossier(KEY)
    content = json.loads(to_json(hbom(dossier, "ab" * 32, ON)))
    parts = {c["bom-ref"].rpartition("/")[2]: c for c in content["components"]}
    assert set(parts) == {"sensor_core", "processor", "interface_board", "lens"}
    assert parts["processor"]["manufacturer"] == {"name": "A Chip Maker"}
    (root, *_) = [d for d in content["dependencies"] if d["ref"] == KEY]
    assert len(root["dependsOn"]) == 4
    (evidence,) = content["metadata"]["component"]["externalReferences"]
    assert evidence["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(PROOF).hexdigest()}]
