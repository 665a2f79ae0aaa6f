"""Derivatives in index notation by the chain rule alone: sums, products, powers, functions, and entries by deltas."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from symattn.errors import MissingRowError
from symattn.proof import normal_form
from symattn.proof.terms import (
    Expression,
    Factor,
    Index,
    added,
    fresh,
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

OfEntry: TypeAlias = Callable[[Factor], Expression]
"""How an entry of a named value moves; 0 for one that stands still."""


def derivative(value: Expression, name: str, positions: tuple[Expression, ...]) -> Expression:
    """The derivative of an expression by the entry of a named value at some positions.

    Errors: those of ``differential``.
    """

    def of_entry(factor: Factor) -> Expression:
        if factor.head != name:
            return zero()
        same = one()
        for own, other in zip(factor.parts, positions, strict=True):
            same = normal_form.multiplied(same, normal_form.delta(own, other))
        return same

    return differential(value, of_entry)


def differential(value: Expression, of_entry: OfEntry) -> Expression:
    """The rate at which an expression moves with the entries in it, by the chain rule.

    Predicates are constant wherever they have a derivative.
    Errors: ``MissingRowError`` for a function whose derivative is not known here.
    """
    parts = []
    for term, coefficient in value.terms:
        bound, powers = opened(term)
        for place, (factor, exponent) in enumerate(powers):
            slope = _slope(factor, of_entry)
            if slope.is_zero:
                continue
            rest = [
                *map(_positive_base, powers[:place]),
                (factor, exponent - 1),
                *map(_positive_base, powers[place + 1 :]),
            ]
            inside = normal_form.multiplied(normal_form.product_of(rest), slope)
            for index in bound:
                inside = normal_form.total(index, inside)
            parts.append(scaled(inside, coefficient * exponent))
    return added(*parts) if parts else zero()


def _positive_base(power: tuple[Factor, Fraction]) -> tuple[Factor, Fraction]:
    """Where the exponent of a power moves, its base is positive, or there is no derivative: ln b is log b there."""
    factor, exponent = power
    if factor.kind == "apply" and factor.head == "ln":
        factor = Factor("apply", "log", factor.parts)
    return factor, exponent


def _slope(factor: Factor, of_entry: OfEntry) -> Expression:
    if factor.kind == "entry":
        return of_entry(factor)
    if factor.kind == "base":
        return differential(factor.parts[0], of_entry)
    if factor.kind == "apply":
        inner = differential(factor.parts[0], of_entry)
        if inner.is_zero:
            return inner
        if factor.head not in DERIVATIVES:
            raise MissingRowError(f"{factor.head} has no row in proof/differentiation.py.")
        return normal_form.multiplied(DERIVATIVES[factor.head](factor.parts[0]), inner)
    if factor.kind in BINDERS:
        return BINDERS[factor.kind](factor, of_entry)
    if factor.kind in CONSTANT:
        return zero()
    raise MissingRowError(f"{factor.kind} has no row in proof/differentiation.py.")


def _gaussian(value: Expression) -> Expression:
    """erf'(x) = 2 exp(-x²) / √π."""
    bell = normal_form.applied("exp", negated(normal_form.multiplied(value, value)))
    root = of_factor(Factor("constant", "pi"), Fraction(-1, 2))
    return scaled(normal_form.multiplied(bell, root), 2)


CONSTANT = frozenset({"size", "constant", "number", "index", "place", *normal_form.TRUTHS})
"""The kinds of factors that no entry moves, wherever they have a derivative."""

DERIVATIVES: dict[str, Callable[[Expression], Expression]] = {
    "exp": lambda x: normal_form.applied("exp", x),
    "log": lambda x: normal_form.power(x, Fraction(-1)),
    "ln": lambda x: normal_form.power(x, Fraction(-1)),
    "tanh": lambda x: subtracted(one(), normal_form.power(normal_form.applied("tanh", x), Fraction(2))),
    "sin": lambda x: normal_form.applied("cos", x),
    "cos": lambda x: negated(normal_form.applied("sin", x)),
    "erf": _gaussian,
    "floor": lambda x: number(0),
}
"""The derivative of each function of one number."""


def _by_largest(factor: Factor, of_entry: OfEntry) -> Expression:
    """Where several are largest they share: Σ_c [f_c is largest] f_c' / Σ_c [f_c is largest]."""
    index, value = _opened_binder(factor)
    slope = differential(value, of_entry)
    if slope.is_zero:
        return slope
    top = _is_top(value, factor)
    count = normal_form.total(index, top)
    other = fresh(index.length)
    share = renamed(normal_form.multiplied(top, slope), {index: other})
    return normal_form.multiplied(normal_form.total(other, share), normal_form.power(count, Fraction(-1)))


def _is_top(value: Expression, factor: Factor) -> Expression:
    difference = subtracted(value, of_factor(factor))
    if difference.terms and difference.terms[0][1] < 0:
        difference = negated(difference)
    return subtracted(one(), normal_form.compare("!=", difference))


def _by_threshold(factor: Factor, of_entry: OfEntry) -> Expression:
    """From Σ_c max((α - 1) s_c - τ, 0)^(1/(α - 1)) = 1: τ' = (α - 1) Σ_c w_c s_c' / Σ_c w_c."""
    index, value = _opened_binder(factor)
    slope = differential(value, of_entry)
    if slope.is_zero:
        return slope
    steepness = Fraction(factor.head) - 1
    above = subtracted(scaled(value, steepness), of_factor(factor))
    inside = normal_form.compare(">", above)
    weight = inside
    if steepness != 1:
        weight = normal_form.multiplied(inside, normal_form.power(above, 1 / steepness - 1))
    total = normal_form.total(index, weight)
    moved = normal_form.total(index, normal_form.multiplied(weight, slope))
    return scaled(normal_form.multiplied(moved, normal_form.power(total, Fraction(-1))), steepness)


def _opened_binder(factor: Factor) -> tuple[Index, Expression]:
    (bound,) = factor.bound
    own = fresh(bound.length)
    return own, renamed(factor.parts[0], {bound: own})


BINDERS = {"largest": _by_largest, "threshold": _by_threshold}
"""The derivative of what a function's values over an index determine together."""
