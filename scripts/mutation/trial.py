"""Try mutants out: which tests run through a line, and whether one of them notices the change.

A change inside a function is tried where all tests are loaded already: a fork of that process gives
the function its changed code, and runs the tests that came through the changed line, the quickest
first, until one fails. A change of what runs when a module is loaded needs the module loaded anew:
there, a fork of a process in which nothing of the project is loaded takes the changed module in
place of the one on the disk, and loads those tests.
"""

import ast
import gc
import importlib.abc
import importlib.machinery
import inspect
import os
import pickle
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import hypothesis
import pytest

from scripts.mutation.mutants import Mutant
from service.sandbox.confine import die_with

ROOT = Path(__file__).parents[2]
LONGEST_S = 60  # of computing; then a mutant runs for ever, which is noticed too
PATIENCE = 20  # so many times as long on the clock: the machine may have other work
# What failed is not told to anybody: to say it well takes longer than to find it.
_QUIET = ["-q", "-x", "--assert=plain", "--tb=native", "-p", "no:cacheprovider"]
# Plug-ins of pytest that a library loaded before are not rewritten; nothing asserts in them.
_QUIET += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
# A counter-example is enough; it need not be the shortest, and the same are tried each time.
hypothesis.settings.register_profile(
    "mutants",
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    derandomize=True,
    suppress_health_check=tuple(hypothesis.HealthCheck),
    deadline=None,
    database=None,
)
_QUIET += ["--hypothesis-profile=mutants"]


@dataclass
class Ways:
    """Which tests run through which lines.

    Attributes
    ----------
    seconds
        How long each test takes.
    most
        Try no more tests than these on one mutant; None is all.
    through
        Tests by module and line; the test without a name is the loading of the tests.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    most: int | None = None
    through: dict[str, dict[int, set[str]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def tests(self, module: str, lines: range, first: tuple[str, ...] = ()) -> list[str]:
        """Return the tests to run for a change in these lines, the quickest first.

        A line that only runs when the module is loaded is tried with all that use the module, and
        with those that stand beside them: a table may be looked at without a function of it.

        Parameters
        ----------
        first
            These are tried before: what noticed one change notices the next one, too.
        """
        there = self.through.get(module, {})
        found = {test for line in lines for test in there.get(line, ())} - {""}
        if not found:
            found = {test for tests in there.values() for test in tests} - {""}
            files = {test.partition("::")[0] for test in found}
            found |= {test for test in self.seconds if test.partition("::")[0] in files}
        order = {test: number - len(first) for number, test in enumerate(first)}
        return sorted(found, key=lambda test: (order.get(test, 0), self.seconds.get(test, 0.0)))[
            : self.most
        ]

    def early(self, module: str, line: int) -> bool:
        """Whether this line ran when the tests were loaded, before the first of them began."""
        return "" in self.through.get(module, {}).get(line, ())


class _Watcher:
    """A plug-in of pytest that notes which lines of the modules a test runs through.

    Each statement of a module that is watched says first that it is reached: to trace the whole
    program would make the tests ten times as slow.
    """

    def __init__(self) -> None:
        self.ways = Ways()
        self.failed: list[str] = []
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
        if report.failed:
            self.failed.append(f"{report.nodeid}: {str(report.longrepr).splitlines()[-1:]}")


class _Marked(ast.NodeTransformer):
    """Puts before each statement of each function that this line is reached."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        docstring = node.body[:1] if ast.get_docstring(node) is not None else []
        node.body = docstring + self._marked(node.body[len(docstring) :])
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
        self._name = _name(module)
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


def _name(module: str) -> str:
    return module.removesuffix(".py").replace("/", ".")


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
        plain = {module: dict(lines) for module, lines in watcher.ways.through.items()}
        return pickle.dumps((int(code), watcher.failed, watcher.ways.seconds, plain))

    answer = _forked(run, 3600)
    status, failed, seconds, through = pickle.loads(answer) if answer else (1, [], {}, {})  # noqa: S301 - our own child's
    if status:
        raise SystemExit(f"A test fails although nothing was changed: {failed}.")
    return Ways(seconds, None, through)


