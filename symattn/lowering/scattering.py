"""Entries added up at computed positions: arrays of whole numbers say where each entry of a matrix goes."""

from __future__ import annotations

from sympy import Expr

from symattn.errors import LoweringError
from symattn.lowering.pieces import Piece
from symattn.lowering.whole import is_of_whole_numbers
from symattn.lowering.writer import Writer
from symattn.nodes import Scatter


def scatter(writer: Writer, node: Scatter, place: str) -> Piece:
    """``_scatter(M, p, q, (rows, columns))``, whatever stands before the last two axes of ``M``."""
    axes = writer.program.facts(node).axes
    matrix = writer.aligned(writer.value(node.matrix), axes).text
    with writer.having(sides=node.matrix.shape, guards=()):
        positions = [_position(writer, node, position) for position in node.positions]
    return writer.new(writer.call("_scatter", matrix, *positions, writer.shape(*node.shape)), node)


def _position(writer: Writer, node: Scatter, position: Expr) -> str:
    """The code of whole numbers that the matrix's rows and columns stretch."""
    if not position.is_integer:
        name = writer.target.name
        raise LoweringError(f"{name} cannot add at {position}: a position is a whole number for all indices.")
    whole = is_of_whole_numbers(position)
    with writer.having(numbers="whole" if whole else "real"):
        piece = writer.aligned(writer.value(position), writer.program.facts(node).axes)
    return piece.text if whole or piece.facts.is_number else writer.target.words.whole.format(piece.text)
