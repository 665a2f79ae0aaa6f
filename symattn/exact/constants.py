"""Constants: sums of rational multiples of square roots of whole numbers and of opaque atoms such as tanh(1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import gcd, isqrt, lcm
from typing import Any, TypeAlias, Union

from sympy import factorint, isprime, primerange

from symattn import limits
from symattn.errors import LimitError

Rational: TypeAlias = int | Fraction
Number: TypeAlias = Union[int, Fraction, "Constant"]
"""A real constant; rational ones are always plain ``int`` or ``Fraction``, and whole ones plain ``int``."""

TRIAL_PRIMES = 1 << 14
"""Primes below this are divided out by trial."""

FACTORED_SIZE = 10**18
"""A number without small prime factors is factored completely up to this size, in a fraction of a second."""

PROVED_PRIME_BITS = 2_048
"""Bits up to which what is left is tried for being prime, in a fraction of a second."""


class Atom:
    """A real number that the field cannot express: a named function of an exact value, used as an indeterminate.

    Two atoms are the same if they are written the same; nothing else is assumed about their values.
    ``argument`` is an exact :class:`~symattn.exact.Element`.
    """

    __slots__ = ("argument", "depth", "function", "key")

    def __init__(self, function: str, argument: Any) -> None:
        self.function = function
        self.argument = argument
        self.key: str = f"{function}({argument.key})"
        self.depth: int = 1 + max((atom.depth for atom in argument.atoms), default=0)
        if len(self.key) > limits.EXACT_TERMS or self.depth > limits.NESTING_DEPTH:
            raise LimitError(
                f"an exact value with functions {self.depth} deep, written in {len(self.key)} characters; "
                f"the most is {limits.NESTING_DEPTH} deep and {limits.EXACT_TERMS} characters."
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __reduce__(self) -> tuple:
        return Atom, (self.function, self.argument)

    def __repr__(self) -> str:
        return self.key


Monomial = tuple[int, tuple[tuple[Atom, int], ...]]
"""``(r, ((atom, power), ...))`` is the product of the square root of the squarefree ``r`` and of powers of atoms."""

ONE: Monomial = (1, ())


class Constant:
    """An irrational constant: a sum of rational multiples of distinct monomials. Immutable.

    Square roots of distinct squarefree numbers are linearly independent over the rationals, so without atoms two
    constants are equal exactly if their terms are. Made by :func:`constant`, which keeps rational values out.
    """

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: dict[Monomial, Rational]) -> None:
        self.terms = terms
        self._hash: int | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Constant) and self.terms == other.terms)

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __reduce__(self) -> tuple:
        return Constant, (self.terms,)

    def __add__(self, other: Any) -> Number:
        if isinstance(other, (int, Fraction)):
            if not other:
                return self
            other_terms: Mapping[Monomial, Rational] = {ONE: other}
        elif isinstance(other, Constant):
            other_terms = other.terms
        else:
            return NotImplemented
        total = dict(self.terms)
        for monomial, number in other_terms.items():
            total[monomial] = total.get(monomial, 0) + number
        return constant(total)

    __radd__ = __add__

    def __neg__(self) -> Constant:
        return Constant({monomial: -number for monomial, number in self.terms.items()})

    def __sub__(self, other: Any) -> Number:
        return self + (-other)

    def __rsub__(self, other: Any) -> Number:
        return -self + other

    def __mul__(self, other: Any) -> Number:
        if isinstance(other, (int, Fraction)):
            return constant({monomial: number * other for monomial, number in self.terms.items()})
        if not isinstance(other, Constant):
            return NotImplemented
        check_terms(len(self.terms) * len(other.terms))
        total: dict[Monomial, Rational] = {}
        for left, p in self.terms.items():
            for right, q in other.terms.items():
                factor, monomial = multiply_monomials(left, right)
                total[monomial] = total.get(monomial, 0) + factor * p * q
        return constant(total)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Number:
        return self * Fraction(1, other)

    def __repr__(self) -> str:
        return f"Constant({self.terms})"

    @property
    def has_atoms(self) -> bool:
        """Whether the value rests on atoms, of which nothing is known but their enclosures."""
        return any(atoms for _, atoms in self.terms)

    @property
    def key(self) -> tuple:
        """What this constant is sorted and written by, the same in every run."""
        return tuple(sorted((r, tuple((a.key, p) for a, p in atoms), str(q)) for (r, atoms), q in self.terms.items()))


def constant(terms: dict[Monomial, Rational]) -> Number:
    """The sum of some terms; a rational value comes back as ``int`` or ``Fraction``.

    >>> constant({(2, ()): 0, ONE: Fraction(4, 2)})
    2
    """
    kept = {monomial: simple(number) for monomial, number in terms.items() if number}
    if not kept:
        return 0
    if len(kept) == 1 and ONE in kept:
        return kept[ONE]
    return Constant(kept)


def simple(number: Rational) -> Rational:
    """The same rational number, as ``int`` if it is whole."""
    return number.numerator if number.denominator == 1 else number


def quotient(number: Number, divisor: Rational) -> Number:
    """A constant divided by a rational number.

    >>> quotient(6, 4), quotient(6, 3)
    (Fraction(3, 2), 2)
    """
    if isinstance(number, Constant):
        return number * Fraction(1, divisor)
    return simple(Fraction(number) / divisor)


def multiply_monomials(left: Monomial, right: Monomial) -> tuple[int, Monomial]:
    """The product of two monomials as a whole number times a monomial.

    >>> multiply_monomials((6, ()), (10, ()))
    (2, (15, ()))
    """
    common = gcd(left[0], right[0])
    root = left[0] // common * (right[0] // common)
    if not left[1] or not right[1]:
        return common, (root, left[1] or right[1])
    powers = dict(left[1])
    for atom, power in right[1]:
        powers[atom] = powers.get(atom, 0) + power
    return common, (root, tuple(sorted(powers.items(), key=lambda item: item[0].key)))


def monomials(number: Number) -> Iterable[tuple[Monomial, Rational]]:
    """The terms of any constant.

    >>> list(monomials(3))
    [((1, ()), 3)]
    """
    if isinstance(number, Constant):
        return number.terms.items()
    return ((ONE, number),) if number else ()


def atom_constant(atom: Atom) -> Constant:
    """An atom as a constant."""
    return Constant({(1, ((atom, 1),)): 1})


def has_atoms(number: Number) -> bool:
    """Whether a constant rests on atoms."""
    return isinstance(number, Constant) and number.has_atoms


def roots_of(number: Number) -> set[int]:
    """The squarefree numbers, other than 1, whose roots occur in a constant."""
    return {r for (r, _), _ in monomials(number)} - {1}


def whole_parts(number: Number) -> list[int]:
    """The coefficients of a constant that has whole ones."""
    return [number] if isinstance(number, int) else [int(part) for _, part in monomials(number)]


def common_denominator(numbers: Iterable[Number]) -> int:
    """The least whole number that makes all coefficients of the numbers whole."""
    return lcm(*(part.denominator for number in numbers for _, part in monomials(number)))


def size_in_bits(number: Number) -> int:
    """The bits of the largest whole number in a constant.

    >>> size_in_bits(Fraction(1, 1024))
    11
    """
    if isinstance(number, int):
        return number.bit_length()
    return max((max(q.numerator.bit_length(), q.denominator.bit_length()) for _, q in monomials(number)), default=0)


def check_bits(bits: int) -> None:
    """Refuse whole numbers of more than the digits allowed; called before they are built."""
    if bits > limits.EXACT_DIGITS * 3.33:
        digits = int(bits / 3.32)
        raise LimitError(f"an exact value of about {digits} digits; the most is {limits.EXACT_DIGITS}.")


def check_terms(terms: int) -> None:
    """Refuse sums of more than the terms allowed; called before they are built."""
    if terms > limits.EXACT_TERMS:
        raise LimitError(f"an exact value of up to {terms} terms; the most is {limits.EXACT_TERMS}.")


@lru_cache(maxsize=4096)
def prime_factors(number: int) -> tuple[tuple[tuple[int, int], ...], int]:
    """Prime factors with their multiplicities, and what could not be factored within reason (1 if nothing).

    >>> prime_factors(360)
    (((2, 3), (3, 2), (5, 1)), 1)
    """
    found: dict[int, int] = {}
    rest = number
    for prime in _trial_primes():
        while rest % prime == 0:
            rest //= prime
            found[prime] = found.get(prime, 0) + 1
        if prime * prime > rest:
            break
    if 1 < rest < FACTORED_SIZE:
        found.update({int(prime): power for prime, power in factorint(rest).items()})
        rest = 1
    elif rest.bit_length() <= PROVED_PRIME_BITS and rest > 1 and isprime(rest):
        found[rest] = 1
        rest = 1
    return tuple(sorted(found.items())), rest


@lru_cache(maxsize=1)
def _trial_primes() -> tuple[int, ...]:
    return tuple(primerange(TRIAL_PRIMES))


@lru_cache(maxsize=4096)
def square_root(number: int) -> tuple[int, int, int]:
    """``(a, r, rest)`` with ``number = a**2 * r * rest``, ``r`` squarefree and ``rest`` 1 unless it resists factoring.

    >>> square_root(72)
    (6, 2, 1)
    """
    root = isqrt(number)
    if root * root == number:
        return root, 1, 1
    factors, rest = prime_factors(number)
    outside, inside = 1, 1
    for prime, power in factors:
        outside *= prime ** (power // 2)
        inside *= prime ** (power % 2)
    root = isqrt(rest)
    if root * root == rest:
        return outside * root, inside, 1
    return outside, inside, rest


def coprime_base(numbers: Iterable[int]) -> list[int]:
    """Pairwise coprime numbers above 1 of which all the given squarefree numbers are products.

    >>> coprime_base([6, 10, 15])
    [2, 3, 5]
    """
    base: list[int] = []
    pending = [number for number in numbers if number > 1]
    while pending:
        number = pending.pop()
        for position, known in enumerate(base):
            common = gcd(number, known)
            if common > 1:
                del base[position]
                pending += [part for part in (common, number // common, known // common) if part > 1]
                break
        else:
            base.append(number)
    return sorted(base)


def conjugate(number: Number, root: int) -> Number:
    """The constant with the sign of the square root of ``root`` reversed wherever it is a factor."""
    if not isinstance(number, Constant):
        return number
    return Constant({(r, a): -q if r % root == 0 else q for (r, a), q in number.terms.items()})


def inverse(number: Number) -> Number:
    """One over a nonzero constant without atoms, by multiplying with its conjugates.

    >>> inverse(constant({ONE: 1, (2, ()): 1})) == constant({ONE: -1, (2, ()): 1})
    True
    """
    product: Number = 1
    rest = number
    for root in coprime_base(roots_of(number)):
        other = conjugate(rest, root)
        product, rest = product * other, rest * other
    assert isinstance(rest, (int, Fraction))
    return quotient(product, rest)
