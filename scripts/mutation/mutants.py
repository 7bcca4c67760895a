"""Mutants of a module: its source with one thing changed, and what that is in words.

What is changed: comparisons and their bounds, *and* and *or*, conditions, numbers, truth values,
names in quotes, arithmetic, and whether a statement is there at all. What is not: docstrings, type
annotations, decorators, `__all__`, sentences (a string with a space, or with something filled in),
the code of a sentence, and descriptions of fields. A sentence is for a reader, and a test that
repeats each word of it tests nothing.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], str]] = {
    ast.Lt: (ast.LtE, "< to <="),
    ast.LtE: (ast.Lt, "<= to <"),
    ast.Gt: (ast.GtE, "> to >="),
    ast.GtE: (ast.Gt, ">= to >"),
    ast.Eq: (ast.NotEq, "== to !="),
    ast.NotEq: (ast.Eq, "!= to =="),
    ast.Is: (ast.IsNot, "is to is not"),
    ast.IsNot: (ast.Is, "is not to is"),
    ast.In: (ast.NotIn, "in to not in"),
    ast.NotIn: (ast.In, "not in to in"),
}
_COMPUTED: dict[type[ast.operator], tuple[type[ast.operator], str]] = {
    ast.Add: (ast.Sub, "+ to -"),
    ast.Sub: (ast.Add, "- to +"),
    ast.Mult: (ast.Div, "* to /"),
    ast.Div: (ast.Mult, "/ to *"),
    ast.BitAnd: (ast.BitOr, "& to |"),
    ast.BitOr: (ast.BitAnd, "| to &"),
}
_TOLD = {"description", "pattern", "json_schema_extra"}  # of a field: for readers, or all or none
_CHECKED = {"strict"}  # lengths that are the same: no test can have them differ


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change.

    Attributes
    ----------
    line
        Number of the line in the source.
    what
        What was changed, with the line as it stood.
    tree
        The changed module.
    """

    line: int
    what: str
    tree: ast.Module


class _Changed(ast.NodeTransformer):
    """Finds the places where something can be changed, and changes the one with this number.

    Each visit method offers its changes in order; the `wanted`-th of the module is made.
    """

    def __init__(self, wanted: int) -> None:
        self.wanted, self.seen = wanted, 0
        self.line, self.what = 0, ""

    def offer(self, node: ast.AST, what: str) -> bool:
        self.seen += 1
        if self.seen - 1 != self.wanted:
            return False
        self.line, self.what = getattr(node, "lineno", 0), what
        return True

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for at, operator in enumerate(node.ops):
            other = _COMPARED.get(type(operator))
            if other and self.offer(node, other[1]):
                node.ops[at] = other[0]()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        both = isinstance(node.op, ast.And)
        if self.offer(node, "and to or" if both else "or to and"):
            node.op = ast.Or() if both else ast.And()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = _COMPUTED.get(type(node.op))
        if other and self.offer(node, other[1]):
            node.op = other[0]()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and self.offer(node, "not left out"):
            return node.operand
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        value = node.value
        if isinstance(value, bool):
            if self.offer(node, f"{value} to {not value}"):
                return ast.copy_location(ast.Constant(not value), node)
        elif isinstance(value, int):
            if self.offer(node, f"{value} to {value + 1}"):
                return ast.copy_location(ast.Constant(value + 1), node)
        elif isinstance(value, str) and value and not {" ", "{"} & set(value):  # noqa: SIM102 - an offer changes what is counted: not a condition
            if self.offer(node, f"{value!r} to another"):
                return ast.copy_location(ast.Constant(value + "X"), node)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node  # a sentence

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if self.offer(node, "condition turned round"):
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if self.offer(node, "condition turned round"):
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        for at, test in enumerate(node.ifs):
            if self.offer(test, "filter left out"):
                node.ifs[at] = ast.copy_location(ast.Constant(value=True), test)
        return node

    def _statement(self, node: ast.stmt) -> ast.AST:
        self.generic_visit(node)
        if self.offer(node, f"{type(node).__name__.lower()} left out"):
            return ast.copy_location(ast.Pass(), node)
        return node

    visit_Raise = _statement  # noqa: N815 - as ast calls it
    visit_AugAssign = _statement  # noqa: N815 - as ast calls it
    visit_Continue = _statement  # noqa: N815 - as ast calls it

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if isinstance(node.value, ast.Constant):
            return node  # a docstring
        yields = isinstance(node.value, ast.Yield | ast.YieldFrom)
        self.generic_visit(node)
        if self.offer(node, "yield left out" if yields else "call left out"):
            # the function stays a generator
            empty = ast.Expr(ast.YieldFrom(ast.Tuple([], ast.Load()))) if yields else ast.Pass()
            return ast.fix_missing_locations(ast.copy_location(empty, node))
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        nothing = isinstance(node.value, ast.Constant) and node.value.value is None
        if node.value is not None and not nothing and self.offer(node, "return nothing"):
            node.value = None
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            return node  # for who reads and checks the module
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.func = self.visit(node.func)
        code = isinstance(node.func, ast.Name) and node.func.id == "Sentence"
        node.args[code:] = [self.visit(argument) for argument in node.args[code:]]
        for keyword in node.keywords:
            if keyword.arg not in _TOLD | _CHECKED:
                keyword.value = self.visit(keyword.value)
        return node

    def _function(self, node: ast.FunctionDef) -> ast.AST:
        """Leave annotations alone; defaults and the body may change."""
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        node.args.kw_defaults = [one and self.visit(one) for one in node.args.kw_defaults]
        node.body = [self.visit(statement) for statement in node.body]
        return node

    visit_FunctionDef = _function  # noqa: N815 - as ast calls it

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        return node


def mutants(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module's source."""
    lines = source.splitlines()
    number = 0
    while True:
        change = _Changed(number)
        tree = change.visit(ast.parse(source))  # quicker than a copy of the tree
        if change.seen <= number:
            return
        text = lines[change.line - 1].strip()
        yield Mutant(change.line, f"{change.what}: {text}", ast.fix_missing_locations(tree))
        number += 1
