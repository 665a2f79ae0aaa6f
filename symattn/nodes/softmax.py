"""Softmax over the keys: each row of scores becomes a row of attention weights."""

from __future__ import annotations

from sympy import Expr, exp

from symattn.nodes.base import Indices
from symattn.nodes.normalising import OverAllowedKeys
from symattn.nodes.written import applied, divided


class Softmax(OverAllowedKeys):
    """Row-wise softmax over the allowed keys, ``P[i, j] = exp(S[i, j]) / sum_c exp(S[i, c])``.

    With a second argument the sum runs over the keys that it allows (its entries other than 0), and the weights of the
    others are 0; a row without allowed keys is a row of zeros.

    Shapes: ``S (n, m) -> P (n, m)``; the allowed set ``(n, m)``, or with a 1 that stretches. Units: both
    dimensionless; a row of ``P`` sums to 1, or to 0 if no key is allowed.
    Errors: ``TypeError`` unless ``S`` is a matrix, ``ShapeError`` for an allowed set that does not stretch to it.
    Source: Vaswani et al. 2017, arXiv:1706.03762, section 3.2.1.

    >>> from sympy import MatrixSymbol
    >>> Softmax(MatrixSymbol("S", 2, 3)).shape
    (2, 3)
    """

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        def weight(c: Expr) -> Expr:
            return self.where_allowed(i, c, applied(exp, self.score(i, c, indices)), indices)

        numerator = applied(exp, self.score(i, j, indices))
        quotient = divided(numerator, indices.over(self.shape[1], weight))
        return self.where_allowed(i, j, quotient, indices)
