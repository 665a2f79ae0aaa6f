"""One entry as a formula: indexed sums where a size is a symbol, explicit terms where it is a number."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from sympy import Basic, Expr, Integer
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import limits
from symattn.closed_form.blocks import EntryBlocks, too_large
from symattn.closed_form.counting import operations_in_entry
from symattn.closed_form.graph import ScalarGraph
from symattn.closed_form.positions import check_positions
from symattn.counts import count
from symattn.equations import EquationSystem
from symattn.errors import ShapeError
from symattn.nodes import Cases, Indices, Member, Value, entry_of
from symattn.nodes.cases import put_in
from symattn.shapes import show


def entry(system: EquationSystem, name: str, *position: Any, expand: bool = False, limit: int | None = None) -> Expr:
    """The entry of a value at a row and a column counted from 0; of a family the member's positions stand in front.

    Positions are whole numbers, index symbols, or an index's name; factors stand in the order of the equations. Over a
    symbolic size stands an indexed sum, its index named as nothing else in the system; over a size that is a number,
    explicit terms. By default the entry is written over the values named in its equation, with ``expand=True`` over
    the inputs. The result is an ordinary SymPy expression for ``.subs``, ``.doit`` and ``.evalf``.

    Errors: ``UnknownNameError``; ``ShapeError`` for a position outside the value, and for an entry that rests on one
    outside another matrix; ``LimitError`` for a result of more than ``limit`` operations (``limits.ENTRY_OPERATIONS``
    unless given), counted before it is built.

    >>> from symattn.mechanisms import named
    >>> entry(named("scaled-dot"), "S", "i", "j")
    Sum(K[j, r]*Q[i, r], (r, 0, d_k - 1))/sqrt(d_k)
    >>> entry(named("dot").at(n=2, m=2, d_k=2, d_v=2), "O", 0, 1)
    P[0, 0]*V[0, 1] + P[0, 1]*V[1, 1]

    (SymPy's text printer sorts; the arguments are in the order of the equations.)
    """
    system[name]
    limit = limits.ENTRY_OPERATIONS if limit is None else count(limit, "limit", 1, sys.maxsize)
    places = check_positions(system, name, position)
    if all(isinstance(place, Integer) for place in places) and not system.sizes:
        return EntryBlocks(system, name).entry(name, *map(int, places), expand=expand, limit=limit)
    operations = operations_in_entry(system, name, expand)
    if operations > limit:
        raise too_large(name, operations, limit, expand)
    names = (*system.taken_names, *places)
    written = _member(system, name, places[:-2], expand)
    return inside(entry_of(written, places[-2], places[-1], Indices(avoid=names, explicit=True)))


def _member(system: EquationSystem, name: str, places: Sequence[Expr], expand: bool) -> Value:
    """The value, or the member of it at some positions, written over the named values or over the inputs."""
    if name not in system.by_name:
        return Member(system[name], *places) if places else system[name]
    value = system.expression(name) if expand else system[name]
    return put_in(value, dict(zip(system.by_name[name].indices, places, strict=True)))


def inside(written: Expr) -> Expr:
    """The formula of an entry, unless it rests on an entry that lies outside its matrix.

    Errors: ``ShapeError`` that names that entry; one in a case that is not known to hold is left alone.
    """
    pending: list[Basic] = [written]
    while pending:
        part = pending.pop()
        if isinstance(part, Cases):
            continue
        if isinstance(part, MatrixElement):
            matrix, *places = part.args
            for place, length in zip(places, matrix.shape, strict=True):
                if place.is_negative or (place - length).is_nonnegative:
                    raise ShapeError(
                        f"this entry rests on {matrix}[{places[0]}, {places[1]}], which is outside: {matrix} is "
                        f"{show(matrix.shape)}. Guard it in the equation, as in … if j >= 1 else 0."
                    )
        pending.extend(part.args)
    return written


def entry_blocks(system: EquationSystem, name: str) -> EntryBlocks:
    """Every entry of a value, and of all it rests on, over named blocks: see :class:`EntryBlocks`.

    Errors: ``UnknownNameError``; ``ShapeError`` if a size is a symbol.
    """
    return EntryBlocks(system, name)


def scalar_graph(system: EquationSystem, name: str, *, limit: int | None = None) -> ScalarGraph:
    """Every entry of a value, and of all it rests on, as a node of one shared graph: see :class:`ScalarGraph`.

    Errors: ``UnknownNameError``; ``ShapeError`` if a size is a symbol; ``LimitError`` for more entries than ``limit``
    (``limits.GRAPH_ENTRIES`` unless given).
    """
    return EntryBlocks(system, name).graph(limit=limit)
