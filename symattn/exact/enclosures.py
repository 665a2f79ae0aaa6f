"""Enclosures: rigorous intervals around constants and sums of powers of e, at any precision, and decided signs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key, lru_cache
from typing import Any

from mpmath.libmp import (
    fnone,
    fone,
    from_int,
    from_man_exp,
    fzero,
    mpf_add,
    mpf_cos,
    mpf_mul,
    mpf_neg,
    mpf_shift,
    mpf_sign,
    mpf_sin,
    mpf_sub,
    mpi_add,
    mpi_div,
    mpi_exp,
    mpi_log,
    mpi_mul,
    mpi_neg,
    mpi_pow_int,
    mpi_sqrt,
    mpi_sub,
    to_fixed,
    to_int,
)
from mpmath.libmp.libmpi import mpi_pi

from symattn.errors import ExactnessError, LimitError
from symattn.exact.constants import Atom, Constant, Number, has_atoms, monomials

Interval = tuple[Any, Any]
"""The lower and the upper end as mpmath's raw numbers; the true value is between them."""

FIRST_PRECISION = 64
LAST_PRECISION = 8192
"""Bits of the first and of the last attempt to separate a value with atoms from zero."""

LONGEST_SERIES = 100_000_000
"""Bits times terms up to which the series of erf is summed, in a second or two; beyond, erf is known to be near 1."""

LARGEST_EXPONENT_BITS = 100_000
"""Bits of the largest exponent of e that is enclosed: all whole numbers that an exact value may hold have fewer."""

ZERO: Interval = (fzero, fzero)
UNIT: Interval = (fone, fone)


SPARE = 32
"""Bits beyond those asked for in which mpmath computes exp and log, of which half are given to its errors."""


def exp(x: Interval, precision: int) -> Interval:
    """An interval around the exponential.

    mpmath rounds outward what it has computed in 14 bits more, and not the error of that: at 200 bits its interval for
    ``exp(18)`` lies beside the value.
    """
    return mpi_mul(mpi_exp(x, precision + SPARE), _slack(precision), precision)


def log(x: Interval, precision: int) -> Interval:
    """An interval around the logarithm, whose errors are taken in as those of ``exp``."""
    return mpi_mul(mpi_log(x, precision + SPARE), _slack(precision), precision)


@lru_cache(maxsize=256)
def _slack(precision: int) -> Interval:
    bits = precision + SPARE // 2
    step = (fzero, mpf_shift(fone, -bits))
    return mpi_sub(UNIT, step, bits + 1)[0], mpi_add(UNIT, step, bits + 1)[1]


def of_integer(number: int) -> Interval:
    """The interval of one whole number."""
    end = from_int(number)
    return end, end


def of_number(number: Number, precision: int) -> Interval:
    """An interval around a constant, computed with so many bits.

    >>> from fractions import Fraction
    >>> low, high = of_number(Fraction(1, 4), 20)
    >>> low == high == mpf_shift(fone, -2)
    True
    """
    if isinstance(number, int):
        return of_integer(number)
    if isinstance(number, Constant):
        return _of_constant(number, precision)
    return mpi_div(of_integer(number.numerator), of_integer(number.denominator), precision)


@lru_cache(maxsize=4096)
def _of_constant(number: Constant, precision: int) -> Interval:
    total = ZERO
    for (root, atoms), factor in monomials(number):
        part = of_number(factor, precision)
        if root > 1:
            part = mpi_mul(part, mpi_sqrt(of_integer(root), precision), precision)
        for atom, power in atoms:
            part = mpi_mul(part, mpi_pow_int(of_atom(atom, precision), power, precision), precision)
        total = mpi_add(total, part, precision)
    return total


@lru_cache(maxsize=4096)
def power_of_e(exponent: Number, precision: int) -> Interval:
    """An interval around ``e**exponent``."""
    if exponent == 0:
        return UNIT
    extra = max(0, end_exponent(of_number(exponent, 32)))
    if extra > LARGEST_EXPONENT_BITS:
        raise LimitError(f"a power of e with an exponent above 2**{LARGEST_EXPONENT_BITS} has no enclosure.")
    return exp(of_number(exponent, precision + extra), precision)


