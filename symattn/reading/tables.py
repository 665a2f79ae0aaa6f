"""Numbers in rows: a matrix typed on the command line, and a CSV file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from symattn import limits
from symattn.errors import InputError
from symattn.language.names import printable
from symattn.reading.numerals import exact_number, number_or_none, refusal

Matrix = tuple[tuple[Fraction, ...], ...]

Family = tuple[Any, ...]
"""Matrices in tuples by position, one inside the other for each axis."""

BARS = re.compile(r"\|+")
LINE_END = re.compile(r"\r\n|\n|\r")
DELIMITERS = {";": ";", "\t": "a tab", ",": ","}


def typed_matrix(text: str, name: str) -> Matrix:
    """The matrix of a text: rows end with ``;`` or a line end, entries are separated by blanks or a comma.

    >>> typed_matrix("1 1/2; 0, 0.1", "X")
    ((Fraction(1, 1), Fraction(1, 2)), (Fraction(0, 1), Fraction(1, 10)))

    Errors: ``InputError`` for an entry that is no number, and for rows of different lengths.
    """
    rows = [row for line in LINE_END.split(text) if line.strip() for row in line.strip().removesuffix(";").split(";")]
    if not rows:
        raise InputError(f"{name}: found no numbers; write them as in '1 0; 0 2', rows separated by ;.")
    cells = [re.split(r"\s*,\s*|\s+", row.strip()) for row in rows]
    bounded(sum(map(len, cells)), name)
    return rectangular(
        (
            tuple(exact_number(cell, f"{name}, row {i}, entry {j}") for j, cell in enumerate(row, 1))
            for i, row in enumerate(cells, 1)
        ),
        name,
        "row",
    )


def typed_family(text: str, name: str, axes: int) -> Family:
    """The matrices of a text: ``|`` stands between members, ``||`` between those of an outer axis, and so on.

    >>> typed_family("1 0; 0 1 | 2 0; 0 2", "W", 1)[1]
    ((Fraction(2, 1), Fraction(0, 1)), (Fraction(0, 1), Fraction(2, 1)))

    Errors: ``InputError`` as for a matrix, naming the member, and for more bars in a row than there are axes.
    """
    most = max((len(bars) for bars in BARS.findall(text)), default=0)
    if most > axes:
        marks = " and ".join("|" * count for count in range(1, axes + 1))
        raise InputError(
            f"{name}: found {'|' * most}; {name} is {family_over(axes)}, whose members are separated by {marks}, "
            "as in '1 0; 0 1 | 2 0; 0 2'."
        )
    return _typed_members(text, name, axes, ())


def _typed_members(text: str, name: str, axes: int, before: tuple[int, ...]) -> Any:
    if not axes:
        return typed_matrix(text, f"{name}[{', '.join(map(str, before))}]")
    parts = re.split(rf"(?<!\|)\|{{{axes}}}(?!\|)", text)
    return tuple(_typed_members(part, name, axes - 1, (*before, position)) for position, part in enumerate(parts))


def family_over(axes: int) -> str:
    """A family in words.

    >>> family_over(1), family_over(2)
    ('a family over 1 axis', 'a family over 2 axes')
    """
    return f"a family over {axes} ax{'is' if axes == 1 else 'es'}"


def csv_matrix(text: str, source: str) -> Matrix:
    """The matrix of a CSV file without a header: cells separated by commas, semicolons, tabs or blanks.

    >>> csv_matrix("1;0.5\\r\\n2;1/3\\r\\n", "x.csv")
    ((Fraction(1, 1), Fraction(1, 2)), (Fraction(2, 1), Fraction(1, 3)))

    Errors: ``InputError`` that names line and column of a cell that is no number, or the line of another length.
    """
    lines = LINE_END.split(text)
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise InputError(f"{source} is empty; a matrix has at least one number.")
    delimiter = next((mark for mark in DELIMITERS if mark in text), None)
    bounded(text.count(delimiter) + len(lines) if delimiter else len(text.split()), source)
    return rectangular(_csv_rows(lines, delimiter, source), source, "line")


def _csv_rows(lines: list[str], delimiter: str | None, source: str) -> Iterator[tuple[Fraction, ...]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise InputError(f"{source}, line {number}: found an empty line between rows; take it out.")
        cells = [_unquoted(cell.strip()) for cell in (line.split(delimiter) if delimiter else line.split())]
        read = [number_or_none(cell) for cell in cells]
        row = tuple(value for value in read if value is not None)
        if len(row) < len(read):
            column = read.index(None)
            error = refusal(cells[column], f"{source}, line {number}, column {column + 1}")
            if number == 1 and any(map(_is_word, cells)):
                error.in_context("a line of headings is not read as numbers: take it out")
            raise error
        yield row


def _unquoted(cell: str) -> str:
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _is_word(cell: str) -> bool:
    return cell[:1].isalpha() and cell.lower().lstrip("+-") not in ("nan", "inf", "infinity")


def rectangular(rows: Iterator[tuple[Fraction, ...]], source: str, unit: str) -> Matrix:
    """The rows as a matrix.

    Errors: ``InputError`` if one is shorter or longer than the first, or if there is none.
    """
    matrix: list[tuple[Fraction, ...]] = []
    for number, row in enumerate(rows, 1):
        if matrix and len(row) != len(matrix[0]):
            raise InputError(
                f"{source}: {unit} {number} has {counted(len(row))}, {unit} 1 has {counted(len(matrix[0]))}; "
                "the rows of a matrix are of one length."
            )
        if not row:
            raise InputError(f"{source}: {unit} {number} is empty; a matrix has at least one row and one column.")
        matrix.append(row)
    if not matrix:
        raise InputError(f"{source} is empty; a matrix has at least one row and one column.")
    return tuple(matrix)


def counted(count: int) -> str:
    """A number of entries in words.

    >>> counted(1), counted(3)
    ('1 entry', '3 entries')
    """
    return f"{count} entr{'y' if count == 1 else 'ies'}"


def bounded(count: int, source: str) -> None:
    """Refuse more entries than a matrix of exact numbers may have.

    Errors: ``InputError``.
    """
    if count > limits.EXACT_ENTRIES:
        raise InputError(
            f"{source} has {counted(count)}; a matrix of exact numbers has at most {limits.EXACT_ENTRIES}."
        )


def described(value: object) -> str:
    """A value as a message shows it, with what kind of thing it is."""
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "a truth value"}
    return f"{kinds.get(type(value), type(value).__name__)} {printable(str(value))}"
