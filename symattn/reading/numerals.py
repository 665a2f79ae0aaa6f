"""One number as a user writes it, read exactly: ``0.1`` is a tenth and ``1/3`` a third."""

from __future__ import annotations

import re
from fractions import Fraction

from symattn import limits
from symattn.errors import InputError
from symattn.language.names import printable

WHOLE = re.compile(r"[+-]?[0-9]+")
QUOTIENT = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity|∞|1\.#.*)", re.IGNORECASE)
COMPLEX = re.compile(r"[0-9.+\-eE]*[0-9.][ij]|[ij]", re.IGNORECASE)

LARGEST = 2**1024 - 2**970
SMALLEST = Fraction(1, 2**1074)
"""The range of float64, in which every exact value is checked against NumPy and torch."""

FORMS = "a number is written as 2, -0.5, 1e-3 or 1/3"


def exact_number(text: str, place: str) -> Fraction:
    """The number that a text stands for; ``place`` says in an error where the text was found.

    >>> exact_number("0.1", "X"), exact_number("-2/6", "X"), exact_number("1e3", "X")
    (Fraction(1, 10), Fraction(-1, 3), Fraction(1000, 1))

    Errors: ``InputError`` for anything but a finite real number within the range of float64.
    """
    if len(text) > limits.NUMBER_DIGITS:
        raise InputError(f"{place}: a number of {len(text)} characters; the most is {limits.NUMBER_DIGITS}.")
    if WHOLE.fullmatch(text):
        return in_range(Fraction(int(text)), text, place)
    if (decimal := DECIMAL.fullmatch(text)) is not None:
        exponent = decimal[1] or "0"
        if len(exponent) > 6 or abs(int(exponent)) > limits.EXPONENT:
            raise out_of_range(text, place)
        return in_range(Fraction(text), text, place)
    if (quotient := QUOTIENT.fullmatch(text)) is not None and int(quotient[2]) != 0:
        return in_range(Fraction(int(quotient[1]), int(quotient[2])), text, place)
    raise InputError(f"{place}: found {printable(text)}; {what_would_do(text)}.")


def in_range(value: Fraction, text: str, place: str) -> Fraction:
    """The value itself, if float64 can hold its size.

    Errors: ``InputError``.
    """
    if value and not SMALLEST <= abs(value) <= LARGEST:
        raise out_of_range(text, place)
    return value


def out_of_range(text: str, place: str) -> InputError:
    """The error for a number whose size float64 does not reach."""
    return InputError(
        f"{place}: found {printable(text)}; a number is at most 1.8e308 and, unless it is 0, at least 4.9e-324, "
        "the range of float64 in which results are checked."
    )


def what_would_do(text: str) -> str:
    """What to write instead of a text that is no number.

    >>> what_would_do("0,5")
    'write decimals with a point, as in 0.5'
    """
    if not text:
        return "an empty cell; write 0 where a zero is meant"
    if NOT_FINITE.fullmatch(text):
        return "the numbers of a matrix are finite"
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]+", text):
        return f"write decimals with a point, as in {text.replace(',', '.')}"
    if re.fullmatch(r"[+-]?[0-9]+/0+", text):
        return "a quotient by zero is no number"
    if re.fullmatch(r"[0-9_.eE+-]+", text) and "_" in text:
        return f"write the digits without underscores, as in {text.replace('_', '')}"
    if text[0] in "−–" and len(text) > 1:
        return f"write the minus sign as -, as in {printable('-' + text[1:])[1:-1]}"
    if COMPLEX.fullmatch(text):
        return "the numbers are real"
    return FORMS
