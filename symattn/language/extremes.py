"""The larger and the smaller of scalars, and equal ones, decided by what is known of their difference alone."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Eq, Expr, Max, Min, S, factor_terms
from sympy.logic.boolalg import Boolean


def extreme(kind: type[Max | Min], values: Iterable[Expr]) -> Expr:
    """``Max`` or ``Min`` of values, what surely lies below the largest, or above the smallest, left out.

    SymPy's own constructor compares each pair in eight ways, and simplifies in between.

    >>> from symattn.shapes import size
    >>> n, m = size("n"), size("m")
    >>> extreme(Max, [n, S(1), m]), extreme(Min, [n, n + m]), extreme(Min, [n, m])
    (Max(m, n), n, Min(m, n))
    """
    flat = [part for value in values for part in (value.args if isinstance(value, kind) else (value,))]
    if any(isinstance(value, (Max, Min)) for value in flat):
        return kind(*flat)
    seen: list[Expr] = []
    kept: list[Expr] = []
    for value in sorted(flat, key=lambda value: len(Add.make_args(value))):
        above = {other: _sign(value - other if kind is Max else other - value) for other in seen}
        seen.append(value)
        if all(sign in (1, None) for sign in above.values()):
            kept = [other for other in kept if above[other] is None] + [value]
    return kind(*kept, evaluate=False)


def _sign(difference: Expr) -> int | None:
    """1 for what is at least 0, -1 for what is at most 0, 0 for 0 itself, ``None`` for what may be either."""
    for factored in (False, True):
        value = _factored(difference) if factored else difference
        if value.is_zero:
            return 0
        if value.is_extended_nonnegative:
            return 1
        if value.is_extended_nonpositive:
            return -1
    return None


def _factored(difference: Expr) -> Expr:
    """A polynomial in which terms have sizes or indices in common, those in front: ``n*m - n = n*(m - 1)``."""
    terms = Add.make_args(difference)
    if all(len(term.free_symbols) <= 1 for term in terms) or not difference.is_polynomial():
        return difference
    return factor_terms(difference)


def equal(left: Expr, right: Expr) -> Boolean:
    """``left == right``, decided where their difference is surely 0 or surely not.

    >>> from sympy import Symbol, floor
    >>> i = Symbol("i", integer=True)
    >>> equal(floor(i / 3), floor(i / 2)), equal(i, i + 1), equal(2 * i, 2 * i + 1)
    (Eq(floor(i/3), floor(i/2)), False, False)
    """
    same = (left - right).is_zero
    return Eq(left, right, evaluate=False) if same is None else S(same)
