"""Powers with rational exponents."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from sympy import factorint

from symattn.proof.algebra import LARGEST_EXPANSION, multiplied, over, product_of
from symattn.proof.common_factors import content, leading_place, positive_content, positive_root, truths_apart
from symattn.proof.positivity import TRUTHS, is_positive
from symattn.proof.terms import ONE, ZERO, Expression, Factor, Index, number, of_factor, one, opened, scaled


class UndefinedError(ArithmeticError):
    """A division by zero, or a root of a negative number."""


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
        truths, rest = truths_apart(value)
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


def _power_where(truths: Iterable[Factor], value: Expression, exponent: Fraction) -> Expression:
    """A root of a value where some truths hold: of a power of what they say is positive, a power of that."""
    found = positive_root(truths, value)
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
