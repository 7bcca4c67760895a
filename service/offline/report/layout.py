"""A record in a language, as blocks that the template draws: headings, pairs, tables, plots.

Every number here is one of the record's, rounded for reading and never computed anew.
"""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from service.acceptance.budget import Budget
from service.acceptance.catalogue import Words, words
from service.acceptance.record import Record, Signer
from service.acceptance.requirements import TABLE
from service.acceptance.verdict import ChapterVerdict, Figure
from service.acceptance.words import Chapter, Trial

MAX_ROWS: Final = 24  # of what was measured; every value is in the attached record
WIDTH: Final = 0.22  # of the page for each column of numbers: a row is read across
UNITS: Final = {"_c": "°C", "_k": "K", "_s": "s", "_dba": "dBA"}
_PLOTS: Final = {
    Chapter.WARM_UP: ("time_s", "own_c"),
    Chapter.STABILITY: ("time_s", "shown_c"),
    Chapter.RESOLUTION: ("block", "netd_k"),
    Chapter.ACCURACY: ("set_c", "error_c"),
    Chapter.PEOPLE: ("first_c", "second_c"),
}
Block = dict[str, Any]
_MINUS, _NONE = "\N{MINUS SIGN}", "\N{EN DASH}"


def layout(record: Record, data: bytes, language: str, signers: tuple[Signer, ...] = ()) -> Block:
    """Return all that the template needs.

    Parameters
    ----------
    data
        The record's bytes: their hash is printed on every page.
    signers
        Whose signatures hold; without them, whom the record names.
    """
    said = words(language)
    signed = signers or record.signers
    page = _Page(record, said, language, signed)
    digest = hashlib.sha256(data).hexdigest()
    blocks = [*page.front(digest), *page.chapters(), *page.back(digest)]
    rec = said["record"]
    page_of: Block = plain(
        {
            "language": language,
            "title": page.of_station(f"{rec['title']} {record.number}"),
            "author": ", ".join(signer.name for signer in signed),
            "date": [record.made.year, record.made.month, record.made.day],
            "header": page.of_station(rec["title"]),
            "number": f"{rec['number']} {record.number}",
            "hash": f"SHA-256 {digest[:32]}",
            "warning": rec["simulated"] if record.station.simulated else "",
            "page": rec["page"],
            "of": rec["of"],
            "attachment": rec["attachment"],
            "blocks": blocks,
        }
    )
    return page_of


