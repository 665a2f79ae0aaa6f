"""Entries added up at computed positions: the transpose of a lookup."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sympy import Eq, Expr, MatrixExpr, S, Symbol, sympify
from sympy.logic.boolalg import And, Boolean

from symattn.nodes.base import Indices, Node, entry_of, is_matrix, matrix_argument
from symattn.nodes.cases import Cases, put_in
from symattn.shapes import Shape


class Scatter(Node):
    """``scatter(rows, columns, M, p, q)``: entry ``(a, b)`` is the sum of ``M[i, j]`` where ``p == a`` and ``q == b``.

    The positions ``p`` and ``q`` are whole numbers made of the row index ``i`` and the column index ``j`` of ``M``, of
    sizes and of indices from around the node. What falls on no position of the result is left out. It is the
    derivative of a lookup: where ``A[p, q]`` is read at ``(i, j)``, the cotangent at ``(i, j)`` is added to ``A``'s at
    ``(p, q)``.

    Shapes: ``M (n, m) -> (rows, columns)``. Units: those of ``M``. ``row`` and ``column`` are bound in the positions
    alone: in ``M`` they mean nothing.
    Errors: ``TypeError`` unless ``M`` is a matrix, the positions are scalars and the indices symbols.

    >>> from sympy import MatrixSymbol
    >>> i, j = Symbol("i", integer=True, nonnegative=True), Symbol("j", integer=True, nonnegative=True)
    >>> diagonals = Scatter(MatrixSymbol("M", 2, 2), 0, i + j, i, j, 1, 3)
    >>> diagonals.entry(sympify(0), sympify(1), Indices(explicit=True))
    M[0, 1] + M[1, 0]
    """

    def __new__(
        cls, matrix: Any, row_position: Any, column_position: Any, row: Any, column: Any, rows: Any, columns: Any
    ) -> Scatter:
        matrix = matrix_argument(matrix, cls.__name__)
        positions, indices = (sympify(row_position), sympify(column_position)), (sympify(row), sympify(column))
        if any(map(is_matrix, positions)) or not all(isinstance(symbol, Symbol) for symbol in indices):
            found = ", ".join(map(str, (*positions, *indices)))
            raise TypeError(f"Scatter takes two positions, which are scalars, and two indices, found {found}")
        return super().__new__(cls, matrix, *positions, *indices, sympify(rows), sympify(columns))

    @property
    def matrix(self) -> MatrixExpr:
        return self.args[0]

    @property
    def positions(self) -> tuple[Expr, Expr]:
        """Where the entry in ``row`` and ``column`` goes: a row and a column of the result."""
        return self.args[1], self.args[2]

    @property
    def row(self) -> Symbol:
        return self.args[3]

    @property
    def column(self) -> Symbol:
        return self.args[4]

    @property
    def bound_symbols(self) -> tuple[Symbol, ...]:
        return self.row, self.column

    @cached_property
    def shape(self) -> Shape:
        return self.args[5], self.args[6]

    def with_indices(self, row: Symbol, column: Symbol) -> Scatter:
        """The same, its two indices called otherwise."""
        renamed = {self.row: row, self.column: column}
        p, q = (put_in(position, renamed) for position in self.positions)
        rows, columns = self.shape
        return Scatter(self.matrix, p, q, row, column, rows, columns)

    def meets(self, i: Expr, j: Expr, a: Expr, b: Expr) -> Boolean:
        """Whether the entry ``(i, j)`` of the matrix goes to ``(a, b)``."""
        return And(*(self._is_at(axis, i, j, place) for axis, place in enumerate((a, b))))

    def _is_at(self, axis: int, i: Expr, j: Expr, place: Expr) -> Boolean:
        """Whether a position is a place; decided where both are numbers, for SymPy may not come back from others."""
        position = put_in(self.positions[axis], {self.row: i, self.column: j})
        return Eq(position, place, evaluate=position == place or (position.is_number and place.is_number))

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        n, m = self.matrix.shape
        places = i, j
        along = [axis for axis, position in enumerate(self.positions) if self.column in position.free_symbols]
        of_row = [axis for axis in (0, 1) if axis not in along]

        def term(r: Expr, c: Expr) -> Expr:
            goes_there = And(*(self._is_at(axis, r, c, places[axis]) for axis in along))
            return S.Zero if goes_there is S.false else Cases.of(goes_there, entry_of(self.matrix, r, c, indices))

        def terms(r: Expr) -> Expr:
            """Those of one row; what does not depend on the column is asked once for all of them."""
            goes_there = And(*(self._is_at(axis, r, self.column, places[axis]) for axis in of_row))
            if goes_there is S.false:
                return S.Zero
            return Cases.of(goes_there, indices.over(m, lambda c: term(r, c), like=self.column))

        return indices.over(n, terms, like=self.row)
