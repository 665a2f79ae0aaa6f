"""Sums of products in index notation, and sums over an index, each brought to normal form as it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeAlias

from symattn import limits
from symattn.errors import LimitError
from symattn.proof.patience import check_time
from symattn.proof.positivity import TRUTHS
from symattn.proof.terms import (
    ONE,
    Expression,
    Factor,
    Index,
    Powers,
    added,
    canonical,
    opened,
    scaled,
    zero,
)

LARGEST_EXPANSION = 6
"""The largest whole exponent for which a sum is multiplied out."""


Rule: TypeAlias = Callable[[tuple[Index, ...], Powers], Expression | None]


RULES: list[tuple[frozenset[str], Rule]] = []
"""What makes a product simpler, each with the kinds of factors it is about; :mod:`normal_form` fills the table."""


def multiplied(*values: Expression) -> Expression:
    """The product of some expressions, multiplied out."""
    made = values[0]
    for value in values[1:]:
        made = _times(made, value)
    return made


def _times(left: Expression, right: Expression) -> Expression:
    check_time()
    for one_side, other in ((left, right), (right, left)):
        scalar = one_side.number
        if scalar is not None:
            return scaled(other, scalar)
    if len(left.terms) * len(right.terms) > limits.PROOF_TERMS:
        raise LimitError(f"a product of more than {limits.PROOF_TERMS} terms")
    parts = []
    for a, c in left.terms:
        for b, d in right.terms:
            bound_a, factors_a = opened(a)
            bound_b, factors_b = opened(b)
            parts.append(scaled(product((*bound_a, *bound_b), (*factors_a, *factors_b)), c * d))
    return added(*parts) if parts else zero()


def product(bound: tuple[Index, ...], powers: Iterable[tuple[Factor, Fraction]]) -> Expression:
    """The sum over open indices of a product of powers, in normal form."""
    found: dict[str, tuple[Factor, Fraction]] = {}
    for factor, exponent in powers:
        known = found.get(factor.text)
        together = exponent if known is None else known[1] + exponent
        if factor.kind in TRUTHS:
            # What is divided by a sum over no allowed keys is 0 by definition; elsewhere 1 / 0 is not claimed.
            together = ONE
        found[factor.text] = (factor, together)
    kept: list[tuple[Factor, Fraction]] = []
    coefficient = ONE
    expanded: list[Expression] = []
    for factor, exponent in found.values():
        if not exponent:
            if factor.kind == "base":
                kept.append((Factor("nonzero", "", factor.parts), ONE))
        elif factor.kind == "base" and exponent.denominator == 1 and 0 < exponent <= LARGEST_EXPANSION:
            expanded.extend([factor.parts[0]] * int(exponent))
        elif factor.kind == "number":
            whole = exponent.numerator // exponent.denominator
            coefficient *= Fraction(int(factor.head)) ** whole
            if exponent != whole:
                kept.append((factor, exponent - whole))
        else:
            kept.append((factor, exponent))
    if expanded:
        return scaled(over(bound, multiplied(product_of(kept), *expanded)), coefficient)
    return scaled(simplified(bound, tuple(kept)), coefficient)


def product_of(powers: Iterable[tuple[Factor, Fraction]]) -> Expression:
    """The product of some powers, in normal form."""
    return product((), powers)


def over(bound: Iterable[Index], value: Expression) -> Expression:
    """The sum of an expression over all values of some indices that are free in it."""
    indices, parts = tuple(bound), []
    for term, coefficient in value.terms:
        own, factors = opened(term)
        parts.append(scaled(simplified((*own, *indices), factors), coefficient))
    return added(*parts) if parts else zero()


def total(index: Index, value: Expression) -> Expression:
    """The sum of an expression over all values of an index that is free in it."""
    return over((index,), value)


def simplified(bound: tuple[Index, ...], powers: Powers) -> Expression:
    kinds = {factor.kind for factor, _ in powers}
    for needed, rule in RULES:
        if not needed or not needed.isdisjoint(kinds):
            made = rule(bound, powers)
            if made is not None:
                return made
    return Expression(((canonical(bound, powers), ONE),))


def without(powers: Powers, *gone: Factor) -> Powers:
    return tuple(power for power in powers if power[0] not in gone)


def nonzero(value: Expression) -> Expression:
    """1 where a sum over allowed keys is not 0, else 0; of any other sum 1, as nothing is claimed where it is 0."""
    return product_of([(Factor("nonzero", "", (value,)), ONE)])
