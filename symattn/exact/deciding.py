"""Deciding: whether an exact value is zero, its sign and its decimals; never a guess."""

from __future__ import annotations

from decimal import Decimal

from mpmath.libmp import fhalf, mpf_log, mpf_sign, mpi_add, mpi_div, mpi_mul, mpi_neg, mpi_pow_int, to_int

from symattn import limits
from symattn.errors import ExactnessError, LimitError
from symattn.exact.constants import Atom, Number, has_atoms, quotient
from symattn.exact.enclosures import (
    FIRST_PRECISION,
    LAST_PRECISION,
    Interval,
    contains_zero,
    of_fraction,
    of_integer,
    of_sum,
)
from symattn.exact.sums import Sum, add, atoms_of, multiply, rational_value, replace_atom, rests_on_atoms, scale

LARGEST_DECIMAL_EXPONENT = 10**17
LOG10_OF_E = 43429448190325182765
"""The decimal logarithm of e, times ``10**20``."""


def is_zero(n: Sum) -> bool:
    """Whether a sum of powers of e is zero.

    Without atoms no nonempty sum is (Lindemann & Weierstrass 1885: powers of e with distinct algebraic exponents are
    linearly independent over the algebraic numbers). With atoms an enclosure may show that it is not.
    Errors: ``ExactnessError`` if neither is found.
    """
    if not n:
        return True
    if not rests_on_atoms(n):
        return False
    if excludes_zero(n, FIRST_PRECISION):
        return False
    resolved = without_known_atoms(n)
    if not resolved:
        return True
    if not rests_on_atoms(resolved):
        return False
    precision = 2 * FIRST_PRECISION
    while precision <= LAST_PRECISION:
        if excludes_zero(resolved, precision):
            return False
        precision *= 2
    raise ExactnessError(
        f"asked whether a value is zero; it is below 2**-{LAST_PRECISION // 2} or so, its terms do not cancel as "
        "written, and no rule decides it."
    )


def excludes_zero(n: Sum, precision: int) -> bool:
    """Whether an enclosure of so many bits shows that a sum is not zero."""
    return not contains_zero(of_sum(n, precision))


def without_known_atoms(n: Sum) -> Sum:
    """A multiple of the sum by a positive factor, with tanh as powers of e and squares of roots as their arguments."""
    for _ in range(limits.NESTING_DEPTH):
        for atom in atoms_of(n.values()):
            if atom.function == "sqrt":
                above, below = atom.argument.n, atom.argument.d
                if _sign_of_sum(below) < 0:
                    above, below = _negative(above), _negative(below)
                replaced, _ = replace_atom(n, atom, 2, above, below)
            elif atom.function == "tanh" and (twice := _twice(atom)) is not None:
                replaced, _ = replace_atom(n, atom, 1, {twice: 1, 0: -1}, {twice: 1, 0: 1})
            else:
                continue
            if replaced is not n:
                n = replaced
                break
        else:
            return n
    return n


def with_tanh_written_out(n: Sum, d: Sum) -> tuple[Sum, Sum]:
    """The same fraction with every tanh that is a quotient of powers of e written as one."""
    for atom in atoms_of([*n.values(), *d.values()]):
        if atom.function == "tanh" and (twice := _twice(atom)) is not None:
            above, extra = replace_atom(n, atom, 1, {twice: 1, 0: -1}, {twice: 1, 0: 1})
            below, more = replace_atom(d, atom, 1, {twice: 1, 0: -1}, {twice: 1, 0: 1})
            n, d = multiply(above, more), multiply(below, extra)
    return n, d


def _twice(atom: Atom) -> Number | None:
    """Twice the argument of an atom as an exponent, if it is a constant without atoms."""
    above, below = atom.argument.n, atom.argument.d
    if set(above) != {0} or set(below) != {0} or not isinstance(below[0], int) or has_atoms(above[0]):
        return None
    return quotient(above[0] * 2, below[0])


def sign(n: Sum, d: Sum) -> int:
    """The sign of a fraction: 0 if it is shown to be zero, else that of an enclosure fine enough.

    Errors: ``ExactnessError`` as for :func:`is_zero`.
    """
    if (rational := rational_value(n, d)) is not None:
        product = rational[0] * rational[1]
        return (product > 0) - (product < 0)
    return 0 if is_zero(n) else _sign_of_sum(n) * _sign_of_sum(d)


def _sign_of_sum(n: Sum) -> int:
    """The sign of a sum that is not zero; tanh is written out where its difference from 1 is too small to enclose."""
    if all(isinstance(coefficient, int) and coefficient > 0 for coefficient in n.values()):
        return 1
    precision = FIRST_PRECISION
    while contains_zero(interval := of_sum(n, precision)):
        if precision == FIRST_PRECISION:
            n = without_known_atoms(n)
        precision *= 2
    return mpf_sign(interval[0])


