"""Common factors over the field of the square roots, in several powers of e and atoms, by SymPy's polynomial rings."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import lcm, prod
from operator import mul
from typing import Any

from sympy import QQ, ZZ, isprime, sqrt
from sympy.polys.galoistools import gf_gcd, gf_strip
from sympy.polys.rings import ring

from symattn import limits
from symattn.exact.constants import Atom, Number, common_denominator, constant, coprime_base, monomials, roots_of
from symattn.exact.lattices import Lattice
from symattn.exact.sums import Sum, atoms_of, by_power, divided_by_atom, scale

FIRST_PRIME = 2**30
LARGEST_PRIME_BITS = 512
LARGEST_DEGREE = 1_000
"""Degree up to which polynomials modulo a prime are divided, in a fraction of a second."""


def cancelled(n: Sum, d: Sum) -> tuple[Sum, Sum] | None:
    """Both sums without their common factors, up to a power of e; ``None`` if the task is too large."""
    lattice = Lattice(n, d)
    starts, places = zip(*(lattice.coordinates(terms) for terms in (n, d)), strict=True)
    atoms = atoms_of([*n.values(), *d.values()])
    if not lattice.basis and not atoms:
        return n, d
    for shared in atoms:  # powers of atoms, unlike those of e, are factors
        least = min(power for terms in (n, d) for power in by_power(terms, shared))
        n, d = (divided_by_atom(terms, shared, least) for terms in (n, d))
    roots = coprime_base(set().union(*(roots_of(c) for t in (n, d) for c in t.values())))
    if share_no_factor_modulo(n, d, list(places), atoms, roots):
        return n, d
    degree = max((place for part in places for row in part for place in row), default=0)
    dense = prod(max(row[k] for part in places for row in part) + 1 for k in range(len(lattice.basis)))
    if max(degree * max(len(n), len(d)), dense) * 16 ** len(roots) > limits.GCD_BITS // 64:
        return None
    field = _Field(lattice, atoms, roots)
    above, below = (field.polynomial(t, rows) for t, rows in zip((n, d), places, strict=True))
    common, left, right = above.cofactors(below)
    if common.is_ground:
        return n, d
    n, d = field.sum(left, starts[0]), field.sum(right, starts[1])
    whole = common_denominator([*n.values(), *d.values()])
    return scale(n, whole), scale(d, whole)


def share_no_factor_modulo(n: Sum, d: Sum, places: list, atoms: list[Atom], roots: list[int]) -> bool:
    """Whether the sums have no common factor modulo a prime in whose field the roots exist; ``False`` proves nothing.

    Powers of e and atoms are packed into one power, as in ``Lattice.polynomials``. A common factor has a highest and a
    lowest term, which differ; if those of ``d`` do not vanish modulo the prime, neither do the factor's.
    """
    rows = []
    for terms, part in zip((n, d), places, strict=True):
        rows.append(
            [
                ((*place, *(dict(found).get(atom, 0) for atom in atoms)), root, factor)
                for coefficient, place in zip(terms.values(), part, strict=True)
                for (root, found), factor in monomials(coefficient)
            ]
        )
    weights, weight = [], 1
    for k in range(len(rows[0][0][0])):
        weights.append(weight)
        weight *= max(row[0][k] for part in rows for row in part) + 1
    if weight > LARGEST_DEGREE:
        return False
    if sum(root.bit_length() for root in roots) > LARGEST_PRIME_BITS:
        return False
    prime, values = prime_with_roots(tuple(roots))
    images = []
    for part in rows:
        image = [0] * weight
        for place, root, factor in part:
            for base, value in values.items():
                factor = factor * value if root % base == 0 else factor
            power = weight - 1 - sum(map(mul, place, weights))
            image[power] = (image[power] + int(factor)) % prime
        images.append(gf_strip(image))
    below = [sum(map(mul, place, weights)) for place, _, _ in rows[1]]
    if len(images[1]) != 1 + max(below) or not images[1][-1 - min(below)]:
        return False
    common = gf_gcd(*images, prime, ZZ)
    return sum(1 for coefficient in common if coefficient) == 1


@lru_cache(maxsize=256)
def prime_with_roots(roots: tuple[int, ...]) -> tuple[int, dict[int, int]]:
    """A large prime modulo which all the numbers are squares, and a square root of each.

    By quadratic reciprocity every divisor of ``step`` is a square modulo a prime that is -1 modulo ``step``: one prime
    for any number of roots, where a random prime would do with a chance of ``2**-len(roots)``.

    >>> prime, values = prime_with_roots((2, 3))
    >>> [value**2 % prime for value in values.values()]
    [2, 3]
    """
    step = 8 * lcm(*roots)
    prime = step * (FIRST_PRIME // step + 1) - 1
    while not isprime(prime):
        prime += step
    return prime, {root: pow(root, (prime + 1) // 4, prime) for root in roots}


class _Field:
    """The ring of polynomials in powers of e and atoms over the whole numbers, or over a field of square roots."""

    def __init__(self, lattice: Lattice, atoms: list[Atom], roots: list[int]) -> None:
        self.lattice, self.atoms, self.has_roots = lattice, atoms, bool(roots)
        self.domain = QQ.algebraic_field(*map(sqrt, roots)) if roots else ZZ
        self.roots = {root: self.domain.from_sympy(sqrt(root)) for root in roots}
        powers, values = range(len(lattice.basis)), range(len(atoms))
        self.ring: Any = ring([*(f"u{k}" for k in powers), *(f"t{k}" for k in values)], self.domain)[0]

    def polynomial(self, terms: Sum, places: list[list[int]]) -> Any:
        """A sum as a polynomial of SymPy's."""
        total = self.ring.zero
        for coefficient, place in zip(terms.values(), places, strict=True):
            for (root, found), factor in monomials(coefficient):
                value = self.domain(int(factor))
                for base, base_value in self.roots.items():
                    if root % base == 0:
                        value = value * base_value
                inside = dict(found)
                total += self.ring({(*place, *(inside.get(atom, 0) for atom in self.atoms)): value})
        return total

    def sum(self, polynomial: Any, start: Number) -> Sum:
        """A polynomial of SymPy's as a sum that starts at this exponent."""
        total: Sum = {}
        width = len(self.lattice.basis)
        for powers, value in polynomial.terms():
            exponent = self.lattice.exponent(powers[:width]) + start
            inside = tuple((atom, p) for atom, p in zip(self.atoms, powers[width:], strict=True) if p)
            total[exponent] = total.get(exponent, 0) + self.number(value) * constant({(1, inside): 1})
        return {exponent: coefficient for exponent, coefficient in total.items() if coefficient}

    def number(self, value: Any) -> Number:
        """A number of SymPy's field as a constant of ours."""
        if not self.has_roots:
            return int(value)
        total: dict = {}
        for term, factor in self.domain.to_sympy(value).expand().as_coefficients_dict().items():
            root = int(term**2)
            total[(root, ())] = total.get((root, ()), 0) + Fraction(int(factor.p), int(factor.q))
        return constant(total)
