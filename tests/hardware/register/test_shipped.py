"""What ships with Limen: honest, complete, pinned, and approved for nothing but simulation."""

import subprocess
from pathlib import Path

import pytest

from hardware.errors import DossierError, RegisterError
from hardware.register import documents
from hardware.register.documents import SHIPPED, SUMS
from hardware.register.dossier import Kind
from hardware.register.statement import Status
from hardware.vetting.check import vet_dossier
from hardware.vetting.decision import Outcome
from tests.hardware.institution import TODAY

KNOWN = documents.load(today=TODAY)
REAL = tuple(key for key in KNOWN.keys if key != "simulated")
REFUSED = ("hikmicro-hm-td1018", "hikvision-ds-2td2636b")


def test_the_hashes_are_those_of_the_files_by_public_tools() -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", SUMS],
        check=False,
        cwd=SHIPPED,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    pinned = {line.split("  ", 1)[1] for line in (SHIPPED / SUMS).read_text().splitlines()}
    there = {str(path.relative_to(SHIPPED)) for path in SHIPPED.rglob("*.toml")}
    assert pinned == there


@pytest.mark.parametrize("key", KNOWN.keys)
def test_every_dossier_can_be_read(key: str) -> None:
    dossier, _ = KNOWN.dossier(key)
    assert dossier.key == key


@pytest.mark.parametrize("key", REAL)
def test_no_real_hardware_is_approved_by_shipping_it(key: str) -> None:
    decision = vet_dossier(key, register=KNOWN)
    assert decision.outcome is Outcome.REFUSED
    first = decision.refusals[0].text
    assert first.startswith("It was refused" if key in REFUSED else "It is not yet approved")


@pytest.mark.parametrize("key", REAL)
def test_the_owner_is_told_what_to_supply(key: str) -> None:
    dossier, _ = KNOWN.dossier(key)
    unknown = [s for _, s in dossier.statements() if s.status is Status.UNKNOWN]
    assert unknown
    assert all(len(statement.unknown) >= 10 for statement in unknown)


@pytest.mark.parametrize("key", KNOWN.keys)
def test_nothing_is_called_verified_that_nobody_here_could_verify(key: str) -> None:
    dossier, _ = KNOWN.dossier(key)
    assert not [path for path, s in dossier.statements() if s.status is Status.VERIFIED]


def test_only_the_simulated_one_is_simulated() -> None:
    assert vet_dossier("simulated", register=KNOWN).outcome is Outcome.SIMULATED
    assert [k for k in KNOWN.keys if KNOWN.dossier(k)[0].kind is Kind.SIMULATED] == ["simulated"]


def test_a_listed_maker_is_refused_for_what_it_is() -> None:
    reasons = {r.paragraph for r in vet_dossier("hikvision-ds-2td2636b", register=KNOWN).refusals}
    assert {"2.2", "3.5", "4.1"} <= reasons  # law, lists, network
    assert "2.3" not in reasons  # its badge hides nothing


def test_a_relabelled_device_is_refused_although_its_brand_is_on_no_official_list() -> None:
    decision = vet_dossier("hikmicro-hm-td1018", register=KNOWN)
    by_paragraph = {reason.paragraph: reason.text for reason in decision.refusals}
    assert "HIKMICRO / Hangzhou Microimage Software Co., Ltd." in by_paragraph["2.3"]
    assert "Brands, affiliates" in by_paragraph["3.5"]


def copy_of_the_shipped(folder: Path) -> Path:
    import shutil

    for name in ("dossiers", "lists", "policy"):
        shutil.copytree(SHIPPED / name, folder / name)
    for name in ("trust.toml", SUMS):
        shutil.copy(SHIPPED / name, folder / name)
    return folder


def test_every_changed_shipped_file_is_found(tmp_path: Path) -> None:
    shipped = copy_of_the_shipped(tmp_path)
    documents.load(today=TODAY, shipped=shipped)
    for name in ("policy/default.toml", "trust.toml"):
        whole = (shipped / name).read_bytes()
        (shipped / name).write_bytes(whole.replace(b"1", b"2", 1))
        with pytest.raises(RegisterError, match="not as it was shipped"):
            documents.load(today=TODAY, shipped=shipped)
        (shipped / name).write_bytes(whole)
    (shipped / "dossiers/boson-plus-640.toml").write_bytes(b"key = 1")
    with pytest.raises(DossierError, match="no dossier 'x'"):
        documents.load(today=TODAY, shipped=shipped).dossier("x")
    with pytest.raises(RegisterError, match="not as it was shipped"):
        documents.load(today=TODAY, shipped=shipped).dossier("boson-plus-640")
    (shipped / "lists/us-ndaa-889.toml").unlink()
    (shipped / "lists/us-fcc-covered.toml").write_bytes(b"")
    known = documents.load(today=TODAY, shipped=shipped)
    assert {snapshot.key for snapshot in known.lists} == {
        "limen-affiliates",
        "us-bis-entities",
        "us-dod-1260h",
    }
    decision = vet_dossier("evo-thermal", register=known)
    missing = [reason.text for reason in decision.refusals if reason.paragraph == "3.1"]
    assert len(missing) == 3  # one altered, and both of them missing


def test_a_register_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="There is no register in"):
        documents.load(tmp_path / "nowhere")
