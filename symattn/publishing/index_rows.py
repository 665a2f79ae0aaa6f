"""How what runs over an index is taken apart: sums, largest values, thresholds, concatenations, formulas by entry."""

from __future__ import annotations

from typing import Any

from sympy import Expr, Integer, S, Sum

from symattn.language.names import safe_name
from symattn.nodes import (
    Concatenation,
    IndexedMatrix,
    IndexSum,
    Indices,
    LargestOver,
    Scatter,
    ThresholdOf,
    ThresholdOver,
    index,
)
from symattn.nodes.cases import put_in
from symattn.nodes.written import element
from symattn.publishing.allowed_rows import below_a_sum, written_out
from symattn.publishing.document import ForEach
from symattn.publishing.notation import Piece
from symattn.publishing.place_rows import positions
from symattn.publishing.printer import Printer
from symattn.publishing.rows import is_indicator
from symattn.publishing.solved_conditions import guarded

FEW = 3
"""A concatenation of no more members than this is written out."""


def bounds(printer: Printer, limits: Any) -> tuple[str, str, str]:
    """The letter of an index, and its range counted from 1."""
    letter, lower, upper = limits
    shown = printer.notation.name(safe_name(letter))
    return shown, printer.piece(lower + 1).text, printer.piece(upper + 1).text


def sum_of_numbers(printer: Printer, value: Sum) -> Piece:
    """A sum over an index; over the values that meet a condition, if the term is 0 for the others."""
    (limits,) = value.limits
    condition, term = guarded(value.function, limits[0])
    if condition is S.true:
        return printer.notation.sum_over(*bounds(printer, limits), printer.piece(term))
    return printer.notation.sum_where(below_a_sum(printer, condition, limits[0]), printer.piece(term))


def largest(printer: Printer, value: LargestOver) -> Piece:
    """The largest value over an index; over the values that meet a condition, if the others give −∞."""
    (limits,) = value.limits
    condition, term = guarded(value.function, limits[0], S.NegativeInfinity)
    if condition is S.true:
        return printer.notation.largest_over(*bounds(printer, limits), printer.piece(term))
    return printer.notation.largest_where(below_a_sum(printer, condition, limits[0]), printer.piece(term))


def threshold(printer: Printer, value: ThresholdOver) -> Piece:
    """The threshold of some scores, the range of their index below it; scores of −∞ are left out."""
    (limits,) = value.limits
    condition, term = guarded(value.args[0], limits[0], S.NegativeInfinity)
    if condition is S.true:
        letter, lower, upper = bounds(printer, limits)
        below = printer.notation.glue(lower, printer.notation.sign("≤"), letter, printer.notation.sign("≤"), upper)
    else:
        below = below_a_sum(printer, condition, limits[0])
    return printer.notation.call(printer.notation.threshold, printer.piece(term), below=below)


def threshold_of(printer: Printer, value: ThresholdOf) -> Piece:
    """The threshold of scores that stand one by one."""
    return printer.notation.call(printer.notation.threshold, *map(printer.piece, value.scores))


def index_sum(printer: Printer, value: IndexSum) -> Piece:
    """A sum over an index; term by term where numbers are put in and the terms are few."""
    terms = printer.written_terms(value)
    if terms:
        return printer.notation.total([(False, printer.piece(term)) for term in terms])
    letter, upper = printer.notation.name(safe_name(value.symbol)), printer.piece(value.length).text
    term = printer.with_numbers({}) if printer.numbers else printer
    return printer.notation.sum_over(letter, "1", upper, term.piece(value.term))


def concatenation(printer: Printer, value: Concatenation) -> Piece:
    """The first and the last matrix that stand side by side, or all of them where they are few."""
    terms = printer.written_terms(value)
    if terms:
        return printer.notation.call("Concat", *(printer.piece(term) for term in terms))
    length = printer.sized(value.length)
    plain = printer.with_numbers({}) if printer.numbers else printer

    def at(place: Expr) -> Piece:
        return plain.piece(put_in(value.term, {value.symbol: place}))

    if isinstance(length, Integer) and length <= FEW:
        return printer.notation.call("Concat", *(at(Integer(place)) for place in range(int(length))))
    return printer.notation.call("Concat", at(S.Zero), Piece(printer.notation.dots), at(length - 1))


def indexed(printer: Printer, value: IndexedMatrix) -> Piece:
    """A matrix by the formula of an entry, the row and the column behind it."""
    only = {symbol: S.Zero for symbol, length in zip(value.args[1:3], value.shape, strict=True) if length == 1}
    formula = printer.sized(put_in(value.formula, only))
    places = [symbol for symbol in (value.row, value.column) if symbol not in only]
    shown = positions(printer, places or (S.Zero, S.Zero))
    if is_indicator(formula):
        return printer.notation.given_by_entry(printer.piece(formula.args[0].cond), shown)
    return printer.notation.given_by_entry(printer.piece(formula), shown)


def scatter(printer: Printer, value: Scatter) -> Piece:
    """Each entry of the matrix as a sum over the entries whose position is the place, the place behind the brackets."""
    supply = Indices(avoid=[value])
    places = [
        S.Zero if length == 1 else supply.fresh(like=index(letter))
        for letter, length in zip("ab", value.shape, strict=True)
    ]
    i, j = value.bound_symbols
    plain = printer.with_numbers({}) if printer.numbers else printer
    condition = value.meets(i, j, *places)
    letters = printer.notation.all_of(positions(plain, (i, j)), spelled=False)
    term = plain.piece(element(value.matrix, i, j))
    if condition is not S.true:
        letters = printer.notation.such_that(letters, written_out(plain, condition, None))
    total = printer.notation.sum_where(letters, term)
    named = [place for place in places if place != 0]
    return printer.notation.given_by_entry(total, positions(plain, named or places))


def for_each(printer: Printer, value: ForEach) -> Piece:
    """A value, and behind it the values of its indices."""
    ranges = [
        printer.notation.range(printer.notation.name(safe_name(symbol)), printer.piece(length).text)
        for symbol, length in value.axes
    ]
    return Piece(printer.notation.with_ranges(printer.piece(value.value).text, ranges))
