"""The reference: every value straight from its definition, in mpmath, one number at a time.

It shares no code with lowering, with exact arithmetic or with the entries of the nodes, and it is as plain as it can
be: lists of rows of numbers, no shifts, no reordering. At its precision and its unbounded exponents none is needed.
A family is a list of its members' rows, one list deeper for each of its axes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from sympy import (
    Abs,
    Add,
    Expr,
    Float,
    Identity,
    MatrixSymbol,
    Max,
    Min,
    Mod,
    Mul,
    NumberSymbol,
    OneMatrix,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    Transpose,
    ZeroMatrix,
    cos,
    erf,
    exp,
    floor,
    log,
    sin,
    tanh,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanFunction, BooleanTrue
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError
from symattn.nodes import (
    AbsoluteValue,
    Block,
    Column,
    ColumnMax,
    ColumnMean,
    ColumnSum,
    Concatenation,
    Cosine,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    ErrorFunction,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    Hardmax,
    HorizontalStack,
    HyperbolicTangent,
    IndexCondition,
    IndexedMatrix,
    IndexSum,
    Intersection,
    Logarithm,
    LogSumExp,
    MatrixProduct,
    Member,
    Negation,
    RectifiedLinear,
    Row,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
    Scatter,
    Sigmoid,
    Sign,
    Sine,
    Softmax,
    SquareRoot,
    Step,
    VerticalStack,
)
from symattn.verification.evaluation import Definitions, Evaluation, Number, OutsideError, Rows
from symattn.verification.index_arithmetic import contents, fraction
from symattn.verification.reference_keys import entmax, hardmax, log_sum_exp, softmax

GUARD_DIGITS = 15
"""Digits carried beyond those asked for, so that the last one asked for does not feel the reference's own rounding."""


