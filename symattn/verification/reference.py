"""The reference: every value straight from its definition, in mpmath, one number at a time.

It shares no code with lowering, with exact arithmetic or with the entries of the nodes, and it is as plain as it can
be: lists of rows of numbers, no shifts, no reordering. At its precision and its unbounded exponents none is needed.
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
    Integer,
    MatrixSymbol,
    Max,
    Mul,
    NumberSymbol,
    OneMatrix,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    Transpose,
    ZeroMatrix,
    erf,
    exp,
    log,
    tanh,
)
from sympy.core.relational import Eq, Ge, Gt, Le, Lt, Ne, Relational
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Not, Or
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import EquationSystem
from symattn.errors import ExactnessError, MissingRowError
from symattn.nodes import (
    AbsoluteValue,
    Column,
    ColumnMax,
    ColumnMean,
    ColumnSum,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    HyperbolicTangent,
    IndexCondition,
    IndexSum,
    Intersection,
    Logarithm,
    LogSumExp,
    MatrixProduct,
    Negation,
    RectifiedLinear,
    Row,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
    Sigmoid,
    Softmax,
    SquareRoot,
    is_matrix,
)

Number = Any
"""An mpmath real."""

Rows = list[list[Number]]

LARGEST_EXPONENT_BITS = 100_000
"""Bits of the largest number of which an exponential is computed."""

GUARD_DIGITS = 15
"""Digits carried beyond those asked for, so that the last one asked for does not feel the reference's own rounding."""


