"""How far rounding may move matrices given by their indices: formulas at all entries at once, cases, whole parts.

Indices are exact, so what is decided by indices alone is decided by the reference. Where a case or a whole part rests
on numbers that are rounded, and the margin is not above their error, the entry is in doubt.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Expr, Mod, Piecewise, Pow, Symbol, floor
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom, Not, Or
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.nodes import IndexCondition, IndexedMatrix, Member, Scatter
from symattn.verification.derivatives import power_of, powers
from symattn.verification.index_arithmetic import COMPARED, contents, of_indices_alone
from symattn.verification.reference import Reference
from symattn.verification.rounding import joined

Analysis = Any
"""The analysis under way, see ``conditioning.py``."""

Tracked = Any
"""``Rounded`` or ``Dual``."""

NEAR_A_CASE = "too near the border between two cases"
NEAR_A_WHOLE = "too near a whole number, which a floor has to tell"

DIGITS = 30
"""Digits to which conditions on indices are decided where they are not rational."""

Points = tuple[tuple[int, ...], ...]


@lru_cache(maxsize=1)
def _reference() -> Reference:
    return Reference(DIGITS)


@lru_cache(maxsize=1024)
def _at_points(value: Any, symbols: tuple[Symbol, ...], points: Points) -> tuple[Any, ...]:
    known = {point: _reference().at(value, dict(zip(symbols, point, strict=True))) for point in dict.fromkeys(points)}
    return tuple(known[point] for point in points)


def exactly(a: Analysis, value: Any) -> Any:
    """A scalar of indices alone, or a condition on them: a Python number, or an array where the indices are arrays."""
    symbols = tuple(sorted(contents(value)[0], key=str))
    if not any(a.np.ndim(a.indices[symbol]) for symbol in symbols):
        return _at_points(value, symbols, (tuple(int(a.indices[symbol]) for symbol in symbols),))[0]
    columns = a.np.broadcast_arrays(*(a.indices[symbol] for symbol in symbols))
    found = _at_points(value, symbols, tuple(zip(*(column.tolist() for column in columns), strict=True)))
    return a.np.array(found, dtype=bool if isinstance(found[0], bool) else float)


def position(a: Analysis, value: Expr) -> Any:
    """A subscript: a whole number, or an array of them."""
    if value in a.indices:
        return a.indices[value]
    if value.is_Integer:
        return int(value)
    found = exactly(a, value)
    return a.np.rint(found).astype(int) if a.np.ndim(found) else round(found)


def indexed(a: Analysis, node: IndexedMatrix) -> Tracked:
    """The formula at all entries at once: the indices of row and column are arrays meanwhile."""
    shape = tuple(int(length) for length in node.shape)
    rows, columns = (x.ravel() for x in a.np.indices(shape))
    with a.where_indices({node.row: rows, node.column: columns}):
        found = a.of(node.formula)
    return joined([found], lambda arrays: a.np.broadcast_to(arrays[0], rows.shape).reshape(shape).copy())


def scatter(a: Analysis, node: Scatter) -> Tracked:
    """The terms of each entry, as many rows as the longest sum has, 0 where another has fewer; added up."""
    np = a.np
    n, m = (int(length) for length in node.matrix.shape)
    shape = rows, columns = tuple(int(length) for length in node.shape)
    sources = tuple(x.ravel() for x in np.indices((n, m)))
    with a.where_indices(dict(zip(node.bound_symbols, sources, strict=True))):
        p, q = (np.broadcast_to(position(a, place), n * m) for place in node.positions)
    terms: list[list[int]] = [[] for _ in range(rows * columns)]
    for source, (i, j) in enumerate(zip(p.tolist(), q.tolist(), strict=True)):
        if 0 <= i < rows and 0 <= j < columns:
            terms[i * columns + j].append(source)
    longest = max(1, *map(len, terms))
    taken = np.array([each + [0] * (longest - len(each)) for each in terms]).T
    kept = np.array([[place < len(each) for each in terms] for place in range(longest)])
    found = a.of(node.matrix).at(tuple(source[taken] for source in sources)).where(kept)
    if longest > 1:
        found = found.total(axis=0)
    return joined([found], lambda arrays: arrays[0].reshape(shape))


def condition_over_entries(a: Analysis, node: IndexCondition) -> Any:
    """Truth values of a condition on the indices."""
    shape = tuple(int(length) for length in node.shape)
    rows, columns = (x.ravel() for x in a.np.indices(shape))
    with a.where_indices({node.row: rows, node.column: columns}):
        return a.np.broadcast_to(exactly(a, node.condition), rows.shape).reshape(shape)


def element(a: Analysis, value: MatrixElement) -> Tracked:
    matrix, i, j = value.args
    if isinstance(matrix, Member):
        return a.names[matrix.name].at(tuple(position(a, k) for k in (*matrix.positions, i, j)))
    return a.of(matrix).at((position(a, i), position(a, j)))


def cases(a: Analysis, node: Piecewise) -> Tracked:
    """Each entry by the case that holds there; a case is looked at only where no one before it holds."""
    np = a.np
    count = max((len(x) for x in a.indices.values() if np.ndim(x)), default=0)
    left = np.arange(max(count, 1))
    parts, places, doubts = [], [], np.zeros(len(left), dtype=bool)
    for value, condition in node.args:
        with a.among(left if count else None):
            holds, doubtful = (np.broadcast_to(x, left.shape) for x in truth(a, condition))
        doubts[left[doubtful]] = True
        chosen, left = left[holds], left[~holds]
        if not len(chosen):
            continue
        with a.among(chosen if count else None):
            part = a.of(value)
        parts.append(part)
        places.append(chosen)
        if not len(left):
            break

    def put_together(arrays: list[Any]) -> Any:
        whole = np.zeros(len(doubts))
        for place, array in zip(places, arrays, strict=True):
            whole[place] = array
        return whole

    found = a.doubted(joined(parts, put_together), doubts, NEAR_A_CASE)
    return found if count else found.at((0,))


def truth(a: Analysis, condition: Any) -> tuple[Any, Any]:
    """Whether a condition holds, and where that is open; what is open is taken for a tie."""
    if isinstance(condition, BooleanAtom):
        return a.np.array(bool(condition)), a.np.array(False)
    if of_indices_alone(condition, a.indices):
        return a.np.asarray(exactly(a, condition)), a.np.array(False)
    if isinstance(condition, Not):
        holds, doubtful = truth(a, condition.args[0])
        return ~holds, doubtful
    if isinstance(condition, (And, Or)):
        holds, doubtful = zip(*(truth(a, part) for part in condition.args), strict=True)
        together, settles = (all, False) if isinstance(condition, And) else (any, True)
        settled = _any([(h == settles) & ~d for h, d in zip(holds, doubtful, strict=True)])
        found = _any(holds) if together is any else ~_any([~h for h in holds])
        return found, _any(doubtful) & ~settled
    assert isinstance(condition, Relational)
    left, right = (a.plain(a.of(side)) for side in (condition.lhs, condition.rhs))
    gap, error = left.value - right.value, a.uncertainty(left) + a.uncertainty(right)
    doubtful = a.is_open(gap, error)
    return COMPARED[type(condition)](a.np.where(doubtful, 0.0, gap), 0.0), doubtful


def _any(parts: Any) -> Any:
    found = parts[0]
    for part in parts[1:]:
        found = found | part
    return found


def whole_part(a: Analysis, node: floor) -> Tracked:
    if of_indices_alone(node, a.indices):
        return a.constant(_as_floats(a, exactly(a, node)))
    return _floor(a, a.of(node.args[0]))


def _as_floats(a: Analysis, found: Any) -> Any:
    return a.np.asarray(found, dtype=float)


def _floor(a: Analysis, tracked: Tracked) -> Tracked:
    plain, np = a.plain(tracked), a.np
    nearest = np.rint(plain.value)
    doubtful = a.is_open(plain.value - nearest, a.uncertainty(plain))
    whole = np.where(doubtful, nearest, np.floor(plain.value))
    return a.doubted(a.constant(whole).strained(plain.strain), doubtful, NEAR_A_WHOLE)


def remainder(a: Analysis, node: Mod) -> Tracked:
    if of_indices_alone(node, a.indices):
        return a.constant(_as_floats(a, exactly(a, node)))
    left, right = (a.of(part) for part in node.args)
    x, y = a.plain(left), a.plain(right)
    if x.scale.any() or y.scale.any():
        return left - right * _floor(a, left / right)
    return left - right * a.constant(a.np.floor_divide(x.value, y.value))


def raised(a: Analysis, node: Pow) -> Tracked:
    """A power with any exponent: felt through the base, through the exponent, or through both."""
    base, exponent = a.of(node.base), a.of(node.exp)
    if _fixed(a, exponent):
        return base.apply(powers(a.np, a.plain(exponent).value))
    if _fixed(a, base):
        return exponent.apply(power_of(a.np, a.plain(base).value))
    return (base.apply(a.function("log")) * exponent).apply(a.function("exp"))


def _fixed(a: Analysis, tracked: Tracked) -> bool:
    moves = a.dual and (tracked.tangent.value.any() or tracked.tangent.scale.any())
    return not moves and not a.plain(tracked).scale.any()


def extreme(sign: int) -> Any:
    """The largest (1) or the smallest (-1) of some scalars; where they are too near to tell, the larger scale."""

    def row(a: Analysis, node: Expr) -> Tracked:
        found = a.of(node.args[0])
        for part in node.args[1:]:
            found = _further(a, sign, found, a.of(part))
        return found

    return row


def _further(a: Analysis, sign: int, left: Tracked, right: Tracked) -> Tracked:
    x, y = a.plain(left), a.plain(right)
    gap = sign * (x.value - y.value)
    found = joined([left, right], lambda arrays: a.np.where(gap >= 0, *arrays))
    close = a.is_open(gap, a.uncertainty(x) + a.uncertainty(y))
    widest = a.np.maximum(x.scale, y.scale)
    return a.with_scale(found, a.np.where(close, widest, a.plain(found).scale))
