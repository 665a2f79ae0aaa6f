"""Evaluation: every equation of a system in exact numbers, by a table with one row for each node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import product
from typing import Any

from sympy import (
    Abs,
    Add,
    Identity,
    Integer,
    MatrixSymbol,
    Max,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    StrictGreaterThan,
    Symbol,
    Transpose,
    ZeroMatrix,
    true,
)
from sympy import Rational as SympyRational
from sympy import erf as sympy_erf
from sympy import exp as sympy_exp
from sympy import log as sympy_log
from sympy import tanh as sympy_tanh
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn import nodes
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, MissingRowError, SymattnError
from symattn.exact import functions, operations
from symattn.exact.element import ONE, ZERO, Element
from symattn.exact.family import ExactFamily, check_entries, subscripts
from symattn.exact.matrix import ExactMatrix
from symattn.exact.operations import Exact
from symattn.exact.sizes import solve_sizes
from symattn.nodes import shape_of
from symattn.nodes.conditions import decider

Read = Callable[[Any], Any]
"""The exact value of a part of an expression."""

Row = Callable[[Any, "Evaluation"], Any]

Known = Exact | ExactFamily
"""What a name can stand for."""


def entrywise(function: Callable[[Element], Element]) -> Row:
    """The row of a function that is applied to every entry."""
    return lambda node, value: operations.mapped(value(node.argument), function)


def over_columns(reduction: Callable[[ExactMatrix], ExactMatrix]) -> Row:
    """The row of a reduction of columns: that of the transpose's rows."""
    return lambda node, value: reduction(value(node.argument).T).T


def over_rows(reduction: Callable[[ExactMatrix], ExactMatrix]) -> Row:
    """The row of a reduction of rows."""
    return lambda node, value: reduction(value(node.argument))


EXACT: dict[type, Row] = {
    nodes.MatrixProduct: lambda node, value: operations.product(value(node.left), value(node.right)),
    nodes.ElementwiseSum: lambda node, value: operations.plus(value(node.left), value(node.right)),
    nodes.ElementwiseDifference: lambda node, value: operations.minus(value(node.left), value(node.right)),
    nodes.ElementwiseProduct: lambda node, value: operations.multiply(value(node.left), value(node.right)),
    nodes.ElementwiseQuotient: lambda node, value: operations.divide(value(node.left), value(node.right)),
    nodes.ElementwisePower: lambda node, value: operations.raised(value(node.left), value(node.right).as_fraction()),
    nodes.Negation: lambda node, value: operations.negative(value(node.args[0])),
    nodes.Exponential: entrywise(functions.exp),
    nodes.Logarithm: entrywise(functions.log),
    nodes.HyperbolicTangent: entrywise(functions.tanh),
    nodes.Sigmoid: entrywise(functions.sigmoid),
    nodes.RectifiedLinear: entrywise(functions.relu),
    nodes.ExponentialLinear: entrywise(functions.elu),
    nodes.GaussianLinear: entrywise(functions.gelu),
    nodes.SquareRoot: entrywise(functions.sqrt),
    nodes.AbsoluteValue: entrywise(functions.absolute),
    nodes.Softmax: lambda node, value: operations.softmax(*map(value, node.args)),
    nodes.IndexCondition: lambda node, value: value.condition(node),
    nodes.Intersection: lambda node, value: operations.both(*map(value, node.args)),
    nodes.RowSum: over_rows(operations.row_sums),
    nodes.RowMean: over_rows(operations.row_means),
    nodes.RowMax: over_rows(operations.row_largest),
    nodes.RowNorm: over_rows(operations.row_norms),
    nodes.LogSumExp: over_rows(operations.row_log_sum_exp),
    nodes.ColumnSum: over_columns(operations.row_sums),
    nodes.ColumnMean: over_columns(operations.row_means),
    nodes.ColumnMax: over_columns(operations.row_largest),
    nodes.Column: lambda node, value: operations.column(value(node.matrix), value.whole(node.position)),
    nodes.Row: lambda node, value: operations.column(value(node.matrix).T, value.whole(node.position)).T,
    nodes.IndexSum: lambda node, value: operations.sum_of(value.terms(node)),
    nodes.Concatenation: lambda node, value: operations.side_by_side(value.terms(node)),
    nodes.HorizontalStack: lambda node, value: operations.side_by_side(list(map(value, node.args))),
    nodes.VerticalStack: lambda node, value: operations.side_by_side([value(part).T for part in node.args]).T,
    nodes.Block: lambda node, value: operations.block(
        value(node.matrix), value.whole(node.top), value.whole(node.left), *value.shape(node)
    ),
    nodes.Member: lambda node, value: value.member(node),
    MatrixSymbol: lambda node, value: value.named(node.name),
    Transpose: lambda node, value: value(node.arg).T,
    Identity: lambda node, value: operations.identity(value.whole(node.shape[0])),
    OneMatrix: lambda node, value: operations.same(*value.shape(node), 1),
    ZeroMatrix: lambda node, value: operations.same(*value.shape(node), 0),
}
"""How each kind of matrix is evaluated: ``row(node, value)`` with ``value`` of its parts."""