class _Page:
    """Writes the blocks of one record in one language."""

    def __init__(
        self, record: Record, said: Words, language: str, signers: tuple[Signer, ...]
    ) -> None:
        self.record = record
        self.signers = signers
        self.said = said
        self.rec = said["record"]
        self.comma = language != "en"
        self.colon = "\u00a0:" if language == "fr" else ":"

    # ---- numbers and words

    def of_station(self, title: str) -> str:
        """Return a title with the name of the station, or of its place where it has none."""
        name = self.record.station.name or self.record.station.place
        return f"{title}{self.colon} {name}" if name else title

    def number(self, value: float | None, digits: int) -> str:
        if value is None:
            return _NONE
        text = f"{value:.{digits}f}"
        if float(text) == 0.0:
            text = text.lstrip("-")
        return (
            text.replace(".", ",").replace("-", _MINUS) if self.comma else text.replace("-", _MINUS)
        )

    def limit(self, value: float) -> str:
        return f"{value:g}".replace(".", ",") if self.comma else f"{value:g}"

    def value(self, figure: Figure) -> str:
        return self.number(figure.value, digits_of(figure))

    def yes(self, found: bool) -> str:
        return self.rec["yes" if found else "no"]

    def pairs(self, *rows: tuple[str, str]) -> Block:
        header = (self.rec["figure"], self.rec["value"])
        return {"kind": "pairs", "header": header, "rows": rows}

    def verdict(self, label: str, conformity: str) -> Block:
        text = self.said["conformity"][conformity]
        return {
            "kind": "verdict",
            "label": f"{label}{self.colon}",
            "conformity": conformity,
            "text": text,
        }

    # ---- before the chapters

    def front(self, digest: str) -> Iterator[Block]:
        record, rec = self.record, self.rec
        yield {"kind": "title", "text": rec["title"]}
        yield {"kind": "text", "text": rec["subtitle"]}
        if record.station.simulated:
            yield {"kind": "warning", "text": rec["simulated"]}
        yield {"kind": "note", "text": rec["not_a_paper"]}
        yield {"kind": "heading", "text": rec["summary"]}
        yield self.verdict(rec["overall"], record.conformity.value)
        yield self.pairs(
            (rec["number"], str(record.number)),
            (rec["made"], record.made.isoformat()),
            (rec["valid_until"], record.valid_until.isoformat()),
            (rec["sha256"], grouped(digest)),
        )
        yield {
            "kind": "table",
            "columns": (3, 2),
            "left": (0, 1),
            "header": (rec["result"], rec["verdict"]),
            "rows": [
                (f"{i + 1}  {self.said['chapter'][c.chapter.value]}", self.conformity(c))
                for i, c in enumerate(record.chapters)
            ],
        }
        yield from self.station()
        yield from self.reference()
        yield from self.conditions()

    def conformity(self, chapter: ChapterVerdict) -> str:
        return self.said["conformity"][chapter.conformity.value]

    def station(self) -> Iterator[Block]:
        station, rec = self.record.station, self.rec
        yield {"kind": "heading", "text": rec["chapter_station"]}
        yield self.pairs(
            (rec["name"], station.name or rec["none"]),
            (rec["place"], station.place or rec["none"]),
            (rec["model"], station.model),
            (rec["firmware"], station.firmware or rec["none"]),
            (rec["serial"], grouped(station.serial_sha256) or rec["none"]),
            (rec["dossier"], station.dossier),
            (rec["dossier_sha256"], grouped(station.dossier_sha256) or rec["none"]),
            (rec["hbom_sha256"], grouped(station.hbom_sha256) or rec["none"]),
            (rec["software"], station.software),
            (rec["software_sha256"], grouped(station.software_sha256) or rec["none"]),
        )

    def reference(self) -> Iterator[Block]:
        paper, rec = self.record.reference, self.rec
        yield {"kind": "heading", "text": rec["chapter_reference"]}
        yield self.pairs(
            (rec["laboratory"], paper.laboratory),
            (rec["paper_number"], paper.number),
            (rec["reference_model"], paper.model or rec["none"]),
            (rec["reference_serial"], paper.serial or rec["none"]),
            (rec["set_point"], f"{self.number(paper.set_point_c, 2)} °C"),
            (
                rec["paper_expanded"],
                f"{self.number(paper.expanded_c, 2)} °C (k = {self.number(paper.k, 2)})",
            ),
            (rec["emissivity"], self.number(paper.emissivity, 3)),
            (rec["issued"], paper.issued.isoformat()),
            (rec["due"], paper.due.isoformat()),
            (rec["dcc"], grouped(paper.dcc_sha256) or rec["none"]),
        )
        note = "dcc_unchecked" if paper.dcc_sha256 else "typed"
        yield {"kind": "note", "text": rec[note]}

    def conditions(self) -> Iterator[Block]:
        found, rec = self.record.conditions, self.rec
        yield {"kind": "heading", "text": rec["chapter_conditions"]}
        yield self.pairs(
            (rec["ambient"], f"{self.number(found.ambient_c, 1)} °C"),
            (rec["humidity"], f"{self.number(100.0 * found.relative_humidity, 0)} %"),
            (rec["reflected"], f"{self.number(found.reflected_c, 1)} °C"),
            (rec["distance"], f"{self.number(found.distance_m, 2)} m"),
            (rec["mm_per_px"], f"{self.number(found.mm_per_px, 2)} mm"),
            (rec["draught"], self.yes(found.draught)),
            (rec["sunlight"], self.yes(found.sunlight)),
            (rec["warm_up"], f"{self.number(found.warm_up_s / 60.0, 0)} min"),
            (rec["mode"], rec["mode_skin"]),
        )

    # ---- the chapters

    def chapters(self) -> Iterator[Block]:
        for i, chapter in enumerate(self.record.chapters):
            name = chapter.chapter.value
            yield {"kind": "heading", "text": f"{i + 1}  {self.said['chapter'][name]}"}
            yield self.verdict(self.rec["verdict"], chapter.conformity.value)
            yield {"kind": "note", "text": self.said["method"][name]}
            if chapter.figures:
                yield self.figures(chapter)
            if chapter.findings:
                yield {"kind": "subheading", "text": self.rec["findings"]}
                items = [self.said["finding"][one.value] for one in chapter.findings]
                yield {"kind": "list", "items": items}
            if chapter.rows:
                yield from self.measured(chapter)

    def figures(self, chapter: ChapterVerdict) -> Block:
        rec = self.rec
        return {
            "kind": "table",
            "columns": (4, 2, 1.4, 1, 2, 3),
            "left": (0, 5),
            "header": (
                rec["figure"],
                rec["value"],
                rec["uncertainty"],
                rec["factor"],
                rec["limit"],
                rec["verdict"],
            ),
            "rows": [self.figure(one) for one in chapter.figures],
        }

    def figure(self, one: Figure) -> tuple[str, ...]:
        unit = unit_of(one.name)
        row = TABLE.get(one.requirement)
        least = f"{self.rec['at_least']} " if row and row.at_least else ""
        limit = f"{least}{self.limit(row.limit)} {unit}".strip() if row else _NONE
        return (
            self.said["figure"][one.name],
            f"{self.value(one)} {unit}".strip(),
            self.number(one.expanded, digits_of(one)),
            self.number(one.k, 2),
            limit,
            self.said["conformity"][one.conformity.value] if row else _NONE,
        )

    def measured(self, chapter: ChapterVerdict) -> Iterator[Block]:
        yield {"kind": "subheading", "text": self.rec["measured"]}
        if plotted := self.plot(chapter):
            yield plotted
        kept = sample(chapter.rows)
        if len(kept) < len(chapter.rows):
            shown = f"{len(kept)} {self.rec['of']} {len(chapter.rows)}."
            yield {"kind": "note", "text": f"{self.rec['more_rows']} {shown}"}
        yield {
            "kind": "table",
            "columns": (1,) * len(chapter.columns),
            "width": min(1.0, WIDTH * len(chapter.columns)),
            "left": tuple(i for i, name in enumerate(chapter.columns) if name == "trial"),
            "header": tuple(self.said["column"][name] for name in chapter.columns),
            "rows": [
                tuple(self.cell(name, v) for name, v in zip(chapter.columns, row, strict=True))
                for row in kept
            ],
        }

    def cell(self, column: str, value: float | None) -> str:
        untried = column == "guard_c" and value == 0.0  # of a threshold that was only set
        if value is None or untried:
            return _NONE
        if column in {"up", "heard"}:
            return self.yes(bool(value))
        if column == "trial":
            return self.said["trial"][list(Trial)[int(value)].value]
        whole = column in {"time_s", "block", "seen", "of", "x_px", "y_px"}
        coarse = column in {"set_c", "shown_after_s", "level_dba"}
        return self.number(value, 0 if whole else 2 if coarse else 3)

    def plot(self, chapter: ChapterVerdict) -> Block | None:
        """Return the curve of a chapter, and what it shows in words."""
        axes = _PLOTS.get(chapter.chapter)
        if axes is None or not set(axes) <= set(chapter.columns) or len(chapter.rows) < 2:
            return None
        at = [chapter.columns.index(name) for name in axes]
        points = [
            (x, y)
            for x, y in ((row[at[0]], row[at[1]]) for row in chapter.rows)
            if x is not None and y is not None
        ]
        if len(points) < 2:
            return None
        (left, right), (low, high) = (_range([p[i] for p in points]) for i in (0, 1))
        names = [self.said["column"][name] for name in axes]
        ends = f"{self.number(low, 3)} {self.rec['plot_to']} {self.number(high, 3)}"
        return {
            "kind": "plot",
            "points": [((x - left) / (right - left), (y - low) / (high - low)) for x, y in points],
            "left": self.number(left, 2),
            "right": f"{names[0]}  {self.number(right, 2)}",
            "low": self.number(low, 3),
            "high": self.number(high, 3),
            "y": names[1],
            "alt": f"{names[1]} / {names[0]}. {self.rec['plot']} {ends}.",
        }

    # ---- after the chapters

    def back(self, digest: str) -> Iterator[Block]:
        record, rec = self.record, self.rec
        yield {"kind": "heading", "text": rec["chapter_budget"]}
        at = f"{self.number(record.threshold_c, 1)} °C"
        yield {"kind": "note", "text": f"{rec['at_threshold']}{self.colon} {at}"}
        yield from self.budget(record.budget)
        yield {"kind": "heading", "text": rec["chapter_rule"]}
        yield {"kind": "text", "text": rec["rule"]}
        yield self.requirements()
        yield {"kind": "text", "text": rec["clauses"]}
        yield {"kind": "heading", "text": rec["chapter_signatures"]}
        if self.signers:
            yield {
                "kind": "table",
                "columns": (1, 2),
                "left": (0, 1),
                "header": (rec["signed_by"], rec["key"]),
                "rows": [(signer.name, grouped(signer.key)) for signer in self.signers],
            }
        hashed = f"{rec['sha256']}{self.colon} {grouped(digest)}"
        yield {"kind": "note", "text": f"{rec['signature_how']} {hashed}"}
        yield {"kind": "heading", "text": rec["chapter_validity"]}
        because = rec[record.valid_because]
        until = f"{rec['valid_until']} {record.valid_until.isoformat()}{self.colon} {because}."
        yield {"kind": "text", "text": f"{until} {rec['ends_early']}"}

    def budget(self, budget: Budget) -> Iterator[Block]:
        rec = self.rec
        first = ("source", "estimate", "standard", "kind", "distribution")
        heads = (*first, "divisor", "sensitivity", "contribution", "dof")
        yield {
            "kind": "table",
            "columns": (2.9, 1.5, 1.1, 0.8, 1.7, 1.2, 1.7, 1.5, 1.6),
            "left": (0, 3, 4),
            "header": tuple(rec[name] for name in heads),
            "rows": [
                (
                    self.said["source"][line.source.name],
                    f"{self.number(line.source.estimate, 3)} {_UNIT.get(line.source.unit, '')}",
                    self.number(line.standard, 4),
                    line.source.kind.value,
                    self.said["distribution"][line.source.distribution.value],
                    self.number(line.divisor, 3),
                    self.number(line.source.sensitivity, 4),
                    self.number(line.contribution_c, 4),
                    self.dof(line.source.dof),
                )
                for line in budget.lines
            ],
        }
        yield self.pairs(
            (rec["combined"], f"{self.number(budget.standard_c, 4)} °C"),
            (rec["effective_dof"], self.dof(budget.dof)),
            (rec["coverage"], self.number(budget.k, 3)),
            (rec["expanded"], f"{self.number(budget.expanded_c, 3)} °C"),
        )

    def dof(self, dof: float | None) -> str:
        return self.rec["infinite"] if dof is None or math.isinf(dof) else self.number(dof, 0)

    def requirements(self) -> Block:
        rec = self.rec
        return {
            "kind": "table",
            "columns": (3, 1.6, 2, 3.4),
            "left": (0, 2, 3),
            "header": (rec["requirement"], rec["limit"], rec["origin"], rec["clause"]),
            "rows": [
                (
                    self.said["figure"][row.name],
                    f"{self.limit(row.limit)} {unit_of(row.name)}".strip(),
                    self.said["origin"][row.origin.value],
                    row.clause or _NONE,
                )
                for row in TABLE.values()
            ],
        }


