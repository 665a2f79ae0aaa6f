"""From the cotangent of one equation's value down its formula, node by node, to what reaches the names in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sympy import MatrixSymbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.calculus.activity import Activity
from symattn.calculus.cotangents import cotangents_of
from symattn.calculus.gathering import Axes, Contribution
from symattn.calculus.lookups import looked_up
from symattn.calculus.naming import Names
from symattn.calculus.scalars import partial_derivatives
from symattn.equations import Equation
from symattn.nodes import (
    Arithmetic,
    Block,
    Column,
    ElementwiseProduct,
    Entmax,
    IndexedMatrix,
    Member,
    Negation,
    OverAnIndex,
    Row,
    RowSum,
    Scatter,
    Value,
    is_matrix,
    shape_of,
)

Reached = list[tuple[str, Contribution]]
"""Names, and what reaches them."""


class Descent:
    """Goes down one formula after another. ``simplify`` makes formulas readable, ``shorter`` may replace a row sum."""

    def __init__(
        self,
        moves: Activity,
        names: Names,
        simplify: Callable[[Any], Any],
        shorter: Callable[[Any], Any],
        emit: Callable[[Equation], Equation],
    ) -> None:
        self._moves, self._names, self._simplify = moves, names, simplify
        self._shorter, self._emit = shorter, emit
        self._reached: Reached = []

    def into(self, equation: Equation, cotangent: Any) -> Reached:
        """What reaches the names in an equation from the cotangent of its value, 1 x 1 for a scalar's."""
        self._reached = []
        if is_matrix(equation.expression):
            self._down(equation.expression, cotangent, equation.axes, equation.left_side)
        else:
            self._into_scalar(equation.expression, cotangent, equation.axes)
        return self._reached

    def _down(self, node: Any, cotangent: Any, scope: Axes, value: Any = None) -> None:
        if isinstance(node, (MatrixSymbol, Member)):
            self._reach(node, Contribution(cotangent, scope))
        elif isinstance(node, Column) and _is_named(node.matrix):
            place = {"row" if isinstance(node, Row) else "column": node.position}
            self._reach(node.matrix, Contribution(cotangent, scope, **place))
        elif isinstance(node, Block) and _is_named(node.matrix):
            self._reach(node.matrix, Contribution(cotangent, scope, block=node.args[1:]))
        elif isinstance(node, IndexedMatrix):
            self._into_lookups(node, cotangent, scope)
        else:
            if isinstance(node, Scatter) and not _is_entrywise(cotangent):
                cotangent = self._named(cotangent, scope)
            inner = (*scope, (node.symbol, node.length)) if isinstance(node, OverAnIndex) else scope
            for part, made in zip(node.args, cotangents_of(node, cotangent, value), strict=True):
                if made is None or not self._moves(part):
                    continue
                if isinstance(node, Entmax):
                    made = self._with_weights_named(made, scope)
                made = self._with_shorter_sums(self._simplify(made))
                if is_matrix(part):
                    self._down(part, made, inner)
                else:
                    self._into_scalar(part, made, inner)

    def _reach(self, symbol: Value, contribution: Contribution) -> None:
        if self._moves(symbol):
            if isinstance(symbol, Member):
                contribution = replace(contribution, positions=symbol.positions)
            self._reached.append((symbol.name, contribution))

    def _into_scalar(self, formula: Any, total: Any, scope: Axes) -> None:
        """``total`` is 1 x 1: the cotangent of a scalar formula, added up over all that it stretches to."""
        for leaf, slope in partial_derivatives(formula, self._moves).items():
            made = self._simplify(ElementwiseProduct(slope, total))
            if isinstance(leaf, MatrixElement):
                self._reach(leaf.parent, Contribution(made, scope, row=leaf.i, column=leaf.j))
            else:
                self._reach(leaf, Contribution(made, scope))

    def _into_lookups(self, node: IndexedMatrix, cotangent: Any, scope: Axes) -> None:
        if not _is_entrywise(cotangent):
            cotangent = self._named(cotangent, scope)
        for symbol, contribution in looked_up(node, cotangent, scope, self._moves, self._names, self._named):
            self._reached.append((symbol.name, contribution))

    def _named(self, cotangent: Any, scope: Axes) -> Any:
        """A name for a cotangent whose entries are looked up."""
        axes = tuple(pair for pair in scope if cotangent.has(pair[0]))
        equation = Equation(self._names.fresh("Z"), cotangent, axes)
        self._emit(equation)
        return equation.left_side

    def _with_weights_named(self, made: Any, scope: Axes) -> Any:
        """``R * (dP - rowsum(R * dP) / rowsum(R))`` with a name for ``R``."""
        axes = tuple(pair for pair in scope if made.left.has(pair[0]))
        name = self._emit(Equation(self._names.fresh("R"), self._simplify(made.left), axes)).left_side
        return made.xreplace({made.left: name})

    def _with_shorter_sums(self, value: Any) -> Any:
        """The value with every sum that has a shorter form as a name for it."""
        if not is_matrix(value) or not value.args or isinstance(value, (MatrixSymbol, Member)):
            return value
        if isinstance(value, RowSum):
            found = self._shorter(value)
            if found is not None:
                return found
        parts = tuple(self._with_shorter_sums(part) for part in value.args)
        return value if all(new is old for new, old in zip(parts, value.args, strict=True)) else value.func(*parts)


def _is_named(value: Any) -> bool:
    return isinstance(value, (MatrixSymbol, Member))


def _is_entrywise(value: Any) -> bool:
    if isinstance(value, (Transpose, Arithmetic, Negation)):
        return all(_is_entrywise(part) for part in value.args if is_matrix(part))
    return _is_named(value) or isinstance(value, IndexedMatrix) or not shape_of(value)
