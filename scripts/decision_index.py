"""docs/decisions/README.md, from the heads of the records."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent.parent / "docs/decisions"
RECORD = re.compile(
    r"# (?P<number>\d{4}): (?P<title>.+[^.])\n\n- Date: (?P<date>\d{4}-\d\d-\d\d)\n"
    r"- Status: (?P<status>accepted(?:, amended by \d{4}(?: and \d{4})?)?|replaced by \d{4})\n\n"
)
_HEAD = """# Decisions

A record says what was decided, what else could have been, and what follows. Its title is the \
decision. What it decides is not rewritten: a later record replaces or amends it, and the status \
of the older one says so. [How to record one](../../CONTRIBUTING.md#how-a-decision-is-recorded). \
`scripts/pages` makes this index.

| | decision | date | status |
|---|---|---|---|
"""


class Record(NamedTuple):
    """The head of one record."""

    file: str
    number: str
    title: str
    on: date
    status: str


def records(folder: Path = FOLDER) -> list[Record]:
    """Return the heads of all records, in order.

    Raises
    ------
    ValueError
        When a record has no head of the common form, or its file another number.
    """
    return list(_records(folder))


def _records(folder: Path) -> Iterator[Record]:
    for path in sorted(folder.glob("[0-9]*.md")):
        head = RECORD.match(path.read_text(encoding="utf-8"))
        if head is None or not path.name.startswith(f"{head['number']}-"):
            raise ValueError(
                f"{path.name}: a record begins with '# NNNN: the decision', '- Date: YYYY-MM-DD' "
                "and '- Status: accepted', and its file is named by the same number"
            )
        on = date.fromisoformat(head["date"])
        yield Record(path.name, head["number"], head["title"], on, head["status"])


def render(folder: Path = FOLDER) -> str:
    """Return the index."""
    return _HEAD + "".join(
        f"| [{one.number}]({one.file}) | {one.title} | {one.on} | {one.status} |\n"
        for one in records(folder)
    )
