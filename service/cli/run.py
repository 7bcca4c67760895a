"""`limen run`: the station, from its first process to its last."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def run(
    *,
    sensor: Annotated[
        str | None, typer.Option(help="simulated (the default), boson, lepton, evo-thermal.")
    ] = None,
    sensor_port: Annotated[
        str | None, typer.Option(help="Where the sensor is plugged in; found when left out.")
    ] = None,
    calibrator: Annotated[
        Path | None,
        typer.Option(help="Serial port of a Fluke 9132 or 9133 that a sweep may set."),
    ] = None,
    config: Annotated[Path | None, typer.Option(help="Configuration as a TOML file.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder for settings and the audit trail.")
    ] = None,
    register: Annotated[
        Path | None, typer.Option(help="Folder of the institution's own register of hardware.")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="What the simulated sensor shows: a scenario's name, or a TOML file."),
    ] = None,
    language: Annotated[str | None, typer.Option(help="Of the screens: en, fr, de or nl.")] = None,
    browser: Annotated[
        bool, typer.Option(help="Open the alert screen where a desktop is there.")
    ] = True,
    allow_unsandboxed: Annotated[
        bool,
        typer.Option(help="Run the simulated sensor without the privacy lock; shown on screen."),
    ] = False,
    show_output: Annotated[
        bool,
        typer.Option(help="Pass on what worker and web process print; simulated sensor only."),
    ] = False,
    self_test: Annotated[
        bool,
        typer.Option(help="Screen one feverish and one healthy simulated visitor, check, stop."),
    ] = False,
) -> None:
    """Run the station: one sensor, the screening, and the alert screen."""
    from service.state.errors import StationError
    from service.supervisor.config import load_config

    if register is not None and not register.is_dir():
        raise typer.BadParameter(
            f"There is no folder {register}: name that of your register.", param_hint="--register"
        )
    options = {
        "sensor": sensor,
        "sensor_port": sensor_port,
        "calibrator": calibrator,
        "port": port,
        "state": state,
        "hardware_register": register,
        "scenario": scenario,
        "language": language,
        "allow_unsandboxed": allow_unsandboxed or None,
        "show_output": show_output or None,
    }
    try:
        if self_test:
            from service.cli.self_test import run_self_test

            raise typer.Exit(run_self_test(typer.echo, allow_unsandboxed=allow_unsandboxed))
        import structlog

        from service.supervisor.main import Supervisor

        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
        station = Supervisor(load_config(config, **options))
        typer.echo(f"The alert screen is at {station.address}  (Ctrl-C ends the station)")
        if browser and _desktop():
            _open(station.address)
        station.run()
    except StationError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


def _desktop() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(address: str) -> None:
    """Show the screen in the user's browser; the window is theirs and stays when we end."""
    import subprocess
    import webbrowser

    try:
        webbrowser.open(address)
    except (webbrowser.Error, subprocess.SubprocessError, OSError) as error:
        sys.stderr.write(f"No browser could be opened ({error}); open the address yourself.\n")
