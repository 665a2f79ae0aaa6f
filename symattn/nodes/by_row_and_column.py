"""What a formula in the row index and the column index makes: the base of conditions and of matrices by entry."""

from __future__ import annotations

from sympy import Symbol

from symattn.nodes.base import Node
from symattn.shapes import Shape


class ByRowAndColumn(Node):
    """Arguments: what holds for one row and one column; the indices, which it binds; how many of each."""

    @property
    def row(self) -> Symbol:
        return self.args[1]

    @property
    def column(self) -> Symbol:
        return self.args[2]

    @property
    def bound_symbols(self) -> tuple[Symbol, ...]:
        return self.row, self.column

    @property
    def shape(self) -> Shape:
        return self.args[3], self.args[4]
