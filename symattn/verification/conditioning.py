"""How far floating point may stray from the truth at each value: first-order rounding analysis, one row a node.

``scales`` gives for every equation the matrix ``s`` with which a comparison's tolerance is ``50 u s``;
``gradient_scale`` gives the same for <G, dO>, the output's change along a direction of an input. Each follows from the
arithmetic in ``rounding.py``, which says how its terms arise; what is taken over allowed keys stands in
``conditioning_keys.py``, what is given by indices in ``conditioning_indices.py``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import reduce
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
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import Equation, EquationSystem
from symattn.errors import MissingRowError
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
    is_matrix,
)
from symattn.verification.conditioning_indices import (
    cases,
    element,
    extreme,
    indexed,
    position,
    raised,
    remainder,
    scatter,
    whole_part,
)
from symattn.verification.conditioning_keys import allowed_set, entmax, hardmax, log_sum_exp, softmax
from symattn.verification.derivatives import FUNCTIONS, power
from symattn.verification.report import FACTOR
from symattn.verification.rounding import Dual, Function, Rounded, joined

UNIT_ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24}
SMALLEST_NORMAL = {"float64": 2.0**-1022, "float32": 2.0**-126}
SIGNIFICANT_BITS = {"float64": 53, "float32": 24}

MOST_UNDERFLOWS = 2.0**20
"""More underflows than lie on the way to an entry of an allowed set."""

NEAR_A_JUMP = "too near 0, where a step jumps"

Tracked = Any
"""``Rounded`` or ``Dual``: the rows below are written once for both."""


def scales(
    system: EquationSystem, inputs: Mapping[str, Any], precision: str = "float64", settled: bool = False
) -> dict[str, Rounded]:
    """Every equation's values with the scales of their errors, by name.

    ``system`` has concrete sizes; ``inputs`` are rows of real numbers (floats or mpmath's). An input that ``precision``
    represents exactly has scale 0, any other its size. With ``settled``, ties within rounding are taken for ties.
    Errors: ``MissingRowError`` for a node without a row.
    """
    import numpy as np

    with np.errstate(all="ignore"):
        analysis = _Analysis(np, precision, settled=settled)
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
    """One forward analysis: the precision, and what each name stands for.

    With ``settled``, what is in doubt is taken for a tie, as the reference takes it, and has a scale like all else.
    """

    def __init__(self, np: Any, precision: str, dual: bool = False, settled: bool = False) -> None:
        self.np = np
        self.precision = precision
        self.unit = UNIT_ROUNDOFF[precision]
        self.floor = SMALLEST_NORMAL[precision] / self.unit
        self.dual = dual
        self.settled = settled
        self.names: dict[str, Tracked] = {}
        self.indices: dict[Symbol, Any] = {}

    def run(self, system: EquationSystem) -> dict[str, Tracked]:
        values = {}
        for equation in system.equations:
            values[equation.name] = self.names[equation.name] = self._equation(equation)
        return values

    def _equation(self, equation: Equation) -> Tracked:
        lengths = tuple(int(length) for length in equation.lengths)
        if not lengths:
            return self.of(equation.expression)
        members = []
        for positions in itertools.product(*map(range, lengths)):
            with self.where_indices(dict(zip(equation.indices, positions, strict=True))):
                members.append(self.of(equation.expression))
        return joined(members, lambda arrays: self.np.stack(arrays).reshape(*lengths, *arrays[0].shape))

    def input(self, values: Any) -> Rounded:
        np = self.np
        exact = np.array(values, dtype=object)
        rounded = exact.astype(np.float64)
        held = rounded.astype(self.precision).astype(object) == exact
        return Rounded(rounded, np.where(held, 0.0, abs(rounded)), self.floor, unit=self.unit)

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

    @contextmanager
    def where_indices(self, found: Mapping[Symbol, Any]) -> Iterator[None]:
        """With some indices at a position, or at an array of positions, one for each entry."""
        outer = self.indices
        self.indices = {**outer, **found}
        try:
            yield
        finally:
            self.indices = outer

    def among(self, places: Any) -> AbstractContextManager[None]:
        """With the indices that are arrays at some of their places alone; at all for ``None``."""
        arrays = {symbol: x[places] for symbol, x in self.indices.items() if places is not None and self.np.ndim(x)}
        return self.where_indices(arrays)

    def plain(self, tracked: Tracked) -> Rounded:
        """The value without its derivative."""
        return tracked.value if self.dual else tracked

    def with_scale(self, tracked: Tracked, scale: Any) -> Tracked:
        """The same value with another scale."""
        plain = replace(self.plain(tracked), scale=scale)
        return Dual(plain, tracked.tangent) if self.dual else plain

    def tolerance(self, scale: Any) -> Any:
        """The error that a scale admits."""
        return FACTOR * UNIT_ROUNDOFF[self.precision] * scale

    def uncertainty(self, entries: Rounded) -> Any:
        """The error that entries may have; an underflow to 0 is no doubt about an exact 0, so the floor is left out."""
        return self.tolerance(self.np.maximum(entries.scale - MOST_UNDERFLOWS * self.floor, 0.0))

    def is_open(self, distance: Any, error: Any) -> Any:
        """Where an error, which may be none at all or not a number, is not less than a distance."""
        return (error != 0) & ~(abs(distance) > error)

    def doubted(self, tracked: Tracked, places: Any, doubt: str) -> Tracked:
        return tracked if self.settled else tracked.doubted(self.np.asarray(places), doubt)

    def constant(self, value: Any, scale: Any = None) -> Tracked:
        value = self.np.asarray(value, dtype=self.np.float64)
        made = Rounded(value, value * 0.0 if scale is None else scale, self.floor, unit=self.unit)
        return Dual(made, made.zero()) if self.dual else made

    def number(self, value: Expr) -> Tracked:
        """A number in a formula: exact if a float of the precision holds it, else rounded once."""
        size = float(value)
        bits = SIGNIFICANT_BITS[self.precision]
        held = isinstance(value, Rational) and abs(value.p) < 2**bits and value.q & (value.q - 1) == 0
        return self.constant(size, None if held else self.np.float64(abs(size)))

    def function(self, name: str) -> Function:
        return FUNCTIONS[name](self.np)


def _missing(what: str, value: Expr) -> MissingRowError:
    kind = type(value).__name__
    return MissingRowError(f"no conditioning is known for the {what} {kind}; add a row to verification/conditioning.py")


def _apply(name: str) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: a.of(node.args[0]).apply(a.function(name))


def _jump(function: Callable[[Any, Any], Any]) -> Callable[[_Analysis, Expr], Tracked]:
    """A function that is constant but for a jump at 0: on either side of it nothing is felt, and nothing is rounded."""

    def row(a: _Analysis, node: Expr) -> Tracked:
        x = a.plain(a.of(node.args[0]))
        doubtful = a.is_open(x.value, a.uncertainty(x))
        values = function(a.np, a.np.where(doubtful, 0.0, x.value))
        return a.doubted(a.constant(values).strained(x.strain), doubtful, NEAR_A_JUMP)

    return row


def _binary(operation: Callable[[Tracked, Tracked], Tracked]) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: operation(a.of(node.args[0]), a.of(node.args[1]))


def _norm(a: _Analysis, node: RowNorm) -> Tracked:
    rows = a.of(node.argument)
    return (rows * rows).total(axis=1).apply(a.function("sqrt"))


def _mean(axis: int) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: a.of(node.args[0]).total(axis) / a.constant(float(node.length))


def _terms(a: _Analysis, node: IndexSum | Concatenation) -> list[Tracked]:
    found = []
    for place in range(int(node.length)):
        with a.where_indices({node.symbol: place}):
            found.append(a.of(node.term))
    return found


def _index_sum(a: _Analysis, node: IndexSum) -> Tracked:
    return reduce(lambda total, term: total + term, _terms(a, node))


def _stacked(axis: int) -> Callable[[_Analysis, Expr], Tracked]:
    return lambda a, node: _side_by_side(a, [a.of(part) for part in node.args], axis)


def _side_by_side(a: _Analysis, parts: list[Tracked], axis: int = 1) -> Tracked:
    return joined(parts, lambda arrays: a.np.concatenate(arrays, axis=axis))


def _block(a: _Analysis, node: Block) -> Tracked:
    stretches = []
    for start, length in zip((node.top, node.left), _sizes(node), strict=True):
        first = position(a, start)
        stretches.append(slice(first, first + length))
    return a.of(node.matrix).at(tuple(stretches))


def _member(a: _Analysis, node: Member) -> Tracked:
    return a.names[node.name].at(tuple(position(a, place) for place in node.positions))


def _sizes(node: Expr) -> tuple[int, int]:
    rows, columns = node.shape
    return int(rows), int(columns)


ROWS: dict[type, Callable[[_Analysis, Any], Tracked]] = {
    MatrixSymbol: lambda a, symbol: a.names[symbol.name],
    Member: _member,
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
    Cosine: _apply("cos"),
    Sine: _apply("sin"),
    Sigmoid: _apply("sigmoid"),
    RectifiedLinear: _apply("relu"),
    ExponentialLinear: _apply("elu"),
    GaussianLinear: _apply("gelu"),
    SquareRoot: _apply("sqrt"),
    AbsoluteValue: _apply("abs"),
    ErrorFunction: _apply("erf"),
    Step: _jump(lambda np, x: np.where(x > 0, 1.0, 0.0)),
    Sign: _jump(lambda np, x: np.sign(x)),
    Softmax: softmax,
    LogSumExp: log_sum_exp,
    Hardmax: hardmax,
    Entmax: entmax,
    RowSum: lambda a, node: a.of(node.argument).total(axis=1),
    ColumnSum: lambda a, node: a.of(node.argument).total(axis=0),
    RowMean: _mean(axis=1),
    ColumnMean: _mean(axis=0),
    RowMax: lambda a, node: a.of(node.argument).largest(axis=1),
    ColumnMax: lambda a, node: a.of(node.argument).largest(axis=0),
    RowNorm: _norm,
    Column: lambda a, node: a.of(node.matrix).at((slice(None), [position(a, node.position)])),
    Row: lambda a, node: a.of(node.matrix).at(([position(a, node.position)], slice(None))),
    Block: _block,
    HorizontalStack: _stacked(axis=1),
    VerticalStack: _stacked(axis=0),
    IndexSum: _index_sum,
    Concatenation: lambda a, node: _side_by_side(a, _terms(a, node)),
    IndexedMatrix: indexed,
    Scatter: scatter,
    IndexCondition: allowed_set,
    Intersection: allowed_set,
}
"""The error scale of each matrix, one row a node."""


def _folded(operation: Callable[[Tracked, Tracked], Tracked]) -> Callable[[_Analysis, Expr], Tracked]:
    def fold(a: _Analysis, value: Expr) -> Tracked:
        total = a.of(value.args[0])
        for part in value.args[1:]:
            total = operation(total, a.of(part))
        return total

    return fold


SCALARS: dict[type, Callable[[_Analysis, Any], Any]] = {
    Rational: lambda a, x: a.number(x),
    Float: lambda a, x: a.number(x),
    NumberSymbol: lambda a, x: a.number(x),
    Symbol: lambda a, x: a.constant(a.indices[x]) if x in a.indices else a.names[x.name],
    MatrixElement: element,
    Add: _folded(lambda x, y: x + y),
    Mul: _folded(lambda x, y: x * y),
    Pow: lambda a, x: a.of(x.base).apply(power(float(x.exp))) if x.exp.is_Number else raised(a, x),
    exp: _apply("exp"),
    log: _apply("log"),
    tanh: _apply("tanh"),
    cos: _apply("cos"),
    sin: _apply("sin"),
    erf: _apply("erf"),
    Abs: _apply("abs"),
    Max: extreme(1),
    Min: extreme(-1),
    floor: whole_part,
    Mod: remainder,
    Piecewise: cases,
}
"""The error scale of each scalar of SymPy, one row a kind; the nearest base class counts."""