_UNIT: Final = {"degC": "°C", "K": "K", "m": "m", "mm": "mm", "px": "px"}


def grouped(digest: str) -> str:
    """Return a hash in groups of sixteen, so that a line can end between them.

    >>> grouped("0" * 20)
    '0000000000000000 0000'
    """
    return " ".join(digest[i : i + 16] for i in range(0, len(digest), 16))


def unit_of(name: str) -> str:
    """Return the unit that a figure's name ends with; empty for a number.

    >>> unit_of("drift_c"), unit_of("slope")
    ('°C', '')
    """
    return next((unit for end, unit in UNITS.items() if name.endswith(end)), "")


def digits_of(figure: Figure) -> int:
    """Return how many digits after the point a figure is stated with: two of its uncertainty.

    >>> digits_of(Figure("largest_error_c", 0.123, 0.21, 2.0)), digits_of(Figure("people", 10.0))
    (2, 0)
    """
    if unit_of(figure.name) in {"s", "dBA"}:
        return 1
    if figure.expanded is None or figure.expanded <= 0.0:
        return 3 if unit_of(figure.name) or figure.name in _FRACTIONS else 0
    return min(4, max(2, 1 - math.floor(math.log10(figure.expanded))))


_FRACTIONS: Final = {"slope", "slope_error", "least_slope", "emissivity_set", "footprint_share"}


