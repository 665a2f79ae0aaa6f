"""Functions of exact numbers: they stay in the field wherever they can; what leaves it becomes an atom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cmp_to_key
from math import floor as whole_part

from mpmath.libmp import to_int

from symattn.errors import ExactnessError
from symattn.exact.constants import (
    Atom,
    Constant,
    Number,
    Rational,
    atom_constant,
    check_bits,
    constant,
    monomials,
    prime_factors,
    quotient,
    size_in_bits,
    square_root,
)
from symattn.exact.element import ONE, ZERO, Element
from symattn.exact.enclosures import FIRST_PRECISION, in_order, of_fraction
from symattn.exact.infinity import NEGATIVE_INFINITY
from symattn.exact.sums import Sum, add, content, divided, shifted


def atom(function: str, argument: Element) -> Element:
    """The value of a function that the field cannot express."""
    return Element({0: atom_constant(Atom(function, argument))})


# Exponentials.


def exponent_of(x: Element) -> Number:
    """A number as an exponent of e: a constant, in which powers of e and quotients by sums of them are atoms.

    Quotients by one denominator are written so that exponents that are equal, or differ by a constant, look it.
    """
    x.reduced()
    n, d = x.n, x.d
    if set(d) == {0} and isinstance(d[0], int):
        total: Number = 0
        for exponent, coefficient in n.items():
            part = quotient(coefficient, d[0])
            total = total + (part * atom_constant(Atom("value", Element({exponent: 1}))) if exponent != 0 else part)
        return total
    whole: Number = 0
    highest = in_order(d)[-1]
    if highest in n and isinstance(d[highest], int):
        whole = quotient(n[highest], d[highest])  # the highest term is divided out: e^2/(1 + e^2) = 1 - 1/(1 + e^2)
        n = add(_times(n, d[highest]), {exponent: -(c * n[highest]) for exponent, c in d.items()})
        n_divisor = d[highest]
    else:
        n_divisor = 1
    total = whole
    common = content(d)  # 1/(3 + 3e) is a third of 1/(1 + e): both are written with the same atom
    d = divided(d, common)
    for exponent, coefficient in n.items():
        part = quotient(coefficient, n_divisor * common)
        total = total + part * atom_constant(Atom("value", Element({exponent: 1}, d)))
    return total


def _times(n: Sum, factor: int) -> Sum:
    return {exponent: coefficient * factor for exponent, coefficient in n.items()}


def exp(x: Element) -> Element:
    """``e**x``; whole multiples of logarithms become powers: ``exp(2*log(3)) = 9``.

    >>> exp(Element.of(2))
    Element(exp(2))
    """
    if x is NEGATIVE_INFINITY:
        return ZERO
    exponent = exponent_of(x)
    check_bits(size_in_bits(exponent))
    factor = ONE
    if isinstance(exponent, Constant):
        for (root, atoms), multiple in list(exponent.terms.items()):
            if root == 1 and len(atoms) == 1 and atoms[0][1] == 1 and atoms[0][0].function == "log":
                known = _power_of(atoms[0][0].argument, multiple)
                if known is not None:
                    factor = factor * known
                    exponent = exponent - constant({(root, atoms): multiple})
    return Element({exponent: 1}) * factor


def _power_of(base: Element, exponent: Rational) -> Element | None:
    """A power with a whole exponent or half of one."""
    if exponent.denominator == 1:
        return base**exponent.numerator
    if exponent.denominator == 2 and base.is_rational:
        return sqrt(base) ** exponent.numerator
    return None


def sigmoid(x: Element) -> Element:
    """``1 / (1 + e**(-x))``."""
    power = exp(x)
    return power / (power + 1)


def softmax(scores: Sequence[Element]) -> list[Element]:
    """The softmax of one row, shifted by its smallest exponent: then every weight is in lowest terms as it stands.

    >>> softmax([Element.of(2), Element.of(4), Element.of(4)])[1]
    Element(exp(2)/(1 + 2*exp(2)))
    """
    powers = [exp(score) for score in scores]
    if any(len(power.n) != 1 or power.d != {0: 1} or next(iter(power.n.values())) != 1 for power in powers):
        total = sum(powers, ZERO)
        return [power / total for power in powers]
    exponents = [next(iter(power.n)) for power in powers]
    lowest = in_order(set(exponents))[0]
    return shifted_softmax([exponent - lowest for exponent in exponents])


def shifted_softmax(exponents: Sequence[Number]) -> list[Element]:
    """Weights from exponents of which the smallest is 0; equal exponents share one element."""
    below: Sum = {}
    for exponent in exponents:
        below[exponent] = below.get(exponent, 0) + 1
    made = {exponent: Element({exponent: 1}, below, True) for exponent in below}
    return [made[exponent] for exponent in exponents]


# Logarithms.


def log(x: Element) -> Element:
    """The natural logarithm; of a rational number split over its primes, of ``c e**a`` as ``log(c) + a``.

    Errors: ``ExactnessError`` unless ``x > 0``.

    >>> log(Element.of("4/3"))
    Element(-log(3) + 2*log(2))
    """
    if x.sign <= 0:
        raise ExactnessError(f"asked for the logarithm of {_shown(x)}, which is not above 0.")
    x.reduced()
    return _log_of_sum(x.n) - _log_of_sum(x.d)


def _log_of_sum(terms: Sum) -> Element:
    """The logarithm of the absolute value; numerator and denominator of a positive number may both be negative."""
    lowest, common, rest = _split(terms)
    found = _log_of_whole(common) + as_element(lowest)
    if set(rest) == {0} and len(only := dict(monomials(rest[0]))) == 1:
        ((root, atoms),) = only
        if not atoms:
            return found + _log_of_whole(root) * Fraction(1, 2)
    return found + atom("log", abs(Element(rest)))


def _log_of_whole(number: int) -> Element:
    factors, rest = prime_factors(number)
    total = ZERO
    for prime, power in [*factors, *([(rest, 1)] if rest > 1 else [])]:
        total = total + atom("log", Element.constant(prime)) * power
    return total


def as_element(exponent: Number) -> Element:
    """An exponent as a number: the values in it that stand for elements become these elements again."""
    if not isinstance(exponent, Constant):
        return Element.constant(exponent)
    total = ZERO
    for (root, atoms), factor in monomials(exponent):
        part = Element.constant(constant({(root, tuple(a for a in atoms if a[0].function != "value")): factor}))
        for found, power in atoms:
            if found.function == "value":
                part = part * found.argument**power
        total = total + part
    return total


def log_sum_exp(scores: Sequence[Element]) -> Element:
    """``log(sum of e**s)``; of no scores -infinity."""
    return NEGATIVE_INFINITY if not scores else log(sum((exp(score) for score in scores), ZERO))


# Roots.


def sqrt(x: Element) -> Element:
    """The square root; of rational numbers in the field, of ``c e**a`` as ``sqrt(c) e**(a/2)``.

    Errors: ``ExactnessError`` for a negative number.

    >>> sqrt(Element.of("4/3"))
    Element(2*sqrt(3)/3)
    """
    sign = x.sign
    if sign < 0:
        raise ExactnessError(f"asked for the square root of {_shown(x)}, which is negative.")
    if not sign:
        return ZERO
    x.reduced()
    lowest_n, n_whole, n_rest = _split(x.n)
    lowest_d, d_whole, d_rest = _split(x.d)
    outside, inside, unknown = square_root(n_whole * d_whole)
    result = Element.constant(constant({(inside, ()): Fraction(outside, d_whole)}))
    if unknown > 1:
        result = result * atom("sqrt", Element.constant(unknown))
    power = quotient(lowest_n - lowest_d, 2)
    if power != 0:
        result = result * Element({power: 1})
    if n_rest == {0: 1} and d_rest == {0: 1}:
        return result
    return result * atom("sqrt", Element(n_rest, d_rest))


def _split(terms: Sum) -> tuple[Number, int, Sum]:
    """A sum as a power of e, by its exponent, times a whole number times the rest."""
    lowest = in_order(terms)[0]
    common = content(terms)
    return lowest, common, divided(shifted(terms, lowest), common)


def norm(row: Sequence[Element]) -> Element:
    """The Euclidean length."""
    return sqrt(sum((x * x for x in row), ZERO))


def power(x: Element, exponent: Rational) -> Element:
    """``x**exponent`` with a rational exponent.

    Errors: ``ExactnessError`` for 0 with a negative exponent, and for a root of a negative number.

    >>> power(Element.of(2), Fraction(-1, 2))
    Element(sqrt(2)/2)
    """
    if exponent.denominator == 1:
        return x**exponent.numerator
    if exponent.denominator == 2:
        return sqrt(x) ** exponent.numerator
    sign = x.sign
    if sign < 0:
        raise ExactnessError(f"asked for {_shown(x)} to the power {exponent}, which is not real.")
    if not sign:
        if exponent < 0:
            raise ExactnessError(f"asked for 0 to the power {exponent}: division by zero.")
        return ZERO
    return exp(log(x) * Fraction(exponent))


# Functions that are atoms.


def _odd(function: str) -> Callable[[Element], Element]:
    """A function with ``f(-x) = -f(x)`` and ``f(0) = 0``: its atoms have arguments above 0."""

    def value(x: Element) -> Element:
        sign = x.sign
        if not sign:
            return ZERO
        return atom(function, x.reduced()) if sign > 0 else -atom(function, (-x).reduced())

    value.__name__ = function
    return value


tanh = _odd("tanh")
erf = _odd("erf")
sin = _odd("sin")


def cos(x: Element) -> Element:
    """The cosine of an angle in radians: its atoms have arguments above 0.

    >>> cos(Element.of(-1)) - cos(Element.of(1)), cos(Element.of(0))
    (Element(0), Element(1))
    """
    sign = x.sign
    if not sign:
        return ONE
    return atom("cos", x.reduced() if sign > 0 else (-x).reduced())


def gelu(x: Element) -> Element:
    """``x (1 + erf(x / sqrt 2)) / 2``."""
    half_root = Element.constant(constant({(2, ()): Fraction(1, 2)}))
    return x * (erf(x * half_root) + 1) * Fraction(1, 2)


PI = atom("pi", ONE)
"""Known by its enclosures alone: what is exactly zero by a property of pi, such as its sine, is not decided."""


# Functions that ask for a sign.


def floor(x: Element) -> int:
    """The largest whole number that is not above a number: decided exactly where the number may be whole itself.

    >>> floor(log(Element.of(8)) / log(Element.of(2))), floor(-log(Element.of(2)))
    (3, -1)
    """
    if x.is_rational:
        return whole_part(x.as_fraction())
    precision = FIRST_PRECISION
    while True:
        low, high = (to_int(end, "f") for end in of_fraction(x.n, x.d, precision))
        check_bits(max(abs(low), abs(high)).bit_length())
        if low == high:
            return low
        if high == low + 1:
            return high if (x - high).sign >= 0 else low
        precision *= 2


def absolute(x: Element) -> Element:
    """The absolute value."""
    return abs(x)


def relu(x: Element) -> Element:
    """``max(x, 0)``."""
    return x if x.sign > 0 else ZERO


def step(x: Element) -> Element:
    """1 where ``x > 0``, else 0."""
    return ONE if x.sign > 0 else ZERO


def sign(x: Element) -> Element:
    """1 where ``x > 0``, -1 where ``x < 0``, 0 at 0.

    >>> sign(exp(Element.of(1)) - 3), sign(log(Element.of(8)) - 3 * log(Element.of(2)))
    (Element(-1), Element(0))
    """
    return Element.constant(x.sign)


def elu(x: Element) -> Element:
    """``x`` where ``x > 0``, else ``exp(x) - 1``."""
    return x if x.sign > 0 else exp(x) - 1


def largest(row: Sequence[Element]) -> Element:
    """The largest of some numbers."""
    return max(row, key=cmp_to_key(_compare))


def _compare(a: Element, b: Element) -> int:
    if a is b or b is NEGATIVE_INFINITY:
        return int(a is not b)
    return (a - b).sign


def _shown(x: Element) -> str:
    text = str(x.to_sympy())
    return text if len(text) <= 80 else f"{text[:77]}..."


__all__ = [
    "PI",
    "absolute",
    "cos",
    "elu",
    "erf",
    "exp",
    "floor",
    "gelu",
    "largest",
    "log",
    "log_sum_exp",
    "norm",
    "power",
    "relu",
    "sigmoid",
    "sign",
    "sin",
    "softmax",
    "sqrt",
    "step",
    "tanh",
]
