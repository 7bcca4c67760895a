"""The worked example of the documentation: an institution approves a Boson+ 640, step by step.

Everything is done that the page says, with documents that the test makes up.
"""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hardware.errors import RegisterError
from hardware.register import documents
from hardware.register.memory import Memory
from service.cli import hardware_shared
from service.cli.hardware import app
from tests.hardware.institution import LISTS, TODAY
from tests.hardware.register.test_sources import CSL

PAGE = Path(__file__).parents[3] / "docs/how-to/approve-a-boson.md"
BLOCK = re.compile(r"^```(sh|toml|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HELD = ("seller", "maker", "opinion", "inspection")
DOSSIER = Path("register/dossiers/boson-plus-640.toml")


@pytest.fixture(autouse=True)
def _desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Sit down on the day of the example, with the documents that came back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hardware_shared, "today", lambda: TODAY)
    for name in HELD:
        Path(f"{name}.txt").write_text(f"The {name} that the tests made up.\n")
    Path("consolidated.csv").write_bytes(CSL)
    Path("passphrase").write_text("correct horse")


def typed(line: str, hashes: list[str]) -> str:
    """Do what a reader types; return what came of a command of ours."""
    if not line.startswith("limen hardware "):
        subprocess.run(["sh", "-euc", line], check=True)
        return ""
    words = shlex.split(line)[2:]
    target = mode = ""
    for sign, how in ((">>", "a"), (">", "w")):
        if sign in words:
            at = words.index(sign)
            words, target, mode = words[:at], words[at + 1], how
    if words[0] in {"keygen", "sign"}:
        words += ["--passphrase-file", "passphrase"]
    done = CliRunner().invoke(app, words)
    # `todo` ends with 1 while something is needed
    assert done.exit_code == (words[0] == "todo" and "--letter" not in words), done.output
    if target:
        with Path(target).open(mode) as file:
            file.write(done.stdout)
    if words[0] == "keep":
        hashes += re.findall(r'sha256 = "(\w{64})"', done.stdout)
    return done.stdout


def filled(text: str, hashes: list[str]) -> str:
    """Fill the hashes of documents and lists into the dossier of the page."""
    head, row, rest = re.split(r"(?=\[\[screening\]\])|(?=\[decision\])", text)
    for sha256 in hashes:
        head = head.replace('sha256 = "..."', f'sha256 = "{sha256}"', 1)
    listed = json.loads(
        CliRunner().invoke(app, ["lists", "--register", "register", "--json"]).stdout
    )
    rows = [
        re.sub("snapshot = .*", f"snapshot = {one['complete_to']}", row)
        .replace("us-fcc-covered", one["key"])
        .replace("...", one["sha256"])
        for one in listed
        if one["key"] in LISTS
    ]
    assert len(rows) == len(LISTS)
    return head + "".join(rows) + rest


def done(page: str) -> str:
    """Do everything on the page; return what the last `check` said."""
    hashes: list[str] = []
    said = ""
    for kind, block in BLOCK.findall(page):
        if kind == "toml":
            # the new list is in force before it is compared with
            for line in (
                "limen hardware index --register register",
                "limen hardware sign register/index.toml --key anna.pem",
                "limen hardware sign register/index.toml --key bert.pem",
            ):
                typed(line, hashes)
            DOSSIER.write_text(filled(block, hashes))
        elif kind == "sh":
            for line in re.findall(r"cat > .*?\nEND|[^\n]+", block, re.DOTALL):
                answer = typed(line, hashes)
                said = answer if " check " in line else said
    return said


def test_the_example_leads_from_undecided_to_approved() -> None:
    page = PAGE.read_text(encoding="utf-8")
    said = done(page)
    (promised,) = [block for kind, block in BLOCK.findall(page) if kind == "text"]
    assert said == promised
    known = documents.load(Path("register"), today=TODAY)
    dossier, signatures = known.dossier("boson-plus-640")
    assert signatures.signers == ("Anna Adam", "Bert Bakker")
    assert dossier.decision.verdict == "approved"
    html = Path("boson-plus-640.html").read_text()
    assert "Approved for use, with conditions, until 2027-11-30" in html
    assert "4, by Anna Adam, Bert Bakker, last on 2026-11-28" in html
    assert "Geachte heer, mevrouw" in Path("letter-to-the-seller.txt").read_text()
    assert "Dear Sir or Madam" in Path("letter-to-the-maker.txt").read_text()


def test_what_is_refused_later_stays_refused() -> None:
    done(PAGE.read_text(encoding="utf-8"))
    own = Path("register")
    approved = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    memory = documents.load(own, today=TODAY, memory=Memory()).remembered()
    DOSSIER.write_text(DOSSIER.read_text().replace('"approved"', '"refused"'))
    DOSSIER.with_name(DOSSIER.name + ".dsse").unlink()
    for line in (
        f"limen hardware sign {DOSSIER} --key anna.pem",
        f"limen hardware sign {DOSSIER} --key bert.pem",
        "limen hardware index --register register",
        "limen hardware sign register/index.toml --key anna.pem",
        "limen hardware sign register/index.toml --key bert.pem",
    ):
        typed(line, [])
    memory = documents.load(own, today=TODAY, memory=memory).remembered()
    for path, data in approved.items():
        path.write_bytes(data)
    with pytest.raises(RegisterError, match="this station has already seen version"):
        documents.load(own, today=TODAY, memory=memory)
