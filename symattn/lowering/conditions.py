"""Conditions in code: comparisons of indices in whole numbers, which nothing rounds, and of values as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy import And, Basic, Expr, Not, Or, cancel, fraction, lcm, together
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanFalse, BooleanTrue

from symattn.errors import LoweringError
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.whole import is_of_indices, is_of_whole_numbers
from symattn.lowering.writer import Writer

JOINED = {And: " & ", Or: " | "}


def boolean(writer: Writer, condition: Boolean, whole: Basic | None = None) -> Piece:
    """The truth values of a condition; ``whole`` is what it stands in, over whose indices it is to run too."""
    facts = writer.program.facts(condition if whole is None else whole)
    if isinstance(condition, (BooleanTrue, BooleanFalse)):
        return Piece(str(condition), Facts())
    if isinstance(condition, Relational):
        return _comparison(writer, condition, facts)
    if isinstance(condition, Not):
        inside = boolean(writer, condition.args[0], whole)
        sign = "not " if inside.facts.is_number else "~"
        return Piece(f"{sign}{inside.within(Binding.ATOM)}", inside.facts, Binding.CONDITION)
    if type(condition) not in JOINED:
        name = writer.target.name
        raise LoweringError(f"{name} cannot lower the condition {condition}; join comparisons by & alone.")
    return joined(writer, condition.args, JOINED[type(condition)], facts)


def joined(writer: Writer, conditions: Iterable[Boolean], sign: str, facts: Facts) -> Piece:
    """Several conditions, all of them or any of them."""
    sides = [writer.aligned(boolean(writer, side), facts.axes) for side in conditions]
    if len(sides) == 1:
        return sides[0]
    if all(side.facts.is_number for side in sides):
        facts = Facts()
    return Piece(sign.join(side.within(Binding.SUM) for side in sides), facts, Binding.CONDITION)


def _comparison(writer: Writer, condition: Relational, facts: Facts) -> Piece:
    numbers = writer.around.numbers
    if is_of_indices(writer.program, condition):
        condition = without_fractions(condition)
        numbers = "whole" if is_of_whole_numbers(condition) else "real"
    with writer.having(numbers=numbers):
        for symbol in (ROW, COLUMN):
            if numbers and condition.has(symbol):
                writer.along(symbol)
        left, right = (writer.aligned(writer.value(side), facts.axes) for side in condition.args)
    text = f"{left.within(Binding.SUM)} {condition.rel_op} {right.within(Binding.SUM)}"
    own = writer.program.facts(condition)
    return Piece(text, replace(own, axes=left.facts.axes or right.facts.axes or own.axes), Binding.CONDITION)


def without_fractions(condition: Relational) -> Relational:
    """The comparison multiplied out, so that whole numbers are compared and nothing is rounded.

    >>> from symattn.lowering.uses import COLUMN, ROW
    >>> without_fractions(ROW / 3 + COLUMN / 5 <= 1) == (5 * ROW + 3 * COLUMN <= 15)
    True
    """
    (left, under_left), (right, under_right) = (_quotient(side) for side in condition.args)
    if (under_left, under_right) == (1, 1) or not (under_left.is_positive and under_right.is_positive):
        return condition
    common = lcm(under_left, under_right)
    return condition.func(left * cancel(common / under_left), right * cancel(common / under_right))


def _quotient(side: Expr) -> tuple[Expr, Expr]:
    numerator, denominator = fraction(together(side))
    return numerator, denominator
