"""How each node is carried out on single entries: one table keyed by node, one by SymPy's scalar functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import (
    Abs,
    Add,
    Expr,
    Identity,
    Integer,
    MatrixSymbol,
    Max,
    Mul,
    OneMatrix,
    Piecewise,
    Pow,
    S,
    Symbol,
    Transpose,
    ZeroMatrix,
    erf,
    exp,
    log,
    tanh,
)
from sympy.matrices.expressions.matexpr import MatrixElement

import symattn.nodes as nodes
from symattn.closed_form.steps import ALONG, COLUMN, ROW, Axis, Program, View, block_axes
from symattn.errors import MissingRowError
from symattn.nodes import Value, is_matrix

Scope = Mapping[Symbol, int]
"""The indices of the sums around a value, with their lengths."""

Rule = Callable[[Program, Expr, Scope], View]


def view_of(program: Program, value: Value, scope: Scope | None = None) -> View:
    """The entries of a value, the steps they need appended to the program; names it does not know become inputs.

    Errors: ``MissingRowError`` for a node or a scalar function that has no row here.
    """
    scope = {symbol: length for symbol, length in scope.items() if value.has(symbol)} if scope else {}
    key = value, tuple(scope.items())
    if key not in program.known:
        rule = NODES.get(type(value)) if is_matrix(value) else SCALARS.get(type(value), _constant)
        if rule is None:
            raise _missing(program, type(value).__name__)
        program.around.append(type(value).__name__)
        program.known[key] = rule(program, value, scope)
        program.around.pop()
    return program.known[key]


def _missing(program: Program, what: str) -> MissingRowError:
    inside = f", inside {program.around[-1]}" if program.around else ""
    return MissingRowError(f"closed_form cannot write out {what}{inside}; add a row to closed_form/rows.py")


def _lengths(value: Value, scope: Scope) -> dict[Axis, int]:
    return {**scope, **block_axes(value)}


def _plain(operation: str) -> Rule:
    """Entry by entry, the arguments stretched where one of their sizes is 1."""

    def rule(program: Program, value: Expr, scope: Scope) -> View:
        operands = tuple(view_of(program, argument, scope) for argument in value.args)
        return program.add(operation, operands, _lengths(value, scope))

    return rule


def _product(program: Program, value: nodes.MatrixProduct, scope: Scope) -> View:
    left = view_of(program, value.left, scope).renamed({COLUMN: ALONG})
    right = view_of(program, value.right, scope).renamed({ROW: ALONG})
    length = int(value.left.shape[1])
    operation, along = ("dot", length) if length > 1 else ("multiply", 0)
    return program.add(operation, (left, right), _lengths(value, scope), along)


def _softmax(program: Program, value: nodes.Softmax, scope: Scope) -> View:
    lengths = _lengths(value, scope)
    weights = program.add("exp", (view_of(program, value.scores, scope),), lengths)
    if value.allowed is None:
        total = _over(program, "sum", weights, value, scope, columns=True)
        return program.add("divide", (weights, total), lengths)
    sets = _sets(program, value.allowed, scope)
    kept = program.add("where", (*sets, weights), lengths)
    total = _over(program, "sum", kept, value, scope, columns=True)
    return program.add("where", (*sets, program.add("divide", (weights, total), lengths)), lengths)


def _sets(program: Program, allowed: Expr, scope: Scope) -> tuple[View, ...]:
    """The allowed sets that an intersection is made of, one view each."""
    if isinstance(allowed, nodes.Intersection):
        return tuple(view for side in allowed.args for view in _sets(program, side, scope))
    return (view_of(program, allowed, scope),)


def _intersection(program: Program, value: nodes.Intersection, scope: Scope) -> View:
    return program.add("where", (*_sets(program, value, scope), program.number(S.One)), _lengths(value, scope))


def _condition(program: Program, value: nodes.IndexCondition, scope: Scope) -> View:
    """The 0 or 1 of a condition, which sizes and positions decide; an index of a sum around it is one of its axes."""
    own = {ROW: value.row, COLUMN: value.column}
    outer = {symbol: scope[symbol] for symbol in scope if value.condition.has(symbol) and symbol not in own.values()}
    lengths = {**outer, **block_axes(value)}
    symbols = tuple(own.get(axis, axis) for axis in lengths)
    return program.add("condition", (), lengths, detail=(value.condition, symbols))


def _over(program: Program, operation: str, view: View, value: Value, scope: Scope, columns: bool) -> View:
    """One number from each row of a block shaped as ``value``, or from each column."""
    rows, width = (int(length) for length in value.shape)
    length = width if columns else rows
    if length == 1:
        return view
    lengths = {**scope, ROW: rows if columns else 1, COLUMN: 1 if columns else width}
    return program.add(operation, (view.renamed({COLUMN if columns else ROW: ALONG}),), lengths, length)


def _reduction(operation: str, before: str = "", after: str = "") -> Rule:
    """One number from each row or column, of its entries or of a function of each, and a function of the result."""

    def rule(program: Program, value: nodes.Reduction, scope: Scope) -> View:
        view = view_of(program, value.argument, scope)
        if before == "square":
            view = program.add("power", (view, program.number(Integer(2))), _lengths(value.argument, scope))
        elif before:
            view = program.add(before, (view,), _lengths(value.argument, scope))
        view = _over(program, operation, view, value.argument, scope, value.over_rows)
        if after == "mean":
            count = program.number(value.length)
            return view if value.length == 1 else program.add("divide", (view, count), _lengths(value, scope))
        return program.add(after, (view,), _lengths(value, scope)) if after else view

    return rule


def _at(program: Program, view: View, axis: Axis, position: Expr, scope: Scope) -> View:
    if isinstance(position, Integer):
        return view.at(axis, int(position))
    if position in scope:
        return view.renamed({axis: position})
    raise _missing(program, f"the position {position}")


def _column(program: Program, value: nodes.Column, scope: Scope) -> View:
    return _at(program, view_of(program, value.matrix, scope), COLUMN, value.position, scope)


def _row(program: Program, value: nodes.Row, scope: Scope) -> View:
    return _at(program, view_of(program, value.matrix, scope), ROW, value.position, scope)


def _element(program: Program, value: MatrixElement, scope: Scope) -> View:
    view = view_of(program, value.parent, scope)
    return _at(program, _at(program, view, ROW, value.i, scope), COLUMN, value.j, scope)


def _index_sum(program: Program, value: nodes.IndexSum, scope: Scope) -> View:
    length = int(value.length)
    term = view_of(program, value.term, {**scope, value.symbol: length})
    if length == 1:
        return term
    return program.add("sum", (term.renamed({value.symbol: ALONG}),), _lengths(value, scope), length)


def _transpose(program: Program, value: Transpose, scope: Scope) -> View:
    return view_of(program, value.arg, scope).renamed({ROW: COLUMN, COLUMN: ROW})


def _input(program: Program, value: Value, scope: Scope) -> View:
    return program.input(value)


def _symbol(program: Program, value: Symbol, scope: Scope) -> View:
    """A scalar of the equations, or the index of a sum used as a number."""
    return program.add("position", (), scope) if value in scope else program.input(value)


def _constant(program: Program, value: Expr, scope: Scope) -> View:
    if not value.is_number:
        program.around.pop()
        raise _missing(program, type(value).__name__)
    return program.number(value)


def _identity(program: Program, value: Identity, scope: Scope) -> View:
    return program.add("identity", (), block_axes(value))


def _power(program: Program, value: Pow, scope: Scope) -> View:
    if value.is_number:
        return program.number(value)
    base = view_of(program, value.base, scope)
    if value.exp is S.Half:
        return program.add("sqrt", (base,), scope)
    return program.add("power", (base, view_of(program, value.exp, scope)), scope)


def _of_scalars(operation: str) -> Rule:
    def rule(program: Program, value: Expr, scope: Scope) -> View:
        return program.number(value) if value.is_number else _plain(operation)(program, value, scope)

    return rule


def _cases(program: Program, value: Piecewise, scope: Scope) -> View:
    x = value.args[0].expr
    if value != nodes.ExponentialLinear.of_number(x):
        raise _missing(program, str(value))
    return program.add("elu", (view_of(program, x, scope),), scope)


NODES: dict[type, Rule] = {
    nodes.AbsoluteValue: _plain("abs"),
    nodes.Column: _column,
    nodes.ColumnMax: _reduction("max"),
    nodes.ColumnMean: _reduction("sum", after="mean"),
    nodes.ColumnSum: _reduction("sum"),
    nodes.ElementwiseDifference: _plain("subtract"),
    nodes.ElementwisePower: _plain("power"),
    nodes.ElementwiseProduct: _plain("multiply"),
    nodes.ElementwiseQuotient: _plain("divide"),
    nodes.ElementwiseSum: _plain("add"),
    nodes.Exponential: _plain("exp"),
    nodes.ExponentialLinear: _plain("elu"),
    nodes.GaussianLinear: _plain("gelu"),
    nodes.HyperbolicTangent: _plain("tanh"),
    nodes.IndexCondition: _condition,
    nodes.IndexSum: _index_sum,
    nodes.Intersection: _intersection,
    nodes.LogSumExp: _reduction("sum", before="exp", after="log"),
    nodes.Logarithm: _plain("log"),
    nodes.MatrixProduct: _product,
    nodes.Negation: _plain("negate"),
    nodes.RectifiedLinear: _plain("relu"),
    nodes.Row: _row,
    nodes.RowMax: _reduction("max"),
    nodes.RowMean: _reduction("sum", after="mean"),
    nodes.RowNorm: _reduction("sum", before="square", after="sqrt"),
    nodes.RowSum: _reduction("sum"),
    nodes.Sigmoid: _plain("sigmoid"),
    nodes.Softmax: _softmax,
    nodes.SquareRoot: _plain("sqrt"),
    MatrixSymbol: _input,
    Transpose: _transpose,
    Identity: _identity,
    OneMatrix: lambda program, value, scope: program.number(S.One),
    ZeroMatrix: lambda program, value, scope: program.number(S.Zero),
}

SCALARS: dict[type, Rule] = {
    Abs: _of_scalars("abs"),
    Add: _of_scalars("add"),
    Max: _of_scalars("maximum"),
    Mul: _of_scalars("multiply"),
    Piecewise: _cases,
    Pow: _power,
    Symbol: _symbol,
    MatrixElement: _element,
    erf: _of_scalars("erf"),
    exp: _of_scalars("exp"),
    log: _of_scalars("log"),
    tanh: _of_scalars("tanh"),
}
