"""Names of cotangents, of tangents, of the parts of a formula and of steps, none of which anything else bears."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, count
from typing import Any

from sympy import Symbol

from symattn.equations import EquationSystem
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

    @classmethod
    def of(cls, system: EquationSystem) -> Names:
        """The names that are free beside those of a system."""
        parts = (part for equation in system for part in (equation.left_side, equation.expression))
        return cls([*system.input_symbols, *parts])

    def fresh(self, *wanted: str) -> str:
        """The first of the wanted names that is free, else the first of all with the number that makes it so."""
        numbered = (f"{wanted[0]}_{number}" for number in count(1))
        name = next(name for name in chain(wanted, numbered) if name not in self._taken and name not in self._words)
        self._taken.add(name)
        return name

    def cotangent(self, name: str) -> str:
        """The name of the cotangent of ``name``."""
        return self.fresh(f"d{name}")

    def tangent(self, name: str) -> str:
        """The name of the tangent of ``name``."""
        return self.fresh(f"{name}_dot")

    def part(self, value: Value, stem: str = "") -> str:
        """A name for a part of a formula: ``stem``, or a letter by what it is."""
        return self.fresh(stem or LETTERS.get(type(value), "Z"))

    def index(self, *wanted: str) -> Symbol:
        """An index that nothing bears: one of the wanted, or of those that are usual."""
        return index(self.fresh(*(wanted or INDEX_LETTERS)))

    def as_indices(self) -> set[Symbol]:
        """Indices of every name in use, which no sum may bind."""
        return {index(name) for name in self._taken}

    def axes(self, count: int) -> tuple[Symbol, ...]:
        """Indices for the axes of a family: the same ones for every family."""
        while len(self._axes) < count:
            self._axes.append(self.index())
        return tuple(self._axes[:count])
