"""Find what a built web site would load from another place: scripts, styles, fonts, pictures.

A link that a reader may follow is none of these. Run: `python -m scripts.outside_resources FOLDER`.
"""

import re
import sys
from pathlib import Path

_ELSEWHERE = r"(?:https?:)?//"
_RESOURCE = re.compile(
    rf"""<(?!a\b)[a-z]+\b[^>]*?\b(?:src|href|data|srcset|action)=["']?{_ELSEWHERE}[^"'>\s]*"""
    rf"""|url\(["']?{_ELSEWHERE}[^)]*|@import\s+["']{_ELSEWHERE}[^"']*""",
    re.IGNORECASE,
)
_IN_SCRIPTS = re.compile(rf"""\b(?:fetch|import|importScripts)\(["']{_ELSEWHERE}[^"']*""")


def outside_resources(folder: Path) -> list[str]:
    """Return one `file: what` line for each resource that is not in the folder.

    Raises
    ------
    FileNotFoundError
        When there is no page in the folder: nothing was looked at.
    """
    pages = sorted(path for path in folder.rglob("*") if path.suffix in {".html", ".css", ".js"})
    if not any(path.suffix == ".html" for path in pages):
        raise FileNotFoundError(f"no page in {folder}: build the documentation first")
    return [
        f"{path.relative_to(folder)}: {found.group()}"
        for path in pages
        for found in (_IN_SCRIPTS if path.suffix == ".js" else _RESOURCE).finditer(
            path.read_text(encoding="utf-8")
        )
    ]


if __name__ == "__main__":
    outside = outside_resources(Path(sys.argv[1]))
    sys.stdout.writelines(f"loaded from elsewhere: {line}\n" for line in outside)
    sys.exit(bool(outside))
