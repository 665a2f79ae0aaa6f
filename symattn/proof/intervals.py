"""Intervals: numbers known to lie between two ends; arithmetic rounds outward, and comparisons never guess."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import Any

from mpmath.libmp import (
    from_float,
    fzero,
    mpf_add,
    mpf_floor,
    mpf_lt,
    mpf_shift,
    mpf_sign,
    mpi_abs,
    mpi_add,
    mpi_div,
    mpi_mul,
    mpi_neg,
    mpi_pow_int,
    mpi_sub,
    to_int,
    to_str,
)

from symattn.errors import ExactnessError
from symattn.exact import enclosures

Ends = tuple[Any, Any]
"""The lower and the upper end as mpmath's raw numbers."""

LARGEST_EXPONENT = 64
"""Bits of the largest number of which an exponential is enclosed."""

HALF = Fraction(1, 2)


def open_question(what: str) -> ExactnessError:
    """The error of a question that the ends of an interval leave open."""
    return ExactnessError(f"enclosures leave open {what}.")


class Interval:
    """A real number known to lie between two ends, computed with so many ``bits``.

    Arithmetic with int, fractions and intervals encloses what it is asked for. A comparison answers where every pair
    of numbers between the ends would answer alike.
    Errors: ``ExactnessError`` for a comparison that the ends leave open, and for a division by what may be 0.

    >>> third = Interval.of(1, 64) / 3
    >>> third * 3 > Fraction(99, 100), abs(-third) < 1, third.decimal(3)
    (True, True, Decimal('0.333'))
    """

    __slots__ = ("bits", "ends")

    def __init__(self, ends: Ends, bits: int) -> None:
        self.ends, self.bits = ends, bits

    @classmethod
    def of(cls, number: Any, bits: int) -> Interval:
        """The interval around an int, a float as it is, a fraction, or one of mpmath's raw numbers."""
        if isinstance(number, Interval):
            return number
        if isinstance(number, float):
            number = from_float(number)
        if isinstance(number, tuple):
            return cls((number, number), bits)
        return cls(enclosures.of_number(int(number) if isinstance(number, int) else number, bits), bits)

    def _made(self, ends: Ends) -> Interval:
        return Interval(ends, self.bits)

    @property
    def is_point(self) -> bool:
        """Whether both ends are the same, so that the number is known."""
        return self.ends[0] == self.ends[1]

    @property
    def may_be_0(self) -> bool:
        """Whether 0 is between the ends."""
        return enclosures.contains_zero(self.ends)

    def decimal(self, digits: int) -> Decimal:
        """The middle in so many significant digits."""
        return Decimal(to_str(mpf_shift(mpf_add(*self.ends), -1), digits))

    # Arithmetic.

    def _with(self, other: Any, operation: Any) -> Interval:
        return self._made(operation(self.ends, Interval.of(other, self.bits).ends, self.bits))

    def __add__(self, other: Any) -> Interval:
        return self._with(other, mpi_add)

    def __sub__(self, other: Any) -> Interval:
        return self._with(other, mpi_sub)

    def __mul__(self, other: Any) -> Interval:
        return self._with(other, mpi_mul)

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Any) -> Interval:
        return Interval.of(other, self.bits) - self

    def __truediv__(self, other: Any) -> Interval:
        divisor = Interval.of(other, self.bits)
        if divisor.may_be_0:
            raise ExactnessError("division by zero.") if divisor.is_point else open_question("whether a divisor is 0")
        return self._with(divisor, mpi_div)

    def __rtruediv__(self, other: Any) -> Interval:
        return Interval.of(other, self.bits) / self

    def __neg__(self) -> Interval:
        return self._made(mpi_neg(self.ends, self.bits))

    def __abs__(self) -> Interval:
        return self._made(mpi_abs(self.ends, self.bits))

    def __pow__(self, exponent: Any) -> Interval:
        if isinstance(exponent, Interval) and exponent.is_point and _is_whole(exponent.ends):
            exponent = to_int(exponent.ends[0])
        if isinstance(exponent, int):
            if exponent < 0:
                return 1 / self**-exponent
            return self._made(mpi_pow_int(self.ends, exponent, self.bits))
        if self.ends[0] == fzero and exponent > 0:  # the power grows from 0 on
            top = self if self.is_point else self._made((self.ends[1], self.ends[1])) ** exponent
            return self._made((fzero, top.ends[1]))
        return exp(Interval.of(exponent, self.bits) * log(self))

    # Comparison.

    def _order(self, other: Any) -> int | None:
        """-1, 0 or 1 where the ends decide it."""
        them = Interval.of(other, self.bits)
        if mpf_lt(self.ends[1], them.ends[0]):
            return -1
        if mpf_lt(them.ends[1], self.ends[0]):
            return 1
        return 0 if self.is_point and self.ends == them.ends else None

    def _decided(self, other: Any) -> int:
        order = self._order(other)
        if order is None:
            raise open_question("which of two numbers is the larger")
        return order

    def apart(self, other: Interval) -> bool:
        """Whether both are certainly different."""
        return self._order(other) in (-1, 1)

    def __lt__(self, other: Any) -> bool:
        return self._decided(other) < 0

    def __gt__(self, other: Any) -> bool:
        return self._decided(other) > 0

    def __le__(self, other: Any) -> bool:
        return self._decided(other) <= 0

    def __ge__(self, other: Any) -> bool:
        return self._decided(other) >= 0

    def __eq__(self, other: object) -> bool:
        return self._decided(other) == 0

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return self._decided(0) != 0

    def __int__(self) -> int:
        whole = floor(self)
        return to_int(whole.ends[0])

    def __repr__(self) -> str:
        return f"Interval({to_str(self.ends[0], 8)}, {to_str(self.ends[1], 8)})"


