"""The tool that takes out one rule at a time changes what it says, one thing, and all of it."""

import ast
import os
import signal
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.mutation.__main__ import GROUPS
from scripts.mutation.mutants import mutants
from scripts.mutation.trial import ROOT, Ways, _forked, inside

SOURCE = '''
"""A module."""
__all__ = ["judge"]
LIMIT = 3


def judge(age: int, name: str = "x") -> str:
    """Judge."""
    if age < LIMIT and not name:
        raise ValueError(f"{age} is too young.")
    for word in name.split():
        if word in {"a", "two words"}:
            continue
        yield word
    return name + "y"
'''


def test_each_mutant_changes_one_thing_and_says_what() -> None:
    found = {mutant.what: ast.unparse(mutant.tree) for mutant in mutants(SOURCE)}
    whole = ast.unparse(ast.parse(SOURCE))
    assert whole not in found.values()
    assert len(set(found.values())) == len(found)
    expected = {
        "3 to 4: LIMIT = 3": "LIMIT = 4",
        "< to <=: if age < LIMIT and not name:": "if age <= LIMIT and (not name):",
        "and to or: if age < LIMIT and not name:": "if age < LIMIT or not name:",
        "not left out: if age < LIMIT and not name:": "if age < LIMIT and name:",
        "condition turned round: if age < LIMIT and not name:": "if not (age < LIMIT and",
        'raise left out: raise ValueError(f"{age} is too young.")': "        pass\n",
        'in to not in: if word in {"a", "two words"}:': "if word not in",
        "continue left out: continue": "            pass\n",
        "yield left out: yield word": "yield from ()",
        'return nothing: return name + "y"': "    return\n",
        '+ to -: return name + "y"': "name - 'y'",
        "'y' to another: return name + \"y\"": "name + 'yX'",
    }
    for what, text in expected.items():
        assert text in f"{found[what]}\n", what


def test_what_only_a_reader_sees_is_left_alone() -> None:
    texts = [mutant.what for mutant in mutants(SOURCE)]
    assert not [text for text in texts if "module" in text or "Judge" in text]
    assert not [text for text in texts if text.startswith("'judge'")]
    assert not [text for text in texts if "'two words' to" in text]
    assert not [text for text in texts if "int" in text.split(":")[0]]


def test_what_would_stay_the_same_is_no_mutant() -> None:
    source = "def first(a, b):\n    if zip(a, b, strict=True):\n        return None\n    return a\n"
    found = [mutant.what for mutant in mutants(source)]
    assert found == [
        "condition turned round: if zip(a, b, strict=True):",
        "return nothing: return a",
    ]


def test_the_quickest_test_that_comes_through_a_line_is_tried_first() -> None:
    ways = Ways(
        {"slow": 2.0, "fast": 0.1, "other": 0.2},
        None,
        {"m.py": {3: {"slow", "fast"}, 9: {"other"}}},
    )
    assert ways.tests("m.py", range(3, 4)) == ["fast", "slow"]
    assert ways.tests("m.py", range(9, 10)) == ["other"]
    # run when the module is loaded: whoever uses the module
    assert ways.tests("m.py", range(1, 2)) == ["fast", "other", "slow"]
    assert ways.tests("another.py", range(1, 2)) == []


def test_what_stands_beside_is_asked_of_a_table() -> None:
    seconds = {"a.py::runs": 0.2, "a.py::looks": 0.1, "b.py::else": 0.1}
    ways = Ways(seconds, None, {"m.py": {3: {"a.py::runs"}}})
    assert ways.tests("m.py", range(1, 2)) == ["a.py::looks", "a.py::runs"]
    assert ways.tests("m.py", range(3, 4)) == ["a.py::runs"]


def test_what_noticed_the_last_change_is_tried_before_the_quickest() -> None:
    ways = Ways({"slow": 2.0, "fast": 0.1}, None, {"m.py": {3: {"slow", "fast", ""}}})
    assert ways.tests("m.py", range(3, 4), ("slow",)) == ["slow", "fast"]
    assert ways.early("m.py", 3)
    ways.most = 1
    assert ways.tests("m.py", range(3, 4)) == ["fast"]


def test_a_change_inside_a_function_is_told_from_one_of_what_runs_when_it_is_loaded() -> None:
    """The first is tried in a process in which everything is loaded; the second anew."""
    whole = compile(SOURCE, "m.py", "exec")

    def changed(old: str, new: str) -> tuple[str, int] | None:
        found = inside(whole, compile(SOURCE.replace(old, new), "m.py", "exec"))
        return found and found[0]

    assert changed("age < LIMIT", "age <= LIMIT") == ("judge", 7)
    assert changed("LIMIT = 3", "LIMIT = 4") is None
    assert changed('name: str = "x"', 'name: str = "y"') is None  # made when it is defined
    assert changed("nothing", "else") is None


def test_a_run_that_is_stopped_leaves_no_trial_behind(tmp_path: Path) -> None:
    told = tmp_path / "trial"

    def trial() -> bytes:
        told.write_text(str(os.getpid()), encoding="ascii")
        time.sleep(60.0)
        return b""

    run = os.fork()
    if run == 0:
        _forked(trial, 60)
        os._exit(0)
    _until(lambda: told.exists() and told.read_text(encoding="ascii") != "")
    os.kill(run, signal.SIGKILL)
    os.waitpid(run, 0)
    _until(lambda: not _runs(told.read_text(encoding="ascii")))


def _runs(pid: str) -> bool:
    try:
        return ") Z " not in Path("/proc", pid, "stat").read_text(encoding="ascii")
    except OSError:
        return False


def _until(right: Callable[[], bool], within_s: float = 30.0) -> None:
    end = time.monotonic() + within_s
    while not right():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_listed_as_meaning_the_same_still_stands_in_the_code(group: str) -> None:
    listed = defaultdict(set)
    path = ROOT / GROUPS[group].tests[0] / "mutants.toml"
    for row in tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", ()):
        assert row["why"].strip()
        listed[row["module"]].add(row["what"])
    assert set(listed) <= set(GROUPS[group].modules)
    for module, whats in listed.items():
        source = Path(ROOT / module).read_text(encoding="utf-8")
        assert whats <= {mutant.what for mutant in mutants(source)}, module
