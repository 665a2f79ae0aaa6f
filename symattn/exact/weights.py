"""Softmax weights as whole numbers: powers of one number over a denominator for each row, and their products."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from symattn.exact.constants import Constant, Number, simple
from symattn.exact.element import Element, in_normal_form
from symattn.exact.lowest_terms import Polynomial, share_no_factor
from symattn.exact.sums import Sum


class Weights:
    """Rows ``u**k / sum of u**k`` with ``u = e**unit`` above 1 and the smallest ``k`` of each row 0.

    Every weight is in lowest terms as it stands: a power over a sum with a constant term.
    """

    __slots__ = ("_below", "_powers", "counts", "exponents", "unit")

    def __init__(self, scores: Sequence[Sequence[int]], unit: Number) -> None:
        self.exponents: list[list[int]] = []
        self.counts: list[Polynomial] = []
        self.unit = unit
        self._powers: dict[int, Number] = {}
        self._below: dict[int, Sum] = {}
        for row in scores:
            lowest = min(row)
            exponents = [score - lowest for score in row] if lowest else list(row)
            counts: Polynomial = {}
            for exponent in exponents:
                counts[exponent] = counts.get(exponent, 0) + 1
            self.exponents.append(exponents)
            self.counts.append(counts)

    def power(self, exponent: int) -> Number:
        """``unit * exponent``."""
        found = self._powers.get(exponent)
        if found is None:
            product = self.unit * exponent
            found = self._powers[exponent] = product if isinstance(product, Constant) else simple(product)
        return found

    def sum(self, terms: Polynomial) -> Sum:
        """A polynomial in ``u`` as a sum of powers of e; the same object where ``u`` is e."""
        if self.unit == 1:
            return terms  # type: ignore[return-value]
        return {self.power(exponent): coefficient for exponent, coefficient in terms.items()}

    def denominator(self, i: int) -> Sum:
        """The denominator of one row, always the same object."""
        if i not in self._below:
            self._below[i] = self.sum(self.counts[i])
        return self._below[i]

    def row(self, i: int) -> list[Element]:
        """One row of weights; equal ones are one object."""
        below = self.denominator(i)
        made = {k: in_normal_form({self.power(k): 1}, below) for k in self.counts[i]}
        return [made[exponent] for exponent in self.exponents[i]]

    def times_column(self, i: int, column: Sequence[int]) -> Polynomial:
        """The numerator of ``row i @ column``."""
        found = dict.fromkeys(self.counts[i], 0)
        for exponent, value in zip(self.exponents[i], column, strict=True):
            found[exponent] += value
        if 0 in found.values():
            return {exponent: coefficient for exponent, coefficient in found.items() if coefficient}
        return found

    def times(self, columns: Sequence[Sequence[int]]) -> list[list[Element]]:
        """The product with a matrix of whole numbers; as a rule one evaluation a row proves lowest terms."""
        made = []
        for i, counts in enumerate(self.counts):
            numerators = [self.times_column(i, column) for column in columns]
            below = self.denominator(i)
            if len(counts) > 1 and gcd(*counts.values()) == 1 and share_no_factor(numerators, counts):
                made.append([in_normal_form(self.sum(terms), below) if terms else Element({}) for terms in numerators])
            else:
                made.append([Element(self.sum(terms), below) for terms in numerators])
        return made