class Reference:
    """Evaluates systems of equations of concrete sizes to a number of decimal digits.

    >>> from sympy import MatrixSymbol
    >>> from symattn.equations import Equation
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

    def number(self, value: object) -> Number:
        """An int, a float, a fraction or a number of SymPy at the reference's precision; a float is taken as it is.

        Errors: ``MissingRowError`` for anything else.
        """
        if isinstance(value, Fraction):
            return self.mp.mpf(value.numerator) / value.denominator
        if isinstance(value, Expr):
            return _Evaluation(self, {}, {}).scalar(value)
        return self.mp.mpf(value)

    def rows(self, values: Any) -> Any:
        """Given numbers, a scalar or rows, at the reference's precision."""
        if isinstance(values, (list, tuple)):
            return [self.rows(value) for value in values]
        return self.number(values)

    def evaluate(self, system: EquationSystem, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Every equation's value by name: rows of numbers for a matrix, one number for a scalar.

        ``system`` has concrete sizes; ``inputs`` are rows of numbers by name.
        Errors: ``ExactnessError`` where a value does not exist, ``MissingRowError`` for a node without a row.
        """
        matrices: dict[str, Rows] = {}
        scalars: dict[str, Number] = {}
        for name, symbol in system.inputs.items():
            (matrices if is_matrix(symbol) else scalars)[name] = self.rows(inputs[name])
        evaluation = _Evaluation(self, matrices, scalars)
        values: dict[str, Any] = {}
        for equation in system.equations:
            try:
                if equation.shape:
                    values[equation.name] = matrices[equation.name] = evaluation.matrix(equation.expression)
                else:
                    values[equation.name] = scalars[equation.name] = evaluation.scalar(equation.expression)
            except ExactnessError as error:
                raise error.in_context(f"in equation {equation.name} of {system.name}") from None
        return values


class _Evaluation:
    """One evaluation: the precision, and what each name stands for."""

    def __init__(self, reference: Reference, matrices: Mapping[str, Rows], scalars: Mapping[str, Number]) -> None:
        self.reference = reference
        self.mp = reference.mp
        self.matrices = matrices
        self.scalars = scalars
        self.indices: dict[Symbol, int] = {}

    def matrix(self, value: Expr) -> Rows:
        row = MATRICES.get(type(value))
        if row is None:
            raise _missing("matrix", value)
        return row(self, value)

    def scalar(self, value: Expr) -> Number:
        for kind in type(value).__mro__:
            if kind in SCALARS:
                return SCALARS[kind](self, value)
        raise _missing("scalar", value)

    def either(self, value: Expr) -> Rows:
        """A matrix, or a scalar as the one entry of one."""
        return self.matrix(value) if is_matrix(value) else [[self.scalar(value)]]

    def position(self, value: Expr) -> int:
        return self.indices[value] if value in self.indices else int(value)

    def quotient(self, a: Number, b: Number) -> Number:
        if b == 0:
            raise ExactnessError("a division by zero.")
        return a / b

    def power(self, base: Number, exponent: Number) -> Number:
        if base == 0 and exponent < 0:
            raise ExactnessError("a division by zero.")
        if base < 0 and exponent != int(exponent):
            raise ExactnessError(f"{self.mp.nstr(base, 6)} to the power {self.mp.nstr(exponent, 6)} is not real.")
        return base**exponent

    def root(self, x: Number) -> Number:
        if x < 0:
            raise ExactnessError(f"the square root of {self.mp.nstr(x, 6)} is not real.")
        return self.mp.sqrt(x)

    def exp(self, x: Number) -> Number:
        return self.mp.exp(self.moderate(x))

    def moderate(self, x: Number) -> Number:
        """A number whose exponential fits into memory, mpmath's exponents being whole numbers of any length."""
        if x and self.mp.mag(x) > LARGEST_EXPONENT_BITS:
            raise ExactnessError(f"the exponential of a number beyond 2**{LARGEST_EXPONENT_BITS} is not computed.")
        return x

    def logarithm(self, x: Number) -> Number:
        if x <= 0:
            raise ExactnessError(f"the logarithm of {self.mp.nstr(x, 6)} is not real.")
        return self.mp.log(x)


def _missing(what: str, value: Expr) -> MissingRowError:
    kind = type(value).__name__
    return MissingRowError(f"mpmath cannot evaluate the {what} {kind}; add a row to verification/reference.py")


def _transpose(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def _product(e: _Evaluation, node: MatrixProduct) -> Rows:
    columns = _transpose(e.matrix(node.right))
    return [[e.mp.fdot(row, column) for column in columns] for row in e.matrix(node.left)]


def _entrywise(operation: Callable[[_Evaluation, Number, Number], Number]) -> Callable[[_Evaluation, Expr], Rows]:
    def evaluate(e: _Evaluation, node: Expr) -> Rows:
        a, b = e.either(node.args[0]), e.either(node.args[1])
        rows, columns = (int(length) for length in node.shape)

        def at(values: Rows, i: int, j: int) -> Number:
            row = values[i if len(values) > 1 else 0]
            return row[j if len(row) > 1 else 0]

        return [[operation(e, at(a, i, j), at(b, i, j)) for j in range(columns)] for i in range(rows)]

    return evaluate


def _each(function: Callable[[_Evaluation, Number], Number]) -> Callable[[_Evaluation, Expr], Rows]:
    return lambda e, node: [[function(e, x) for x in row] for row in e.matrix(node.args[0])]


def _of_rows(function: Callable[[_Evaluation, list[Number]], Number]) -> Callable[[_Evaluation, Expr], Rows]:
    return lambda e, node: [[function(e, row)] for row in e.matrix(node.args[0])]


def _of_columns(function: Callable[[_Evaluation, list[Number]], Number]) -> Callable[[_Evaluation, Expr], Rows]:
    return lambda e, node: [[function(e, column) for column in _transpose(e.matrix(node.args[0]))]]


def _softmax(e: _Evaluation, node: Softmax) -> Rows:
    scores = e.matrix(node.scores)
    if node.allowed is None:
        keys = [[True] * len(row) for row in scores]
    else:
        rows = [[x != 0 for x in row] for row in e.matrix(node.allowed)]
        wide = [row * len(scores[0]) if len(row) == 1 else row for row in rows]
        keys = wide * len(scores) if len(wide) == 1 else wide
    found = []
    for row, allowed in zip(scores, keys, strict=True):
        weights = [e.exp(x) if kept else e.mp.zero for x, kept in zip(row, allowed, strict=True)]
        total = e.mp.fsum(weights)
        found.append([x / total if kept else x for x, kept in zip(weights, allowed, strict=True)])
    return found


def _condition(e: _Evaluation, node: IndexCondition) -> Rows:
    outer = dict(e.indices)
    rows, columns = (int(length) for length in node.shape)

    def at(i: int, j: int) -> Number:
        e.indices = {**outer, node.row: i, node.column: j}
        return e.mp.mpf(_holds(e, node.condition))

    found = [[at(i, j) for j in range(columns)] for i in range(rows)]
    e.indices = outer
    return found


def _holds(e: _Evaluation, condition: Expr) -> bool:
    """Whether a condition on indices holds; sides that agree to all digits asked for are equal, as in 3 * (1/3) = 1."""
    if isinstance(condition, And):
        return all(_holds(e, part) for part in condition.args)
    if isinstance(condition, Or):
        return any(_holds(e, part) for part in condition.args)
    if isinstance(condition, Not):
        return not _holds(e, condition.args[0])
    if not isinstance(condition, Relational):
        return e.scalar(condition)
    more = e.scalar(condition.lhs) - e.scalar(condition.rhs)
    if abs(more) < e.mp.mpf(10) ** -e.reference.digits:
        return isinstance(condition, (Le, Ge, Eq))
    return isinstance(condition, (Ge, Gt, Ne) if more > 0 else (Le, Lt, Ne))


def _index_sum(e: _Evaluation, node: IndexSum) -> Rows:
    terms = []
    for position in range(int(node.length)):
        e.indices[node.symbol] = position
        terms.append(e.matrix(node.term))
    del e.indices[node.symbol]
    return [[e.mp.fsum(entries) for entries in zip(*rows, strict=True)] for rows in zip(*terms, strict=True)]


def _constant(entry: Callable[[int, int], int]) -> Callable[[_Evaluation, Expr], Rows]:
    def evaluate(e: _Evaluation, node: Expr) -> Rows:
        rows, columns = (int(length) for length in node.shape)
        return [[e.mp.mpf(entry(i, j)) for j in range(columns)] for i in range(rows)]

    return evaluate


MATRICES: dict[type, Callable[[_Evaluation, Any], Rows]] = {
    MatrixSymbol: lambda e, symbol: e.matrices[symbol.name],
    Transpose: lambda e, node: _transpose(e.matrix(node.arg)),
    Identity: _constant(lambda i, j: int(i == j)),
    OneMatrix: _constant(lambda i, j: 1),
    ZeroMatrix: _constant(lambda i, j: 0),
    MatrixProduct: _product,
    ElementwiseSum: _entrywise(lambda e, a, b: a + b),
    ElementwiseDifference: _entrywise(lambda e, a, b: a - b),
    ElementwiseProduct: _entrywise(lambda e, a, b: a * b),
    ElementwiseQuotient: _entrywise(_Evaluation.quotient),
    ElementwisePower: _entrywise(_Evaluation.power),
    Negation: _each(lambda e, x: -x),
    Exponential: _each(lambda e, x: e.exp(x)),
    Logarithm: _each(_Evaluation.logarithm),
    HyperbolicTangent: _each(lambda e, x: e.mp.tanh(x)),
    Sigmoid: _each(lambda e, x: 1 / (1 + e.exp(-x))),
    RectifiedLinear: _each(lambda e, x: x if x > 0 else 0 * x),
    ExponentialLinear: _each(lambda e, x: x if x > 0 else e.mp.expm1(e.moderate(x))),
    GaussianLinear: _each(lambda e, x: x * e.mp.erfc(e.moderate(-x / e.mp.sqrt(2))) / 2),
    SquareRoot: _each(_Evaluation.root),
    AbsoluteValue: _each(lambda e, x: abs(x)),
    Softmax: _softmax,
    RowSum: _of_rows(lambda e, row: e.mp.fsum(row)),
    ColumnSum: _of_columns(lambda e, column: e.mp.fsum(column)),
    RowMean: _of_rows(lambda e, row: e.mp.fsum(row) / len(row)),
    ColumnMean: _of_columns(lambda e, column: e.mp.fsum(column) / len(column)),
    RowMax: _of_rows(lambda e, row: max(row)),
    ColumnMax: _of_columns(lambda e, column: max(column)),
    RowNorm: _of_rows(lambda e, row: e.mp.sqrt(e.mp.fsum(row, squared=True))),
    LogSumExp: _of_rows(lambda e, row: e.mp.log(e.mp.fsum(e.exp(x) for x in row))),
    Column: lambda e, node: [[row[e.position(node.position)]] for row in e.matrix(node.matrix)],
    Row: lambda e, node: [e.matrix(node.matrix)[e.position(node.position)]],
    IndexSum: _index_sum,
    IndexCondition: _condition,
    Intersection: _entrywise(lambda e, a, b: e.mp.mpf(a != 0 and b != 0)),
}
"""How each matrix is evaluated, one row a node."""


def _cases(e: _Evaluation, node: Piecewise) -> Number:
    for value, condition in node.args:
        if e.scalar(condition):
            return e.scalar(value)
    raise ExactnessError("a formula by cases of which none holds.")


def _symbol(e: _Evaluation, symbol: Symbol) -> Number:
    if symbol in e.indices:
        return e.mp.mpf(e.indices[symbol])
    if symbol.name not in e.scalars:
        raise ExactnessError(f"{symbol.name} has no value.")
    return e.scalars[symbol.name]


def _element(e: _Evaluation, element: MatrixElement) -> Number:
    return e.matrix(element.parent)[e.position(element.i)][e.position(element.j)]


SCALARS: dict[type, Callable[[_Evaluation, Any], Any]] = {
    Integer: lambda e, x: e.mp.mpf(int(x)),
    Rational: lambda e, x: e.mp.mpf(int(x.p)) / int(x.q),
    Float: lambda e, x: e.mp.mpf(x._mpf_),
    NumberSymbol: lambda e, x: e.mp.mpf(x.evalf(e.mp.dps)._mpf_),
    Symbol: _symbol,
    MatrixElement: _element,
    Add: lambda e, x: e.mp.fsum(e.scalar(term) for term in x.args),
    Mul: lambda e, x: e.mp.fprod(e.scalar(factor) for factor in x.args),
    Pow: lambda e, x: e.power(e.scalar(x.base), e.scalar(x.exp)),
    exp: lambda e, x: e.exp(e.scalar(x.args[0])),
    log: lambda e, x: e.logarithm(e.scalar(x.args[0])),
    tanh: lambda e, x: e.mp.tanh(e.scalar(x.args[0])),
    erf: lambda e, x: e.mp.erf(e.scalar(x.args[0])),
    Abs: lambda e, x: abs(e.scalar(x.args[0])),
    Max: lambda e, x: max(e.scalar(part) for part in x.args),
    Piecewise: _cases,
    Gt: lambda e, x: e.scalar(x.lhs) > e.scalar(x.rhs),
    Ge: lambda e, x: e.scalar(x.lhs) >= e.scalar(x.rhs),
    Lt: lambda e, x: e.scalar(x.lhs) < e.scalar(x.rhs),
    Le: lambda e, x: e.scalar(x.lhs) <= e.scalar(x.rhs),
    BooleanTrue: lambda e, x: True,
    BooleanFalse: lambda e, x: False,
}
"""How each scalar of SymPy is evaluated, one row a kind; the nearest base class counts."""
