"""Conditions and formulas of indices at whole numbers: in whole numbers and fractions, so that nothing is rounded."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import floor as whole_part
from math import prod
from typing import Any

from sympy import (
    Abs,
    Add,
    Basic,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mod,
    Mul,
    Ne,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    floor,
)
from sympy.logic.boolalg import And, Boolean

from symattn.errors import ExactnessError
from symattn.nodes.bounded import built

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

ARITHMETIC: dict[type, Callable[..., Any]] = {
    Add: lambda *terms: sum(terms),
    Mul: lambda *factors: prod(factors),
    Abs: abs,
    Max: max,
    Min: min,
    Mod: operator.mod,
    floor: whole_part,
}
"""What makes a fraction of fractions; ``Mod`` has a positive divisor, as the language asks for."""


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


def number_at(formula: Expr, symbols: Sequence[Symbol]) -> Callable[[Indices], Expr]:
    """A function that gives the number which a formula is for given values of its symbols.

    Errors, when it is called: ``ExactnessError`` where it is no finite real number (a division by zero), ``LimitError``
    for a power of more digits than ``limits.NUMBER_DIGITS``.

    >>> i, j = Symbol("i", integer=True), Symbol("j", integer=True)
    >>> number_at(100 ** (-floor(j / 2)) * i, (i, j))((3, 2))
    3/100
    """
    quick = _fraction(formula, symbols)

    def number(indices: Indices) -> Expr:
        if quick is not None:
            found = quick(indices)
            return Rational(found.numerator, found.denominator)
        value = _value(formula, dict(zip(symbols, map(Integer, indices), strict=True)))
        if value.is_real is False or value.is_finite is False or value.has(S.ComplexInfinity, S.NaN):
            places = ", ".join(f"{symbol} = {place}" for symbol, place in zip(symbols, indices, strict=True))
            raise ExactnessError(f"{formula} is no real number where {places} (counted from 0).")
        return value

    return number


def _value(formula: Any, given: Mapping[Basic, Expr]) -> Any:
    """The formula with numbers in the place of its symbols, of cases only the one that holds, no power too long."""
    if formula in given:
        return given[formula]
    if isinstance(formula, Piecewise):
        return _value(next(case.expr for case in formula.args if _holds(case.cond, given)), given)
    if not formula.args:
        return formula
    arguments = [_value(part, given) for part in formula.args]
    return built(formula.func, arguments)


def _holds(condition: Boolean, given: Mapping[Basic, Expr]) -> bool:
    found = _value(condition, given)
    if found is not S.true and found is not S.false:
        raise ExactnessError(f"asked whether {condition} holds, found no answer: {found} is not decided.")
    return found is S.true


def whole_number_at(formula: Expr, symbols: Sequence[Symbol]) -> Callable[[Indices], int]:
    """A function that gives a position computed from its symbols.

    Errors, when it is called: ``ExactnessError`` for what is no whole number.

    >>> i = Symbol("i", integer=True)
    >>> whole_number_at(Max(i - 2, 0), (i,))((1,))
    0
    """
    quick = _fraction(formula, symbols)

    def number(indices: Indices) -> int:
        found = quick(indices) if quick is not None else number_at(formula, symbols)(indices)
        if int(found) != found:
            raise ExactnessError(f"a position is a whole number; {formula} is {found}.")
        return int(found)

    return number


def _fraction(side: Expr, symbols: Sequence[Symbol]) -> Callable[[Indices], Any] | None:
    """A side of a relation as a function of whole numbers; nothing for one that has roots, logarithms or the like."""
    if side in symbols:
        return operator.itemgetter(symbols.index(side))
    if isinstance(side, Rational):
        number = int(side) if isinstance(side, Integer) else Fraction(int(side.p), int(side.q))
        return lambda indices: number
    if type(side) in ARITHMETIC:
        parts = [_fraction(part, symbols) for part in side.args]
        if None in parts:
            return None
        together = ARITHMETIC[type(side)]
        return lambda indices: together(*(part(indices) for part in parts if part is not None))
    if isinstance(side, Pow) and side.exp.is_Integer and side.exp.is_positive:
        base, exponent = _fraction(side.base, symbols), int(side.exp)
        return None if base is None else lambda indices: base(indices) ** exponent
    return None


def _by_sympy(condition: Boolean, symbols: Sequence[Symbol]) -> Callable[[Indices], bool]:
    return lambda indices: _holds(condition, dict(zip(symbols, map(Integer, indices), strict=True)))
