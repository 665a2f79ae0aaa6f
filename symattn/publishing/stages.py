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
from symattn.mechanism_names import called
from symattn.nodes import ByRowAndColumn, IndexedMatrix, Indices, Scatter, Value, index, is_matrix, shape_of
from symattn.nodes.written import names_in
from symattn.publishing.derivation_words import DERIVATION, TOPICS
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


def derive(subject: EquationSystem | Bound, language: str = "en") -> Presentation:
    """A mechanism stage by stage.

    Without numbers: the shape, formula and entries of every equation, its sizes symbolic. With numbers (a mechanism
    bound to its inputs): every input and every equation with its formula, the numbers put in, the exact value and its
    decimals. Of a family, such as heads, the formula of a member, and with numbers the first members one by one.
    ``language`` is ``"en"`` or ``"zh"``; a mechanism's own conventions stay as they are written.
    Errors: ``InputError`` for anything else and for a language that there is not; ``ExactnessError`` or ``LimitError``
    for a value that exact arithmetic cannot give, naming the equation.
    """
    DERIVATION.of(language)
    if isinstance(subject, Bound):
        return _with_numbers(subject, language)
    if not isinstance(subject, EquationSystem):
        raise InputError(f"a mechanism or a bound one can be derived, found {subject!r}.")
    return _formulas(subject, language)


def _formulas(system: EquationSystem, language: str) -> Presentation:
    i, j = _entry_indices(system)
    blocks: list[Block] = [*conventions(system, language), Heading(DERIVATION.said(language, "inputs"))]
    stages = []
    for name, symbol in system.inputs.items():
        blocks.append(Formula(symbol, "∈", RealMatrices(system.shape(name))))
        stages.append(Stage(name, system.shape(name)))
    for equation in system:
        left, shape = equation.left_side, shape_of(equation.expression)
        blocks += [
            Heading(*DERIVATION.told(language, "equation", name=left)),
            Formula(left, "=", equation.expression, "∈", with_all_ranges(equation, RealMatrices(shape))),
        ]
        entry = None
        if is_matrix(equation.expression):
            places = _places(shape, i, j)
            formula = closed_form.entry(system, equation.name, *equation.indices, *places)
            entry = MatrixElement(left, *places), formula
            if not isinstance(equation.expression, IndexedMatrix):  # which says its entries already
                blocks += [Paragraph(DERIVATION.said(language, "entries")), Formula(entry[0], "=", entry[1])]
        stages.append(Stage(equation.name, equation.shape, equation.expression, entry=entry, left=left))
    blocks += legend(system, entries=True, language=language)
    return _presentation(system, blocks, stages, language)


def _presentation(
    subject: EquationSystem | Bound, blocks: list[Block], stages: list[Stage], language: str
) -> Presentation:
    """The blocks under the name and the source of a mechanism, with the program that computes it."""
    system = subject.symbolic if isinstance(subject, Bound) else subject
    title, program = called(language, system.name), program_of(subject)
    return Presentation(title, tuple(blocks), tuple(stages), system.source, language, program)


def conventions(system: EquationSystem, language: str) -> list[Block]:
    """What the equations alone do not say, by topic, as its author wrote it; nothing where nothing is said."""
    if not system.conventions:
        return []
    topics = TOPICS.of(language)
    notes = [
        Paragraph(DERIVATION.said(language, "note", topic=topics.get(topic, topic), text=text))
        for topic, text in system.conventions
    ]
    heading, closing = (DERIVATION.said(language, key) for key in ("conventions", "notes"))
    return [Heading(heading), *notes, Paragraph(closing)]


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


def _with_numbers(bound: Bound, language: str) -> Presentation:
    system = bound.symbolic
    numbers: dict[str, Any] = {name: Integer(length) for name, length in bound.sizes.items()}
    blocks: list[Block] = [*conventions(system, language), Heading(DERIVATION.said(language, "inputs"))]
    stages = []
    for name, symbol in system.inputs.items():
        exact = numbers[name] = bound.exact(name)
        blocks += values(symbol, exact, language=language)
        stages.append(Stage(name, bound.system.shape(name), exact=exact))
    for equation in system:
        name, exact, put_in = equation.name, bound.exact(equation.name), dict(numbers)
        heading = Heading(*DERIVATION.told(language, "value", name=equation.left_side))
        blocks += [heading, *_worked(equation, put_in, exact, language)]
        shape = bound.system.shape(name)
        stages.append(Stage(name, shape, equation.expression, put_in, exact, left=equation.left_side))
        numbers[name] = exact
    blocks += legend(system, entries=False, language=language)
    return _presentation(bound, blocks, stages, language)


def values(symbol: Value, exact: Any, most: int = MEMBERS, language: str = "en") -> list[Block]:
    """A value exact and decimal; of a family the first members, and how many there are."""
    blocks: list[Block] = [
        Formula(member, "=", matrix, "≈", Rounded(matrix)) for _, member, matrix in list(members(symbol, exact))[:most]
    ]
    return [*blocks, *_and_so_on(exact, most, language)]


def _worked(equation: Equation, numbers: dict[str, Any], exact: Any, language: str) -> list[Block]:
    """An equation with numbers put in; of a family its formula, and below it the first members."""
    formula, left = equation.expression, equation.left_side
    if not equation.axes:
        return [Formula(left, "=", formula, "=", Substituted(formula, numbers), "=", exact, "≈", Rounded(exact))]
    blocks: list[Block] = [Formula(left, "=", with_all_ranges(equation, formula))]
    for positions, member, matrix in list(members(equation.symbol, exact))[:MEMBERS]:
        put_in = Substituted(of_member(equation, positions), numbers)
        blocks.append(Formula(member, "=", put_in, "=", matrix, "≈", Rounded(matrix)))
    return [*blocks, *_and_so_on(exact, MEMBERS, language)]


def _and_so_on(exact: Any, most: int, language: str) -> list[Block]:
    if not isinstance(exact, ExactFamily) or len(exact) <= most:
        return []
    return [Paragraph(DERIVATION.said(language, "and so on", most=str(most), count=str(len(exact))))]
