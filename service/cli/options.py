"""What commands share: numbers within bounds, settings from options, and lines for people."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from screening.settings import Decision, Reference, Settings


def finite(number: float | None) -> float | None:
    """Refuse what is no finite number; give it as `callback` to every option of that kind.

    The bounds of an option let `nan` pass, for it is neither below nor above anything.
    """
    if number is not None and not math.isfinite(number):
        raise typer.BadParameter(f"{number} is no finite number.")
    return number


def sentence(error: Exception) -> str:
    """Return what a person reads of an error; of one of the system's, which file it is about."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename} cannot be used ({error.strerror}): name another."
    if isinstance(error, UnicodeDecodeError):
        return "This is no text file: name another."
    return str(error)


def writable(file: Path | None) -> None:
    """End with a sentence when a file cannot be written: minutes later is too late to find out."""
    if file is None:
        return
    try:
        file.open("ab").close()
    except OSError as error:
        typer.echo(f"{file} cannot be written ({error.strerror}): name another file.", err=True)
        raise typer.Exit(1) from error


def reference_settings(
    reference_temp_c: float | None,
    *,
    reference_emissivity: float,
    relative: bool,
    threshold_c: float | None,
) -> Settings:
    """Return the settings for a headless run, or end with the sentence that says what is missing.

    Exactly one of `reference_temp_c` and `relative` must be given: a station without a reference
    may only run in the declared relative mode.
    """
    if (reference_temp_c is None) != relative:
        raise typer.BadParameter(
            "Give either --reference-temp C, the set point of the heated reference in view, "
            "or --relative when there is none (then every verdict says so)."
        )
    decision = Decision() if threshold_c is None else replace(Decision(), threshold_c=threshold_c)
    references = (
        ()
        if reference_temp_c is None
        else (Reference(temp_c=reference_temp_c, emissivity=reference_emissivity),)
    )
    return Settings(references=references, decision=decision)


def emit(line: dict[str, Any], *, as_json: bool) -> None:
    """Print one object of a headless run: as JSON, or as a line a person can read."""
    typer.echo(json.dumps(line) if as_json else _for_people(line))


def _for_people(line: dict[str, Any]) -> str:
    match line["kind"]:
        case "frame":
            faces = ", ".join(f"{face['box']} {face['score']:.2f}" for face in line["faces"])
            return f"  frame {line['frame']:5d}  {line['state']:15s} {faces}"
        case "visitor":
            reading = (
                "nothing measured"
                if line["skin_temp_c"] is None
                else f"{line['skin_temp_c']:.2f} +- {line['expanded_uncertainty_c']:.2f} deg C skin"
            )
            reasons = ", ".join(line["reasons"])
            frames = f"frames {line['first_frame']}-{line['last_frame']}"
            who = f"{line.get('file', '')}  visitor {line['id']}"
            return f"{who}: {line['verdict']}, {reading}, {frames}  {reasons}"
        case "summary":
            return (
                f"{line['frames']} frames, {line['visitors']} visitors, {line['verdicts']}, "
                f"{line['ms_per_frame_median']} ms per frame (p95 {line['ms_per_frame_p95']})"
            )
        case _:
            return f"{line.get('file', '')}  {line.get('error', line)}"
