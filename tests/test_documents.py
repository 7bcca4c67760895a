"""What the documents tell a reader to type works: every `$ limen ...` line is run."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands() -> dict[str, str]:
    """Return every line that a reader is told to type, and the first document that tells it."""
    return {
        line.removeprefix("$ "): str(document.relative_to(ROOT))
        for document in [*sorted((ROOT / "docs").rglob("*.md"), reverse=True), ROOT / "README.md"]
        for block in CONSOLE.findall(document.read_text(encoding="utf-8"))
        for line in block.splitlines()
        if line.startswith("$ limen ")
    }


def films(command: str) -> bool:
    """Whether a command films a scenario, which takes seconds."""
    return command.startswith("limen simulate ") and "list" not in command


@pytest.mark.parametrize(
    ("document", "command"),
    [
        pytest.param(document, command, marks=[pytest.mark.slow] if films(command) else [])
        for command, document in commands().items()
    ],
)
def test_a_command_in_the_documents_works(document: str, command: str, tmp_path: Path) -> None:
    limen, *arguments = shlex.split(command)
    done = subprocess.run(
        [Path(sys.executable).parent / limen, *arguments],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert done.returncode == 0, f"{document}: {command}\n{done.stderr}"


def test_the_documents_tell_the_reader_to_type_something() -> None:
    assert len(commands()) > 5