def end_exponent(interval: Interval) -> int:
    """A power of two that bounds an interval's values."""
    return max((end[2] + end[3] for end in interval if end[1]), default=0)


def of_sum(terms: dict[Number, Number], precision: int) -> Interval:
    """An interval around a sum of ``coefficient * e**exponent``."""
    return _of_terms(tuple(terms.items()), precision)


@lru_cache(maxsize=1024)
def _of_terms(terms: tuple[tuple[Number, Number], ...], precision: int) -> Interval:
    """The same, kept for a while: all weights of a row are quotients by one sum."""
    total = ZERO
    for exponent, coefficient in terms:
        power = power_of_e(exponent, precision)
        total = mpi_add(total, mpi_mul(power, of_number(coefficient, precision), precision), precision)
    return total


def of_fraction(numerator: dict[Number, Number], denominator: dict[Number, Number], precision: int) -> Interval:
    """An interval around a quotient of two sums, the lower one nonzero."""
    above, below = of_sum(numerator, precision), of_sum(denominator, precision)
    while contains_zero(below):
        precision *= 2
        if precision > 64 * LAST_PRECISION:
            raise ExactnessError("a denominator could not be separated from zero.")
        below = of_sum(denominator, precision)
    return mpi_div(above, below, precision)


@lru_cache(maxsize=4096)
def of_atom(atom: Atom, precision: int) -> Interval:
    """An interval around an atom's value, from the table of atoms."""
    working = precision + 8
    argument = of_fraction(atom.argument.n, atom.argument.d, working)
    while atom.function == "log" and mpf_sign(argument[0]) <= 0:  # it was shown to be positive
        working *= 2
        argument = of_fraction(atom.argument.n, atom.argument.d, working)
    return ATOMS[atom.function](argument, precision)


def _tanh(x: Interval, precision: int) -> Interval:
    if x[0][2] + x[0][3] > precision.bit_length():  # x is not below the precision, and 1 - tanh x < 2 exp(-2 x)
        return _below_one(precision)
    # tanh x = 1 - 2 / (exp(2 x) + 1) loses the bits by which x is small; they are added first.
    working = precision + 8 + max(0, -min((end[2] + end[3] for end in x if end[1]), default=0))
    power = exp((mpf_shift(x[0], 1), mpf_shift(x[1], 1)), working)
    return mpi_div(mpi_sub(power, UNIT, working), mpi_add(power, UNIT, working), precision)


def _below_one(bits: int) -> Interval:
    """What is between ``1 - 2**-bits`` and 1."""
    return mpi_sub(UNIT, (fzero, mpf_shift(fone, -bits)), bits + 1)


def _sqrt(x: Interval, precision: int) -> Interval:
    low = x[0] if mpf_sign(x[0]) > 0 else fzero
    return mpi_sqrt((low, x[1]), precision)


def _erf(x: Interval, precision: int) -> Interval:
    # erf grows, so each end is enclosed by itself: outer ends of the two results enclose the interval's image.
    return _erf_at(x[0], precision)[0], _erf_at(x[1], precision)[1]


def _erf_at(x: Any, precision: int) -> Interval:
    """erf x = 2/sqrt(pi) sum_n (-1)**n x**(2n+1) / (n! (2n+1)), in whole numbers, and how far it may be off.

    With ``B >= x**2`` the numbers ``x**(2n+1) / n!`` stay below ``(whole + 1) e**B``. Each step drops less than that
    and 2 units, and what is dropped grows by no more than ``e**B`` in later steps: over ``n`` steps, summed, it stays
    below ``(n + 2)**2 (whole + 3) e**(2 B)`` units. From ``n = 2 B`` on terms halve, so the rest is within that too.
    """
    if mpf_sign(x) < 0:
        return mpi_neg(_erf_at(mpf_neg(x), precision))
    if not mpf_sign(x):
        return ZERO
    whole = to_int(x) if x[2] + x[3] < 64 else 1 << 32
    bound = (whole + 1) ** 2
    working = precision + 4 * bound + 64 + max(0, -(x[2] + x[3]))
    if whole * whole > precision or working * bound > LONGEST_SERIES:
        return _below_one(min(whole * whole, precision))  # 0 < 1 - erf x < exp(-x**2), for x > 1
    square = to_fixed(mpf_mul(x, x), working)
    power = total = to_fixed(x, working)
    n = 0
    while power or n < 2 * bound:
        n += 1
        power = (power * square >> working) // n
        term = power // (2 * n + 1)
        total += -term if n % 2 else term
    reach = (n + 2) ** 2 * (whole + 3) << 3 * bound
    found = from_man_exp(total - reach, -working), from_man_exp(total + reach, -working)
    factor = mpi_div(of_integer(2), mpi_sqrt(mpi_pi(working), working), working)
    return mpi_mul(found, factor, precision)


