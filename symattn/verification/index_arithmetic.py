"""Values made of indices, sizes and numbers alone, as whole numbers and fractions, so that nothing is rounded."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sympy import Abs, Add, Expr, Integer, Max, Min, Mod, Mul, Pow, Rational, Symbol, floor
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.matrices.expressions.matexpr import MatrixElement

Indices = Mapping[Symbol, int]
"""What the indices are at the moment."""

LARGEST_POWER = 1000
"""Largest exponent of a power that is written out in digits."""

COMPARED: dict[type, Callable[[Any, Any], bool]] = {
    Eq: operator.eq,
    Ge: operator.ge,
    Gt: operator.gt,
    Le: operator.le,
    Lt: operator.lt,
    Ne: operator.ne,
}


@lru_cache(maxsize=4096)
def contents(value: Any) -> tuple[frozenset[Symbol], bool]:
    """The symbols in a scalar or a condition, and whether an entry of a matrix is in it."""
    return frozenset(value.free_symbols), value.has(MatrixElement)


def of_indices_alone(value: Any, indices: Mapping[Symbol, Any]) -> bool:
    """Whether a scalar or a condition rests on indices and numbers only, not on any input."""
    symbols, has_entries = contents(value)
    return not has_entries and symbols <= indices.keys()


def fraction(value: Expr, indices: Indices) -> Any:
    """The value as an int or a ``Fraction``; nothing if it has inputs, roots, logarithms or the like in it.

    >>> i, j = Symbol("i", integer=True), Symbol("j", integer=True)
    >>> fraction(Mod(i - j, 3) + j / 2, {i: 0, j: 1}), fraction(2**Rational(1, 2) * i, {i: 1})
    (Fraction(5, 2), None)
    """
    row = ROWS.get(type(value))
    if row is not None:
        return row(value, indices)
    if isinstance(value, Integer):
        return int(value)
    return Fraction(int(value.p), int(value.q)) if isinstance(value, Rational) else None


def truth(relation: Relational, indices: Indices) -> bool | None:
    """Whether a comparison holds; nothing if one of its sides is no fraction."""
    left = fraction(relation.lhs, indices)
    right = None if left is None else fraction(relation.rhs, indices)
    return None if right is None else COMPARED[type(relation)](left, right)


def _of_all(operation: Callable[[Any], Any]) -> Callable[[Expr, Indices], Any]:
    def row(value: Expr, indices: Indices) -> Any:
        parts = []
        for part in value.args:
            found = fraction(part, indices)
            if found is None:
                return None
            parts.append(found)
        return operation(parts)

    return row


def _power(parts: list[Any]) -> Any:
    base, exponent = parts
    if exponent != int(exponent) or abs(exponent) > LARGEST_POWER or (base == 0 and exponent < 0):
        return None
    return Fraction(base) ** int(exponent)


ROWS: dict[type, Callable[[Any, Indices], Any]] = {
    Symbol: lambda value, indices: indices.get(value),
    Add: _of_all(sum),
    Mul: _of_all(math.prod),
    Pow: _of_all(_power),
    Abs: _of_all(lambda parts: abs(parts[0])),
    Max: _of_all(max),
    Min: _of_all(min),
    Mod: _of_all(lambda parts: parts[0] % parts[1] if parts[1] else None),
    floor: _of_all(lambda parts: math.floor(parts[0])),
}
