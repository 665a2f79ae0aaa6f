"""Equations to a program: statements in order, shared values named once, and when each value is last read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sympy import Identity, MatrixExpr, MatrixSymbol, OneMatrix, Symbol, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import EquationSystem
from symattn.errors import LoweringError
from symattn.lowering.costs import Costs
from symattn.lowering.rewriting import cheaper, rebuilt
from symattn.lowering.uses import Uses, always_allows_a_key, uses_of, viewed, with_own_indices
from symattn.nodes import (
    Column,
    IndexCondition,
    IndexSum,
    Intersection,
    MatrixProduct,
    Row,
    Softmax,
    Value,
    is_matrix,
    shape_of,
)
from symattn.shapes import Shape, same_size

CONSTANTS = (Identity, OneMatrix, ZeroMatrix)


@dataclass(frozen=True)
class Facts:
    """What is known of a value before it is computed.

    ``axes``: the bound indices it runs over, each a leading array axis. ``batches`` and ``dtypes``: the inputs whose
    leading axes and whose dtype it has taken on. A value with none of these and no shape is a plain number.
    """

    shape: Shape = ()
    axes: tuple[Symbol, ...] = ()
    batches: frozenset[str] = frozenset()
    dtypes: frozenset[str] = frozenset()

    @property
    def is_number(self) -> bool:
        """Whether it is a number made from sizes alone, known before any array is."""
        return not (self.shape or self.axes or self.dtypes)


@dataclass(frozen=True)
class Statement:
    """``name = expression``; ``text`` is the equation as it was written, if it is one.

    ``is_truth``: the value is an allowed set as truth values rather than as 0 and 1.
    """

    name: str
    expression: Value
    text: Value | None = None
    is_truth: bool = False


@dataclass
class Program:
    """Statements that compute some values of a system of equations, with what a writer of code asks about them."""

    system: EquationSystem
    outputs: tuple[str, ...]
    uses: Uses
    statements: list[Statement] = field(default_factory=list)
    indices: tuple[Symbol, ...] = ()
    lengths: dict[Symbol, Value] = field(default_factory=dict)
    known: dict[str, Facts] = field(default_factory=dict)
    postponed: set[str] = field(default_factory=set)
    """Names of softmaxes whose division waits until after the one product that reads them."""
    truths: set[str] = field(default_factory=set)
    """Names of arrays of truth values: inputs that nothing else is read from, and allowed sets."""
    never_empty: set[str] = field(default_factory=set)
    """Names of allowed sets that surely hold a key for every query."""
    _taken: set[str] = field(default_factory=set)
    _memory: dict[str, str] = field(default_factory=dict)
    _last_read: dict[str, int] = field(default_factory=dict)
    _reads: list[Counter[str]] = field(default_factory=list)

    def fresh(self, stem: str) -> str:
        """A name that nothing has; it begins with an underscore, as no name of a user's does."""
        name, number = stem, 1
        while name in self._taken:
            number += 1
            name = f"{stem}{number}"
        self._taken.add(name)
        return name

    def facts(self, value: Value) -> Facts:
        """What is known of any value in the program."""
        if isinstance(value, MatrixSymbol) or (isinstance(value, Symbol) and value.name in self.known):
            return self.known[value.name]
        everything = self.uses.dtypes
        shape = shape_of(value)
        if isinstance(value, Symbol):
            return Facts((), (value,), dtypes=everything) if value in self.lengths else Facts()
        if isinstance(value, CONSTANTS):
            return Facts(shape, dtypes=everything)
        parts = [self.facts(part) for part in value.args]
        axes = {axis for part in parts for axis in part.axes}
        if isinstance(value, IndexSum):
            axes.discard(value.symbol)
            parts = [self.facts(value.term)]
        ordered = tuple(axis for axis in self.indices if axis in axes)
        batches = frozenset[str]().union(*(part.batches for part in parts))
        if isinstance(value, (Column, Row, MatrixElement, Softmax)):
            parts = parts[:1]
        if isinstance(value, (IndexCondition, Intersection)):
            return Facts(shape, ordered, batches, everything)
        return Facts(shape, ordered, batches, frozenset[str]().union(*(part.dtypes for part in parts)))

    def covers(self, part: Value, whole: Value) -> bool:
        """Whether the result of an operation on ``part`` fits into the memory of ``part``, whatever the batches."""
        a, b = self.facts(part), self.facts(whole)
        return (
            is_matrix(part)
            and len(a.shape) == len(b.shape)
            and all(same_size(x, y) for x, y in zip(a.shape, b.shape, strict=True))
            and a.axes == b.axes
            and b.batches <= a.batches
            and b.dtypes <= a.dtypes
        )

    def is_dying(self, name: str, position: int) -> bool:
        """Whether the statement at a position reads the memory of ``name`` once, and nothing does so after it."""
        memory = self._memory.get(name)
        return (
            memory is not None
            and memory not in self.system.inputs
            and self._last_read[memory] == position
            and self._reads[position][memory] == 1
        )

    def count_reads(self) -> None:
        """Find out which names share memory, and when each memory is read for the last time."""
        self._memory = {name: name for name in self.system.inputs}
        for position, statement in enumerate(self.statements):
            seen = viewed(statement.expression)
            self._memory[statement.name] = self._memory.get(seen, statement.name) if seen else statement.name
            names = mentions(statement.expression, self._memory)
            self._reads.append(Counter(self._memory[name] for name in names))
            for name in names:
                self._last_read[self._memory[name]] = position
        for name in self.outputs:
            self._last_read[self._memory[name]] = len(self.statements)

    def postpone_divisions(self, costs: Costs) -> None:
        """Divide the product instead of the weights where ``softmax(S) @ V`` is smaller than the weights."""
        position_of = {statement.name: position for position, statement in enumerate(self.statements)}
        reads = sum(self._reads, Counter[str]())
        for statement in self.statements:
            for product in products(statement.expression):
                weights = product.left
                if not isinstance(weights, MatrixSymbol) or weights.name not in position_of:
                    continue
                if weights.name in self.outputs or reads[weights.name] != 1:
                    continue
                definition = self.statements[position_of[weights.name]].expression
                smaller = costs.entries(product.shape) <= costs.entries(weights.shape)
                if isinstance(definition, Softmax) and smaller:
                    self.postponed.add(weights.name)


