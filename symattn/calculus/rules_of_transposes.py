"""Rules of transposes: they move inwards until they stand on names."""

from __future__ import annotations

from typing import Any

from sympy import Identity, MatrixSymbol, OneMatrix, Transpose, ZeroMatrix

from symattn.calculus.rule import Rule, Sample
from symattn.nodes import (
    Arithmetic,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    HorizontalStack,
    IndexSum,
    MatrixProduct,
    Member,
    Negation,
    VerticalStack,
    is_matrix,
)

PLAIN = (Transpose,)


def flipped(value: Any) -> Any:
    """The transpose of a matrix; a scalar as it is."""
    if not is_matrix(value):
        return value
    return value.arg if isinstance(value, Transpose) else Transpose(value)


def _twice(node: Any) -> Any:
    return node.arg.arg if isinstance(node.arg, Transpose) else None


def _single(node: Any) -> Any:
    """A matrix of one entry is its own transpose."""
    return node.arg if node.shape == (1, 1) else None


def _product(node: Any) -> Any:
    inside = node.arg
    return MatrixProduct(flipped(inside.right), flipped(inside.left)) if isinstance(inside, MatrixProduct) else None


def _entrywise(node: Any) -> Any:
    inside = node.arg
    if isinstance(inside, (Arithmetic, Negation)):
        return inside.func(*map(flipped, inside.args))
    return None


def _constant(node: Any) -> Any:
    inside = node.arg
    if isinstance(inside, (ZeroMatrix, OneMatrix)):
        return type(inside)(*reversed(inside.shape))
    return inside if isinstance(inside, Identity) else None


def _stack(node: Any) -> Any:
    inside = node.arg
    if type(inside) in (HorizontalStack, VerticalStack):
        other = VerticalStack if type(inside) is HorizontalStack else HorizontalStack
        return other(*map(flipped, inside.args))
    return None


def _sum(node: Any) -> Any:
    inside = node.arg
    if isinstance(inside, IndexSum):
        return IndexSum(flipped(inside.term), inside.symbol, inside.length)
    return None


def _entrywise_cases() -> list[Any]:
    s = Sample()
    values = [kind(s.A, s.B) for kind in (ElementwiseSum, ElementwiseDifference, ElementwiseProduct)]
    values += [ElementwiseQuotient(s.A, s.column), ElementwisePower(s.A, 2), Negation(s.A)]
    return [Transpose(value) for value in [*values, ElementwiseProduct(s.scalar, s.A)]]


def _stack_cases() -> list[Any]:
    s = Sample()
    return [Transpose(HorizontalStack(s.A, s.more)), Transpose(VerticalStack(s.A, s.below))]


def _sum_cases() -> list[Any]:
    s = Sample()
    return [Transpose(IndexSum(Member(s.family, s.index), s.index, s.count))]


TRANSPOSE_RULES: tuple[Rule, ...] = (
    Rule("the transpose of one entry", PLAIN, _single, lambda: [Transpose(MatrixSymbol("x", 1, 1))]),
    Rule("a transpose of a transpose", PLAIN, _twice, lambda: [Transpose(Transpose(Sample().A))]),
    Rule("the transpose of a product", PLAIN, _product, lambda: [Transpose(MatrixProduct(Sample().A, Sample().right))]),
    Rule("the transpose entry by entry", PLAIN, _entrywise, _entrywise_cases),
    Rule("the transpose of a constant", PLAIN, _constant, lambda: [Transpose(OneMatrix(2, 3))]),
    Rule("the transpose of a stack", PLAIN, _stack, _stack_cases),
    Rule("the transpose of a sum", PLAIN, _sum, _sum_cases),
)
