"""The kinds of numbers that a graph of entries can be evaluated in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr, Rational, sympify

from symattn.errors import ExactnessError


@dataclass(frozen=True)
class NumberKind:
    """One kind of number: how a given value becomes one, and the functions that arithmetic alone does not give.

    ``+ - * /``, comparison and ``abs`` are the number's own. Errors of arithmetic reach the user as ``ExactnessError``.
    ``bits`` is the precision to which a number is rounded; 0 for numbers that are exact.
    """

    name: str
    number: Callable[[Any], Any]
    exp: Callable[[Any], Any]
    log: Callable[[Any], Any]
    tanh: Callable[[Any], Any]
    erf: Callable[[Any], Any]
    cos: Callable[[Any], Any]
    sin: Callable[[Any], Any]
    sqrt: Callable[[Any], Any]
    floor: Callable[[Any], Any]
    power: Callable[[Any, Any], Any]
    bits: int = 0


FLOATS = NumberKind(
    "floats",
    float,
    exp=math.exp,
    log=math.log,
    tanh=math.tanh,
    erf=math.erf,
    cos=math.cos,
    sin=math.sin,
    sqrt=math.sqrt,
    floor=math.floor,
    power=math.pow,
    bits=53,
)
"""Python's double precision; no shift guards ``exp``, so that a score beyond 709 is an error."""


def _fraction(value: Any) -> Fraction:
    if isinstance(value, Expr):
        if not isinstance(value, Rational):
            raise ExactnessError(f"{value} is not a fraction; evaluate in floats or decimals.")
        return Fraction(int(value.p), int(value.q))
    return Fraction(value)


def _no_fraction(name: str) -> Callable[[Any], Any]:
    def refuse(x: Any) -> Any:
        raise ExactnessError(f"{name} of a fraction is not a fraction; evaluate in floats or decimals.")

    return refuse


def _whole_power(x: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise ExactnessError(f"the power {exponent} of a fraction is not a fraction; evaluate in floats or decimals.")
    return x ** int(exponent)


FRACTIONS = NumberKind(
    "fractions",
    _fraction,
    exp=_no_fraction("exp"),
    log=_no_fraction("log"),
    tanh=_no_fraction("tanh"),
    erf=_no_fraction("erf"),
    cos=_no_fraction("cos"),
    sin=_no_fraction("sin"),
    sqrt=_no_fraction("sqrt"),
    floor=math.floor,
    power=_whole_power,
)
"""Exact fractions, for what needs no more than ``+ - * /`` and whole powers."""


def decimals(digits: int) -> NumberKind:
    """Floating-point numbers of that many decimal digits (mpmath's), each operation rounded to nearest.

    >>> print(decimals(20).sqrt(decimals(20).number(2)))
    1.4142135623730950488
    """
    from mpmath import MPContext

    context = MPContext()
    context.dps = digits

    def number(value: Any) -> Any:
        exact = sympify(value)
        if isinstance(exact, Rational):
            return context.mpf(int(exact.p)) / int(exact.q)
        return context.make_mpf(exact.evalf(digits + 5)._mpf_) + 0

    return NumberKind(
        f"{digits} digits",
        number,
        exp=context.exp,
        log=context.log,
        tanh=context.tanh,
        erf=context.erf,
        cos=context.cos,
        sin=context.sin,
        sqrt=context.sqrt,
        floor=context.floor,
        power=context.power,
        bits=context.prec,
    )
