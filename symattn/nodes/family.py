"""Families: matrices of one shape under one name, one for each value of an index or several, as heads ``Q[h]``."""

from __future__ import annotations

from typing import Any

from sympy import Expr, MatrixExpr, MatrixSymbol, sympify

from symattn.errors import ShapeError
from symattn.nodes.base import Indices, Node, shape_of
from symattn.nodes.written import element
from symattn.shapes import Shape


class FamilySymbol(MatrixSymbol):
    """A named family: ``lengths`` values for the indices of its axes, and ``shape``, which each member has.

    It stands for the whole in a list of inputs; in a formula only its members occur.

    >>> Q = FamilySymbol("Q", 3, 4, 2)
    >>> Q.name, Q.lengths, Q.shape
    ('Q', (2,), (3, 4))
    """

    def __new__(cls, name: Any, rows: Any, columns: Any, *lengths: Any) -> FamilySymbol:
        plain = MatrixSymbol(name, rows, columns)
        return Expr.__new__(cls, *plain.args, *map(sympify, lengths))

    @property
    def lengths(self) -> Shape:
        """How many values the index of each axis takes, outermost first."""
        return self.args[3:]


class Member(Node):
    """``Q[h]``: the member of a family at some positions, one for each axis, counted from 0; shapes ``(n, d)``.

    Errors: ``TypeError`` unless the first argument is a family, ``ShapeError`` for a wrong number of positions.

    >>> second = Member(FamilySymbol("Q", 3, 4, 2), 1)
    >>> second.name, second.positions, second.shape
    ('Q', (1,), (3, 4))
    """

    def __new__(cls, family: Any, *positions: Any) -> Member:
        if not isinstance(family, FamilySymbol):
            raise TypeError(f"Member takes a family and positions, found {family}")
        if len(positions) != len(family.lengths):
            asked, found = len(family.lengths), len(positions)
            raise ShapeError(f"{family.name} is a family over {asked} axes, found {found} subscripts.")
        return super().__new__(cls, family, *map(sympify, positions))

    @property
    def family(self) -> FamilySymbol:
        return self.args[0]

    @property
    def name(self) -> str:
        """The family's name."""
        return self.family.name

    @property
    def positions(self) -> tuple[Expr, ...]:
        """Which member: an index or a whole number for each axis."""
        return self.args[1:]

    @property
    def shape(self) -> Shape:
        return tuple(self.family.shape)

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return element(self, i, j)


def lengths_of(value: Any) -> Shape:
    """The lengths of a family's axes; nothing for a matrix or a scalar."""
    return value.lengths if isinstance(value, FamilySymbol) else ()


def full_shape(value: Any) -> Shape:
    """The shape with a family's axes in front: ``()``, ``(rows, columns)`` or ``(heads, rows, columns)``.

    >>> full_shape(FamilySymbol("Q", 3, 4, 2)), full_shape(MatrixSymbol("Q", 3, 4))
    ((2, 3, 4), (3, 4))
    """
    return (*lengths_of(value), *shape_of(value))


def symbol_for(name: str, shape: Shape) -> MatrixExpr:
    """The symbol of a named matrix, or of a family where the shape has more than two lengths."""
    return FamilySymbol(name, *shape[-2:], *shape[:-2]) if len(shape) > 2 else MatrixSymbol(name, *shape)
