r"""A laboratory's digital calibration certificate (DCC): the few fields that a station needs.

The DCC is an XML file by the schema of PTB (https://ptb.de/dcc, version 3), its quantities are
D-SI (https://ptb.de/si). Read are laboratory, number, dates, the calibrated item, and each
temperature among the results that carries an expanded uncertainty::

    administrativeData/coreData/{uniqueIdentifier, begin- and endPerformanceDate, issueDate}
    administrativeData/calibrationLaboratory/contact/name/content
    administrativeData/items/item/{name/content, model, identifications/identification/value}
    measurementResults/.../results/.../quantity/{name/content, real | realListXMLList}
    real: value, unit (\degreecelsius, \kelvin), expandedUnc/{uncertainty, coverageFactor}
          or, by D-SI 2, measurementUncertaintyUnivariate/expandedMU/{valueExpandedMU, ...}

The file comes from outside, so it is not believed: at most 1 MB of UTF-8, no document type, no
entity, no processing instruction but the declaration, bounded depth and number of elements, and
values in the range of what can be one. The signature inside (XAdES) is not checked: that takes the
laboratory's list of trusted keys. There is no field for a due date; an admin says it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar
from xml.etree import ElementTree as ET

from service.acceptance.errors import DccError

MAX_BYTES: Final = 2**20
MAX_ELEMENTS: Final = 20_000
MAX_DEPTH: Final = 40
MAX_TEXT: Final = 120
MAX_POINTS: Final = 200
_DCC, _SI = "{https://ptb.de/dcc}", "{https://ptb.de/si}"
_KELVIN: Final = 273.15
_MARK: Final = b"\xef\xbb\xbf"  # that some editors put before UTF-8
_COLD_C, _WARM_C = -50.0, 200.0  # outside of which nothing calibrates a thermal camera for skin
_WIDEST_C: Final = 5.0
_UNITS: Final = {"\\degreecelsius": 0.0, "\\kelvin": -_KELVIN}
_NO_DCC: Final = "The file is no digital calibration certificate"


@dataclass(frozen=True, slots=True)
class Point:
    """A temperature of the results.

    Attributes
    ----------
    name
        As the laboratory calls it.
    value_c, expanded_c, k
        The temperature, its expanded uncertainty and the coverage factor of that.
    """

    name: str
    value_c: float
    expanded_c: float
    k: float


@dataclass(frozen=True, slots=True)
class Paper:
    """What a certificate says; text is as the laboratory wrote it, shortened, without controls.

    Attributes
    ----------
    calibrated
        Last day of the measurements.
    issued
        None where the file does not say it.
    signed
        Whether there is a signature inside. It is not checked.
    sha256
        Of the file.
    """

    laboratory: str
    number: str
    item: str
    model: str
    serial: str
    points: tuple[Point, ...]
    calibrated: date
    issued: date | None
    signed: bool
    sha256: str


def read(data: bytes) -> Paper:
    """Read a certificate.

    Raises
    ------
    DccError
        When it is none, or is not safe to read; the sentence says what to do.
    """
    root = _parsed(data)
    if root.tag != f"{_DCC}digitalCalibrationCertificate":
        raise DccError(f"{_NO_DCC}: its root is {_plain(root.tag)!r}. Ask the laboratory for it.")
    core = f"{_DCC}administrativeData/{_DCC}coreData/{_DCC}"
    item = f"{_DCC}administrativeData/{_DCC}items/{_DCC}item"
    laboratory = f"{_DCC}administrativeData/{_DCC}calibrationLaboratory/{_DCC}contact/{_DCC}name"
    count = len(root.findall(item))
    if count > 1:
        raise DccError(
            f"The file is of {count} items, and nothing tells whose results are whose. Type the"
            " values of the one that stands here from the paper."
        )
    points = tuple(_points(root))
    if not points:
        raise DccError(
            "The file has no temperature with an expanded uncertainty among its results. Type the"
            " values from the paper."
        )
    calibrated = _day(root, f"{core}endPerformanceDate") or _day(
        root, f"{core}beginPerformanceDate"
    )
    if calibrated is None:
        raise DccError(f"{_NO_DCC}: it does not say when was calibrated.")
    return Paper(
        laboratory=_content(root.find(laboratory)),
        number=_text(root.find(f"{core}uniqueIdentifier")),
        item=_content(root.find(f"{item}/{_DCC}name")),
        model=_text(root.find(f"{item}/{_DCC}model")),
        serial=_serial(root.find(item)),
        points=points,
        calibrated=calibrated,
        issued=_day(root, f"{core}issueDate"),
        signed=any(each.tag.endswith("}Signature") for each in root.iter()),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _parsed(data: bytes) -> ET.Element:
    """Parse what is small, plain and shallow; refuse everything else before a parser sees it."""
    if len(data) > MAX_BYTES:
        raise DccError(f"The file has {len(data)} bytes; a certificate has at most {MAX_BYTES}.")
    try:
        # not by "utf-8-sig": the process that reads is locked, and could not load that codec
        text = data.removeprefix(_MARK).decode()
    except UnicodeDecodeError as error:
        raise DccError(f"{_NO_DCC}: it is not UTF-8.") from error
    declared = re.match(r"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", text)
    if declared and declared[1].lower() not in {"utf-8", "utf8"}:
        raise DccError(f"The file says it is {_plain(declared[1])!r}; only UTF-8 is read.")
    if re.search(
        r"<!\s*(DOCTYPE|ENTITY|ATTLIST|ELEMENT|NOTATION|\[(?!CDATA\[))", text, re.IGNORECASE
    ):
        raise DccError("The file declares a document type or entities; a certificate has none.")
    # the bytes that were looked at are the bytes that are parsed: no second guess of an encoding
    parser = ET.XMLParser(target=_Shallow())  # noqa: S314 # what is dangerous was refused above
    try:
        parser.feed(text)
        root: ET.Element = parser.close()
    except ET.ParseError as error:
        raise DccError(f"{_NO_DCC}: it is no whole XML ({error}).") from error
    return root


class _Shallow(ET.TreeBuilder):
    """Builds the tree, and refuses a deep or a large one while it grows."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise DccError("The file is nested too deeply or has too many elements.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)


