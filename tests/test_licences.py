"""What others made is named in NOTICE, and its licence goes wherever the package goes."""

import subprocess
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FROM_OTHERS = ("*.onnx", "*.npz", "*.woff2", "*.min.js", "*/vendor/*.js", "*/vendor/*.css")


def files(*patterns: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return listed.stdout.split()


@pytest.mark.parametrize("file", files(*FROM_OTHERS))
def test_a_file_that_others_made_or_that_was_trained_is_in_the_notice(file: str) -> None:
    assert Path(file).name in (ROOT / "NOTICE").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", files("*LICENSE.txt", "*NOTICE.txt"))
def test_each_licence_text_is_in_the_notice(text: str) -> None:
    assert text in (ROOT / "NOTICE").read_text(encoding="utf-8")


def test_there_is_something_to_name() -> None:
    assert len(files(*FROM_OTHERS)) > 5
    assert len(files("*LICENSE.txt", "*NOTICE.txt")) > 4


def test_the_package_names_its_licence_and_carries_every_text() -> None:
    limen = metadata.metadata("limen")
    assert limen["License-Expression"] == "Apache-2.0 AND MIT AND OFL-1.1"
    carried = {text.rpartition("/")[2] for text in limen.get_all("License-File", [])}
    installed = files("screening/*LICENSE.txt", "screening/*NOTICE.txt", "service/*LICENSE.txt")
    assert carried == {"LICENSE", "NOTICE", *(Path(text).name for text in installed)}
