"""Sums and stacks: what runs over an index added up or put side by side, matrices put beside one another."""

from __future__ import annotations

from symattn.lowering.arrays import join
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.target import Row
from symattn.lowering.writer import Writer
from symattn.nodes import Concatenation, HorizontalStack, IndexSum


def index_sum(axis: str) -> Row:
    """``sum(a, term)``: the term for every ``a`` at once, then the sum over that axis."""

    def write(writer: Writer, node: IndexSum, place: str) -> Piece:
        term = writer.value(node.term, "_terms")
        axes = term.facts.axes
        if node.symbol not in axes:
            return join(writer, "*", term, writer.value(node.length), node)
        position = axes.index(node.symbol) - len(axes) - 2
        if len(term.text) > 20 and place:
            term = Piece(writer.temporary("_terms", term.text), term.facts)
        return writer.new(f"{term.within(Binding.ATOM)}.sum({axis}={position})", node)

    return write


def concatenation(writer: Writer, node: Concatenation, place: str) -> Piece:
    """``concat(a, term)``: the term for every ``a`` at once, then that axis moved next to the columns."""
    term = writer.value(node.term)
    axes = writer.program.in_order([*term.facts.axes, node.symbol])
    term = writer.running_over(term, axes)
    position = axes.index(node.symbol) - len(axes) - 2
    more = [] if position == -3 else [str(position)]
    return writer.new(writer.call("_side_by_side", term.text, *more), node)


def stack(writer: Writer, node: HorizontalStack, place: str) -> Piece:
    """``hstack(A, B)`` and ``vstack(A, B)``, whatever axes and batches the parts have."""
    axes = writer.program.facts(node).axes
    parts = [writer.aligned(writer.value(part), axes).text for part in node.args]
    return writer.new(writer.call("_stack", f"({', '.join(parts)})", str(-1 - node.common)), node)
