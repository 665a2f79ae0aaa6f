"""Attention as one node of a program: what stands there where kernels compute scores, weights and products at once."""

from __future__ import annotations

from typing import Any

from sympy import Basic, MatrixExpr, sympify
from sympy.logic.boolalg import BooleanTrue

from symattn.shapes import Shape


class KernelProduct(MatrixExpr):
    """``softmax(scale * query @ key.T + biases, where=allowed) @ value`` as one call of torch's kernel.

    It stands in programs alone. ``allowed`` is ``True`` where every key is.
    """

    def __new__(cls, query: Any, key: Any, value: Any, scale: Any, allowed: Any, *biases: Any) -> KernelProduct:
        return Basic.__new__(cls, *map(sympify, (query, key, value, scale, allowed, *biases)))

    query = property(lambda self: self.args[0])
    key = property(lambda self: self.args[1])
    value = property(lambda self: self.args[2])
    scale = property(lambda self: self.args[3])
    allowed = property(lambda self: None if isinstance(self.args[4], BooleanTrue) else self.args[4])
    biases = property(lambda self: self.args[5:])

    @property
    def shape(self) -> Shape:
        return self.query.shape[0], self.value.shape[1]


class FlexProduct(MatrixExpr):
    """``softmax(scores, where=allowed) @ value`` as one call of ``flex_attention``.

    It stands in programs alone. ``scores`` is a formula of ``score = scale * query @ key.T``, entry by entry.
    """

    def __new__(
        cls, query: Any, key: Any, value: Any, scale: Any, allowed: Any, score: Any, scores: Any
    ) -> FlexProduct:
        return Basic.__new__(cls, *map(sympify, (query, key, value, scale, allowed, score, scores)))

    query = property(lambda self: self.args[0])
    key = property(lambda self: self.args[1])
    value = property(lambda self: self.args[2])
    scale = property(lambda self: self.args[3])
    allowed = property(lambda self: None if isinstance(self.args[4], BooleanTrue) else self.args[4])
    score = property(lambda self: self.args[5])
    scores = property(lambda self: self.args[6])

    @property
    def shape(self) -> Shape:
        return self.query.shape[0], self.value.shape[1]
