"""Numbers in JSON: a number, a matrix as a list of rows, or an object that names several."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from symattn import limits
from symattn.errors import InputError
from symattn.language.names import printable, suggestion
from symattn.reading.numerals import exact_number
from symattn.reading.tables import Family, Matrix, bounded, described, rectangular

MARK = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A whole string, or a bracket outside of strings; possessive, so that no text takes more than one pass."""

ASKED = "a family is a list of matrices, as in [[[1, 0], [0, 1]], [[2, 0], [0, 2]]], a list of such lists for two axes"


def json_numbers(text: str, name: str, source: str, axes: int = 0) -> Fraction | Matrix | Family:
    """The number or matrix of a JSON text; an object must have the key ``name``.

    With ``axes`` it is a family, whose matrices stand in lists by position, one inside the other for each axis.

    A cell is a number or a text such as ``"1/3"``; both are read exactly. ``true`` is 1, ``false`` 0, as in a mask.

    >>> json_numbers('{"X": [[0.1, "1/3"]]}', "X", "x.json")
    ((Fraction(1, 10), Fraction(1, 3)),)

    Errors: ``InputError`` for text that is not JSON, NaN, Infinity, a duplicate key, deep nesting, ragged rows.
    """
    value = parsed(text, source)
    if isinstance(value, dict):
        if name not in value:
            short = [key for key in list(value)[:100] if len(key) <= limits.NAME_LENGTH]
            listing = ", ".join(printable(key)[1:-1] for key in list(value)[:20]) or "nothing"
            raise InputError(f"{source} has no {name!r}.{suggestion(name, short)} It has: {listing}.")
        value, source = value[name], f"{name} of {source}"
    if axes:
        return _family(value, source, axes, ())
    if isinstance(value, str):
        return exact_number(value, source)
    return _matrix(value, source)


def _family(value: object, source: str, axes: int, before: tuple[int, ...]) -> Any:
    """The matrices inside so many levels of lists; ``before`` are the positions at which this value stands."""
    place = f"{source}{''.join(f'[{position}]' for position in before)}"
    if not axes:
        return _matrix(value, place)
    if not isinstance(value, list):
        raise InputError(f"{place}: found {found(value)}; {ASKED}.")
    if not value:
        raise InputError(f"{place} is empty; a family has at least one member: {ASKED}.")
    if not before:
        bounded(len(leaves(value)), source)
    return tuple(_family(part, source, axes - 1, (*before, position)) for position, part in enumerate(value))


def leaves(value: object) -> list[object]:
    """What stands at the bottom of nested lists.

    >>> leaves([["1"], [["2", "3"]]])
    ['1', '2', '3']
    """
    bottom, pending = [], [value]
    while pending:
        part = pending.pop()
        if isinstance(part, list):
            pending.extend(reversed(part))
        else:
            bottom.append(part)
    return bottom


def _matrix(value: object, source: str) -> Matrix:
    if not isinstance(value, list):
        raise InputError(f"{source}: found {found(value)}; a matrix is a list of rows, as in [[1, 0], [0, 2]].")
    if value and not any(isinstance(row, list) for row in value):
        raise InputError(
            f"{source}: found a list of {len(value)} numbers; a matrix is a list of rows: "
            "[[1, 2]] is a row, [[1], [2]] a column."
        )
    bounded(sum(len(row) for row in value if isinstance(row, list)), source)
    return rectangular(_rows(value, source), source, "row")


def _rows(value: list, source: str) -> Iterator[tuple[Fraction, ...]]:
    for i, row in enumerate(value, 1):
        if not isinstance(row, list):
            raise InputError(f"{source}, row {i}: found {found(row)}; a row is a list of numbers.")
        yield tuple(_cell(cell, f"{source}, row {i}, column {j}") for j, cell in enumerate(row, 1))


def _cell(cell: object, place: str) -> Fraction:
    if isinstance(cell, str):
        return exact_number(cell.strip(), place)
    if isinstance(cell, bool):
        return Fraction(cell)
    raise InputError(f"{place}: found {found(cell)}; a cell is a number, and a matrix has two levels of lists.")


def found(value: object) -> str:
    """A JSON value in a message, by its name in JSON."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else described(value)


def parsed(text: str, source: str) -> object:
    """The JSON value of a text, numbers kept as their text so that none is rounded.

    Errors: ``InputError``.
    """
    _check_depth(text, source)
    if text.count(",") > limits.FILE_NUMBERS:
        raise InputError(f"{source} holds more than {limits.FILE_NUMBERS} values, the most that is read.")

    def refuse(constant: str) -> None:
        raise InputError(f"{source}: found {constant}; the numbers of a matrix are finite.")

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise InputError(f"{source} has the key {printable(twice)} twice; keep one of them.")
        return made

    try:
        return json.loads(text, parse_int=str, parse_float=str, parse_constant=refuse, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        if not text.strip():
            raise InputError(f"{source} is empty; a matrix is a list of rows, as in [[1, 0], [0, 2]].") from None
        raise InputError(
            f"{source}, line {error.lineno}, column {error.colno}: not JSON: {error.msg}; a matrix is a list of rows, "
            "as in [[1, 0], [0, 2]]."
        ) from None


def _check_depth(text: str, source: str) -> None:
    """Refuse deep nesting before the parser meets it: it recurses, and its own error is a crash of the stack."""
    depth = 0
    for mark in MARK.finditer(text):
        if mark[0] in "[{":
            depth += 1
            if depth > limits.FILE_DEPTH:
                raise InputError(
                    f"{source} nests lists deeper than {limits.FILE_DEPTH}; "
                    "a matrix is a list of rows, as in [[1, 0], [0, 2]]."
                )
        elif mark[0] in "]}":
            depth -= 1
