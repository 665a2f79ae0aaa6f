"""Matrices given entry by entry, by a formula in the row index and the column index."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Symbol, sympify

from symattn.nodes.base import Indices, is_matrix
from symattn.nodes.by_row_and_column import ByRowAndColumn
from symattn.nodes.cases import put_in


class IndexedMatrix(ByRowAndColumn):
    """``matrix(rows, columns, formula)``: entry ``(i, j)`` is a scalar formula in ``i`` and ``j``, counted from 0.

    The formula may hold numbers, sizes, indices from around it, functions, cases, and entries of named matrices at
    positions computed from the indices: relative positions, slopes, rotations, convolutions, gathers.

    Shapes: ``(rows, columns)``. Units: those of the formula.
    Errors: ``TypeError`` unless the formula is a scalar and the indices are symbols.

    >>> i, j = Symbol("i", integer=True, nonnegative=True), Symbol("j", integer=True, nonnegative=True)
    >>> IndexedMatrix(i - j, i, j, 2, 3)[0, 2]
    -2
    """

    def __new__(cls, formula: Any, row: Any, column: Any, rows: Any, columns: Any) -> IndexedMatrix:
        formula, row, column = sympify(formula), sympify(row), sympify(column)
        if is_matrix(formula) or not (isinstance(row, Symbol) and isinstance(column, Symbol)):
            raise TypeError(f"IndexedMatrix takes a scalar formula and two indices, found {formula}, {row}, {column}")
        return super().__new__(cls, formula, row, column, sympify(rows), sympify(columns))

    @property
    def formula(self) -> Expr:
        return self.args[0]

    def at(self, i: Expr, j: Expr) -> Expr:
        """The formula for one row and one column."""
        return put_in(self.formula, {self.row: i, self.column: j})

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return self.at(i, j)
