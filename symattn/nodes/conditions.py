"""Conditions on indices at whole numbers: decided in whole numbers and fractions, so that nothing is rounded."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from sympy import Add, Eq, Expr, Ge, Gt, Integer, Le, Lt, Mul, Ne, Pow, Rational, S, Symbol
from sympy.logic.boolalg import And, Boolean

from symattn.errors import ExactnessError

Indices = Sequence[int]
"""The values of the indices, in the order in which they were named."""

RELATIONS: dict[type, Callable[[Any, Any], bool]] = {
    Le: operator.le,
    Lt: operator.lt,
    Ge: operator.ge,
    Gt: operator.gt,
    Eq: operator.eq,
    Ne: operator.ne,
}


def decider(condition: Boolean, symbols: Sequence[Symbol]) -> Callable[[Indices], bool]:
    """A function that decides a condition for given values of its symbols.

    Errors, when it is called: ``ExactnessError`` for a condition that rests on anything else, or that is not decided.

    >>> i, j = Symbol("i", integer=True), Symbol("j", integer=True)
    >>> holds = decider(And(Le(0, i - j), Lt(i - j, 2)), (i, j))
    >>> holds((2, 1)), holds((2, 0))
    (True, False)
    """
    if condition is S.true or condition is S.false:
        known = condition is S.true
        return lambda indices: known
    if isinstance(condition, And):
        parts = [decider(part, symbols) for part in condition.args]
        return lambda indices: all(part(indices) for part in parts)
    compare = RELATIONS.get(type(condition))
    if compare is not None:
        left, right = (_fraction(side, symbols) for side in condition.args)
        if left is not None and right is not None:
            return lambda indices: compare(left(indices), right(indices))
    return _by_sympy(condition, symbols)


def _fraction(side: Expr, symbols: Sequence[Symbol]) -> Callable[[Indices], Any] | None:
    """A side of a relation as a function of whole numbers; nothing for one that has roots, logarithms or the like."""
    if side in symbols:
        return operator.itemgetter(symbols.index(side))
    if isinstance(side, Rational):
        number = int(side) if isinstance(side, Integer) else Fraction(int(side.p), int(side.q))
        return lambda indices: number
    if isinstance(side, (Add, Mul)):
        parts = [_fraction(part, symbols) for part in side.args]
        if None in parts:
            return None
        together = sum if isinstance(side, Add) else prod
        return lambda indices: together(part(indices) for part in parts if part is not None)
    if isinstance(side, Pow) and side.exp.is_Integer and side.exp.is_positive:
        base, exponent = _fraction(side.base, symbols), int(side.exp)
        return None if base is None else lambda indices: base(indices) ** exponent
    return None


def _by_sympy(condition: Boolean, symbols: Sequence[Symbol]) -> Callable[[Indices], bool]:
    def decide(indices: Indices) -> bool:
        found = condition.subs(dict(zip(symbols, map(Integer, indices), strict=True)), simultaneous=True)
        if found is not S.true and found is not S.false:
            raise ExactnessError(f"asked whether {condition} holds, found no answer: {found} is not decided.")
        return found is S.true

    return decide
