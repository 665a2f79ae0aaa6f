"""Rules of sums: from left to right, signs in front of terms, what a sum does not run over out of it."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Mod, Ne, Transpose

from symattn.calculus.guards import together
from symattn.calculus.rule import Rule, Sample
from symattn.calculus.rules_of_units import same_shape
from symattn.nodes import (
    Arithmetic,
    Cases,
    ColumnMean,
    ColumnSum,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    IndexedMatrix,
    IndexSum,
    Member,
    Negation,
    RowMean,
    RowSum,
    index,
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


def _mean(node: Any) -> Any:
    """``rowsum(A) / m = rowmean(A)`` for ``m`` columns."""
    sums = node.left
    if type(sums) not in MEAN or is_matrix(node.right) or not same_size(node.right, sums.length):
        return None
    return MEAN[type(sums)](sums.argument)


MEAN = {RowSum: RowMean, ColumnSum: ColumnMean}


def _common_divisor(node: Any) -> Any:
    """``A / B + C / B = (A + C) / B``, where ``A`` or ``C`` has the whole shape."""
    left, right = node.args
    if not (isinstance(left, ElementwiseQuotient) and isinstance(right, ElementwiseQuotient)):
        return None
    if left.right != right.right or not (is_matrix(left.left) and is_matrix(right.left)):
        return None
    made = node.func(left.left, right.left)
    return ElementwiseQuotient(made, left.right) if same_shape(made.shape, node.shape) else None


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


def _one_by_entry(node: Any) -> Any:
    """Two matrices by entry, of which always one is 0, as one."""
    left, right = node.args
    if not (isinstance(left, IndexedMatrix) and isinstance(right, IndexedMatrix) and left.args[1:] == right.args[1:]):
        return None
    formula = together(left.formula, right.formula)
    return None if formula is None else IndexedMatrix(formula, *left.args[1:])


def _by_entry_cases() -> list[Any]:
    s, i, j = Sample(), index("i"), index("j")
    even = Eq(Mod(j, 2), 0, evaluate=False)
    left = IndexedMatrix(Cases.of(even, s.A[i, j]), i, j, s.n, s.m)
    right = IndexedMatrix(Cases.of(Ne(Mod(j, 2), 0, evaluate=False), s.B[i, j]), i, j, s.n, s.m)
    return [ElementwiseSum(left, right)]


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


def _mean_cases() -> list[Any]:
    s = Sample()
    return [ElementwiseQuotient(RowSum(s.A), s.m), ElementwiseQuotient(ColumnSum(s.A), s.n)]


def _divisor_cases() -> list[Any]:
    s = Sample()
    left, right = (ElementwiseQuotient(part, s.column) for part in (s.A, s.row))
    return [ElementwiseDifference(left, right), ElementwiseSum(left, ElementwiseQuotient(s.column, s.column))]


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
    Rule(
        "a mean",
        (ElementwiseQuotient,),
        _mean,
        lambda: [
            ElementwiseQuotient(RowSum(Sample().A), Sample().m),
            ElementwiseQuotient(ColumnSum(Sample().A), Sample().n),
        ],
    ),
    Rule("a common divisor", (ElementwiseSum, ElementwiseDifference), _common_divisor, _divisor_cases),
    Rule("one matrix by entry for two", (ElementwiseSum,), _one_by_entry, _by_entry_cases),
    Rule("one sum for two", (ElementwiseSum, ElementwiseDifference), _one_sum, _joined_cases),
    Rule("one sum for two behind a term", (ElementwiseSum,), _one_more_sum, _joined_more_cases),
    Rule(
        "a sum of equal terms",
        (IndexSum,),
        _constant_term,
        lambda: [IndexSum(Sample().A, Sample().index, Sample().count)],
    ),
)