def _negative(terms: Sum) -> Sum:
    return {exponent: -coefficient for exponent, coefficient in terms.items()}


def decimal(n: Sum, d: Sum, digits: int) -> Decimal:
    """A fraction rounded to so many significant digits, half to even; exactly zero is ``Decimal(0)``.

    Rational values are rounded in whole numbers; others are enclosed ever more finely until both ends round alike
    (Ziv 1991, ACM Trans. Math. Softw. 17), which irrational values always reach.
    Errors: ``LimitError`` beyond the digits allowed, ``ExactnessError`` if a value with atoms stays undecided.
    """
    if not n:
        return Decimal(0)
    if (rational := rational_value(n, d)) is not None:
        return rounded_quotient(*rational, digits)
    sign_of_value = sign(n, d)
    if not sign_of_value:
        return Decimal(0)
    bits = int(digits * 3.33) + 24
    may_be_rational = rests_on_atoms(n) or rests_on_atoms(d)
    extra = 16
    while True:
        interval = of_fraction(n, d, bits + extra)
        if not contains_zero(interval):
            low, high, power = _rounded(interval if sign_of_value > 0 else mpi_neg(interval), digits, bits + extra)
            if high == low + 1 and abs(power) <= limits.EXACT_DIGITS:
                low = high = _side_of_middle(n if sign_of_value > 0 else _negative(n), d, low, power)
            if low == high:
                whole, power = (low // 10, power + 1) if low == 10**digits else (low, power)
                return _decimal(sign_of_value * whole, power)
        extra *= 2
        if may_be_rational and extra > LAST_PRECISION:
            raise ExactnessError(f"asked for {digits} digits; the value is too near the middle between two of them.")


def rounded_quotient(above: int, below: int, digits: int) -> Decimal:
    """``above / below`` to so many significant digits, half to even, in whole numbers.

    >>> rounded_quotient(1, 8, 2), rounded_quotient(3, 8, 2), rounded_quotient(1, 2, 5)
    (Decimal('0.12'), Decimal('0.38'), Decimal('0.50000'))
    """
    if not above:
        return Decimal(0)
    negative = (above < 0) != (below < 0)
    above, below = abs(above), abs(below)
    power = int((above.bit_length() - below.bit_length()) * 0.30103) - digits
    while True:
        top, bottom = (above, below * 10**power) if power > 0 else (above * 10**-power, below)
        whole, rest = divmod(top, bottom)
        if whole >= 10**digits:
            power += 1
            continue
        if whole < 10 ** (digits - 1):
            power -= 1
            continue
        if 2 * rest > bottom or (2 * rest == bottom and whole % 2):
            whole += 1
        if whole == 10**digits:
            whole, power = whole // 10, power + 1
        return _decimal(-whole if negative else whole, power)


def _side_of_middle(n: Sum, d: Sum, low: int, power: int) -> int:
    """``low`` or ``low + 1``, to which a value near ``(low + 1/2) 10**power`` rounds; exactly there to the even one.

    The middle is subtracted exactly: 1/8 + e^(-10^9) is above 1/8, which no enclosure shows.
    """
    above, below = (2 * low + 1) * 10 ** max(power, 0), 2 * 10 ** max(-power, 0)
    side = sign(add(scale(n, below), scale(d, -above)), d)
    return low + (low % 2 if not side else side > 0)


def _rounded(interval: Interval, digits: int, precision: int) -> tuple[int, int, int]:
    """``(low, high, power)`` with all of a positive interval rounding to between these multiples of ``10**power``."""
    size = interval[0][2] + interval[0][3]
    if abs(size) > 3 * LARGEST_DECIMAL_EXPONENT:
        message = f"a value of about 2 to a power of {len(str(abs(size)))} digits; decimals end at 10**10**17."
        raise LimitError(message)
    tens = to_int(mpf_log(interval[0], 64, "n")) * LOG10_OF_E // 10**20
    for power in range(tens - digits, tens - digits + 5):  # the first at which the digits are not too many
        working = precision + 80
        ten_power = mpi_pow_int(of_integer(10), abs(power), working)
        scaled = mpi_mul(interval, ten_power, working) if power < 0 else mpi_div(interval, ten_power, working)
        low, high = (to_int(end) for end in mpi_add(scaled, (fhalf, fhalf), working))
        if low > 10**digits:
            continue
        return low, high, power
    raise AssertionError(f"no power of ten for {interval}")


def _decimal(whole: int, power: int) -> Decimal:
    sign_of_whole, figures, _ = Decimal(whole).as_tuple()
    return Decimal((sign_of_whole, figures, power))


def difference(n1: Sum, d1: Sum, n2: Sum, d2: Sum) -> Sum:
    """The numerator of a difference of two fractions."""
    if d1 is d2 or d1 == d2:
        return add(n1, {exponent: -coefficient for exponent, coefficient in n2.items()})
    return add(multiply(n1, d2), multiply({exponent: -c for exponent, c in n2.items()}, d1))
