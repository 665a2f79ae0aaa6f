"""How far floating point may stray from the truth at each value: first-order rounding analysis, one row a node.

``scales`` gives for every equation the matrix ``s`` with which a comparison's tolerance is ``50 u s``;
``gradient_scale`` gives the same for <G, dO>, the output's change along a direction of an input. Softmax comes out as

    P ∘ (s_S + |S - rowmax S| + 3 + rowsum(P ∘ (s_S + |S - rowmax S| + 1)))

and the rest likewise from the arithmetic in ``rounding.py``, which says how each term arises.

Over allowed keys the same holds with the largest and the sums of each row over its allowed keys alone. A weight that
is not allowed is exactly 0, and so is its scale: no rounding makes it anything else. Nor do scores that are not allowed
enter any other weight's scale, for ``dP[i, j] / dS[i, c] = 0`` where ``c`` is not allowed, however large ``S[i, c]``
and its error are. Which keys are allowed must be certain: an entry of the set that is 0, or not, only up to its
rounding ends the analysis.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from sympy import (
    Abs,
    Add,
    Expr,
    Float,
    Identity,
    MatrixExpr,
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
from sympy.core.relational import Ge, Gt, Le, Lt
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import EquationSystem
from symattn.errors import MissingRowError
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
from symattn.nodes.conditions import decider
from symattn.verification.derivatives import FUNCTIONS, power
from symattn.verification.report import FACTOR
from symattn.verification.rounding import Dual, Function, Rounded

UNIT_ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24}
SMALLEST_NORMAL = {"float64": 2.0**-1022, "float32": 2.0**-126}
SIGNIFICANT_BITS = {"float64": 53, "float32": 24}

MOST_UNDERFLOWS = 2.0**20
"""More underflows than lie on the way to an entry of an allowed set."""

Tracked = Any
"""``Rounded`` or ``Dual``: the rows below are written once for both."""


def scales(system: EquationSystem, inputs: Mapping[str, Any], precision: str = "float64") -> dict[str, Rounded]:
    """Every equation's values with the scales of their errors, by name.

    ``system`` has concrete sizes; ``inputs`` are rows of real numbers (floats or mpmath's). An input that ``precision``
    represents exactly has scale 0, any other its size.
    Errors: ``MissingRowError`` for a node without a row.
    """
    import numpy as np

    with np.errstate(all="ignore"):
        analysis = _Analysis(np, precision)
        for name, values in inputs.items():
            analysis.names[name] = analysis.input(values)
        return analysis.run(system)


def gradient_scale(
    system: EquationSystem, inputs: Mapping[str, Any], direction: Mapping[str, Any], upstream: Any
) -> Rounded:
    """<G, dO> along a direction of the inputs, in float64, with the scale of what a float64 gradient errs.

    ``direction`` has rows of floats for the inputs that move; ``upstream`` is G, in the shape of the output.
    """
    import numpy as np

    with np.errstate(all="ignore"):
        analysis = _Analysis(np, "float64", dual=True)
        for name, values in inputs.items():
            value = analysis.input(values)
            moves = name in direction
            tangent = value.constant(np.asarray(direction[name], dtype=np.float64)) if moves else value.zero()
            analysis.names[name] = Dual(value, tangent)
        tangent = analysis.run(system)[system.output].tangent
        return (tangent * tangent.constant(np.asarray(upstream, dtype=np.float64))).total(None)


class _Analysis:
    """One forward analysis: the precision, and what each name stands for."""

    def __init__(self, np: Any, precision: str, dual: bool = False) -> None:
        self.np = np
        self.precision = precision
        self.floor = SMALLEST_NORMAL[precision] / UNIT_ROUNDOFF[precision]
        self.dual = dual
        self.names: dict[str, Tracked] = {}
        self.indices: dict[Symbol, int] = {}

    def run(self, system: EquationSystem) -> dict[str, Tracked]:
        values = {}
        for equation in system.equations:
            values[equation.name] = self.names[equation.name] = self.of(equation.expression)
        return values

    def input(self, values: Any) -> Rounded:
        np = self.np
        exact = np.array(values, dtype=object)
        rounded = exact.astype(np.float64)
        held = rounded.astype(self.precision).astype(object) == exact
        return Rounded(rounded, np.where(held, 0.0, abs(rounded)), self.floor)

    def of(self, value: Expr) -> Tracked:
        if is_matrix(value):
            row = ROWS.get(type(value))
            if row is None:
                raise _missing("matrix", value)
            return row(self, value)
        for kind in type(value).__mro__:
            if kind in SCALARS:
                return SCALARS[kind](self, value)
        raise _missing("scalar", value)

    def constant(self, value: Any, scale: Any = None) -> Tracked:
        value = self.np.asarray(value, dtype=self.np.float64)
        made = Rounded(value, value * 0.0 if scale is None else scale, self.floor)
        return Dual(made, made.zero()) if self.dual else made

    def number(self, value: Expr) -> Tracked:
        """A number in a formula: exact if a float of the precision holds it, else rounded once."""
        size = float(value)
        bits = SIGNIFICANT_BITS[self.precision]
        held = isinstance(value, Rational) and abs(value.p) < 2**bits and value.q & (value.q - 1) == 0
        return self.constant(size, None if held else self.np.float64(abs(size)))

    def position(self, value: Expr) -> int:
        return self.indices[value] if value in self.indices else int(value)

    def function(self, name: str) -> Function:
        return FUNCTIONS[name](self.np)


def _missing(what: str, value: Expr) -> MissingRowError:
    kind = type(value).__name__
    return MissingRowError(f"no conditioning is known for the {what} {kind}; add a row to verification/conditioning.py")


def _apply(name: str) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: a.of(node.args[0]).apply(a.function(name))


def _binary(operation: Callable[[Tracked, Tracked], Tracked]) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: operation(a.of(node.args[0]), a.of(node.args[1]))


def _softmax(a: _Analysis, node: Softmax) -> Tracked:
    scores = a.of(node.scores)
    if node.allowed is None:
        less, _ = scores.below_largest(axis=1)
        weights = less.apply(a.function("exp"))
        return weights / weights.total(axis=1)
    found, strain = _allowed(a, node.allowed)
    keys = a.np.broadcast_to(found, _sizes(node))
    some = keys.any(axis=1, keepdims=True)
    values = (scores.value if a.dual else scores).value
    largest = a.np.where(some, values.max(axis=1, keepdims=True, where=keys, initial=-math.inf), 0.0)
    # Zeros go through the functions in place of what is not allowed, so that it strains nothing.
    less = (scores.where(keys) - scores.constant(largest)).where(keys)
    weights = less.apply(a.function("exp")).where(keys)
    return (weights / weights.total(axis=1).where(some, 1.0)).where(keys).strained(strain)


def _allowed(a: _Analysis, allowed: MatrixExpr) -> tuple[Any, float]:
    """Truth values of an allowed set, and a strain: infinite if rounding could change one of them."""
    if isinstance(allowed, IndexCondition):
        outer = [symbol for symbol in a.indices if symbol not in (allowed.row, allowed.column)]
        holds = decider(allowed.condition, (allowed.row, allowed.column, *outer))
        at = tuple(a.indices[symbol] for symbol in outer)
        rows, columns = _sizes(allowed)
        return a.np.array([[holds((i, j, *at)) for j in range(columns)] for i in range(rows)]), 0.0
    if isinstance(allowed, Intersection):
        (left, one), (right, other) = (_allowed(a, side) for side in allowed.args)
        return left & right, max(one, other)
    tracked = a.of(allowed)
    entries = tracked.value if a.dual else tracked
    # An underflow to 0 is no doubt about an exact 0: the floor alone does not count.
    scale = a.np.maximum(entries.scale - MOST_UNDERFLOWS * a.floor, 0.0)
    doubtful = (scale > 0) & (abs(entries.value) <= FACTOR * UNIT_ROUNDOFF[a.precision] * scale)
    return entries.value != 0, math.inf if doubtful.any() else entries.strain


def _set(a: _Analysis, allowed: MatrixExpr) -> Tracked:
    keys, strain = _allowed(a, allowed)
    return a.constant(keys * 1.0).strained(strain)


def _log_sum_exp(a: _Analysis, node: LogSumExp) -> Tracked:
    less, largest = a.of(node.argument).below_largest(axis=1)
    return less.apply(a.function("exp")).total(axis=1).apply(a.function("log")) + largest


def _norm(a: _Analysis, node: RowNorm) -> Tracked:
    rows = a.of(node.argument)
    return (rows * rows).total(axis=1).apply(a.function("sqrt"))


def _mean(axis: int) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: a.of(node.args[0]).total(axis) / a.constant(float(node.length))


def _index_sum(a: _Analysis, node: IndexSum) -> Tracked:
    total = None
    for position in range(int(node.length)):
        a.indices[node.symbol] = position
        term = a.of(node.term)
        total = term if total is None else total + term
    del a.indices[node.symbol]
    return total


def _sizes(node: Expr) -> tuple[int, int]:
    rows, columns = node.shape
    return int(rows), int(columns)


ROWS: dict[type, Callable[[_Analysis, Any], Tracked]] = {
    MatrixSymbol: lambda a, symbol: a.names[symbol.name],
    Transpose: lambda a, node: a.of(node.arg).transposed(),
    Identity: lambda a, node: a.constant(a.np.eye(_sizes(node)[0])),
    OneMatrix: lambda a, node: a.constant(a.np.ones(_sizes(node))),
    ZeroMatrix: lambda a, node: a.constant(a.np.zeros(_sizes(node))),
    MatrixProduct: _binary(lambda x, y: x @ y),
    ElementwiseSum: _binary(lambda x, y: x + y),
    ElementwiseDifference: _binary(lambda x, y: x - y),
    ElementwiseProduct: _binary(lambda x, y: x * y),
    ElementwiseQuotient: _binary(lambda x, y: x / y),
    ElementwisePower: lambda a, node: a.of(node.left).apply(power(float(node.right))),
    Negation: lambda a, node: -a.of(node.args[0]),
    Exponential: _apply("exp"),
    Logarithm: _apply("log"),
    HyperbolicTangent: _apply("tanh"),
    Sigmoid: _apply("sigmoid"),
    RectifiedLinear: _apply("relu"),
    ExponentialLinear: _apply("elu"),
    GaussianLinear: _apply("gelu"),
    SquareRoot: _apply("sqrt"),
    AbsoluteValue: _apply("abs"),
    Softmax: _softmax,
    RowSum: lambda a, node: a.of(node.argument).total(axis=1),
    ColumnSum: lambda a, node: a.of(node.argument).total(axis=0),
    RowMean: _mean(axis=1),
    ColumnMean: _mean(axis=0),
    RowMax: lambda a, node: a.of(node.argument).largest(axis=1),
    ColumnMax: lambda a, node: a.of(node.argument).largest(axis=0),
    RowNorm: _norm,
    LogSumExp: _log_sum_exp,
    Column: lambda a, node: a.of(node.matrix).at((slice(None), [a.position(node.position)])),
    Row: lambda a, node: a.of(node.matrix).at(([a.position(node.position)], slice(None))),
    IndexSum: _index_sum,
    IndexCondition: _set,
    Intersection: _set,
}
"""The error scale of each matrix, one row a node."""


def _folded(operation: Callable[[Tracked, Tracked], Tracked]) -> Callable[[_Analysis, Expr], Tracked]:
    def fold(a: _Analysis, value: Expr) -> Tracked:
        total = a.of(value.args[0])
        for part in value.args[1:]:
            total = operation(total, a.of(part))
        return total

    return fold


def _plain(a: _Analysis, value: Expr) -> float:
    tracked = a.of(value)
    return float(tracked.value.value if a.dual else tracked.value)


def _cases(a: _Analysis, value: Piecewise) -> Tracked:
    return next(a.of(part) for part, condition in value.args if a.of(condition))


SCALARS: dict[type, Callable[[_Analysis, Any], Any]] = {
    Rational: lambda a, x: a.number(x),
    Float: lambda a, x: a.number(x),
    NumberSymbol: lambda a, x: a.number(x),
    Symbol: lambda a, x: a.constant(float(a.indices[x])) if x in a.indices else a.names[x.name],
    MatrixElement: lambda a, x: a.of(x.parent).at((a.position(x.i), a.position(x.j))),
    Add: _folded(lambda x, y: x + y),
    Mul: _folded(lambda x, y: x * y),
    Pow: lambda a, x: a.of(x.base).apply(power(float(x.exp))),
    exp: _apply("exp"),
    log: _apply("log"),
    tanh: _apply("tanh"),
    erf: _apply("erf"),
    Abs: _apply("abs"),
    Max: lambda a, x: max((a.of(part) for part in x.args), key=lambda y: float((y.value if a.dual else y).value)),
    Piecewise: _cases,
    Gt: lambda a, x: _plain(a, x.lhs) > _plain(a, x.rhs),
    Ge: lambda a, x: _plain(a, x.lhs) >= _plain(a, x.rhs),
    Lt: lambda a, x: _plain(a, x.lhs) < _plain(a, x.rhs),
    Le: lambda a, x: _plain(a, x.lhs) <= _plain(a, x.rhs),
    BooleanTrue: lambda a, x: True,
    BooleanFalse: lambda a, x: False,
}
"""The error scale of each scalar of SymPy, one row a kind; the nearest base class counts."""
