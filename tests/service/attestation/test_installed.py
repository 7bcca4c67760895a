"""A package that is missing, changed, added or compiled from something else is named."""

import base64
import hashlib
import os
import py_compile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from service.attestation import installed

SOURCE = "def answer():\n    return 42\n"


def record(path: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(data)}\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a site-packages folder with one package, as pip leaves it."""
    folder = tmp_path / "site-packages"
    (folder / "lib").mkdir(parents=True)
    (folder / "lib-1.0.dist-info").mkdir()
    metadata = b"Metadata-Version: 2.1\nName: lib\nVersion: 1.0\n"
    (folder / "lib/__init__.py").write_text(SOURCE)
    (folder / "lib-1.0.dist-info/METADATA").write_bytes(metadata)
    (folder / "lib-1.0.dist-info/RECORD").write_text(
        record("lib/__init__.py", SOURCE.encode())
        + record("lib-1.0.dist-info/METADATA", metadata)
        + "lib-1.0.dist-info/RECORD,,\n"
    )
    py_compile.compile(str(folder / "lib/__init__.py"))
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(folder))
    monkeypatch.setattr(installed, "PACKAGES", ())
    return folder


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "run.txt"
    path.write_text("lib==1.0 \\\n    --hash=sha256:0\nwindows==2 ; sys_platform == 'win32'\n")
    return path


def changed(site: Path) -> None:
    (site / "lib/__init__.py").write_text(SOURCE.replace("42", "43"))


def compiled_from_something_else(site: Path) -> None:
    """Compile other code, and give it the time and size of the source: Python would run it."""
    source = site / "lib/__init__.py"
    times = source.stat()
    source.write_text(SOURCE.replace("42", "43"))
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
    py_compile.compile(str(source))
    source.write_text(SOURCE)
    os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))


def compiled_without_a_source(site: Path) -> None:
    kept = next((site / "lib/__pycache__").glob("*.pyc"))
    kept.rename(kept.with_name(kept.name.replace("__init__", "extra")))


def test_what_is_as_it_should_be_has_no_fault(site: Path, lock: Path) -> None:
    same = installed.compare(lock=lock)
    assert same.faults == ()
    assert (same.packages, same.files, same.compiled) == (1, 3, 1)
    assert same.against_lock
    assert not same.against_wheels
    assert site.exists()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (changed, "is not as lib brought it"),
        (lambda site: (site / "lib/__init__.py").unlink(), "of lib is missing"),
        (lambda site: (site / "evil.pth").write_text("import os"), "belongs to no package"),
        (lambda site: (site / "lib/more.so").write_text(""), "belongs to no package"),
        (lambda site: (site / "lib-1.0.dist-info/RECORD").unlink(), "no list of its files"),
        (compiled_from_something_else, "is not what its source compiles to"),
        (compiled_without_a_source, "has no source"),
    ],
)
def test_what_is_not_is_named(
    site: Path, lock: Path, change: Callable[[Path], object], fault: str
) -> None:
    change(site)
    assert any(fault in said for said in installed.compare(lock=lock).faults)


def test_what_python_compiles_anew_before_it_runs_is_no_fault(site: Path, lock: Path) -> None:
    source = site / "lib/__init__.py"
    py_compile.compile(str(source))
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))
    assert installed.compare(lock=lock).faults == ()
    compiled_from_something_else(site)
    assert len(installed.compare(lock=lock).faults) == 1


def test_of_a_package_that_may_not_be_there_this_is_said_and_nothing_is_read(
    site: Path, lock: Path
) -> None:
    changed(site)
    compiled_from_something_else(site)
    lock.write_text("")
    assert installed.compare(lock=lock).faults == (
        "lib 1.0 is installed and not in the lock.",
        *(f"{path} is not what its source compiles to." for path in site.glob("lib/*/*.pyc")),
    )


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        ("", "lib 1.0 is installed and not in the lock."),
        ("lib==2.0\n", "lib is installed as 1.0; the lock says 2.0."),
        ("lib==1.0\nother==1\n", "other is in the lock and not installed."),
    ],
)
def test_what_is_not_in_the_lock_is_named(site: Path, lock: Path, wanted: str, fault: str) -> None:
    lock.write_text(wanted)
    assert fault in installed.compare(lock=lock).faults
    assert site.exists()


def test_the_packages_own_files_are_compared_byte_for_byte(
    site: Path, lock: Path, tmp_path: Path
) -> None:
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    assert any("could not be compared" in f for f in found(lock, wheels))
    file = wheels / "lib-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr("lib/__init__.py", SOURCE)
        wheel.write(site / "lib-1.0.dist-info/METADATA", "lib-1.0.dist-info/METADATA")
        wheel.writestr("lib-1.0.dist-info/RECORD", "")
    assert any("is not the file that the lock names" in f for f in found(lock, wheels))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    lock.write_text(f"lib==1.0 \\\n    --hash=sha256:{digest}\n")
    assert found(lock, wheels) == ()
    # whoever changes a file and its entry in RECORD is found out only so
    other = SOURCE.replace("42", "43")
    (site / "lib/__init__.py").write_text(other)
    py_compile.compile(str(site / "lib/__init__.py"))
    listed = site / "lib-1.0.dist-info/RECORD"
    lines = listed.read_text().splitlines(keepends=True)
    listed.write_text(record("lib/__init__.py", other.encode()) + "".join(lines[1:]))
    assert installed.compare(lock=lock).faults == ()
    assert any("is not as in lib-1.0" in f for f in found(lock, wheels))


def test_an_environment_that_takes_in_others_packages_is_found(
    site: Path, lock: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site.parent / "pyvenv.cfg").write_text("include-system-site-packages = true\n")
    monkeypatch.setattr("sys.prefix", str(site.parent))
    assert any("outside of this environment" in f for f in installed.compare(lock=lock).faults)


def found(lock: Path, wheels: Path) -> tuple[str, ...]:
    return installed.compare(lock=lock, wheels=wheels).faults
