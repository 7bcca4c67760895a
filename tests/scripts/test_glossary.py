"""Every word of the glossary is in use; a word that nobody uses any more has to leave it."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GLOSSARY = ROOT / "docs/reference/glossary.md"
ROW = re.compile(r"^\| (?!word \|)([\w ,-]+?) \| (.+?) \| .+ \|$", re.MULTILINE)
# Old records and the changelog keep the words of their day, and so do not count as use.
HISTORY = ("docs/decisions/", "CHANGELOG.md", "docs/reference/glossary.md", Path(__file__).name)


def words() -> list[str]:
    return [word for word, _ in ROW.findall(GLOSSARY.read_text(encoding="utf-8"))]


@cache
def texts() -> str:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py", "*.md", "*.toml", "*.html"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return "\n".join(_current(listed.stdout.split()))


def _current(files: list[str]) -> Iterator[str]:
    for name in files:
        if not any(old in name for old in HISTORY) and (ROOT / name).exists():
            yield (ROOT / name).read_text(encoding="utf-8")


def in_use(word: str, text: str) -> bool:
    """Whether a word stands in a text: `warm-up`, `warm up`, `warm_up` and `WarmUp` are one."""
    parts = r"[\s_-]*".join(map(re.escape, re.split(r"[ -]", word)))
    return re.search(rf"(?<![a-z]){parts}", text, re.IGNORECASE) is not None


@pytest.mark.parametrize("word", words())
def test_a_word_of_the_glossary_is_in_use(word: str) -> None:
    assert in_use(word, texts()), f"nobody says {word!r} any more: take it out of the glossary"


def test_a_word_stands_in_the_glossary_once() -> None:
    assert len(words()) == len(set(words())) > 30


@pytest.mark.parametrize("written", ["warm-up", "warm up", "warm_up_s", "class WarmUp:"])
def test_a_word_is_known_however_code_writes_it(written: str) -> None:
    assert in_use("warm-up", written)


@pytest.mark.parametrize("other", ["warmth", "warm", "lukewarm up"])
def test_another_word_is_not_taken_for_it(other: str) -> None:
    assert not in_use("warm-up", other)
