"""How what has a place is taken apart: members of families, entries, rows, columns and blocks, all counted from 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, Integer, KroneckerDelta, MatrixExpr, MatrixSymbol, OneMatrix, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.language.names import safe_name
from symattn.nodes import Block, Column, ElementwiseProduct, HorizontalStack, Member, Row, VerticalStack, is_matrix
from symattn.publishing.counting import place_from_one
from symattn.publishing.letters import marked
from symattn.publishing.notation import Level, Piece
from symattn.publishing.numbers import Rows, rows_of, submatrix
from symattn.publishing.printer import Printer


def position(printer: Printer, place: Expr) -> str:
    """A position as a subscript, counted from 1."""
    return printer.positions.piece(place_from_one(place)).text


def positions(printer: Printer, places: Sequence[Expr]) -> list[str]:
    """Some positions, counted from 1."""
    return [position(printer, place) for place in places]


# ---- matrices with a name ---------------------------------------------------------------------------------------


def numbers_of(printer: Printer, matrix: Expr) -> Rows | None:
    """The rows of the numbers put in for a matrix or for a member of a family, if there are some."""
    if isinstance(matrix, MatrixSymbol):
        return rows_of(printer.numbers.get(matrix.name))
    if isinstance(matrix, Member) and all(isinstance(place, Integer) for place in matrix.positions):
        family = printer.numbers.get(matrix.name)
        return None if family is None else rows_of(family[tuple(map(int, matrix.positions))])
    return None


def named(printer: Printer, matrix: Expr, name: str) -> Piece:
    """A matrix by a name that is to carry a subscript: in brackets if the name carries one already."""
    shown = printer.notation.value_name(name)
    piece = Piece(shown)
    if isinstance(matrix, Member):
        piece = printer.notation.member(piece, positions(printer, matrix.positions))
    return printer.notation.bracket(piece) if "_" in shown else piece


def member(printer: Printer, value: Member, transposed: bool = False) -> Piece:
    """A member of a family by the family's name, its positions above it; or the numbers put in for it."""
    rows = numbers_of(printer, value)
    if rows is not None:
        whole = printer.number(rows)
        return printer.notation.transposed(whole) if transposed else whole
    name = Piece(printer.notation.value_name(safe_name(value.family)))
    return printer.notation.member(name, positions(printer, value.positions), transposed)


def transpose(printer: Printer, value: Transpose) -> Piece:
    if isinstance(value.arg, Member):
        return member(printer, value.arg, transposed=True)
    return printer.notation.transposed(printer.piece(value.arg))


def with_places(printer: Printer, matrix: Expr, places: Sequence[str]) -> Piece:
    """A matrix with positions below it; one without a name in brackets."""
    if isinstance(matrix, (MatrixSymbol, Member)):
        rows = numbers_of(printer, matrix)
        name = safe_name(matrix if isinstance(matrix, MatrixSymbol) else matrix.family)
        letter = named(printer, matrix, name) if rows is None else printer.number(rows)
    else:
        letter = printer.notation.at_least(printer.piece(matrix), Level.ATOM)
    return printer.notation.subscript(letter, places)._replace(level=letter.level)


# ---- parts of a matrix ------------------------------------------------------------------------------------------


def element(printer: Printer, value: MatrixElement) -> Piece:
    """An entry by the small letter of its matrix; of a column or a row by one position."""
    matrix, i, j = value.args
    if not isinstance(matrix, (MatrixSymbol, Member)):
        return with_places(printer, matrix, positions(printer, (i, j)))
    rows = numbers_of(printer, matrix)
    if rows is not None and isinstance(i, Integer) and isinstance(j, Integer):
        return printer.piece(rows[int(i)][int(j)])
    letter = letter_of_entries(printer, matrix)
    shown = positions(printer, [(i, j)[axis] for axis in axes_of_entries(matrix)])
    return printer.notation.subscript(letter, shown)._replace(level=letter.level)


def letter_of_entries(printer: Printer, matrix: MatrixSymbol | Member) -> Piece:
    """What the entries of a matrix are called, their positions still to come."""
    name = safe_name(matrix if isinstance(matrix, MatrixSymbol) else matrix.family)
    is_size = any(str(length) == marked(name).name.lower() for length in matrix.shape)
    return named(printer, matrix, name if is_size else printer.lower_case(name))


