"""Matrix products in which one side lacks indices of the other: few large products instead of many small ones."""

from __future__ import annotations

from symattn.lowering.arrays import join
from symattn.lowering.pieces import Piece
from symattn.lowering.writer import Writer
from symattn.nodes import MatrixProduct


def multiplied(writer: Writer, left: Piece, right: Piece, node: MatrixProduct) -> Piece:
    """``A @ B`` over the last two axes; where one side lacks the last indices of the other, by the target's helper.

    ``A[h] @ B`` is the rows of all ``A[h]`` times ``B`` at once, ``A @ B[h]`` is ``A`` times the columns of all
    ``B[h]``.
    """
    axes = writer.program.facts(node).axes
    for helper, stack, other in (("_each_times", left, right), ("_times_each", right, left)):
        common = other.facts.axes
        lacking = len(axes) - len(common)
        if lacking and stack.facts.axes == axes and common == axes[: len(common)] and helper in writer.target.helpers:
            counts = [lacking, len(axes)] if helper == "_times_each" and len(axes) > 1 else [lacking]
            more = map(str, counts if counts != [1] else [])
            return writer.new(writer.call(helper, left.text, right.text, *more), node)
    return join(writer, "@", left, right, node)


def product(writer: Writer, node: MatrixProduct, place: str) -> Piece:
    """``A @ B``; see ``multiplied``."""
    return multiplied(writer, writer.value(node.left), writer.value(node.right), node)
