"""Rules of nothing and of one: zeros, ones, what is undone at once."""

from __future__ import annotations

from typing import Any

from sympy import Identity, OneMatrix, S, Transpose, ZeroMatrix

from symattn.calculus.rule import Rule, Sample
from symattn.nodes import (
    Block,
    ColumnMean,
    ColumnSum,
    Concatenation,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    IndexSum,
    MatrixProduct,
    Negation,
    RowMean,
    RowSum,
    is_matrix,
    shape_of,
)
from symattn.shapes import Shape, same_size


def is_zero(value: Any) -> bool:
    return value is S.Zero or isinstance(value, ZeroMatrix)


def same_shape(left: Shape, right: Shape) -> bool:
    return len(left) == len(right) and all(same_size(a, b) for a, b in zip(left, right, strict=True))


def _zero_term(node: Any) -> Any:
    """``A + 0 = A`` where that leaves the shape as it is."""
    left, right = node.args
    if is_zero(right) and is_matrix(left) and same_shape(left.shape, node.shape):
        return left
    if is_zero(left) and is_matrix(right) and same_shape(right.shape, node.shape):
        return Negation(right) if isinstance(node, ElementwiseDifference) else right
    return None


def _zero_factor(node: Any) -> Any:
    return ZeroMatrix(*node.shape) if any(is_zero(part) for part in node.args[:2]) else None


def _zero_divided(node: Any) -> Any:
    return ZeroMatrix(*node.shape) if is_zero(node.left) else None


def _of_zero(node: Any) -> Any:
    return ZeroMatrix(*node.shape) if is_zero(node.args[0]) else None


def _one_factor(node: Any) -> Any:
    for one, other in (node.args, node.args[::-1]):
        plain = one is S.One or isinstance(one, OneMatrix)
        if plain and is_matrix(other) and same_shape(shape_of(other), node.shape):
            return other
    return None


def _one_below(node: Any) -> Any:
    if node.right is S.One:
        return node.left
    if isinstance(node.right, OneMatrix) and is_matrix(node.left) and same_shape(node.left.shape, node.shape):
        return node.left
    return None


def _first_power(node: Any) -> Any:
    return node.left if node.right is S.One else None


def _twice_negative(node: Any) -> Any:
    return node.args[0].args[0] if isinstance(node.args[0], Negation) else None


def _times_identity(node: Any) -> Any:
    if isinstance(node.left, Identity):
        return node.right
    return node.left if isinstance(node.right, Identity) else None


def _alone(node: Any) -> Any:
    """The sum, or the mean, of a single entry is that entry."""
    return node.argument if node.length == 1 else None


def _over_one_value(node: Any) -> Any:
    return node.term if node.length == 1 and not node.term.has(node.symbol) else None


def _whole_block(node: Any) -> Any:
    return node.matrix if node.takes_all_rows and node.takes_all_columns else None


def _zero_cases() -> list[Any]:
    s = Sample()
    zero = ZeroMatrix(s.n, s.m)
    kinds = (ElementwiseSum, ElementwiseDifference)
    return [kind(*pair) for kind in kinds for pair in ((s.A, zero), (zero, s.A))]


def _one_cases() -> list[Any]:
    s = Sample()
    ones = OneMatrix(s.n, s.m)
    return [ElementwiseProduct(1, s.A), ElementwiseProduct(s.A, ones), ElementwiseProduct(ones, s.A)]


def _zero_factor_cases() -> list[Any]:
    s = Sample()
    zero = ZeroMatrix(s.n, s.m)
    return [ElementwiseProduct(0, s.A), ElementwiseProduct(zero, s.A), MatrixProduct(zero, s.right)]


def _of_zero_cases() -> list[Any]:
    s = Sample()
    zero = ZeroMatrix(s.n, s.m)
    return [Negation(zero), RowSum(zero), ColumnSum(zero), Transpose(zero), IndexSum(zero, s.index, s.count)]


UNIT_RULES: tuple[Rule, ...] = (
    Rule("a zero term", (ElementwiseSum, ElementwiseDifference), _zero_term, _zero_cases),
    Rule("a zero factor", (ElementwiseProduct, MatrixProduct), _zero_factor, _zero_factor_cases),
    Rule("zero divided", (ElementwiseQuotient,), _zero_divided, lambda: [ElementwiseQuotient(ZeroMatrix(2, 3), 5)]),
    Rule(
        "of zero",
        (Negation, RowSum, ColumnSum, RowMean, ColumnMean, Transpose, IndexSum, Concatenation, Block),
        _of_zero,
        _of_zero_cases,
    ),
    Rule("a factor of one", (ElementwiseProduct,), _one_factor, _one_cases),
    Rule("a divisor of one", (ElementwiseQuotient,), _one_below, lambda: [ElementwiseQuotient(Sample().A, 1)]),
    Rule("the first power", (ElementwisePower,), _first_power, lambda: [ElementwisePower(Sample().A, 1)]),
    Rule("the negative of a negative", (Negation,), _twice_negative, lambda: [Negation(Negation(Sample().A))]),
    Rule(
        "a factor that is the identity",
        (MatrixProduct,),
        _times_identity,
        lambda: [MatrixProduct(Identity(Sample().n), Sample().A), MatrixProduct(Sample().A, Identity(Sample().m))],
    ),
    Rule(
        "the sum of one entry",
        (RowSum, ColumnSum, RowMean, ColumnMean),
        _alone,
        lambda: [RowSum(Sample().column), ColumnSum(Sample().row), RowMean(Sample().column)],
    ),
    Rule(
        "a sum over one value",
        (IndexSum, Concatenation),
        _over_one_value,
        lambda: [IndexSum(Sample().A, Sample().index, 1)],
    ),
    Rule("the whole as a block", (Block,), _whole_block, lambda: [Block(Sample().A, 0, 0, Sample().n, Sample().m)]),
)
