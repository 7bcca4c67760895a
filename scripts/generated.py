"""The pages of the documentation that are made from the code: write them, or find stale ones.

python -m scripts.generated             writes them
python -m scripts.generated --check     ends with 1 when one is not as it would be written
"""

import sys
from collections.abc import Callable
from pathlib import Path

from hardware.register import schema_page
from scripts import budget_table, command_line_page, decision_index, settings_page, verify_page

DOCS = Path(__file__).parent.parent / "docs"
PAGES: dict[str, Callable[[], str]] = {
    "decisions/README.md": decision_index.render,
    "explanation/budget.md": budget_table.render,
    "reference/command-line.md": command_line_page.render,
    "reference/dossier.md": schema_page.render,
    "reference/settings.md": settings_page.render,
    "verify/limen-check.html": verify_page.render,
}


def stale(docs: Path = DOCS) -> list[str]:
    """Return the pages that are missing or say something else than the code."""
    return [
        page
        for page, render in PAGES.items()
        if not (docs / page).exists() or (docs / page).read_text(encoding="utf-8") != render()
    ]


def main(arguments: list[str]) -> int:
    """Write or check the pages; return the status to end with."""
    for page in stale():
        if arguments == ["--check"]:
            print(f"docs/{page} is out of date: run scripts/pages", file=sys.stderr)
        else:
            (DOCS / page).write_text(PAGES[page](), encoding="utf-8")
            print(f"docs/{page} written")
    return int(bool(stale()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
