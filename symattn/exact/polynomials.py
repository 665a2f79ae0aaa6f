"""Polynomials with whole coefficients: common factors found, or proved absent, by evaluation at one whole number."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from symattn import limits

Polynomial = dict[int, int]
"""``{power: whole coefficient}``, powers from 0 on."""

SPARE_BITS = 6
"""Bits by which the point of evaluation lies beyond the roots; chance divisors are rarely larger."""


def common_factor(a: Polynomial, b: Polynomial) -> Polynomial | None:
    """The greatest common divisor of two polynomials with nonzero constant terms; ``None`` if the task is too large.

    Both are evaluated at a whole number beyond their roots. A common factor with root ``z`` takes a value of at least
    ``x - |z|`` there, so a small divisor of the values proves that there is none; a large one is read off in digits
    of base ``x`` and tried (Char, Geddes & Gonnet 1989, "GCDHEU", J. Symbolic Comput. 7).

    >>> common_factor({0: -1, 2: 1}, {0: 1, 1: 2, 2: 1})
    {0: 1, 1: 1}
    >>> common_factor({0: 1, 3: 1}, {0: 1, 2: 5})
    {0: 1}
    """
    step = gcd(*a, *b)
    if step > 1:
        small = common_factor(_powers_over(a, step), _powers_over(b, step))
        return None if small is None else {power * step: coefficient for power, coefficient in small.items()}
    a, b = primitive(a), primitive(b)
    bound = min(root_bound_bits(a), root_bound_bits(b))
    degree = max(*a, *b)
    for bits in (bound + SPARE_BITS, bound + 3 * SPARE_BITS):
        if bits * degree > limits.GCD_BITS:
            return None
        if _is_beyond(gcd(value_at(a, bits), value_at(b, bits)), bits, bound):
            return {0: 1}
    largest = min(max(map(abs, a.values())), max(map(abs, b.values())))
    bits = max(bound, largest.bit_length() + 1) + 8
    while bits * degree <= limits.GCD_BITS:
        found = primitive(digits(gcd(value_at(a, bits), value_at(b, bits)), bits))
        if exact_quotient(a, found) is not None and exact_quotient(b, found) is not None:
            return found
        bits += bits // 2
    return None


def share_no_factor(numerators: Sequence[Polynomial], denominator: Polynomial) -> bool:
    """Whether one evaluation proves that no numerator has a factor in common with the denominator.

    The greatest common divisor of the denominator's value with the product of the numerators' values is a multiple of
    each one's. ``False`` proves nothing.
    """
    bound = root_bound_bits(denominator)
    bits = bound + SPARE_BITS
    if bits * max(denominator) > limits.GCD_BITS:
        return False
    below = value_at(denominator, bits)
    product = 1
    for numerator in numerators:
        if len(numerator) > 1:
            product = product * value_at(numerator, bits) % below
    return _is_beyond(gcd(product, below), bits, bound)


def _is_beyond(divisor: int, bits: int, bound: int) -> bool:
    return 0 < divisor < (1 << bits) - (1 << bound)


def root_bound_bits(polynomial: Polynomial) -> int:
    """``k`` such that every root is smaller than ``2**k``, by Fujiwara's bound ``2 max |c_j / c_n|**(1/(n-j))``.

    >>> root_bound_bits({0: -6, 1: 1})
    4
    """
    degree = max(polynomial)
    last = polynomial[degree].bit_length() - 1
    bits = 0
    for power, coefficient in polynomial.items():
        excess = coefficient.bit_length() - last
        if excess > bits * (degree - power) and power < degree:
            bits = -(-excess // (degree - power))
    return bits + 1


def value_at(polynomial: Polynomial, bits: int) -> int:
    """The polynomial's value at ``2**bits``."""
    return sum([coefficient << power * bits for power, coefficient in polynomial.items()])


def digits(number: int, bits: int) -> Polynomial:
    """The polynomial with small coefficients that has this value at ``2**bits``.

    >>> digits(2**16 - 3, 8)
    {0: -3, 2: 1}
    """
    found: Polynomial = {}
    base, half, power = 1 << bits, 1 << (bits - 1), 0
    while number:
        digit = number & (base - 1)
        if digit >= half:
            digit -= base
        if digit:
            found[power] = digit
        number = (number - digit) >> bits
        power += 1
    return found


def primitive(polynomial: Polynomial) -> Polynomial:
    """The polynomial without its whole content, the coefficient of its highest power positive."""
    divisor = gcd(*polynomial.values())
    if polynomial[max(polynomial)] < 0:
        divisor = -divisor
    if divisor == 1:
        return polynomial
    return {power: coefficient // divisor for power, coefficient in polynomial.items()}


def exact_quotient(a: Polynomial, b: Polynomial) -> Polynomial | None:
    """``a / b`` if ``b`` divides ``a`` over the whole numbers, else ``None``.

    >>> exact_quotient({0: -1, 2: 1}, {0: 1, 1: 1})
    {1: 1, 0: -1}
    """
    top = max(b)
    lead = b[top]
    rest = dict(a)
    found: Polynomial = {}
    for power in range(max(a) - top, -1, -1):
        coefficient = rest.get(power + top)
        if not coefficient:
            continue
        factor, remainder = divmod(coefficient, lead)
        if remainder:
            return None
        found[power] = factor
        for place, value in b.items():
            left = rest.get(power + place, 0) - factor * value
            if left:
                rest[power + place] = left
            else:
                rest.pop(power + place, None)
    return None if rest else found


def _powers_over(polynomial: Polynomial, step: int) -> Polynomial:
    return {power // step: coefficient for power, coefficient in polynomial.items()}
