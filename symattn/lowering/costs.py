"""How large an array is likely to be when its sizes are symbols: counts of tokens are long, feature sizes short."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr

from symattn.equations import EquationSystem
from symattn.nodes import shape_of
from symattn.shapes import Shape

LONG = 1024
"""A guess at a count of queries or keys."""

SHORT = 64
"""A guess at the length of a query, key or value."""


class Costs:
    """Guesses at array sizes; a wrong guess costs time, never correctness.

    A size that is the second one of an input (the ``d_k`` of ``Q``: ``n d_k``) is a feature size, any other a count.
    """

    def __init__(self, system: EquationSystem) -> None:
        columns = (shape_of(symbol)[1] for symbol in system.input_symbols if shape_of(symbol))
        self._short = {symbol for length in columns for symbol in length.free_symbols}

    def _guess(self, length: Expr) -> int:
        return int(length.subs({symbol: SHORT if symbol in self._short else LONG for symbol in length.free_symbols}))

    def entries(self, shape: Shape | Iterable[Expr]) -> int:
        """About how many entries an array of this shape has."""
        count = 1
        for length in shape:
            count *= self._guess(length)
        return count
