"""Conditions: comparisons of scalars, several joined by ``&``."""

from __future__ import annotations

import ast
from collections.abc import Callable

from sympy import And, Expr, Ge, Gt, Le, Lt, MatrixExpr, MatrixSymbol, Ne, S
from sympy.logic.boolalg import Boolean

from symattn.errors import LanguageError
from symattn.language.extremes import equal
from symattn.language.part import Part
from symattn.nodes import is_matrix

COMPARISONS: dict[type[ast.cmpop], Callable[[Expr, Expr], Boolean]] = {
    ast.LtE: Le,
    ast.Lt: Lt,
    ast.GtE: Ge,
    ast.Gt: Gt,
    ast.Eq: equal,
    ast.NotEq: Ne,
}


class ConditionReader(Part):
    """Reads ``0 <= i - j < w`` and ``(j <= i) & (i - j < w)``."""

    def __call__(self, tree: ast.expr) -> Boolean:
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitAnd):
            return And(self(tree.left), self(tree.right))
        if isinstance(tree, ast.BoolOp):
            raise self.refuse(tree, "conditions are joined by &, each in brackets, as in (j <= i) & (i - j < 2).")
        if not isinstance(tree, ast.Compare):
            raise self.refuse(tree, f"asked for a condition such as j <= i, found {self.text(tree)}.")
        return self.comparison(tree)

    def comparison(self, tree: ast.Compare) -> Boolean:
        """One comparison, or a chain of them."""
        sides = [tree.left, *tree.comparators]
        for side in sides:
            if isinstance(side, ast.BinOp) and isinstance(side.op, ast.BitAnd):
                raise self.refuse(side, "& binds closer than a comparison; bracket each, as in (j <= i) & (i - j < 2).")
        values = [self.read(side) for side in sides]
        for side, value in zip(sides, values, strict=True):
            if is_matrix(value):
                raise self._no_matrix(side, value)
            self.check_side(side, value)
        parts = []
        for operator, left, right in zip(tree.ops, values, values[1:], strict=False):
            if type(operator) not in COMPARISONS:
                raise self.refuse(tree, "a condition is made of <= < >= > == and !=.")
            parts.append(COMPARISONS[type(operator)](left, right))
        return And(*map(S, parts))

    def _no_matrix(self, tree: ast.expr, value: MatrixExpr) -> LanguageError:
        message = "a condition compares i, j, sizes and numbers, not matrices"
        if isinstance(value, MatrixSymbol):
            rows, columns = value.shape
            entries = f"matrix({rows}, {columns}, 1 if {value.name}[i, j] > 0 else 0)"
            return self.refuse(tree, f"{message}; it takes the entries of {value.name} one by one, as in {entries}.")
        return self.refuse(tree, f"{message}; found {self.text(tree)}.")

    def check_side(self, tree: ast.expr, value: Expr) -> None:
        """Refuse what may not be compared here."""


class IndexConditionReader(ConditionReader):
    """Reads conditions on indices and sizes alone, which is what an allowed set may be given by."""

    def check_side(self, tree: ast.expr, value: Expr) -> None:
        foreign = sorted(str(symbol) for symbol in value.free_symbols if not symbol.is_integer)
        if foreign:
            raise self.refuse(tree, f"a condition compares i, j, sizes and numbers; {', '.join(foreign)} is none.")
