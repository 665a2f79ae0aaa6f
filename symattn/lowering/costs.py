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
        self._few, self._short = counts_of_heads(system), feature_sizes(system)
        self._guesses: dict[Expr, int] = {}

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


def counts_of_heads(system: EquationSystem) -> dict[Basic, None]:
    """The sizes that are lengths of the axes of families, in the order of the inputs."""
    lengths = (length for symbol in system.input_symbols if shape_of(symbol) for length in lengths_of(symbol))
    return {part: None for length in lengths for part in length.free_symbols}


def feature_sizes(system: EquationSystem) -> set[Basic]:
    """The sizes that are the second one of an input and none of scores."""
    scores = [node.scores for equation in system for node in equation.expression.atoms(OverAllowedKeys)]
    long = {part for matrix in scores for length in matrix.shape for part in length.free_symbols}
    matrices = [symbol for symbol in system.input_symbols if shape_of(symbol)]
    return {part for symbol in matrices for part in shape_of(symbol)[1].free_symbols} - long
