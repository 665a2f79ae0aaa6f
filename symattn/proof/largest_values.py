"""The largest of the values over an index, and the greatest of a few."""

from __future__ import annotations

from fractions import Fraction

from symattn.proof.algebra import multiplied, product_of
from symattn.proof.common_factors import common_scale, content
from symattn.proof.positivity import is_positive_factor
from symattn.proof.terms import (
    ZERO,
    Expression,
    Factor,
    Index,
    Product,
    added,
    combined,
    greatest_factor,
    of_factor,
    renamed,
    scaled,
    subtracted,
)
from symattn.proof.truth_values import INFINITY


def largest(index: Index, value: Expression, kind: str = "largest", head: str = "") -> Expression:
    """The largest value of an expression over an index, or another number that its values determine together."""
    if kind == "largest":
        # max_r (a_r + c) = max_r a_r + c, and a positive factor comes out as well.
        constant = Expression(tuple((term, c) for term, c in value.terms if index not in term.free))
        moving = Expression(tuple((term, c) for term, c in value.terms if index in term.free))
        if not constant.is_zero or moving.is_zero:
            return added(constant, largest(index, moving)) if moving.terms else constant
        common, rest = content(value)
        shared = common.terms[0][0].factors
        apart = [pair for pair in shared if index not in pair[0].free and is_positive_factor(pair[0])]
        if apart:
            kept = product_of([pair for pair in shared if pair not in apart])
            return multiplied(product_of(apart), largest(index, multiplied(kept, rest)))
        scale = common_scale([value])
        if scale != 1:
            return scaled(largest(index, scaled(value, 1 / scale)), scale)
    if kind == "threshold":
        # A shift of all scores shifts the tau of max((α - 1) s - τ, 0) by α - 1 times as much.
        constant = Expression(tuple((t, c) for t, c in value.terms if not t.free & {index} and not _is_infinite(t)))
        if not constant.is_zero:
            moving = subtracted(value, constant)
            return added(scaled(constant, Fraction(head) - 1), largest(index, moving, kind, head))
    named = Index(f"_{value.height + 1}", index.length)
    return of_factor(Factor(kind, head, (renamed(value, {index: named}),), (named,)))


def _is_infinite(term: Product) -> bool:
    return any(factor == INFINITY for factor, _ in term.factors)


def greatest(*values: Expression) -> Expression:
    """The greatest of some numbers, in any order and brackets; what all have in common, and a scale, stand outside.

    ``max(a + c, b + c) = max(a, b) + c``: of each product as much is taken out as leaves no coefficient below 0.
    """
    parts = {part.text: part for value in values for part in _one_of_the_greatest(value)}
    if len(parts) == 1:
        return next(iter(parts.values()))
    found = {term.text: term for part in parts.values() for term, _ in part.terms}
    coefficients = [{term.text: c for term, c in part.terms} for part in parts.values()]
    common = combined((term, min(own.get(text, ZERO) for own in coefficients)) for text, term in found.items())
    if not common.is_zero:
        return added(common, greatest(*(subtracted(part, common) for part in parts.values())))
    scale = common_scale(parts.values())
    if scale != 1:
        return scaled(greatest(*(scaled(part, 1 / scale) for part in parts.values())), scale)
    return of_factor(greatest_factor(parts.values()))


def _one_of_the_greatest(value: Expression) -> list[Expression]:
    """``c + q max(a, b)`` as ``c + q a`` and ``c + q b``, the greatest of which it is as q is positive."""
    for place, (term, coefficient) in enumerate(value.terms):
        if coefficient > 0 and len(term.factors) == 1 and not term.bound and term.factors[0][1] == 1:
            (factor,) = (factor for factor, _ in term.factors)
            if factor.kind == "greatest":
                rest = Expression(value.terms[:place] + value.terms[place + 1 :])
                parts = (added(rest, scaled(part, coefficient)) for part in factor.parts)
                return [found for part in parts for found in _one_of_the_greatest(part)]
    return [value]
