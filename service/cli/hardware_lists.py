"""`limen hardware lists`: the exclusion lists, how old they are, and how newer ones come in."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli import hardware_shared
from service.cli.hardware_shared import AsJson, Own, ended, register, show_json

_KINDS = "eu-sanctions, us-bis-entities, eu-forced-labour"


def lists(
    new: Annotated[
        Path | None,
        typer.Option("--import", help="A newer, signed snapshot (FILE.dsse beside it)."),
    ] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="The file that an authority published.")
    ] = None,
    kind: Annotated[str, typer.Option("--as", help=f"With --from, which list: {_KINDS}.")] = "",
    complete_to: Annotated[
        datetime | None,
        typer.Option(
            help="With --from, the day to which a file without a date is complete.",
            formats=["%Y-%m-%d"],
        ),
    ] = None,
    own: Own = None,
    as_json: AsJson = False,
) -> None:
    """Show the exclusion lists with their age and hash; take newer ones into your register."""
    if (new or source) and own is None:
        raise typer.BadParameter("This needs --register: shipped lists are not changed.")
    if new and own:
        _import(new, own)
    elif source and own:
        _make(source, kind, complete_to, own)
    else:
        _show(own, as_json=as_json)


def _import(new: Path, own: Path) -> None:
    from hardware.errors import HardwareError
    from hardware.register.documents import import_list

    try:
        taken = import_list(new, own, today=hardware_shared.today())
    except HardwareError as error:
        raise ended(error) from error
    typer.echo(
        f"Imported {taken.key}, complete to {taken.content.complete_to}, sha256 {taken.sha256}."
    )
    typer.echo("Make a new index now, and have it signed: limen hardware index")


def _make(source: Path, kind: str, complete_to: datetime | None, own: Path) -> None:
    """Make a snapshot of a published file, in the register, unsigned as yet."""
    from hardware.errors import HardwareError
    from hardware.register import lists as snapshots
    from hardware.register import sources
    from hardware.register.documents import check_newer

    if kind not in sources.SOURCES:
        raise typer.BadParameter(f"--as takes {_KINDS}, and not {kind!r}.")
    day = complete_to.date() if complete_to else None
    known = register(own)
    try:
        data = sources.snapshot(kind, source.read_bytes(), hardware_shared.today(), day)
        made = snapshots.read(data, kind)
        check_newer(made, known)
        target = own / "lists" / f"{kind}.toml"
        target.parent.mkdir(exist_ok=True)
        target.with_name(f"{target.name}.dsse").unlink(missing_ok=True)
        target.write_bytes(data)
    except (HardwareError, OSError) as error:
        raise ended(error) from error
    old = next((snapshot for snapshot in known.lists if snapshot.key == kind), None)
    before = f"; the one before had {old.content.count}" if old else ""
    typer.echo(
        f"{target}: {made.content.count} entries, complete to"
        f" {made.content.complete_to}{before}.\n"
        f"Look through it, then have it signed: limen hardware sign {target} --key ...\n"
        "Then make a new index, and have that signed: limen hardware index"
    )


def _show(own: Path | None, *, as_json: bool) -> None:
    known = register(own)
    rows = [
        {
            "key": snapshot.key,
            "published": snapshot.content.published,
            "complete_to": snapshot.content.complete_to,
            "copied": snapshot.content.copied,
            "age_days": snapshot.age_days(known.today),
            "entries": snapshot.content.count,
            "sha256": snapshot.sha256,
            "title": snapshot.content.title,
            "source": snapshot.content.source,
            "terms": snapshot.content.terms,
            "scope": snapshot.content.scope.strip(),
            "omits": snapshot.content.omits.strip(),
        }
        for snapshot in known.lists
    ]
    if as_json:
        show_json(rows)
        return
    for row in rows:
        typer.echo(
            f"{row['key']:18} complete to {row['complete_to']}, {row['age_days']} days ago;"
            f" {row['entries']} entries; published {row['published']}, copied {row['copied']}\n"
            f"    {row['title']}\n    {row['source']}\n    {row['terms']}\n"
            f"    In it: {row['scope']}\n    Not in it: {row['omits']}\n    sha256 {row['sha256']}"
        )
    for problem in known.problems:
        typer.echo(f"! {problem}", err=True)
