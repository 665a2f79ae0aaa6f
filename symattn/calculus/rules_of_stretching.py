"""Rules of columns and rows that stretch over a whole matrix, written as a factor of ones."""

from __future__ import annotations

from typing import Any

from sympy import OneMatrix, Transpose

from symattn.calculus.rule import Rule, Sample
from symattn.calculus.rules_of_scalars import peeled, scaled
from symattn.calculus.rules_of_units import same_shape
from symattn.nodes import (
    ColumnSum,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    MatrixProduct,
    RowSum,
    is_matrix,
)


def _sum_of_ones(node: Any) -> Any:
    if not isinstance(node.argument, OneMatrix):
        return None
    return ElementwiseProduct(node.length, OneMatrix(*node.shape))


def stretch(value: Any) -> Any:
    """What is stretched by a factor of ones; nothing for any other value."""
    if isinstance(value, ElementwiseProduct):
        for ones, other in (value.args, value.args[::-1]):
            if isinstance(ones, OneMatrix) and is_matrix(other):
                return other
    return None


def _stretched_multiple(value: Any) -> Any:
    """The same for a multiple of it."""
    above, below, matrix = peeled(value)
    narrow = stretch(matrix)
    return None if narrow is None else scaled(above, below, narrow)


def _needs_no_stretching(node: Any) -> Any:
    """``A + u * ones(n, m) = A + u``, where ``A`` has that shape itself."""
    for place, (one, other) in enumerate((node.args, node.args[::-1])):
        narrow = _stretched_multiple(one)
        if narrow is not None and is_matrix(other) and same_shape(other.shape, node.shape):
            return node.func(narrow, other) if place == 0 else node.func(other, narrow)
    return None


def _stretched_factor(node: Any) -> Any:
    """``(u * ones(n, m)) @ B = u @ colsum(B)``, and its like for rows and for the other factor."""
    narrow = stretch(node.left)
    if narrow is not None:
        if narrow.shape[1] == 1:
            return MatrixProduct(narrow, ColumnSum(node.right))
        return ElementwiseProduct(MatrixProduct(narrow, node.right), OneMatrix(*node.shape))
    narrow = stretch(node.right)
    if narrow is None:
        return None
    if narrow.shape[0] == 1:
        return MatrixProduct(RowSum(node.left), narrow)
    return ElementwiseProduct(MatrixProduct(node.left, narrow), OneMatrix(*node.shape))


def _stretched_cases() -> list[Any]:
    s = Sample()
    wide = ElementwiseProduct(s.column, OneMatrix(s.n, s.m))
    kinds = (ElementwiseSum, ElementwiseDifference, ElementwiseProduct, ElementwiseQuotient)
    return [kind(*pair) for kind in kinds for pair in ((s.A, wide), (wide, s.A))]


def _stretched_factor_cases() -> list[Any]:
    s = Sample()
    column, row = (ElementwiseProduct(part, OneMatrix(s.n, s.m)) for part in (s.column, s.row))
    return [MatrixProduct(wide, s.right) for wide in (column, row)] + [
        MatrixProduct(Transpose(s.B), wide) for wide in (column, row)
    ]


STRETCHING_RULES: tuple[Rule, ...] = (
    Rule("a sum of ones", (RowSum, ColumnSum), _sum_of_ones, lambda: [RowSum(OneMatrix(2, 3))]),
    Rule(
        "no stretching beside a matrix",
        (ElementwiseSum, ElementwiseDifference, ElementwiseProduct, ElementwiseQuotient),
        _needs_no_stretching,
        _stretched_cases,
    ),
    Rule("a stretched factor", (MatrixProduct,), _stretched_factor, _stretched_factor_cases),
)
