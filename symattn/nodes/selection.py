"""One row or one column of a matrix, and the sum of a formula over an index that selects them."""

from __future__ import annotations

from typing import Any

from sympy import Expr, MatrixExpr, sympify

from symattn.nodes.base import ONE, Indices, Node, entry_of, matrix_argument
from symattn.nodes.cases import put_in
from symattn.nodes.over_an_index import OverAnIndex
from symattn.shapes import Shape


class Column(Node):
    """``A[:, a]``, the column of ``A`` with index ``a`` (from 0); shapes ``(n, m) -> (n, 1)``.

    Errors: ``TypeError`` unless ``A`` is a matrix.

    >>> from sympy import MatrixSymbol
    >>> Column(MatrixSymbol("A", 2, 3), 1)[0, 0]
    A[0, 1]
    """

    def __new__(cls, matrix: Any, position: Any) -> Column:
        return super().__new__(cls, matrix_argument(matrix, cls.__name__), sympify(position))

    @property
    def matrix(self) -> MatrixExpr:
        return self.args[0]

    @property
    def position(self) -> Expr:
        return self.args[1]

    @property
    def shape(self) -> Shape:
        return self.matrix.shape[0], ONE

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return entry_of(self.matrix, i, self.position, indices)


class Row(Column):
    """``A[a, :]``, the row of ``A`` with index ``a`` (from 0); shapes ``(n, m) -> (1, m)``.

    Errors: ``TypeError`` unless ``A`` is a matrix.

    >>> from sympy import MatrixSymbol
    >>> Row(MatrixSymbol("A", 2, 3), 1)[0, 2]
    A[1, 2]
    """

    @property
    def shape(self) -> Shape:
        return ONE, self.matrix.shape[1]

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return entry_of(self.matrix, self.position, j, indices)


class IndexSum(OverAnIndex):
    """``sum(a, term)``: the sum of a matrix formula over an index ``a`` from 0 to ``length - 1``.

    Shapes: those of the term. Units: those of the term.
    Errors: ``TypeError`` unless the term is a matrix and the index a symbol.

    >>> from sympy import MatrixSymbol, Symbol
    >>> a = Symbol("a", integer=True, nonnegative=True)
    >>> IndexSum(Column(MatrixSymbol("A", 2, 3), a), a, 3)[1, 0].doit()
    A[1, 0] + A[1, 1] + A[1, 2]
    """

    @property
    def shape(self) -> Shape:
        return tuple(self.term.shape)

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        def term(bound: Expr) -> Expr:
            return entry_of(put_in(self.term, {self.symbol: bound}), i, j, indices)

        return indices.over(self.length, term, like=self.symbol)
