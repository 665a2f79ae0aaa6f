"""From equations to a document: formulas and entries for symbolic sizes, every value exact and decimal for numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Expr, Integer, S, Symbol, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import closed_form
from symattn.equations import Equation, EquationSystem
from symattn.errors import InputError
from symattn.exact import ExactFamily
from symattn.nodes import ByRowAndColumn, IndexedMatrix, Indices, Scatter, Value, index, is_matrix, shape_of
from symattn.nodes.written import names_in
from symattn.publishing.document import (
    Block,
    Formula,
    Heading,
    Paragraph,
    RealMatrices,
    Rounded,
    Stage,
    Substituted,
)
from symattn.publishing.families import members, of_member, with_all_ranges
from symattn.publishing.legend import legend
from symattn.publishing.presentation import Presentation
from symattn.publishing.programs import program_of
from symattn.shapes import Shape
from symattn.worked import Bound

MEMBERS = 4
"""Of a family with more members than this, the first ones are worked through, and how many there are is said."""


def derive(subject: EquationSystem | Bound) -> Presentation:
    """A mechanism stage by stage.

    Without numbers: the shape, formula and entries of every equation, its sizes symbolic. With numbers (a mechanism
    bound to its inputs): every input and every equation with its formula, the numbers put in, the exact value and its
    decimals. Of a family, such as heads, the formula of a member, and with numbers the first members one by one.
    Errors: ``InputError`` for anything else; ``ExactnessError`` or ``LimitError`` for a value that exact arithmetic
    cannot give, naming the equation.
    """
    if isinstance(subject, Bound):
        return _with_numbers(subject)
    if not isinstance(subject, EquationSystem):
        raise InputError(f"a mechanism or a bound one can be derived, found {subject!r}.")
    return _formulas(subject)


def _formulas(system: EquationSystem) -> Presentation:
    i, j = _entry_indices(system)
    blocks: list[Block] = [*conventions(system), Heading("Inputs")]
    stages = []
    for name, symbol in system.inputs.items():
        blocks.append(Formula(symbol, "∈", RealMatrices(system.shape(name))))
        stages.append(Stage(name, system.shape(name)))
    for equation in system:
        left, shape = equation.left_side, shape_of(equation.expression)
        blocks += [
            Heading("Equation of ", left),
            Formula(left, "=", equation.expression, "∈", with_all_ranges(equation, RealMatrices(shape))),
        ]
        entry = None
        if is_matrix(equation.expression):
            places = _places(shape, i, j)
            formula = closed_form.entry(system, equation.name, *equation.indices, *places)
            entry = MatrixElement(left, *places), formula
            if not isinstance(equation.expression, IndexedMatrix):  # which says its entries already
                blocks += [Paragraph("Entry by entry:"), Formula(entry[0], "=", entry[1])]
        stages.append(Stage(equation.name, equation.shape, equation.expression, entry=entry, left=left))
    blocks += legend(system, entries=True)
    return Presentation(system.name, tuple(blocks), tuple(stages), system.source, program=program_of(system))


def conventions(system: EquationSystem) -> list[Block]:
    """What the equations alone do not say, by topic; nothing where nothing is said."""
    if not system.conventions:
        return []
    notes = [Paragraph(f"{topic}: {text}.") for topic, text in system.conventions]
    return [Heading("Conventions"), *notes, Paragraph("In these notes indices count from 0, as in code.")]


def _entry_indices(system: EquationSystem) -> tuple[Symbol, Symbol]:
    """Letters for the row and the column of an entry that nothing in the system is called by."""
    taken = names_in([*system.input_symbols, *system.by_name, *(part for each in system for part in _free_parts(each))])
    if not taken & {"i", "j"}:
        return index("i"), index("j")
    supply = Indices(avoid=[Symbol(name) for name in sorted(taken)])
    return supply.fresh(), supply.fresh()


def _free_parts(equation: Equation) -> Iterator[Value | str]:
    """What an equation is made of, without the row and the column of its conditions and formulas by entry.

    These mean nothing outside.
    """
    yield from equation.indices
    yield from _free_in(equation.expression)


def _free_in(value: Value) -> Iterator[Value | str]:
    own = value.atoms(ByRowAndColumn, Scatter)
    yield value.xreplace({each: ZeroMatrix(*each.shape) for each in own})
    for each in own:
        formulas = each.positions if isinstance(each, Scatter) else each.args[:1]
        yield from names_in(formulas) - {each.row.name, each.column.name}
        if isinstance(each, Scatter):
            yield from _free_in(each.matrix)


def _places(shape: Shape, i: Symbol, j: Symbol) -> tuple[Expr, Expr]:
    rows, columns = shape
    return S.Zero if rows == 1 else i, S.Zero if columns == 1 else j


def _with_numbers(bound: Bound) -> Presentation:
    system = bound.symbolic
    numbers: dict[str, Any] = {name: Integer(length) for name, length in bound.sizes.items()}
    blocks: list[Block] = [*conventions(system), Heading("Inputs")]
    stages = []
    for name, symbol in system.inputs.items():
        exact = numbers[name] = bound.exact(name)
        blocks += values(symbol, exact)
        stages.append(Stage(name, bound.system.shape(name), exact=exact))
    for equation in system:
        name, exact, put_in = equation.name, bound.exact(equation.name), dict(numbers)
        blocks += [Heading("Value of ", equation.left_side), *_worked(equation, put_in, exact)]
        shape = bound.system.shape(name)
        stages.append(Stage(name, shape, equation.expression, put_in, exact, left=equation.left_side))
        numbers[name] = exact
    blocks += legend(system, entries=False)
    return Presentation(system.name, tuple(blocks), tuple(stages), system.source, program=program_of(bound))


def values(symbol: Value, exact: Any, most: int = MEMBERS) -> list[Block]:
    """A value exact and decimal; of a family the first members, and how many there are."""
    blocks: list[Block] = [
        Formula(member, "=", matrix, "≈", Rounded(matrix)) for _, member, matrix in list(members(symbol, exact))[:most]
    ]
    return [*blocks, *_and_so_on(exact, most)]


def _worked(equation: Equation, numbers: dict[str, Any], exact: Any) -> list[Block]:
    """An equation with numbers put in; of a family its formula, and below it the first members."""
    formula, left = equation.expression, equation.left_side
    if not equation.axes:
        return [Formula(left, "=", formula, "=", Substituted(formula, numbers), "=", exact, "≈", Rounded(exact))]
    blocks: list[Block] = [Formula(left, "=", with_all_ranges(equation, formula))]
    for positions, member, matrix in list(members(equation.symbol, exact))[:MEMBERS]:
        put_in = Substituted(of_member(equation, positions), numbers)
        blocks.append(Formula(member, "=", put_in, "=", matrix, "≈", Rounded(matrix)))
    return [*blocks, *_and_so_on(exact, MEMBERS)]


def _and_so_on(exact: Any, most: int) -> list[Block]:
    if not isinstance(exact, ExactFamily) or len(exact) <= most:
        return []
    return [Paragraph(f"These are the first {most} of {len(exact)} members; JSON has all of them.")]