def _sum(node: Any, value: Evaluation) -> Element:
    return operations.total(map(value, node.args))


def _product(node: Any, value: Evaluation) -> Element:
    found = ONE
    for part in node.args:
        found = found * value(part)
    return found


def _cases(node: Any, value: Evaluation) -> Element:
    return next(value(part) for part, condition in node.args if condition is true or value(condition))


SCALARS: dict[type, Row] = {
    Add: _sum,
    Mul: _product,
    Pow: lambda node, value: functions.power(value(node.base), value(node.exp).as_fraction()),
    sympy_exp: lambda node, value: functions.exp(value(node.args[0])),
    sympy_log: lambda node, value: functions.log(value(node.args[0])),
    sympy_tanh: lambda node, value: functions.tanh(value(node.args[0])),
    sympy_erf: lambda node, value: functions.erf(value(node.args[0])),
    Abs: lambda node, value: abs(value(node.args[0])),
    Max: lambda node, value: functions.largest([value(part) for part in node.args]),
    Piecewise: _cases,
    StrictGreaterThan: lambda node, value: value(node.lhs) > value(node.rhs),
    Symbol: lambda node, value: value.named(node.name),
    MatrixElement: lambda node, value: operations.entry(
        value(node.parent), value.whole(node.i), value.whole(node.j), node.parent
    ),
}
"""How each kind of scalar is evaluated."""


