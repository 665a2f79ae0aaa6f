"""Functions of one number in normal form: exponentials of sums, logarithms of products, angles added, whole parts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from sympy import factorint

from symattn.proof import algebra, ranges
from symattn.proof.common_factors import leading_place, positive_content
from symattn.proof.positivity import TRUTHS, is_positive
from symattn.proof.powers import UndefinedError, power
from symattn.proof.terms import (
    ONE,
    ZERO,
    Expression,
    Factor,
    added,
    negated,
    number,
    of_factor,
    one,
    opened,
    scaled,
    subtracted,
    zero,
)


def _exponential(value: Expression) -> Expression:
    """exp of a sum is a product of exps; of a logarithm, a power; of a term under a predicate, by cases."""
    made = one()
    for term, coefficient in value.terms:
        truth = next((f for f, _ in term.factors if f.kind in TRUTHS and f.free.isdisjoint(term.bound)), None)
        inner = term.factors[0][0] if len(term.factors) == 1 and not term.bound else None
        if truth is not None:
            bound, factors = opened(term)
            rest = scaled(algebra.product(bound, algebra.without(factors, truth)), coefficient)
            part = added(one(), algebra.multiplied(of_factor(truth), subtracted(_exponential(rest), one())))
        elif inner is not None and inner.kind == "apply" and inner.head in ("log", "ln") and term.factors[0][1] == 1:
            part = power(inner.parts[0], coefficient)
        else:
            part = of_factor(Factor("apply", "exp", (Expression(((term, ONE),)),)), coefficient)
        made = algebra.multiplied(made, part)
    return made


def _logarithm(value: Expression) -> Expression:
    """log of a product of positive numbers is a sum of logs."""
    if value.is_zero:
        raise UndefinedError("the logarithm of 0")
    common, rest = positive_content(value)
    lead = rest.terms[leading_place(rest)][1]
    lead = lead if lead > 0 else ONE
    parts = [_logarithm_of_product(common), _logarithm_of_number(lead)]
    rest = scaled(rest, 1 / lead)
    if len(rest.terms) == 1 and not rest.terms[0][0].bound and is_positive(rest):
        parts.append(_logarithm_of_product(rest))
    elif rest.number != 1:
        parts.append(of_factor(Factor("apply", "log", (rest,))))
    return added(*parts)


def _logarithm_of_any_sign(value: Expression) -> Expression:
    """ln x, of which only exp(k ln x) = x ** k is used, k whole where x is not positive: of what is positive, log x."""
    if is_positive(value):
        return _logarithm(value)
    if value.is_zero:
        raise UndefinedError("the logarithm of 0")
    common, rest = positive_content(value)
    lead = abs(rest.terms[leading_place(rest)][1])
    parts = _logarithm_of_product(common), _logarithm_of_number(lead)
    return added(*parts, of_factor(Factor("apply", "ln", (scaled(rest, 1 / lead),))))


def _logarithm_of_product(value: Expression) -> Expression:
    made = [_logarithm_of_number(value.terms[0][1])]
    for factor, exponent in value.terms[0][0].factors:
        if factor.kind == "apply" and factor.head == "exp":
            made.append(scaled(factor.parts[0], exponent))
        elif factor.kind == "number":
            made.append(scaled(_logarithm_of_number(Fraction(int(factor.head))), exponent))
        else:
            inside = factor.parts[0] if factor.kind == "base" else of_factor(factor)
            made.append(scaled(of_factor(Factor("apply", "log", (inside,))), exponent))
    return added(*made)


def _logarithm_of_number(value: Fraction) -> Expression:
    parts = [zero()]
    for part, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, times in factorint(part).items():
            parts.append(scaled(of_factor(Factor("apply", "log", (number(prime),))), times * sign))
    return added(*parts)


def _odd(function: str) -> Callable[[Expression], Expression]:
    def made(value: Expression) -> Expression:
        if value.is_zero:
            return value
        if value.terms[0][1] < 0:
            return negated(of_factor(Factor("apply", function, (negated(value),))))
        return of_factor(Factor("apply", function, (value,)))

    return made


def _sine(value: Expression) -> Expression:
    if len(value.terms) > 1:
        first, rest = _parted(value)
        return added(
            algebra.multiplied(_sine(first), _cosine(rest)),
            algebra.multiplied(_cosine(first), _sine(rest)),
        )
    return _odd("sin")(value)


def _cosine(value: Expression) -> Expression:
    if value.is_zero:
        return one()
    if len(value.terms) > 1:
        first, rest = _parted(value)
        return subtracted(
            algebra.multiplied(_cosine(first), _cosine(rest)),
            algebra.multiplied(_sine(first), _sine(rest)),
        )
    return of_factor(Factor("apply", "cos", (value if value.terms[0][1] > 0 else negated(value),)))


def _parted(value: Expression) -> tuple[Expression, Expression]:
    return Expression(value.terms[:1]), Expression(value.terms[1:])


def floored(value: Expression) -> Expression:
    """The largest whole number that is not above: whole parts are taken out, and what is below 1 is dropped."""
    known = value.number
    if known is not None:
        return number(known.numerator // known.denominator)
    constant = next((c for t, c in value.terms if not t.factors and not t.bound), ZERO)
    steps = constant.numerator // constant.denominator
    if steps and constant.denominator != 1:
        return added(number(steps), floored(subtracted(value, number(steps))))
    whole = [(t, c) for t, c in value.terms if ranges.is_whole(Expression(((t, c),)))]
    rest = Expression(tuple(pair for pair in value.terms if pair not in whole))
    taken = Expression(tuple(whole))
    if rest.is_zero:
        return taken
    below = _denominator_of(rest)
    numerator = algebra.multiplied(rest, below)
    if ranges.surely_nonnegative(numerator, algebra.multiplied) and ranges.surely_positive(
        subtracted(below, numerator), algebra.multiplied
    ):
        return taken
    return added(taken, of_factor(Factor("apply", "floor", (rest,))))


def _denominator_of(value: Expression) -> Expression:
    """Sizes and a number by which a sum has to be multiplied to be whole."""
    lowest: dict[str, Fraction] = {}
    factors: dict[str, Factor] = {}
    scale = 1
    for term, c in value.terms:
        scale = max(scale, c.denominator)
        for factor, exponent in term.factors:
            if factor.kind == "size" and exponent < 0:
                lowest[factor.text] = min(lowest.get(factor.text, ZERO), exponent)
                factors[factor.text] = factor
    return scaled(algebra.product_of([(factors[text], -exponent) for text, exponent in lowest.items()]), scale)


FUNCTIONS: dict[str, Callable[[Expression], Expression]] = {
    "exp": _exponential,
    "log": _logarithm,
    "ln": _logarithm_of_any_sign,
    "sin": _sine,
    "cos": _cosine,
    "tanh": _odd("tanh"),
    "erf": _odd("erf"),
    "floor": floored,
}
"""Functions that have a normal form of their own."""


def applied(function: str, value: Expression) -> Expression:
    """A function of one number, in normal form.

    Errors: ``UndefinedError`` where it has no value.
    """
    special = FUNCTIONS.get(function)
    return of_factor(Factor("apply", function, (value,))) if special is None else special(value)
