"""One entry as a formula: indexed sums where a size is a symbol, explicit terms where it is a number."""

from __future__ import annotations

import sys
from typing import Any

from sympy import Expr, Integer

from symattn import limits
from symattn.closed_form.blocks import EntryBlocks, too_large
from symattn.closed_form.counting import operations_in_entry
from symattn.closed_form.graph import ScalarGraph
from symattn.closed_form.positions import check_position
from symattn.counts import count
from symattn.equations import EquationSystem
from symattn.nodes import Indices, entry_of, shape_of


def entry(system: EquationSystem, name: str, i: Any, j: Any, *, expand: bool = False, limit: int | None = None) -> Expr:
    """Entry ``(i, j)`` of a value, counted from 0; factors stand in the order of the equations.

    ``i`` and ``j`` are whole numbers, index symbols, or an index's name. Over a symbolic size stands an indexed sum,
    its index named as nothing else in the system; over a size that is a number, explicit terms. By default the entry
    is written over the values named in its equation, with ``expand=True`` over the inputs. The result is an ordinary
    SymPy expression for ``.subs``, ``.doit`` and ``.evalf``.

    Errors: ``UnknownNameError``; ``ShapeError`` for a position outside the matrix; ``LimitError`` for a result of more
    than ``limit`` operations (``limits.ENTRY_OPERATIONS`` unless given), counted before it is built.

    >>> from symattn.mechanisms import named
    >>> entry(named("scaled-dot"), "S", "i", "j")
    Sum(K[j, r]*Q[i, r], (r, 0, d_k - 1))/sqrt(d_k)
    >>> entry(named("dot").at(n=2, m=2, d_k=2, d_v=2), "O", 0, 1)
    P[0, 0]*V[0, 1] + P[0, 1]*V[1, 1]

    (SymPy's text printer sorts; the arguments are in the order of the equations.)
    """
    value = system[name]
    shape = shape_of(value)
    limit = limits.ENTRY_OPERATIONS if limit is None else count(limit, "limit", 1, sys.maxsize)
    row, column = (check_position(system, name, shape, place, axis) for axis, place in enumerate((i, j)))
    if isinstance(row, Integer) and isinstance(column, Integer) and not system.sizes:
        return EntryBlocks(system, name).entry(name, int(row), int(column), expand=expand, limit=limit)
    operations = operations_in_entry(system, name, expand)
    if operations > limit:
        raise too_large(name, operations, limit, expand)
    names = (*system.input_symbols, *(equation.symbol for equation in system.equations), row, column)
    written = system.expression(name) if expand else value
    return entry_of(written, row, column, Indices(avoid=names, explicit=True))


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
