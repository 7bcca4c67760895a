"""The list of broken promises fits the code: each text stands there once."""

import ast

import pytest

from scripts.mutation.promises import Broken, listed
from scripts.mutation.trial import ROOT

ALL = listed()


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.promise.replace(" ", "-"))
def test_what_keeps_a_promise_stands_in_its_module(one: Broken) -> None:
    source = (ROOT / one.module).read_text(encoding="utf-8")
    broken = one.of(source)
    assert broken != source
    if one.module.endswith(".py"):
        assert ast.dump(ast.parse(broken)) != ast.dump(ast.parse(source))
    for test in one.tests:
        path, *_, name = test.split("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_no_promise_is_listed_twice() -> None:
    assert len({one.promise for one in ALL}) == len({(o.module, o.was) for o in ALL}) == len(ALL)


def test_a_text_that_does_not_stand_there_once_is_said() -> None:
    one = Broken("Something.", "some.py", "a", "b", ())
    assert one.of("xay") == "xby"
    for source in ("", "aa"):
        with pytest.raises(ValueError, match="and not once"):
            one.of(source)