def products(value: Value) -> Iterator[MatrixProduct]:
    """The matrix products in a value."""
    if isinstance(value, MatrixProduct):
        yield value
    if is_matrix(value):
        for part in value.args:
            yield from products(part)


def mentions(value: Value, names: Iterable[str]) -> list[str]:
    """The names that a value mentions, as often as it does."""
    found, pending = [], [value]
    while pending:
        part = pending.pop()
        if isinstance(part, (MatrixSymbol, Symbol)):
            if part.name in names:
                found.append(part.name)
        else:
            pending.extend(part.args)
    return found


def program_of(system: EquationSystem, outputs: tuple[str, ...]) -> Program:
    """The statements that compute ``outputs``, cheapest first: scaled operands, shared values, each named once."""
    costs = Costs(system)
    equations = system.needed(*outputs)
    program = Program(system, outputs, uses_of(system, outputs))
    program.truths |= program.uses.truths
    for name, symbol in system.inputs.items():
        shape = shape_of(symbol)
        dtypes = frozenset([name]) if shape else program.uses.dtypes
        program.known[name] = Facts(shape, (), frozenset([name]), dtypes)
    numbers = frozenset(system.sizes)
    rewritten = [cheaper(with_own_indices(equation.expression), numbers, costs) for equation in equations]
    for expression in rewritten:
        _collect_indices(program, expression)
    sharing = _Sharing(program, rewritten)
    for equation, expression in zip(equations, rewritten, strict=True):
        sharing.add(equation.name, expression, equation.expression)
    program.count_reads()
    program.postpone_divisions(costs)
    return program


def _collect_indices(program: Program, value: Value) -> None:
    """Note every index of a sum and its length, in order; one array axis each, wherever it occurs."""
    if isinstance(value, IndexSum):
        length = program.lengths.setdefault(value.symbol, value.length)
        if not same_size(length, value.length):
            raise LoweringError(
                f"the index {value.symbol} runs over {length} values in one sum and over {value.length} in another; "
                "give one of them another name."
            )
        if value.symbol not in program.indices:
            program.indices += (value.symbol,)
    if is_matrix(value):
        for part in value.args:
            _collect_indices(program, part)


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

    def add(self, name: str, expression: Value, text: Value | None) -> None:
        """The statement ``name = expression``, after those it needs."""
        replaced = self._symbols[expression] if expression in self._symbols else self._with_names(expression)
        program = self._program
        program.known[name] = program.facts(replaced)
        program.statements.append(Statement(name, replaced, text))
        if is_matrix(expression):
            self._symbols.setdefault(expression, MatrixSymbol(name, *expression.shape))

    def _with_names(self, value: Value) -> Value:
        if not is_matrix(value) or isinstance(value, (MatrixSymbol, *CONSTANTS)):
            return value
        if isinstance(value, Softmax) and value.allowed is not None:
            return rebuilt(value, (self._named(value.scores), self._set(value.allowed)))
        if isinstance(value, Intersection):
            return self._within_set(value)
        return rebuilt(value, tuple(self._named(part) for part in value.args))

    def _set(self, allowed: MatrixExpr) -> MatrixExpr:
        """The name of an allowed set, which is made once however many softmaxes it serves."""
        if isinstance(allowed, MatrixSymbol) and allowed.name in self._program.truths:
            return allowed
        if allowed not in self._sets:
            expression = self._within_set(allowed)
            program = self._program
            name = program.fresh("_allowed")
            program.known[name] = program.facts(expression)
            program.truths.add(name)
            if always_allows_a_key(expression):
                program.never_empty.add(name)
            program.statements.append(Statement(name, expression, allowed, is_truth=True))
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
            self.add(name, value, None)
            return self._symbols[value]
        return self._with_names(value)


def _is_work(value: Value) -> bool:
    """Whether a value costs more than a look at memory that exists already."""
    return is_matrix(value) and not isinstance(value, CONSTANTS) and viewed(value) is None
