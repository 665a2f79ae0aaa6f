"""Equations of one system that say the same: their names are made one before anything is written out."""

from __future__ import annotations

from typing import Any

from sympy import Symbol

from symattn.equations import Equation, EquationSystem
from symattn.nodes import FamilySymbol, Value, index
from symattn.nodes.cases import put_in

AXIS = "_axis"
"""What the indices of a family are called while its equation is compared with others."""


def merged(system: EquationSystem) -> dict[str, str]:
    """For each equation the first one that has the same right side, up to names that are themselves the same.

    >>> from symattn.defining import mechanism
    >>> merged(mechanism("twice", {"A": "n m"}, "B = exp(A)\\nC = exp(A)\\nD = 2 * C\\nE = 2 * B"))
    {'B': 'B', 'C': 'B', 'D': 'D', 'E': 'D'}
    """
    first: dict[tuple[Any, ...], str] = {}
    same: dict[str, str] = {}
    replaced: dict[Any, Value] = {}
    for equation in system.equations:
        expression = put_in(equation.expression, replaced) if replaced else equation.expression
        key = _key(equation, expression)
        name = first.setdefault(key, equation.name)
        same[equation.name] = name
        if name != equation.name:
            replaced[equation.symbol] = _named(equation.symbol, name)
    return same


def _key(equation: Equation, expression: Value) -> tuple[Any, ...]:
    axes: dict[Symbol, Symbol] = {own: index(f"{AXIS}{place}") for place, own in enumerate(equation.indices)}
    return put_in(expression, axes) if axes else expression, equation.lengths


def _named(symbol: Value, name: str) -> Value:
    """The same symbol under another name."""
    if isinstance(symbol, FamilySymbol):
        return FamilySymbol(name, *symbol.shape, *symbol.lengths)
    if isinstance(symbol, Symbol):
        return Symbol(name, **symbol.assumptions0)
    return symbol.func(name, *symbol.shape)


def with_merged(system: EquationSystem) -> tuple[EquationSystem, dict[str, str]]:
    """The system with every name in its equations replaced by the first that stands for the same, and those names."""
    same = merged(system)
    renamed = {
        equation.symbol: _named(equation.symbol, same[equation.name])
        for equation in system.equations
        if same[equation.name] != equation.name
    }
    if not renamed:
        return system, same
    equations = tuple(
        Equation(equation.name, put_in(equation.expression, renamed), equation.axes) for equation in system.equations
    )
    kind = type(system)
    return kind(system.name, system.input_symbols, equations, system.output), same
