"""One line of the bench: what was measured, what it should be, and whether it is."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """A measurement against its bar.

    Attributes
    ----------
    key
        Stable name for scripts.
    measure, value
        What was measured and the outcome, for people.
    numbers
        The outcome for machines, by name.
    bar, stretch, others
        What it has to reach, what it should, and what others reach.
    met
        Whether the bar is reached; None where there is none or nothing was measured.
    absent
        Why nothing was measured.
    """

    key: str
    measure: str
    value: str = ""
    numbers: dict[str, float] | None = None
    bar: str = ""
    stretch: str = ""
    others: str = ""
    met: bool | None = None
    absent: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the row as one JSON object."""
        said = {name: value for name, value in asdict(self).items() if value not in ("", None)}
        return {"kind": "row", **said}


Part = Callable[[], Iterator[Row]]


def as_text(rows: list[Row]) -> str:
    """Return the rows as a table in Markdown, as it stands in the documentation."""
    lines = ["| measure | measured | bar | stretch | others |", "|---|---|---|---|---|"]
    for row in rows:
        mark = {True: "met", False: "**missed**", None: ""}[row.met]
        value = row.value if not row.absent else f"not measured: {row.absent}"
        value = f"{value} {mark}".strip()
        cells = (row.measure, value, row.bar, row.stretch, row.others)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
