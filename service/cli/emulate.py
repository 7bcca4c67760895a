"""`limen emulate`: a sensor without the sensor, on a pty, for any client."""

import signal
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import finite

if TYPE_CHECKING:
    from device.boson.emulator.scene import FrameSource

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Emulate a sensor for any client."
)


@app.callback()
def emulate() -> None:
    """Emulate a sensor for any client."""


@app.command()
def boson(
    link: Annotated[
        Path | None, typer.Option(help="Symbolic link to the pty, for as long as it runs.")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="Scenario that it looks at; without one, a face before a wall."),
    ] = None,
    fault: Annotated[
        str | None, typer.Option(help="Bad day that begins after a while; 'list' lists them.")
    ] = None,
    after: Annotated[
        float,
        typer.Option(
            min=0.0, max=86_400.0, callback=finite, help="Seconds until the fault begins."
        ),
    ] = 5.0,
    array: Annotated[int, typer.Option(min=320, max=640, help="640 or 320 pixels per row.")] = 640,
    serial: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="Serial number of the camera.")
    ] = 900_001,
) -> None:
    """Emulate a FLIR Boson on a pty, until it is told to stop."""
    # Only here: the help of the command line stays quick.
    from device.boson.emulator.camera import EmulatedCamera, Maker
    from device.boson.emulator.faults import FAULTS
    from device.boson.emulator.link import EmulatedLink

    if fault == "list":
        for known in FAULTS.values():
            print(f"{known.name:20} {known.doc}")
        return
    if fault is not None and fault not in FAULTS:
        raise typer.BadParameter(f"no fault {fault!r}; there are: {', '.join(FAULTS)}")
    if link is None:
        raise typer.BadParameter("say where the link to the pty shall be", param_hint="--link")
    _must_be_free(link)
    camera = EmulatedCamera(_scene(scenario, array), Maker(serial=serial))
    try:
        cable = EmulatedLink(camera, link)
    except OSError as error:
        raise typer.BadParameter(
            f"the link {link} cannot be made ({error.strerror}): choose a folder that you may "
            "write to",
            param_hint="--link",
        ) from error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: cable.stop())
    if fault is not None:
        cable.later(after, lambda: FAULTS[fault].start(cable))
    print(f"{cable.device} {link}", flush=True)
    cable.serve()


@app.command()
def calibrator(
    link: Annotated[Path, typer.Option(help="Symbolic link to the pty, for as long as it runs.")],
    pace: Annotated[
        float,
        typer.Option(min=1.0, max=1e6, callback=finite, help="Of its seconds, in one of yours."),
    ] = 1.0,
    fault: Annotated[str | None, typer.Option(help="deaf, fahrenheit, stubborn or noise.")] = None,
) -> None:
    """Emulate a Fluke 9133 on a pty, until it is told to stop.

    Its plate follows its set point; a simulated camera does not see it.
    """
    from device.calibrator.emulator import EmulatedHart, Fault

    if fault is not None and fault not in list(Fault):
        raise typer.BadParameter(f"no fault {fault!r}; there are: {', '.join(Fault)}")
    _must_be_free(link)
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with EmulatedHart(pace=pace, fault=Fault(fault) if fault else None) as emulated:
        link.unlink(missing_ok=True)
        link.symlink_to(emulated.port)
        print(f"{emulated.port} {link}", flush=True)
        ended.wait()
    link.unlink(missing_ok=True)


def _must_be_free(link: Path) -> None:
    """Refuse a link that cannot be made."""
    if not link.parent.is_dir():
        raise typer.BadParameter(
            f"there is no folder {link.parent}: make it first", param_hint="--link"
        )
    if link.exists() and not link.is_symlink():
        raise typer.BadParameter(f"{link} exists and is no link", param_hint="--link")


def _scene(scenario: str | None, array: int) -> "FrameSource":
    """Return what the camera looks at; a usage error when it cannot."""
    from device.boson.emulator.scene import DoorScene, SensorScene
    from device.boson.identity import ARRAYS
    from device.simulator.scenario.schema import ScenarioError
    from device.simulator.sensor import open_simulated

    if str(array) not in ARRAYS:
        raise typer.BadParameter("a Boson has 640 or 320 pixels per row", param_hint="--array")
    if scenario is None:
        return DoorScene(*ARRAYS[str(array)])
    try:
        scene = SensorScene(open_simulated(scenario, realtime=True))
    except ScenarioError as unknown:
        raise typer.BadParameter(str(unknown), param_hint="--scenario") from unknown
    if (scene.width, scene.height) not in ARRAYS.values():
        raise typer.BadParameter(
            f"the scenario's camera has {scene.width}x{scene.height} pixels, no Boson has",
            param_hint="--scenario",
        )
    return scene
