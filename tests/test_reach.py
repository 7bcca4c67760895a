"""What each process reaches, as allowlists: what is new has to be written down here first.

The import contracts name what a room may not import, and a list of what is forbidden does not know
what was invented since. These lists name everything that may be reached, over any number of steps.
"""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("device", "screening", "service", "hardware")
HARDWARE = {"hardware.errors", "hardware.host", "hardware.register", "hardware.vetting"}
WORDS = {"screening.result", "screening.settings"}
MAY_REACH = {
    "service.worker": {
        *HARDWARE,  # its words only: OF_THE_WORKER
        *WORDS,
        *(f"device.{room}" for room in ("drivers", "ends", "errors", "frame", "framepool", "info")),
        "device.sensor",
        *(f"screening.{room}" for room in ("faces", "freshness", "measuring", "radiometry")),
        *(f"screening.{room}" for room in ("reference", "screener", "states", "visitors")),
        "service.ipc",
        "service.sandbox",
    },
    "service.web": {
        *HARDWARE,
        *WORDS,
        "device.info",
        "service.acceptance",
        "service.ipc",
        "service.sandbox",
    },
    "service.supervisor": {
        *HARDWARE,
        *WORDS,
        "device.discovery",
        "device.drivers",
        "device.errors",
        "device.info",
        "device.simulator",  # the scenarios' names and settings
        "service.acceptance",
        "service.checkcode",
        "service.ipc",
        "service.sandbox",
        "service.state",
    },
    "service.state": {
        *HARDWARE,
        *WORDS,
        "device.drivers",
        "device.errors",
        "device.info",
        "device.simulator",
        "service.acceptance",
        "service.ipc",
        "service.sandbox",
    },
    "service.kiosk": set(),
    "service.acceptance": {"screening.settings"},
    "service.sandbox.camera_filter": {
        "device.boson",
        "device.errors",
        "device.evo_thermal",
        "device.lepton",
        "hardware.errors",
        "service.sandbox",
    },
    "service.sandbox.calibrator": {
        "device.calibrator",
        "device.errors",
        "hardware.errors",
        "service.sandbox",
    },
}
# All that who sees pixels may know of hardware, of what processes say and of locks: no register, no
# rule, no request of a guard or an admin, nothing that starts or unlocks anything.
OF_THE_WORKER = {
    "hardware.errors",
    "hardware.host.controller",
    "hardware.host.descriptors",
    "hardware.host.usb",
    "hardware.register.effect",
    "hardware.vetting.decision",
    *(f"service.ipc.{one}" for one in ("bucket", "channel", "expiry", "frame_memory", "identity")),
    *(f"service.ipc.{one}" for one in ("orders", "preview", "preview_memory", "vocabulary")),
    "service.ipc.records",
    *(f"service.sandbox.{one}" for one in ("errors", "settle", "syscalls")),
}
OF_THE_SIMULATOR = "device.simulator.scenario"  # all that who sees no pixel may reach of it
ARITHMETIC = {"collections", "contextlib", "dataclasses", "enum", "functools", "heapq", "itertools"}
ARITHMETIC |= {"math", "random", "statistics", "struct", "time", "types", "typing", "datetime"}
# What a room that sees pixels, or is arithmetic only, may import of everything that is not ours.
MAY_IMPORT = {
    "screening": {*ARITHMETIC, "cv2", "importlib", "numpy", "onnxruntime"},
    "device": {
        *ARITHMETIC,
        *(
            "binascii",
            "cv2",
            "gzip",
            "hashlib",
            "json",
            "numpy",
            "re",
            "tomllib",
            "zlib",
        ),  # of bytes
        *("ctypes", "errno", "fcntl", "mmap", "os", "pathlib", "select", "serial", "stat"),
        *("importlib", "pydantic", "termios", "threading", "tty"),
    },
    "service.worker": {
        *ARITHMETIC,
        *("argparse", "cv2", "numpy", "os", "pathlib", "signal", "sys", "traceback"),
    },
    "service.acceptance": {
        *ARITHMETIC,
        *("hashlib", "importlib", "json", "pydantic", "re", "tomllib", "xml"),
    },
    "service.sandbox.camera_filter": {
        *ARITHMETIC,
        *("argparse", "binascii", "ctypes", "errno", "fcntl", "os", "select", "signal", "sys"),
    },
    "service.sandbox.calibrator": {*ARITHMETIC, "argparse", "os"},
}
FINDS_BY_NAME = {"__import__", "import_module", "run_module", "run_path", "resolve_name"}
FINDS_BY_NAME |= {"spec_from_file_location", "exec_module", "load_module", "ImportString"}
# Where a module is found by its name at run time, and by what list.
BY_NAME = {
    "device/drivers.py",  # its own table
    "service/sandbox/boot.py",  # the launcher's own words
}


