"""Equations at fixed sizes as steps on single entries: the table of closed forms, softmax and its relatives stable.

What a closed form may leave out, code in floating point may not: scores are shifted by the largest of their row before
they are exponentiated, and a row without keys is divided by 1.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Integer

import symattn.nodes as nodes
from symattn import limits
from symattn.closed_form import allowed_rows, rows
from symattn.closed_form.program import Program, Rule, Scope, lengths_in, over
from symattn.closed_form.steps import COLUMN, ROW, View, block_axes, family_axes
from symattn.equations import EquationSystem
from symattn.errors import LimitError
from symattn.lowering.uses import always_allows_a_key
from symattn.nodes import Value


@dataclass(frozen=True)
class Steps:
    """The steps that make some values of a system, and which steps belong to which equation.

    ``ends``: for each needed equation the number of the step behind its last one.
    """

    system: EquationSystem
    outputs: tuple[str, ...]
    program: Program
    ends: dict[str, int]

    def view(self, name: str) -> View:
        """The entries of a value, its axes those of a family, rows and columns."""
        return self.program.named[name]

    def axes(self, name: str) -> dict:
        """The axes of a value with their lengths."""
        shape = [int(length) for length in self.system.shape(name)]
        return dict(zip((*family_axes(max(len(shape) - 2, 0)), ROW, COLUMN), shape, strict=False))


def steps_of(system: EquationSystem, outputs: tuple[str, ...]) -> Steps:
    """The steps that make the outputs of a system whose sizes are numbers.

    Errors: ``MissingRowError`` for a node that has no row, ``LimitError`` for more operations than
    ``limits.SCALAR_OPERATIONS``, counted from the steps before any entry is made.
    """
    program, ends = Program(rule_of), dict[str, int]()
    for equation in system.needed(*outputs):
        own = {symbol: int(length) for symbol, length in equation.axes}
        view = program.read(equation.expression, own)
        view = program.own(view, {**own, **block_axes(equation.expression)}, _after(ends))
        program.named[equation.name] = view.renamed(dict(zip(own, family_axes(len(own)), strict=True)))
        ends[equation.name] = len(program.steps)
    for name in outputs:
        if name in system.inputs:
            program.input(system[name])
    steps = Steps(system, outputs, program, ends)
    _check_count(steps)
    return steps


def operations_of(steps: Steps) -> int:
    """At most how many operations on single numbers some steps make."""
    return sum(max(step.size, step.size * (step.operand_count - 1)) for step in steps.program.steps)


def _after(ends: dict[str, int]) -> int:
    return max(ends.values(), default=0)


def _check_count(steps: Steps) -> None:
    system, count = steps.system, operations_of(steps)
    if count > limits.SCALAR_OPERATIONS:
        raise LimitError(
            f"{system.name} takes up to {count} operations on single numbers at these sizes; straight-line code is "
            f'written for up to {limits.SCALAR_OPERATIONS}. Take smaller sizes, or strategy="direct", whose code is '
            "the same for all sizes."
        )


def rule_of(value: Value, scope: Scope) -> Rule | None:
    """The row of a value: that of its closed form, unless floating point asks for another."""
    return STABLE.get(type(value)) or rows.rule_of(value, scope)


def softmax(program: Program, value: nodes.Softmax, scope: Scope) -> View:
    """``exp(S - top) / total``: each row shifted by its largest allowed score."""
    weights, _ = _weights(program, value, scope)
    total = over(program, "sum", weights, value, scope, columns=True)
    return _shared_out(program, value, weights, total, scope)


def log_sum_exp(program: Program, value: nodes.LogSumExp, scope: Scope) -> View:
    """``top + log(total)``, minus infinity for a row without keys."""
    weights, top = _weights(program, value, scope, guarded=True)
    total = over(program, "sum", weights, value.scores, scope, columns=True)
    lengths = lengths_in(value, scope)
    return program.add("add", (top, program.add("log of a total", (total,), lengths)), lengths)


def hardmax(program: Program, value: nodes.Hardmax, scope: Scope) -> View:
    """The largest allowed scores share 1 equally."""
    lengths, (zero, one) = lengths_in(value, scope), map(program.number, (Integer(0), Integer(1)))
    scores = _scores(program, value, scope)
    top = over(program, "top", scores, value, scope, columns=True)
    equal = program.add("equal", (scores, top), lengths)
    largest = _where(program, value, program.add("if", (equal, one, zero), lengths), scope)
    total = over(program, "sum", largest, value, scope, columns=True)
    return _shared_out(program, value, largest, total, scope)


def entmax(program: Program, value: nodes.Entmax, scope: Scope) -> View:
    """``max((alpha - 1) (S - top) - tau, 0) ** (1 / (alpha - 1))``, tau such that each row sums to 1."""
    lengths, steepness = lengths_in(value, scope), value.alpha - 1
    scores = _scores(program, value, scope)
    top = _top(program, value, scores, scope, guarded=True)
    scaled = program.add("subtract", (scores, top), lengths)
    if steepness != 1:
        scaled = program.add("multiply", (program.number(steepness), scaled), lengths)
    # Further below the largest score than 1 nothing has weight.
    scaled = program.add("maximum", (scaled, program.number(Integer(-2))), lengths)
    row = {**scope, ROW: int(value.shape[0]), COLUMN: 1}
    count = int(value.shape[1])
    along = allowed_rows.ALONG
    threshold = program.add("threshold", (scaled.renamed({COLUMN: along}), program.number(value.alpha)), row, count)
    weights = program.add("relu", (program.add("subtract", (scaled, threshold), lengths),), lengths)
    if steepness != 1:
        weights = program.add("power", (weights, program.number(1 / steepness)), lengths)
    return _where(program, value, weights, scope)


def _weights(program: Program, value: nodes.OverAllowedKeys, scope: Scope, guarded: bool = False) -> tuple[View, View]:
    """The exponentials of shifted scores, 0 where a key is not allowed, and what they are shifted by."""
    scores = _scores(program, value, scope)
    top = _top(program, value, scores, scope, guarded)
    return program.add("shifted exp", (scores, top), lengths_in(value.scores, scope)), top


def _top(program: Program, value: nodes.OverAllowedKeys, scores: View, scope: Scope, guarded: bool) -> View:
    """The largest score of each row; a finite number for a row that may have no keys."""
    top = over(program, "top", scores, value.scores, scope, columns=True)
    if not guarded and not _may_be_empty(value):
        return top
    return program.add("finite", (top,), {**scope, ROW: int(value.shape[0]), COLUMN: 1})


def _shared_out(program: Program, value: nodes.OverAllowedKeys, weights: View, total: View, scope: Scope) -> View:
    if _may_be_empty(value):
        total = program.add("at least one", (total,), {**scope, ROW: int(value.shape[0]), COLUMN: 1})
    return program.add("share", (weights, total), lengths_in(value.scores, scope))


def _may_be_empty(value: nodes.OverAllowedKeys) -> bool:
    return value.allowed is not None and not always_allows_a_key(value.allowed)


def _scores(program: Program, value: nodes.OverAllowedKeys, scope: Scope) -> View:
    """The scores, minus infinity where a key is not allowed."""
    return _where(program, value, program.read(value.scores, scope), scope, "where or lowest")


def _where(program: Program, value: nodes.OverAllowedKeys, view: View, scope: Scope, operation: str = "where") -> View:
    if value.allowed is None:
        return view
    return program.add(operation, (*_sets(program, value.allowed, scope), view), lengths_in(value.scores, scope))


def _sets(program: Program, allowed: Expr, scope: Scope) -> tuple[View, ...]:
    if isinstance(allowed, nodes.Intersection):
        return tuple(view for side in allowed.args for view in _sets(program, side, scope))
    return (program.read(allowed, scope),)


STABLE: dict[type, Rule] = {
    nodes.Softmax: softmax,
    nodes.LogSumExp: log_sum_exp,
    nodes.Hardmax: hardmax,
    nodes.Entmax: entmax,
}
"""Rows that stand in the place of those in ``closed_form/rows.py``."""
