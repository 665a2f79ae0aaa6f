"""What may stand after ``where=``: conditions on the indices i and j, named sets, matrices of 0 and 1, joined by &."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from sympy import And, Le, MatrixExpr, Symbol
from sympy.logic.boolalg import Boolean

from symattn.errors import LanguageError, ShapeError
from symattn.language.comparisons import IndexConditionReader
from symattn.language.named_sets import COLUMN, NAMED, ROW, WINDOW
from symattn.language.part import Part
from symattn.nodes import IndexCondition, Intersection, is_matrix, shape_of
from symattn.shapes import Shape, broadcast, show


@dataclass(frozen=True)
class AllowedReader(Part):
    """Reads an allowed set for scores of one shape; ``read`` reads the formulas inside it, with i and j in scope."""

    shape: Shape

    def __call__(self, tree: ast.expr) -> MatrixExpr:
        """The allowed set that a part of the tree stands for.

        Errors: ``LanguageError`` or ``ShapeError`` that points at the place.
        """
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitAnd):
            return self._both(self(tree.left), self(tree.right))
        if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitOr):
            raise self._no_union(tree, "|")
        if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or):
            raise self._no_union(tree, "or")
        if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, (ast.Invert, ast.Not)):
            message = "'not' and '~' are not in the language of equations; write the opposite, as j > i for ~(j <= i)."
            raise self.refuse(tree, message)
        if isinstance(tree, ast.Compare):
            return self._set(IndexConditionReader(self.source, self.scope, self.read)(tree))
        if isinstance(tree, ast.Name) and tree.id in NAMED:
            return self._set(NAMED[tree.id](*self.shape))
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == WINDOW:
            return self._window(tree)
        return self._matrix(tree)

    def _no_union(self, tree: ast.expr, sign: str) -> LanguageError:
        rows, columns = self.shape
        return self.refuse(
            tree,
            f"allowed sets are joined by &, which keeps what is in both; found {sign}. For what is in either, write "
            f"its entries by cases, as in where=matrix({rows}, {columns}, 1 if j <= i else 1 if j < 3 else 0).",
        )

    def _set(self, condition: Boolean) -> IndexCondition:
        return IndexCondition(condition, ROW, COLUMN, *self.shape)

    def _both(self, left: MatrixExpr, right: MatrixExpr) -> MatrixExpr:
        if isinstance(left, IndexCondition) and isinstance(right, IndexCondition):
            return self._set(And(left.condition, right.condition))
        return Intersection(left, right)

    def _window(self, tree: ast.Call) -> IndexCondition:
        if len(tree.args) != 2 or tree.keywords:
            raise self.refuse(tree, "window takes how many keys to the left and to the right, as in window(3, 0).")
        left, right = (self.read(side) for side in tree.args)
        for side, value in zip(tree.args, (left, right), strict=True):
            if is_matrix(value) or not (value.is_integer and value.is_nonnegative) or value.has(ROW, COLUMN):
                raise self.refuse(side, f"{self.text(side)} is not a number of keys.")
        return self._set(And(Le(ROW - left, COLUMN), Le(COLUMN, ROW + right)))

    def _matrix(self, tree: ast.expr) -> MatrixExpr:
        value = self.read(tree)
        what = self.text(tree)
        if not is_matrix(value) or isinstance(value, Symbol):
            raise self.refuse(tree, f"{what} is no allowed set; write a condition such as j <= i, causal, or a matrix.")
        if broadcast(shape_of(value), self.shape) != self.shape:
            message = f"the allowed set {what} is {show(value.shape)}; it must stretch to {show(self.shape)}."
            raise ShapeError(message).in_context(*self.source.point(self.source.place(tree)))
        return value
