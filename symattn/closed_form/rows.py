"""How each node is carried out on single entries: one table keyed by node, one by SymPy's scalar functions."""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    And,
    Eq,
    Expr,
    Ge,
    Gt,
    Identity,
    Integer,
    Le,
    Lt,
    MatrixSymbol,
    Max,
    Min,
    Mod,
    Mul,
    Ne,
    OneMatrix,
    Piecewise,
    Pow,
    S,
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

import symattn.nodes as nodes
from symattn.closed_form import allowed_rows, place_rows
from symattn.closed_form.program import Program, Rule, Scope, lengths_in, over
from symattn.closed_form.steps import ALONG, COLUMN, ROW, View, block_axes
from symattn.nodes import Value, is_matrix


def rule_of(value: Value, scope: Scope) -> Rule | None:
    """The row of a value; what indices and numbers alone decide needs none."""
    if is_matrix(value):
        return NODES.get(type(value))
    return place_rows.of_indices if value.free_symbols <= scope.keys() else SCALARS.get(type(value))


def _plain(operation: str) -> Rule:
    """Entry by entry, the arguments stretched where one of their sizes is 1."""

    def rule(program: Program, value: Expr, scope: Scope) -> View:
        operands = tuple(program.read(argument, scope) for argument in value.args)
        return program.add(operation, operands, lengths_in(value, scope))

    return rule


def _product(program: Program, value: nodes.MatrixProduct, scope: Scope) -> View:
    left = program.read(value.left, scope).renamed({COLUMN: ALONG})
    right = program.read(value.right, scope).renamed({ROW: ALONG})
    length = int(value.left.shape[1])
    operation, along = ("dot", length) if length > 1 else ("multiply", 0)
    return program.add(operation, (left, right), lengths_in(value, scope), along)


def _reduction(operation: str, before: str = "", after: str = "") -> Rule:
    """One number from each row or column, of its entries or of their squares, and a function of the result."""

    def rule(program: Program, value: nodes.Reduction, scope: Scope) -> View:
        view = program.read(value.argument, scope)
        if before == "square":
            view = program.add("power", (view, program.number(Integer(2))), lengths_in(value.argument, scope))
        view = over(program, operation, view, value.argument, scope, value.over_rows)
        if after == "mean":
            count = program.number(value.length)
            return view if value.length == 1 else program.add("divide", (view, count), lengths_in(value, scope))
        return program.add(after, (view,), lengths_in(value, scope)) if after else view

    return rule


def _index_sum(program: Program, value: nodes.IndexSum, scope: Scope) -> View:
    length = int(value.length)
    term = program.read(value.term, {**scope, value.symbol: length})
    if length == 1:
        return term
    return program.add("sum", (term.renamed({value.symbol: ALONG}),), lengths_in(value, scope), length)


def _transpose(program: Program, value: Transpose, scope: Scope) -> View:
    return program.read(value.arg, scope).renamed({ROW: COLUMN, COLUMN: ROW})


def _input(program: Program, value: Value, scope: Scope) -> View:
    return program.input(value)


def _identity(program: Program, value: Identity, scope: Scope) -> View:
    return program.add("identity", (), block_axes(value))


def _power(program: Program, value: Pow, scope: Scope) -> View:
    base = program.read(value.base, scope)
    if value.exp is S.Half:
        return program.add("sqrt", (base,), scope)
    return program.add("power", (base, program.read(value.exp, scope)), scope)


NODES: dict[type, Rule] = {
    nodes.AbsoluteValue: _plain("abs"),
    nodes.Block: place_rows.block,
    nodes.Column: place_rows.column,
    nodes.ColumnMax: _reduction("max"),
    nodes.ColumnMean: _reduction("sum", after="mean"),
    nodes.ColumnSum: _reduction("sum"),
    nodes.Concatenation: place_rows.concatenation,
    nodes.Cosine: _plain("cos"),
    nodes.ElementwiseDifference: _plain("subtract"),
    nodes.ElementwisePower: _plain("power"),
    nodes.ElementwiseProduct: _plain("multiply"),
    nodes.ElementwiseQuotient: _plain("divide"),
    nodes.ElementwiseSum: _plain("add"),
    nodes.Entmax: allowed_rows.entmax,
    nodes.ErrorFunction: _plain("erf"),
    nodes.Exponential: _plain("exp"),
    nodes.ExponentialLinear: _plain("elu"),
    nodes.GaussianLinear: _plain("gelu"),
    nodes.Hardmax: allowed_rows.hardmax,
    nodes.HorizontalStack: place_rows.stack,
    nodes.HyperbolicTangent: _plain("tanh"),
    nodes.IndexCondition: allowed_rows.condition,
    nodes.IndexSum: _index_sum,
    nodes.IndexedMatrix: place_rows.indexed,
    nodes.Intersection: allowed_rows.intersection,
    nodes.LogSumExp: allowed_rows.log_sum_exp,
    nodes.Logarithm: _plain("log"),
    nodes.MatrixProduct: _product,
    nodes.Member: place_rows.member,
    nodes.Negation: _plain("negate"),
    nodes.RectifiedLinear: _plain("relu"),
    nodes.Row: place_rows.column,
    nodes.RowMax: _reduction("max"),
    nodes.RowMean: _reduction("sum", after="mean"),
    nodes.RowNorm: _reduction("sum", before="square", after="sqrt"),
    nodes.RowSum: _reduction("sum"),
    nodes.Scatter: place_rows.scatter,
    nodes.Sigmoid: _plain("sigmoid"),
    nodes.Sign: _plain("sign"),
    nodes.Sine: _plain("sin"),
    nodes.Softmax: allowed_rows.softmax,
    nodes.SquareRoot: _plain("sqrt"),
    nodes.Step: _plain("step"),
    nodes.VerticalStack: place_rows.stack,
    MatrixSymbol: _input,
    Transpose: _transpose,
    Identity: _identity,
    OneMatrix: lambda program, value, scope: program.number(S.One),
    ZeroMatrix: lambda program, value, scope: program.number(S.Zero),
}

SCALARS: dict[type, Rule] = {
    Abs: _plain("abs"),
    Add: _plain("add"),
    And: _plain("both"),
    Eq: _plain("equal"),
    Ge: _plain("at least"),
    Gt: _plain("greater"),
    Le: _plain("at most"),
    Lt: _plain("less"),
    Max: _plain("maximum"),
    Min: _plain("minimum"),
    Mod: _plain("remainder"),
    Mul: _plain("multiply"),
    Ne: _plain("unequal"),
    Piecewise: place_rows.cases,
    Pow: _power,
    Symbol: _input,
    MatrixElement: place_rows.element,
    cos: _plain("cos"),
    erf: _plain("erf"),
    exp: _plain("exp"),
    floor: _plain("floor"),
    log: _plain("log"),
    nodes.Cases: place_rows.cases,
    sin: _plain("sin"),
    tanh: _plain("tanh"),
}
"""What is made of indices and numbers alone needs no row: it is known at once."""
