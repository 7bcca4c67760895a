"""`limen budget`: what a skin temperature is worth, share by share."""

import json
from dataclasses import replace
from typing import Annotated

import typer

from service.cli.options import finite


def budget(
    mm_per_px: Annotated[
        float, typer.Option(min=0.1, max=20.0, callback=finite, help="At the face.")
    ] = 1.3,
    skin: Annotated[
        float, typer.Option(min=30.0, max=42.0, callback=finite, help="Skin temperature, deg C.")
    ] = 36.5,
    noise: Annotated[
        float, typer.Option(min=0.0, max=5.0, callback=finite, help="Of the fused frames, deg C.")
    ] = 0.02,
    ambient: Annotated[
        float, typer.Option(min=-20.0, max=60.0, callback=finite, help="Air and walls, deg C.")
    ] = 22.0,
    reference_temp: Annotated[
        float, typer.Option(min=30.0, max=42.0, callback=finite, help="Set point, deg C.")
    ] = 36.0,
    relative: Annotated[bool, typer.Option("--relative", help="Without a reference.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print the uncertainty budget of a skin temperature under the default settings."""
    from screening.measuring import footprint
    from screening.measuring.correction import Correction
    from screening.measuring.measure import RESOLVED_MM_PER_PX
    from screening.settings import Reference, Scene, Settings

    references = () if relative else (Reference(temp_c=reference_temp),)
    scene = replace(Scene(), ambient_temp_c=ambient, reflected_temp_c=ambient)
    correction = Correction(Settings(scene=scene, references=references))
    correction.correct_by([] if relative else [(0, 0.0, 0.01)])
    resolved = mm_per_px <= RESOLVED_MM_PER_PX
    height = footprint.height(mm_per_px, footprint.relief(mm_per_px), noise) if resolved else None
    found = correction.budget(
        skin, noise_c=noise, mm_per_px=mm_per_px, height_sd_c=height and height[1]
    )
    if as_json:
        line = {
            "kind": "budget",
            "shares_c": found.shares(),
            "standard_c": found.standard_c,
            "expanded_c": found.expanded_c,
            "footprint_correction_c": footprint.correction(mm_per_px),
        }
        typer.echo(json.dumps(line))
        return
    typer.echo(f"Skin at {skin:.2f} deg C, {mm_per_px:g} mm per pixel; standard uncertainties:\n")
    for name, share in found.shares().items():
        part = (share / found.standard_c) ** 2
        typer.echo(f"  {name:12s} {share:6.3f} deg C  {part:4.0%} {'#' * round(40 * part)}")
    typer.echo(f"\n  {'combined':12s} {found.standard_c:6.3f} deg C")
    typer.echo(f"  {'expanded':12s} {found.expanded_c:6.3f} deg C (k = 2)")
    typer.echo(f"\nFootprint correction {footprint.correction(mm_per_px):+.2f} deg C, included.")
