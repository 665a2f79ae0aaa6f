"""Numbers in Python code: fractions, decimals and constants as written, and what whole numbers are divided into."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Float, Mod, NumberSymbol, Pow, Rational, S, floor

from symattn.errors import LoweringError
from symattn.lowering.arrays import plain_number
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.whole import is_of_whole_numbers, whole_quotient
from symattn.lowering.writer import Writer

EXACT_FLOAT = 2**53
"""Whole numbers below it are floats of Python's without rounding."""

LARGEST_POWER = 4
"""A power of an index under ``//`` and ``%``: positions up to 9000 stay below ``EXACT_FLOAT``."""

CONSTANTS = {S.Pi: "math.pi", S.Exp1: "math.e"}


def whole_part(writer: Writer, value: floor) -> Piece:
    """The largest whole number that is not above a number; of a quotient of whole numbers without rounding."""
    numerator, denominator = whole_quotient(value.args[0])
    if value.args[0].is_rational:
        _refuse_large_powers(writer, value)
    if is_of_whole_numbers(numerator) and is_of_whole_numbers(denominator):
        axes = writer.program.facts(value).axes
        top, bottom = (writer.aligned(writer.value(side), axes) for side in (numerator, denominator))
        text = f"{top.within(Binding.PRODUCT)} // {bottom.within(Binding.NEGATION)}"
        return made(writer, text, value, Binding.SUM)
    argument = writer.value(value.args[0])
    if argument.facts.is_number:
        return plain_number(writer.call("_floor_of_number", argument.text))
    if writer.around.numbers:
        return writer.new(writer.call("_floor", argument.text), value)
    return writer.new(f"{writer.target.words.library}.floor({argument.text})", value)


def remainder(writer: Writer, value: Mod) -> Piece:
    """What is left over by whole multiples; of the divisor's sign, as in Python."""
    _refuse_large_powers(writer, value)
    axes = writer.program.facts(value).axes
    left, right = (writer.aligned(writer.value(side), axes) for side in value.args)
    return made(writer, f"{left.within(Binding.PRODUCT)} % {right.within(Binding.NEGATION)}", value, Binding.SUM)


def _refuse_large_powers(writer: Writer, value: Expr) -> None:
    """A power of an index soon has more digits than an array's numbers, and what is left over by 7 would be noise."""
    if writer.program.facts(value).is_number:
        return
    for power in value.atoms(Pow):
        if power.is_integer and not (power.exp.is_Integer and power.exp <= LARGEST_POWER):
            raise LoweringError(
                f"{writer.target.name} has whole numbers of at most 53 bits, too few for {power} under // and %; "
                f"a power up to {LARGEST_POWER} would do."
            )


def rational(writer: Writer, value: Rational) -> Piece:
    """A whole number or a fraction; one that Python's floats cannot divide exactly is divided here."""
    if abs(value.p) < EXACT_FLOAT and value.q < EXACT_FLOAT:
        if value.q != 1:
            return plain_number(f"{value.p} / {value.q}", Binding.PRODUCT)
        return plain_number(str(value.p), Binding.NEGATION if value.p < 0 else Binding.ATOM)
    try:
        number = float(Fraction(value.p, value.q))
    except OverflowError:
        raise LoweringError(f"{writer.target.name} cannot hold a number of {len(str(value.p))} digits.") from None
    return plain_number(repr(number), Binding.NEGATION if number < 0 else Binding.ATOM)


def floating(writer: Writer, value: Float) -> Piece:
    """A decimal number as Python's nearest float."""
    number = float(value)
    return plain_number(repr(number), Binding.NEGATION if number < 0 else Binding.ATOM)


def constant(writer: Writer, value: NumberSymbol) -> Piece:
    """``math.pi``, ``math.e``, or another constant's nearest float."""
    return plain_number(CONSTANTS.get(value) or repr(float(value)))


def made(writer: Writer, text: str, value: Expr, binding: Binding) -> Piece:
    """What a text computes: a number known before any array is, or new memory."""
    if writer.program.facts(value).is_number:
        return plain_number(text, binding)
    return writer.new(text, value, binding)