def axes_of_entries(matrix: MatrixSymbol | Member) -> list[int]:
    """Which of its row and its column say where an entry stands: of a column or a row of a matrix only one."""
    return [axis for axis, length in enumerate(matrix.shape) if length != 1] or [0, 1]


def entry_names(printer: Printer, matrix: MatrixSymbol | Member, row: int, columns: int) -> list[str]:
    """The names of the entries of one row of a matrix, counted from 0: from the tenth on, only their number differs."""
    letter, axes = letter_of_entries(printer, matrix), axes_of_entries(matrix)

    def name(column: str) -> str:
        return printer.notation.subscript(letter, [(str(row + 1), column)[axis] for axis in axes]).text

    names = [name(str(column + 1)) for column in range(min(columns, 9))]
    if columns > 9:
        start, end = name(MARK).split(MARK) if len(axes) == 2 else ("", "")
        names += [f"{start}{column}{end}" if end else name(str(column)) for column in range(10, columns + 1)]
    return names


MARK = "\ue000\ue000"
"""Stands for a number of two digits or more while the rest of a name is made; no name contains it."""


def column(printer: Printer, value: Column) -> Piece:
    """A row or a column of a matrix, with ``:`` for the positions that all belong to it."""
    row, place = isinstance(value, Row), printer.sized(value.position)
    rows = numbers_of(printer, value.matrix)
    if rows is not None and isinstance(place, Integer):
        return printer.number(submatrix(rows, int(place) if row else None, None if row else int(place)))
    shown = position(printer, value.position)
    return with_places(printer, value.matrix, [shown, ":"] if row else [":", shown])


def block(printer: Printer, value: Block) -> Piece:
    """A block by the first and the last of its rows and of its columns, ``:`` for all of them."""
    rows = numbers_of(printer, value.matrix)
    if rows is not None:
        corner = [printer.sized(length) for length in (value.top, value.left, *value.shape)]
        if all(isinstance(length, Integer) for length in corner):
            top, left, height, width = map(int, corner)
            return printer.number(tuple(row[left : left + width] for row in rows[top : top + height]))
    places = [
        ":" if is_whole else stretch(printer, start, count)
        for start, count, is_whole in zip(
            (value.top, value.left), value.shape, (value.takes_all_rows, value.takes_all_columns), strict=True
        )
    ]
    return with_places(printer, value.matrix, places)


def stretch(printer: Printer, start: Expr, count: Expr) -> str:
    """Positions next to each other: the first and the last, or the only one."""
    first = position(printer, start)
    return first if count == 1 else f"{first}:{position(printer, start + count - 1)}"


def stack(printer: Printer, parts: Sequence[MatrixExpr], below: bool) -> Piece:
    """Matrices side by side or one below the other; matrices of numbers as one."""
    rows = [numbers_of(printer, part) for part in parts]
    known = [each for each in rows if each is not None]
    if len(known) < len(parts):
        return printer.notation.stacked([printer.piece(part) for part in parts], below)
    if below:
        return printer.number(tuple(row for each in known for row in each))
    return printer.number(tuple(sum(cells, ()) for cells in zip(*known, strict=True)))


def delta(printer: Printer, value: KroneckerDelta) -> Piece:
    return printer.notation.delta(positions(printer, value.args[:2]))


def stacked(below: bool) -> Any:
    """The row of a stack."""

    def row(printer: Printer, value: Any) -> Piece:
        entries = _scalars(value)
        if entries is not None:
            return printer.notation.array([[printer.piece(entry) for entry in each] for each in entries])
        return stack(printer, value.args, below)

    return row


def _scalars(value: Any) -> list[list[Any]] | None:
    """The rows of a matrix that is put together from single scalars, each times a matrix of one entry, 1."""
    if isinstance(value, (HorizontalStack, VerticalStack)):
        parts = [_scalars(part) for part in value.args]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        if isinstance(value, VerticalStack):
            return [row for part in known for row in part]
        return [[entry for row in rows for entry in row] for rows in zip(*known, strict=True)]
    one_entry = isinstance(value, ElementwiseProduct) and value.right == OneMatrix(1, 1) and not is_matrix(value.left)
    return [[value.left]] if one_entry else None
