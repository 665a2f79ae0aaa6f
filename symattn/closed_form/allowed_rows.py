"""Rows of what takes scores over the allowed keys, and of the allowed sets themselves."""

from __future__ import annotations

from sympy import Expr, S

import symattn.nodes as nodes
from symattn.closed_form.program import Program, Scope, lengths_in, over
from symattn.closed_form.steps import ALONG, COLUMN, ROW, View, block_axes


def softmax(program: Program, value: nodes.Softmax, scope: Scope) -> View:
    lengths = lengths_in(value.scores, scope)
    weights = program.add("exp", (program.read(value.scores, scope),), lengths)
    return _shared_out(program, value, weights, scope)


def hardmax(program: Program, value: nodes.Hardmax, scope: Scope) -> View:
    lengths = lengths_in(value, scope)
    scores = program.read(value.scores, scope)
    allowed = _where(program, value, scores, scope, "where or lowest")
    top = over(program, "max", allowed, value, scope, columns=True)
    equal = program.add("equal", (scores, top), lengths)
    largest = program.add("if", (equal, program.number(S.One), program.number(S.Zero)), lengths)
    return _shared_out(program, value, largest, scope)


def entmax(program: Program, value: nodes.Entmax, scope: Scope) -> View:
    lengths, steepness = lengths_in(value, scope), value.alpha - 1
    scores = program.read(value.scores, scope)
    allowed = _where(program, value, scores, scope, "where or lowest").renamed({COLUMN: ALONG})
    count = int(value.shape[1])
    row = {**scope, ROW: int(value.shape[0]), COLUMN: 1}
    threshold = program.add("threshold", (allowed, program.number(value.alpha)), row, count)
    scaled = scores if steepness == 1 else program.add("multiply", (program.number(steepness), scores), lengths)
    weights = program.add("relu", (program.add("subtract", (scaled, threshold), lengths),), lengths)
    if steepness != 1:
        weights = program.add("power", (weights, program.number(1 / steepness)), lengths)
    return _where(program, value, weights, scope)


def log_sum_exp(program: Program, value: nodes.LogSumExp, scope: Scope) -> View:
    weights = program.add("exp", (program.read(value.scores, scope),), lengths_in(value.scores, scope))
    kept = _where(program, value, weights, scope)
    total = over(program, "sum", kept, value.scores, scope, columns=True)
    return program.add("log of a total", (total,), lengths_in(value, scope))


def _shared_out(program: Program, value: nodes.OverAllowedKeys, weights: View, scope: Scope) -> View:
    """Weights of the allowed keys divided by their sum, and 0 for the others."""
    lengths = lengths_in(value.scores, scope)
    total = over(program, "sum", _where(program, value, weights, scope), value.scores, scope, columns=True)
    return _where(program, value, program.add("divide", (weights, total), lengths), scope)


def _where(program: Program, value: nodes.OverAllowedKeys, view: View, scope: Scope, operation: str = "where") -> View:
    """The view where a key is allowed, else 0, or with ``where or lowest`` minus infinity."""
    if value.allowed is None:
        return view
    return program.add(operation, (*_sets(program, value.allowed, scope), view), lengths_in(value.scores, scope))


def intersection(program: Program, value: nodes.Intersection, scope: Scope) -> View:
    return program.add("where", (*_sets(program, value, scope), program.number(S.One)), lengths_in(value, scope))


def _sets(program: Program, allowed: Expr, scope: Scope) -> tuple[View, ...]:
    """The allowed sets that an intersection is made of, one view each."""
    if isinstance(allowed, nodes.Intersection):
        return tuple(view for side in allowed.args for view in _sets(program, side, scope))
    return (program.read(allowed, scope),)


def condition(program: Program, value: nodes.IndexCondition, scope: Scope) -> View:
    """The 0 or 1 of a condition, which sizes and positions decide; an index of a sum around it is one of its axes."""
    own = {ROW: value.row, COLUMN: value.column}
    outer = {symbol: scope[symbol] for symbol in scope if value.condition.has(symbol) and symbol not in own.values()}
    lengths = {**outer, **block_axes(value)}
    symbols = tuple(own.get(axis, axis) for axis in lengths)
    return program.add("condition", (), lengths, detail=(value.condition, symbols))
