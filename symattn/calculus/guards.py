"""Formulas by cases as one value under conditions; conditions that always hold for the indices they are about go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sympy import Abs, Eq, Expr, Ge, Gt, Le, Lt, Mod, Mul, Ne, Not, Piecewise, S
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean

from symattn.nodes import Cases
from symattn.nodes.written import multiplied


def under_conditions(value: Expr) -> tuple[Expr, tuple[Boolean, ...]]:
    """A formula as a value and the conditions without which it is 0, where only one of its cases is anything else.

    >>> from sympy import Symbol
    >>> i, x = Symbol("i", integer=True), Symbol("x")
    >>> under_conditions(2 * Cases((0, Eq(Mod(i, 2), 0)), (x, True)))
    (2*x, (Ne(Mod(i, 2), 0),))
    """
    if isinstance(value, Mul):
        factors, conditions = [], list[Boolean]()
        for factor in value.args:
            inner, more = under_conditions(factor)
            factors.append(inner)
            conditions += more
        return (multiplied(*factors), tuple(conditions)) if conditions else (value, ())
    if not isinstance(value, Piecewise):
        return value, ()
    before: list[Boolean] = []
    chosen: tuple[Expr, tuple[Boolean, ...]] | None = None
    for case in value.args:
        if case.expr is not S.Zero:
            own = () if case.cond is S.true else _parts(case.cond)
            if chosen is not None or not all(isinstance(each, Relational) for each in (*before, *own)):
                return value, ()
            chosen = case.expr, (*before, *own)
        before.append(_opposite(case.cond))
    if chosen is None:
        return S.Zero, ()
    inner, more = under_conditions(chosen[0])
    return inner, (*chosen[1], *more)


def _parts(condition: Boolean) -> tuple[Boolean, ...]:
    """Comparisons that hold together; ``abs(x) <= y`` is two of them."""
    if isinstance(condition, And):
        return tuple(part for each in condition.args for part in _parts(each))
    if isinstance(condition, (Le, Lt)) and isinstance(condition.lhs, Abs):
        inside, most = condition.lhs.args[0], condition.rhs
        return condition.func(-most, inside, evaluate=False), condition.func(inside, most, evaluate=False)
    return (condition,)


OPPOSITE: dict[type, type] = {Eq: Ne, Ne: Eq, Lt: Ge, Ge: Lt, Le: Gt, Gt: Le}


def _opposite(condition: Boolean) -> Boolean:
    made: Any = OPPOSITE.get(type(condition))
    return Not(condition) if made is None else made(*condition.args, evaluate=False)


def needed_conditions(conditions: Iterable[Boolean], lengths: Mapping[Any, Expr]) -> tuple[Boolean, ...]:
    """The conditions that may fail for indices from 0 to below their lengths, each once.

    >>> from symattn.nodes import index
    >>> from symattn.shapes import size
    >>> j, p = index("j"), size("p")
    >>> needed_conditions([Le(0, j), Lt(j - 1, p), Le(0, j - 1)], {j: p})
    (0 <= j - 1,)
    """
    plain = list(dict.fromkeys(_of_halves(part) for each in conditions for part in _parts(each)))
    lowest: dict[Any, Expr] = dict.fromkeys(lengths, S.Zero)
    highest: dict[Any, Expr] = {symbol: length - 1 for symbol, length in lengths.items()}
    for each in plain:  # an odd index is 1 at least; an even one below an even length is 2 less than it at most
        for symbol in lengths:
            if each == Ne(Mod(symbol, 2), 0):
                lowest[symbol] = S.One
            elif each == Eq(Mod(symbol, 2), 0) and Mod(lengths[symbol], 2) == 0:
                highest[symbol] = lengths[symbol] - 2
    return tuple(each for each in plain if each is not S.true and not _always(each, lowest, highest))


def _of_halves(condition: Boolean) -> Boolean:
    """``(x + 1) % 2 == 0`` and ``x % 2 == 1`` as ``x % 2 != 0``, and so on."""
    if not isinstance(condition, (Eq, Ne)) or not isinstance(condition.lhs, Mod):
        return condition
    inside, divisor = condition.lhs.args
    shift, rest = inside.as_coeff_Add()
    if divisor != 2 or not shift.is_Integer or condition.rhs not in (0, 1):
        return condition
    even = (shift + condition.rhs).is_even is isinstance(condition, Eq)
    return (Eq if even else Ne)(Mod(rest, 2), 0, evaluate=False)


def _always(condition: Boolean, lowest: Mapping[Any, Expr], highest: Mapping[Any, Expr]) -> bool:
    """Whether a comparison of sums of indices and sizes holds throughout."""
    if isinstance(condition, (Le, Lt)):
        over = condition.rhs - condition.lhs
    elif isinstance(condition, (Ge, Gt)):
        over = condition.lhs - condition.rhs
    else:
        return False
    over = over.expand()
    for symbol in over.free_symbols & set(lowest):
        slope = over.coeff(symbol)
        rest = (over - slope * symbol).expand()
        if rest.has(symbol) or not slope.is_number:
            return False
        over = (rest + slope * (lowest[symbol] if slope > 0 else highest[symbol])).expand()
    strict = isinstance(condition, (Lt, Gt))
    return bool(over.is_positive if strict else over.is_nonnegative)


def together(first: Expr, second: Expr) -> Expr | None:
    """Two formulas, of which always one is 0, as one by cases; nothing where that is not known.

    >>> from sympy import Symbol
    >>> i, x, y = Symbol("i", integer=True), Symbol("x"), Symbol("y")
    >>> together(Cases((x, Ne(Mod(i, 2), 0)), (0, True)), Cases((y, Eq(Mod(i, 2), 0)), (0, True)))
    Cases((y, Eq(Mod(i, 2), 0)), (x, True))
    """
    pairs: list[Any] = []
    for value in (first, second):
        if not (isinstance(value, Piecewise) and len(value.args) == 2 and value.args[1] == (S.Zero, S.true)):
            return None
        pairs.append((value.args[0].expr, value.args[0].cond))
    (left, one), (right, other) = pairs
    opposite: Any = OPPOSITE.get(type(one))
    if opposite is None or opposite(*one.args, evaluate=False) != other:
        return None
    chosen, rest = ((right, other), left) if type(other) is Eq else ((left, one), right)
    return Cases(chosen, (rest, S.true))


def guarded(conditions: Iterable[Boolean], value: Expr) -> Expr:
    """The value where the conditions hold, else 0."""
    return Cases.of(And(*conditions), value)
