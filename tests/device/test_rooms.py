"""What screening may know of the device is written down for every module that there is."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_module_of_device_but_the_frame_is_closed_to_screening() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (closed,) = (
        set(contract["forbidden_modules"])
        for contract in contracts["contracts"]
        if contract.get("source_modules") == ["screening"]
    )
    modules = {
        f"device.{path.stem}"
        for path in (ROOT / "device").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert closed == modules - {"device.__init__", "device.frame"}
