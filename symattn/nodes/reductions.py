"""Each row, or each column, taken together into one number: sum, mean, largest entry, norm."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from sympy import Expr, Integer, Max, Number, S
from sympy.concrete.expr_with_limits import ExprWithLimits

from symattn.nodes.base import ONE, Indices, Node, entry_of, matrix_argument
from symattn.nodes.written import divided, raised
from symattn.shapes import Shape


class LargestOver(ExprWithLimits):
    """The largest value of an expression as an index runs over its range: what ``Sum`` is to ``+``, for ``max``.

    >>> from sympy import Symbol
    >>> r = Symbol("r", integer=True)
    >>> LargestOver(r * (4 - r), (r, 0, 3)).doit()
    4
    """

    def __new__(cls, function: Expr, *limits: Any, **assumptions: Any) -> LargestOver:
        return ExprWithLimits.__new__(cls, function, *limits, **assumptions)

    def doit(self, **hints: Any) -> Expr:
        symbol, lower, upper = self.limits[0]
        if not (lower.is_Integer and upper.is_Integer):
            return self
        values = (self.function.subs(symbol, value) for value in range(int(lower), int(upper) + 1))
        return Max(*(value.doit(**hints) for value in values))


def largest(*values: Expr) -> Expr:
    """The largest of some values; evaluated for plain numbers, and otherwise left as it is.

    >>> from sympy.abc import x, y
    >>> largest(x, y), largest(Integer(2), Integer(3))
    (Max(x, y), 3)
    """
    return Max(*values, evaluate=all(isinstance(value, Number) for value in values))


class Reduction(Node):
    """One number from each row, or from each column.

    Shapes: over rows ``(n, m) -> (n, 1)``, over columns ``(n, m) -> (1, m)``. Units: those of the entries.
    Errors: ``TypeError`` unless the argument is a matrix.
    """

    over_rows = True

    def __new__(cls, argument: Any) -> Reduction:
        return super().__new__(cls, matrix_argument(argument, cls.__name__))

    @property
    def argument(self) -> Expr:
        return self.args[0]

    @property
    def length(self) -> Expr:
        """How many entries are taken together."""
        return self.argument.shape[1 if self.over_rows else 0]

    @cached_property
    def shape(self) -> Shape:
        rows, columns = self.argument.shape
        return (rows, ONE) if self.over_rows else (ONE, columns)

    @staticmethod
    def of_range(indices: Indices, length: Expr, term: Callable[[Expr], Expr]) -> Expr:
        """The number that a row of ``length`` entries gives, ``term(r)`` being its entry ``r``."""
        raise NotImplementedError

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        def term(r: Expr) -> Expr:
            return entry_of(self.argument, *((i, r) if self.over_rows else (r, j)), indices)

        return self.of_range(indices, self.length, term)


class RowSum(Reduction):
    """``rowsum(A)[i] = sum_r A[i, r]``; shapes ``(n, m) -> (n, 1)``.

    >>> from sympy import MatrixSymbol
    >>> RowSum(MatrixSymbol("P", 2, 3))[0, 0].doit()
    P[0, 0] + P[0, 1] + P[0, 2]
    """

    @staticmethod
    def of_range(indices: Indices, length: Expr, term: Callable[[Expr], Expr]) -> Expr:
        return indices.over(length, term)


class ColumnSum(RowSum):
    """``colsum(A)[j] = sum_r A[r, j]``; shapes ``(n, m) -> (1, m)``.

    >>> from sympy import MatrixSymbol
    >>> ColumnSum(MatrixSymbol("P", 2, 3))[0, 1].doit()
    P[0, 1] + P[1, 1]
    """

    over_rows = False


class RowMean(Reduction):
    """``rowmean(A)[i] = (1/m) sum_r A[i, r]``; shapes ``(n, m) -> (n, 1)``.

    >>> from sympy import MatrixSymbol
    >>> RowMean(MatrixSymbol("A", 4, 2))[0, 0].doit()
    A[0, 0]/2 + A[0, 1]/2
    """

    @staticmethod
    def of_range(indices: Indices, length: Expr, term: Callable[[Expr], Expr]) -> Expr:
        return divided(indices.over(length, term), length)


class ColumnMean(RowMean):
    """``colmean(A)[j] = (1/n) sum_r A[r, j]``, as in average pooling; shapes ``(n, m) -> (1, m)``.

    >>> from sympy import MatrixSymbol
    >>> ColumnMean(MatrixSymbol("A", 4, 2)).shape
    (1, 2)
    """

    over_rows = False


class RowMax(Reduction):
    """``rowmax(A)[i] = max_r A[i, r]``; shapes ``(n, m) -> (n, 1)``.

    >>> from sympy import MatrixSymbol
    >>> RowMax(MatrixSymbol("S", 2, 2))[0, 0].doit()
    Max(S[0, 0], S[0, 1])
    """

    @staticmethod
    def of_range(indices: Indices, length: Expr, term: Callable[[Expr], Expr]) -> Expr:
        return indices.over(length, term, kind=LargestOver, joined=largest)


class ColumnMax(RowMax):
    """``colmax(A)[j] = max_r A[r, j]``, as in max pooling; shapes ``(n, m) -> (1, m)``.

    >>> from sympy import MatrixSymbol
    >>> ColumnMax(MatrixSymbol("S", 4, 2)).shape
    (1, 2)
    """

    over_rows = False


class RowNorm(Reduction):
    """``rownorm(A)[i] = sqrt(sum_r A[i, r]**2)``, the Euclidean length of each row; shapes ``(n, m) -> (n, 1)``.

    >>> from sympy import Matrix, MatrixSymbol
    >>> RowNorm(MatrixSymbol("Q", 1, 2))[0, 0].doit()
    sqrt(Q[0, 0]**2 + Q[0, 1]**2)
    """

    @staticmethod
    def of_range(indices: Indices, length: Expr, term: Callable[[Expr], Expr]) -> Expr:
        return raised(indices.over(length, lambda r: raised(term(r), Integer(2))), S.Half)
