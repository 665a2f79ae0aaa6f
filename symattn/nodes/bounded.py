"""What SymPy is not asked to build or decide: numbers too long to write, polynomials too long to multiply out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb, log10, prod
from typing import Any, NamedTuple

from sympy import Add, Basic, Eq, Expr, Float, Ge, Gt, Le, Lt, Mod, Mul, Ne, Pow, Rational, exp, floor, log

from symattn import limits
from symattn.errors import LimitError


def built(function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
    """``function(*arguments)``, unless numbers among the arguments would make it a number too long to write out.

    >>> from sympy import Integer
    >>> built(Pow, (Integer(2), Integer(10)))
    1024

    Errors: ``LimitError`` for a power, and for a floor, a remainder or a comparison of what is too long.
    """
    if function is Pow:
        check_power(*arguments)
    elif function in DECIDED:
        for argument in arguments:
            check_decidable(argument)
    try:
        return function(*arguments)
    except IndexError:  # SymPy's largest and smallest look into an entry that lies outside its matrix
        return function(*arguments, evaluate=False)


DECIDED = frozenset({floor, Mod, Le, Lt, Ge, Gt, Eq, Ne})
"""What SymPy computes to the last digit before the point, however many there are."""


def check_digits(value: Basic) -> None:
    """Errors: ``LimitError`` for a fraction of more digits than ``limits.NUMBER_DIGITS``, above or below its line."""
    if isinstance(value, Rational) and (digits := _digits(value)) > limits.NUMBER_DIGITS:
        raise _too_long("a number", digits)


def check_power(base: Expr, exponent: Expr) -> None:
    """Errors: ``LimitError`` for a power of fractions that has more digits than ``limits.NUMBER_DIGITS``."""
    if isinstance(base, Rational) and isinstance(exponent, Rational):
        digits = _digits(base) * abs(exponent)
        if digits > limits.NUMBER_DIGITS:
            raise _too_long("a power", digits)


def check_decidable(value: Any) -> None:
    """Errors: ``LimitError`` if a power inside has more digits than ``limits.NUMBER_DIGITS``, or would at small sizes.

    >>> check_decidable(exp(exp(100)))
    Traceback (most recent call last):
    symattn.errors.LimitError: a power of about 1e+43 digits; the most is 1000.
    """
    if isinstance(value, Rational) or not isinstance(value, Basic):
        return
    # From the inside out, so that no exponent that is looked at is itself too large to be computed.
    for power in sorted(value.atoms(Pow, exp), key=lambda part: part.count_ops()):
        base, exponent = power.as_base_exp()
        if _grows_without_end(exponent):
            raise LimitError(f"{power} is a power of a power of indices or sizes, which soon is too long to write out.")
        if base.is_number and exponent.is_number:
            digits = exponent.evalf(15) * log(abs(base.evalf(15))) / log(Float(10))
            if digits.is_comparable and digits > limits.NUMBER_DIGITS:
                raise _too_long("a power", digits)


def _grows_without_end(exponent: Expr) -> bool:
    """Whether an exponent that indices and sizes decide is itself, or holds, a power with such an exponent."""
    inner = (power.as_base_exp()[1] for power in exponent.atoms(Pow, exp))
    decided = bool(exponent.free_symbols) and all(symbol.is_integer for symbol in exponent.free_symbols)
    return decided and any(each.free_symbols for each in inner)


def check_multiplied_out(value: Expr) -> None:
    """Errors: ``LimitError`` for a polynomial above ``limits.EXPONENT`` in degree or ``limits.POLYNOMIAL_TERMS``.

    >>> from sympy.abc import x, y, z
    >>> check_multiplied_out((x + y + z) ** 100)
    Traceback (most recent call last):
    symattn.errors.LimitError: a formula of about 5151 terms when multiplied out; the most is 500.
    """
    degree, terms, _ = _polynomial(value)
    if degree > limits.EXPONENT:
        raise LimitError(f"a formula of degree {_rounded(degree)}; the largest is {limits.EXPONENT}.")
    if terms > limits.POLYNOMIAL_TERMS:
        raise LimitError(
            f"a formula of about {_rounded(terms)} terms when multiplied out; the most is {limits.POLYNOMIAL_TERMS}."
        )


class _Polynomial(NamedTuple):
    """How high its degree is, how many terms it has at most when it is multiplied out, and its variables."""

    degree: float
    terms: float
    of: frozenset[Any]

    @classmethod
    def bounded(cls, degree: float, terms: float, of: frozenset[Any]) -> _Polynomial:
        """The terms are at most those of this degree in so many variables."""
        return cls(degree, min(terms, comb(int(degree) + len(of), len(of)), 10**9), of)


def _polynomial(value: Any) -> _Polynomial:
    if value.is_number:
        return _Polynomial(0, 1, frozenset())
    if isinstance(value, Pow) and isinstance(value.exp, Rational):
        base, times = _polynomial(value.base), abs(value.exp)
        if base.degree * times > limits.EXPONENT or not times.is_Integer:
            return _Polynomial(float(base.degree * times), 1, frozenset({value}))
        return _Polynomial.bounded(base.degree * int(times), comb(int(base.terms + times) - 1, int(times)), base.of)
    if isinstance(value, (Add, Mul)):
        parts = [_polynomial(part) for part in value.args]
        degrees, terms = [part.degree for part in parts], [part.terms for part in parts]
        of = frozenset[Any]().union(*(part.of for part in parts))
        if isinstance(value, Mul):
            return _Polynomial.bounded(min(sum(degrees), 10**6), prod(terms), of)
        return _Polynomial(max(degrees), min(sum(terms), 10**9), of)
    return _Polynomial(1, 1, frozenset({value}))


def _digits(value: Rational) -> float:
    return log10(max(abs(value.p), value.q))


def _too_long(what: str, digits: Any) -> LimitError:
    return LimitError(f"{what} of about {_rounded(digits)} digits; the most is {limits.NUMBER_DIGITS}.")


def _rounded(count: Any) -> str:
    return f"{float(count):.0f}" if count < 10**6 else f"{float(count):.0e}"
