"""What is certain of whole numbers: whether a formula in indices and sizes is never negative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TypeAlias

from symattn.proof.terms import (
    Expression,
    Factor,
    Index,
    IndexFactor,
    Product,
    added,
    fresh,
    negated,
    number,
    of_index,
    one,
    subtracted,
)

Monomial: TypeAlias = tuple[tuple[str, Fraction], ...]
Multiply: TypeAlias = Callable[[Expression, Expression], Expression]
ROUNDS = 12
"""How many indices are replaced by their bounds before the question is given up."""


def surely_nonnegative(value: Expression, times: Multiply) -> bool:
    """Whether a formula is 0 or more for all values of its indices and all sizes from 1 on.

    Every index is replaced by the end of its range that makes the formula smallest, then every size by 1 and more.
    ``times`` multiplies two expressions. ``False`` means that it is not known.
    """
    if any(_denominator(term) for term, _ in value.terms):
        return False
    value = _by_blocks(value, times)
    if any(surely_nonnegative(bound, times) for bound in _without_a_remainder(value, times)):
        return True
    for _ in range(ROUNDS):
        if any(_denominator(term) for term, _ in value.terms):
            return False
        ranged = next((factor for term, _ in value.terms for factor, _ in term.factors if _is_ranged(factor)), None)
        if ranged is None:
            return _of_sizes(value)
        with_it = [(term, c) for term, c in value.terms if any(factor == ranged for factor, _ in term.factors)]
        signs = {c > 0 for _, c in with_it}
        if len(signs) != 1 or any(_power_of(term, ranged) != 1 for term, _ in with_it):
            return False
        without = Expression(tuple((term, c) for term, c in value.terms if (term, c) not in with_it))
        if signs == {True}:
            value = without
            continue
        largest = _largest(ranged, times)
        if largest is None:
            return False
        for term, c in with_it:
            rest = Product((), tuple(power for power in term.factors if power[0] != ranged))
            value = without = added(without, times(Expression(((rest, c),)), largest))
    return False


def _without_a_remainder(value: Expression, times: Multiply) -> Iterator[Expression]:
    """What a formula is at least where w floor(x / w) stands in it: x - w floor(x / w) is from 0 to w - 1."""
    factors = (factor for term, _ in value.terms for factor, _ in term.factors)
    for floor in dict.fromkeys(factor for factor in factors if (factor.kind, factor.head) == ("apply", "floor")):
        with_it = [(term, c) for term, c in value.terms if any(f == floor for f, _ in term.factors)]
        if any(_power_of(term, floor) != 1 for term, _ in with_it):
            continue
        parts = [(Product((), tuple(power for power in term.factors if power[0] != floor)), c) for term, c in with_it]
        width = added(*(Expression((part,)) for part in parts))
        downward = surely_positive(negated(width), times)
        width = negated(width) if downward else width
        if not (downward or surely_positive(width, times)):
            continue
        whole = times(floor.parts[0], width)
        remainder = subtracted(whole, times(width, Expression(((Product((), ((floor, Fraction(1)),)), Fraction(1)),))))
        if downward:
            yield subtracted(value, remainder)
        elif is_whole(whole) and is_whole(width):
            yield subtracted(added(value, remainder), subtracted(width, one()))


def _by_blocks(value: Expression, times: Multiply) -> Expression:
    """The formula with w q + r in the place of an index j wherever floor(j / w) stands beside it: q is that floor."""
    for term, _ in value.terms:
        for factor, _ in term.factors:
            parts = _blocks(factor, times) if (factor.kind, factor.head) == ("apply", "floor") else None
            if parts is None:
                continue
            index, count, width = parts
            block, inside = fresh(count), fresh(width)
            places = {
                factor.text: of_index(block),
                IndexFactor(index).text: added(times(of_index(block), width), of_index(inside)),
            }
            return _by_blocks(_with_values(value, places, times), times)
    return value


def _with_values(value: Expression, places: dict[str, Expression], times: Multiply) -> Expression:
    """The formula with other values for some factors that stand in it to whole powers."""
    made = []
    for term, coefficient in value.terms:
        kept = tuple(power for power in term.factors if power[0].text not in places)
        part = Expression(((Product(term.bound, kept), coefficient),))
        for factor, exponent in term.factors:
            for _ in range(int(exponent) if factor.text in places else 0):
                part = times(part, places[factor.text])
        made.append(part)
    return added(*made) if made else value


def _is_ranged(factor: Factor) -> bool:
    """Whether a factor is a whole number from 0 on: an index, a place, or what is rounded down if never negative."""
    if (factor.kind, factor.head) == ("apply", "floor"):
        return all(c > 0 and _never_negative(term) for term, c in factor.parts[0].terms)
    return factor.kind in ("index", "place")


def _never_negative(term: Product) -> bool:
    """Whether a product is one of sizes, to any power, and of whole numbers from 0 on."""
    return not term.bound and all(
        factor.kind == "size" or (_is_ranged(factor) and exponent > 0) for factor, exponent in term.factors
    )


def _denominator(term: Product) -> bool:
    """Whether a product is not one of whole numbers that are 0 or more."""
    return bool(term.bound) or any(
        exponent < 1 or exponent.denominator != 1 or not (factor.kind == "size" or _is_ranged(factor))
        for factor, exponent in term.factors
    )


def _power_of(term: Product, factor: Factor) -> Fraction:
    return next(exponent for other, exponent in term.factors if other == factor)


def _largest(factor: Factor, times: Multiply) -> Expression | None:
    """The largest value of an index, a place, or an index divided by the width of its blocks and rounded down."""
    if factor.kind == "index":
        (index,) = factor.free
        return subtracted(index.length, one())
    if factor.kind == "place":
        return subtracted(factor.parts[1], one())
    parts = _blocks(factor, times)
    return None if parts is None else subtracted(parts[1], one())


def _blocks(factor: Factor, times: Multiply) -> tuple[Index, Expression, Expression] | None:
    """Of floor(j / w), j being a position among A blocks of w: the index j, A and w."""
    (inside,) = factor.parts
    if len(inside.terms) != 1 or inside.terms[0][1] <= 0:
        return None
    term, coefficient = inside.terms[0]
    inner = [f for f, e in term.factors if f.kind == "index" and e == 1]
    rest = tuple(power for power in term.factors if power[0].kind != "index")
    if len(inner) != 1 or len(rest) != len(term.factors) - 1 or any(f.kind != "size" for f, _ in rest):
        return None
    (index,) = inner[0].free
    count = times(index.length, Expression(((Product((), rest), coefficient),)))
    width = Expression(((Product((), tuple((f, -e) for f, e in rest)), 1 / coefficient),))
    return (index, count, width) if is_whole(count) and is_whole(width) else None


def _of_sizes(value: Expression) -> bool:
    """Whether a polynomial in sizes alone has no negative coefficient once each size is written as 1 and more."""
    found: dict[Monomial, Fraction] = {}
    for term, coefficient in value.terms:
        partial: dict[Monomial, Fraction] = {(): coefficient}
        for factor, exponent in term.factors:
            for _ in range(int(exponent)):
                partial = _times_one_more(partial, factor.head)
        for monomial, c in partial.items():
            found[monomial] = found.get(monomial, Fraction(0)) + c
    return all(c >= 0 for c in found.values())


def _times_one_more(polynomial: dict[Monomial, Fraction], name: str) -> dict[Monomial, Fraction]:
    """A polynomial times (1 + name)."""
    made = dict(polynomial)
    for monomial, c in polynomial.items():
        powers = dict(monomial)
        powers[name] = powers.get(name, Fraction(0)) + 1
        key = tuple(sorted(powers.items()))
        made[key] = made.get(key, Fraction(0)) + c
    return made


def largest_value(value: Expression, times: Multiply) -> Expression | None:
    """The largest value, in sizes alone, of a formula in which indices stand by themselves; nothing for another one."""
    made = value
    for term, coefficient in value.terms:
        if not term.free:
            continue
        if len(term.factors) != 1 or term.factors[0][0].kind != "index" or term.factors[0][1] != 1:
            return None
        (index,) = term.free
        made = subtracted(made, Expression(((term, coefficient),)))
        if coefficient > 0:
            made = added(made, times(subtracted(index.length, one()), number(coefficient)))
    return made


def surely_positive(value: Expression, times: Multiply) -> bool:
    """Whether a whole number is at least 1."""
    return surely_nonnegative(subtracted(value, one()), times)


def surely_negative(value: Expression, times: Multiply) -> bool:
    """Whether a whole number is below 0."""
    return surely_nonnegative(subtracted(negated(value), number(1)), times)


def is_whole(value: Expression) -> bool:
    """Whether a formula is a whole number: a polynomial with whole coefficients in indices, sizes and floors."""
    return all(
        c.denominator == 1 and not term.bound and all(_whole_power(factor, e) for factor, e in term.factors)
        for term, c in value.terms
    )


def _whole_power(factor: Factor, exponent: Fraction) -> bool:
    whole = factor.kind in ("index", "place", "size", "holds", "delta", "compare")
    whole = whole or (factor.kind, factor.head) == ("apply", "floor")
    return whole and exponent.denominator == 1 and exponent > 0
