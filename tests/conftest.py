"""Whole folders that the fast set leaves out: they drive browsers, films and running stations."""

from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent
SLOW: Final = (
    "faults",
    "scripts/test_mutation.py",
    "service/acceptance/test_sweep.py",
    "service/attestation",
    "service/browser",
    "service/checkcode/test_code.py",
    "service/deploy",
    "service/offline/bench",
    "service/supervisor/test_day.py",
    "service/test_storage.py",
    "service/web/test_door.py",
)


FIRST: Final = ("service/leak", "service/attestation")  # what takes longest, and mostly waits
PAGES: Final = ("service/browser",)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies there as slow: `./test` leaves it out, `./test --all` runs it.

    What takes longest begins first, so that nobody waits for it at the end. Files with pages take
    turns with the others: a page paints all the time, and goes dark when many do at once.
    """
    for item in items:
        if _lies_in(item, SLOW):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: not _lies_in(item, FIRST))
    pages: dict[Path, None] = {}
    others: dict[Path, None] = {}
    for item in items:
        (pages if _lies_in(item, PAGES) else others)[item.path] = None
    turn = {path: 2 * place for place, path in enumerate(pages)}
    turn |= {path: 2 * place + 1 for place, path in enumerate(others)}
    items.sort(key=lambda item: turn[item.path])


def _lies_in(item: pytest.Item, places: tuple[str, ...]) -> bool:
    place = item.path.relative_to(HERE).as_posix() if item.path.is_relative_to(HERE) else ""
    return any(place == one or place.startswith(f"{one}/") for one in places)
