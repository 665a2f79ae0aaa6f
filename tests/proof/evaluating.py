"""The value of an index expression by brute force: loops over every bound index, and no rule of the algebra.

Shares nothing with the rules but the data that it reads. What is divided by 0 is 0 here, everywhere, as it is for a
softmax over no allowed key: where a formula is defined as it was written, its normal form has to have the same value.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from math import cos, erf, floor, log, pi, sin, sqrt, tanh
from typing import Any

from symattn.proof.terms import Expression, Factor, Index

NEAR_ZERO = 1e-9
"""What floating point cannot tell from 0."""

INFINITY = 10**6
"""What the score of a key that is not allowed is below the others."""

Entries = Callable[[str, tuple[int, ...]], Any]


class UndefinedHereError(ArithmeticError):
    """The expression has no value at these numbers."""


class Evaluator:
    """Evaluates expressions for concrete sizes and entries; ``entries`` gives the entry of a name at a position."""

    def __init__(self, sizes: Mapping[str, int], entries: Entries) -> None:
        self.sizes, self.entries = sizes, entries

    def value(self, expression: Expression, indices: Mapping[str, int] | None = None) -> Any:
        """The value where each free index is the number that ``indices`` gives its name."""
        return real(self._sum(expression, dict(indices or {})))

    def _sum(self, expression: Expression, indices: dict[str, int]) -> Any:
        made: Any = Fraction(0)
        for term, coefficient in expression.terms:
            for values in product(*(self._range(index) for index in term.bound)):
                inner = {**indices, **{index.name: v for index, v in zip(term.bound, values, strict=True)}}
                made += coefficient * self._powers(term.factors, inner)
        return made

    def _range(self, index: Index) -> range:
        length = self.value(index.length)
        assert length == int(length) >= 1, f"{index.name} takes {length} values"
        return range(int(length))

    def _powers(self, powers: Any, indices: dict[str, int]) -> Any:
        made: Any = Fraction(1)
        # What a truth value rules out may have no value at all.
        for factor, exponent in sorted(powers, key=lambda power: power[0].kind not in TRUTHS):
            made *= raised(self._factor(factor, indices), exponent)
            if factor.kind in TRUTHS and not made:
                return made
        return made

    def _factor(self, factor: Factor, indices: dict[str, int]) -> Any:
        if factor.kind in TRUTHS:
            return Fraction(TRUTHS[factor.kind](self._sum(factor.parts[0], indices), factor.head))
        if factor.kind == "entry":
            if factor.head == "∞":
                return Fraction(INFINITY)
            return self.entries(factor.head, tuple(whole(self._sum(part, indices)) for part in factor.parts))
        if factor.kind == "size":
            return Fraction(self.sizes[factor.head])
        if factor.kind == "constant":
            return {"pi": pi}[factor.head]
        if factor.kind == "index":
            return Fraction(indices[factor.head])
        if factor.kind == "number":
            return Fraction(int(factor.head))
        if factor.kind == "base":
            return self._sum(factor.parts[0], indices)
        if factor.kind == "apply":
            return applied(factor.head, self._sum(factor.parts[0], indices))
        if factor.kind == "greatest":
            return max(real(self._sum(part, indices)) for part in factor.parts)
        (index,) = factor.bound
        values = [real(self._sum(factor.parts[0], {**indices, index.name: v})) for v in self._range(index)]
        return max(values) if factor.kind == "largest" else threshold(values, Fraction(factor.head))


def is_zero(value: Any) -> bool:
    """Exactly for fractions, up to rounding for floating point."""
    return value == 0 if isinstance(value, (int, Fraction)) else abs(value) < NEAR_ZERO


def real(value: Any) -> Any:
    """The value as a real number."""
    if isinstance(value, complex):
        if abs(value.imag) > NEAR_ZERO * (1 + abs(value)):
            raise UndefinedHereError("not real")
        return value.real
    return value


def whole(value: Any) -> int:
    """The value as a whole number."""
    assert value == int(value), f"{value} is no position"
    return int(value)


TRUTHS: dict[str, Callable[[Any, str], bool]] = {
    "delta": lambda value, head: is_zero(value),
    "holds": lambda value, head: real(value) > -NEAR_ZERO,
    "nonzero": lambda value, head: not is_zero(value),
    "compare": lambda value, head: not is_zero(value) and (head == "!=" or real(value) > 0),
}


def raised(value: Any, exponent: Fraction) -> Any:
    """A power, 0 for a negative one of 0."""
    if exponent == 1:
        return value
    if is_zero(value) and exponent < 0:
        return Fraction(0)
    if exponent.denominator == 1:
        return value ** int(exponent)
    if real(value) < -NEAR_ZERO:
        raise UndefinedHereError("a root of a negative number")
    return max(float(real(value)), 0.0) ** float(exponent)


def applied(function: str, value: Any) -> Any:
    """A function of one number."""
    if function == "floor":
        return Fraction(floor(real(value)))
    try:
        if function == "exp":
            return 1.0 if is_zero(value) else cmath.exp(value)
        if function == "ln":
            return cmath.log(value)
        value = float(real(value))
        if function == "log" and value <= 0:
            raise UndefinedHereError("the logarithm of a number that is not positive")
        return {"log": log, "tanh": tanh, "sin": sin, "cos": cos, "erf": erf, "sqrt": sqrt}[function](value)
    except (OverflowError, ValueError) as error:
        raise UndefinedHereError(str(error)) from error


def threshold(scores: list[Any], alpha: Fraction) -> float:
    """The tau for which the sum of ``max((alpha - 1) s - tau, 0) ** (1 / (alpha - 1))`` is 1, by bisection."""
    steep = [float(score) * float(alpha - 1) for score in scores]
    low, high = max(steep) - 1.0, max(steep)
    for _ in range(200):
        middle = (low + high) / 2
        if sum(max(score - middle, 0.0) ** (1 / float(alpha - 1)) for score in steep) > 1:
            low = middle
        else:
            high = middle
    return (low + high) / 2
