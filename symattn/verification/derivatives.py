"""The functions of one number with their derivatives, and what libraries round in computing them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from symattn.verification.rounding import Function


def _logistic(np: Any) -> Function:
    def value(x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    # Libraries compute the slope as s * (1 - s): the difference cancels where s is near 1, leaving an error of u * s.
    return Function(
        value,
        slope=lambda x: value(x) * value(-x),
        curvature=lambda x: value(x) * value(-x) * (1 - 2 * value(x)),
        slope_rounding=value,
    )


def _tanh(np: Any) -> Function:
    # The slope is computed as 1 - t * t, which leaves an error of u where t is near 1.
    return Function(
        np.tanh,
        slope=lambda x: 1 / np.cosh(x) ** 2,
        curvature=lambda x: 2 * np.tanh(x) / np.cosh(x) ** 2,
        slope_rounding=lambda x: 1.0 + 0.0 * x,
    )


def _gelu(np: Any) -> Function:
    error_function = np.vectorize(math.erf, otypes=[np.float64])

    def density(x: Any) -> Any:
        return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    def share(x: Any) -> Any:
        return (1 + error_function(x / math.sqrt(2))) / 2

    # 1 + erf cancels for x < 0, as the definition has it and as libraries compute it: an absolute error of u |x|.
    return Function(
        lambda x: x * share(x),
        slope=lambda x: share(x) + x * density(x),
        curvature=lambda x: density(x) * (2 - x * x),
        rounding=abs,
        slope_rounding=lambda x: 1 + abs(x) * density(x),
    )


def _elu(np: Any) -> Function:
    # The slope on the left is computed as elu(x) + 1, which leaves an error of u.
    return Function(
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        slope=lambda x: np.where(x > 0, 1.0, np.exp(np.minimum(x, 0))),
        curvature=lambda x: np.where(x > 0, 0.0, np.exp(np.minimum(x, 0))),
        slope_rounding=lambda x: 1.0 + 0.0 * x,
    )


def _erf(np: Any) -> Function:
    def slope(x: Any) -> Any:
        return 2 / math.sqrt(math.pi) * np.exp(-x * x)

    return Function(np.vectorize(math.erf, otypes=[np.float64]), slope, curvature=lambda x: -2 * x * slope(x))


def _exact_line(value: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Function:
    return Function(value, slope, lambda x: 0.0 * x, rounding=lambda x: 0.0 * x, slope_rounding=lambda x: 0.0 * x)


FUNCTIONS: dict[str, Callable[[Any], Function]] = {
    "exp": lambda np: Function(np.exp, np.exp, np.exp),
    "log": lambda np: Function(np.log, lambda x: 1 / x, lambda x: -1 / x**2),
    "sqrt": lambda np: power(0.5),
    "cos": lambda np: Function(np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x)),
    "sin": lambda np: Function(np.sin, np.cos, lambda x: -np.sin(x)),
    "tanh": _tanh,
    "sigmoid": _logistic,
    "gelu": _gelu,
    "elu": _elu,
    "erf": _erf,
    "relu": lambda np: _exact_line(lambda x: np.maximum(x, 0), lambda x: 1.0 * (x > 0)),
    "abs": lambda np: _exact_line(abs, np.sign),
}
"""By name, given NumPy."""


def power(exponent: float) -> Function:
    """``x**exponent``."""

    def term(factor: float, degree: float) -> Callable[[Any], Any]:
        return lambda x: factor * x**degree if factor else 0.0 * x

    curvature = exponent * (exponent - 1)
    return Function(term(1.0, exponent), term(exponent, exponent - 1), term(curvature, exponent - 2))


def powers(np: Any, exponents: Any) -> Function:
    """``x**exponent`` with an exponent for each entry."""

    def term(factors: Any, degrees: Any) -> Callable[[Any], Any]:
        return lambda x: np.where(factors == 0, 0.0, factors * x ** np.where(factors == 0, 0.0, degrees))

    once = exponents * (exponents - 1)
    one = np.ones_like(exponents)
    return Function(term(one, exponents), term(exponents, exponents - 1), term(once, exponents - 2))


def power_of(np: Any, bases: Any) -> Function:
    """``base**x`` with a positive base for each entry."""
    logarithms = np.log(bases)

    def term(degree: int) -> Callable[[Any], Any]:
        return lambda x: logarithms**degree * bases**x

    return Function(term(0), term(1), term(2))
