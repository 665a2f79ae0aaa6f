"""Sums, products, powers and sums over an index, each brought to normal form as it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import TypeAlias

from sympy import factorint

from symattn import limits
from symattn.errors import LimitError
from symattn.proof import ranges
from symattn.proof.patience import check_time
from symattn.proof.places import placed, unplaced
from symattn.proof.positivity import TRUTHS, is_positive, is_positive_factor
from symattn.proof.terms import (
    ONE,
    ZERO,
    Expression,
    Factor,
    Index,
    Powers,
    Product,
    added,
    canonical,
    combined,
    delta_factor,
    fresh,
    greatest_factor,
    negated,
    number,
    of_factor,
    one,
    opened,
    renamed,
    scaled,
    subtracted,
    zero,
)

LARGEST_EXPANSION = 6
"""The largest whole exponent for which a sum is multiplied out."""

Rule: TypeAlias = Callable[[tuple[Index, ...], Powers], Expression | None]

RULES: list[tuple[frozenset[str], Rule]] = []
"""What makes a product simpler, each with the kinds of factors it is about; :mod:`normal_form` fills the table."""

FUNCTIONS: dict[str, Callable[[Expression], Expression]] = {}
"""Functions of one number that have a normal form of their own; :mod:`normal_form` fills the table."""


class UndefinedError(ArithmeticError):
    """A division by zero, or a root of a negative number."""


# Products.


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
            if factor.kind == "base" and not surely_not_zero(factor.parts[0]):
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
    """The sum of an expression over some open indices."""
    for index in bound:
        value = total(index, value)
    return value


def total(index: Index, value: Expression) -> Expression:
    """The sum of an expression over all values of an index that is free in it."""
    parts = []
    for term, coefficient in value.terms:
        bound, factors = opened(term)
        parts.append(scaled(simplified((*bound, index), factors), coefficient))
    return added(*parts) if parts else zero()


# Rules that make a product of powers simpler; each gives what it comes to, or nothing where it does not apply.


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


def leading_place(base: Expression) -> int:
    """Which product of a base stands for it: the one with most sums, then of the highest degree, then the first."""

    def rank(place: int) -> tuple[int, Fraction, int, int]:
        term = base.terms[place][0]
        return len(term.bound), sum((e for _, e in term.factors), ZERO), len(term.factors), -place

    return max(range(len(base.terms)), key=rank)


# Truth values.


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


def oriented(value: Expression) -> Expression:
    """The expression with each predicate said in one of its two ways: the one with the larger constant."""

    def change(factor: Factor) -> Expression | None:
        if factor.kind != "holds":
            return None
        (inside,) = factor.parts
        constant = next((c for term, c in inside.terms if not term.factors and not term.bound), ZERO)
        if constant >= -1 - constant:
            return None
        return subtracted(one(), of_factor(Factor("holds", "", (subtracted(negated(inside), one()),))))

    return replaced(value, "holds.", change)


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
            known = _positive_root(truths, kept) is not None
            return multiplied(product_of(apart), one() if known else compare(sign, kept))
        value = kept
        even = [f for f, e in rest if e.denominator == 1 and not e.numerator % 2]
        if even:
            # x² y > 0 is x ≠ 0 and y > 0.
            odd = scaled(product_of(pair for pair in rest if pair[0] not in even), 1 if coefficient > 0 else -1)
            return multiplied(compare(sign, odd), *(compare("!=", of_factor(factor)) for factor in even))
    else:
        common, rest_of_it = _truths_apart(value)
        if common:
            known = _positive_root(common, rest_of_it) is not None
            return multiplied(*map(of_factor, common), one() if known else compare(sign, rest_of_it))
        if value.terms:
            shared = content(value)[0].terms[0][0].factors
            value = multiplied(value, product_of((f, -e) for f, e in shared if is_positive_factor(f)))
    if sign == "!=" and value.terms and value.terms[0][1] < 0:
        value = negated(value)
    return _truth(Factor("compare", sign, (scaled(value, 1 / _scale([value])),)))


def _positive_by(truths: Iterable[Factor], factor: Factor) -> bool:
    """Whether one of some truths says that the base of a power is positive."""
    if factor.kind != "base":
        return False
    base = factor.parts[0]
    for truth in truths:
        if (truth.kind, truth.head) == ("compare", ">"):
            multiple = _multiple(truth.parts[0], base)
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


def _truths_apart(value: Expression) -> tuple[list[Factor], Expression]:
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


def _truth(factor: Factor) -> Expression:
    known = known_truth(factor)
    if known is None:
        return of_factor(factor)
    return one() if known else zero()


# Powers.


def power(value: Expression, exponent: Fraction) -> Expression:
    """A rational power of an expression.

    Errors: ``UndefinedError`` for a division by zero.
    """
    if exponent == 1:
        return value
    if exponent == 0:
        return one()
    if value.is_zero:
        if exponent < 0:
            raise UndefinedError("a division by zero")
        return value
    whole = exponent.denominator == 1
    if whole and 0 < exponent <= LARGEST_EXPANSION:
        return multiplied(*[value] * int(exponent))
    if len(value.terms) == 1 and not value.terms[0][0].bound:
        return _power_of_product(value, exponent)
    if not whole and exponent > 0:
        truths, rest = _truths_apart(value)
        if truths:
            return multiplied(*map(of_factor, truths), _power_where(truths, rest, exponent))
    parts = _components(value) if whole else [value]
    if len(parts) > 1:
        return multiplied(*(power(part, exponent) for part in parts))
    common, rest = content(value) if whole else positive_content(value)
    if not whole and not rest.terms[leading_place(rest)][1] > 0:
        return multiplied(power(common, exponent), of_factor(Factor("base", "", (rest,)), exponent))
    lead = rest.terms[leading_place(rest)][1]
    made = of_factor(Factor("base", "", (scaled(rest, 1 / lead),)), exponent)
    return multiplied(power(common, exponent), power_of_number(lead, exponent), made)


def _components(value: Expression) -> list[Expression]:
    """The factors of a product of sums that share no index; the value alone if it is no such product."""
    if len(value.terms) != 1:
        return [value]
    term, coefficient = value.terms[0]
    bound, powers = opened(term)
    groups: list[tuple[set[Index], list[tuple[Factor, Fraction]]]] = []
    for factor, exponent in powers:
        indices, members = set(factor.free & set(bound)), [(factor, exponent)]
        for group in [group for group in groups if group[0] & indices]:
            groups.remove(group)
            indices |= group[0]
            members += group[1]
        groups.append((indices, members))
    if len(groups) < 2:
        return [value]
    found = [over(tuple(index for index in bound if index in own), product_of(members)) for own, members in groups]
    return [scaled(found[0], coefficient), *found[1:]]


LARGEST_ROOT = 6
"""The largest k for which it is seen that a sum is the k-th power of one that is known to be positive."""


def _power_where(truths: Iterable[Factor], value: Expression, exponent: Fraction) -> Expression:
    """A root of a value where some truths hold: of a power of what they say is positive, a power of that."""
    found = _positive_root(truths, value)
    if found is None:
        return power(value, exponent)
    positive, times, multiple = found
    together = exponent * times
    if together.denominator == 1:
        return multiplied(power_of_number(multiple, exponent), power(positive, together))
    lead = positive.terms[leading_place(positive)][1]
    if lead > 0:
        positive, multiple = scaled(positive, 1 / lead), multiple * lead**times
    made = of_factor(Factor("base", "", (positive,)), together)
    return multiplied(power_of_number(multiple, exponent), made)


def _positive_root(truths: Iterable[Factor], value: Expression) -> tuple[Expression, int, Fraction] | None:
    """What is positive by one of some truths, the power of it that a value is, and the multiple of that."""
    for truth in truths:
        if (truth.kind, truth.head) != ("compare", ">"):
            continue
        positive = raised = truth.parts[0]
        for times in range(1, LARGEST_ROOT + 1):
            multiple = _multiple(value, raised)
            if multiple is not None and multiple > 0:
                return positive, times, multiple
            raised = multiplied(raised, positive)
    return None


def _multiple(value: Expression, other: Expression) -> Fraction | None:
    """The number that one expression is another one times, if there is one."""
    if not value.terms or len(value.terms) != len(other.terms):
        return None
    ratio = value.terms[0][1] / other.terms[0][1]
    return ratio if scaled(other, ratio) == value else None


def _power_of_product(value: Expression, exponent: Fraction) -> Expression:
    term, coefficient = value.terms[0]
    whole = exponent.denominator == 1
    apart, together = [], []
    for factor, e in term.factors:
        if factor.kind in TRUTHS:
            apart.append((factor, ONE))
        elif whole or is_positive(of_factor(factor)):
            apart.append((factor, e * exponent))
        else:
            together.append((factor, e))
    if not whole and coefficient < 0:
        together.append((Factor("number", "-1"), ONE))
        coefficient = -coefficient
    made = multiplied(power_of_number(coefficient, exponent), product_of(apart))
    if not together:
        return made
    sign = -ONE if together[-1][0].head == "-1" else ONE
    inner = scaled(product_of([pair for pair in together if pair[0].head != "-1"]), sign)
    return multiplied(made, of_factor(Factor("base", "", (inner,)), exponent))


@lru_cache(maxsize=1024)
def power_of_number(value: Fraction, exponent: Fraction) -> Expression:
    """A power of a positive number, or a whole power of any: roots as powers of primes."""
    if exponent.denominator == 1:
        return number(value ** int(exponent))
    primes: dict[int, Fraction] = {}
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, times in factorint(part).items():
            primes[prime] = primes.get(prime, ZERO) + times * sign * exponent
    return product_of([(Factor("number", str(prime)), e) for prime, e in primes.items()])


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


def surely_not_zero(value: Expression) -> bool:
    """Whether dividing by an expression is harmless, or undefined where it is not for want of allowed keys.

    A sum over allowed keys may be empty, and what is divided by it is then 0 by definition; elsewhere a formula is
    claimed only where it is defined.
    """
    if not any(factor.kind in TRUTHS for term, _ in value.terms for factor, _ in term.factors):
        return True
    return any(_first_key_allowed(term, c) for term, c in value.terms) and all(c > 0 for _, c in value.terms)


def nonzero(value: Expression) -> Expression:
    """1 where a sum over allowed keys is not 0, else 0; truth values that all its products have come out."""
    if value.is_zero:
        return zero()
    if surely_not_zero(value):
        return one()
    truths, rest = _truths_apart(value)
    if truths:
        return multiplied(*map(of_factor, truths), nonzero(rest))
    return of_factor(Factor("nonzero", "", (value,)))


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


# Functions.


def applied(function: str, value: Expression) -> Expression:
    """A function of one number, in normal form.

    Errors: ``UndefinedError`` where it has no value.
    """
    special = FUNCTIONS.get(function)
    return of_factor(Factor("apply", function, (value,))) if special is None else special(value)


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
        scale = _scale([value])
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
    scale = _scale(parts.values())
    if scale != 1:
        return scaled(greatest(*(scaled(part, 1 / scale) for part in parts.values())), scale)
    return of_factor(greatest_factor(parts.values()))


def _scale(values: Iterable[Expression]) -> Fraction:
    """The largest number of which all coefficients are whole multiples; 1 where there is none."""
    coefficients = [c for value in values for _, c in value.terms]
    below = lcm(*(c.denominator for c in coefficients))
    return Fraction(gcd(*(int(c * below) for c in coefficients)), below) if coefficients else ONE


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


# Values in the place of indices.


def substituted(value: Expression, places: Mapping[Index, Expression]) -> Expression:
    """The expression with formulas in the place of free indices, in normal form."""
    if value.free.isdisjoint(places):
        return value
    renaming = _as_renaming(places)
    if renaming is not None and _keeps_apart(value, renaming):
        return _after_renaming(value, renaming)
    parts = []
    for term, coefficient in value.terms:
        if term.free.isdisjoint(places):
            parts.append(Expression(((term, coefficient),)))
            continue
        bound, powers = opened(term)
        parts.append(scaled(over(bound, substituted_powers(powers, places)), coefficient))
    return added(*parts)


def _as_renaming(places: Mapping[Index, Expression]) -> dict[Index, Index] | None:
    found = {index: value.single_index for index, value in places.items()}
    return None if None in found.values() else {index: other for index, other in found.items() if other is not None}


def _keeps_apart(value: Expression, renaming: Mapping[Index, Index]) -> bool:
    """Whether a renaming makes no two free indices one, changes no range, and so needs no rule to be tried again."""
    targets = [renaming.get(index, index) for index in value.free]
    same_ranges = all(index.length == renaming[index].length for index in value.free if index in renaming)
    return len(set(targets)) == len(targets) and same_ranges


def _after_renaming(value: Expression, renaming: Mapping[Index, Index]) -> Expression:
    return renamed(value, renaming)


def substituted_powers(powers: Powers, places: Mapping[Index, Expression]) -> Expression:
    """A product of powers with formulas in the place of free indices."""
    kept = [(factor, e) for factor, e in powers if factor.free.isdisjoint(places)]
    made = product_of(kept)
    for factor, e in powers:
        if not factor.free.isdisjoint(places):
            made = multiplied(made, power(substituted_factor(factor, places), e))
    return made


def substituted_factor(factor: Factor, places: Mapping[Index, Expression]) -> Expression:
    """A factor with formulas in the place of free indices."""
    if factor.free.isdisjoint(places):
        return of_factor(factor)
    if factor.kind == "index":
        (index,) = factor.free
        return places[index]
    parts = tuple(substituted(part, places) for part in factor.parts)
    return rebuilt(factor, parts)


def rebuilt(factor: Factor, parts: tuple[Expression, ...]) -> Expression:
    """What a factor is with other parts."""
    if factor.kind == "delta":
        return delta(parts[0], zero())
    if factor.kind == "holds":
        return holds(parts[0])
    if factor.kind == "compare":
        return compare(factor.head, parts[0])
    if factor.kind == "base":
        return parts[0]
    if factor.kind == "apply":
        return applied(factor.head, parts[0])
    if factor.kind == "nonzero":
        return nonzero(parts[0])
    if factor.kind == "greatest":
        return greatest(*parts)
    if factor.kind == "place":
        return placed(factor.head, *parts)
    if factor.bound:
        (index,) = factor.bound
        own = fresh(index.length)
        return largest(own, renamed(parts[0], {index: own}), factor.kind, factor.head)
    return of_factor(Factor(factor.kind, factor.head, parts))


# Factors replaced wherever they stand.


def replaced(value: Expression, mark: str, change: Callable[[Factor], Expression | None]) -> Expression:
    """The expression with other values for some factors, in normal form.

    ``change`` gives a factor's other value, or nothing for one that stays; every factor of interest has ``mark`` in
    its text.
    """
    if mark not in value.text:
        return value
    parts = []
    for term, coefficient in value.terms:
        if mark not in term.text:
            parts.append(Expression(((term, coefficient),)))
            continue
        bound, powers = opened(term)
        made = product_of([pair for pair in powers if mark not in pair[0].text])
        for factor, e in powers:
            if mark in factor.text:
                made = multiplied(made, power(_replaced_factor(factor, mark, change), e))
        parts.append(scaled(over(bound, made), coefficient))
    return added(*parts) if parts else value


def _replaced_factor(factor: Factor, mark: str, change: Callable[[Factor], Expression | None]) -> Expression:
    other = change(factor)
    if other is not None:
        return other
    if mark not in "".join(part.text for part in factor.parts):
        return of_factor(factor)
    if factor.bound:
        (index,) = factor.bound
        own = fresh(index.length)
        inside = replaced(renamed(factor.parts[0], {index: own}), mark, change)
        return largest(own, inside, factor.kind, factor.head)
    return rebuilt(factor, tuple(replaced(part, mark, change) for part in factor.parts))
