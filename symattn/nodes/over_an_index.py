"""What takes a matrix formula at every value of an index: the base of sums over an index and of heads side by side."""

from __future__ import annotations

from typing import Any, Self

from sympy import Expr, MatrixExpr, Symbol, sympify

from symattn.nodes.base import Node, is_matrix


class OverAnIndex(Node):
    """A formula, the index that it binds, and how many values the index takes, from 0 on.

    Errors: ``TypeError`` unless the term is a matrix and the index a symbol.
    """

    def __new__(cls, term: Any, symbol: Any, length: Any) -> Self:
        term, symbol, length = sympify(term), sympify(symbol), sympify(length)
        if not is_matrix(term) or not isinstance(symbol, Symbol):
            raise TypeError(f"{cls.__name__} takes a matrix, an index and a length, found {term}, {symbol}, {length}")
        return super().__new__(cls, term, symbol, length)

    @property
    def term(self) -> MatrixExpr:
        return self.args[0]

    @property
    def symbol(self) -> Symbol:
        return self.args[1]

    @property
    def bound_symbols(self) -> tuple[Symbol, ...]:
        return (self.symbol,)

    @property
    def length(self) -> Expr:
        return self.args[2]
