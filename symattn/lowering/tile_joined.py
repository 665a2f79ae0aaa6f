"""Scores with a few columns beside those of the keys, as of a sink: split into the two parts before tiles are made.

``softmax(hstack(C, S))`` has the weights ``exp(lse(C) - L) * softmax(C)`` and ``exp(lse(S) - L) * softmax(S)`` where
``L`` is the logarithm of both sums; so the keys are gone over in tiles, and the columns beside them are a few numbers
for each query. Theorem D8 proves it, as the merging of two blocks.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Integer, MatrixSymbol, OneMatrix, ZeroMatrix

from symattn.lowering.program import Program, Statement
from symattn.lowering.rewriting import rebuilt
from symattn.lowering.tiling import NotTiled
from symattn.lowering.uses import COLUMN, allows
from symattn.nodes import (
    Arithmetic,
    Block,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwiseProduct,
    ElementwiseSum,
    Exponential,
    HorizontalStack,
    IndexCondition,
    IndexedMatrix,
    Intersection,
    LogSumExp,
    MatrixProduct,
    Member,
    Negation,
    RowSum,
    Softmax,
    Value,
    is_matrix,
)
from symattn.nodes.cases import put_in
from symattn.shapes import Shape, same_size

MOST_BESIDE = 8
"""Columns beside those of the keys."""


def split_joined(program: Program) -> None:
    """Put statements for both parts in the place of those whose scores have columns beside the keys'."""
    definitions = {statement.name: statement.expression for statement in program.statements}
    for statement in program.statements:
        for value in statement.expression.atoms(Softmax):
            stack = value.scores
            if isinstance(stack, (MatrixSymbol, Member)):
                stack = definitions.get(stack.name)
            if isinstance(stack, HorizontalStack) and len(stack.args) == 2:
                beside, keys = stack.args
                count = beside.shape[1]
                if isinstance(count, Integer) and count <= MOST_BESIDE and not isinstance(keys.shape[1], Integer):
                    _Splitting(program, stack.shape, count).split()
                    return


