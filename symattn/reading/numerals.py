"""One number as a user writes it, read exactly: ``0.1`` is a tenth and ``1/3`` a third."""

from __future__ import annotations

import re
from fractions import Fraction

from symattn import limits
from symattn.errors import InputError
from symattn.language.names import printable

QUOTIENT = re.compile(r"([+-]?[0-9]+)/([0-9]+)")
DECIMAL = re.compile(r"([+-]?[0-9]+|[+-]?(?=\.[0-9]))(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?")
NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity|∞|1\.#.*)", re.IGNORECASE)
COMPLEX = re.compile(r"[0-9.+\-eE]*[0-9.][ij]|[ij]", re.IGNORECASE)

TRUTH = {"true": Fraction(1), "false": Fraction(0)}
"""What masks are written with, in whatever case: true is allowed."""

LARGEST = 2**1024 - 2**970
SMALLEST = Fraction(1, 2**1074)
"""The range of float64, in which every exact value is checked against NumPy and torch."""

SAFE_LENGTH = 300
"""A text shorter than this, its power of ten included, cannot leave that range."""

FORMS = "a number is written as 2, -0.5, 1e-3 or 1/3"


def exact_number(text: str, place: str) -> Fraction:
    """The number that a text stands for; ``place`` says in an error where the text was found.

    >>> exact_number("0.1", "X"), exact_number("-2/6", "X"), exact_number("1e3", "X")
    (Fraction(1, 10), Fraction(-1, 3), Fraction(1000, 1))

    Errors: ``InputError`` for anything but a finite real number within the range of float64.
    """
    value = number_or_none(text)
    if value is None:
        raise refusal(text, place)
    return value


def number_or_none(text: str) -> Fraction | None:
    """The number that a text stands for, or ``None`` if it stands for none; a table asks this of every cell.

    >>> number_or_none("2.50"), number_or_none("True"), number_or_none("two")
    (Fraction(5, 2), Fraction(1, 1), None)
    """
    if len(text) > limits.NUMBER_DIGITS:
        return None
    if (found := DECIMAL.fullmatch(text)) is not None:
        whole, point, exponent = found.groups("")
        power = (int(exponent) if len(exponent) < 6 else limits.EXPONENT + 1) if exponent else 0
        if abs(power) > limits.EXPONENT:
            return None
        digits, power = int(whole + point), power - len(point)
        value = Fraction(digits * 10**power) if power >= 0 else Fraction(digits, 10**-power)
        return value if len(text) + abs(power) < SAFE_LENGTH or in_range(value) else None
    if (found := QUOTIENT.fullmatch(text)) is not None and (below := int(found[2])):
        value = Fraction(int(found[1]), below)
        return value if len(text) < SAFE_LENGTH or in_range(value) else None
    return TRUTH.get(text.lower())


def in_range(value: Fraction) -> bool:
    """Whether float64 can hold the size of a number."""
    return not value or SMALLEST <= abs(value) <= LARGEST


def refusal(text: str, place: str) -> InputError:
    """The error for a text that stands for no number."""
    if len(text) > limits.NUMBER_DIGITS:
        return InputError(f"{place}: a number of {len(text)} characters; the most is {limits.NUMBER_DIGITS}.")
    return InputError(f"{place}: found {printable(text)}; {what_would_do(text)}.")


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
    if DECIMAL.fullmatch(text) or QUOTIENT.fullmatch(text):
        return "a number is at most 1.8e308 and, unless it is 0, at least 4.9e-324, the range of float64"
    if text[0] in "−–" and len(text) > 1:
        return f"write the minus sign as -, as in {printable('-' + text[1:])[1:-1]}"
    if COMPLEX.fullmatch(text):
        return "the numbers are real"
    return FORMS