def sample(rows: tuple[Any, ...]) -> list[Any]:
    """Keep some rows, evenly, the first and the last among them, and all that alone are whole.

    Of a threshold at which the switching was tried everything is known, of the others the setting.

    >>> len(sample(tuple((float(i),) for i in range(100))))
    24
    >>> tried = ((36.0, 36.02), (36.1, 36.12))
    >>> set(tried) <= set(sample((*((c, None) for c in range(51)), *tried)))
    True
    """
    if len(rows) <= MAX_ROWS:
        return list(rows)
    evenly = {round(i * (len(rows) - 1) / (MAX_ROWS - 1)) for i in range(MAX_ROWS)}
    whole = {i for i, row in enumerate(rows) if None not in row}
    if len(whole) > MAX_ROWS:
        whole = set()
    return [rows[i] for i in sorted(evenly | whole)]


def _range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def plain(value: Any) -> Any:
    """Return it with the letters that the report's font has; others by what they are made of.

    What stands in the record itself is exact. typst refuses to print a letter that no font has.

    >>> [len(word) for word in plain("2.5 % of IEC 80601").split(" ")]
    [5, 2, 9]
    """
    if isinstance(value, str):
        return _TOGETHER.sub("\u00a0", "".join(_letter(one) for one in value))
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


# no line ends between a number and its unit, nor within the name of a standard
_TOGETHER: Final = re.compile(r"(?<=\d) (?=[%°]|(?:K|s|m|mm|min|dBA)\b)|(?<=IEC) (?=\d)")


def _letter(letter: str) -> str:
    if letter in LETTERS:
        return letter
    base = "".join(one for one in unicodedata.normalize("NFKD", letter) if one in LETTERS)
    return base or "?"


# printable ASCII, Latin-1 and what else our four languages use; all are in the fonts beside this
LETTERS: Final = frozenset(
    [*map(chr, range(0x20, 0x7F)), *map(chr, range(0xA1, 0xAD)), *map(chr, range(0xAE, 0x100))]
) | set("\u0152\u0153\u2013\u2014\u2018\u2019\u201c\u201d\u201e\u2026\u2212\u00a0")


def said(record: Record, data: bytes, language: str, signers: tuple[Signer, ...] = ()) -> str:
    """Return the layout as JSON, for the template."""
    return json.dumps(layout(record, data, language, signers), ensure_ascii=False)
