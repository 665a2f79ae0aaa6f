"""What the products of a sum have in common: factors, truth values, a scale, a root."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm

from symattn.proof.algebra import multiplied, product, product_of, without
from symattn.proof.positivity import TRUTHS, is_positive_factor
from symattn.proof.terms import (
    ONE,
    ZERO,
    Expression,
    Factor,
    Index,
    Powers,
    Product,
    canonical,
    combined,
    one,
    opened,
    scaled,
)


def leading_place(base: Expression) -> int:
    """Which product of a base stands for it: the one with most sums, then of the highest degree, then the first."""

    def rank(place: int) -> tuple[int, Fraction, int, int]:
        term = base.terms[place][0]
        return len(term.bound), sum((e for _, e in term.factors), ZERO), len(term.factors), -place

    return max(range(len(base.terms)), key=rank)


def truths_apart(value: Expression) -> tuple[list[Factor], Expression]:
    """The truth values that every product of a sum has, and the sum without them."""
    if not value.terms:
        return [], value
    common = [f for f, _ in value.terms[0][0].factors if f.kind in TRUTHS and _is_common(f, value)]
    if not common:
        return [], value
    return common, combined((canonical(t.bound, without(t.factors, *common)), c) for t, c in value.terms)


def _is_common(factor: Factor, value: Expression) -> bool:
    """Whether every product of a sum has a factor that rests on none of its bound indices."""
    return all(
        any(other == factor for other, _ in term.factors) and factor.free.isdisjoint(term.bound)
        for term, _ in value.terms
    )


LARGEST_ROOT = 6
"""The largest k for which it is seen that a sum is the k-th power of one that is known to be positive."""


def positive_root(truths: Iterable[Factor], value: Expression) -> tuple[Expression, int, Fraction] | None:
    """What is positive by one of some truths, the power of it that a value is, and the multiple of that."""
    for truth in truths:
        if (truth.kind, truth.head) != ("compare", ">"):
            continue
        positive = raised = truth.parts[0]
        for times in range(1, LARGEST_ROOT + 1):
            multiple = multiple_of(value, raised)
            if multiple is not None and multiple > 0:
                return positive, times, multiple
            raised = multiplied(raised, positive)
    return None


def multiple_of(value: Expression, other: Expression) -> Fraction | None:
    """The number that one expression is another one times, if there is one."""
    if not value.terms or len(value.terms) != len(other.terms):
        return None
    ratio = value.terms[0][1] / other.terms[0][1]
    return ratio if scaled(other, ratio) == value else None


def content(value: Expression) -> tuple[Expression, Expression]:
    """What all products of a sum have in common, and what is left."""
    lowest: dict[str, tuple[Factor, Fraction]] = {}
    for term, _ in value.terms:
        for factor, exponent in term.factors:
            if factor.kind in (*TRUTHS, "index") or not factor.free.isdisjoint(term.bound):
                continue
            known = lowest.get(factor.text)
            lowest[factor.text] = (factor, exponent if known is None else min(known[1], exponent))
    common = []
    for factor, exponent in lowest.values():
        everywhere = all(any(f == factor for f, _ in term.factors) for term, _ in value.terms)
        # A denominator that may be 0 in some products says nothing of the others, where a case may rule it out.
        divided = min(exponent, ZERO) if is_positive_factor(factor) else ZERO
        shared = exponent if everywhere else divided
        if shared:
            common.append((factor, shared))
    if not common:
        return one(), value
    taken = tuple((factor, -exponent) for factor, exponent in common)
    rest = combined(pair for term, c in value.terms for pair in scaled(product(*_with_more(term, taken)), c).terms)
    return Expression(((Product((), tuple(sorted(common, key=lambda p: p[0].text))), ONE),)), rest


def positive_content(value: Expression) -> tuple[Expression, Expression]:
    """What is positive of all that the products of a sum have in common, and what is left."""
    common, rest = content(value)
    shared = common.terms[0][0].factors
    positive = [pair for pair in shared if is_positive_factor(pair[0])]
    if len(positive) == len(shared):
        return common, rest
    if not positive:
        return one(), value
    return product_of(positive), multiplied(product_of([pair for pair in shared if pair not in positive]), rest)


def _with_more(term: Product, more: Powers) -> tuple[tuple[Index, ...], Powers]:
    bound, factors = opened(term)
    return bound, (*factors, *more)


def common_scale(values: Iterable[Expression]) -> Fraction:
    """The largest number of which all coefficients are whole multiples; 1 where there is none."""
    coefficients = [c for value in values for _, c in value.terms]
    below = lcm(*(c.denominator for c in coefficients))
    return Fraction(gcd(*(int(c * below) for c in coefficients)), below) if coefficients else ONE
