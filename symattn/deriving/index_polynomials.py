"""Polynomials in the entries of random matrices: products summed over indices, at sizes that stay symbols."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Add, Expr, Integer, Mul, Pow, S, Sum, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.deriving.expectation import Expected
from symattn.errors import ExactnessError, LimitError

MOST_TERMS = 5_000
"""Products that a polynomial may have."""

Entry = tuple[str, Expr, Expr]
"""A random number: the matrix, the row and the column."""

Mean = tuple[tuple[Entry, int], ...]
"""The expectation of a product: its random numbers, each with its power, in order."""


@dataclass(frozen=True)
class Product:
    """``coefficient`` times random numbers times expectations, summed over the ``bound`` indices with their lengths."""

    coefficient: Expr
    bound: tuple[tuple[Symbol, Expr], ...] = ()
    entries: tuple[Entry, ...] = ()
    means: tuple[Mean, ...] = ()

    def times(self, other: Product) -> Product:
        """The product of two, which have no bound index in common."""
        return Product(
            self.coefficient * other.coefficient,
            self.bound + other.bound,
            self.entries + other.entries,
            self.means + other.means,
        )


class Reader:
    """Reads formulas of entries as polynomials; ``random`` names the matrices whose entries are random numbers."""

    def __init__(self, random: Iterable[str]) -> None:
        self.random = frozenset(random)
        self._numbers = itertools.count()

    def read(self, value: Expr) -> list[Product]:
        """The products whose sum a formula is.

        Errors: ``ExactnessError`` for what is no polynomial in random numbers, ``LimitError`` for too many products.
        """
        made = self._read(value)
        if len(made) > MOST_TERMS:
            raise LimitError(f"a polynomial of {len(made)} products in random numbers; the most is {MOST_TERMS}.")
        return made

    def _read(self, value: Expr) -> list[Product]:
        if isinstance(value, Add):
            return [product for part in value.args for product in self.read(part)]
        if isinstance(value, Mul):
            return self._multiplied([self.read(part) for part in value.args])
        if isinstance(value, Pow) and value.exp.is_Integer and value.exp > 0 and self._holds_random(value.base):
            # Each factor is read anew, so that no two share a bound index.
            return self._multiplied([self.read(value.base) for _ in range(int(value.exp))])
        if isinstance(value, Sum):
            return self._summed(value)
        if isinstance(value, Expected):
            return [self._expected(product) for product in self.read(value.args[0])]
        if isinstance(value, MatrixElement) and value.parent.name in self.random:
            return [Product(S.One, (), ((value.parent.name, value.i, value.j),))]
        if self._holds_random(value) or value.has(MatrixElement):
            raise ExactnessError(f"{value} is no polynomial in random numbers whose moments are given.")
        return [Product(value)]

    def _holds_random(self, value: Expr) -> bool:
        return value.has(Expected) or any(one.parent.name in self.random for one in value.atoms(MatrixElement))

    def _multiplied(self, parts: list[list[Product]]) -> list[Product]:
        made = [Product(S.One)]
        for part in parts:
            if len(made) * len(part) > MOST_TERMS:
                raise LimitError(f"a polynomial of over {MOST_TERMS} products in random numbers.")
            made = [one.times(other) for one in made for other in part]
        return made

    def _summed(self, value: Sum) -> list[Product]:
        inner, bound = value.function, []
        for symbol, low, high in value.limits:
            fresh = Symbol(f"c_{next(self._numbers)}", integer=True, nonnegative=True)
            if low != 0:
                raise ExactnessError(f"a sum of random numbers runs from 0, found {value}.")
            inner = inner.xreplace({symbol: fresh})
            bound.append((fresh, high + 1))
        within = self.read(inner)
        if any(symbol in product.coefficient.free_symbols for product in within for symbol, _ in bound):
            raise ExactnessError(f"the terms of {value} have coefficients that differ.")
        return [Product(one.coefficient, (*one.bound, *bound), one.entries, one.means) for one in within]

    def _expected(self, product: Product) -> Product:
        """The expectation of a product; one that is an expectation already is a number."""
        if not product.entries:
            return product
        mean = tuple(sorted(Counter(product.entries).items(), key=str))
        return Product(product.coefficient, product.bound, (), (*product.means, mean))


def partitions(places: list[Expr]) -> Iterable[list[list[Expr]]]:
    """The ways to say which of some places are the same.

    >>> [len(list(partitions(list(range(count))))) for count in range(5)]
    [1, 1, 2, 5, 15]
    """
    if not places:
        yield []
        return
    first, *rest = places
    for made in partitions(rest):
        yield [[first], *made]
        for number, group in enumerate(made):
            yield [*made[:number], [first, *group], *made[number + 1 :]]


def choices(length: Expr, taken: int, count: int) -> Expr:
    """In how many ways ``count`` different places are chosen, in order, outside ``taken`` ones.

    >>> choices(Symbol("d"), 0, 2), choices(Symbol("d"), 1, 1)
    (d*(d - 1), d - 1)
    """
    return Mul(*(length - Integer(taken + number) for number in range(count)))
