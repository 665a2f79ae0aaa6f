"""The language's own text of matrices, one row a node."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Expr, Transpose, cancel, expand
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.language.code_pieces import Level, Piece, Printer, call
from symattn.language.named_sets import COLUMN, ROW
from symattn.language.vocabulary import ENTMAX, MATRIX, NAME_OF_NODE, SCATTER, SPARSEMAX, STACKS
from symattn.nodes import (
    Arithmetic,
    Block,
    Column,
    ElementwisePower,
    Entmax,
    HorizontalStack,
    IndexCondition,
    IndexedMatrix,
    Intersection,
    Member,
    Negation,
    OverAllowedKeys,
    Row,
    Scatter,
)
from symattn.nodes.cases import put_in
from symattn.shapes import same_size


def name(printer: Printer, value: Any) -> Piece:
    return Piece(printer.name(value))


def binary(sign: str, left_level: Level, right_level: Level, level: Level) -> Callable[[Printer, Arithmetic], Piece]:
    def row(printer: Printer, value: Arithmetic) -> Piece:
        left, right = printer.at_least(value.args[0], left_level), printer.at_least(value.args[1], right_level)
        return Piece(f"{left} {sign} {right}", level)

    return row


def negation(printer: Printer, value: Negation) -> Piece:
    return Piece("-" + printer.at_least(value.args[0], Level.POWER), Level.SUM)


def power(printer: Printer, value: ElementwisePower) -> Piece:
    base, exponent = printer.at_least(value.left, Level.ATOM), printer.at_least(value.right, Level.ATOM)
    return Piece(f"{base}**{exponent}", Level.POWER)


def transpose(printer: Printer, value: Transpose) -> Piece:
    return Piece(printer.at_least(value.arg, Level.ATOM) + ".T")


def node(printer: Printer, value: Any) -> Piece:
    word = NAME_OF_NODE.get(type(value))
    if word is None:
        raise printer.missing(value)
    return call(word, printer.piece(value.args[0]).text)


def over_keys(printer: Printer, value: OverAllowedKeys) -> Piece:
    word, options = NAME_OF_NODE.get(type(value), SPARSEMAX), value.options
    if isinstance(value, Entmax) and value.alpha != 2:
        word = ENTMAX
    shown = [printer.piece(part).text for part in (value.scores, *(options if word == ENTMAX else ()))]
    return call(word, *shown, *([] if value.allowed is None else [f"where={printer.piece(value.allowed).text}"]))


def index_condition(printer: Printer, value: IndexCondition) -> Piece:
    """The condition in the language's own two letters, a comparison or several joined by ``&``."""
    letters = {value.row: ROW, value.column: COLUMN}
    return printer.piece(value.condition.subs(letters, simultaneous=True))


def intersection(printer: Printer, value: Intersection) -> Piece:
    left, right = value.args
    around = Level.SUM if isinstance(left, Intersection) else Level.PRODUCT
    return Piece(f"{printer.at_least(left, around)} & {printer.at_least(right, Level.PRODUCT)}", Level.SUM)


def constant(word: str) -> Callable[[Printer, Any], Piece]:
    def row(printer: Printer, value: Any) -> Piece:
        sizes = value.shape[:1] if word == "eye" else value.shape
        return call(word, *(printer.piece(length).text for length in sizes))

    return row


def column(printer: Printer, value: Column) -> Piece:
    position = printer.piece(value.position).text
    places = f"{position}, :" if isinstance(value, Row) else f":, {position}"
    return Piece(f"{printer.piece(value.matrix).text}[{places}]")


def element(printer: Printer, value: MatrixElement) -> Piece:
    matrix, i, j = value.args
    rows, columns = matrix.shape
    places = [i] if columns == 1 else [j] if rows == 1 else [i, j]
    return Piece(f"{printer.piece(matrix).text}[{', '.join(printer.piece(place).text for place in places)}]")


def over_an_index(word: str) -> Callable[[Printer, Any], Piece]:
    return lambda printer, value: call(word, printer.name(value.symbol), printer.piece(value.term).text)


def member(printer: Printer, value: Member) -> Piece:
    places = ", ".join(printer.piece(position).text for position in value.positions)
    return Piece(f"{printer.piece(value.family).text}[{places}]")


def block(printer: Printer, value: Block) -> Piece:
    places = zip((value.top, value.left), value.shape, value.matrix.shape, strict=True)
    first = (_stretch(printer, *each) for each in places)
    return Piece(f"{printer.piece(value.matrix).text}[{', '.join(first)}]")


def _stretch(printer: Printer, start: Expr, count: Expr, whole: Expr) -> str:
    """``a:b``; what is cut into stretches of one length keeps that length as a factor, as in ``h * d:(h + 1) * d``."""
    place = cancel(start / count)
    if start != 0 and place.is_integer and place.free_symbols:
        before, behind = (_product(printer, factor, count) for factor in (place, place + 1))
    else:
        before = "" if start == 0 else printer.at_least(start, Level.SUM)
        behind = printer.at_least(expand(start + count), Level.SUM)
    return f"{before}:{'' if same_size(start + count, whole) else behind}"


def _product(printer: Printer, factor: Expr, count: Expr) -> str:
    if count == 1:
        return printer.at_least(factor, Level.SUM)
    pair = (count, factor) if count.is_Number else (factor, count)
    return " * ".join(printer.at_least(part, Level.FACTOR) for part in pair)


def stack(printer: Printer, value: HorizontalStack) -> Piece:
    word = next(word for word, node in STACKS.items() if type(value) is node)
    return call(word, *(printer.piece(part).text for part in value.args))


def indexed(printer: Printer, value: IndexedMatrix) -> Piece:
    letters = {value.row: ROW, value.column: COLUMN}
    formula = put_in(value.formula, letters)
    return call(MATRIX, *(printer.piece(part).text for part in (*value.shape, formula)))


def scatter(printer: Printer, value: Scatter) -> Piece:
    lettered = value.with_indices(ROW, COLUMN)
    return call(SCATTER, *(printer.piece(part).text for part in (*value.shape, value.matrix, *lettered.positions)))
