"""What the engine puts between the prose of a chapter: equations of mechanisms, their code, numbers of an example."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sympy import MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.book.said import Said
from symattn.defining import mechanism
from symattn.exact import ExactMatrix
from symattn.examples import matrix_of
from symattn.lowering import TARGETS
from symattn.lowering.source import source_of
from symattn.mechanisms import named
from symattn.nodes import index
from symattn.publishing.document import Block, Code, Formula, Joined, Printable, Rounded, Table
from symattn.worked import Bound

Made = Callable[[str], Sequence[Block]]
"""What the engine prints in a language."""


def equations_of(name: str, *wanted: str) -> Made:
    """The equations of a mechanism of the library, or those of them that define the names that are wanted.

    >>> len(equations_of("dot", "S", "P")("en"))
    2
    """
    system = named(name)
    chosen = [each for each in system.equations if not wanted or each.name in wanted]
    return lambda language: [Formula(each.left_side, "=", each.expression) for each in chosen]


def equation_of(name: str, defined: str) -> Printable:
    """One equation of a mechanism as a thing to print, for a cell of a table."""
    (found,) = (each for each in named(name).equations if each.name == defined)
    return Joined((found.left_side, found.expression), "=")


def entry_of(inputs: Mapping[str, str], equation: str) -> Made:
    """One equation entry by entry, at row i and column j.

    >>> len(entry_of({"S": "n m"}, "P = softmax(S)")("en"))
    1
    """
    system = mechanism("entries", inputs, equation)
    (defined,) = system.equations
    place = index("i"), index("j")
    left, entry = MatrixElement(defined.symbol, *place), system.entry(defined.name, *place)
    return lambda language: [Formula(left, "=", entry)]


def code_of(name: str, target: str) -> Made:
    """The module that is generated from a mechanism for ``"numpy"`` or ``"torch"``, which need not be installed."""

    def made(language: str) -> list[Block]:
        system = named(name)
        return [Code(source_of(system, TARGETS[target], (system.output,), object), "python")]

    return made


def values_of(example: Callable[[], Bound], *wanted: str) -> Made:
    """Values of an example with numbers, each under its name: exact, and decimal where that says more."""

    def made(language: str) -> list[Block]:
        found: list[Block] = []
        for name in wanted:
            exact = matrix_of(example(), name)
            symbol = MatrixSymbol(name, *exact.shape)
            rational = all(element.is_rational for row in exact.rows for element in row)
            found.append(Formula(symbol, "=", exact) if rational else Formula(symbol, "=", exact, "≈", Rounded(exact)))
        return found

    return made


def row_of_numbers(example: Bound, name: str, i: int) -> ExactMatrix:
    """One row of a value of an example, counted from 0."""
    return ExactMatrix([matrix_of(example, name).rows[i]])


def table(header: Said, rows: Callable[[str], Sequence[Sequence[Printable]]]) -> Made:
    """A table whose header is written with bars between its columns, and whose rows know the language."""
    return lambda language: [Table(header.of(language).split("|"), rows(language))]
