"""From equations to a document: formulas and entries for symbolic sizes, every value exact and decimal for numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sympy import Expr, Integer, S, Symbol, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import closed_form
from symattn.equations import Equation, EquationSystem
from symattn.errors import InputError
from symattn.nodes import (
    Arithmetic,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    IndexCondition,
    Indices,
    Intersection,
    Node,
    Reduction,
    Softmax,
    Value,
    index,
    is_matrix,
    shape_of,
)
from symattn.nodes.written import names_in
from symattn.publishing.derivation import Derivation
from symattn.publishing.document import Block, Formula, Heading, Paragraph, RealMatrices, Rounded, Stage, Substituted
from symattn.publishing.rows import has_entrywise_sign
from symattn.shapes import Shape
from symattn.worked import Bound


def derive(subject: EquationSystem | Bound) -> Derivation:
    """A mechanism stage by stage.

    Without numbers: the shape, formula and entries of every equation, its sizes symbolic. With numbers (a mechanism
    bound to its inputs): every input and every equation with its formula, the numbers put in, the exact value and its
    decimals.
    Errors: ``InputError`` for anything else; ``ExactnessError`` or ``LimitError`` for a value that exact arithmetic
    cannot give, naming the equation.
    """
    if isinstance(subject, Bound):
        return _with_numbers(subject)
    if not isinstance(subject, EquationSystem):
        raise InputError(f"a mechanism or a bound one can be derived, found {subject!r}.")
    return _formulas(subject)


def _formulas(system: EquationSystem) -> Derivation:
    i, j = _entry_indices(system)
    blocks: list[Block] = [Heading("Inputs")]
    stages = []
    for name, symbol in system.inputs.items():
        blocks.append(Formula(symbol, "∈", RealMatrices(system.shape(name))))
        stages.append(Stage(name, system.shape(name)))
    for equation in system:
        blocks += [
            Heading("Equation of ", equation.symbol),
            Formula(equation.symbol, "=", equation.expression, "∈", RealMatrices(equation.shape)),
        ]
        entry = None
        if is_matrix(equation.expression):
            places = _places(equation.shape, i, j)
            entry = MatrixElement(equation.symbol, *places), closed_form.entry(system, equation.name, *places)
            blocks += [Paragraph("Entry by entry:"), Formula(entry[0], "=", entry[1])]
        stages.append(Stage(equation.name, equation.shape, equation.expression, entry=entry))
    return Derivation(system.name, (*blocks, *legend(system, entries=True)), tuple(stages), system.source)


def _entry_indices(system: EquationSystem) -> tuple[Symbol, Symbol]:
    """Letters for the row and the column of an entry that nothing in the system is called by."""
    taken = names_in([*system.input_symbols, *map(_without_conditions, system), *system.by_name])
    if not taken & {"i", "j"}:
        return index("i"), index("j")
    supply = Indices(avoid=[Symbol(name) for name in sorted(taken)])
    return supply.fresh(), supply.fresh()


def _without_conditions(equation: Equation) -> Value:
    """The value of an equation, its conditions cut out: the indices in them mean nothing outside."""
    conditions = equation.expression.atoms(IndexCondition)
    return equation.expression.xreplace({each: ZeroMatrix(*each.shape) for each in conditions})


def _places(shape: Shape, i: Symbol, j: Symbol) -> tuple[Expr, Expr]:
    rows, columns = shape
    return S.Zero if rows == 1 else i, S.Zero if columns == 1 else j


def _with_numbers(bound: Bound) -> Derivation:
    system = bound.symbolic
    numbers: dict[str, Any] = {name: Integer(length) for name, length in bound.sizes.items()}
    blocks: list[Block] = [Heading("Inputs")]
    stages = []
    for name, symbol in system.inputs.items():
        exact = numbers[name] = bound.exact(name)
        blocks.append(Formula(symbol, "=", exact, "≈", Rounded(exact)))
        stages.append(Stage(name, bound.system.shape(name), exact=exact))
    for equation in system:
        exact = bound.exact(equation.name)
        put_in = dict(numbers)
        blocks += [
            Heading("Value of ", equation.symbol),
            Formula(
                equation.symbol,
                "=",
                equation.expression,
                "=",
                Substituted(equation.expression, put_in),
                "=",
                exact,
                "≈",
                Rounded(exact),
            ),
        ]
        stages.append(Stage(equation.name, bound.system.shape(equation.name), equation.expression, put_in, exact))
        numbers[equation.name] = exact
    return Derivation(system.name, (*blocks, *legend(system, entries=False)), tuple(stages), system.source)


def legend(system: EquationSystem, entries: bool) -> list[Block]:
    """What a reader must know of the signs that the equations of a system use; nothing if they use none of these."""
    nodes = [node for equation in system for node in _nodes(equation.expression)]
    sentences = []
    if any(has_entrywise_sign(node) or isinstance(node, ElementwisePower) for node in nodes):
        sentences.append("⊙ and ⊘ multiply and divide entry by entry, and a power with ⊙ is one of every entry.")
    if any(isinstance(node, ElementwiseFunction) for node in nodes):
        sentences.append("Functions of one number, such as exp and tanh, are taken of every entry.")
    if any(isinstance(node, Arithmetic) and _stretches(node) for node in nodes):
        sentences.append("A number, a single row or a single column stretches to the size of the other side.")
    if any(isinstance(node, Softmax) for node in nodes):
        sentences.append("softmax is taken of each row.")
    sets = [node.allowed for node in nodes if isinstance(node, Softmax) and node.allowed is not None]
    if sets:
        sentences += _about_allowed_sets(sets)
        if entries:
            sentences.append("A sum with a condition below it runs over the values of its index that meet it.")
    if any(isinstance(node, Reduction) for node in nodes):
        sentences.append("Names with row give one number for each row, names with col one for each column.")
    if entries:
        sentences.append("Rows, columns and sums count from 1.")
    return [Heading("Notation"), Paragraph(" ".join(sentences))] if sentences else []


def _about_allowed_sets(sets: Sequence[Value]) -> list[str]:
    """What stands below a softmax, in the words that these sets need, and what becomes of the other keys."""
    inside = [part for each in sets for part in _members(each)]
    kinds = []
    if any(isinstance(part, IndexCondition) for part in inside):
        kinds.append("those that meet the condition (i and j count from 1)")
    if any(not isinstance(part, IndexCondition) for part in inside):
        kinds.append("those at which the matrix is not 0")
    if len(inside) > len(sets):
        kinds.append("with ∩ those in both sets")
    return [
        f"Below softmax stands which keys j query i may attend to: {'; '.join(kinds)}.",
        "Its sum runs over these keys alone, the weights of the others are 0, and a row without any allowed key is a "
        "row of zeros.",
    ]


def _members(allowed: Value) -> list[Value]:
    """The conditions and matrices that an allowed set is the intersection of."""
    if isinstance(allowed, Intersection):
        return [member for side in allowed.args for member in _members(side)]
    return [allowed]


def _nodes(value: Value) -> Iterator[Node]:
    pending = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Node):
            yield part
            pending.extend(part.args)
        elif is_matrix(part):
            pending.extend(argument for argument in part.args if is_matrix(argument))


def _stretches(node: Arithmetic) -> bool:
    if isinstance(node, ElementwisePower):
        return False
    left, right = shape_of(node.left), shape_of(node.right)
    if isinstance(node, ElementwiseProduct) and not (left and right):
        return False
    return left != right and not (isinstance(node, ElementwiseQuotient) and not right)
