"""Allowed sets in Python: conditions on the indices and masks as arrays of truth values, or as matrices of 0 and 1."""

from __future__ import annotations

from sympy import MatrixExpr

from symattn.lowering.conditions import boolean
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.uses import COLUMN, ROW, viewed
from symattn.lowering.writer import Writer
from symattn.nodes import IndexCondition, Intersection, Value


def truth(writer: Writer, allowed: MatrixExpr) -> Piece:
    """An array of truth values that stretches to the set's shape: True where a key is allowed."""
    if isinstance(allowed, IndexCondition):
        return _condition(writer, allowed)
    facts = writer.program.facts(allowed)
    if isinstance(allowed, Intersection):
        sides = [writer.aligned(truth(writer, side), facts.axes) for side in allowed.args]
        return Piece(" & ".join(side.within(Binding.SUM) for side in sides), facts, Binding.CONDITION)
    piece = writer.value(allowed)
    if viewed(allowed) in writer.program.truths:
        return piece
    return Piece(f"{piece.within(Binding.SUM)} != 0", facts, Binding.CONDITION)


def row(writer: Writer, node: IndexCondition | Intersection, place: str) -> Piece:
    """The set as a matrix of 0 and 1 in the inputs' dtype."""
    allowed = truth(writer, node)
    words = writer.target.words
    if _has_whole_shape(node):
        return writer.new(words.cast.format(allowed.within(Binding.ATOM), writer.dtype()), node)
    whole = words.cast.format(words.constant.format("True", writer.shape(*node.shape), writer.device()), writer.dtype())
    return writer.new(f"{whole} * {allowed.within(Binding.ATOM)}", node, Binding.PRODUCT)


def _condition(writer: Writer, allowed: IndexCondition) -> Piece:
    with writer.having(sides=allowed.shape):
        piece = boolean(writer, allowed.condition)
    if piece.facts.is_number:
        return Piece(writer.target.words.constant.format(piece.text, "(1, 1)", writer.device()), Facts(allowed.shape))
    return piece


def _has_whole_shape(value: Value) -> bool:
    """Whether the truth values have the set's own shape, rather than one that stretches to it."""
    if isinstance(value, Intersection):
        return all(_has_whole_shape(side) for side in value.args)
    return not isinstance(value, IndexCondition) or {ROW, COLUMN} <= value.condition.free_symbols