def _is_whole(ends: Ends) -> bool:
    """Whether a point is a whole number."""
    return mpf_floor(ends[0]) == ends[0]


def floor(x: Interval) -> Interval:
    """The largest whole number that is not above. Errors: ``ExactnessError`` where the ends leave it open."""
    low, high = map(mpf_floor, x.ends)
    if low != high:
        raise open_question("which whole number is below a number")
    return Interval((low, low), x.bits)


def exp(x: Interval) -> Interval:
    """An interval around the exponential. Errors: ``ExactnessError`` for an exponent too large to be a power's."""
    size = max(0, enclosures.end_exponent(x.ends))
    if size > LARGEST_EXPONENT:
        raise ExactnessError(f"the exponential of a number beyond 2**{LARGEST_EXPONENT} is not enclosed.")
    return Interval(enclosures.exp(x.ends, x.bits + size), x.bits)


def log(x: Interval) -> Interval:
    """An interval around the logarithm. Errors: ``ExactnessError`` unless the number is certainly positive."""
    if x <= 0:
        raise ExactnessError("the logarithm of a number that is not positive.")
    return Interval(enclosures.log(x.ends, x.bits), x.bits)


def sqrt(x: Interval) -> Interval:
    """An interval around the square root. Errors: ``ExactnessError`` unless the number is certainly not negative."""
    if mpf_sign(x.ends[0]) < 0:
        raise ExactnessError("the square root of a negative number.") if x < 0 else open_question("a sign")
    return Interval(enclosures.ATOMS["sqrt"](x.ends, x.bits), x.bits)


def _atom(name: str) -> Any:
    return staticmethod(lambda x: Interval(enclosures.ATOMS[name](x.ends, x.bits), x.bits))


class Context:
    """What the definitions of the reference ask of mpmath, answered with intervals of so many bits.

    Errors: ``ExactnessError`` for what intervals do not have.
    """

    exp, log, sqrt, floor, nint = map(staticmethod, (exp, log, sqrt, floor, lambda x: floor(x + HALF)))
    tanh, cos, sin, erf = map(_atom, ("tanh", "cos", "sin", "erf"))
    isnan, isfinite = staticmethod(lambda x: False), staticmethod(lambda x: True)

    def __init__(self, bits: int) -> None:
        self.prec = bits
        self.zero, self.one = self.mpf(0), self.mpf(1)

    def __getattr__(self, name: str) -> Any:
        raise ExactnessError(f"there are no enclosures for {name}.")

    def mpf(self, number: Any) -> Interval:
        """The interval around a number."""
        return Interval.of(number, self.prec)

    def erfc(self, x: Interval) -> Interval:
        """One less the error function."""
        return 1 - self.erf(x)

    def expm1(self, x: Interval) -> Interval:
        """The exponential less one."""
        return exp(x) - 1

    def fsum(self, numbers: Iterable[Interval], squared: bool = False) -> Interval:
        """The sum, of squares where asked for."""
        return reduce(add, (x**2 if squared else x for x in numbers), self.zero)

    def fprod(self, numbers: Iterable[Interval]) -> Interval:
        """The product."""
        return reduce(mul, numbers, self.one)

    def fdot(self, left: Iterable[Interval], right: Iterable[Interval]) -> Interval:
        """The sum of products."""
        return self.fsum(a * b for a, b in zip(left, right, strict=True))

    def nstr(self, number: Any, digits: int) -> str:
        """A number for a message."""
        return repr(number)

    @contextmanager
    def workdps(self, digits: int) -> Iterator[None]:
        """The same precision: more digits decide no more of what is known between two ends."""
        yield
