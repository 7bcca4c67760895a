"""Try mutants out: which tests run through a line, and whether one of them notices the change.

Each trial is a fork of this process, in which the libraries are loaded already and nothing of the
project is: it loads the changed module in place of the one on the disk, and runs the tests that
came through the changed line, the quickest first, until one fails.
"""

import ast
import importlib.abc
import importlib.machinery
import os
import pickle
import signal
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_S = 60  # then a mutant runs for ever, which is noticed too
_QUIET = ["-q", "-x", "--tb=no", "-p", "no:cacheprovider"]
# Plug-ins of pytest that a library loaded before are not rewritten; nothing asserts in them.
_QUIET += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]


@dataclass
class Ways:
    """Which tests run through which lines.

    Attributes
    ----------
    seconds
        How long each test takes.
    through
        Tests by module and line.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    through: dict[str, dict[int, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def tests(self, module: str, lines: range) -> list[str]:
        """Return the tests to run for a change in these lines, the quickest first.

        A line that only runs when the module is loaded is tried with all that use the module.
        """
        there = self.through.get(module, {})
        found = {test for line in lines for test in there.get(line, ())}
        if not found:
            found = {test for tests in there.values() for test in tests}
        return sorted(found, key=lambda test: self.seconds.get(test, 0.0))


class _Watcher:
    """A plug-in of pytest that notes which lines of the modules a test runs through.

    Each statement of a module that is watched says first that it is reached: to trace the whole
    program would make the tests ten times as slow.
    """

    def __init__(self) -> None:
        self.ways = Ways()
        self._test = ""

    def finder(self, module: str) -> "_Changed":
        """Return what loads a module that says where it is."""
        lines = self.ways.through[module]
        tree = _Marked().visit(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        code = compile(ast.fix_missing_locations(tree), str(ROOT / module), "exec")
        return _Changed(module, code, lambda line: lines[line].add(self._test))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self._test = item.nodeid
        try:
            return (yield)
        finally:
            self._test = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        seconds = self.ways.seconds
        seconds[report.nodeid] = seconds.get(report.nodeid, 0.0) + report.duration


class _Marked(ast.NodeTransformer):
    """Puts before each statement of each function that this line is reached."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.body = self._marked(node.body)
        return node

    def _marked(self, body: list[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for statement in body:
            inner = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
            ends = min((one[0].lineno - 1 for one in inner if one), default=statement.end_lineno)
            for line in range(statement.lineno, max(ends or 0, statement.lineno) + 1):
                call = ast.Call(ast.Name("_reached", ast.Load()), [ast.Constant(line)], [])
                made.append(ast.copy_location(ast.Expr(call), statement))
            for name in ("body", "orelse", "finalbody"):
                if getattr(statement, name, []):
                    setattr(statement, name, self._marked(getattr(statement, name)))
            for handler in getattr(statement, "handlers", []):
                handler.body = self._marked(handler.body)
            made.append(statement)
        return made


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads a changed module in place of the one on the disk."""

    def __init__(
        self, module: str, code: CodeType, reached: Callable[[int], object] | None = None
    ) -> None:
        self._reached = reached
        self._name = module.removesuffix(".py").replace("/", ".")
        self._code, self._path = code, str(ROOT / module)

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if name != self._name:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin=self._path)

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._path
        if self._reached:
            module.__dict__["_reached"] = self._reached
        exec(self._code, module.__dict__)  # noqa: S102 - that is what a mutant is


def ways(modules: list[str], tests: list[str]) -> Ways:
    """Run the tests once as they are; return which of them runs through which line.

    Raises
    ------
    SystemExit
        When a test fails before anything was changed.
    """

    def run() -> bytes:
        watcher = _Watcher()
        for module in modules:
            sys.meta_path.insert(0, watcher.finder(module))
        code = pytest.main([*_QUIET, *tests], plugins=[watcher])
        plain = {
            module: {line: tests - {""} for line, tests in lines.items()}
            for module, lines in watcher.ways.through.items()
        }
        return pickle.dumps((int(code), watcher.ways.seconds, plain))

    answer = _forked(run, 3600)
    status, seconds, through = pickle.loads(answer) if answer else (1, {}, {})  # noqa: S301 - our own child's
    if status:
        raise SystemExit("A test fails although nothing was changed: run them.")
    return Ways(seconds, through)


def notices(module: str, tree: ast.Module, tests: list[str]) -> bool:
    """Whether a test notices a changed module; not to come to an end is noticed."""
    code = compile(tree, str(ROOT / module), "exec")

    def run() -> bytes:
        sys.meta_path.insert(0, _Changed(module, code))
        return bytes([int(pytest.main([*_QUIET, *tests])) != 0])

    return _forked(run, LONGEST_S) != b"\0"


def _forked(run: Callable[[], bytes], seconds: int) -> bytes:
    """Return what a function answers in a process of its own; nothing when that dies."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()  # what a test starts ends with it
        signal.alarm(seconds)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        os.close(reader)
        try:
            answer = run()
        except BaseException:  # noqa: BLE001 - whatever it is, a test did not pass
            answer = b""
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer
