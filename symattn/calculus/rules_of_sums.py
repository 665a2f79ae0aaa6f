"""Rules of sums: from left to right, signs in front of terms, what a sum does not run over out of it."""

from __future__ import annotations

from typing import Any

from sympy import OneMatrix, Transpose

from symattn.calculus.rule import Rule, Sample
from symattn.calculus.rules_of_units import same_shape
from symattn.nodes import (
    Arithmetic,
    ColumnSum,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    IndexSum,
    MatrixProduct,
    Member,
    Negation,
    RowSum,
    is_matrix,
)
from symattn.nodes.cases import put_in
from symattn.shapes import same_size


def _plus_minus(node: Any) -> Any:
    """``A + -B = A - B`` and ``-A + B = B - A``."""
    if isinstance(node.right, Negation):
        return ElementwiseDifference(node.left, node.right.args[0])
    return ElementwiseDifference(node.right, node.left.args[0]) if isinstance(node.left, Negation) else None


def _minus_minus(node: Any) -> Any:
    """``A - -B = A + B`` and ``-A - B = -(A + B)``."""
    if isinstance(node.right, Negation):
        return ElementwiseSum(node.left, node.right.args[0])
    return Negation(ElementwiseSum(node.left.args[0], node.right)) if isinstance(node.left, Negation) else None


OPPOSITE = {ElementwiseSum: ElementwiseDifference, ElementwiseDifference: ElementwiseSum}


def _left_to_right(node: Any) -> Any:
    """``A + (B - C) = A + B - C`` and ``A - (B + C) = A - B - C``."""
    inner = node.right
    if type(inner) not in OPPOSITE or not is_matrix(inner.left):
        return None
    outer = type(inner) if isinstance(node, ElementwiseSum) else OPPOSITE[type(inner)]
    return outer(node.func(node.left, inner.left), inner.right)


def _square(node: Any) -> Any:
    return ElementwisePower(node.left, 2) if node.left == node.right else None


def _is_constant(value: Any, over_rows: bool) -> bool:
    """Whether a matrix has one value along what is summed over."""
    return is_matrix(value) and bool(value.shape[1 if over_rows else 0] == 1)


def _constant_out(node: Any) -> Any:
    """``rowsum(u * A) = u * rowsum(A)`` for a column ``u``; ``rowsum(A / u) = rowsum(A) / u``."""
    inside, over_rows = node.argument, node.over_rows
    if isinstance(inside, ElementwiseQuotient) and _is_constant(inside.right, over_rows) and is_matrix(inside.left):
        return ElementwiseQuotient(type(node)(inside.left), inside.right)
    if isinstance(inside, ElementwiseProduct):
        for factor, other in (inside.args, inside.args[::-1]):
            if _is_constant(factor, over_rows) and is_matrix(other):
                return ElementwiseProduct(factor, type(node)(other))
    return None


def _sum_of_ones(node: Any) -> Any:
    if not isinstance(node.argument, OneMatrix):
        return None
    return ElementwiseProduct(node.length, OneMatrix(*node.shape))


def _turned(value: Any) -> Any:
    """A value whose transpose this is, if it is made of transposes; else nothing."""
    if isinstance(value, Transpose):
        return value.arg
    if not isinstance(value, (Arithmetic, Negation)):
        return None
    parts = [_turned(part) if is_matrix(part) else part for part in value.args]
    return None if any(part is None for part in parts) else value.func(*parts)


def _sum_of_transposed(node: Any) -> Any:
    """``rowsum(A.T) = colsum(A).T``."""
    inside = _turned(node.argument)
    if inside is None:
        return None
    return Transpose((ColumnSum if node.over_rows else RowSum)(inside))


def stretch(value: Any) -> Any:
    """What is stretched by a factor of ones; nothing for any other value."""
    if isinstance(value, ElementwiseProduct):
        for ones, other in (value.args, value.args[::-1]):
            if isinstance(ones, OneMatrix) and is_matrix(other):
                return other
    return None


def _needs_no_stretching(node: Any) -> Any:
    """``A + u * ones(n, m) = A + u``, where ``A`` has that shape itself."""
    for place, (one, other) in enumerate((node.args, node.args[::-1])):
        narrow = stretch(one)
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


def _one_sum(node: Any) -> Any:
    """``sum(h, A) + sum(h, B) = sum(h, A + B)``."""
    left, right = node.args
    if not (isinstance(left, IndexSum) and isinstance(right, IndexSum) and same_size(left.length, right.length)):
        return None
    if not same_shape(left.shape, right.shape):
        return None
    term = right.term
    if left.symbol != right.symbol:
        if term.has(left.symbol):
            return None
        term = put_in(term, {right.symbol: left.symbol})
    return IndexSum(node.func(left.term, term), left.symbol, left.length)


def _one_more_sum(node: Any) -> Any:
    """``A + sum(h, B) + sum(h, C) = A + sum(h, B + C)``."""
    if not (isinstance(node.left, ElementwiseSum) and isinstance(node.right, IndexSum)):
        return None
    if not isinstance(node.left.right, IndexSum):
        return None
    joined = _one_sum(node.func(node.left.right, node.right))
    return None if joined is None else ElementwiseSum(node.left.left, joined)


def _constant_term(node: Any) -> Any:
    """``sum(h, A) = H * A`` where ``A`` does not depend on ``h``."""
    return None if node.term.has(node.symbol) else ElementwiseProduct(node.length, node.term)


def _sign_cases() -> list[Any]:
    s = Sample()
    return [ElementwiseSum(s.A, Negation(s.B)), ElementwiseSum(Negation(s.A), s.B)]


def _minus_cases() -> list[Any]:
    s = Sample()
    return [ElementwiseDifference(s.A, Negation(s.B)), ElementwiseDifference(Negation(s.A), s.B)]


def _flat_cases() -> list[Any]:
    s = Sample()
    kinds = (ElementwiseSum, ElementwiseDifference)
    return [outer(s.A, inner(s.B, s.C)) for outer in kinds for inner in kinds]


def _constant_cases() -> list[Any]:
    s = Sample()
    return [
        RowSum(ElementwiseProduct(s.column, s.A)),
        RowSum(ElementwiseQuotient(s.A, s.column)),
        ColumnSum(ElementwiseProduct(s.A, s.row)),
    ]


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


def _transposed_cases() -> list[Any]:
    s = Sample()
    both = ElementwiseProduct(Transpose(s.A), Transpose(s.B))
    return [RowSum(Transpose(s.A)), ColumnSum(Transpose(s.A)), RowSum(both)]


def _joined_cases() -> list[Any]:
    s = Sample()
    left = IndexSum(Member(s.family, s.index), s.index, s.count)
    right = IndexSum(Member(s.others, s.index), s.index, s.count)
    return [ElementwiseSum(left, right), ElementwiseDifference(left, right)]


def _joined_more_cases() -> list[Any]:
    s, (both, _) = Sample(), _joined_cases()
    return [ElementwiseSum(ElementwiseSum(s.A, both.left), both.right)]


SUM_RULES: tuple[Rule, ...] = (
    Rule("plus minus", (ElementwiseSum,), _plus_minus, _sign_cases),
    Rule("minus minus", (ElementwiseDifference,), _minus_minus, _minus_cases),
    Rule("sums from left to right", (ElementwiseSum, ElementwiseDifference), _left_to_right, _flat_cases),
    Rule("a square", (ElementwiseProduct,), _square, lambda: [ElementwiseProduct(Sample().A, Sample().A)]),
    Rule("a sum of transposes", (RowSum, ColumnSum), _sum_of_transposed, _transposed_cases),
    Rule("a constant out of a sum", (RowSum, ColumnSum), _constant_out, _constant_cases),
    Rule("a sum of ones", (RowSum, ColumnSum), _sum_of_ones, lambda: [RowSum(OneMatrix(2, 3))]),
    Rule(
        "no stretching beside a matrix",
        (ElementwiseSum, ElementwiseDifference, ElementwiseProduct, ElementwiseQuotient),
        _needs_no_stretching,
        _stretched_cases,
    ),
    Rule("a stretched factor", (MatrixProduct,), _stretched_factor, _stretched_factor_cases),
    Rule("one sum for two", (ElementwiseSum, ElementwiseDifference), _one_sum, _joined_cases),
    Rule("one sum for two behind a term", (ElementwiseSum,), _one_more_sum, _joined_more_cases),
    Rule(
        "a sum of equal terms",
        (IndexSum,),
        _constant_term,
        lambda: [IndexSum(Sample().A, Sample().index, Sample().count)],
    ),
)
