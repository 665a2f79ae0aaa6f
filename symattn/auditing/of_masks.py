"""Mistakes about allowed sets: inverted, misaligned, applied at the wrong place or as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Abs, Ge, Gt, Integer, Le, Lt, S, Transpose
from sympy.core.relational import Relational

from symattn.auditing.of_scales import capped
from symattn.auditing.rewriting import Surroundings
from symattn.nodes import (
    Cases,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseSum,
    IndexCondition,
    IndexedMatrix,
    Indices,
    Intersection,
    OverAllowedKeys,
    RowMax,
    Softmax,
    index,
)
from symattn.nodes.allowed import condition_at
from symattn.nodes.cases import put_in
from symattn.shapes import Shape

ROW, COLUMN = index("i"), index("j")

LARGE = Integer(10) ** 9
"""What many take for infinity."""


def indicator(allowed: Any, shape: Shape) -> Any:
    """An allowed set as a matrix of 0 and 1 that has the shape of the scores."""
    return _by_condition(allowed, shape, S.One, S.Zero)


def complement(allowed: Any, shape: Shape) -> Any:
    """The set of the keys that are not allowed, as a matrix of 0 and 1."""
    return _by_condition(allowed, shape, S.Zero, S.One)


def _by_condition(allowed: Any, shape: Shape, inside: Any, outside: Any) -> Any:
    condition = condition_at(allowed, ROW, COLUMN, Indices(avoid=(allowed, ROW, COLUMN)))
    return IndexedMatrix(Cases.of(condition, inside, outside), ROW, COLUMN, *shape)


def transposed_set(allowed: Any) -> Any:
    """An allowed set with queries and keys exchanged."""
    if isinstance(allowed, IndexCondition):
        rows, columns = allowed.shape
        return IndexCondition(allowed.condition, allowed.column, allowed.row, columns, rows)
    if isinstance(allowed, Intersection):
        return Intersection(*map(transposed_set, allowed.args))
    return Transpose(allowed)


def masked(part: Any) -> bool:
    """Whether a part takes scores over an allowed set."""
    return isinstance(part, OverAllowedKeys) and part.allowed is not None


def with_set(part: Any, allowed: Any, scores: Any = None) -> Any:
    """The same weights over another set, ``None`` for all keys, of other scores if some are given."""
    return type(part)(part.scores if scores is None else scores, *part.options, allowed=allowed)


def left_out(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S, where=M)`` becomes ``softmax(S)``; of an intersection also one side alone is left."""
    if masked(part):
        yield with_set(part, None)
        if isinstance(part.allowed, Intersection):
            yield from (with_set(part, side) for side in part.allowed.args)


def though_there_is_none(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S)`` becomes ``softmax(S, where=causal)``, aligned at either corner, in a mechanism without a set."""
    if isinstance(part, OverAllowedKeys) and part.allowed is None:
        anywhere = (node for equation in inside.system for node in equation.expression.atoms(OverAllowedKeys))
        if not any(masked(node) for node in anywhere):
            rows, columns = part.shape
            for last in dict.fromkeys((ROW, ROW + columns - rows)):
                yield with_set(part, IndexCondition(Le(COLUMN, last), ROW, COLUMN, rows, columns))


def inverted(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``where=M`` becomes where M does not hold; of an intersection also one side alone is inverted."""
    if masked(part):
        yield with_set(part, complement(part.allowed, part.shape))
        if isinstance(part.allowed, Intersection):
            left, right = part.allowed.args
            yield with_set(part, Intersection(complement(left, part.shape), right))
            yield with_set(part, Intersection(left, complement(right, part.shape)))


def added_with_the_wrong_sign(part: Any, inside: Surroundings) -> Iterator[Any]:
    """A large number is added where it should be taken away: only the keys that are not allowed have weights.

    Exactly so: over the complement where it has a key, over all keys where it has none.
    """
    if masked(part):
        outside = complement(part.allowed, part.shape)
        yield with_set(part, ElementwiseSum(outside, ElementwiseDifference(1, RowMax(outside))))


def by_a_large_number(part: Any, inside: Surroundings) -> Iterator[Any]:
    """Scores that are not allowed become -10⁹: right, but for a row without keys, where all weights are equal."""
    if masked(part):
        allowed = indicator(part.allowed, part.shape)
        large = ElementwiseProduct(LARGE, ElementwiseDifference(1, allowed))
        yield with_set(part, None, ElementwiseDifference(ElementwiseProduct(part.scores, allowed), large))


def multiplied_into_scores(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S, where=M)`` becomes ``softmax(S * M)``: a score of 0 has a weight of its own."""
    if masked(part):
        yield with_set(part, None, ElementwiseProduct(part.scores, indicator(part.allowed, part.shape)))


def added_as_numbers(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S, where=M)`` becomes ``softmax(S + M)``: true is added as 1 and false as 0."""
    if masked(part):
        yield with_set(part, None, ElementwiseSum(part.scores, indicator(part.allowed, part.shape)))
        yield with_set(part, None, ElementwiseDifference(part.scores, indicator(part.allowed, part.shape)))


def after_softmax(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S, where=M)`` becomes ``softmax(S) * M``: rows no longer sum to 1."""
    if masked(part):
        yield ElementwiseProduct(with_set(part, None), indicator(part.allowed, part.shape))


def before_the_cap(part: Any, inside: Surroundings) -> Iterator[Any]:
    """Masked scores go through the cap: c tanh(-∞ / c) is -c, and no longer -∞."""
    if isinstance(part, Softmax) and masked(part):
        found = capped(inside.meaning(part.scores), inside)
        if found is not None:
            allowed = indicator(part.allowed, part.shape)
            for cap in (found[0], Abs(found[0])):  # as it is written for positive caps, and as code computes it
                floor = ElementwiseProduct(cap, ElementwiseDifference(1, allowed))
                yield with_set(part, None, ElementwiseDifference(ElementwiseProduct(part.scores, allowed), floor))


def conditions_rewritten(part: Any, change: Any) -> Iterator[Any]:
    """The part over an allowed set whose condition on positions has been changed, if it has one."""
    if isinstance(part, IndexCondition):
        for condition in change(part):
            if condition != part.condition and condition not in (S.true, S.false):
                yield IndexCondition(condition, part.row, part.column, *part.shape)


def other_alignment(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``j <= i`` becomes ``j <= i + m - n`` and the other way round."""

    def change(found: IndexCondition) -> Iterator[Any]:
        offset = found.shape[1] - found.shape[0]
        yield put_in(found.condition, {found.row: found.row + offset})
        yield put_in(found.condition, {found.row: found.row - offset})

    yield from conditions_rewritten(part, change)


def one_position_off(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``j <= i`` becomes ``j <= i - 1``, without the query's own key, or ``j <= i + 1``, with the next one."""

    def change(found: IndexCondition) -> Iterator[Any]:
        yield put_in(found.condition, {found.row: found.row - 1})
        yield put_in(found.condition, {found.row: found.row + 1})
        for bound in found.condition.atoms(Relational):
            for limit in (1, -1):
                if isinstance(bound, (Le, Lt, Ge, Gt)):
                    yield put_in(found.condition, {bound: bound.func(bound.lhs, bound.rhs + limit)})

    yield from conditions_rewritten(part, change)


def other_triangle(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``j <= i`` becomes ``j >= i``: each query sees itself and the keys behind it."""

    def change(found: IndexCondition) -> Iterator[Any]:
        yield put_in(found.condition, {found.row: found.column, found.column: found.row})

    if isinstance(part, IndexCondition):
        yield from conditions_rewritten(part, change)
