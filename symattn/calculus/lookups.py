"""Cotangents of what a matrix by entry looks up: as the whole, by positions turned round, or scattered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sympy import Eq, Expr, Integer, S, Symbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.calculus.activity import Activity
from symattn.calculus.gathering import Axes, Contribution
from symattn.calculus.inverting import Inverse, inverted
from symattn.calculus.scalars import partial_derivatives
from symattn.nodes import (
    Cases,
    ColumnSum,
    ElementwiseProduct,
    IndexedMatrix,
    IndexSum,
    Indices,
    Member,
    RowSum,
    Scatter,
    entry_of,
    index,
)
from symattn.nodes.cases import put_in
from symattn.nodes.written import multiplied
from symattn.shapes import same_size

Landed = tuple[Any, Contribution]
"""The symbol of a value, and what reaches it."""


@dataclass(frozen=True)
class _Lookup:
    """One entry that is looked up: where, and the cotangent times the slope there, for each row and column."""

    element: Any
    cotangent: Any
    slope: Expr
    row: Symbol
    column: Symbol
    rows: Expr
    columns: Expr

    @property
    def positions(self) -> tuple[Expr, ...]:
        """Of the member in its family; row and column in the matrix."""
        matrix = self.element.parent
        return (*(matrix.positions if isinstance(matrix, Member) else ()), self.element.i, self.element.j)

    def uses(self, symbol: Symbol) -> bool:
        return any(position.has(symbol) for position in self.positions)


def looked_up(
    node: IndexedMatrix,
    cotangent: Any,
    scope: Axes,
    moves: Activity,
    fresh: Callable[[], Symbol],
    named: Callable[[Any], Any],
) -> Iterator[Landed]:
    """What reaches each entry and each number in a matrix by entry; ``named`` gives a formula a name."""
    row, column = fresh(), fresh()
    for leaf, slope in partial_derivatives(node.at(row, column), moves).items():
        lookup = _Lookup(leaf, cotangent, slope, row, column, *node.shape)
        if isinstance(leaf, MatrixElement):
            yield leaf.parent, _landed(lookup, scope, fresh, named)
        else:
            yield leaf, Contribution(ColumnSum(RowSum(_weighted(lookup))), scope)


def _weighted(lookup: _Lookup) -> Any:
    """The cotangent times the slope, entry by entry."""
    slope = lookup.slope
    if slope is S.One:
        return lookup.cotangent
    if not slope.has(lookup.row, lookup.column):
        return ElementwiseProduct(slope, lookup.cotangent)
    i, j = index("i"), index("j")
    shown = put_in(slope, {lookup.row: i, lookup.column: j})
    return ElementwiseProduct(lookup.cotangent, IndexedMatrix(shown, i, j, lookup.rows, lookup.columns))


def _landed(lookup: _Lookup, scope: Axes, fresh: Callable[[], Symbol], named: Callable[[Any], Any]) -> Contribution:
    *members, p, q = lookup.positions
    i, j = lookup.row, lookup.column
    if not any(member.has(i, j) for member in members):
        plain = _as_a_whole(lookup, scope, tuple(members), p, q)
        if plain is not None:
            return plain
    return _turned_round(lookup, scope, fresh, named) or _scattered(lookup, scope, fresh)


def _as_a_whole(lookup: _Lookup, scope: Axes, members: tuple[Expr, ...], p: Expr, q: Expr) -> Contribution | None:
    """Rows and columns that are looked up where they stand, or transposed; sums over those that do not matter."""
    i, j = lookup.row, lookup.column
    rows, columns = lookup.element.parent.shape
    summed = _weighted(lookup)
    if not lookup.uses(j):
        summed = RowSum(summed)
    if not lookup.uses(i):
        summed = ColumnSum(summed)
    if not lookup.uses(i) and not lookup.uses(j):
        return Contribution(summed, scope, members, row=p, column=q)
    full = same_size(lookup.rows, rows) and same_size(lookup.columns, columns)
    turned = same_size(lookup.rows, columns) and same_size(lookup.columns, rows)
    if (p, q) == (i, j) and full:
        return Contribution(summed, scope, members)
    if (p, q) == (j, i) and turned:
        return Contribution(Transpose(summed), scope, members)
    for symbol, length, across in ((i, lookup.rows, False), (j, lookup.columns, True)):
        if lookup.uses(j if symbol == i else i):
            continue
        if p == symbol and same_size(length, rows):
            return Contribution(Transpose(summed) if across else summed, scope, members, column=q)
        if q == symbol and same_size(length, columns):
            return Contribution(summed if across else Transpose(summed), scope, members, row=p)
    return None


def _places(lookup: _Lookup, fresh: Callable[[], Symbol]) -> list[tuple[Expr, Symbol, Expr]]:
    """Each position with an index for the place that it is to be, and the number of places."""
    matrix = lookup.element.parent
    lengths = (*(matrix.family.lengths if isinstance(matrix, Member) else ()), *matrix.shape)
    return [(position, fresh(), length) for position, length in zip(lookup.positions, lengths, strict=True)]


def _turned_round(
    lookup: _Lookup, scope: Axes, fresh: Callable[[], Symbol], named: Callable[[Any], Any]
) -> Contribution | None:
    """A matrix by entry that looks up the cotangent at the place from which each entry is looked at."""
    places = [(position, place, length) for position, place, length in _places(lookup, fresh)]
    used = {symbol: length for symbol, length in scope if lookup.uses(symbol)}
    own = {lookup.row: lookup.rows, lookup.column: lookup.columns}
    found = inverted([each for each in places if each[2] != 1], {**used, **own}, fresh)
    if found is None:
        return None
    *families, (_, a, rows), (_, b, columns) = places
    i, j = index("i"), index("j")
    upstream = named(lookup.cotangent)
    entry = entry_of(upstream, lookup.row, lookup.column, Indices())
    value = entry if lookup.slope is S.One else multiplied(entry, lookup.slope)
    value = put_in(value, found.values)
    formula = put_in(Cases.of(found.condition, value), {a: i, b: j})
    made: Any = IndexedMatrix(formula, i, j, rows, columns)
    for symbol in (lookup.row, lookup.column):
        if symbol in found.left:
            made = IndexSum(made, symbol, found.left[symbol])
    digits = tuple(
        (symbol, length) for symbol, length in found.left.items() if symbol not in own and symbol not in used
    )
    for symbol, length in digits:
        made = IndexSum(made, symbol, length)
    left = tuple(pair for pair in scope if pair[0] not in found.values)
    kept = tuple((place, length) for _, place, length in families)
    return Contribution(made, (*left, *kept), tuple(place for _, place, _ in families))


def _scattered(lookup: _Lookup, scope: Axes, fresh: Callable[[], Symbol]) -> Contribution:
    """Every entry of the cotangent added where it was looked up."""
    *members, p, q = lookup.positions
    rows, columns = lookup.element.parent.shape
    i, j = lookup.row, lookup.column
    slope, positions, places = lookup.slope, [], []
    lengths = getattr(getattr(lookup.element.parent, "family", None), "lengths", ())
    for member, length in zip(members, lengths, strict=True):
        if member.has(i, j):
            place = fresh()
            slope = Cases.of(Eq(member, place, evaluate=False), slope)
            places.append((place, length))
            member = place
        positions.append(member)
    weighted = _weighted(replace(lookup, slope=slope))
    row = column = None
    if not p.has(i, j):
        p, row, rows = S.Zero, p, Integer(1)
    if not q.has(i, j):
        q, column, columns = S.Zero, q, Integer(1)
    shown = {i: index("i"), j: index("j")}
    made = Scatter(weighted, put_in(p, shown), put_in(q, shown), index("i"), index("j"), rows, columns)
    return Contribution(made, (*scope, *places), tuple(positions), row, column)


__all__ = ["Inverse", "looked_up"]
