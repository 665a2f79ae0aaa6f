"""Entries of matrices at one score: what becomes of the score, and whether its key is allowed."""

from __future__ import annotations

from sympy import Expr, Integer, OneMatrix, Piecewise, S, Symbol, ZeroMatrix

from symattn.lowering.conditions import boolean, joined
from symattn.lowering.flex_formulas import PLACES, ScoreWriter
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.uses import COLUMN, ROW, viewed
from symattn.lowering.whole import is_of_indices, is_of_whole_numbers
from symattn.lowering.writer import Writer
from symattn.nodes import (
    Arithmetic,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseSum,
    IndexCondition,
    IndexedMatrix,
    Intersection,
    Negation,
    Value,
    is_matrix,
)
from symattn.nodes.cases import put_in
from symattn.shapes import Shape

OF_SIGN = {"+": Binding.SUM, "-": Binding.SUM, "*": Binding.PRODUCT, "/": Binding.PRODUCT, "**": Binding.POWER}


class EntryWriter(ScoreWriter):
    """Writes ``score_mod`` and ``mask_mod``; ``score`` stands for the scaled products in the formula of the scores."""

    def __init__(self, outer: Writer, heads: tuple[Symbol, ...], shape: Shape, score: Value) -> None:
        super().__init__(outer, heads, shape)
        self.score = score

    def at(self, value: Value) -> Piece:
        """The entry of a matrix, or a number, for one score."""
        if value == self.score:
            return Piece("score", self.facts(value))
        if not is_matrix(value):
            return self.value(value)
        if isinstance(value, (OneMatrix, ZeroMatrix)):
            return Piece("1" if isinstance(value, OneMatrix) else "0", Facts())
        if isinstance(value, IndexedMatrix):
            formula = _at_lengths_of_one(value)
            found = self.attempt(lambda: self.value(formula))
            return self._entry_of_whole(value) if found is None else found
        if not value.has(self.score, IndexedMatrix):
            return self._entry_of_whole(value)
        if isinstance(value, Negation):
            return Piece(f"-{self.at(value.args[0]).within(Binding.NEGATION)}", self.facts(value), Binding.NEGATION)
        if isinstance(value, ElementwiseFunction):
            argument = self._real(value.argument).text
            return Piece(self.call(self.target.functions[type(value)], argument), self.facts(value))
        if isinstance(value, Arithmetic):
            return self._arithmetic(value)
        return self._entry_of_whole(value)

    def _arithmetic(self, value: Arithmetic) -> Piece:
        sign = "**" if isinstance(value, ElementwisePower) else value.sign
        exact = isinstance(value, (ElementwiseSum, ElementwiseDifference, ElementwiseProduct))
        left, right = (self.at(side) if exact else self._real(side) for side in value.args)
        binding = OF_SIGN[sign]
        tighter = Binding(min(binding + 1, Binding.ATOM))
        first = left.within(tighter if sign == "**" else binding)
        return Piece(f"{first} {sign} {right.within(tighter)}", self.facts(value), binding)

    def _real(self, value: Value) -> Piece:
        """An entry that is no whole number in torch's sense, whose functions would be of the default dtype."""
        piece = self.at(value)
        if is_matrix(value) and self._is_whole(value):
            return Piece(f"{piece.within(Binding.ATOM)}.to(score.dtype)", piece.facts)
        return piece

    def _is_whole(self, value: Value) -> bool:
        if isinstance(value, IndexedMatrix):
            return is_of_indices(self.program, value.formula) and is_of_whole_numbers(value.formula)
        if isinstance(value, (Negation, ElementwiseSum, ElementwiseDifference, ElementwiseProduct)):
            return all(self._is_whole(part) for part in value.args if is_matrix(part))
        return False

    def truth(self, allowed: Value) -> Piece:
        """Whether the key is allowed for the query."""
        if isinstance(allowed, IndexCondition):
            piece = boolean(self, allowed.condition)
            if piece.facts.is_number:
                piece = Piece(f"(q_idx >= 0) & {piece.within(Binding.ATOM)}", self.facts(allowed), Binding.CONDITION)
            return piece
        if isinstance(allowed, Intersection):
            sides = [self.truth(side).within(Binding.SUM) for side in allowed.args]
            return Piece(" & ".join(sides), self.facts(allowed), Binding.CONDITION)
        if isinstance(allowed, IndexedMatrix):
            conditions = _conditions_of_ones(allowed)
            if conditions:
                found = self.attempt(lambda: joined(self, conditions, " | ", self.facts(allowed)))
                if found is not None:
                    return found
        piece = self.at(allowed)
        if viewed(allowed) in self.program.truths:
            return piece
        return Piece(f"{piece.within(Binding.SUM)} != 0", piece.facts, Binding.CONDITION)

    def _entry_of_whole(self, value: Value) -> Piece:
        """The entry of a matrix that is made as a whole before."""
        piece = self.outer.value(value)
        at = [self.head(axis) for axis in piece.facts.axes]
        at += ["0" if length == 1 else place for place, length in zip(PLACES.values(), value.shape, strict=True)]
        stem = viewed(value) or "scores"
        return Piece(self.read(stem, piece, at), piece.facts)


def _at_lengths_of_one(matrix: IndexedMatrix) -> Expr:
    """The formula, the only row or column being the first one."""
    only = {place: S.Zero for place, length in zip((ROW, COLUMN), matrix.shape, strict=True) if length == 1}
    return put_in(matrix.formula, only) if only else matrix.formula


def _conditions_of_ones(matrix: IndexedMatrix) -> list[Expr]:
    """The conditions any of which makes an entry of ones and zeros 1, where they say it all; else none."""
    formula = _at_lengths_of_one(matrix)
    if not isinstance(formula, Piecewise):
        return []
    values = [case.expr for case in formula.args]
    if all(isinstance(value, Integer) for value in values) and values[-1] == 0 and 0 not in values[:-1]:
        return [case.cond for case in formula.args[:-1]]
    return []
