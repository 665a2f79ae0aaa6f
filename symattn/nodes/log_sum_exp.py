"""The logarithm of softmax's denominator."""

from __future__ import annotations

from functools import cached_property

from sympy import Expr, S, exp, log

from symattn.nodes.base import ONE, Indices
from symattn.nodes.normalising import OverAllowedKeys
from symattn.nodes.written import applied
from symattn.shapes import Shape


class LogSumExp(OverAllowedKeys):
    """``lse(S)[i] = log(sum_r exp(S[i, r]))`` over the allowed keys; -infinity for a row without any.

    Shapes: ``S (n, m) -> (n, 1)``. Units: those of the scores, dimensionless.
    Errors: as for softmax.

    >>> from sympy import MatrixSymbol
    >>> LogSumExp(MatrixSymbol("S", 1, 2))[0, 0].doit()
    log(exp(S[0, 0]) + exp(S[0, 1]))
    """

    over_rows = True

    @property
    def argument(self) -> Expr:
        return self.scores

    @cached_property
    def shape(self) -> Shape:
        return self.scores.shape[0], ONE

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        def term(r: Expr) -> Expr:
            return self.where_allowed(i, r, applied(exp, self.score(i, r, indices)), indices)

        total = indices.over(self.scores.shape[1], term)
        return S.NegativeInfinity if total is S.Zero else applied(log, total)
