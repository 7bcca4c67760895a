"""The table of parts names what a station installs and what its processes load."""

import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/reference/parts.md").read_text(encoding="utf-8")
STATION = ROOT / ".venv"
OURS = "limen"
INSTALLERS = {"pip", "setuptools"}  # they are removed when they have done their work

# What each process imports; the first of a row is what it is started with. What a library loads
# late, by the way it is used, and what only one driver needs, is imported here beforehand.
PROCESSES = {
    "worker": (
        "service.worker.main",
        "device.boson.opening",
        "device.lepton.sensor",
        "device.evo_thermal.sensor",
        "device.simulator.sensor",
    ),
    "web": (
        "service.web.__main__",
        "uvicorn.lifespan.on",
        "uvicorn.loops.asyncio",
        "uvicorn.protocols.http.h11_impl",
        "uvicorn.protocols.websockets.websockets_sansio_impl",
    ),
    "supervisor": ("service.cli.main", "service.supervisor.main"),
    "camera filter": ("service.sandbox.camera_filter.main",),
    "calibrator": ("service.sandbox.calibrator.main",),
}
LOADED = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
for module in list(sys.modules.values()):
    if file := getattr(module, "__file__", None):
        print(file)
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def table() -> dict[str, set[str]]:
    """Return the packages of the first table, and who loads them."""
    rows = re.findall(r"^\| ([a-z0-9-]+) \| ([a-z ,]+) \|(?:[^|]+\|){2}$", PAGE, re.MULTILINE)
    return {name: set(who.split(", ")) - {"none"} for name, who in rows if name != "package"}


def locked() -> set[str]:
    """Return the packages of the lock that a Linux machine installs."""
    lines = (ROOT / "requirements/run.txt").read_text(encoding="utf-8").splitlines()
    return {
        normal(line.split("==")[0])
        for line in lines
        if "==" in line and "sys_platform == 'win32'" not in line
    }


@pytest.fixture(scope="module")
def owner() -> dict[str, str]:
    """Return which package each installed module belongs to."""
    return {
        f"{entry.locate_file('')}/{file}": normal(entry.name)
        for entry in distributions()
        for file in entry.files or ()
        if file.suffix in {".py", ".so"}
    }


def loaded(owner: dict[str, str], *modules: str) -> set[str]:
    """Return the packages of the station that importing these modules loads.

    Some use others where they are there; of what only tests need, nothing is at a station.
    """
    run = [sys.executable, "-c", LOADED, *modules]
    files = subprocess.run(run, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    found = {owner.get(file, "") for file in files.splitlines()}
    return (found & locked()) - INSTALLERS


def test_the_table_is_the_lock() -> None:
    assert set(table()) == locked() - INSTALLERS
    assert len(table()) <= 30


def test_the_station_s_environment_holds_these_and_nothing_else() -> None:
    if not STATION.exists():
        pytest.skip("no .venv: ./run makes it")
    places = [str(path) for path in STATION.glob("lib/python3*/site-packages")]
    assert {normal(entry.name) for entry in distributions(path=places)} == {*table(), OURS}


@pytest.mark.slow
@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_loads_what_the_table_says(owner: dict[str, str], process: str) -> None:
    assert loaded(owner, *PROCESSES[process]) == {
        name for name, processes in table().items() if process in processes
    }
