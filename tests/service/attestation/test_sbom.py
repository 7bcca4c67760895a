"""The station's own bill of materials: what is installed, beside the lock and byte for byte."""

import base64
import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from importlib.metadata import Distribution, PathDistribution, distributions, version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hardware.errors import HardwareError
from hardware.register.cyclonedx import VERSIONS, to_json
from service.attestation.sbom import LOCK, differences, read_lock, sbom
from service.cli.main import app
from tests.hardware.schema import breaks

ON = date(2026, 12, 1)
A, B = "a" * 64, "b" * 64
LOCKED = f"""one==1.0 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
two==2.0 \\
    --hash=sha256:{A}
"""


def installed(place: Path) -> list[Distribution]:
    return [PathDistribution(path) for path in sorted(place.glob("*.dist-info"))]


def package(place: Path, name: str, release: str, *, licence: str = "License: MIT\n") -> Path:
    """Install a package of one module, as pip would."""
    place.mkdir(exist_ok=True)
    module = place / f"{name}.py"
    module.write_text("x = 1\n")
    about = place / f"{name}-{release}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {release}\n{licence}"
    )
    rows: Iterable[Path] = (module, about / "METADATA")
    record = "".join(
        f"{file.relative_to(place)},sha256={_hash(file)},{file.stat().st_size}\n" for file in rows
    )
    (about / "RECORD").write_text(f"{record}{about.name}/RECORD,,\n")
    return module


