"""`limen sweep`: whether a camera tells the truth over the range, or pulls it towards normal."""

import json
import math
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import finite, sentence

if TYPE_CHECKING:
    from device.sensor import Sensor
    from service.acceptance.series import SetPoint
    from service.offline.slope import Slope, Spot

FAULTS = ("none", "normalises", "clips", "wrong_emissivity")


def sweep(  # noqa: PLR0917 # the command line names them
    table: Annotated[
        Path | None,
        typer.Argument(help="CSV with set_c and shown_c, from any camera's own screen."),
    ] = None,
    sensor: Annotated[
        str, typer.Option(help="simulated, boson, lepton or evo-thermal: vetted or not.")
    ] = "simulated",
    port: Annotated[str | None, typer.Option(help="Where it is; by default it is found.")] = None,
    fault: Annotated[
        str, typer.Option(help=f"Of the simulated one: {', '.join(FAULTS)}.")
    ] = "none",
    at: Annotated[
        str, typer.Option(help="Where the blackbody is, as X,Y in pixels; by default the middle.")
    ] = "",
    steady: Annotated[
        str, typer.Option(help="A second target that is not changed, as X,Y: takes out drift.")
    ] = "",
    calibrator: Annotated[
        str, typer.Option(help="Serial port of a Fluke 9132 or 9133 that is set by this command.")
    ] = "",
    frames: Annotated[int, typer.Option(min=5, max=2000, help="Frames per set point.")] = 60,
    emissivity: Annotated[
        float, typer.Option(min=0.5, max=1.0, callback=finite, help="Of the blackbody.")
    ] = 0.97,
    reflected: Annotated[
        float, typer.Option(min=-20.0, max=60.0, callback=finite, help="What it mirrors, deg C.")
    ] = 22.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Run the slope test on any camera, and say whether it normalises (Healy et al. 2021).

    Ends with 1 when the camera does not tell the truth, and with 2 when nothing can be said.
    """
    from device.errors import SensorError
    from service.offline.slope import SlopeError, of_points, read_table

    if fault not in FAULTS:
        raise typer.BadParameter(f"there are: {', '.join(FAULTS)}", param_hint="--fault")
    try:
        if table is not None:
            points, name, perfect = read_table(table), table.name, emissivity
        elif sensor == "simulated":
            points, name, perfect = _simulated(fault), f"simulated camera, fault: {fault}", 1.0
        else:
            points, name = _before(sensor, port, at, steady, frames, calibrator)
            perfect = emissivity
        found = of_points(points, perfect, reflected)
    except (OSError, UnicodeDecodeError, SensorError, SlopeError) as error:
        typer.echo(sentence(error), err=True)
        raise typer.Exit(2) from error
    _tell(name, found, as_json=as_json)
    if found.chapter.findings_of_slope:
        raise typer.Exit(1)


def _simulated(fault: str) -> "list[SetPoint]":
    """Film two plates with a simulated camera, and take the film in steps of a quarter degree."""
    from device.simulator.scenario.schema import Camera
    from device.simulator.sweep import sweep as film
    from service.acceptance.series import SetPoint
    from service.acceptance.sweep import STEP_C

    true, shown = film(Camera.model_validate({"fault": fault}))
    steps: dict[int, list[tuple[float, float]]] = {}
    for a, b in zip(true, shown, strict=True):
        steps.setdefault(round(a / STEP_C), []).append((a, b))
    # within a step the plate rises: what is kept is the difference
    return [
        SetPoint(mean, 0.05, tuple(mean + b - a for a, b in pairs))
        for pairs in steps.values()
        if len(pairs) > 2
        for mean in [sum(a for a, _ in pairs) / len(pairs)]
    ]


def _before(  # as the command line names them
    name: str, port: str | None, at: str, steady: str, frames: int, calibrator: str
) -> "tuple[list[SetPoint], str]":
    """Read the camera at one set point after the other."""
    from device.drivers import NAMES, driver
    from hardware.vetting.decision import Decision, Outcome
    from service.acceptance.series import SetPoint
    from service.acceptance.words import Way
    from service.offline.slope import Spot, watch

    if name not in NAMES:
        raise typer.BadParameter(f"there are: {', '.join(NAMES)}", param_hint="--sensor")
    points: list[SetPoint] = []
    asked, unheated = _spot(at), _spot(steady)
    with ExitStack() as stack:
        # whether it is vetted is another question, and not asked here: nobody is screened
        camera: Sensor = stack.enter_context(
            driver(name).open(port, vet=lambda key, *_: Decision(key, Outcome.APPROVED))
        )
        info = camera.info
        heated = asked or Spot(info.width / 2, info.height / 2)
        typer.echo(f"{info.model} {info.serial}, at {heated.x:g}, {heated.y:g}.", err=True)
        readings = watch(camera, heated, unheated, frames)
        for set_c in _by_serial(calibrator) if calibrator else _by_hand():
            way = Way.DOWN if points and set_c < points[-1].set_c else Way.UP
            shown = next(readings, None)
            if shown is None:
                break  # a recording that has ended
            points.append(SetPoint(set_c, 0.1, tuple(shown), way))
            typer.echo(f"  shows {sum(shown) / len(shown):.2f}", err=True)
    return points, f"{info.model} {info.serial}"


def _by_hand() -> Iterator[float]:
    """Ask for one temperature of the blackbody after the other."""
    typer.echo(
        "Let the camera run for half an hour. Then set the blackbody to 34.00, wait until it is"
        " steady, type its temperature and press Enter; go up by 0.25 to 40, and down again if you"
        " can. An empty line ends.",
        err=True,
    )
    while line := typer.prompt("deg C", default="", show_default=False, err=True).strip():
        try:
            set_c = float(line.replace(",", "."))
        except ValueError:
            typer.echo(f"{line!r} is no temperature.", err=True)
            continue
        if 10.0 <= set_c <= 60.0:
            yield set_c
        else:
            typer.echo(f"{set_c} deg C: between 10 and 60, please.", err=True)


def _by_serial(port: str) -> Iterator[float]:
    """Set a calibrator from 34 to 40 in steps and back, and wait each time until it has settled."""
    from device.calibrator.hart import HartCalibrator
    from device.calibrator.line import Line
    from service.acceptance.sweep import set_points
    from service.offline.by_serial import settle

    with closing(Line.at(port)) as line:
        source = HartCalibrator(line)
        for set_c, _ in set_points(whole=True):
            typer.echo(f"set to {set_c:.2f} deg C", err=True)
            yield settle(source, set_c)


def _spot(text: str) -> "Spot | None":
    from service.offline.slope import Spot

    if not text:
        return None
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise typer.BadParameter(f"{text!r}: give two numbers, as 320,256")
    return Spot(x, y)


def _tell(name: str, found: "Slope", *, as_json: bool) -> None:
    chapter, judgement = found.chapter, found.judgement
    if as_json:
        line = {
            "kind": "sweep",
            "camera": name,
            "judgement": asdict(judgement),
            "chapter": asdict(chapter),
        }
        typer.echo(json.dumps(line))
        return
    from service.acceptance.catalogue import words

    said = words("en")
    typer.echo(f"Slope record of: {name}\n")
    typer.echo("  set deg C   shown deg C   error   U")
    for set_c, up, shown_c, error_c, expanded_c in chapter.rows:
        arrow = "+" if up else "-"
        typer.echo(f"  {set_c:8.2f} {arrow}  {shown_c:10.2f}  {error_c:+6.2f}  {expanded_c:.2f}")
    typer.echo("\n  set: taken as a blackbody's; shown: the mean difference is taken out\n")
    for figure in chapter.figures:
        if figure.value is not None:
            spread = "" if figure.expanded is None else f" +- {figure.expanded:.3f}"
            typer.echo(f"  {said['figure'][figure.name]}: {figure.value:.3f}{spread}")
    typer.echo("")
    for finding in chapter.findings_of_slope:
        typer.echo(f"  {said['finding'][finding.value]}")
    if not chapter.findings_of_slope:
        typer.echo("  It tells differences as they are: nothing says that it normalises.")
