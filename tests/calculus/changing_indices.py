"""Changes of indices and names in a part of a formula: rows, columns, members, blocks, conditions, other names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Eq, Expr, Ge, Gt, Le, Lt, Ne, S, Symbol, Transpose, ZeroMatrix
from sympy.core.relational import Relational
from sympy.matrices.expressions.matexpr import MatrixElement

import symattn.nodes as nodes
from symattn.nodes import Member, Value, shape_of
from symattn.nodes.cases import put_in
from symattn.nodes.written import element
from symattn.shapes import same_size

Axes = tuple[tuple[Symbol, Expr], ...]
"""Indices, each with the number of values it takes."""

Scope = tuple[tuple[Symbol, Expr, bool], ...]
"""The indices that may stand at a place, how many values each takes, and whether its order matters.

A sum over an index that stands in one place alone is the same in any order.
"""

Change = tuple[str, Any]
"""What kind of change, and what comes in the place of a part; nothing where that takes equal sizes."""

OTHER_RELATION = {Le: Lt, Lt: Le, Ge: Gt, Gt: Ge, Eq: Ne, Ne: Eq}


def stack(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    for place in range(len(part.args) - 1):
        parts = list(part.args)
        parts[place : place + 2] = parts[place + 1], parts[place]
        yield "index: two parts of a stack exchanged", part.func(*parts)


def over_an_index(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    if isinstance(part, nodes.IndexSum):
        yield "dropped: the sum over an index", put_in(part.term, {part.symbol: S.Zero})
    ordered = isinstance(part, nodes.Concatenation)
    for position in _other_positions(part.symbol, part.length, (*scope, (part.symbol, part.length, ordered))):
        term = None if position is None else put_in(part.term, {part.symbol: position})
        yield "index: another one in a whole term", None if term is None else part.func(term, *part.args[1:])


def _other_positions(position: Any, length: Any, scope: Scope) -> Iterator[Any]:
    """The first one, the next one round, and the other indices of as many values."""
    if length == 1:
        return
    if position != 0:
        yield S.Zero
    elif not length.is_Integer:
        yield length - 1
    if isinstance(position, Symbol):
        own = [ordered for symbol, _, ordered in scope if symbol == position]
        yield (position + 1) % length if all(own) else None
        for symbol, count, _ in scope:
            if symbol != position and same_size(count, length):
                yield symbol


def selected(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    axis = 0 if isinstance(part, nodes.Row) else 1
    for position in _other_positions(part.position, part.matrix.shape[axis], scope):
        yield "index: another position", None if position is None else part.func(part.matrix, position)
    other = nodes.Column if isinstance(part, nodes.Row) else nodes.Row
    if same_size(*part.matrix.shape):
        yield "index: a row for a column", Transpose(other(part.matrix, part.position))
    else:
        yield "index: a row for a column", None


def block(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    rows, columns = part.shape
    moved = [("top", part.top, rows, part.matrix.shape[0]), ("left", part.left, columns, part.matrix.shape[1])]
    for place, (name, start, length, whole) in enumerate(moved):
        if same_size(length, whole):
            continue
        for symbol, count, _ in scope:
            if start.has(symbol):
                for position in _other_positions(symbol, count, scope):
                    other = None if position is None else _moved(part, place, put_in(start, {symbol: position}))
                    yield f"index: another {name}", other
        ends = S.Zero if start != 0 else whole - length
        yield f"index: another {name}", _moved(part, place, ends)


def _moved(part: Any, place: int, start: Any) -> Any:
    starts = [part.top, part.left]
    starts[place] = start
    return nodes.Block(part.matrix, *starts, *part.shape)


def by_row_and_column(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    """i and j exchanged, < for <=, rows and columns of entries exchanged, signs."""
    formula, i, j, rows, columns = part.args

    def made(other: Any) -> Any:
        return part.func(other, i, j, rows, columns)

    if rows != 1 and columns != 1:
        exchanged = formula.xreplace({i: j, j: i})
        if exchanged != formula:
            yield "index: i and j exchanged", made(exchanged)
    for relation in sorted(formula.atoms(Relational), key=str):
        yield (
            "index: the border of a condition",
            made(put_in(formula, {relation: OTHER_RELATION[type(relation)](*relation.args, evaluate=False)})),
        )
    for entry in sorted(formula.atoms(MatrixElement), key=str):
        if entry.i != entry.j:
            turned = made(put_in(formula, {entry: element(entry.parent, entry.j, entry.i)}))
            yield "index: row and column of an entry exchanged", turned if same_size(*entry.parent.shape) else None
        for what, i_, j_ in (("row", S.Zero, entry.j), ("column", entry.i, S.Zero)):
            if (i_, j_) != (entry.i, entry.j):
                other = put_in(formula, {entry: element(entry.parent, i_, j_)})
                yield f"index: the first {what} of an entry", made(other)
    for symbol, length, _ in scope:
        if formula.has(symbol):
            for position in _other_positions(symbol, length, scope):
                other = None if position is None else made(put_in(formula, {symbol: position}))
                yield "index: another one in a formula", other


def name(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    for other in names:
        alike = shape_of(other) == shape_of(part) and other != part
        if alike and isinstance(other, nodes.FamilySymbol):
            if isinstance(part, ZeroMatrix) and [length for _, length, _ in scope] == [*other.lengths]:
                yield "name: a value for zero", Member(other, *(symbol for symbol, _, _ in scope))
            elif isinstance(part, Member) and other.lengths == part.family.lengths and other != part.family:
                yield "name: another of the same shape", Member(other, *part.positions)
        elif alike:
            yield "name: a value for zero" if part.is_ZeroMatrix else "name: another of the same shape", other


def member(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    positions, lengths = part.positions, part.family.lengths
    for place, (position, length) in enumerate(zip(positions, lengths, strict=True)):
        for other in _other_positions(position, length, scope):
            moved = (*positions[:place], other, *positions[place + 1 :])
            yield "index: another member", None if other is None else Member(part.family, *moved)
    for place in range(len(positions) - 1):
        if same_size(*lengths[place : place + 2]):
            turned = (*positions[:place], positions[place + 1], positions[place], *positions[place + 2 :])
            yield "index: two indices exchanged", Member(part.family, *turned)
