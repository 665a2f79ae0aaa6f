"""Softmax weights as whole numbers: powers of one number over a denominator for each row, and their products."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from math import gcd

from symattn.exact.constants import Constant, Number, simple
from symattn.exact.element import Element
from symattn.exact.packing import DIGIT_BYTES, Whole, fits, in_native_order, pack, sign_bits
from symattn.exact.polynomials import Polynomial, share_no_factor
from symattn.exact.sums import Sum


class Weights:
    """Rows ``u**k / sum of u**k`` with ``u = e**unit`` above 1 and the smallest ``k`` of each row 0.

    A key that is left out has ``None`` for its score and weight 0; a row of such keys is a row of zeros.
    Every weight is in lowest terms as it stands: a power over a sum with a constant term. Equal rows, which equal
    queries have, are kept and computed once; ``which`` gives each row's place among the distinct ones.
    """

    __slots__ = ("_below", "_powers", "counts", "exponents", "unit", "which")

    def __init__(self, scores: Sequence[Sequence[int | None]], unit: Number) -> None:
        places: dict[tuple[int | None, ...], int] = {}
        self.which = [places.setdefault(tuple(row), len(places)) for row in scores]
        self.exponents: list[list[int | None]] = []
        self.counts: list[Polynomial] = []
        self.unit = unit
        self._powers: dict[int, Sum] = {}
        self._below: dict[int, Sum] = {}
        for row in places:
            allowed = [score for score in row if score is not None]
            lowest = min(allowed, default=0)
            self.exponents.append([None if score is None else score - lowest for score in row])
            self.counts.append(dict(Counter([score - lowest for score in allowed])))

    def power(self, exponent: int) -> Sum:
        """``u**exponent`` as a sum of powers of e."""
        found = self._powers.get(exponent)
        if found is None:
            product = self.unit * exponent
            found = self._powers[exponent] = {product if isinstance(product, Constant) else simple(product): 1}
        return found

    def sum(self, terms: Polynomial) -> Sum:
        """A polynomial in ``u`` as a sum of powers of e; the same object where ``u`` is e."""
        if self.unit == 1:
            return terms
        return {next(iter(self.power(exponent))): coefficient for exponent, coefficient in terms.items()}

    def denominator(self, i: int) -> Sum:
        """The denominator of one of the distinct rows, always the same object."""
        if i not in self._below:
            self._below[i] = self.sum(self.counts[i])
        return self._below[i]

    def rows(self) -> list[tuple[Element, ...]]:
        """The weights; equal ones of a row are one object, and so are the zeros."""
        distinct = [self._row(i) for i in range(len(self.exponents))]
        return [distinct[place] for place in self.which]

    def _row(self, i: int) -> tuple[Element, ...]:
        below = self.denominator(i)
        power = self.power
        made: dict[int | None, Element] = {k: Element(power(k), below, True, True) for k in self.counts[i]}
        made[None] = ZERO
        return tuple([made[exponent] for exponent in self.exponents[i]])

    def times(self, rows: Whole) -> list[list[Element]]:
        """The product with a matrix of whole numbers; as a rule one evaluation a row proves lowest terms."""
        made = []
        for i, (counts, numerators) in enumerate(zip(self.counts, self.numerators(rows), strict=True)):
            below = self.denominator(i)
            if not counts:
                made.append([ZERO] * len(numerators))
            elif len(counts) > 1 and gcd(*counts.values()) == 1 and share_no_factor(numerators, counts):
                made.append([Element(self.sum(terms), below, True, True) if terms else ZERO for terms in numerators])
            else:
                made.append([Element(self.sum(terms), below) for terms in numerators])
        return [made[place] for place in self.which]

    def numerators(self, rows: Whole) -> list[list[Polynomial]]:
        """The numerators of the product of the distinct rows with a matrix of whole numbers."""
        width = len(rows[0])
        if not fits([[1] * len(rows)], rows):
            columns = list(zip(*rows, strict=True))
            return [[_taken_together(row, column) for column in columns] for row in self.exponents]
        packed, signs, size = [pack(row) for row in rows], sign_bits(width), width * DIGIT_BYTES
        found = []
        for exponents, counts in zip(self.exponents, self.counts, strict=True):
            sums = dict.fromkeys(counts, 0)
            for exponent, values in zip(exponents, packed, strict=True):
                if exponent is not None:
                    sums[exponent] += values
            digits = array("q")
            digits.frombytes(b"".join([(total + signs ^ signs).to_bytes(size, "little") for total in sums.values()]))
            in_native_order(digits)
            found.append([_without_zeros(dict(zip(sums, digits[j::width], strict=True))) for j in range(width)])
        return found


def _taken_together(exponents: Sequence[int | None], values: Sequence[int]) -> Polynomial:
    found: Polynomial = {}
    for exponent, value in zip(exponents, values, strict=True):
        if exponent is None:
            continue
        found[exponent] = found.get(exponent, 0) + value
    return _without_zeros(found)


def _without_zeros(terms: Polynomial) -> Polynomial:
    if 0 in terms.values():
        return {exponent: coefficient for exponent, coefficient in terms.items() if coefficient}
    return terms


ZERO = Element({}, {0: 1}, True, True)