def _hash(file: Path) -> str:
    return base64.urlsafe_b64encode(sha256(file.read_bytes()).digest()).rstrip(b"=").decode()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder in which what the lock names is installed, and the station itself."""
    for name, release in (("one", "1.0"), ("two", "2.0"), ("limen", "0.1.0")):
        package(tmp_path / "site", name, release)
    return tmp_path / "site"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "run.txt"
    path.write_text(LOCKED)
    return path


def test_the_station_s_bill_names_what_is_installed() -> None:
    lock = read_lock()
    text = to_json(sbom(ON, lock))
    content = json.loads(text)
    found = {c["name"].lower(): c for c in content["components"]}
    assert found["numpy"]["version"] == version("numpy")
    assert found["numpy"]["purl"] == f"pkg:pypi/numpy@{version('numpy')}"
    assert found["cryptography"]["hashes"][0]["alg"] == "SHA-256"
    assert found["cryptography"]["licenses"]
    said = [p["value"] for p in found["numpy"]["properties"] if p["name"] == "limen:lock:sha256"]
    (locked,) = [entry for entry in lock if entry.name == "numpy"]
    assert set(said) == set(locked.sha256)
    assert content["metadata"]["component"]["name"] == "limen"
    assert "limen" not in found
    assert text == to_json(sbom(ON, lock))


@pytest.mark.parametrize("wanted", VERSIONS)
def test_the_station_s_bill_follows_the_published_schema(wanted: str) -> None:
    assert not breaks(to_json(sbom(ON, read_lock()), wanted), wanted)


def test_every_package_of_the_lock_has_hashes_and_states_its_licence() -> None:
    lock = read_lock(LOCK)
    assert len(lock) > 20
    assert all(entry.sha256 for entry in lock)
    content = sbom(ON, lock)
    mine = {entry.name for entry in lock}
    bare = [c["name"] for c in content["components"] if c["name"].lower() in mine]
    assert bare
    assert [
        c["name"]
        for c in content["components"]
        if c["name"].lower() in mine and "licenses" not in c
    ] == []


# ---- beside what is installed


def test_what_is_as_the_lock_says_is_right(place: Path, lock: Path) -> None:
    assert list(differences(read_lock(lock), installed(place))) == []


def _swap(place: Path) -> None:
    (place / "one.py").write_text("x = 2\n")


def _remove(place: Path) -> None:
    (place / "one.py").unlink()


def _add_a_package(place: Path) -> None:
    package(place, "three", "3.0")


def _add_a_file(place: Path) -> None:
    (place / "sneak.pth").write_text("import os\n")


def _upgrade(place: Path) -> None:
    for file in (place / "one-1.0.dist-info").iterdir():
        file.unlink()
    (place / "one-1.0.dist-info").rmdir()
    (place / "one.py").unlink()
    package(place, "one", "1.1")


def _uninstall(place: Path) -> None:
    _upgrade(place)
    for file in (place / "one-1.1.dist-info").iterdir():
        file.unlink()
    (place / "one-1.1.dist-info").rmdir()
    (place / "one.py").unlink()


def _forget_the_record(place: Path) -> None:
    (place / "one-1.0.dist-info/RECORD").unlink()


CHANGES = {
    "a file is changed": (_swap, "one: one.py has other bytes than were installed."),
    "a file is gone": (_remove, "one: one.py cannot be read"),
    "a package is added": (_add_a_package, "three 3.0 is installed and not in the lock."),
    "a file is added": (_add_a_file, "sneak.pth belongs to no package that is installed."),
    "another version": (_upgrade, "one is installed as 1.1; the lock has 1.0."),
    "a package is gone": (_uninstall, "one 1.0 is in the lock and not installed."),
    "no list of files": (_forget_the_record, "one has no list of its files (RECORD)."),
}


@pytest.mark.parametrize("case", CHANGES)
def test_what_is_not_as_the_lock_says_is_said(place: Path, lock: Path, case: str) -> None:
    change, says = CHANGES[case]
    change(place)
    found = list(differences(read_lock(lock), installed(place)))
    assert any(text.startswith(says) for text in found), found


def test_what_was_compiled_or_taken_out_or_is_for_another_system_is_not_missed(
    place: Path, lock: Path
) -> None:
    (place / "__pycache__").mkdir()
    (place / "__pycache__/one.cpython-311.pyc").write_text("")
    lock.write_text(
        f"{LOCKED}setuptools==80.0 \\\n    --hash=sha256:{A}\n"
        f"three==3.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{A}\n"
    )
    assert list(differences(read_lock(lock), installed(place))) == []
    assert [entry.here for entry in read_lock(lock)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("one==1.0\n", "has no hash for: one"),
        ("one>=1.0\n", "Line 1 of .* is no package and no hash: 'one>=1.0'"),
        (f"--hash=sha256:{A}\n", "Line 1"),
        (f"one==1.0 \\\n    --hash=md5:{A}\n", "Line 2"),
        ("--index-url https://example.org\n", "Line 1"),
    ],
)
def test_a_lock_of_another_kind_says_what_is_wrong(lock: Path, text: str, says: str) -> None:
    lock.write_text(text)
    with pytest.raises(HardwareError, match=says):
        read_lock(lock)


def test_a_lock_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HardwareError, match="Name the lock of this release: --lock"):
        read_lock(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("License-Expression: Apache-2.0\nLicense: no\n", "Apache-2.0"),
        ("License: MIT\n", "MIT"),
        ("Classifier: License :: OSI Approved :: BSD License\n", "BSD License"),
        ("", None),
    ],
)
def test_a_licence_is_found_wherever_it_is_stated(
    tmp_path: Path, licence: str, said: str | None
) -> None:
    package(tmp_path, "one", "1.0", licence=licence)
    (part,) = sbom(ON, (), installed(tmp_path))["components"]
    assert part.get("licenses") == ([{"license": {"name": said}}] if said else None)
    assert {"name": "limen:locked", "value": "no"} in part["properties"]


def test_the_command_prints_the_bill_and_checks(lock: Path) -> None:
    def limen(*arguments: object) -> Result:
        return CliRunner().invoke(app, ["sbom", *map(str, arguments)])

    bill = limen("--spec", "1.6")
    assert bill.exit_code == 0
    assert json.loads(bill.stdout)["specVersion"] == "1.6"  # what takes long is said on stderr
    assert limen("--spec", "1.4").exit_code == 2
    assert limen("--lock", "/nothing").exit_code == 1
    found = limen("--check", "--lock", lock)
    assert found.exit_code == 1  # the tests' environment has more than the lock's two packages
    assert "! one 1.0 is in the lock and not installed." in found.output
    assert f"! pytest {version('pytest')} is installed and not in the lock." in found.output
    assert len(list(distributions())) > 10
