"""Softmax over the keys: each row of scores becomes a row of attention weights."""

from __future__ import annotations

from typing import Any

from sympy import Expr, exp

from symattn.nodes.base import Indices, Node, entry_of, matrix_argument
from symattn.nodes.written import applied, divided
from symattn.shapes import Shape


class Softmax(Node):
    """Row-wise softmax, ``P[i, j] = exp(S[i, j]) / sum_c exp(S[i, c])``.

    Shapes: ``S (n, m) -> P (n, m)``. Units: both dimensionless; a row of ``P`` sums to 1.
    Errors: ``TypeError`` unless ``S`` is a matrix.
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1.

    >>> from sympy import MatrixSymbol
    >>> Softmax(MatrixSymbol("S", 2, 3)).shape
    (2, 3)
    """

    def __new__(cls, scores: Any) -> Softmax:
        return super().__new__(cls, matrix_argument(scores, "Softmax"))

    @property
    def scores(self) -> Expr:
        return self.args[0]

    @property
    def shape(self) -> Shape:
        return tuple(self.scores.shape)

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        def weight(c: Expr) -> Expr:
            return applied(exp, entry_of(self.scores, i, c, indices))

        numerator = weight(j)
        return divided(numerator, indices.over(self.shape[1], weight))
