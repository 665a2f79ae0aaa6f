"""Evaluation: every equation of a system in exact numbers, by a table with one row for each node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from typing import Any

from sympy import Identity, MatrixSymbol, OneMatrix, Symbol, Transpose, ZeroMatrix

from symattn import nodes
from symattn.equations import Equation, EquationSystem
from symattn.errors import ExactnessError, MissingRowError, SymattnError
from symattn.exact import functions, normalisers, operations
from symattn.exact.element import Element
from symattn.exact.family import ExactFamily, check_entries, subscripts
from symattn.exact.formulas import Formulas, element, entry, whole
from symattn.exact.matrix import ExactMatrix, Scalar
from symattn.exact.operations import Exact
from symattn.exact.sizes import solve_sizes
from symattn.nodes import shape_of

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
    nodes.ErrorFunction: entrywise(functions.erf),
    nodes.Step: entrywise(functions.step),
    nodes.Sign: entrywise(functions.sign),
    nodes.Softmax: lambda node, value: normalisers.softmax(value(node.scores), value.allowed(node)),
    nodes.LogSumExp: lambda node, value: normalisers.log_sum_exp(value(node.scores), value.allowed(node)),
    nodes.Hardmax: lambda node, value: normalisers.hardmax(value(node.scores), value.allowed(node)),
    nodes.Entmax: lambda node, value: normalisers.entmax(
        value(node.scores), value(node.alpha).as_fraction(), value.allowed(node)
    ),
    nodes.IndexCondition: lambda node, value: value.condition(node),
    nodes.Intersection: lambda node, value: operations.both(*map(value, node.args)),
    nodes.RowSum: over_rows(operations.row_sums),
    nodes.RowMean: over_rows(operations.row_means),
    nodes.RowMax: over_rows(operations.row_largest),
    nodes.RowNorm: over_rows(operations.row_norms),
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
    nodes.IndexedMatrix: lambda node, value: value.indexed(node),
    nodes.Scatter: lambda node, value: value.scattered(node),
    nodes.Cosine: entrywise(functions.cos),
    nodes.Sine: entrywise(functions.sin),
    nodes.Member: lambda node, value: value.member(node),
    MatrixSymbol: lambda node, value: value.named(node.name),
    Transpose: lambda node, value: value(node.arg).T,
    Identity: lambda node, value: operations.identity(value.whole(node.shape[0])),
    OneMatrix: lambda node, value: operations.same(*value.shape(node), 1),
    ZeroMatrix: lambda node, value: operations.same(*value.shape(node), 0),
}
"""How each kind of matrix is evaluated: ``row(node, value)`` with ``value`` of its parts."""


class Evaluation:
    """The values known so far by name, and what a part of an expression is worth with them."""

    def __init__(self, values: Mapping[str, Known]) -> None:
        self.values = dict(values)
        self._inside: list[str] = []
        self._scalars = Formulas(self)

    def __call__(self, expression: Any) -> Any:
        """The exact value of an expression. Errors: ``MissingRowError`` for a kind that the tables lack."""
        kind = type(expression)
        if not nodes.is_matrix(expression):
            return element(self._scalars(expression)(()))
        row = EXACT.get(kind) or self._inherited(expression)
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
        """The row of a base class of SymPy's; a node has its own row or none."""
        if isinstance(expression, nodes.Node):
            return None
        return next((row for kind, row in EXACT.items() if isinstance(expression, kind)), None)

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
        return int(expression) if expression.is_Integer else whole(self._scalars(expression)(()), expression)

    def shape(self, node: Any) -> tuple[int, int]:
        """The rows and columns of a node."""
        rows, columns = node.shape
        return self.whole(rows), self.whole(columns)

    def allowed(self, node: nodes.OverAllowedKeys) -> ExactMatrix | None:
        """The set of allowed keys; nothing where every key is allowed."""
        return None if node.allowed is None else self(node.allowed)

    def condition(self, node: nodes.IndexCondition) -> ExactMatrix:
        """The matrix of 1 where a condition on the indices holds, and of 0 elsewhere."""
        holds = Formulas(self, (node.row, node.column))(node.condition)
        rows, columns = self.shape(node)
        check_entries(rows, columns)
        return ExactMatrix.multiples([[int(holds((i, j))) for j in range(columns)] for i in range(rows)])

    def indexed(self, node: nodes.IndexedMatrix) -> ExactMatrix:
        """The matrix whose entries a formula gives; errors name the entry."""
        value = Formulas(self, (node.row, node.column))(node.formula)
        rows, columns = self.shape(node)
        check_entries(rows, columns)
        found: list[list[Scalar]] = []
        try:
            for i in range(rows):
                found.append([])
                for j in range(columns):
                    found[i].append(value((i, j)))
        except MissingRowError:
            raise
        except SymattnError as error:
            raise error.in_context(f"in the entry [{len(found) - 1}, {len(found[-1])}], counted from 0") from None
        return ExactMatrix.of_scalars(found)

    def scattered(self, node: nodes.Scatter) -> ExactMatrix:
        """The entries of a matrix, each added at its position; those without one are left out."""
        matrix = self(node.matrix)
        formulas = Formulas(self, (node.row, node.column)).all(node.positions)
        rows, columns = self.shape(node)
        check_entries(rows, columns)
        found: list[list[Scalar]] = [[0] * columns for _ in range(rows)]
        for i, j in product(*map(range, matrix.shape)):
            a, b = (whole(value((i, j)), formula) for value, formula in zip(formulas, node.positions, strict=True))
            if 0 <= a < rows and 0 <= b < columns:
                found[a][b] += entry(matrix, i, j, node.matrix)
        return ExactMatrix.of_scalars(found)

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


__all__ = ["EXACT", "Evaluation", "Known", "evaluate", "evaluate_equation", "shape_of_value"]
