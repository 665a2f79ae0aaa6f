"""Exact numbers on their way to print: the rows of whatever holds them, and their decimals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from sympy import Expr, MatrixBase, Rational

from symattn import limits
from symattn.errors import InputError
from symattn.exact import Element, ExactFamily
from symattn.publishing.formula_words import in_formula

Rows = tuple[tuple[Any, ...], ...]


def rows_of(value: Any) -> Rows | None:
    """The rows of a matrix of numbers, or ``None`` for anything else.

    >>> rows_of(((1, 2), (3, 4)))
    ((1, 2), (3, 4))
    """
    if isinstance(value, MatrixBase):
        return tuple(tuple(row) for row in value.tolist())
    if isinstance(value, (tuple, list)):
        rows = tuple(tuple(row) if isinstance(row, (tuple, list)) else (row,) for row in value)
        if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
            raise InputError("a matrix to print has rows of one length, at least one, found a ragged or empty one.")
        return rows
    found: Any = getattr(value, "rows", None)
    return found if isinstance(found, tuple) else None


def decimal(value: Any, digits: int) -> Decimal:
    """One number as a decimal of at most so many significant digits; short if it ends sooner.

    >>> decimal(Fraction(1, 3), 5), decimal(Fraction(1, 2), 5)
    (Decimal('0.33333'), Decimal('0.5'))

    Errors: ``InputError`` for what is no number.
    """
    context = Context(prec=digits)
    if isinstance(value, Decimal):
        return context.plus(value)
    fraction = as_fraction(value)
    if fraction is not None:
        return context.divide(Decimal(fraction.numerator), Decimal(fraction.denominator))
    if isinstance(value, float):
        return context.plus(Decimal(repr(value)))
    if isinstance(value, Expr) and value.is_number:
        return context.plus(Decimal(str(value.evalf(digits + 3))))
    if hasattr(value, "decimal"):
        return value.decimal(digits)
    raise InputError(f"{type(value).__name__} is not a number that can be rounded.")


def is_whole(value: Any) -> bool:
    """Whether a number is known to be whole, so that its decimals say nothing new."""
    fraction = as_fraction(value)
    return fraction is not None and fraction.denominator == 1


def distinct(value: Any) -> Iterator[Any]:
    """The numbers of a matrix, or the one number, each object once: exact matrices hold equal entries once.

    >>> half = Fraction(1, 2)
    >>> list(distinct(((half, 1), (half, half))))
    [Fraction(1, 2), 1]
    """
    rows = rows_of(value)
    seen: dict[int, Any] = {id(value): value} if rows is None else {id(each): each for row in rows for each in row}
    return iter(seen.values())


def all_whole(value: Any) -> bool:
    """Whether every number of a matrix, or the one number, is whole."""
    return all(map(is_whole, distinct(value)))


def scientific(number: Decimal) -> tuple[str, int | None]:
    """The digits of a decimal, and a power of ten where writing the number out would take too many zeros.

    >>> scientific(Decimal("0.0000060336")), scientific(Decimal("0.5"))
    (('6.0336', -6), ('0.5', None))
    """
    if not number.is_finite():
        return str(number).lower(), None
    if number == 0:
        return "0", None
    power = number.adjusted()
    if -5 <= power < max(16, len(number.as_tuple().digits)):
        return format(number, "f"), None
    sign, digits, _ = number.as_tuple()
    return format(Decimal((sign, digits, 1 - len(digits))), "f"), power  # scaleb has a bound on exponents


def matrices_of(value: Any) -> tuple[Any, ...]:
    """The matrices of a family one by one, a matrix alone, or nothing."""
    if isinstance(value, ExactFamily):
        return value.members
    return () if rows_of(value) is None else (value,)


def each_number(value: Any, shown: Callable[[Any], Any]) -> Any:
    """A number as it is shown, a matrix as lists of these, a family as lists of matrices, one inside the other.

    >>> each_number(((1, 2), (3, 4)), str), each_number(ExactFamily.of([[[1]], [[2]]]), repr)
    ([['1', '2'], ['3', '4']], [[['Element(1)']], [['Element(2)']]])
    """
    if isinstance(value, ExactFamily):
        found = [each_number(member, shown) for member in value]
        for length in reversed(value.lengths[1:]):
            found = [found[start : start + length] for start in range(0, len(found), length)]
        return found
    rows = rows_of(value)
    if rows is None:
        return shown(value)
    made = {id(number): shown(number) for number in distinct(rows)}
    return [[made[id(number)] for number in row] for row in rows]


def too_long(value: Any) -> str | None:
    """Why exact numbers are left to their decimals instead of being printed, or ``None`` if they are short enough.

    >>> too_long(Fraction(1, 3)) is None
    True
    """
    longest = 0
    for number in (number for matrix in matrices_of(value) or (value,) for number in distinct(matrix)):
        if not isinstance(number, Element):
            continue
        longest = max(longest, number.terms)
        if longest <= limits.PRINTED_TERMS and number.signs > limits.PRINTED_SIGNS:
            return in_formula("characters", count=number.signs)
    return in_formula("terms", count=longest) if longest > limits.PRINTED_TERMS else None


def short_enough(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """Of the numbers to be put in for names, those that are not too long to print; the other names stay."""
    return {name: number for name, number in numbers.items() if too_long(number) is None}


def submatrix(value: Any, row: int | None, column: int | None) -> Rows | None:
    """One row or one column of a matrix of numbers."""
    rows = rows_of(value)
    if rows is None:
        return None
    if row is not None:
        return (rows[row],)
    assert column is not None
    return tuple((numbers[column],) for numbers in rows)


@cache
def superscript(text: str) -> str | None:
    """Digits and a minus sign as raised characters, or ``None`` if there is no raised form of some character.

    >>> superscript("-12")
    '⁻¹²'
    """
    raised: Mapping[str, str] = dict(zip("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", strict=True))
    return "".join(raised[character] for character in text) if all(character in raised for character in text) else None


def as_fraction(value: Any) -> Fraction | None:
    """A rational number as a fraction, or ``None`` for any other."""
    if isinstance(value, (int, Fraction)):
        return Fraction(value)
    if isinstance(value, Rational):
        return Fraction(int(value.p), int(value.q))
    if getattr(value, "is_rational", None) is True and hasattr(value, "as_fraction"):
        return value.as_fraction()
    return None


def ends_within(value: Any, digits: int) -> bool:
    """Whether every number ends as a decimal of so many significant digits, so that nothing is rounded away.

    >>> ends_within(Fraction(1, 4), 2), ends_within(Fraction(1, 3), 50)
    (True, False)
    """
    for number in distinct(value):
        fraction = as_fraction(number)
        if fraction is None:
            return False
        shown = decimal(fraction, digits)
        if Fraction(shown) != fraction:
            return False
    return True
