"""Names for what occurs more than once in some formulas, for every softmax and for every allowed set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sympy import MatrixExpr, MatrixSymbol, Symbol

from symattn.equations import Equation
from symattn.language.to_code import formula
from symattn.lowering.program import CONSTANTS, Program, Statement
from symattn.lowering.rewriting import rebuilt
from symattn.lowering.tile_nodes import OnlyAllowed
from symattn.lowering.uses import always_allows_a_key, viewed
from symattn.nodes import IndexCondition, Intersection, Member, OverAllowedKeys, Softmax, Value, is_matrix


class Sharing:
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
        if isinstance(value, OnlyAllowed):
            return rebuilt(value, (self._named(value.scores), value.allowed))
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
