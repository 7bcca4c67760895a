"""`limen kiosk`: the browser of the alert screen with a watch on it; cage starts it."""

from pathlib import Path
from typing import Annotated

import typer


def kiosk(
    *,
    profile: Annotated[
        Path, typer.Option(help="Folder of the browser's profile; in memory.")
    ] = Path("/run/limen-kiosk/profile"),
    lamp: Annotated[Path | None, typer.Option(help="Node of the lamp's relay (USB-RLY02).")] = None,
    beside: Annotated[
        int,
        typer.Option(
            envvar="LIMEN_KIOSK_BESIDE",
            min=0,
            max=16384,
            help="Width in pixels of the guard's monitor, the left one, when the visitor's "
            "window is on a second one beside it; 0: there is one monitor.",
        ),
    ] = 0,
) -> None:
    """Show the alert screen, cover it when no page paints, and say so by sound and lamp."""
    from service.kiosk.browser import ADDRESS
    from service.kiosk.main import run
    from service.kiosk.wayland import WaylandError

    try:
        run(ADDRESS, profile, lamp, beside=beside)
    except WaylandError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
