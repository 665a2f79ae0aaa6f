"""Names of cotangents, of tangents and of the parts of a formula, none of which anything else bears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from sympy import Symbol

from symattn.language.names import RESERVED
from symattn.language.vocabulary import WORDS
from symattn.nodes import (
    ColumnSum,
    Concatenation,
    ElementwiseQuotient,
    Entmax,
    Exponential,
    Hardmax,
    HorizontalStack,
    HyperbolicTangent,
    LogSumExp,
    MatrixProduct,
    RowNorm,
    RowSum,
    Sigmoid,
    Softmax,
    SquareRoot,
    Value,
    VerticalStack,
    index,
)
from symattn.nodes.written import names_in

LETTERS: dict[type, str] = {
    Softmax: "P",
    Entmax: "P",
    Hardmax: "P",
    LogSumExp: "L",
    RowSum: "L",
    ColumnSum: "L",
    Exponential: "E",
    HyperbolicTangent: "T",
    Sigmoid: "G",
    SquareRoot: "R",
    RowNorm: "N",
    Concatenation: "C",
    HorizontalStack: "C",
    VerticalStack: "C",
    MatrixProduct: "A",
    ElementwiseQuotient: "B",
}
"""The letter for a part that needs a name, by what it is; ``Z`` for any other."""

INDEX_LETTERS = "hcabrstuvgklpq"


class Names:
    """A supply of names, none handed out twice and none that is in use or a word of the language.

    >>> names = Names(["Q", "P", "dP"])
    >>> names.cotangent("Q"), names.cotangent("P"), names.fresh("P"), names.tangent("Q")
    ('dQ', 'dP_1', 'P_1', 'Q_dot')
    """

    def __init__(self, values: Iterable[Any]) -> None:
        self._taken = names_in(values)
        self._words = RESERVED | WORDS
        self._axes: list[Symbol] = []

    def fresh(self, stem: str) -> str:
        """The name ``stem`` if it is free, else with the first number that makes it so."""
        name = next(name for name in self._candidates(stem) if name not in self._taken and name not in self._words)
        self._taken.add(name)
        return name

    @staticmethod
    def _candidates(stem: str) -> Iterator[str]:
        yield stem
        for number in count(1):
            yield f"{stem}_{number}"

    def cotangent(self, name: str) -> str:
        """The name of the cotangent of ``name``."""
        return self.fresh(f"d{name}")

    def tangent(self, name: str) -> str:
        """The name of the tangent of ``name``."""
        return self.fresh(f"{name}_dot")

    def part(self, value: Value, stem: str = "") -> str:
        """A name for a part of a formula: ``stem``, or a letter by what it is."""
        return self.fresh(stem or LETTERS.get(type(value), "Z"))

    def index(self) -> Symbol:
        """An index that nothing bears."""
        free = [letter for letter in INDEX_LETTERS if letter not in self._taken]
        return index(self.fresh(free[0] if free else INDEX_LETTERS[0]))

    def axes(self, count: int) -> tuple[Symbol, ...]:
        """Indices for the axes of a family: the same ones for every family."""
        while len(self._axes) < count:
            self._axes.append(self.index())
        return tuple(self._axes[:count])