def _wave(function: Callable[..., Any]) -> Callable[[Interval, int], Interval]:
    """Cosine or sine: no steeper than 1, so that the value in the middle is off by no more than the argument is.

    What the middle's value is off itself is below a unit in the last of the bits beyond those asked for.
    """

    def enclosed(x: Interval, precision: int) -> Interval:
        width = mpf_sub(x[1], x[0], 64, "u")
        if mpf_sign(mpf_sub(width, fone)) >= 0:
            return fnone, fone
        working = precision + SPARE + max(0, -min((end[2] + end[3] for end in x if end[1]), default=0))
        value = function(mpf_shift(mpf_add(x[0], x[1]), -1), working, "n")
        reach = mpf_add(width, mpf_shift(fone, SPARE // 2 - working), 64, "u")
        low, high = mpi_add((value, value), (mpf_neg(reach), reach), working)
        return max_of(low, fnone), min_of(high, fone)

    return enclosed


def max_of(a: Any, b: Any) -> Any:
    """The larger of two ends."""
    return a if mpf_sign(mpf_sub(a, b)) >= 0 else b


def min_of(a: Any, b: Any) -> Any:
    """The smaller of two ends."""
    return b if mpf_sign(mpf_sub(a, b)) >= 0 else a


ATOMS = {
    "tanh": _tanh,
    "cos": _wave(mpf_cos),
    "sin": _wave(mpf_sin),
    "log": log,
    "sqrt": _sqrt,
    "erf": _erf,
    "pi": lambda x, precision: mpi_mul(mpi_pi(precision + SPARE), _slack(precision), precision),
    "value": lambda x, precision: x,
}
"""The enclosure of each function whose values can be atoms."""


def contains_zero(interval: Interval) -> bool:
    """Whether zero is between the ends."""
    return mpf_sign(interval[0]) <= 0 <= mpf_sign(interval[1])


def sign_of_constant(number: Number) -> int:
    """The sign of a constant: exact without atoms; with atoms, decided by enclosures.

    Errors: ``ExactnessError`` if a sum with atoms cannot be separated from zero.

    >>> from symattn.exact.constants import constant
    >>> sign_of_constant(constant({(2, ()): 5, (1, ()): -7}))
    1
    """
    if not isinstance(number, Constant):
        return (number > 0) - (number < 0)
    if len(number.terms) == 1 and not number.has_atoms:
        (factor,) = number.terms.values()
        return 1 if factor > 0 else -1
    precision = FIRST_PRECISION
    while True:
        interval = of_number(number, precision)
        if not contains_zero(interval):
            return mpf_sign(interval[0])
        precision *= 2
        if precision > LAST_PRECISION and has_atoms(number):
            raise ExactnessError("a sum could not be separated from zero, nor shown to be zero.")


def in_order(exponents: Iterable[Number]) -> list[Number]:
    """Exponents in ascending order of their values.

    Where two with atoms cannot be separated, the order in which they are written decides: it only affects print.

    >>> in_order([3, -1, 2])
    [-1, 2, 3]
    """
    found = list(exponents)
    if any(isinstance(exponent, Constant) for exponent in found):
        return sorted(found, key=cmp_to_key(_compare))
    return sorted(found)  # type: ignore[type-var]


def _compare(left: Number, right: Number) -> int:
    if left == right:
        return 0
    if not isinstance(left, Constant) and not isinstance(right, Constant):
        return -1 if left < right else 1
    try:
        return sign_of_constant(left - right)
    except ExactnessError:
        return -1 if str(left) < str(right) else 1
