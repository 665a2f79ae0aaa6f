"""Allowed sets in Python: conditions on the indices and masks as arrays of truth values, or as matrices of 0 and 1."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Float, MatrixExpr, cancel, fraction, lcm, together
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanFalse, BooleanTrue, Not, Or

from symattn.errors import LoweringError
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.scalars import comparison
from symattn.lowering.uses import COLUMN, ROW, viewed
from symattn.lowering.writer import Writer
from symattn.nodes import IndexCondition, Intersection, Value, index

JOINED = {And: " & ", Or: " | "}


@dataclass(frozen=True)
class Truths:
    """How a target writes truth values.

    ``whole_numbers`` and ``real_numbers`` write ``0 .. length - 1`` for a length and a device, ``constant`` one truth
    value throughout a shape on a device, ``matrix`` truth values as 0 and 1 of a dtype.
    """

    whole_numbers: str
    real_numbers: str
    constant: str
    matrix: str

    def truth(self, writer: Writer, allowed: MatrixExpr) -> Piece:
        """An array of truth values that stretches to the set's shape: True where a key is allowed."""
        if isinstance(allowed, IndexCondition):
            return self._condition(writer, allowed)
        facts = writer.program.facts(allowed)
        if isinstance(allowed, Intersection):
            sides = [writer.aligned(self.truth(writer, side), facts.axes) for side in allowed.args]
            return Piece(" & ".join(side.within(Binding.SUM) for side in sides), facts, Binding.CONDITION)
        piece = writer.value(allowed)
        if viewed(allowed) in writer.program.truths:
            return piece
        return Piece(f"{piece.within(Binding.SUM)} != 0", facts, Binding.CONDITION)

    def row(self, writer: Writer, node: IndexCondition | Intersection, place: str) -> Piece:
        """The set as a matrix of 0 and 1 in the inputs' dtype."""
        truth = self.truth(writer, node)
        if _has_whole_shape(node):
            return writer.new(self.matrix.format(truth.within(Binding.ATOM), writer.dtype()), node)
        ones = self.constant.format("True", writer.shape(*node.shape), writer.device())
        whole = self.matrix.format(ones, writer.dtype())
        return writer.new(f"{whole} * {truth.within(Binding.ATOM)}", node, Binding.PRODUCT)

    def _condition(self, writer: Writer, allowed: IndexCondition) -> Piece:
        condition = without_fractions(allowed.condition)
        numbers = self.whole_numbers if _is_of_whole_numbers(condition) else self.real_numbers
        replaced = {}
        for symbol, place, length in zip((ROW, COLUMN), ("[:, None]", ""), allowed.shape, strict=True):
            if symbol in condition.free_symbols:
                text = numbers.format(writer.value(length).text, writer.device()) + place
                replaced[symbol] = index(writer.array(symbol.name, text))
        piece = self._boolean(writer, condition.xreplace(replaced))
        if piece.facts.is_number:
            return Piece(self.constant.format(piece.text, "(1, 1)", writer.device()), Facts(allowed.shape))
        return piece

    def _boolean(self, writer: Writer, condition: Boolean) -> Piece:
        facts = writer.program.facts(condition)
        if isinstance(condition, (Relational, BooleanTrue, BooleanFalse)):
            return comparison(writer, condition)
        if isinstance(condition, Not):
            inside = self._boolean(writer, condition.args[0])
            sign = "not " if inside.facts.is_number else "~"
            return Piece(f"{sign}{inside.within(Binding.ATOM)}", facts, Binding.CONDITION)
        if type(condition) not in JOINED:
            name = writer.target.name
            raise LoweringError(f"{name} cannot lower the condition {condition}; join comparisons by & alone.")
        sides = [writer.aligned(self._boolean(writer, side), facts.axes) for side in condition.args]
        text = JOINED[type(condition)].join(f"{side.within(Binding.SUM)}" for side in sides)
        return Piece(text, facts, Binding.CONDITION)


def without_fractions(condition: Boolean) -> Boolean:
    """The condition with its comparisons multiplied out, so that whole numbers are compared and nothing is rounded.

    >>> without_fractions(ROW / 3 + COLUMN / 5 <= 1) == (5 * ROW + 3 * COLUMN <= 15)
    True
    """
    if not isinstance(condition, Relational):
        parts = tuple(without_fractions(part) for part in condition.args)
        return condition if parts == condition.args else condition.func(*parts)
    (left, under_left), (right, under_right) = (fraction(together(side)) for side in condition.args)
    if (under_left, under_right) == (1, 1) or not (under_left.is_positive and under_right.is_positive):
        return condition
    common = lcm(under_left, under_right)
    return condition.func(left * cancel(common / under_left), right * cancel(common / under_right))


def _is_of_whole_numbers(condition: Boolean) -> bool:
    """Whether whole numbers are enough to decide it: they are exact, but have no roots and no large powers."""
    sides: list[Expr] = [side for part in condition.atoms(Relational) for side in part.args]
    return all(side.is_polynomial(*side.free_symbols) and not side.has(Float) for side in sides)


def _has_whole_shape(value: Value) -> bool:
    """Whether the truth values have the set's own shape, rather than one that stretches to it."""
    if isinstance(value, Intersection):
        return all(_has_whole_shape(side) for side in value.args)
    return not isinstance(value, IndexCondition) or {ROW, COLUMN} <= value.condition.free_symbols
