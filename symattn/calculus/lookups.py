"""Cotangents of what a matrix by entry looks up: as the whole, by positions turned round, or scattered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sympy import Eq, Expr, Integer, S, Symbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.calculus.activity import Activity
from symattn.calculus.gathering import Axes, Contribution
from symattn.calculus.guards import guarded, needed_conditions, under_conditions
from symattn.calculus.inverting import inverted
from symattn.calculus.naming import Names
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

Named = Callable[[Any, Axes], Any]
"""What gives a formula a name."""

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
    node: IndexedMatrix, cotangent: Any, scope: Axes, moves: Activity, names: Names, named: Named
) -> Iterator[Landed]:
    """What reaches each entry and each number in a matrix by entry; the cotangent's entries can be written down.

    ``named`` gives a name to what is looked up in turn.
    """
    private = (index(f"_{number}") for number in count())
    row, column = next(private), next(private)
    for leaf, slope in partial_derivatives(node.at(row, column), moves).items():
        lookup = _Lookup(leaf, cotangent, slope, row, column, *node.shape)
        if isinstance(leaf, MatrixElement):
            yield leaf.parent, _landed(lookup, scope, private, names, named)
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


def _landed(lookup: _Lookup, scope: Axes, private: Iterator[Symbol], names: Names, named: Named) -> Contribution:
    *members, p, q = lookup.positions
    if not any(member.has(lookup.row, lookup.column) for member in members):
        plain = _as_a_whole(lookup, scope, tuple(members), p, q)
        if plain is not None:
            return plain
    return _turned_round(lookup, scope, private, names, named) or _scattered(lookup, scope, private)


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


def _turned_round(
    lookup: _Lookup, scope: Axes, private: Iterator[Symbol], names: Names, named: Named
) -> Contribution | None:
    """A matrix by entry that looks up the cotangent at the place from which each entry is looked at."""
    matrix = lookup.element.parent
    lengths = (*(matrix.family.lengths if isinstance(matrix, Member) else ()), *matrix.shape)
    places = [(position, next(private), length) for position, length in zip(lookup.positions, lengths, strict=True)]
    own = {lookup.row: lookup.rows, lookup.column: lookup.columns}
    ranges = {**own, **{symbol: length for symbol, length in scope if lookup.uses(symbol)}}
    found = inverted([each for each in places if each[2] != 1], ranges, lambda: next(private))
    if found is None:
        return None
    lookup = _with_named_slope(lookup, scope, named)
    *families, (_, a, rows), (_, b, columns) = places
    i, j = index("i"), index("j")
    # What is summed over inside the matrix: its rows, its columns, and digits of them.
    bound = {symbol: names.index() for symbol in found.left if symbol not in dict(scope)}
    shown = {a: i, b: j, **bound}
    entry = entry_of(lookup.cotangent, lookup.row, lookup.column, Indices())
    value, conditions = under_conditions(lookup.slope)
    value = entry if value is S.One else multiplied(*_sign_first(entry, value))
    value = put_in(put_in(value, found.values), shown)
    holding = [put_in(put_in(each, found.values), shown) for each in (*found.conditions, *conditions)]
    known = {i: rows, j: columns, **{place: length for _, place, length in families}, **dict(scope)}
    known |= {bound[symbol]: found.left[symbol] for symbol in bound}
    made: Any = IndexedMatrix(guarded(needed_conditions(holding, known), value), i, j, rows, columns)
    for symbol, name in bound.items():
        made = IndexSum(made, name, found.left[symbol])
    left = tuple(pair for pair in scope if pair[0] not in found.values)
    kept = tuple((place, length) for _, place, length in families)
    return Contribution(made, (*left, *kept), tuple(place for _, place, _ in families))


def _with_named_slope(lookup: _Lookup, scope: Axes, named: Named) -> _Lookup:
    """A slope that looks at entries itself is multiplied with the cotangent first, where both stand."""
    if not any(part.has(lookup.row, lookup.column) for part in lookup.slope.atoms(MatrixElement)):
        return lookup
    return replace(lookup, cotangent=named(_weighted(lookup), scope), slope=S.One)


def _sign_first(entry: Expr, slope: Expr) -> tuple[Expr, ...]:
    """A number before an entry, and anything else behind it."""
    return (slope, entry) if slope.is_number else (entry, slope)


def _scattered(lookup: _Lookup, scope: Axes, private: Iterator[Symbol]) -> Contribution:
    """Every entry of the cotangent added where it was looked up."""
    *members, p, q = lookup.positions
    matrix = lookup.element.parent
    rows, columns = matrix.shape
    i, j = lookup.row, lookup.column
    slope, positions, places = lookup.slope, [], []
    for member, length in zip(members, matrix.family.lengths if members else (), strict=True):
        if member.has(i, j):
            place = next(private)
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
