"""Equations between positions solved for the index, or the two indices, that they fix."""

from __future__ import annotations

from symattn.proof import algebra, ranges
from symattn.proof.functions import floored
from symattn.proof.powers import power
from symattn.proof.terms import ONE, Expression, Index, IndexFactor, Product, scaled, subtracted


def solved(difference: Expression, index: Index) -> Expression | None:
    """The whole number that an index must be for a difference to be 0, where it occurs once and with coefficient 1."""
    coefficient, rest = None, []
    for term, c in difference.terms:
        if index not in term.free:
            rest.append((term, c))
        elif coefficient is None and abs(c) == 1 and len(term.factors) == 1 and term.factors[0][0].kind == "index":
            if term.factors[0][1] != 1:
                return None
            coefficient = c
        else:
            return None
    if coefficient is None:
        return None
    value = scaled(Expression(tuple(rest)), -coefficient)
    return value if ranges.is_whole(value) else None


def row_and_column(difference: Expression, bound: tuple[Index, ...]) -> dict[Index, Expression] | None:
    """For ``h w + c = j`` with both bound, ``c`` below ``w``: ``h = floor(j / w)`` and the rest."""
    for column in bound:
        value = solved(difference, column)
        if value is None:
            continue
        for row in bound:
            if row == column or row not in value.free:
                continue
            with_row = [(term, c) for term, c in value.terms if row in term.free]
            if any((IndexFactor(row), ONE) not in term.factors for term, _ in with_row):
                continue
            stride = Expression(tuple((_divided_by_index(term, row), -c) for term, c in with_row))
            if stride == column.length:
                position = Expression(tuple(pair for pair in value.terms if pair not in with_row))
                block = floored(algebra.multiplied(position, power(column.length, -ONE)))
                return {row: block, column: subtracted(position, algebra.multiplied(block, column.length))}
    return None


def _divided_by_index(term: Product, index: Index) -> Product:
    return Product((), tuple((f, e) for f, e in term.factors if not (f.kind == "index" and index in f.free)))