class Reference:
    """Evaluates systems of equations of concrete sizes to a number of decimal digits.

    >>> from sympy import MatrixSymbol
    >>> system = EquationSystem("twice", (MatrixSymbol("A", 1, 2),), (Equation("B", MatrixSymbol("A", 1, 2).T),), "B")
    >>> Reference(30).evaluate(system, {"A": [[1, Fraction(1, 2)]]})["B"]
    [[mpf('1.0')], [mpf('0.5')]]
    """

    def __init__(self, digits: int = 50) -> None:
        import mpmath

        self.mp = mpmath.mp.clone()
        self.mp.dps = digits + GUARD_DIGITS
        self.digits = digits
        self.name = f"mpmath, {digits} digits"
        self._known: dict[Any, Rows] = {}

    def _evaluation(self) -> Evaluation:
        return Evaluation(self.mp, self.digits, Definitions(MATRICES, SCALARS), self._known)

    def number(self, value: object) -> Number:
        """An int, a float, a fraction or a number of SymPy at the reference's precision; a float is taken as it is.

        Errors: ``MissingRowError`` for anything else.
        """
        if isinstance(value, Fraction):
            return self.mp.mpf(value.numerator) / value.denominator
        if isinstance(value, Expr):
            return self._evaluation().scalar(value)
        return self.mp.mpf(value)

    def rows(self, values: Any) -> Any:
        """Given numbers, a scalar, rows or a family's, at the reference's precision."""
        if isinstance(values, (list, tuple)):
            return [self.rows(value) for value in values]
        return self.number(values)

    def at(self, value: Any, indices: Mapping[Symbol, int]) -> Any:
        """A scalar of indices and numbers alone, or whether a condition on them holds."""
        evaluation = self._evaluation()
        evaluation.indices = dict(indices)
        return evaluation.scalar(value)

    def evaluate(
        self, system: EquationSystem, inputs: Mapping[str, Any], known: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Every equation's value by name: rows of numbers for a matrix, one number for a scalar, lists for a family.

        ``system`` has concrete sizes; ``inputs`` are rows of numbers by name; values that are ``known`` are taken as
        they are.
        Errors: ``ExactnessError`` where a value does not exist, ``OutsideError`` where an entry that is looked up does
        not, ``MissingRowError`` for a node without a row.
        """
        evaluation = self._evaluation()
        evaluation.values.update({name: self.rows(inputs[name]) for name in system.inputs})
        values: dict[str, Any] = {}
        for equation in system.equations:
            name = equation.name
            try:
                found = known[name] if known and name in known else _equation(evaluation, equation)
            except ExactnessError as error:
                raise error.in_context(f"in equation {name} of {system.name}") from None
            values[name] = evaluation.values[name] = found
        return values


def _equation(e: Evaluation, equation: Equation, axis: int = 0) -> Any:
    if axis == len(equation.axes):
        return e.value(equation.expression)
    return e.each(*equation.axes[axis], lambda: _equation(e, equation, axis + 1))


def _transpose(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def _product(e: Evaluation, node: MatrixProduct) -> Rows:
    columns = _transpose(e.matrix(node.right))
    return [[e.sound(e.mp.fdot(row, column)) for column in columns] for row in e.matrix(node.left)]


def _entrywise(operation: Callable[[Evaluation, Number, Number], Number]) -> Callable[[Evaluation, Expr], Rows]:
    def evaluate(e: Evaluation, node: Expr) -> Rows:
        a, b = e.either(node.args[0]), e.either(node.args[1])
        rows, columns = (int(length) for length in node.shape)

        def at(values: Rows, i: int, j: int) -> Number:
            row = values[i if len(values) > 1 else 0]
            return row[j if len(row) > 1 else 0]

        return [[e.sound(operation(e, at(a, i, j), at(b, i, j))) for j in range(columns)] for i in range(rows)]

    return evaluate


def _each(function: Callable[[Evaluation, Number], Number]) -> Callable[[Evaluation, Expr], Rows]:
    return lambda e, node: [[function(e, x) for x in row] for row in e.matrix(node.args[0])]


def _of_rows(function: Callable[[Evaluation, list[Number]], Number]) -> Callable[[Evaluation, Expr], Rows]:
    return lambda e, node: [[e.sound(function(e, row))] for row in e.matrix(node.args[0])]


def _of_columns(function: Callable[[Evaluation, list[Number]], Number]) -> Callable[[Evaluation, Expr], Rows]:
    return lambda e, node: [[e.sound(function(e, column)) for column in _transpose(e.matrix(node.args[0]))]]


def _constant(entry: Callable[[int, int], int]) -> Callable[[Evaluation, Expr], Rows]:
    def evaluate(e: Evaluation, node: Expr) -> Rows:
        rows, columns = (int(length) for length in node.shape)
        return [[e.mp.mpf(entry(i, j)) for j in range(columns)] for i in range(rows)]

    return evaluate


# ---- families, blocks and matrices given entry by entry -----------------------------------------------------------


def _member(e: Evaluation, node: Member) -> Rows:
    found = e.values[node.name]
    for position in node.positions:
        found = e.taken(found, position, lambda k: f"{node.name}[{k}]")
    return found


def _index_sum(e: Evaluation, node: IndexSum) -> Rows:
    terms = e.each(node.symbol, node.length, lambda: e.matrix(node.term))
    return [[e.sound(e.mp.fsum(entries)) for entries in zip(*rows, strict=True)] for rows in zip(*terms, strict=True)]


def _concatenation(e: Evaluation, node: Concatenation) -> Rows:
    return _side_by_side(e.each(node.symbol, node.length, lambda: e.matrix(node.term)))


def _side_by_side(parts: list[Rows]) -> Rows:
    return [[x for row in rows for x in row] for rows in zip(*parts, strict=True)]


def _block(e: Evaluation, node: Block) -> Rows:
    matrix = e.matrix(node.matrix)
    rows, columns = (int(length) for length in node.shape)
    top, left = e.position(node.top), e.position(node.left)
    if not (0 <= top <= len(matrix) - rows and 0 <= left <= len(matrix[0]) - columns):
        whole = f"({len(matrix)}, {len(matrix[0])})"
        stretch = f"rows {top} to {top + rows - 1} and columns {left} to {left + columns - 1}"
        raise OutsideError(f"a block of {stretch} does not lie inside a matrix of shape {whole}.")
    return [row[left : left + columns] for row in matrix[top : top + rows]]


def _column(e: Evaluation, node: Column) -> Rows:
    return [[e.taken(row, node.position, lambda k: f"the column {k}")] for row in e.matrix(node.matrix)]


def _row(e: Evaluation, node: Row) -> Rows:
    return [list(e.taken(e.matrix(node.matrix), node.position, lambda k: f"the row {k}"))]


def _given_by_indices(compute: Callable[[Evaluation, Any], Number]) -> Callable[[Evaluation, Any], Rows]:
    """Entry by entry; a matrix in which no input is, once for all."""

    def evaluate(e: Evaluation, node: Any) -> Rows:
        content = node.args[0]
        symbols, has_entries = contents(content)
        outer = symbols - {node.row, node.column}
        if has_entries or not outer <= e.indices.keys():
            return e.entries(node, lambda: compute(e, content))
        key = (node, e.mp.prec, frozenset((symbol, e.indices[symbol]) for symbol in outer))
        if key not in e.known:
            e.known[key] = e.entries(node, lambda: compute(e, content))
        return e.known[key]

    return evaluate


def _scatter(e: Evaluation, node: Scatter) -> Rows:
    """The terms of each entry are gathered first, so that they are added as exactly as those of any sum."""
    entries = e.matrix(node.matrix)
    rows, columns = (int(length) for length in node.shape)
    p, q = node.positions
    places = e.each(
        node.row, len(entries), lambda: e.each(node.column, len(entries[0]), lambda: (e.position(p), e.position(q)))
    )
    terms: dict[tuple[int, int], list[Number]] = {}
    for row, found in zip(entries, places, strict=True):
        for entry, place in zip(row, found, strict=True):
            terms.setdefault(place, []).append(entry)
    return [[e.sound(e.mp.fsum(terms.get((a, b), []))) for b in range(columns)] for a in range(rows)]


MATRICES: dict[type, Callable[[Evaluation, Any], Rows]] = {
    MatrixSymbol: lambda e, symbol: e.values[symbol.name],
    Member: _member,
    Transpose: lambda e, node: _transpose(e.matrix(node.arg)),
    Identity: _constant(lambda i, j: int(i == j)),
    OneMatrix: _constant(lambda i, j: 1),
    ZeroMatrix: _constant(lambda i, j: 0),
    MatrixProduct: _product,
    ElementwiseSum: _entrywise(lambda e, a, b: a + b),
    ElementwiseDifference: _entrywise(lambda e, a, b: a - b),
    ElementwiseProduct: _entrywise(lambda e, a, b: a * b),
    ElementwiseQuotient: _entrywise(Evaluation.quotient),
    ElementwisePower: _entrywise(Evaluation.power),
    Negation: _each(lambda e, x: -x),
    Exponential: _each(lambda e, x: e.exp(x)),
    Logarithm: _each(Evaluation.logarithm),
    HyperbolicTangent: _each(lambda e, x: e.mp.tanh(x)),
    Cosine: _each(lambda e, x: e.sound(e.mp.cos(x))),
    Sine: _each(lambda e, x: e.sound(e.mp.sin(x))),
    Sigmoid: _each(lambda e, x: 1 / (1 + e.exp(-x))),
    RectifiedLinear: _each(lambda e, x: x if x > 0 else e.mp.zero),
    ExponentialLinear: _each(lambda e, x: x if x > 0 else e.mp.expm1(e.moderate(x))),
    GaussianLinear: _each(lambda e, x: x * e.mp.erfc(e.moderate(-x / e.mp.sqrt(2))) / 2),
    SquareRoot: _each(Evaluation.root),
    AbsoluteValue: _each(lambda e, x: abs(x)),
    ErrorFunction: _each(lambda e, x: e.mp.erf(x)),
    Step: _each(lambda e, x: e.mp.mpf(x > 0)),
    Sign: _each(lambda e, x: e.mp.mpf((x > 0) - (x < 0))),
    Softmax: softmax,
    LogSumExp: log_sum_exp,
    Hardmax: hardmax,
    Entmax: entmax,
    RowSum: _of_rows(lambda e, row: e.mp.fsum(row)),
    ColumnSum: _of_columns(lambda e, column: e.mp.fsum(column)),
    RowMean: _of_rows(lambda e, row: e.mp.fsum(row) / len(row)),
    ColumnMean: _of_columns(lambda e, column: e.mp.fsum(column) / len(column)),
    RowMax: _of_rows(lambda e, row: max(row)),
    ColumnMax: _of_columns(lambda e, column: max(column)),
    RowNorm: _of_rows(lambda e, row: e.mp.sqrt(e.mp.fsum(row, squared=True))),
    Column: _column,
    Row: _row,
    Block: _block,
    HorizontalStack: lambda e, node: _side_by_side([e.matrix(part) for part in node.args]),
    VerticalStack: lambda e, node: [row for part in node.args for row in e.matrix(part)],
    IndexSum: _index_sum,
    Concatenation: _concatenation,
    IndexedMatrix: _given_by_indices(Evaluation.scalar),
    Scatter: _scatter,
    IndexCondition: _given_by_indices(lambda e, condition: e.mp.mpf(e.holds(condition))),
    Intersection: _entrywise(lambda e, a, b: e.mp.mpf(a != 0 and b != 0)),
}
"""How each matrix is evaluated, one row a node."""


def _cases(e: Evaluation, node: Piecewise) -> Number:
    for value, condition in node.args:
        if e.holds(condition):
            return e.scalar(value)
    raise ExactnessError("a formula by cases of which none holds.")


def _symbol(e: Evaluation, symbol: Symbol) -> Number:
    if symbol in e.indices:
        return e.mp.mpf(e.indices[symbol])
    if symbol.name not in e.values:
        raise ExactnessError(f"{symbol.name} has no value.")
    return e.values[symbol.name]


def _element(e: Evaluation, element: MatrixElement) -> Number:
    matrix, i, j = element.args
    rows, name = e.matrix(matrix), getattr(matrix, "name", matrix)
    row = e.taken(rows, i, lambda k: f"the row {k} of {name}")
    return e.taken(row, j, lambda k: f"the column {k} of {name}")


def _floor(e: Evaluation, node: floor) -> Number:
    exact = fraction(node, e.indices)
    if exact is not None:
        return e.mp.mpf(exact)
    return e.floor(lambda: e.scalar(node.args[0]), e.fixed(node))


def _remainder(e: Evaluation, node: Mod) -> Number:
    exact = fraction(node, e.indices)
    if exact is not None:
        return e.number(Rational(exact))
    a, b = node.args

    def ratio() -> Number:
        return e.quotient(e.scalar(a), e.scalar(b))

    return e.scalar(a) - e.scalar(b) * e.floor(ratio, e.fixed(node))


SCALARS: dict[type, Callable[[Evaluation, Any], Any]] = {
    Rational: Evaluation.number,
    Float: lambda e, x: e.mp.mpf(x._mpf_),
    NumberSymbol: lambda e, x: e.mp.mpf(x.evalf(e.mp.dps)._mpf_),
    Symbol: _symbol,
    MatrixElement: _element,
    Add: lambda e, x: e.sound(e.mp.fsum(e.scalar(term) for term in x.args)),
    Mul: lambda e, x: e.sound(e.mp.fprod(e.scalar(factor) for factor in x.args)),
    Pow: lambda e, x: e.power(e.scalar(x.base), e.scalar(x.exp)),
    exp: lambda e, x: e.exp(e.scalar(x.args[0])),
    log: lambda e, x: e.logarithm(e.scalar(x.args[0])),
    tanh: lambda e, x: e.mp.tanh(e.scalar(x.args[0])),
    cos: lambda e, x: e.sound(e.mp.cos(e.scalar(x.args[0]))),
    sin: lambda e, x: e.sound(e.mp.sin(e.scalar(x.args[0]))),
    erf: lambda e, x: e.mp.erf(e.scalar(x.args[0])),
    Abs: lambda e, x: abs(e.scalar(x.args[0])),
    Max: lambda e, x: max(e.scalar(part) for part in x.args),
    Min: lambda e, x: min(e.scalar(part) for part in x.args),
    floor: _floor,
    Mod: _remainder,
    Piecewise: _cases,
    Relational: Evaluation.holds,
    BooleanFunction: Evaluation.holds,
    BooleanTrue: lambda e, x: True,
    BooleanFalse: lambda e, x: False,
}
"""How each scalar of SymPy is evaluated, one row a kind; the nearest base class counts."""
