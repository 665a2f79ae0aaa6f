"""Rules of numbers: one factor in front, one divisor behind, one minus before all of it."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Mul, Number, Piecewise, Rational, S, fraction

from symattn.calculus.rule import Rule, Sample
from symattn.nodes import (
    Block,
    Column,
    ColumnMean,
    ColumnSum,
    Concatenation,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    IndexSum,
    MatrixProduct,
    Member,
    Negation,
    Row,
    RowMean,
    RowSum,
    is_matrix,
)
from symattn.nodes.written import multiplied

Peeled = tuple[tuple[Expr, ...], tuple[Expr, ...], Any]
"""Factors, divisors, and the matrix that they stand at."""


def peeled(value: Any) -> Peeled:
    """The scalar factors and divisors around a matrix, the outermost first, and the matrix.

    >>> s = Sample()
    >>> peeled(Negation(ElementwiseQuotient(ElementwiseProduct(s.scalar, s.A), s.other)))
    ((-1, c), (t,), A)
    """
    above: tuple[Expr, ...] = ()
    below: tuple[Expr, ...] = ()
    while True:
        if isinstance(value, Negation):
            above, value = (*above, S.NegativeOne), value.args[0]
        elif isinstance(value, ElementwiseProduct) and not is_matrix(value.left):
            above, value = (*above, value.left), value.right
        elif isinstance(value, ElementwiseProduct) and not is_matrix(value.right):
            above, value = (*above, value.right), value.left
        elif isinstance(value, ElementwiseQuotient) and not is_matrix(value.right) and is_matrix(value.left):
            below, value = (*below, value.right), value.left
        else:
            return above, below, value


def scaled(above: tuple[Expr, ...], below: tuple[Expr, ...], matrix: Any) -> Any:
    """The matrix with its factors taken together in front, its divisors behind, and the sign before both.

    >>> from symattn import code
    >>> s = Sample()
    >>> code(scaled((s.scalar, S(2)), (s.scalar,), s.A)), code(scaled((S(-1),), (s.n,), s.A))
    ('2 * A', '-(A / n)')
    """
    numerator, denominator = _together(above, below)
    negative = False
    coefficient = numerator.as_coeff_Mul()[0] if not isinstance(numerator, Piecewise) else S.One
    if isinstance(coefficient, Number) and coefficient.is_negative:
        negative, numerator = True, -numerator
    made = matrix
    if numerator is not S.One:
        made = ElementwiseProduct(numerator, made)
    if denominator is not S.One:
        made = ElementwiseQuotient(made, denominator)
    return Negation(made) if negative else made


def _together(above: tuple[Expr, ...], below: tuple[Expr, ...]) -> tuple[Expr, Expr]:
    if len(above) + len(below) > 1 and any(part.has(Piecewise) for part in (*above, *below)):
        return multiplied(*above), multiplied(*below)
    numerator = above[0] if len(above) == 1 else Mul(*above)
    denominator = below[0] if len(below) == 1 else Mul(*below)
    numbers = numerator.as_coeff_Mul()[0], denominator.as_coeff_Mul()[0]
    shared = denominator is not S.One and (
        numerator.free_symbols & denominator.free_symbols or all(number is not S.One for number in numbers)
    )
    if shared and numbers[0] is S.NegativeOne and not numerator.free_symbols & denominator.free_symbols:
        shared = False
    if shared:
        return fraction(numerator / denominator)
    if isinstance(numbers[0], Rational) and numbers[0].q != 1:
        return numerator * numbers[0].q, denominator * numbers[0].q
    return numerator, denominator


def _collected(node: Any) -> Any:
    """``c * (d * A) = (c * d) * A`` and its like."""
    above, below, matrix = peeled(node)
    if not (above or below):
        return None
    made = scaled(above, below, matrix)
    return made if made != node else None


def _from_factors(node: Any) -> Any:
    """``(c * A) @ (B / d) = c * (A @ B) / d``, and so for products entry by entry."""
    if not (is_matrix(node.left) and is_matrix(node.right)):
        return None
    above, below, left = peeled(node.left)
    more, under, right = peeled(node.right)
    if not (above or below or more or under):
        return None
    return scaled((*above, *more), (*below, *under), node.func(left, right))


def _from_numerator(node: Any) -> Any:
    if not (is_matrix(node.left) and is_matrix(node.right)):
        return None
    above, below, left = peeled(node.left)
    return scaled(above, below, ElementwiseQuotient(left, node.right)) if above or below else None


def _from_argument(node: Any) -> Any:
    """``rowsum(c * A) = c * rowsum(A)``, and so for whatever is linear in its first argument."""
    above, below, inside = peeled(node.args[0])
    bound = set(getattr(node, "bound_symbols", ()))
    if not (above or below) or (bound and any(part.free_symbols & bound for part in (*above, *below))):
        return None
    return scaled(above, below, node.func(inside, *node.args[1:]))


def _common(node: Any) -> Any:
    """``A / c + B / c = (A + B) / c``, and so for a common factor."""
    if not (is_matrix(node.left) and is_matrix(node.right)):
        return None
    above, below, left = peeled(node.left)
    more, under, right = peeled(node.right)
    divisor = below if below and below == under else ()
    factor = above if above and above == more else ()
    if not (divisor or factor):
        return None
    left = scaled(() if factor else above, () if divisor else below, left)
    right = scaled(() if factor else more, () if divisor else under, right)
    return scaled(factor, divisor, node.func(left, right))


def _cases() -> list[Any]:
    s = Sample()
    twice = ElementwiseProduct(s.other, ElementwiseProduct(s.scalar, s.A))
    return [
        twice,
        ElementwiseQuotient(ElementwiseQuotient(s.A, s.scalar), s.other),
        ElementwiseProduct(s.A, s.scalar),
        ElementwiseProduct(s.scalar, ElementwiseQuotient(s.A, s.scalar**2)),
        ElementwiseQuotient(Negation(s.A), s.scalar),
    ]


def _factor_cases() -> list[Any]:
    s = Sample()
    return [
        MatrixProduct(ElementwiseQuotient(s.A, s.scalar), s.right),
        MatrixProduct(s.A, Negation(s.right)),
        ElementwiseProduct(ElementwiseProduct(s.scalar, s.A), ElementwiseQuotient(s.B, s.other)),
    ]


def _linear_cases() -> list[Any]:
    s = Sample()
    inside = ElementwiseQuotient(s.A, s.scalar)
    return [
        *(kind(inside) for kind in (RowSum, ColumnSum, RowMean, ColumnMean)),
        *(kind(Negation(s.A), 1) for kind in (Row, Column)),
        Block(inside, 0, 1, 1, 2),
        *(kind(Negation(Member(s.family, s.index)), s.index, s.count) for kind in (IndexSum, Concatenation)),
    ]


def _common_cases() -> list[Any]:
    s = Sample()
    return [
        ElementwiseSum(ElementwiseQuotient(s.A, s.scalar), ElementwiseQuotient(s.B, s.scalar)),
        ElementwiseDifference(ElementwiseProduct(s.scalar, s.A), ElementwiseProduct(s.scalar, s.B)),
    ]


SCALAR_RULES: tuple[Rule, ...] = (
    Rule("scalars together", (Negation, ElementwiseProduct, ElementwiseQuotient), _collected, _cases),
    Rule("scalars out of a product", (MatrixProduct, ElementwiseProduct), _from_factors, _factor_cases),
    Rule(
        "scalars out of a numerator",
        (ElementwiseQuotient,),
        _from_numerator,
        lambda: [ElementwiseQuotient(ElementwiseProduct(Sample().scalar, Sample().A), Sample().B)],
    ),
    Rule(
        "scalars out of what is linear",
        (RowSum, ColumnSum, RowMean, ColumnMean, IndexSum, Concatenation, Block, Column, Row),
        _from_argument,
        _linear_cases,
    ),
    Rule("a common scalar", (ElementwiseSum, ElementwiseDifference), _common, _common_cases),
)
