"""Numbers made of indices and sizes alone: which they are, and which of them whole numbers are enough for."""

from __future__ import annotations

from sympy import Abs, Add, Basic, Expr, Integer, Max, Min, Mod, Mul, Piecewise, Pow, Symbol, floor, fraction, together
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.lowering.program import Program
from symattn.lowering.uses import COLUMN, ROW

LARGEST_WHOLE_NUMBER = 2**31
"""Whole numbers below it are multiplied without overflow."""

LARGEST_POWER = 3
"""Powers of indices up to this one have room among whole numbers."""


def is_of_indices(program: Program, value: Basic) -> bool:
    """Whether a scalar or a condition runs over an index and rests on no input."""
    symbols = value.free_symbols
    if value.has(MatrixElement) or not any(symbol in (ROW, COLUMN) or symbol in program.lengths for symbol in symbols):
        return False
    others = [symbol.name for symbol in symbols if symbol not in (ROW, COLUMN)]
    return all(name not in program.known or program.known[name].is_number for name in others)


def is_of_whole_numbers(value: Basic) -> bool:
    """Whether a scalar or a condition can be computed in whole numbers, which are exact but have no room for powers.

    >>> is_of_whole_numbers(ROW - 2 * COLUMN), is_of_whole_numbers(ROW / 2), is_of_whole_numbers(floor(ROW / 2))
    (True, False, True)
    """
    if isinstance(value, Integer):
        return bool(abs(value) < LARGEST_WHOLE_NUMBER)
    if isinstance(value, Symbol):
        return bool(value.is_integer)
    if isinstance(value, Pow):
        exponent = value.exp
        return isinstance(exponent, Integer) and 0 <= exponent <= LARGEST_POWER and is_of_whole_numbers(value.base)
    if isinstance(value, floor):
        return all(map(is_of_whole_numbers, whole_quotient(value.args[0])))
    if isinstance(value, Piecewise):
        return all(is_of_whole_numbers(case.expr) for case in value.args)
    if isinstance(value, (Add, Mul, Abs, Max, Min, Mod, Relational, BooleanFunction)):
        return all(map(is_of_whole_numbers, value.args))
    return False


def whole_quotient(value: Expr) -> tuple[Expr, Expr]:
    """The two sides of a quotient, fractions in them multiplied out.

    >>> whole_quotient(ROW / 2 + 1)
    (_i + 2, 2)
    """
    numerator, denominator = fraction(together(value))
    return numerator, denominator
