"""Unit vectors: columns and rows of zeros with a single 1, and formulas as one of each with a factor between them."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr, Mul, OneMatrix, S

from symattn.calculus.rules_of_scalars import peeled, scaled
from symattn.nodes import Cases, ElementwiseProduct, IndexedMatrix, index, is_matrix

I_INDEX, J_INDEX = index("i"), index("j")


def unit_column(length: Expr, position: Expr) -> IndexedMatrix:
    """A column of zeros with a 1 at a position."""
    return IndexedMatrix(Cases.of(Eq(I_INDEX, position), S.One), I_INDEX, J_INDEX, length, 1)


def unit_row(length: Expr, position: Expr) -> IndexedMatrix:
    """A row of zeros with a 1 at a position."""
    return IndexedMatrix(Cases.of(Eq(J_INDEX, position), S.One), I_INDEX, J_INDEX, 1, length)


def column_position(value: Any) -> Expr | None:
    """Where a unit column has its 1; nothing for any other value."""
    return _position(value, 1)


def row_position(value: Any) -> Expr | None:
    """Where a unit row has its 1; nothing for any other value."""
    return _position(value, 0)


def _position(value: Any, flat: int) -> Expr | None:
    if not isinstance(value, IndexedMatrix) or value.shape[flat] != 1:
        return None
    symbol, formula = (value.row, value.column)[1 - flat], value.formula
    if not isinstance(formula, Cases) or len(formula.args) != 2 or formula.args[1] != (S.Zero, S.true):
        return None
    chosen, condition = formula.args[0].args
    if chosen is not S.One or not isinstance(condition, Eq) or symbol not in condition.args:
        return None
    other = condition.rhs if condition.lhs == symbol else condition.lhs
    return None if other.has(symbol) else other


def split(value: Any) -> tuple[Any, Any, Any] | None:
    """A value as a unit column, a factor, and a unit row, either of which may be missing; nothing without both.

    The factor is a matrix or a number.
    """
    above, below, core = peeled(value)
    column = row = None
    factor: Any = None
    pending = [core]
    while pending:
        part = pending.pop()
        if column is None and column_position(part) is not None:
            column = part
        elif row is None and row_position(part) is not None:
            row = part
        elif factor is None and not _has_unit(part):
            factor = part
        elif isinstance(part, ElementwiseProduct) and all(map(is_matrix, part.args)):
            pending += part.args[::-1]
        else:
            factor = part if factor is None else ElementwiseProduct(factor, part)
    if column is None and row is None:
        return None
    if factor is None:
        if not (above or below):
            return column, S.One, row
        numerator = peeled(scaled(above, below, OneMatrix(1, 1)))
        return column, Mul(*numerator[0]) / Mul(*numerator[1]), row
    return column, scaled(above, below, factor), row


def _has_unit(value: Any) -> bool:
    return isinstance(value, ElementwiseProduct) and any(
        column_position(part) is not None or row_position(part) is not None or (is_matrix(part) and _has_unit(part))
        for part in value.args
    )


def joined(column: Any, factor: Any, row: Any) -> Any:
    """The value again; the unit column in front, the unit row behind."""
    if not is_matrix(factor):
        units = row if column is None else column if row is None else ElementwiseProduct(column, row)
        return units if factor is S.One else ElementwiseProduct(factor, units)
    made = factor if row is None else ElementwiseProduct(factor, row)
    return made if column is None else ElementwiseProduct(column, made)
