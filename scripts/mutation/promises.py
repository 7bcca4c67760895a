"""Try out the mutants that were chosen by hand: rules without which a promise is broken.

`tests/promises.toml` lists them: what is promised, the line that keeps it, what would break it, and
the test that notices. Unlike the mutants of `scripts.mutation`, which are made by rule and tried in
a fork, these may be anything (several lines, a script of a page), and what they change may run in
another process. So each is written into a copy of the tree, and the test is run there.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.mutation.trial import ROOT

LIST = ROOT / "tests/promises.toml"
LEAST = 0.9  # of them must be noticed
LONGEST_S = 120.0  # a test that does not come to an end has noticed, too
_PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-rfE", "--timeout=90")
_COMPILE = ("-m", "compileall", "-q", "--invalidation-mode=checked-hash")
_COMPILED = ("device", "hardware", "screening", "service")


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise, and how it is broken.

    Attributes
    ----------
    promise
        What is promised.
    module
        Path of the file that keeps it.
    was, becomes
        Text that stands once in that file, and what is put there.
    tests
        Tests that have to notice, the quickest first.
    """

    promise: str
    module: str
    was: str
    becomes: str
    tests: tuple[str, ...]

    def of(self, source: str) -> str:
        """Return the source with the promise broken.

        Raises
        ------
        ValueError
            When the text does not stand there exactly once.
        """
        if source.count(self.was) != 1:
            raise ValueError(
                f"{self.module} holds {source.count(self.was)} times, and not once: {self.was!r}. "
                f"Say in {LIST.name} how it stands there now."
            )
        return source.replace(self.was, self.becomes)


def listed() -> list[Broken]:
    """Return all that are listed."""
    rows = tomllib.loads(LIST.read_text(encoding="utf-8"))["broken"]
    return [Broken(**{**row, "tests": tuple(row["tests"])}) for row in rows]


def main() -> int:
    """Run; return 1 when too many are not noticed."""
    parser = argparse.ArgumentParser(description=__doc__, prog="scripts/promises")
    parser.add_argument("what", nargs="*", help="only of modules whose name holds this")
    options = parser.parse_args()
    chosen = [
        one
        for one in listed()
        if not options.what or any(what in one.module for what in options.what)
    ]
    if not chosen:
        parser.error(f"no module of {LIST.name} is called {' or '.join(options.what)}")
    with _copy() as tree:
        whole = sorted({test for one in chosen for test in one.tests})
        failed = _first_failed(tree, whole, 3600.0)
        if failed:
            raise SystemExit(f"A test fails although nothing was changed: {failed}.")
        noticed = sum(_tried(tree, one) for one in chosen)
    print(f"{noticed} of {len(chosen)} noticed: {noticed / len(chosen):.1%}")
    return int(noticed < LEAST * len(chosen))


def _tried(tree: Path, one: Broken) -> bool:
    """Break a promise in the copy, tell whether a test noticed, and mend it."""
    path = tree / one.module
    whole = path.read_text(encoding="utf-8")
    began = time.monotonic()
    path.write_text(one.of(whole), encoding="utf-8")
    try:
        failed = _first_failed(tree, one.tests, LONGEST_S)
    finally:
        path.write_text(whole, encoding="utf-8")
    took = time.monotonic() - began
    print(f"{one.module}: {one.promise}\n    {failed or 'LIVES'} ({took:.0f} s)", flush=True)
    return bool(failed)


def _first_failed(tree: Path, tests: list[str] | tuple[str, ...], within_s: float) -> str:
    """Return the first test that fails in a tree; empty when all pass."""
    try:
        ran = subprocess.run(
            [sys.executable, *_PYTEST, *tests],
            cwd=tree,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=within_s,
        )
    except subprocess.TimeoutExpired:
        return "none came to an end"
    if ran.returncode == 0:
        return ""
    said = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    if not said:
        return f"pytest ended with {ran.returncode}: {(ran.stdout + ran.stderr)[-300:]}"
    return said[0].partition(" ")[2].partition(" - ")[0]


@contextmanager
def _copy() -> Iterator[Path]:
    """Copy what is in the tree, as it stands, to a folder of its own."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "limen"
        for name in filter(None, map(os.fsdecode, names)):
            if (ROOT / name).is_file():
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, tree / name)
        # compared by content: a file that changes twice within a second is not taken for the old
        subprocess.run(
            [sys.executable, *_COMPILE, *_COMPILED],
            cwd=tree,
            check=True,
        )
        yield tree


if __name__ == "__main__":
    sys.exit(main())
