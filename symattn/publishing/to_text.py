"""Plain text for a terminal: the shared table in a terminal's notation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import MatrixSymbol

from symattn.equations import EquationSystem
from symattn.nodes import Member
from symattn.publishing.families import with_ranges
from symattn.publishing.layout import Box, columns, padded, tokens, wrapped
from symattn.publishing.place_rows import entry_names
from symattn.publishing.printer import Printer, among
from symattn.publishing.shared_table import ROWS
from symattn.publishing.text_notation import FIRST_MARK, TextNotation


class TextPrinter(Printer):
    """Values to plain text; see :class:`Printer`."""

    rows = ROWS
    table = "publishing/shared_table.py"
    what = "text"


def text(value: Any, *, digits: int = 10, width: int = 100, numbers: Mapping[str, Any] | None = None) -> str:
    """Plain text of a value of the language, an entry, an exact number or anything else that a formula may hold.

    One line, or several where a matrix of numbers stands in it; see ``latex`` for the order of things and the errors.
    Of a system of equations, ``system_text``.

    >>> from sympy import MatrixSymbol, Transpose
    >>> from symattn.nodes import MatrixProduct, Softmax
    >>> from symattn.shapes import size
    >>> Q, K = MatrixSymbol("Q", size("n"), size("d_k")), MatrixSymbol("K", size("m"), size("d_k"))
    >>> print(text(Softmax(MatrixProduct(Q, Transpose(K)))))
    softmax(Q Kᵀ)
    >>> print(text(((1, 2), (3, 4))))
    ⎡1  2⎤
    ⎣3  4⎦
    """
    if isinstance(value, EquationSystem):
        return system_text(value)
    line, boxes = line_and_boxes(value, digits=digits, numbers=numbers)
    return "\n".join(wrapped(tokens(line, boxes, FIRST_MARK), width, 4)) if boxes else line


def system_text(system: EquationSystem) -> str:
    """All equations of a system, one a line."""
    names = [line_and_boxes(each.left_side, digits=10)[0] for each in system]
    width = max(map(columns, names))
    with among((*system.inputs, *system.by_name)):
        values = [line_and_boxes(right, digits=10)[0] for _, right in with_ranges(system)]
    return "\n".join(f"{padded(name, width)} = {value}" for name, value in zip(names, values, strict=True))


def names_of_entries(matrix: MatrixSymbol | Member, row: int, columns: int) -> list[str]:
    """The names of the entries of one row of a matrix as text; rows and columns are counted from 0.

    >>> from sympy import MatrixSymbol
    >>> names_of_entries(MatrixSymbol("P", 12, 12), 0, 11)[8:]
    ['p_19', 'p_{1,10}', 'p_{1,11}']
    """
    return entry_names(TextPrinter(TextNotation()), matrix, row, columns)


def line_and_boxes(value: Any, *, digits: int, numbers: Mapping[str, Any] | None = None) -> tuple[str, list[Box]]:
    """A value on one line, in which each matrix of numbers is a mark, and the boxes that belong at the marks."""
    line, notation = TextPrinter.printed(TextNotation, value, digits=digits, numbers=numbers)
    return line, notation.boxes
