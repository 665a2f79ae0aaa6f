"""Comparisons of whole and real numbers: 1 where they hold, else 0."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd

from symattn.proof import ranges
from symattn.proof.algebra import multiplied, product_of, without
from symattn.proof.common_factors import common_scale, content, multiple_of, positive_root, truths_apart
from symattn.proof.places import unplaced
from symattn.proof.positivity import TRUTHS, is_positive, is_positive_factor
from symattn.proof.terms import (
    ONE,
    Expression,
    Factor,
    canonical,
    combined,
    delta_factor,
    negated,
    of_factor,
    one,
    scaled,
    subtracted,
    zero,
)


def known_truth(factor: Factor) -> bool | None:
    if factor.kind == "holds":
        if ranges.surely_nonnegative(factor.parts[0], multiplied):
            return True
        return False if ranges.surely_negative(factor.parts[0], multiplied) else None
    if factor.kind == "delta":
        if factor.parts[0].is_zero:
            return True
        apart = (factor.parts[0], negated(factor.parts[0]))
        return False if any(ranges.surely_positive(value, multiplied) for value in apart) else None
    if factor.kind == "compare":
        known = factor.parts[0].number
        if known is not None:
            return known > 0 if factor.head == ">" else known != 0
        if is_positive(factor.parts[0]):
            return True
        return False if factor.head == ">" and is_positive(negated(factor.parts[0])) else None
    return None


def within(value: Expression, length: Expression) -> Expression:
    """1 where a whole number is the position of one of ``length`` things, else 0."""
    return multiplied(holds(value), holds(subtracted(subtracted(length, one()), value)))


def holds(value: Expression) -> Expression:
    """1 where a whole number is not negative, else 0."""
    common = _common_divisor(value)
    if common > 1:
        terms = ((t, Fraction(c / common) if t.factors else Fraction(c // common)) for t, c in value.terms)
        value = combined(terms)
    return _truth(Factor("holds", "", (value,)))


def _common_divisor(value: Expression) -> int:
    """The largest number that divides all coefficients of a whole number but the constant one; 1 for another value."""
    if not ranges.is_whole(value):
        return 1
    return gcd(*(int(c) for term, c in value.terms if term.factors)) or 1


def complement(truth: Expression) -> Expression:
    """1 less a truth value: of a predicate the opposite one, which a sum can be split by."""
    factor = truth.single_factor
    if factor is not None and factor.kind == "holds":
        return holds(subtracted(negated(factor.parts[0]), one()))
    return subtracted(one(), truth)


def delta(left: Expression, right: Expression) -> Expression:
    """1 where two whole numbers are equal, else 0."""
    difference = unplaced(subtracted(left, right))
    common = _common_divisor(difference)
    if common > 1:
        if any(not t.factors and c % common for t, c in difference.terms):
            return zero()
        difference = scaled(difference, Fraction(1, common))
    return _truth(delta_factor(difference))


def compare(sign: str, value: Expression) -> Expression:
    """1 where a real number is positive (``">"``), or where it is not 0 (``"!="``), else 0.

    Truth values and positive factors of a product are taken out, of two signs of what is not 0 one is chosen; what is
    -∞ where a truth value does not hold is positive where it does alone.
    """
    if sign == ">" and INFINITY.text in value.text:
        finite = _where_finite(value)
        if finite is not None:
            return finite
    if len(value.terms) == 1 and not value.terms[0][0].bound:
        term, coefficient = value.terms[0]
        apart = tuple(pair for pair in term.factors if pair[0].kind in TRUTHS)
        rest = tuple(pair for pair in term.factors if pair[0].kind not in TRUTHS and not is_positive_factor(pair[0]))
        truths = [factor for factor, _ in apart]
        rest = tuple(pair for pair in rest if not _positive_by(truths, pair[0]))
        kept = scaled(product_of(rest), 1 if coefficient > 0 else -1)
        if apart:
            known = positive_root(truths, kept) is not None
            return multiplied(product_of(apart), one() if known else compare(sign, kept))
        value = kept
        even = [f for f, e in rest if e.denominator == 1 and not e.numerator % 2]
        if even:
            # x² y > 0 is x ≠ 0 and y > 0.
            odd = scaled(product_of(pair for pair in rest if pair[0] not in even), 1 if coefficient > 0 else -1)
            return multiplied(compare(sign, odd), *(compare("!=", of_factor(factor)) for factor in even))
    else:
        common, rest_of_it = truths_apart(value)
        if common:
            known = positive_root(common, rest_of_it) is not None
            return multiplied(*map(of_factor, common), one() if known else compare(sign, rest_of_it))
        if value.terms:
            shared = content(value)[0].terms[0][0].factors
            value = multiplied(value, product_of((f, -e) for f, e in shared if is_positive_factor(f)))
    if sign == "!=" and value.terms and value.terms[0][1] < 0:
        value = negated(value)
    return _truth(Factor("compare", sign, (scaled(value, 1 / common_scale([value])),)))


def _positive_by(truths: Iterable[Factor], factor: Factor) -> bool:
    """Whether one of some truths says that the base of a power is positive."""
    if factor.kind != "base":
        return False
    base = factor.parts[0]
    for truth in truths:
        if (truth.kind, truth.head) == ("compare", ">"):
            multiple = multiple_of(truth.parts[0], base)
            if multiple is not None and multiple > 0:
                return True
    return False


INFINITY = Factor("entry", "∞")
"""What the score of a key that is not allowed is less than 0 by."""


def _where_finite(value: Expression) -> Expression | None:
    """Whether v + s (T - 1) ∞ is positive, T being a truth value and s a positive number: where T holds and v is."""
    infinite = [(term, c) for term, c in value.terms if (INFINITY, ONE) in term.factors]
    finite = Expression(tuple(pair for pair in value.terms if pair not in infinite))
    if not infinite or INFINITY.text in _outside_binders(finite):
        return None
    weight = combined((canonical(term.bound, without(term.factors, INFINITY)), c) for term, c in infinite)
    by = abs(weight.terms[0][1])
    held = complement(scaled(weight, -1 / by))
    if held.is_zero:
        return held
    truth = len(held.terms) == 1 and held.terms[0][1] == 1 and not held.terms[0][0].bound
    if not truth or any(factor.kind not in TRUTHS for factor, _ in held.terms[0][0].factors):
        return None
    return multiplied(held, compare(">", finite))


def _outside_binders(value: Expression) -> str:
    """The text of an expression, but for what a threshold or a largest value is taken of."""
    kept = (factor.text for term, _ in value.terms for factor, _ in term.factors if not factor.bound)
    return " ".join(kept)


def _truth(factor: Factor) -> Expression:
    known = known_truth(factor)
    if known is None:
        return of_factor(factor)
    return one() if known else zero()
