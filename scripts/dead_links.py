"""Fail when a Markdown file of this project links to a file that is not there."""

import re
import subprocess
import sys
from pathlib import Path

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def dead_links(root: Path) -> list[str]:
    """Return one `file: target` line per relative link whose target does not exist."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.md"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    )
    return [
        f"{name}: {target}"
        for name in listed.stdout.split()
        for target in LINK.findall((root / name).read_text(encoding="utf-8"))
        if not ((root / name).parent / target).exists()
    ]


if __name__ == "__main__":
    dead = dead_links(Path(__file__).parent.parent)
    sys.stdout.writelines(f"dead link: {line}\n" for line in dead)
    sys.exit(bool(dead))