def _points(root: ET.Element) -> Iterator[Point]:
    """Yield the temperatures of the results, and of nothing else: not of the laboratory's room."""
    found = 0
    results = root.findall(f"{_DCC}measurementResults/{_DCC}measurementResult/{_DCC}results")
    for quantity in (each for part in results for each in part.iter(f"{_DCC}quantity")):
        name = _content(quantity.find(f"{_DCC}name"))
        for value, unit, expanded, k in (*_reals(quantity), *_lists(quantity)):
            shift = _UNITS.get(unit.strip())
            if shift is None or value is None or expanded is None or k is None:
                continue
            point = Point(name, value + shift, expanded, k)
            # a difference in kelvin is no temperature, and falls out here as well
            if not (_COLD_C <= point.value_c <= _WARM_C):
                continue
            if not (0.0 < point.expanded_c <= _WIDEST_C and 1.0 <= point.k <= 4.0):
                raise DccError(
                    f"The result {point.name!r} has an uncertainty of {point.expanded_c} with"
                    f" k = {point.k}, which no calibration has. Ask the laboratory."
                )
            found += 1
            if found > MAX_POINTS:
                raise DccError(f"The file has more than {MAX_POINTS} results.")
            yield point


T = TypeVar("T")
_Raw = tuple[float | None, str, float | None, float | None]


def _reals(quantity: ET.Element) -> Iterator[_Raw]:
    for real in quantity.iter(f"{_SI}real"):
        yield (
            _number(real.find(f"{_SI}value")),
            _text(real.find(f"{_SI}unit")),
            _first(real, "uncertainty", "valueExpandedMU"),
            _first(real, "coverageFactor"),
        )


def _lists(quantity: ET.Element) -> Iterator[_Raw]:
    for each in quantity.iter(f"{_SI}realListXMLList"):
        values = _numbers(each.find(f"{_SI}valueXMLList"))
        units = _words(each.find(f"{_SI}unitXMLList"))
        expanded = _many(each, "uncertaintyXMLList", "valueExpandedMUXMLList")
        factors = _many(each, "coverageFactorXMLList")
        for i, value in enumerate(values):
            yield value, _at(units, i) or "", _at(expanded, i), _at(factors, i)


def _at(values: list[T], i: int) -> T | None:
    """Return the i-th, or the only one that stands for all."""
    if not values:
        return None
    return values[0] if len(values) == 1 else values[i] if i < len(values) else None


def _first(real: ET.Element, *names: str) -> float | None:
    for name in names:
        for element in real.iter(f"{_SI}{name}"):
            return _number(element)
    return None


def _many(element: ET.Element, *names: str) -> list[float]:
    for name in names:
        for found in element.iter(f"{_SI}{name}"):
            return _numbers(found)
    return []


def _number(element: ET.Element | None) -> float | None:
    values = _numbers(element)
    return values[0] if len(values) == 1 else None


def _numbers(element: ET.Element | None) -> list[float]:
    words = _words(element)
    if not all(re.fullmatch(r"[+-]?\d{1,12}(\.\d{1,15})?([eE][+-]?\d{1,2})?", w) for w in words):
        raise DccError(f"{_plain(' '.join(words))!r} is no number. Ask the laboratory.")
    return [float(word) for word in words]


def _words(element: ET.Element | None) -> list[str]:
    return [] if element is None or element.text is None else element.text.split()


def _day(root: ET.Element, path: str) -> date | None:
    text = _text(root.find(path))
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError as error:
        raise DccError(f"{text!r} is no date. Ask the laboratory.") from error


def _serial(item: ET.Element | None) -> str:
    """Return the serial number: what the maker gave, or the first identification there is."""
    if item is None:
        return ""
    found = item.findall(f"{_DCC}identifications/{_DCC}identification")
    makers = [one for one in found if _text(one.find(f"{_DCC}issuer")) == "manufacturer"]
    return next((_text(one.find(f"{_DCC}value")) for one in (*makers, *found)), "")


def _content(element: ET.Element | None) -> str:
    """Return a name: in English where it is given in several languages."""
    if element is None:
        return ""
    contents = element.findall(f"{_DCC}content")
    english = [one for one in contents if one.get("lang") == "en"]
    return next((_text(one) for one in (*english, *contents)), "")


def _text(element: ET.Element | None) -> str:
    return "" if element is None else _plain(element.text or "")


def _plain(text: str) -> str:
    """Shorten, and leave out what is no printable letter: it goes to a page and to a record."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(kept.split())[:MAX_TEXT]
