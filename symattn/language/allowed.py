"""What may stand after ``where=``: conditions on the indices i and j, named sets, matrices of 0 and 1, joined by &."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from sympy import And, Eq, Expr, Ge, Gt, Le, Lt, MatrixExpr, Ne, S, Symbol
from sympy.logic.boolalg import Boolean

from symattn.errors import ShapeError, SymattnError
from symattn.language.source import SourceText
from symattn.nodes import IndexCondition, Intersection, Value, index, is_matrix, shape_of
from symattn.shapes import Shape, broadcast, show

ROW, COLUMN = index("i"), index("j")

COMPARISONS: dict[type[ast.cmpop], Callable[[Expr, Expr], Boolean]] = {
    ast.LtE: Le,
    ast.Lt: Lt,
    ast.GtE: Ge,
    ast.Gt: Gt,
    ast.Eq: Eq,
    ast.NotEq: Ne,
}

NAMED: dict[str, Callable[[Expr, Expr], Boolean]] = {
    "causal": lambda n, m: Le(COLUMN, ROW),
    "causal_lower_right": lambda n, m: Le(COLUMN, ROW + m - n),
}
"""Sets that a name stands for; ``causal`` is aligned at the upper left, key j to query i, as torch does it."""

WINDOW = "window"

ALLOWED_WORDS = frozenset({*NAMED, WINDOW})


@dataclass(frozen=True)
class AllowedReader:
    """Reads an allowed set for scores of one shape; ``read`` reads the formulas inside it, with i and j in scope."""

    source: SourceText
    shape: Shape
    read: Callable[[ast.expr], Value]

    def __call__(self, tree: ast.expr) -> MatrixExpr:
        """The allowed set that a part of the tree stands for.

        Errors: ``LanguageError`` or ``ShapeError`` that points at the place.
        """
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitAnd):
            return self._both(self(tree.left), self(tree.right))
        if isinstance(tree, ast.Compare):
            return self._set(self._comparison(tree))
        if isinstance(tree, ast.Name) and tree.id in NAMED:
            return self._set(NAMED[tree.id](*self.shape))
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == WINDOW:
            return self._window(tree)
        return self._matrix(tree)

    def _refuse(self, tree: ast.expr, message: str) -> SymattnError:
        return self.source.error(message, self.source.place(tree))

    def _set(self, condition: Boolean) -> IndexCondition:
        return IndexCondition(condition, ROW, COLUMN, *self.shape)

    def _both(self, left: MatrixExpr, right: MatrixExpr) -> MatrixExpr:
        if isinstance(left, IndexCondition) and isinstance(right, IndexCondition):
            return self._set(And(left.condition, right.condition))
        return Intersection(left, right)

    def _comparison(self, tree: ast.Compare) -> Boolean:
        sides = [tree.left, *tree.comparators]
        for side in sides:
            if isinstance(side, ast.BinOp) and isinstance(side.op, ast.BitAnd):
                raise self._refuse(
                    side, "& binds closer than a comparison; bracket each, as in (j <= i) & (i - j < 2)."
                )
        values = [self.read(side) for side in sides]
        for side, value in zip(sides, values, strict=True):
            if is_matrix(value):
                raise self._refuse(side, "a condition compares i, j, sizes and numbers, not matrices.")
            foreign = sorted(str(symbol) for symbol in value.free_symbols if not symbol.is_integer)
            if foreign:
                raise self._refuse(side, f"a condition compares i, j, sizes and numbers; {', '.join(foreign)} is none.")
        parts = []
        for operator, left, right in zip(tree.ops, values, values[1:], strict=False):
            if type(operator) not in COMPARISONS:
                raise self._refuse(tree, "a condition is made of <= < >= > == and !=.")
            parts.append(COMPARISONS[type(operator)](left, right))
        return And(*map(S, parts))

    def _window(self, tree: ast.Call) -> IndexCondition:
        if len(tree.args) != 2 or tree.keywords:
            raise self._refuse(tree, "window takes how many keys to the left and to the right, as in window(3, 0).")
        left, right = (self.read(side) for side in tree.args)
        for side, value in zip(tree.args, (left, right), strict=True):
            if is_matrix(value) or not (value.is_integer and value.is_nonnegative) or value.has(ROW, COLUMN):
                raise self._refuse(side, f"{self.source.segment(side)} is not a number of keys.")
        return self._set(And(Le(ROW - left, COLUMN), Le(COLUMN, ROW + right)))

    def _matrix(self, tree: ast.expr) -> MatrixExpr:
        value = self.read(tree)
        what = self.source.segment(tree)
        if not is_matrix(value) or isinstance(value, Symbol):
            raise self._refuse(
                tree, f"{what} is no allowed set; write a condition such as j <= i, causal, or a matrix."
            )
        if broadcast(shape_of(value), self.shape) != self.shape:
            message = f"the allowed set {what} is {show(value.shape)}; it must stretch to {show(self.shape)}."
            raise ShapeError(message).in_context(*self.source.point(self.source.place(tree)))
        return value
