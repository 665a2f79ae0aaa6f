"""Sparsemax and alpha-entmax: weights that can be exactly 0."""

from __future__ import annotations

from typing import Any, Self

from sympy import Expr, Rational, S, Tuple, sympify
from sympy.concrete.expr_with_limits import ExprWithLimits

from symattn.nodes.base import Indices
from symattn.nodes.functions import RectifiedLinear
from symattn.nodes.normalising import OverAllowedKeys
from symattn.nodes.written import added, multiplied, negated, raised


class ThresholdOver(ExprWithLimits):
    """The ``tau`` for which ``sum_c max((alpha - 1) s_c - tau, 0) ** (1 / (alpha - 1)) = 1``, ``c`` over its range.

    >>> from sympy import Symbol
    >>> c = Symbol("c", integer=True)
    >>> ThresholdOver(c, (c, 0, 3), 2).alpha
    2
    """

    def __new__(cls, score: Expr, row: Any, alpha: Any) -> ThresholdOver:
        return Expr.__new__(cls, score, Tuple(*row), sympify(alpha))

    @property
    def alpha(self) -> Expr:
        return self.args[2]

    @property
    def limits(self) -> tuple[Any, ...]:
        return (self.args[1],)

    def doit(self, **hints: Any) -> Expr:
        return self


class Entmax(OverAllowedKeys):
    """``p_j = max((alpha - 1) s_j - tau, 0) ** (1 / (alpha - 1))`` for each row, ``tau`` such that they sum to 1.

    ``alpha = 2`` is sparsemax, the Euclidean projection of the scores on the simplex; ``alpha`` to 1 is softmax.
    Shapes: ``S (n, m) -> P (n, m)``. Units: dimensionless; a row sums to 1, or to 0 if no key is allowed.
    Errors: as for softmax; ``ValueError`` unless ``alpha`` is a number above 1.
    Source: Martins & Astudillo 2016, arXiv:1602.02068; Peters, Niculae & Martins 2019, arXiv:1905.05702.

    >>> from sympy import MatrixSymbol
    >>> Entmax(MatrixSymbol("S", 2, 3), 2).alpha
    2
    """

    option_count = 1

    def __new__(cls, scores: Any, alpha: Any, *options: Any, allowed: Any = None) -> Self:
        alpha = sympify(alpha)
        if not isinstance(alpha, Rational) or alpha <= 1:
            raise ValueError(f"entmax takes a number above 1 as its alpha, found {alpha}")
        return super().__new__(cls, scores, alpha, *options, allowed=allowed)

    @property
    def alpha(self) -> Rational:
        return self.args[1]

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        steepness = self.alpha - 1
        symbol = indices.fresh()
        row = (symbol, S.Zero, self.shape[1] - 1)
        threshold = ThresholdOver(self.allowed_score(i, symbol, indices), row, self.alpha)
        above = added(multiplied(steepness, self.score(i, j, indices)), negated(threshold))
        weight = raised(RectifiedLinear.of_number(above), 1 / steepness)
        return self.where_allowed(i, j, weight, indices)
