"""Which parts of a formula move with the values that a derivative is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sympy import MatrixSymbol, Piecewise, Symbol, floor
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.nodes import (
    Block,
    ByRowAndColumn,
    Column,
    Hardmax,
    IndexCondition,
    Intersection,
    Member,
    OverAllowedKeys,
    OverAnIndex,
    Row,
    Scatter,
    Sign,
    Step,
)

FLAT: tuple[type, ...] = (Hardmax, Step, Sign, IndexCondition, Intersection, Boolean, floor)
"""What does not move, wherever it is differentiable at all."""

SELECTIONS = (Column, Row, Block)
"""What takes a part of a named matrix."""


def differentiable_arguments(node: Any) -> tuple[Any, ...]:
    """The arguments that a value moves with: no positions, no indices, no sizes, no allowed sets, no conditions.

    >>> from symattn.nodes import Softmax
    >>> S, M = MatrixSymbol("S", 2, 3), MatrixSymbol("M", 2, 3)
    >>> differentiable_arguments(Softmax(S, allowed=M))
    (S,)
    """
    if isinstance(node, FLAT):
        return ()
    if isinstance(node, (OverAllowedKeys, OverAnIndex, ByRowAndColumn, MatrixElement, Scatter, *SELECTIONS)):
        return node.args[:1]
    if isinstance(node, Piecewise):
        return tuple(case.expr for case in node.args)
    return node.args


class Activity:
    """Tells of each part of a formula whether it moves with one of some names; answers are remembered.

    >>> A, B = MatrixSymbol("A", 2, 3), MatrixSymbol("B", 2, 3)
    >>> moves = Activity(["A"])
    >>> moves(A.T), moves(B), moves.count(A.T), moves.names(A.T)
    (True, False, 1, ('A',))
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.active = set(names)
        self._found: dict[Any, tuple[str, ...]] = {}

    def __call__(self, node: Any) -> bool:
        return bool(self.names(node))

    def count(self, node: Any) -> int:
        """How many times the node mentions one of the names where it moves with it."""
        return len(self.names(node))

    def names(self, node: Any) -> tuple[str, ...]:
        """The names that the node moves with, as often as it mentions them."""
        if not node.args:
            return (node.name,) if isinstance(node, Symbol) and node.name in self.active else ()
        if isinstance(node, (MatrixSymbol, Member)):
            return (node.name,) if node.name in self.active else ()
        found = self._found.get(node)
        if found is None:
            found = tuple(name for part in differentiable_arguments(node) for name in self.names(part))
            self._found[node] = found
        return found


Moves = Callable[[Any], bool]
"""Whether a part of a formula moves."""
