"""Equations to a program: statements in order, shared values named once, and when each value is last read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sympy import Identity, MatrixSymbol, OneMatrix, Symbol, Transpose, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import EquationSystem
from symattn.errors import LoweringError
from symattn.lowering.costs import Costs
from symattn.lowering.rewriting import cheaper, rebuilt
from symattn.nodes import Column, IndexSum, MatrixProduct, Row, Softmax, Value, is_matrix, shape_of
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
    """``name = expression``; ``text`` is the equation as it was written, if it is one."""

    name: str
    expression: Value
    text: Value | None = None


@dataclass
class Program:
    """Statements that compute some values of a system of equations, with what a writer of code asks about them."""

    system: EquationSystem
    outputs: tuple[str, ...]
    statements: list[Statement] = field(default_factory=list)
    indices: tuple[Symbol, ...] = ()
    lengths: dict[Symbol, Value] = field(default_factory=dict)
    known: dict[str, Facts] = field(default_factory=dict)
    postponed: set[str] = field(default_factory=set)
    """Names of softmaxes whose division waits until after the one product that reads them."""
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
        everything = frozenset(self.system.inputs)
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
        if isinstance(value, (Column, Row, MatrixElement)):
            parts = parts[:1]
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
        memory = self._memory[name]
        return (
            memory not in self.system.inputs
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


def viewed(value: Value) -> str | None:
    """The name whose memory a value shares rather than copies."""
    if isinstance(value, (MatrixSymbol, Symbol)):
        return value.name
    if isinstance(value, Transpose):
        return viewed(value.arg)
    if isinstance(value, (Column, Row)):
        return viewed(value.matrix)
    return viewed(value.args[0]) if isinstance(value, MatrixElement) else None


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
    program = Program(system, outputs)
    everything = frozenset(system.inputs)
    for name, symbol in system.inputs.items():
        shape = shape_of(symbol)
        program.known[name] = Facts(shape, (), frozenset([name]), frozenset([name]) if shape else everything)
    numbers = frozenset(system.sizes)
    rewritten = [cheaper(equation.expression, numbers, costs) for equation in equations]
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
    """Names what occurs more than once, and every softmax: a statement each, before the first that reads it."""

    def __init__(self, program: Program, expressions: Iterable[Value]) -> None:
        self._program = program
        self._symbols: dict[Value, Value] = {}
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
        return rebuilt(value, tuple(self._named(part) for part in value.args))

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
