"""A formula as lines that fit: a matrix too wide to be put in keeps its name, too wide a result is listed."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Any

from sympy import Integer, MatrixSymbol

from symattn.nodes import Member
from symattn.nodes.written import element
from symattn.publishing.document import Formula, Rounded, Substituted, Words
from symattn.publishing.formula_words import in_formula
from symattn.publishing.measure import width
from symattn.publishing.numbers import is_whole, matrices_of, rows_of
from symattn.publishing.settings import Settings, shown_steps
from symattn.publishing.to_latex import latex


@dataclass(frozen=True)
class Line:
    """One line: what stands on the left of the first sign, or nothing, and the signs with their parts."""

    left: Any
    steps: tuple[tuple[str, Any], ...]


def fitted_lines(block: Formula, settings: Settings, room: float, most: float = inf) -> list[Line]:
    """The lines of a formula, each step on its own, in a width given in ems.

    An exact entry that is wider than ``most`` by itself is left to its decimals where these stand beside it.
    """
    first: Any = block.parts[0]
    left_width = width(latex(first, digits=settings.digits)) + 1.5
    lines: list[Line] = []
    steps = list(shown_steps(block, settings.digits))
    while steps:
        sign, part = steps.pop(0)
        part = fitted(part, settings, room - left_width)
        if lines and isinstance(part, Substituted) and latex(part) == latex(part.value):
            continue  # nothing could be put in: the formula stands above already
        if is_wide(part, settings, room - left_width):
            beside = bool(steps) and isinstance(steps[0][1], Rounded) and steps[0][1].value == part
            lines += listed(block.parts[0], sign, part, steps.pop(0) if beside else None, most)
        else:
            lines.append(Line(first, ((sign, part),)))
        first = None
    return lines or [Line(first, ())]


def fitted(part: Any, settings: Settings, room: float) -> Any:
    """A part with numbers put in as far as the line holds them: the widest matrices keep their names."""
    if not isinstance(part, Substituted):
        return part
    numbers = dict(part.numbers)
    while width(latex(Substituted(part.value, numbers), digits=settings.digits)) > room:
        matrices = {name: matrices_of(number) for name, number in numbers.items()}
        widths = {name: max(width(latex(each)) for each in found) for name, found in matrices.items() if found}
        if not widths:
            break
        del numbers[max(widths, key=lambda name: widths[name])]
    return Substituted(part.value, numbers)


def is_wide(part: Any, settings: Settings, room: float) -> bool:
    """Whether a part is a matrix of numbers that a line cannot hold; as a rule its first row says so."""
    rows = rows_of(part.value if isinstance(part, Rounded) else part)
    if rows is None:
        return False
    first = Rounded(rows[:1], part.digits) if isinstance(part, Rounded) else rows[:1]
    return any(width(latex(some, digits=settings.digits)) > room for some in (first, part))


def listed(left: Any, sign: str, part: Any, decimals: tuple[str, Rounded] | None, most: float) -> list[Line]:
    """The entries of a matrix, one a line, with their decimals beside them."""
    lines = []
    for i, row in enumerate(rows_of(part.value if isinstance(part, Rounded) else part) or ()):
        for j, number in enumerate(row):
            entry = Rounded(number, part.digits) if isinstance(part, Rounded) else number
            shown: list[tuple[str, Any]] = [(sign, entry)]
            if decimals is not None and not is_whole(number):
                if width(latex(number)) > most:
                    shown = [(sign, Words(in_formula("wide")))]
                shown.append((decimals[0], Rounded(number, decimals[1].digits)))
            lines.append(Line(entry_name(left, i, j), tuple(shown)))
    return lines


def entry_name(left: Any, i: int, j: int) -> Any:
    """What an entry of a formula's first part is called: of a matrix by its letter, of anything else by its place."""
    return element(matrix_of_entries(left, i + 2, j + 2), Integer(i), Integer(j))


def matrix_of_entries(left: Any, rows: int, columns: int) -> MatrixSymbol | Member:
    """The matrix that entries of a formula's first part are called by; ``entry`` for what has no name."""
    return left if isinstance(left, (MatrixSymbol, Member)) else MatrixSymbol("entry", max(rows, 2), max(columns, 2))
