"""Mistakes about heads: which keys a head shares, and how heads lie side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import MatrixSymbol, Mod, S, floor

from symattn.auditing.of_masks import COLUMN, ROW
from symattn.auditing.rewriting import Surroundings
from symattn.nodes import Block, Column, Concatenation, IndexedMatrix, Member, index
from symattn.nodes.written import element
from symattn.shapes import same_size


def tiled(part: Any, inside: Surroundings) -> Iterator[Any]:
    """Head ``a = g*R + r`` uses key head ``a % G`` and not ``a // R``: repeated as a tile, 0 1 0 1, not 0 0 1 1.

    And heads put side by side with the groups inside: ``concat(g, concat(r, O[g, r]))`` the other way round.
    """
    axes = inside.equation.axes
    if isinstance(part, Member) and len(axes) == 2 and len(part.positions) == 1:
        (outer, groups), (inner, repeats) = axes
        if part.positions[0] == outer:
            place = Mod(outer * repeats + inner, groups)
            entry = element(Member(part.family, place), ROW, COLUMN)
            yield IndexedMatrix(entry, ROW, COLUMN, *part.shape)
    if isinstance(part, Concatenation) and isinstance(part.term, Concatenation):
        nested = part.term
        yield Concatenation(Concatenation(nested.term, part.symbol, part.length), nested.symbol, nested.length)


def side_by_side_by_column(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``concat(h, O[h])`` becomes all first columns, then all second ones; blocks ``h*d:(h+1)*d`` every H-th column."""
    if isinstance(part, Concatenation) and not isinstance(part.term, Concatenation):
        column = index(f"{part.symbol.name}_column")
        heads = Concatenation(Column(part.term, column), part.symbol, part.length)
        yield Concatenation(heads, column, part.term.shape[1])
    found = _head_block(part, inside)
    if found is not None:
        symbol, heads_count = found
        entry = element(part.matrix, ROW, COLUMN * heads_count + symbol)
        yield IndexedMatrix(entry, ROW, COLUMN, *part.shape)


def cut_without_transposing(part: Any, inside: Surroundings) -> Iterator[Any]:
    """Blocks of columns become stretches of memory: ``view(H, n, d_k)`` in the place of ``view(n, H, d_k)``, turned."""
    found = _head_block(part, inside)
    if found is not None:
        symbol, heads_count = found
        rows, width = part.shape
        number = (symbol * rows + ROW) * width + COLUMN
        wide = heads_count * width
        entry = element(part.matrix, floor(number / wide), Mod(number, wide))
        yield IndexedMatrix(entry, ROW, COLUMN, *part.shape)


def put_together_without_transposing(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``concat(h, O[h])`` becomes a stretch of memory: ``view(n, H * d_v)`` of heads that still stand before tokens."""
    if isinstance(part, Concatenation) and isinstance(part.term, Member) and len(part.term.positions) == 1:
        rows, width = part.term.shape
        number = ROW * part.length * width + COLUMN
        member = Member(part.term.family, floor(number / (rows * width)))
        inner = Mod(number, rows * width)
        entry = element(member, floor(inner / width), Mod(inner, width))
        yield IndexedMatrix(entry, ROW, COLUMN, *part.shape)


def _head_block(part: Any, inside: Surroundings) -> tuple[Any, Any] | None:
    """The index and the number of heads, where a part is a head's block of columns ``h*d:(h+1)*d`` of a matrix."""
    if not (isinstance(part, Block) and part.takes_all_rows and isinstance(part.matrix, (MatrixSymbol, Member))):
        return None
    for symbol, length in inside.equation.axes:
        if part.left == symbol * part.shape[1] and same_size(length * part.shape[1], part.matrix.shape[1]):
            return symbol, length
    return None


def of_one_head(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``Q[h]`` becomes ``Q[0]``: every head uses the first one's."""
    if isinstance(part, Member) and len(inside.equation.axes) == 1 and part.positions == inside.equation.indices:
        yield Member(part.family, S.Zero)
