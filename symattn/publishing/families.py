"""Families in a document: which ranges are said where, and the equation of one member."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Integer

from symattn.equations import Equation, EquationSystem
from symattn.exact import ExactFamily
from symattn.nodes import Member, Value
from symattn.nodes.cases import put_in
from symattn.publishing.document import ForEach


def with_ranges(system: EquationSystem) -> Iterator[tuple[Equation, Any]]:
    """Every equation with what stands on its right; the range of an index is said where it is new or has changed."""
    said: dict[Any, Any] = {}
    for equation in system:
        new = tuple((symbol, length) for symbol, length in equation.axes if said.get(symbol) != length)
        said.update(new)
        yield equation, ForEach(equation.expression, new) if new else equation.expression


def with_all_ranges(equation: Equation, value: Any) -> Any:
    """A value with the ranges of all indices of an equation behind it."""
    return ForEach(value, equation.axes) if equation.axes else value


def members(symbol: Value, exact: Any) -> Iterator[tuple[tuple[int, ...], Value, Any]]:
    """The members of a family with their positions, names and numbers, or a matrix itself."""
    if not isinstance(exact, ExactFamily):
        yield (), symbol, exact
        return
    for positions, matrix in exact.items():
        yield positions, Member(symbol, *map(Integer, positions)), matrix


def of_member(equation: Equation, positions: tuple[int, ...]) -> Value:
    """The right side of a family's equation for one member."""
    return put_in(equation.expression, dict(zip(equation.indices, map(Integer, positions), strict=True)))
