"""What the inputs are used for: numbers to compute with, or nothing but which keys are allowed."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Dummy, Expr, MatrixExpr, MatrixSymbol, S, Symbol, Transpose
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import EquationSystem, mentioned_apart
from symattn.nodes import (
    Block,
    Column,
    IndexCondition,
    IndexedMatrix,
    Intersection,
    Member,
    OverAllowedKeys,
    Row,
    Scatter,
    Value,
    index,
    is_matrix,
    shape_of,
)
from symattn.shapes import same_size

ROW, COLUMN = index("_i"), index("_j")
"""The row and the column in conditions and formulas of entries: names that no index, size or input of a user's has."""


@dataclass(frozen=True)
class Uses:
    """``truths``: inputs of which only it matters where they are 0. ``dtypes``: the inputs whose dtypes the results
    take on, which leaves out those that only allowed sets are computed from.
    """

    truths: frozenset[str]
    dtypes: frozenset[str]


def uses_of(system: EquationSystem, outputs: tuple[str, ...]) -> Uses:
    """How the inputs are used, by every equation of the system and, for the dtypes, on the way to ``outputs``."""
    numbers, truths = set(outputs), set[str]()
    values, sets = set(outputs), set[str]()
    for equation in reversed(system.equations):
        _sort_mentions(equation.expression, False, numbers, truths)
        outside, inside = mentioned_apart(equation.expression)
        sets |= inside | (outside if equation.name in sets else set())
        values |= outside if equation.name in values else set()
    inputs = frozenset(system.inputs)
    scalars = frozenset(name for name, symbol in system.inputs.items() if not shape_of(symbol))
    computed_from = (inputs - scalars) & values
    return Uses(inputs & truths - numbers, (computed_from or inputs - sets) | scalars)


def viewed(value: Value) -> str | None:
    """The name whose memory a value shares rather than copies."""
    if isinstance(value, (MatrixSymbol, Member, Symbol)):
        return value.name
    if isinstance(value, Transpose):
        return viewed(value.arg)
    if isinstance(value, (Column, Row, Block)):
        return viewed(value.matrix)
    if isinstance(value, IndexedMatrix):
        return viewed(value.formula) if isinstance(value.formula, MatrixElement) else None
    return viewed(value.args[0]) if isinstance(value, MatrixElement) else None


def _sort_mentions(value: Value, as_truth: bool, numbers: set[str], truths: set[str]) -> None:
    """Put the name of every matrix that a value mentions to the numbers or to the truths."""
    if as_truth and viewed(value) is not None:
        truths.add(viewed(value) or "")
    elif isinstance(value, MatrixSymbol):
        numbers.add(value.name)
    elif isinstance(value, Intersection):
        for side in value.args:
            _sort_mentions(side, True, numbers, truths)
    elif isinstance(value, OverAllowedKeys):
        _sort_mentions(value.scores, False, numbers, truths)
        if value.allowed is not None:
            _sort_mentions(value.allowed, True, numbers, truths)
    else:
        for part in value.args:
            _sort_mentions(part, False, numbers, truths)


def with_row_and_column(value: Value) -> Value:
    """The value with ``ROW`` and ``COLUMN`` in conditions and formulas of entries, whatever they were called."""
    if not is_matrix(value) or isinstance(value, MatrixSymbol):
        return value
    if isinstance(value, IndexCondition):
        condition = value.condition.xreplace({value.row: ROW, value.column: COLUMN})
        return IndexCondition(condition, ROW, COLUMN, *value.shape)
    if isinstance(value, IndexedMatrix):
        formula = value.formula.xreplace({value.row: ROW, value.column: COLUMN})
        return IndexedMatrix(formula, ROW, COLUMN, *value.shape)
    if isinstance(value, Scatter):
        p, q = (position.xreplace({value.row: ROW, value.column: COLUMN}) for position in value.positions)
        rows, columns = value.shape
        return Scatter(with_row_and_column(value.matrix), p, q, ROW, COLUMN, rows, columns)
    arguments = tuple(with_row_and_column(part) for part in value.args)
    return value if arguments == value.args else value.func(*arguments)


def always_allows_a_key(allowed: MatrixExpr) -> bool:
    """Whether every query has an allowed key, whatever the sizes are: the first, the last or its own.

    >>> from sympy import Symbol
    >>> n = Symbol("n", integer=True, positive=True)
    >>> always_allows_a_key(IndexCondition(COLUMN <= ROW, ROW, COLUMN, n, n + 1))
    True
    >>> always_allows_a_key(IndexCondition(COLUMN < ROW, ROW, COLUMN, n, n + 1))
    False
    """
    if not isinstance(allowed, IndexCondition):
        return False
    rows, columns = allowed.shape
    keys: list[Expr] = [S.Zero, columns - 1]
    if same_size(rows, columns):
        keys.append(allowed.row)
    return any(allows(allowed, key) for key in keys)


def surely_has_keys(columns: Expr) -> bool:
    """Whether a row of so many columns has one, though arrays may have lengths of 0, which sizes never are.

    >>> from sympy import Symbol
    >>> p = Symbol("p", integer=True, positive=True)
    >>> surely_has_keys(p), surely_has_keys(p + 1)
    (False, True)
    """
    lengths = {symbol: Dummy(integer=True, nonnegative=True) for symbol in columns.free_symbols}
    return (columns - 1).xreplace(lengths).is_nonnegative is True


def allows(allowed: IndexCondition, key: Expr) -> bool:
    """Whether every query has this key among its allowed ones, whatever the sizes are."""
    try:
        condition: Boolean = allowed.at(allowed.row, key)
    except TypeError:  # a comparison with what is no number, such as 1/j at the first key
        return False
    return condition is S.true
