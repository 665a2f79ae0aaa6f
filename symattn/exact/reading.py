"""Reading numbers: what a user writes for one, as an exact fraction; nothing is rounded and nothing is evaluated."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from numbers import Rational as RationalNumber
from typing import Any

from sympy import Float

from symattn import limits
from symattn.errors import InputError, LimitError

DECIMAL = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?", re.ASCII)

NOT_FINITE = {"nan", "snan", "inf", "infinity", "oo"}


def rational(number: Any) -> Fraction | int | None:
    """A given number as a fraction, or ``None`` if it is of no kind that is read here.

    A ``float`` means the decimal that Python prints for it: 0.1 is 1/10.
    Errors: ``InputError`` for nan, infinity and text that is no number, ``LimitError`` for too many digits.

    >>> rational("0.1"), rational("-2e-3"), rational("1/3"), rational(0.1)
    (Fraction(1, 10), Fraction(-1, 500), Fraction(1, 3), Fraction(1, 10))
    """
    if isinstance(number, bool):
        return None
    if isinstance(number, str):
        return from_text(number)
    if isinstance(number, Integral):
        return checked(int(number))
    if isinstance(number, RationalNumber):
        return Fraction(checked(int(number.numerator)), checked(int(number.denominator)))
    if isinstance(number, float):
        return from_text(float.__repr__(number))
    if isinstance(number, (Decimal, Float, Real)):
        return from_text(str(number))
    return None


def checked(number: int) -> int:
    """A whole number within the digits allowed."""
    if number.bit_length() > limits.NUMBER_DIGITS * 3.33:
        raise LimitError(f"a number of more than {limits.NUMBER_DIGITS} digits.")
    return number


def from_text(text: str) -> Fraction:
    """A fraction from ``"0.1"``, ``"1/3"`` or ``"-2e-3"``.

    Errors: ``InputError`` for other text, ``LimitError`` for more digits or a larger exponent than allowed.
    """
    if len(text) > 3 * limits.NUMBER_DIGITS:
        raise LimitError(f"a number of {len(text)} characters; the most digits are {limits.NUMBER_DIGITS}.")
    if text.strip().lower().lstrip("+-") in NOT_FINITE:
        raise InputError(f"{text.strip()} is not a finite number.")
    parts = text.strip().split("/")
    values = [_decimal(part.strip()) for part in parts[:2]]
    if len(parts) > 2 or None in values:
        shown = ascii(text if len(text) <= 60 else text[:57] + "...")
        raise InputError(f"{shown} is not a number; write 2, -0.1, 1/3 or 2e-3.")
    value, *divisor = [part for part in values if part is not None]
    if divisor and not divisor[0]:
        raise InputError(f"{text.strip()} divides by zero.")
    return value / divisor[0] if divisor else value


def _decimal(text: str) -> Fraction | None:
    found = DECIMAL.fullmatch(text)
    if not found:
        return None
    sign, whole, decimals, exponent = found.groups()
    figures = whole + (decimals or "")
    if not figures:
        return None
    if len(figures) > limits.NUMBER_DIGITS:
        raise LimitError(f"a number of {len(figures)} digits; the most is {limits.NUMBER_DIGITS}.")
    if exponent and (len(exponent) > 12 or abs(int(exponent)) > limits.EXPONENT):
        shown = exponent if len(exponent) <= 12 else exponent[:9] + "..."
        raise LimitError(f"an exponent of {shown}; the largest is {limits.EXPONENT}.")
    power = int(exponent or 0) - len(decimals or "")
    return Fraction(int(sign + figures)) * Fraction(10) ** power
