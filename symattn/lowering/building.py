"""From equations to a program: cheaper formulas, and a name for all that is made once and read more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sympy import MatrixExpr, MatrixSymbol, Symbol

from symattn.equations import Equation, EquationSystem
from symattn.language.to_code import formula
from symattn.lowering.costs import Costs
from symattn.lowering.fused import fuse
from symattn.lowering.program import CONSTANTS, Facts, Program, Statement
from symattn.lowering.rewriting import cheaper, rebuilt
from symattn.lowering.upstream import note_upstream
from symattn.lowering.uses import always_allows_a_key, uses_of, viewed, with_row_and_column
from symattn.nodes import (
    IndexCondition,
    Intersection,
    Member,
    OverAllowedKeys,
    OverAnIndex,
    Softmax,
    Value,
    is_matrix,
    shape_of,
)


def program_of(
    system: EquationSystem, outputs: tuple[str, ...], strategy: str = "direct", costs: Costs | None = None
) -> Program:
    """The statements that compute ``outputs``, cheapest first: scaled operands, shared values, each named once.

    ``strategy`` says whether kernels of attention are to stand in the place of products; see :func:`fuse`.
    """
    costs = costs or Costs(system)
    equations = system.needed(*outputs)
    program = Program(system, outputs, uses_of(system, outputs), costs)
    program.truths |= program.uses.truths
    for name, symbol in system.inputs.items():
        shape = shape_of(symbol)
        dtypes = frozenset([name]) if shape else program.uses.dtypes
        program.known[name] = Facts(shape, (), frozenset([name]), dtypes)
    note_upstream(program)
    numbers = frozenset(system.sizes)
    own_indices = [_own_indices(program, equation) for equation in equations]
    rewritten = []
    for equation, axes in zip(equations, own_indices, strict=True):
        expression = with_row_and_column(equation.expression.xreplace(dict(zip(equation.indices, axes, strict=True))))
        rewritten.append(cheaper(_indices_apart(program, expression), numbers, costs))
    sharing = _Sharing(program, rewritten)
    for equation, axes, expression in zip(equations, own_indices, rewritten, strict=True):
        sharing.add(equation.name, expression, equation, axes)
    if strategy != "direct":
        fuse(program, strategy)
    program.count_reads()
    program.postpone_divisions()
    return program


def _own_indices(program: Program, equation: Equation) -> tuple[Symbol, ...]:
    """The indices on an equation's left side, an array axis each; renamed where their order is another elsewhere."""
    found: list[Symbol] = []
    for symbol, length in equation.axes:
        after = program.indices.index(found[-1]) if found else -1
        found.append(program.index_for(symbol, length, after))
    return tuple(found)


def _indices_apart(program: Program, value: Value) -> Value:
    """The value with each index of a sum noted, an array axis each; renamed where another has another length."""
    if not is_matrix(value):
        return value
    if isinstance(value, OverAnIndex):
        symbol = program.index_for(value.symbol, value.length)
        term = _indices_apart(program, value.term.xreplace({value.symbol: symbol}))
        return value.func(term, symbol, value.length)
    arguments = tuple(_indices_apart(program, part) for part in value.args)
    return value if arguments == value.args else value.func(*arguments)


class _Sharing:
    """Names what occurs more than once, every softmax and every allowed set: a statement each, before the first that
    reads it.
    """

    def __init__(self, program: Program, expressions: Iterable[Value]) -> None:
        self._program = program
        self._symbols: dict[Value, Value] = {}
        self._sets: dict[MatrixExpr, MatrixExpr] = {}
        self._counts: Counter[Value] = Counter()
        for expression in expressions:
            self._count(expression)

    def _count(self, value: Value) -> None:
        if not is_matrix(value):
            return
        self._counts[value] += 1
        if self._counts[value] == 1:
            for part in value.args:
                self._count(part)

    def add(
        self, name: str, expression: Value, equation: Equation | None = None, axes: tuple[Symbol, ...] = ()
    ) -> None:
        """The statement ``name = expression``, after those it needs; of an equation, over all its indices."""
        replaced = self._symbols[expression] if expression in self._symbols else self._with_names(expression)
        program = self._program
        facts = program.facts(replaced)
        program.known[name] = facts if equation is None else replace(facts, axes=axes)
        text, left_side = (None, name) if equation is None else (equation.expression, _left_side(equation))
        program.statements.append(Statement(name, replaced, text, False, left_side, program.known[name].axes))
        if is_matrix(expression) and facts.axes == program.known[name].axes:
            self._symbols.setdefault(expression, MatrixSymbol(name, *expression.shape))

    def _with_names(self, value: Value) -> Value:
        if not is_matrix(value) or isinstance(value, (MatrixSymbol, Member, *CONSTANTS)):
            return value
        if isinstance(value, OverAllowedKeys) and value.allowed is not None:
            return rebuilt(value, (self._named(value.scores), *value.options, self._set(value.allowed)))
        if isinstance(value, Intersection):
            return self._within_set(value)
        return rebuilt(value, tuple(self._named(part) for part in value.args))

    def _set(self, allowed: MatrixExpr) -> MatrixExpr:
        """The name of an allowed set, which is made once however many softmaxes it serves."""
        if isinstance(allowed, (MatrixSymbol, Member)) and allowed.name in self._program.truths:
            return allowed
        if allowed not in self._sets:
            expression = self._within_set(allowed)
            program = self._program
            name = program.fresh("_allowed")
            program.known[name] = program.facts(expression)
            program.truths.add(name)
            if always_allows_a_key(expression):
                program.never_empty.add(name)
            axes = program.known[name].axes
            program.statements.append(Statement(name, expression, allowed, True, name, axes))
            self._sets[allowed] = MatrixSymbol(name, *allowed.shape)
        return self._sets[allowed]

    def _within_set(self, allowed: MatrixExpr) -> MatrixExpr:
        if isinstance(allowed, Intersection):
            sides = (self._set(side) if self._counts[side] > 1 else self._within_set(side) for side in allowed.args)
            return rebuilt(allowed, tuple(sides))
        return allowed if isinstance(allowed, IndexCondition) else self._named(allowed)

    def _named(self, value: Value) -> Value:
        if value in self._symbols:
            return self._symbols[value]
        if isinstance(value, Softmax) or (self._counts[value] > 1 and _is_work(value)):
            name = self._program.fresh("_weights" if isinstance(value, Softmax) else "_shared")
            self.add(name, value)
            return self._symbols[value]
        return self._with_names(value)


def _left_side(equation: Equation) -> str:
    return formula(equation.left_side, name=lambda symbol: symbol.name, lenient=True)


def _is_work(value: Value) -> bool:
    """Whether a value costs more than a look at memory that exists already."""
    return is_matrix(value) and not isinstance(value, CONSTANTS) and viewed(value) is None
