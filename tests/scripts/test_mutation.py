"""The tool that takes out one rule at a time changes what it says, one thing, and all of it."""

import ast

from scripts.mutation.mutants import mutants
from scripts.mutation.trial import Ways

SOURCE = '''
"""A module."""
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
    assert not [text for text in texts if "'two words' to" in text]
    assert not [text for text in texts if "int" in text.split(":")[0]]


def test_the_quickest_test_that_comes_through_a_line_is_tried_first() -> None:
    ways = Ways(
        {"slow": 2.0, "fast": 0.1, "other": 0.2}, None, {"m.py": {3: {"slow", "fast"}, 9: {"other"}}}
    )
    assert ways.tests("m.py", range(3, 4)) == ["fast", "slow"]
    assert ways.tests("m.py", range(9, 10)) == ["other"]
    # run when the module is loaded: whoever uses the module
    assert ways.tests("m.py", range(1, 2)) == ["fast", "other", "slow"]
    assert ways.tests("another.py", range(1, 2)) == []
