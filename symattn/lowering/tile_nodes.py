"""What stands in the equations of one tile: powers of two, and scores of which only those of allowed keys count."""

from __future__ import annotations

from typing import Any

from sympy import Expr, MatrixExpr, S

from symattn.nodes import ElementwiseFunction, Indices, Node, entry_of
from symattn.nodes.written import raised
from symattn.shapes import Shape


class BinaryExponential(ElementwiseFunction):
    """``2**A``, entry by entry: the exponential that a processor computes fastest."""

    @staticmethod
    def of_number(x: Expr) -> Expr:
        return raised(S(2), x)


class OnlyAllowed(Node):
    """The scores, minus infinity where a key is not allowed."""

    def __new__(cls, scores: Any, allowed: MatrixExpr) -> OnlyAllowed:
        return super().__new__(cls, scores, allowed)

    scores = property(lambda self: self.args[0])
    allowed = property(lambda self: self.args[1])

    @property
    def shape(self) -> Shape:
        return tuple(self.scores.shape)

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return entry_of(self.scores, i, j, indices)
