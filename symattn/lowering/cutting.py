"""Blocks of arrays: slices, and where an index moves a block along, the blocks as an axis of their own."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Symbol, expand

from symattn.lowering.lookups import lookup
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.selecting import rearranged, whole_number
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.writer import Writer
from symattn.nodes import Block
from symattn.shapes import same_size


def block(writer: Writer, node: Block, place: str) -> Piece:
    """``A[:, a:b]``: a slice; where an index moves the block along, an axis of blocks end to end, or a gather."""
    matrix, facts = writer.value(node.matrix), writer.program.facts(node)
    starts, labels, slices = (node.top, node.left), [[ROW], [COLUMN]], [":", ":"]
    moved = [writer.program.in_order(start.free_symbols) for start in starts]
    apart: list[tuple[int, list[Expr]]] = []
    for axis, (start, count, length) in enumerate(zip(starts, node.shape, node.matrix.shape, strict=True)):
        order, first, stop = _in_steps(writer, start, count) if moved[axis] else ([], start, start + count)
        if len(order) < len(moved[axis]) or set(moved[axis]) & {*matrix.facts.axes, *moved[1 - axis]}:
            with writer.having(sides=node.shape):
                return replace(lookup(writer, node.matrix, node.top + ROW, node.left + COLUMN), facts=facts)
        if not (first == 0 and same_size(stop, length)):
            slices[axis] = f"{whole_number(writer, first)}:{whole_number(writer, expand(stop))}"
        if order:
            apart.append((axis - 2, [*(writer.program.lengths[symbol] for symbol in order), count]))
            labels[axis] = [*order, *labels[axis]]
    text = matrix.within(Binding.ATOM)
    if slices != [":", ":"]:
        text = f"{text}[{', '.join(['...', *(slices if slices[0] != ':' else slices[1:])])}]"
    for axis, lengths in apart:
        text = writer.call("_unflatten", text, str(axis), writer.shape(*lengths))
    names = [*matrix.facts.axes, *labels[0], *labels[1]]
    return writer.view(rearranged(writer, text, names, [*facts.axes, ROW, COLUMN]), node)


def _in_steps(writer: Writer, start: Expr, count: Expr) -> tuple[list[Symbol], Expr, Expr]:
    """The indices of a start by which blocks of ``count`` lie end to end, slowest first; where they begin and end."""
    pending, step = list(writer.program.in_order(start.free_symbols)), count
    order: list[Symbol] = []
    rest = expand(start)
    while True:
        found = [symbol for symbol in pending if same_size(rest.coeff(symbol, 1), step)]
        if not found:
            break
        order.insert(0, found[0])
        pending.remove(found[0])
        rest = expand(rest - step * found[0])
        step = expand(step * writer.program.lengths[found[0]])
    return order, rest, rest + step