class _Bench:
    """A plug-in of pytest that has all tests loaded, and runs some of them on each mutant."""

    def __init__(self, module: str, found: list[Mutant], ways: Ways) -> None:
        self._module, self._mutants, self._ways = module, found, ways
        self.left: list[int] = []
        self.noticed: list[int] = []
        self._failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        path = str(ROOT / self._module)
        functions = {
            (one.__code__.co_qualname, one.__code__.co_firstlineno): one
            for one in gc.get_objects()
            if isinstance(one, FunctionType) and one.__code__.co_filename == path
        }
        lately: list[str] = []  # the tests that noticed something, the last one first
        plain = compile(Path(path).read_text(encoding="utf-8"), path, "exec")
        items = {item.nodeid: item for item in session.items}
        self._warm_up(items)
        gc.freeze()  # so that a fork shares what is loaded, and does not copy it when it collects
        for number, mutant in enumerate(self._mutants):
            change = inside(plain, compile(mutant.tree, path, "exec"))
            if (
                change is None
                or change[0] not in functions
                or self._ways.early(self._module, mutant.line)
            ):
                self.left.append(number)
                continue
            names = self._ways.tests(
                self._module, range(mutant.line, mutant.line + 1), tuple(lately)
            )
            run = partial(self._run, functions[change[0]], change[1], [items[n] for n in names])
            answer = _forked(run, LONGEST_S)
            if answer != b"0":
                self.noticed.append(number)
                lately = [answer.decode(), *(one for one in lately if one != answer.decode())]
        return True

    def _warm_up(self, items: dict[str, pytest.Item]) -> None:
        """Fill the caches by a test that goes through much; those of the module stay empty."""
        lines = self._ways.through.get(self._module, {}).values()
        through = Counter(test for tests in lines for test in tests if test)
        for test, _ in through.most_common(1):
            items[test].ihook.pytest_runtest_protocol(item=items[test], nextitem=None)
        for value in vars(sys.modules[_name(self._module)]).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()

    def _run(self, function: FunctionType, code: CodeType, tests: list[pytest.Item]) -> bytes:
        function.__code__ = code
        for item, after in zip(tests, [*tests[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            if self._failed:
                return item.nodeid.encode()
        return b"0"


def inside(whole: CodeType, other: CodeType) -> tuple[tuple[str, int], CodeType] | None:
    """Return the one function in which two codes of a module differ: its name, line and new code.

    None when they differ in what runs as the module is loaded, or not at all.
    """
    (shell, functions), (other_shell, others) = _parts(whole), _parts(other)
    if shell != other_shell or functions.keys() != others.keys():
        return None
    changed = [key for key, code in functions.items() if code != others[key]]
    return (changed[0], others[changed[0]]) if len(changed) == 1 else None


def _parts(code: CodeType) -> tuple[CodeType, dict[tuple[str, int], CodeType]]:
    """Return the code of a module or class without its functions, and these by name and line."""
    functions: dict[tuple[str, int], CodeType] = {}
    constants: list[object] = []
    for constant in code.co_consts:
        if not isinstance(constant, CodeType):
            constants.append(constant)
        elif constant.co_flags & inspect.CO_OPTIMIZED:
            functions[constant.co_qualname, constant.co_firstlineno] = constant
            constants.append(None)
        else:
            shell, inner = _parts(constant)
            functions |= inner
            constants.append(shell)
    return code.replace(co_consts=tuple(constants)), functions


def noticed(module: str, found: list[Mutant], ways: Ways, tests: list[str]) -> list[bool]:
    """Return of each mutant of a module whether a test notices it.

    Parameters
    ----------
    tests
        Where the tests are.
    """

    def run() -> bytes:
        bench = _Bench(module, found, ways)
        code = pytest.main([*_QUIET, *tests], plugins=[bench])
        return pickle.dumps((int(code), bench.left, bench.noticed))

    answer = _forked(run, 4 * 3600)
    code, left, dead = pickle.loads(answer) if answer else (1, [], [])  # noqa: S301 - our own child's
    if code:
        raise SystemExit(f"The tests could not be loaded for {module}: {code}.")
    for number in left:
        mutant = found[number]
        names = ways.tests(module, range(mutant.line, mutant.line + 1))
        if names and notices(module, mutant.tree, names):
            dead.append(number)
    return [number in dead for number in range(len(found))]


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
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.setsid()  # what a test starts ends with it
        die_with(parent)  # a run that is stopped leaves no trial behind
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.alarm(PATIENCE * seconds)
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
