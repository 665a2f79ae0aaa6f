"""Matrices given entry by entry: the formula with the row and the column index as arrays along the last two axes."""

from __future__ import annotations

from sympy import Piecewise

from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.writer import Writer
from symattn.nodes import IndexedMatrix


def indexed(writer: Writer, node: IndexedMatrix, place: str) -> Piece:
    """``matrix(n, m, formula)``, at its whole shape also where the formula leaves out an index."""
    facts, formula = writer.program.facts(node), node.formula
    with writer.having(sides=node.shape):
        piece = writer.aligned(writer.value(formula), facts.axes)
        chosen_before = _is_chosen_before(writer, node)
    needed = {symbol for symbol, length in zip((ROW, COLUMN), node.shape, strict=True) if length != 1} | {ROW}
    if needed <= formula.free_symbols and not chosen_before:
        return Piece(piece.text, facts, piece.binding, piece.makes_memory)
    lengths = [writer.program.lengths[axis] for axis in facts.axes] if chosen_before else []
    text = f"{piece.within(Binding.PRODUCT)} * {writer.ones(*lengths, *node.shape)}"
    return Piece(text, facts, Binding.PRODUCT, makes_memory=True)


def _is_chosen_before(writer: Writer, node: IndexedMatrix) -> bool:
    """Whether a case is chosen by sizes alone, so that an index of another case may be missing."""
    cases = [case for cases in node.formula.atoms(Piecewise) for case in cases.args[:-1]]
    return any(writer.program.facts(case.cond).is_number for case in cases)
