"""How large an array is likely to be when its sizes are symbols: counts of tokens are long, feature sizes short."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Basic, Expr

from symattn.equations import EquationSystem
from symattn.nodes import OverAllowedKeys, lengths_of, shape_of
from symattn.shapes import Shape

LONG = 1024
"""A guess at a count of queries or keys."""

SHORT = 64
"""A guess at the length of a query, key or value."""

FEW = 8
"""A guess at a count of heads."""


class Costs:
    """Guesses at array sizes; a wrong guess costs time, never correctness.

    A size that is the second one of an input (the ``d_k`` of ``Q``: ``n d_k``) is a feature size, the length of a
    family's axis a count of heads; any other is a count of queries or keys, and so are the sizes of scores.
    """

    def __init__(self, system: EquationSystem) -> None:
        matrices = [symbol for symbol in system.input_symbols if shape_of(symbol)]
        scores = [node.scores for equation in system for node in equation.expression.atoms(OverAllowedKeys)]
        long = {part for matrix in scores for length in matrix.shape for part in length.free_symbols}
        self._short = {part for symbol in matrices for part in shape_of(symbol)[1].free_symbols} - long
        self._guesses: dict[Expr, int] = {}
        self._few = {part for symbol in matrices for length in lengths_of(symbol) for part in length.free_symbols}

    def _guess(self, length: Expr) -> int:
        if length not in self._guesses:
            guesses = {symbol: self._guess_of_symbol(symbol) for symbol in length.free_symbols}
            self._guesses[length] = int(length.subs(guesses))
        return self._guesses[length]

    def _guess_of_symbol(self, symbol: Basic) -> int:
        if symbol in self._few:
            return FEW
        return SHORT if symbol in self._short else LONG

    def entries(self, shape: Shape | Iterable[Expr]) -> int:
        """About how many entries an array of this shape has."""
        count = 1
        for length in shape:
            count *= self._guess(length)
        return count
