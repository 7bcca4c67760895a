"""What the documents tell a reader to type works: every `$ limen ...` line is run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Return the document and the command of every line that a reader is told to type."""
    return [
        (str(document.relative_to(ROOT)), line.removeprefix("$ "))
        for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        for block in CONSOLE.findall(document.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.startswith("$ limen ")
    ]


@pytest.mark.parametrize(("document", "command"), commands())
def test_a_command_in_the_documents_works(document: str, command: str, tmp_path: Path) -> None:
    limen, *arguments = shlex.split(command)
    done = subprocess.run(
        [Path(sys.executable).parent / limen, *arguments],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, f"{document}: {command}\n{done.stderr}"


def test_the_documents_tell_the_reader_to_type_something() -> None:
    assert len(commands()) > 5
