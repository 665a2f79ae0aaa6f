"""Between which numbers a formula of indices lies, for all indices and sizes, logarithms and cases included."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sympy import Abs, Add, And, Expr, Max, Min, Mod, Mul, Not, Number, Piecewise, Pow, Rational, S, Symbol, floor, log
from sympy.core.relational import Ge, Gt, Le, Lt, Relational
from sympy.logic.boolalg import Boolean

Interval = tuple[Expr, Expr]
"""A smallest and a largest number, either of them perhaps infinite."""

EVERYTHING: Interval = (S.NegativeInfinity, S.Infinity)

ROUNDING = Rational(1, 10**9)
"""How far above a number that is computed may come out before its whole part is taken."""


def interval(value: Expr, conditions: Sequence[Boolean] = ()) -> Interval:
    """Numbers between which a formula lies wherever the conditions hold; perhaps wider than it need be.

    >>> i, j = Symbol("i", integer=True, nonnegative=True), Symbol("j", integer=True, nonnegative=True)
    >>> interval(Min(Abs(i - j), 7) + 1), interval(Max(i - j, 0), [i - j < 16])
    ((1, 8), (0, 15))
    """
    kind = next((kind for kind in type(value).__mro__ if kind in OF), None)
    least, most = EVERYTHING if kind is None else OF[kind](value, conditions)
    for condition in conditions:
        if isinstance(condition, Relational):
            lower, upper = _said(condition, value)
            least, most = Max(least, lower), Min(most, upper)
    return least, most


def _said(condition: Relational, value: Expr) -> Interval:
    """What a comparison of the value with a number says."""
    left, right = condition.args
    kind = type(condition)
    if right == value:
        left, right, kind = right, left, TURNED.get(kind, kind)
    if left != value or not isinstance(right, Number):
        return EVERYTHING
    step = S.One if value.is_integer and right.is_integer else S.Zero
    if kind in (Lt, Le):
        return S.NegativeInfinity, right - (step if kind is Lt else 0)
    if kind in (Gt, Ge):
        return right + (step if kind is Gt else 0), S.Infinity
    return EVERYTHING


TURNED: Mapping[type, type] = {Lt: Gt, Le: Ge, Gt: Lt, Ge: Le}


def _symbol(value: Symbol, conditions: Sequence[Boolean]) -> Interval:
    if value.is_integer and value.is_nonnegative:
        return S.One if value.is_positive else S.Zero, S.Infinity
    return EVERYTHING


def _total(value: Add, conditions: Sequence[Boolean]) -> Interval:
    ends = [interval(part, conditions) for part in value.args]
    least, most = (Add(*side) for side in zip(*ends, strict=True))
    return least, most


def _product(value: Mul, conditions: Sequence[Boolean]) -> Interval:
    least, most = S.One, S.One
    for part in value.args:
        ends = interval(part, conditions)
        corners = [S.Zero if S.Zero in (a, b) else a * b for a in (least, most) for b in ends]
        least, most = Min(*corners), Max(*corners)
    return least, most


def _power(value: Pow, conditions: Sequence[Boolean]) -> Interval:
    least, most = interval(value.base, conditions)
    if value.exp == -1 and least > 0:
        return S.Zero if most is S.Infinity else 1 / most, 1 / least
    if isinstance(value.exp, Number) and value.exp > 0 and least >= 0:
        return least**value.exp, most**value.exp
    return EVERYTHING


def _size(value: Abs, conditions: Sequence[Boolean]) -> Interval:
    least, most = interval(value.args[0], conditions)
    return Max(S.Zero, least, -most), Max(Abs(least), Abs(most))


def _extreme(value: Expr, conditions: Sequence[Boolean]) -> Interval:
    ends = [interval(part, conditions) for part in value.args]
    least, most = (value.func(*side) for side in zip(*ends, strict=True))
    return least, most


def _whole_part(value: floor, conditions: Sequence[Boolean]) -> Interval:
    least, most = interval(value.args[0], conditions)
    return floor(least), floor(most + ROUNDING)


def _remainder(value: Mod, conditions: Sequence[Boolean]) -> Interval:
    divisor = value.args[1]
    if not (isinstance(divisor, Number) and divisor > 0):
        return EVERYTHING
    return S.Zero, divisor - 1 if value.is_integer and divisor.is_integer else divisor


def _logarithm(value: log, conditions: Sequence[Boolean]) -> Interval:
    least, most = interval(value.args[0], conditions)
    return log(least) if least > 0 else S.NegativeInfinity, log(most) if most > 0 else S.Infinity


def _cases(value: Piecewise, conditions: Sequence[Boolean]) -> Interval:
    ends, known = [], [*conditions]
    for case in value.args:
        ends.append(interval(case.expr, [*known, *And.make_args(case.cond)]))
        known += And.make_args(Not(case.cond))
    lowest, highest = zip(*ends, strict=True)
    return Min(*lowest), Max(*highest)


OF: Mapping[type, Callable[..., Interval]] = {
    Number: lambda value, conditions: (value, value),
    Symbol: _symbol,
    Add: _total,
    Mul: _product,
    Pow: _power,
    Abs: _size,
    Max: _extreme,
    Min: _extreme,
    floor: _whole_part,
    Mod: _remainder,
    log: _logarithm,
    Piecewise: _cases,
}
"""The interval of each kind of formula; of any other nothing is known."""
