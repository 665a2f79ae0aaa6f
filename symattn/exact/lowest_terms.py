"""Lowest terms: a fraction of sums of powers of e without common factors, and proofs that there are none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import gcd

from sympy import QQ, ZZ, sqrt
from sympy.polys.rings import ring

from symattn import limits
from symattn.errors import ExactnessError
from symattn.exact.constants import (
    ONE,
    Constant,
    Number,
    common_denominator,
    constant,
    coprime_base,
    inverse,
    monomials,
    roots_of,
    simple,
)
from symattn.exact.enclosures import in_order, sign_of_constant
from symattn.exact.sums import (
    UNIT,
    Sum,
    add,
    atoms_of,
    by_power,
    content,
    divided,
    is_whole,
    multiply,
    replace_atom,
    scale,
    shifted,
)

Polynomial = dict[int, int]
"""``{power: whole coefficient}``, powers from 0 on."""

SPARE_BITS = 6
"""Bits by which the point of evaluation lies beyond the roots; chance divisors are rarely larger."""


def lowest_terms(n: Sum, d: Sum, coprime: bool = False) -> tuple[Sum, Sum, bool]:
    """The fraction ``n / d`` in its normal form, and whether that is proved to be in lowest terms.

    Whole coefficients without a common divisor; the lowest power in the denominator is ``e**0``, its coefficient there
    has no square root in it, and its coefficient at the highest power is positive. ``coprime`` says that the caller has
    proved that there is no common factor but a number or a power of e.

    >>> lowest_terms({0: 2, 2: -2}, {0: 6, 1: 6}) == ({0: 1, 1: -1}, {0: 3}, True)
    True
    """
    if not n:
        return {}, UNIT, True
    if is_whole(d) and is_whole(n):
        return _whole(n, d, coprime)
    n, d = _without_roots_below(n, d)
    shared = _shared_monomial(n) if is_whole(d) else None
    if shared is not None:
        factor, plain = shared
        n, d, proved = _whole(plain, d, coprime)
        return scale(n, factor), d, proved
    n, d = _lowest_at_zero(n, d)
    proved = True
    if not coprime and (len(d) > 1 or atoms_of(d.values())):
        n, d, proved = _cancelled_in_field(n, d)
    return (*_normal(n, d), proved)


def _whole(n: Sum, d: Sum, coprime: bool) -> tuple[Sum, Sum, bool]:
    n, d = _lowest_at_zero(n, d)
    proved = True
    if not coprime and len(d) > 1 and len(n) > 1:
        n, d, proved = _cancelled(n, d)
    divisor = gcd(*n.values(), *d.values())
    highest = next(iter(d.values())) if len(d) == 1 else d[in_order(d)[-1] if not _plain(d) else max(d)]
    return divided(n, divisor if highest > 0 else -divisor), divided(d, divisor if highest > 0 else -divisor), proved


def _plain(terms: Sum) -> bool:
    return not any(type(exponent) is Constant for exponent in terms)


def _lowest_at_zero(n: Sum, d: Sum) -> tuple[Sum, Sum]:
    lowest = min(d) if _plain(d) else in_order(d)[0]  # type: ignore[type-var]
    return (shifted(n, lowest), shifted(d, lowest)) if lowest else (n, d)


def _shared_monomial(n: Sum) -> tuple[Constant, Sum] | None:
    """``n`` as one monomial times a sum with whole coefficients, if it is of that kind."""
    found = {monomial for coefficient in n.values() for monomial, _ in monomials(coefficient)}
    if len(found) != 1 or ONE in found:
        return None
    (monomial,) = found
    return Constant({monomial: 1}), {exponent: c.terms[monomial] for exponent, c in n.items()}  # type: ignore[union-attr]


def _without_roots_below(n: Sum, d: Sum) -> tuple[Sum, Sum]:
    """The fraction with no square-root atom in its denominator: both are multiplied by the conjugate."""
    for atom in atoms_of(d.values()):
        if atom.function != "sqrt":
            continue
        parts = by_power(d, atom)
        root = Constant({(1, ((atom, 1),)): 1})
        turned = add(parts.get(0, {}), scale(parts.get(1, {}), -root))
        other = {0: root} if 0 not in parts else turned
        below, extra = replace_atom(multiply(d, other), atom, 2, atom.argument.n, atom.argument.d)
        if not below:
            continue  # the root is itself in the field, which only an enclosure can tell
        above, more = replace_atom(multiply(n, other), atom, 2, atom.argument.n, atom.argument.d)
        n, d = multiply(above, extra), multiply(below, more)
    return n, d


def _normal(n: Sum, d: Sum) -> tuple[Sum, Sum]:
    """Coefficients made whole, the first one below rational, the last one below positive."""
    exponents = in_order(d)
    first = sorted(monomials(d[exponents[0]]), key=lambda term: [(a.key, p) for a, p in term[0][1]])
    atoms = first[0][0][1]
    root_part = constant({(r, ()): q for (r, found), q in first if found == atoms})
    if isinstance(root_part, Constant):
        factor = inverse(root_part)
        n, d = _scaled(n, factor), _scaled(d, factor)
    whole = common_denominator([*n.values(), *d.values()])
    n, d = scale(n, whole), scale(d, whole)
    divisor = gcd(content(n), content(d))
    if _is_negative(d[exponents[-1]]):
        divisor = -divisor
    return divided(n, divisor), divided(d, divisor)


def _scaled(terms: Sum, factor: Number) -> Sum:
    return {exponent: coefficient * factor for exponent, coefficient in terms.items()}


def _is_negative(number: Number) -> bool:
    try:
        return sign_of_constant(number) < 0
    except ExactnessError:  # undecided; the sign of the first term as written then serves as well
        return min(monomials(number), key=str)[1] < 0


# Whole coefficients: evaluation at one large whole number.


def _cancelled(n: Sum, d: Sum) -> tuple[Sum, Sum, bool]:
    """Both sums without their common factors."""
    lattice = Lattice.of([*n, *d])
    a, b = lattice.polynomial(n), lattice.polynomial(d)
    common = common_factor(a, b)
    if common == {0: 1}:
        return n, d, True
    if common is None:
        return n, d, False
    if lattice.is_line:
        left, right = exact_quotient(a, common), exact_quotient(b, common)
        assert left is not None and right is not None
        above = shifted(lattice.sum(left), -min(n, key=lattice.packed))
        return (*_lowest_at_zero(above, shifted(lattice.sum(right), -min(d, key=lattice.packed))), True)
    return _cancelled_in_field(n, d)


class Lattice:
    """Exponents as whole numbers: multiples of one on a line, else coordinates packed into the digits of one number.

    Packing sends a sum in several independent powers of e to a polynomial in one variable. Digits are as large as the
    powers in the sums, so that no factor of them with two terms is sent to one term: if the images have no common
    factor, neither have the sums.
    """

    def __init__(self, basis: Sequence[tuple], divisor: int, weights: Sequence[int]) -> None:
        self.basis, self.divisor, self.weights = basis, divisor, weights
        self.is_line = len(basis) <= 1

    @classmethod
    def of(cls, exponents: Iterable[Number]) -> Lattice:
        """The lattice on which the exponents lie."""
        exponents = list(exponents)
        if all(type(exponent) is int for exponent in exponents):
            return cls([ONE], 1, [1])
        basis = sorted({m for exponent in exponents for m, _ in monomials(exponent)}, key=str)
        divisor = common_denominator(exponents)
        weights, weight = [], 1
        for monomial in basis:
            places = [dict(monomials(exponent)).get(monomial, 0) * divisor for exponent in exponents]
            weights.append(weight)
            weight *= int(max(places) - min(places)) + 1
        return cls(basis, divisor, weights)

    def packed(self, exponent: Number) -> int:
        """The whole number that stands for an exponent."""
        if isinstance(exponent, int) and self.divisor == 1 and self.basis[0] == ONE and self.is_line:
            return exponent
        terms = dict(monomials(exponent))
        return sum(int(terms.get(m, 0) * self.divisor) * w for m, w in zip(self.basis, self.weights, strict=True))

    def polynomial(self, terms: Sum) -> Polynomial:
        """A sum as a polynomial whose lowest power is 0."""
        powers = {self.packed(exponent): coefficient for exponent, coefficient in terms.items()}
        lowest = min(powers)
        return {power - lowest: coefficient for power, coefficient in powers.items()}  # type: ignore[misc]

    def sum(self, terms: Polynomial) -> Sum:
        """A polynomial as a sum, on a line."""
        (monomial,) = self.basis
        unit = constant({monomial: 1})
        if self.divisor == 1 and unit == 1:
            return dict(terms)
        return {_times(unit, power, self.divisor): coefficient for power, coefficient in terms.items()}


def _times(unit: Number, power: int, divisor: int) -> Number:
    product = unit * Fraction(power, divisor)
    return product if isinstance(product, Constant) else simple(product)


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


# Coefficients with square roots or atoms, and several independent powers of e: SymPy's polynomial rings.


def _cancelled_in_field(n: Sum, d: Sum) -> tuple[Sum, Sum, bool]:
    """Both sums without their common factors, over the field of the square roots, in powers of e and atoms."""
    exponents = [*n, *d]
    basis = sorted({m for exponent in exponents for m, _ in monomials(exponent)}, key=str)
    divisor = common_denominator(exponents)
    atoms = atoms_of([*n.values(), *d.values()])
    roots = coprime_base(set().union(*(roots_of(c) for terms in (n, d) for c in terms.values())))
    if not basis and not atoms:
        return n, d, True

    def places(terms: Sum) -> list[list[int]]:
        rows = [dict(monomials(exponent)) for exponent in terms]
        return [[int(row.get(m, 0) * divisor) for m in basis] for row in rows]

    starts = [[min(column) for column in zip(*places(terms), strict=True)] for terms in (n, d)]
    degree = max((max(c) - min(c) for c in zip(*(places(n) + places(d)), strict=True)), default=0)
    if degree * max(len(n), len(d)) > limits.GCD_BITS // 64:
        return n, d, False
    domain = QQ.algebraic_field(*map(sqrt, roots)) if roots else QQ
    if not roots:
        domain = ZZ
    names = [f"u{k}" for k in range(len(basis))] + [f"t{k}" for k in range(len(atoms))]
    polynomials = ring(names, domain)[0]
    root_values = {root: domain.from_sympy(sqrt(root)) for root in roots}

    def into(terms: Sum, start: list[int]) -> object:
        total = polynomials.zero
        for coefficient, place in zip(terms.values(), places(terms), strict=True):
            powers = [p - s for p, s in zip(place, start, strict=True)]
            for (root, found), factor in monomials(coefficient):
                value = domain(int(factor))
                for base, base_value in root_values.items():
                    if root % base == 0:
                        value = value * base_value
                inside = dict(found)
                exponent = tuple(powers + [inside.get(atom, 0) for atom in atoms])
                total += polynomials({exponent: value})
        return total

    def back(polynomial: object, start: list[int]) -> Sum:
        total: dict[Number, Number] = {}
        for powers, value in polynomial.terms():  # type: ignore[attr-defined]
            at = [p + s for p, s in zip(powers, start, strict=False)]
            exponent = _exponent(basis, at, divisor)
            inside = tuple((atom, p) for atom, p in zip(atoms, powers[len(basis) :], strict=True) if p)
            coefficient = _from_domain(domain, value, roots) * constant({(1, inside): 1})
            total[exponent] = total.get(exponent, 0) + coefficient
        return {exponent: coefficient for exponent, coefficient in total.items() if coefficient}

    common, left, right = into(n, starts[0]).cofactors(into(d, starts[1]))  # type: ignore[attr-defined]
    if common.is_ground:
        return n, d, True
    shift = [a - b for a, b in zip(starts[0], starts[1], strict=True)]
    n, d = back(left, shift), back(right, [0] * len(basis))
    whole = common_denominator([*n.values(), *d.values()])
    return (*_lowest_at_zero(scale(n, whole), scale(d, whole)), True)


def _exponent(basis: list, places: list[int], divisor: int) -> Number:
    return constant({m: Fraction(p, divisor) for m, p in zip(basis, places, strict=True)})


def _from_domain(domain: object, value: object, roots: list[int]) -> Number:
    """A number of SymPy's field as a constant of ours."""
    if not roots:
        return int(value)  # type: ignore[call-overload]
    expression = domain.to_sympy(value).expand()  # type: ignore[attr-defined]
    total: dict = {}
    for term, factor in expression.as_coefficients_dict().items():
        root = int(term**2)
        total[(root, ())] = total.get((root, ()), 0) + Fraction(int(factor.p), int(factor.q))
    return constant(total)
