"""Find links of this project that lead nowhere: files, headings, and pages that code refers to.

In Markdown every relative link is followed, also to a heading. In code every path below `docs/`
that a comment or a docstring names must be there. Run as `python -m scripts.dead_links`.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
_LINK = re.compile(r"\]\((?!https?:|mailto:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")
_HEADING = re.compile(r"^#{1,6} (.+?)\s*$", re.MULTILINE)
_CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_PAGE_IN_CODE = re.compile(r"\bdocs/[\w/.-]+\.(?:md|svg|png)")
_CODE = ("*.py", "*.toml", "*.js", "*.html", "check", "test", "run", "scripts/*")


def slug(heading: str) -> str:
    """Return a heading's anchor: lower case, words joined by hyphens, no other punctuation."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a Markdown file; the second of two like headings ends in `-1`."""
    seen: dict[str, int] = {}
    found = []
    for heading in _HEADING.findall(_CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        name = slug(heading)
        found.append(f"{name}-{seen[name]}" if name in seen else name)
        seen[name] = seen.get(name, 0) + 1
    return frozenset(found)


def dead_links(root: Path = ROOT) -> list[str]:
    """Return one `file: target` line for each link that leads nowhere."""
    return [*_in_markdown(root), *_in_code(root)]


def _in_markdown(root: Path) -> Iterator[str]:
    for page in _files(root, "*.md"):
        for link in _LINK.finditer(_CODE_BLOCK.sub("", page.read_text(encoding="utf-8"))):
            target = page.parent / link["path"] if link["path"] else page
            anchor = link["anchor"]
            if not target.exists() or (anchor and anchor not in anchors(target.resolve())):
                where = f"{link['path']}#{anchor}" if anchor else link["path"]
                yield f"{page.relative_to(root)}: {where}"


def _in_code(root: Path) -> Iterator[str]:
    for file in _files(root, *_CODE):
        for path in sorted(set(_PAGE_IN_CODE.findall(file.read_text(encoding="utf-8")))):
            if not (root / path).exists():
                yield f"{file.relative_to(root)}: {path}"


def _files(root: Path, *patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return [root / name for name in sorted(listed.stdout.split()) if (root / name).exists()]


if __name__ == "__main__":
    dead = dead_links()
    sys.stdout.writelines(f"dead link: {line}\n" for line in dead)
    sys.exit(bool(dead))
