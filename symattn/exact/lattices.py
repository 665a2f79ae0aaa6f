"""Lattices: the exponents of a fraction as whole numbers, so that sums of powers of e become polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from operator import mul

from symattn.exact.constants import ONE, Monomial, Number, constant, monomials
from symattn.exact.polynomials import Polynomial
from symattn.exact.sums import Sum

Coordinates = list[list[int]]


class Lattice:
    """Exponents by their coordinates along the monomials in them, each counted in steps as large as they may be.

    Coordinates start at 0 in the numerator and in the denominator by themselves: a power of e in front of a sum is no
    factor to speak of.
    """

    def __init__(self, n: Sum, d: Sum) -> None:
        self.basis: list[Monomial]
        self.steps: list[Fraction]
        self.are_whole = all(type(exponent) is int for terms in (n, d) for exponent in terms)
        if self.are_whole:
            self.basis, self.steps = [ONE], [Fraction(1)]
            return
        self.basis = sorted({m for terms in (n, d) for e in terms for m, _ in monomials(e)}, key=str)
        places = [_places(terms, self.basis) for terms in (n, d)]
        self.steps = [
            _step(row[k] - rows[0][k] for rows in places for row in rows)  # type: ignore[arg-type]
            for k in range(len(self.basis))
        ]

    @property
    def is_line(self) -> bool:
        """Whether there is one direction only."""
        return len(self.basis) <= 1

    def coordinates(self, terms: Sum) -> tuple[Number, Coordinates]:
        """The exponent at which all coordinates are 0, and the coordinates of each of a sum's exponents."""
        rows = _places(terms, self.basis)
        starts = [min(column) for column in zip(*rows, strict=True)]
        start = constant(dict(zip(self.basis, starts, strict=True)))
        found = [
            [int((place - first) / step) for place, first, step in zip(row, starts, self.steps, strict=True)]
            for row in rows
        ]
        return start, found

    def exponent(self, coordinates: Sequence[int]) -> Number:
        """The exponent that has these coordinates."""
        return constant({m: c * s for m, c, s in zip(self.basis, coordinates, self.steps, strict=True)})

    def polynomials(self, n: Sum, d: Sum) -> tuple[Polynomial, Polynomial]:
        """Both sums as polynomials in one variable, with constant terms if there is one direction only.

        Several coordinates are packed into the digits of one power. Digits are as large as the coordinates, so that no
        factor with two terms is sent to one term: if the images have no common factor, neither have the sums.
        """
        if self.are_whole:
            return _from_zero(n), _from_zero(d)
        rows = [self.coordinates(terms)[1] for terms in (n, d)]
        weights, weight = [], 1
        for k in range(len(self.basis)):
            weights.append(weight)
            weight *= max(row[k] for part in rows for row in part) + 1
        packed = [[sum(map(mul, row, weights)) for row in part] for part in rows]
        first, second = (dict(zip(part, t.values(), strict=True)) for part, t in zip(packed, (n, d), strict=True))
        return _from_zero(first), _from_zero(second)

    def sum(self, terms: Polynomial, start: Number) -> Sum:
        """A polynomial as a sum that starts at this exponent, on a line."""
        return {self.exponent([power]) + start: coefficient for power, coefficient in terms.items()}


def _places(terms: Sum, basis: Sequence[Monomial]) -> list[list[Fraction]]:
    rows = [dict(monomials(exponent)) for exponent in terms]
    return [[Fraction(row.get(monomial, 0)) for monomial in basis] for row in rows]


def _step(differences: Sequence[Fraction]) -> Fraction:
    """The largest number of which all are whole multiples."""
    found = [difference for difference in differences if difference]
    if not found:
        return Fraction(1)
    below = lcm(*(difference.denominator for difference in found))
    return Fraction(gcd(*(int(difference * below) for difference in found)), below)


def _from_zero(terms: Sum) -> Polynomial:
    lowest = min(terms)
    return {power - lowest: coefficient for power, coefficient in terms.items()} if lowest else terms
