"""Names for the steps that a page puts between a mechanism's equations: none that stands for something already."""

from __future__ import annotations

from itertools import count

from sympy import Symbol

from symattn.equations import EquationSystem
from symattn.nodes import index
from symattn.nodes.written import names_in


class Names:
    """A supply of names that are not in use in a system, nor handed out before."""

    def __init__(self, system: EquationSystem) -> None:
        parts = [part for equation in system for part in (equation.left_side, equation.expression)]
        self._taken = names_in([*system.input_symbols, *parts]) | {symbol.name for symbol in system.sizes}

    def fresh(self, *wanted: str) -> str:
        """The first of the wanted names that is free, or else the first with a number behind it."""
        numbered = (f"{wanted[0]}_{number}" for number in count(1))
        name = next((name for name in wanted if name not in self._taken), None)
        name = name or next(name for name in numbered if name not in self._taken)
        self._taken.add(name)
        return name

    def as_indices(self) -> set[Symbol]:
        """Indices of every name in use, which no sum may bind."""
        return {index(name) for name in self._taken}

    def index(self, *wanted: str) -> Symbol:
        """The same for an index."""
        return index(self.fresh(*wanted))