class _Splitting:
    def __init__(self, program: Program, shape: Shape, count: Integer) -> None:
        self.program, self.shape, self.count = program, shape, count
        self.parts: dict[str, tuple[Value, Value]] = {}
        self.same: dict[str, Value] = {}
        """Names that stand for the same as another value."""
        self.scaled: dict[str, tuple[Value, Value]] = {}
        """Weights that are a number for each query times those of a softmax."""
        self.found: list[Statement] = []

    def split(self) -> None:
        """Errors: ``NotTiled`` for an operation that is not one on each of the two parts."""
        for statement in self.program.statements:
            self._statement(statement)
        self.program.statements = self.found

    def _is_joined(self, value: Value) -> bool:
        return is_matrix(value) and all(map(same_size, value.shape, self.shape))

    def _statement(self, statement: Statement) -> None:
        value = statement.expression
        if not self._is_joined(value):
            value = self._without_joined(value)
            if isinstance(value, MatrixSymbol) and value.name in self.program.known:
                axes = self.program.known[value.name].axes
                if axes == statement.axes and statement.name not in self.program.outputs:
                    self.same[statement.name] = value
                    return
            self.found.append(replace(statement, expression=value))
        elif statement.name in self.program.outputs:
            raise NotTiled(f"{statement.left_side} is asked for, with columns beside those of the keys")
        elif isinstance(value, Softmax):
            self.parts[statement.name] = self._weights(statement, value)
        elif not statement.is_truth:
            parts = (self._part(value, 0), self._part(value, 1))
            self.parts[statement.name] = tuple(self._named(f"_{statement.name}", part) for part in parts)  # type: ignore[assignment]
        else:
            self.parts[statement.name] = self._part(value, 0), self._part(value, 1)

    def _named(self, stem: str, value: Value, text: Value | None = None) -> Value:
        if isinstance(value, MatrixSymbol):
            return value
        name, facts = self.program.fresh(stem), self.program.facts(value)
        self.program.known[name] = facts
        self.found.append(Statement(name, value, text, False, name, facts.axes))
        return MatrixSymbol(name, *value.shape)

    def _weights(self, statement: Statement, value: Softmax) -> tuple[Value, Value]:
        """The weights of both parts, from the logarithms of the sums of each."""
        scores = [self._part(value.scores, side) for side in (0, 1)]
        allowed = [None, None] if value.allowed is None else [self._part(value.allowed, side) for side in (0, 1)]
        beside = allowed[0]
        if beside is not None:
            every = [isinstance(beside, IndexCondition) and allows(beside, Integer(j)) for j in range(int(self.count))]
            if not all(every):
                raise NotTiled("a column beside those of the keys is not allowed to every query")
        weights = [
            self._named("_weights", Softmax(scores[0])),
            self._named("_weights", Softmax(scores[1], allowed=allowed[1])),
        ]
        logs = [
            self._named("_log", LogSumExp(scores[0])),
            self._named("_log", LogSumExp(scores[1], allowed=allowed[1])),
        ]
        both = self._named("_log", LogSumExp(HorizontalStack(*logs)))
        shares = [self._named("_share", Exponential(ElementwiseDifference(log, both))) for log in logs]
        found = []
        for share, own in zip(shares, weights, strict=True):
            name = self._named(f"_{statement.name}", ElementwiseProduct(share, own))
            self.scaled[name.name] = share, own
            found.append(name)
        return found[0], found[1]

    def _part(self, value: Value, side: int) -> Value:
        """The columns beside the keys', or those of the keys, of a joined value or of what stretches to one."""
        if not is_matrix(value):
            return value
        if not self._is_joined(value):
            if value.shape[1] == 1:
                return self._without_joined(value)
            raise NotTiled("what stretches over keys and the columns beside them has no parts")
        if isinstance(value, (MatrixSymbol, Member)) and value.name in self.parts:
            return self.parts[value.name][side]
        if isinstance(value, HorizontalStack) and value.args[0].shape[1] == self.count and len(value.args) == 2:
            return self._without_joined(value.args[side])
        rows, columns = self.shape[0], (self.count, (self.shape[1] - self.count).expand())[side]
        if isinstance(value, (OneMatrix, ZeroMatrix)):
            return value.func(rows, columns)
        if isinstance(value, (IndexedMatrix, IndexCondition)):
            formula = value.condition if isinstance(value, IndexCondition) else value.formula
            if side:
                formula = put_in(formula, {COLUMN: COLUMN + self.count})
            return value.func(formula, value.row, value.column, rows, columns)
        if isinstance(value, (Arithmetic, ElementwiseFunction, Negation, Intersection)):
            return rebuilt(value, tuple(self._part(part, side) for part in value.args))
        if isinstance(value, (MatrixSymbol, Member)):
            return Block(value, 0, (0, self.count)[side], rows, columns)
        raise NotTiled(f"{type(value).__name__.lower()} has no parts")

    def _without_joined(self, value: Value) -> Value:
        """The value with the parts of joined values where it reads them."""
        if isinstance(value, (MatrixSymbol, Member)):
            return self.same.get(value.name, value)
        if not is_matrix(value):
            return value
        if isinstance(value, Block) and self._is_joined(value.matrix):
            return self._block(value)
        if isinstance(value, RowSum) and self._is_joined(value.argument):
            return ElementwiseSum(*(RowSum(self._part(value.argument, side)) for side in (0, 1)))
        if any(self._is_joined(part) for part in value.args if is_matrix(part)):
            raise NotTiled(f"{type(value).__name__.lower()} has no parts")
        value = rebuilt(value, tuple(self._without_joined(part) for part in value.args))
        if isinstance(value, MatrixProduct) and isinstance(value.left, MatrixSymbol) and value.left.name in self.scaled:
            share, own = self.scaled[value.left.name]
            return ElementwiseProduct(share, MatrixProduct(own, value.right))
        return value

    def _block(self, value: Block) -> Value:
        first = value.args[2]
        for side, start in ((0, Integer(0)), (1, self.count)):
            part = self._part(value.matrix, side)
            if first == start and all(map(same_size, value.shape, part.shape)):
                return part
        raise NotTiled("a block that is neither all of the keys nor all beside them")