class Evaluation:
    """The values known so far by name, and what a part of an expression is worth with them."""

    def __init__(self, values: Mapping[str, Known]) -> None:
        self.values = dict(values)
        self._inside: list[str] = []

    def __call__(self, expression: Any) -> Any:
        """The exact value of an expression. Errors: ``MissingRowError`` for a kind that the tables lack."""
        kind = type(expression)
        if isinstance(expression, SympyRational):
            return Element.constant(Fraction(int(expression.p), int(expression.q)))
        row = EXACT.get(kind) or SCALARS.get(kind) or self._inherited(expression)
        if row is None:
            place = f", inside {self._inside[-1]}" if self._inside else ""
            message = f"exact arithmetic cannot evaluate {kind.__name__}{place}; add a row to exact/evaluation.py"
            raise MissingRowError(message)
        self._inside.append(kind.__name__)
        try:
            return row(expression, self)
        finally:
            self._inside.pop()

    def _inherited(self, expression: Any) -> Row | None:
        """The row of SymPy's own base classes (``Symbol`` for ``Dummy``); a node has its own row or none."""
        if isinstance(expression, nodes.Node):
            return None
        return next((row for kind, row in {**EXACT, **SCALARS}.items() if isinstance(expression, kind)), None)

    def named(self, name: str) -> Known:
        """The value of that name."""
        if name not in self.values:
            raise ExactnessError(f"asked for the value of {name}, found none.")
        return self.values[name]

    def member(self, node: nodes.Member) -> ExactMatrix:
        """The matrix that stands at some positions of a family."""
        family = self.named(node.name)
        assert isinstance(family, ExactFamily)
        return family[tuple(map(self.whole, node.positions))]

    def whole(self, expression: Any) -> int:
        """The value of a size or an index."""
        if expression.is_Integer:
            return int(expression)
        found = self(expression).as_fraction()
        if found.denominator != 1:
            raise ExactnessError(f"a size or an index is a whole number, found {expression} = {found}.")
        return found.numerator

    def shape(self, node: Any) -> tuple[int, int]:
        """The rows and columns of a node."""
        rows, columns = node.shape
        return self.whole(rows), self.whole(columns)

    def condition(self, node: nodes.IndexCondition) -> ExactMatrix:
        """The matrix of 1 where a condition on the indices holds, and of 0 elsewhere."""
        own = (node.row, node.column)
        known = {symbol: Integer(self.whole(symbol)) for symbol in node.condition.free_symbols.difference(own)}
        holds = decider(node.condition.xreplace(known), own)
        rows, columns = self.shape(node)
        return ExactMatrix.multiples([[int(holds((i, j))) for j in range(columns)] for i in range(rows)])

    def terms(self, node: nodes.IndexSum | nodes.Concatenation) -> list[ExactMatrix]:
        """A node's term for every value of its index."""
        found = []
        for position in range(self.whole(node.length)):
            with self.at([node.symbol], [position]):
                found.append(self(node.term))
        return found

    @contextmanager
    def at(self, indices: Sequence[Symbol], positions: Sequence[int]) -> Iterator[None]:
        """Inside: the indices have these values."""
        names = [symbol.name for symbol in indices]
        outer = {name: self.values[name] for name in names if name in self.values}
        self.values.update(zip(names, map(Element.constant, positions), strict=True))
        try:
            yield
        finally:
            for name in names:
                del self.values[name]
            self.values.update(outer)

    def family(self, equation: Equation) -> ExactFamily:
        """The member that an equation gives at every combination of positions of its indices."""
        lengths = [self.whole(length) for length in equation.lengths]
        check_entries(*lengths, *map(self.whole, shape_of(equation.expression)))
        members = []
        for positions in product(*map(range, lengths)):
            with self.at(equation.indices, positions):
                try:
                    members.append(self(equation.expression))
                except SymattnError as error:
                    raise error.in_context(f"in the member {equation.name}{subscripts(positions)}") from None
        return ExactFamily(lengths, members)


def evaluate(system: EquationSystem, values: Mapping[str, Known]) -> dict[str, Known]:
    """Every input and every equation's value by name, in order, from exact values for the inputs.

    Errors: ``ShapeError`` if the values' shapes do not conform, ``ExactnessError`` for a division by zero, a root or
    a logarithm that is not real, or what cannot be decided, and ``LimitError`` for a value too large to be written
    down, each naming the equation; ``MissingRowError`` for a node that exact arithmetic does not know.
    """
    sizes = solve_sizes(system, {name: shape_of_value(values[name]) for name in system.inputs})
    known: dict[str, Known] = {symbol.name: Element.constant(size) for symbol, size in sizes.items()}
    known.update((name, values[name]) for name in system.inputs)
    evaluation = Evaluation(known)
    for equation in system:
        evaluation.values[equation.name] = evaluate_equation(equation, evaluation)
    return {name: evaluation.values[name] for name in [*system.inputs, *system.by_name]}


def evaluate_equation(equation: Equation, evaluation: Evaluation) -> Known:
    """The value of one equation, a family if it has axes; errors name the equation."""
    try:
        return evaluation.family(equation) if equation.axes else evaluation(equation.expression)
    except MissingRowError:
        raise
    except SymattnError as error:
        raise error.in_context(f"in the equation for {equation.name}") from None


def shape_of_value(value: Known) -> tuple[int, ...]:
    """The shape of an exact value: ``()`` for a number, the lengths of a family's axes in front."""
    return () if isinstance(value, Element) else value.shape


__all__ = ["EXACT", "SCALARS", "ZERO", "Evaluation", "evaluate", "evaluate_equation", "shape_of_value"]
