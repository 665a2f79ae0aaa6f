"""Where what is divided by may be 0: a sum over allowed keys, which may be none."""

from __future__ import annotations

from fractions import Fraction

from symattn.proof.algebra import multiplied, nonzero, over, product_of, without
from symattn.proof.common_factors import truths_apart
from symattn.proof.positivity import TRUTHS, is_positive_factor
from symattn.proof.ranges import surely_positive
from symattn.proof.substitution import substituted_factor
from symattn.proof.terms import Expression, Index, Powers, Product, negated, of_factor, one, subtracted, zero


def surely_not_zero(value: Expression) -> bool:
    """Whether dividing by an expression is harmless, or undefined where it is not for want of allowed keys.

    A sum over allowed keys may be empty, and what is divided by it is then 0 by definition; elsewhere a formula is
    claimed only where it is defined. Allowed keys need no truth value: all keys but the first are a sum less its first
    term, and are none where there is one key.
    """
    if not any(factor.kind in TRUTHS for term, _ in value.terms for factor, _ in term.factors):
        return not _may_be_a_rest_of_keys(value)
    return any(_first_key_allowed(term, c) for term, c in value.terms) and all(c > 0 for _, c in value.terms)


def _may_be_a_rest_of_keys(value: Expression) -> bool:
    """Whether something is taken from a sum over keys, from their number or from few of them, and may leave nothing."""
    if not any(c * d < 0 and _are_of_keys(term, other) for term, c in value.terms for other, d in value.terms):
        return False
    return not any(surely_positive(each, multiplied) for each in (value, negated(value)))


def _are_of_keys(term: Product, other: Product) -> bool:
    """Whether a product is summed over keys, or their number, or one of a key as another product may be."""
    if term.bound or any(factor.kind == "size" for factor, _ in term.factors):
        return True
    if all(is_positive_factor(factor) for factor, _ in (*term.factors, *other.factors)):
        return True
    kinds = [sorted((f.kind, f.head, e) for f, e in each.factors) for each in (term, other)]
    return kinds[0] == kinds[1]


def _first_key_allowed(term: Product, coefficient: Fraction) -> bool:
    """Whether a sum over allowed keys has a positive term: at the first position, or at the last."""
    if coefficient <= 0:
        return False
    if any(f.kind not in ("holds", "delta") and not is_positive_factor(f) for f, _ in term.factors):
        return False
    truths = [factor for factor, _ in term.factors if factor.kind in TRUTHS]
    for ends in (zero, None):
        places = {index: zero() if ends else subtracted(index.length, one()) for index in term.bound}
        if all(substituted_factor(truth, places) == one() for truth in truths):
            return True
    return False


def decided_nonzero(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """Whether a sum over allowed keys is not 0, where it is known; truth values that all its products have come out."""
    for factor, _ in powers:
        if factor.kind == "nonzero":
            (value,) = factor.parts
            known = _where_not_zero(value)
            if known is not None:
                return over(bound, multiplied(known, product_of(without(powers, factor))))
    return None


def _where_not_zero(value: Expression) -> Expression | None:
    if value.is_zero:
        return zero()
    if surely_not_zero(value):
        return one()
    truths, rest = truths_apart(value)
    return multiplied(*map(of_factor, truths), nonzero(rest)) if truths else None
