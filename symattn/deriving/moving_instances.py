"""Derivatives at instances: the entries as formulas of time, differentiated by SymPy, where a proof is not found."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

from sympy import Add, Expr, Float, Integer, Rational, S, Symbol, diff
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.deriving.claim import LEFT, RIGHT
from symattn.equations import EquationSystem
from symattn.nodes import Indices, entry_of, is_matrix
from symattn.verdicts import Counterexample
from symattn.verification.instances import rational

INSTANCES = 3
"""Instances that are tried; a wrong derivative differs at the first as a rule."""

DIGITS = 30

FAR = 1e-15
"""By how much values that are told apart differ."""

TIME = Symbol("time", real=True)


def counterexample(system: EquationSystem, rates: Mapping[str, str], operator: type[Expr]) -> Counterexample | None:
    """Numbers at which the two sides of a system differ, if some are found.

    Each input in ``rates`` moves in a straight line at its rate; ``operator`` is the head that stands for the
    derivative by time.
    """
    for instance in itertools.islice(rational(system, random.Random(0)), INSTANCES):
        values = instance.elements[0]
        left, right = (instance.system.by_name[side].expression for side in (LEFT, RIGHT))
        rows, columns = left.shape if is_matrix(left) else (1, 1)
        for i, j in itertools.product(range(int(rows)), range(int(columns))):
            one, other = (_value(side, i, j, values, rates, operator) for side in (left, right))
            if one.is_real and other.is_real and abs(one - other) > FAR * (1 + abs(one) + abs(other)):
                shown = (str(Float(one, 10)), str(Float(other, 10)))
                return Counterexample(dict(instance.sizes), values, (i, j), *shown, evidence="enclosed")
    return None


def _value(
    side: Expr, i: int, j: int, values: Mapping[str, Any], rates: Mapping[str, str], operator: type[Expr]
) -> Expr:
    entry = side
    if is_matrix(side):
        entry = entry_of(side, Integer(i), Integer(j), Indices(avoid=(side,), explicit=True))
    replaced: dict[Expr, Expr] = {}
    for element in entry.atoms(MatrixElement):
        replaced[element] = _moving(element.parent.name, (int(element.i), int(element.j)), values, rates)
    for symbol in entry.free_symbols:
        if symbol.name in values and not is_matrix(symbol):
            replaced[symbol] = _moving(symbol.name, (), values, rates)
    return _differentiated(entry.xreplace(replaced), operator).subs(TIME, S.Zero).evalf(DIGITS)


def _moving(name: str, place: tuple[int, ...], values: Mapping[str, Any], rates: Mapping[str, str]) -> Expr:
    """An entry as a formula of time."""
    start = _at(values[name], place)
    return Add(start, TIME * _at(values[rates[name]], place)) if name in rates else start


def _at(value: Any, place: tuple[int, ...]) -> Expr:
    for position in place:
        value = value[position]
    return Rational(value.numerator, value.denominator)


def _differentiated(value: Expr, operator: type[Expr]) -> Expr:
    """The value with every derivative taken, the innermost first."""
    if not value.has(operator):
        return value.doit()
    inside = [_differentiated(part, operator) for part in value.args]
    return diff(inside[0], TIME) if isinstance(value, operator) else value.func(*inside)
