"""Hard maximum: all the weight on the largest score, shared equally where several are largest."""

from __future__ import annotations

from sympy import Eq, Expr, S

from symattn.nodes.base import Indices
from symattn.nodes.cases import Cases
from symattn.nodes.normalising import OverAllowedKeys
from symattn.nodes.reductions import LargestOver, largest
from symattn.nodes.written import divided


class Hardmax(OverAllowedKeys):
    """Uniform weights on the largest allowed scores of each row, the limit of ``softmax(S / T)`` as ``T`` falls to 0.

    Shapes: ``S (n, m) -> P (n, m)``. Units: dimensionless; a row sums to 1, or to 0 if no key is allowed. It is
    constant wherever it is differentiable: its gradient is 0.
    Errors: as for softmax.

    >>> from sympy import MatrixSymbol
    >>> Hardmax(MatrixSymbol("S", 2, 3)).shape
    (2, 3)
    """

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        length = self.shape[1]

        def is_top(c: Expr) -> Expr:
            top = indices.over(length, lambda c: self.allowed_score(i, c, indices), kind=LargestOver, joined=largest)
            return Cases.of(Eq(self.score(i, c, indices), top, evaluate=False), S.One)

        total = indices.over(length, lambda c: self.where_allowed(i, c, is_top(c), indices))
        return self.where_allowed(i, j, divided(is_top(j), total), indices)
