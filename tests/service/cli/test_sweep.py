"""`limen sweep` finds the liars out, on a film, in a table, and by hand at a camera."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from device.calibrator.emulator import EmulatedHart
from device.calibrator.hart import HartCalibrator
from device.evo_thermal.emulator import EmulatedEvoThermal
from device.evo_thermal.protocol import SIDE, Frame
from service.cli.main import app
from tests.service.acceptance import villains
from tests.service.acceptance.villains import Station


def limen(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, ["sweep", *(str(one) for one in arguments)], input=typed)


@pytest.mark.parametrize("fault", ["none", "normalises", "clips", "wrong_emissivity"])
def test_a_simulated_camera_is_told_by_its_fault(fault: str) -> None:
    found = limen("--fault", fault, "--json")
    line = json.loads(found.stdout)
    assert line["judgement"]["finding"] == (None if fault == "none" else fault)
    assert found.exit_code == (0 if fault == "none" else 1)


def table(path: Path, station: Station) -> Path:
    rows = [
        f"{point.set_c},{shown:.3f}"
        for point in station.accuracy().points
        for shown in point.shown_c
    ]
    path.write_text("set_c,shown_c\n" + "\n".join(rows))
    return path


def test_a_table_from_any_screen_is_judged(tmp_path: Path) -> None:
    good = limen(table(tmp_path / "good.csv", Station(offset_c=2.0)), "--emissivity", 1)
    assert good.exit_code == 0, good.output
    assert "nothing says that it normalises" in good.output
    pulled = table(tmp_path / "bad.csv", Station(transfer=villains.normalising))
    bad = limen(pulled, "--emissivity", 1)
    assert bad.exit_code == 1
    assert "pulls readings towards normal" in bad.output
    assert "Least slope over one degree: 0.2" in bad.output


class Heated(EmulatedEvoThermal):
    """An Evo Thermal before a blackbody that somebody sets, and that may pull what it sees."""

    def __init__(self, transfer: Callable[[float], float]) -> None:
        self.shown_c = transfer(34.0)
        self.transfer = transfer
        super().__init__(pause_s=0.002)

    def set(self, true_c: float) -> None:
        self.shown_c = self.transfer(true_c) + 1.5  # its scale is off: nobody minds

    def _picture(self) -> Frame:
        kelvin = 273.15 + self.shown_c + self._noise.normal(0.0, 0.1, (SIDE, SIDE))
        return Frame.of(np.rint(kelvin * 10.0).astype(np.uint16), 303.15)


@pytest.mark.parametrize(
    ("transfer", "says"),
    [(villains.straight, "nothing says"), (villains.normalising, "towards normal")],
)
def test_a_camera_is_tried_by_hand_without_being_vetted(
    monkeypatch: pytest.MonkeyPatch, transfer: Callable[[float], float], says: str
) -> None:
    steps = iter(["warm", "99", *(f"{34.0 + 0.25 * i:.2f}" for i in range(25)), ""])
    with Heated(transfer) as camera:

        def prompt(*_: object, **__: object) -> str:
            line = next(steps)
            if line.startswith(("3", "40")):
                camera.set(float(line))
            return line

        monkeypatch.setattr("typer.prompt", prompt)
        found = limen(
            *("--sensor", "evo-thermal", "--port", camera.port),
            *("--emissivity", 1, "--frames", 10),
        )
    assert says in found.output, found.output
    assert "'warm' is no temperature" in found.output
    assert "99.0 deg C: between" in found.output
    assert found.exit_code == (0 if says == "nothing says" else 1)


def test_a_calibrator_is_set_by_serial_up_and_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(source: HartCalibrator, temp_c: float) -> float:
        source.go_to(temp_c)
        said_c = source.temp_c()
        camera.set(said_c)
        return said_c

    monkeypatch.setattr("service.offline.by_serial.settle", at_once)  # that is tried by itself
    with EmulatedHart(pace=1e8) as calibrator, Heated(villains.straight) as camera:
        found = limen(
            *("--sensor", "evo-thermal", "--port", camera.port, "--calibrator", calibrator.port),
            *("--emissivity", 1, "--frames", 5),
        )
    assert "nothing says" in found.output, found.output
    assert "Hysteresis" in found.output
    sets = [float(one[2:]) for one in calibrator.heard if one.startswith("s=")]
    assert (sets[0], max(sets), sets[-1], len(sets)) == (34.0, 40.0, 34.0, 49)


@pytest.mark.parametrize("at", ["nan,nan", "inf,1", "1", "a,b", "1,2,3"])
def test_a_place_that_is_none_is_named(at: str) -> None:
    found = limen("--sensor", "evo-thermal", "--port", "/dev/none", "--at", at)
    assert found.exit_code == 2
    assert "give two numbers" in found.output


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("set_c,shown_c\n34,34\n35,35\n", "no sweep"),
        ("a,b\n1,2\n", "set_c and shown_c"),
        ("set_c,shown_c\n34,warm\n", "row 2"),
        ("set_c,shown_c\n34,nan\n", "no temperatures"),
    ],
)
def test_what_is_no_sweep_is_named(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text)
    found = limen(file)
    assert found.exit_code == 2
    assert why in found.output
