"""The import contracts are seen failing: each is broken on purpose in a copy of the house."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("device", "screening", "service", "hardware")
PLANTED = {
    "screening/settings.py": "import service.ipc.settings",
    "screening/result.py": "import device.errors",
    "device/framepool.py": "import socket",
    "service/worker/frame_skipping.py": "import service.state.files",
    "service/web/hub.py": "import service.state.counters",
    "service/state/files.py": "import numpy",
    "service/state/counters.py": "import service.ipc.preview_memory",
    "service/sandbox/camera_filter/wire.py": "import numpy",
    "service/sandbox/calibrator/main.py": "import numpy",
    "service/sandbox/errors.py": "import service.ipc.channel",
    "service/offline/report/layout.py": "import typst",
    "service/acceptance/record.py": "import numpy",
    "hardware/register/trust.py": "import hardware.vetting.check",
    "screening/states.py": "import scipy",
}
_CACHES = shutil.ignore_patterns("__pycache__")


def contracts(house: Path) -> dict[str, str]:
    """Return what became of each contract: KEPT or BROKEN."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env={"PATH": "/usr/bin:/bin", "COLUMNS": "300", "PYTHONPATH": str(house)},
        check=False,
        capture_output=True,
        text=True,
    )
    said: dict[str, str] = {}
    for line in done.stdout.splitlines():
        if found := re.fullmatch(r"(.+) (KEPT|BROKEN)( \(.+\))?", line):
            said[found[1]] = found[2]
    return said


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=_CACHES)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_broken_by_a_planted_import(house: Path) -> None:
    named = {
        contract["name"]
        for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
            "importlinter"
        ]["contracts"]
    }
    for file, line in PLANTED.items():
        path = house / file
        path.write_text(f"{path.read_text()}\n\n{line}\n")
    said = contracts(house)
    assert set(said) == named
    assert set(said.values()) == {"BROKEN"}


def test_a_new_room_of_service_has_to_be_given_its_place(house: Path) -> None:
    (house / "service" / "cellar").mkdir()
    (house / "service" / "cellar" / "__init__.py").touch()
    assert contracts(house)["a folder of service is one process or one privilege"] == "BROKEN"
