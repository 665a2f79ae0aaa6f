"""How much work it is to evaluate a system at given sizes, so that instances can be kept to what takes a moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from sympy import Expr, Integer, S, lambdify, preorder_traversal

from symattn.equations import EquationSystem
from symattn.nodes import (
    ByRowAndColumn,
    ElementwiseFunction,
    MatrixProduct,
    OverAllowedKeys,
    OverAnIndex,
    Scatter,
    Value,
    is_matrix,
)

ENTRY = Integer(5)
"""Multiplications of a product that take the reference as long as one sum of two entries, about."""

FUNCTION = Integer(100)
"""Multiplications that take it as long as one exponential."""


def operations(system: EquationSystem) -> Callable[[Mapping[str, int]], int]:
    """How many multiplications a system takes, in round numbers, as a function of its sizes by name.

    >>> from symattn.mechanisms import named
    >>> count = operations(named("dot"))
    >>> count({"n": 2, "m": 3, "d_k": 4, "d_v": 5}) < count({"n": 2, "m": 3, "d_k": 40, "d_v": 5})
    True
    """
    total = sum((prod(eq.lengths) * _of(eq.expression) for eq in system.equations), S.Zero)
    counted = lambdify(system.sizes, total, modules=[], dummify=True)
    names = [symbol.name for symbol in system.sizes]
    return lambda sizes: int(counted(*(sizes[name] for name in names)))


def _of(value: Value) -> Expr:
    if not is_matrix(value):
        return ENTRY
    if isinstance(value, OverAnIndex):
        return value.length * _of(value.term)
    if isinstance(value, Scatter):
        positions = sum(1 for position in value.positions for _ in preorder_traversal(position))
        return _of(value.matrix) + prod(value.matrix.shape) * (positions + ENTRY)
    if isinstance(value, ByRowAndColumn):
        return prod(value.shape) * sum(1 for _ in preorder_traversal(value.args[0]))
    parts: Any = sum((_of(part) for part in value.args if is_matrix(part)), S.Zero)
    if isinstance(value, MatrixProduct):
        return parts + prod(value.shape) * value.left.shape[1]
    slow = isinstance(value, (ElementwiseFunction, OverAllowedKeys))
    return parts + prod(value.args[0].shape if slow else value.shape) * (FUNCTION if slow else ENTRY)