@pytest.fixture(scope="module")
def house() -> grimp.ImportGraph:
    return grimp.build_graph(
        *PACKAGES,
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


def below(house: grimp.ImportGraph, room: str) -> set[str]:
    return {module for module in house.modules if f"{module}.".startswith(f"{room}.")}


def reached(house: grimp.ImportGraph, room: str) -> set[str]:
    """Return every module that a room imports, over any number of steps, without its own."""
    own = below(house, room)
    return {module for one in own for module in house.find_upstream_modules(one)} - own


@pytest.mark.parametrize("room", MAY_REACH)
def test_a_process_reaches_the_rooms_that_are_written_down(
    house: grimp.ImportGraph, room: str
) -> None:
    ours = {module for module in reached(house, room) if module.split(".")[0] in PACKAGES}
    rooms = {".".join(module.split(".")[:2]) for module in ours if "." in module}
    assert rooms - {room} - MAY_REACH[room] == set()
    if "device.simulator" in rooms:
        simulator = {module for module in ours if module.startswith("device.simulator.")}
        assert all(f"{module}.".startswith(f"{OF_THE_SIMULATOR}.") for module in simulator)


def test_the_worker_knows_of_hardware_and_of_others_only_words(house: grimp.ImportGraph) -> None:
    ours = {
        module
        for module in reached(house, "service.worker")
        if module.startswith(("hardware.", "service.ipc.", "service.sandbox."))
        and module.count(".") > 1
    }
    assert ours | {"hardware.errors"} == OF_THE_WORKER


def test_the_service_is_at_most_fourteen_rooms_and_forty_arrows(house: grimp.ImportGraph) -> None:
    def room(module: str) -> str:
        return module.split(".")[1]

    modules = [module for module in house.modules if module.startswith("service.")]
    arrows = {
        (room(module), room(there))
        for module in modules
        for there in house.find_modules_directly_imported_by(module)
        if there.startswith("service.") and room(there) != room(module)
    }
    assert len(set(map(room, modules))) <= 14
    assert len(arrows) <= 40


@pytest.mark.parametrize("depth", [2, 3, None], ids=["rooms", "folders", "modules"])
def test_nothing_imports_in_a_circle(house: grimp.ImportGraph, depth: int | None) -> None:
    arrows: dict[str, set[str]] = {}
    for module in house.modules:
        here = ".".join(module.split(".")[:depth])
        for imported in house.find_modules_directly_imported_by(module):
            there = ".".join(imported.split(".")[:depth])
            if not f"{there}.".startswith(f"{here}.") and not f"{here}.".startswith(f"{there}."):
                arrows.setdefault(here, set()).add(there)
    TopologicalSorter(arrows).prepare()  # a CycleError names the circle


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_what_sees_pixels_imports_what_is_written_down(house: grimp.ImportGraph, room: str) -> None:
    imported = {
        there.split(".")[0]
        for module in below(house, room)
        for there in house.find_modules_directly_imported_by(module)
    }
    assert imported - set(PACKAGES) - MAY_IMPORT[room] == set()


def test_nothing_that_runs_imports_what_only_makes_or_tries_it() -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        for name in names(file)
        if name.split(".")[0] in {"tests", "training", "scripts"}
    ]
    assert wrong == []


def test_nothing_is_imported_by_a_name_that_is_made_at_run_time() -> None:
    found = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Name) and node.id in FINDS_BY_NAME)
        or (isinstance(node, ast.Attribute) and node.attr in FINDS_BY_NAME)
        or (isinstance(node, ast.alias) and node.name in FINDS_BY_NAME)
    }
    assert found <= BY_NAME


def names(file: Path) -> set[str]:
    """Return every module that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
