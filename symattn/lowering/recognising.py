"""Scaled dot-product attention found in a formula: its queries, keys and values, and what happens to its scores.

A product ``P @ V`` of the weights of a softmax whose scores are a function of ``q kᵀ``, entry by entry, is what fused
kernels compute; anything else is none of it, and the reason says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Expr, MatrixExpr, MatrixSymbol, S, Transpose

from symattn.lowering.rewriting import rebuilt
from symattn.nodes import (
    Arithmetic,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    MatrixProduct,
    Negation,
    Softmax,
    Value,
    is_matrix,
)
from symattn.shapes import same_size

Definition = Callable[[Value], Value]
"""The formula that a name stands for, or the value itself."""

OTHER_SCORES = "its scores are no function of products of queries and keys, entry by entry"


class NotFused(Exception):
    """Why a product is not the attention that kernels compute."""


@dataclass(frozen=True)
class Scores:
    """``formula``, entry by entry, of ``score = scale * query @ key.T``."""

    query: MatrixExpr
    key: MatrixExpr
    score: MatrixSymbol
    scale: Expr
    formula: MatrixExpr

    @property
    def are_products(self) -> bool:
        """Whether nothing happens to the scaled products."""
        return self.formula == self.score


@dataclass(frozen=True)
class Attention:
    """``softmax(scores, where=allowed) @ value``; ``transposed``: the product is ``value.T @ weights.T``."""

    scores: Scores
    value: MatrixExpr
    allowed: MatrixExpr | None
    transposed: bool = False

    def linear(self) -> tuple[Expr, tuple[MatrixExpr, ...]] | None:
        """A scale and what is added to the scaled scores, where nothing else happens to them.

        A number that is added to all scores is left out: softmax does not see it.
        """
        found = _linear(self.scores.formula, self.scores.score)
        return found and (self.scores.scale * found[0], found[1])


def recognised(product: Value, definition: Definition, score: str) -> Attention:
    """The attention that a product of weights and values is; ``score`` is a name for the scaled products.

    Errors: ``NotFused`` with the reason.
    """
    if not isinstance(product, MatrixProduct):
        raise NotFused("it is no product of weights and values")
    left, right = product.args
    transposed = not isinstance(definition(left), Softmax) and isinstance(right, Transpose)
    if transposed:
        left, right = right.arg, flipped(left)
    weights = definition(left)
    if not isinstance(weights, Softmax):
        raise NotFused("its weights are not those of a softmax")
    return Attention(_Reader(definition, score).scores(weights.scores), right, weights.allowed, transposed)


def flipped(matrix: MatrixExpr) -> MatrixExpr:
    """The transpose; of a transpose, what it is of."""
    return matrix.arg if isinstance(matrix, Transpose) else Transpose(matrix)


class _Reader:
    """Takes scores apart down to the product of queries and keys."""

    def __init__(self, definition: Definition, score: str) -> None:
        self._definition = definition
        self._name = score

    def scores(self, value: Value) -> Scores:
        value = self._definition(value)
        if isinstance(value, MatrixProduct):
            return self._product(value)
        if isinstance(value, Negation):
            inner = self.scores(value.args[0])
            return self._scaled(inner, S.NegativeOne, Negation(inner.formula))
        if isinstance(value, ElementwiseFunction):
            inner = self.scores(value.argument)
            return replace(inner, formula=rebuilt(value, (inner.formula,)))
        if isinstance(value, Arithmetic):
            return self._arithmetic(value)
        raise NotFused(OTHER_SCORES)

    def _product(self, value: MatrixProduct) -> Scores:
        """Queries and keys; a number that was put on one of them goes back to the scores."""
        factor: Expr = S.One
        sides: list[MatrixExpr] = []
        for side in (value.left, flipped(value.right)):
            while isinstance(side, (ElementwiseQuotient, ElementwiseProduct)) and not is_matrix(side.right):
                factor = factor / side.right if isinstance(side, ElementwiseQuotient) else factor * side.right
                side = side.left
            sides.append(side)
        score = MatrixSymbol(self._name, *value.shape)
        return Scores(sides[0], sides[1], score, factor, score)

    def _arithmetic(self, value: Arithmetic) -> Scores:
        for place, side in enumerate(value.args):
            if not is_matrix(side):
                continue
            try:
                inner = self.scores(side)
            except NotFused:
                continue
            if not all(map(same_size, value.shape, side.shape)):
                raise NotFused("its scores are stretched by what they are combined with")
            other = value.args[1 - place]
            if isinstance(value, ElementwiseProduct) or (isinstance(value, ElementwiseQuotient) and place == 0):
                return self._multiplied(inner, value, other)
            return replace(inner, formula=_with(value, place, inner.formula))
        raise NotFused(OTHER_SCORES)

    def _multiplied(self, inner: Scores, value: Arithmetic, other: Value) -> Scores:
        """A factor of all scores, of each row or of each column goes to the queries and keys where it can."""
        divides = isinstance(value, ElementwiseQuotient)
        kind = ElementwiseQuotient if divides else ElementwiseProduct
        whole = kind(inner.formula, other)
        if not is_matrix(other):
            return self._scaled(inner, 1 / other if divides else other, whole)
        if inner.are_products:
            defined = self._definition(other)
            if other.shape[1] == 1:
                return replace(inner, query=kind(inner.query, other))
            if other.shape[0] == 1:
                return replace(inner, key=kind(inner.key, flipped(other)))
            if isinstance(defined, MatrixProduct) and defined.left.shape[1] == 1:
                query, key = kind(inner.query, defined.left), kind(inner.key, flipped(defined.right))
                return replace(inner, query=query, key=key)
        return replace(inner, formula=whole)

    @staticmethod
    def _scaled(inner: Scores, factor: Expr, whole: MatrixExpr) -> Scores:
        if inner.are_products:
            return replace(inner, scale=inner.scale * factor)
        return replace(inner, formula=whole)


def _with(value: Arithmetic, place: int, part: MatrixExpr) -> MatrixExpr:
    arguments = list(value.args)
    arguments[place] = part
    return rebuilt(value, tuple(arguments))


def _linear(value: Value, score: MatrixSymbol) -> tuple[Expr, tuple[MatrixExpr, ...]] | None:
    if value == score:
        return S.One, ()
    if isinstance(value, Negation):
        return _times(_linear(value.args[0], score), Negation, S.NegativeOne)
    if not isinstance(value, Arithmetic):
        return None
    first = value.left.has(score)
    inside, other = (value.left, value.right) if first else (value.right, value.left)
    found = _linear(inside, score)
    if found is None:
        return None
    if isinstance(value, (ElementwiseSum, ElementwiseDifference)):
        minus = isinstance(value, ElementwiseDifference)
        if minus and not first:
            found = _times(found, Negation, S.NegativeOne)
            assert found is not None
        if is_matrix(other):
            found = found[0], (*found[1], Negation(other) if minus and first else other)
        return found
    if is_matrix(other) or not (first or isinstance(value, ElementwiseProduct)):
        return None
    if isinstance(value, ElementwiseProduct):
        return _times(found, lambda bias: ElementwiseProduct(bias, other), other)
    if isinstance(value, ElementwiseQuotient):
        return _times(found, lambda bias: ElementwiseQuotient(bias, other), 1 / other)
    return None


def _times(
    found: tuple[Expr, tuple[MatrixExpr, ...]] | None, change: Callable[[MatrixExpr], MatrixExpr], factor: Expr
) -> tuple[Expr, tuple[MatrixExpr, ...]] | None:
    return found and (found[0] * factor, tuple(change(bias) for bias in found[1]))
