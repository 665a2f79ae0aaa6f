"""Softmax over the keys: each row of scores becomes a row of attention weights."""

from __future__ import annotations

from typing import Any

from sympy import Expr, MatrixExpr, Piecewise, S, exp

from symattn.errors import ShapeError
from symattn.nodes.allowed import condition_at
from symattn.nodes.base import Indices, Node, entry_of, matrix_argument, shape_of
from symattn.nodes.written import applied, divided
from symattn.shapes import Shape, broadcast, show


class Softmax(Node):
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

    def __new__(cls, scores: Any, allowed: Any = None) -> Softmax:
        scores = matrix_argument(scores, "Softmax")
        if allowed is None:
            return super().__new__(cls, scores)
        allowed = matrix_argument(allowed, "Softmax")
        if broadcast(shape_of(allowed), shape_of(scores)) != shape_of(scores):
            asked, found = show(scores.shape), show(allowed.shape)
            raise ShapeError(f"an allowed set of shape {found} does not stretch to scores of shape {asked}.")
        return super().__new__(cls, scores, allowed)

    @property
    def scores(self) -> Expr:
        return self.args[0]

    @property
    def allowed(self) -> MatrixExpr | None:
        """The allowed set; ``None`` where every key is allowed."""
        return self.args[1] if len(self.args) == 2 else None

    @property
    def shape(self) -> Shape:
        return tuple(self.scores.shape)

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        allowed = self.allowed

        def weight(c: Expr) -> Expr:
            exponential = applied(exp, entry_of(self.scores, i, c, indices))
            return exponential if allowed is None else where(condition_at(allowed, i, c, indices), exponential)

        if allowed is None:
            numerator = weight(j)
            return divided(numerator, indices.over(self.shape[1], weight))
        numerator = applied(exp, entry_of(self.scores, i, j, indices))
        quotient = divided(numerator, indices.over(self.shape[1], weight))
        return where(condition_at(allowed, i, j, indices), quotient)


def where(condition: Any, value: Expr) -> Expr:
    """The value where the condition holds, else 0.

    Left as it is: in evaluating it SymPy turns relations round, and never comes back from some (``n <= i + j > i``).

    >>> where(S.true, S.One), where(S.false, S.One)
    (1, 0)
    """
    if condition is S.true or condition is S.false:
        return value if condition is S.true else S.Zero
    return Piecewise((value, condition), (S.Zero, True), evaluate=False)
