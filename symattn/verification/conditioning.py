"""How far floating point may stray from the truth at each value: first-order rounding analysis, one row a node.

``scales`` gives for every equation the matrix ``s`` with which a comparison's tolerance is ``50 u s``;
``gradient_scale`` gives the same for <G, dO>, the output's change along a direction of an input. Softmax comes out as

    P ∘ (s_S + |S - rowmax S| + 3 + rowsum(P ∘ (s_S + |S - rowmax S| + 1)))

and the rest likewise from the arithmetic in ``rounding.py``, which says how each term arises.
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
    IndexSum,
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
from symattn.verification.rounding import Dual, Function, Rounded

UNIT_ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24}
SMALLEST_NORMAL = {"float64": 2.0**-1022, "float32": 2.0**-126}
SIGNIFICANT_BITS = {"float64": 53, "float32": 24}

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


def _logistic(np: Any) -> Function:
    def value(x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    # Libraries compute the slope as s * (1 - s): the difference cancels where s is near 1, leaving an error of u * s.
    return Function(
        value,
        slope=lambda x: value(x) * value(-x),
        curvature=lambda x: value(x) * value(-x) * (1 - 2 * value(x)),
        slope_rounding=value,
    )


def _tanh(np: Any) -> Function:
    # The slope is computed as 1 - t * t, which leaves an error of u where t is near 1.
    return Function(
        np.tanh,
        slope=lambda x: 1 / np.cosh(x) ** 2,
        curvature=lambda x: 2 * np.tanh(x) / np.cosh(x) ** 2,
        slope_rounding=lambda x: 1.0 + 0.0 * x,
    )


def _gelu(np: Any) -> Function:
    error_function = np.vectorize(math.erf, otypes=[np.float64])

    def density(x: Any) -> Any:
        return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    def share(x: Any) -> Any:
        return (1 + error_function(x / math.sqrt(2))) / 2

    # 1 + erf cancels for x < 0, as the definition has it and as libraries compute it: an absolute error of u |x|.
    return Function(
        lambda x: x * share(x),
        slope=lambda x: share(x) + x * density(x),
        curvature=lambda x: density(x) * (2 - x * x),
        rounding=abs,
        slope_rounding=lambda x: 1 + abs(x) * density(x),
    )


def _elu(np: Any) -> Function:
    # The slope on the left is computed as elu(x) + 1, which leaves an error of u.
    return Function(
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
        slope=lambda x: np.where(x > 0, 1.0, np.exp(np.minimum(x, 0))),
        curvature=lambda x: np.where(x > 0, 0.0, np.exp(np.minimum(x, 0))),
        slope_rounding=lambda x: 1.0 + 0.0 * x,
    )


def _erf(np: Any) -> Function:
    def slope(x: Any) -> Any:
        return 2 / math.sqrt(math.pi) * np.exp(-x * x)

    return Function(np.vectorize(math.erf, otypes=[np.float64]), slope, curvature=lambda x: -2 * x * slope(x))


def _exact_line(value: Callable[[Any], Any], slope: Callable[[Any], Any]) -> Function:
    return Function(value, slope, lambda x: 0.0 * x, rounding=lambda x: 0.0 * x, slope_rounding=lambda x: 0.0 * x)


FUNCTIONS: dict[str, Callable[[Any], Function]] = {
    "exp": lambda np: Function(np.exp, np.exp, np.exp),
    "log": lambda np: Function(np.log, lambda x: 1 / x, lambda x: -1 / x**2),
    "sqrt": lambda np: _power(0.5),
    "tanh": _tanh,
    "sigmoid": _logistic,
    "gelu": _gelu,
    "elu": _elu,
    "erf": _erf,
    "relu": lambda np: _exact_line(lambda x: np.maximum(x, 0), lambda x: 1.0 * (x > 0)),
    "abs": lambda np: _exact_line(abs, np.sign),
}


def _power(exponent: float) -> Function:
    def term(factor: float, power: float) -> Callable[[Any], Any]:
        return lambda x: factor * x**power if factor else 0.0 * x

    curvature = exponent * (exponent - 1)
    return Function(term(1.0, exponent), term(exponent, exponent - 1), term(curvature, exponent - 2))


def _apply(name: str) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: a.of(node.args[0]).apply(a.function(name))


def _binary(operation: Callable[[Tracked, Tracked], Tracked]) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: operation(a.of(node.args[0]), a.of(node.args[1]))


def _softmax(a: _Analysis, node: Softmax) -> Tracked:
    less, _ = a.of(node.scores).below_largest(axis=1)
    weights = less.apply(a.function("exp"))
    return weights / weights.total(axis=1)


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
    ElementwisePower: lambda a, node: a.of(node.left).apply(_power(float(node.right))),
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
    Pow: lambda a, x: a.of(x.base).apply(_power(float(x.exp))),
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
