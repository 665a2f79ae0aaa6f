"""A program: statements in order, what is known of each value before it is computed, and when it is last read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sympy import Expr, Identity, MatrixSymbol, OneMatrix, Piecewise, Symbol, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.equations import EquationSystem
from symattn.lowering.costs import LONG, Costs
from symattn.lowering.uses import COLUMN, ROW, Uses, viewed
from symattn.nodes import (
    Block,
    Column,
    IndexCondition,
    IndexedMatrix,
    Intersection,
    MatrixProduct,
    Member,
    OverAllowedKeys,
    OverAnIndex,
    Row,
    Scatter,
    Softmax,
    Value,
    index,
    is_matrix,
    shape_of,
)
from symattn.shapes import Shape, same_size

CONSTANTS = (Identity, OneMatrix, ZeroMatrix)


@dataclass(frozen=True)
class Facts:
    """What is known of a value before it is computed.

    ``axes``: the indices it runs over, of families and of sums, each an array axis before the last two. ``batches``
    and ``dtypes``: the inputs whose leading axes and whose dtype it has taken on. A value with none of these and no
    shape is a plain number. ``along``: it runs over the rows or the columns of the array that is being made.
    """

    shape: Shape = ()
    axes: tuple[Symbol, ...] = ()
    batches: frozenset[str] = frozenset()
    dtypes: frozenset[str] = frozenset()
    along: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is a number made from sizes alone, known before any array is."""
        return not (self.shape or self.axes or self.dtypes or self.along)


@dataclass(frozen=True)
class Statement:
    """``name = expression``; ``text`` is the equation as it was written, if it is one.

    ``left_side``: the name with the indices of a family behind it, as in ``Q[h]``; ``axes``: those indices, all of
    which the array that is called ``name`` runs over, in this order.
    ``is_truth``: the value is an allowed set as truth values rather than as 0 and 1.
    """

    name: str
    expression: Value
    text: Value | None = None
    is_truth: bool = False
    left_side: str = ""
    axes: tuple[Symbol, ...] = ()
    inside: tuple[str, ...] = ()
    """Equations of values that are computed inside this one, as they were written."""
    tiled: Any = None
    """A pass over tiles, which computes the values in ``defines``."""
    defines: tuple[str, ...] = ()
    within: str = ""
    """The head of a block that the lines of the statement stand in, as ``with …:``."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all that the statement computes."""
        return self.defines or (self.name,)


@dataclass
class Program:
    """Statements that compute some values of a system of equations, with what a writer of code asks about them."""

    system: EquationSystem
    outputs: tuple[str, ...]
    uses: Uses
    costs: Costs
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
    kernels: dict[str, str] = field(default_factory=dict)
    """Which values come from kernels of attention, each with the kernel's name."""
    direct: tuple[str, ...] = ()
    """Why other weights do not."""
    upstream: str = ""
    """The cotangent that a backward pass is given, if there is one."""
    stretching: tuple[str, ...] = ()
    """The inputs over whose batches it is stretched."""
    _taken: set[str] = field(default_factory=set)
    _made: dict[str, int] = field(default_factory=dict)
    """How many names of each stem have been tried."""
    _memory: dict[str, str] = field(default_factory=dict)
    _last_read: dict[str, int] = field(default_factory=dict)
    _reads: list[Counter[str]] = field(default_factory=list)
    _all_reads: Counter[str] = field(default_factory=Counter)
    _definitions: dict[str, Value] = field(default_factory=dict)
    _read_until: dict[int, list[int]] = field(default_factory=dict)
    """By the position that reads a memory for the last time: the positions of the statements that it belongs to."""
    _large: dict[int, bool] = field(default_factory=dict)

    def fresh(self, stem: str) -> str:
        """A name that nothing has; it begins with an underscore, as no name of a user's does."""
        number = self._made.get(stem, 0)
        while True:
            number += 1
            name = stem if number == 1 else f"{stem}{number}"
            if name not in self._taken:
                break
        self._made[stem] = number
        self._taken.add(name)
        return name

    def share_names_of(self, other: Program) -> None:
        """Take no name that the other program has, now or later, and let it take none of these."""
        self._taken = other._taken

    def index_for(self, symbol: Symbol, length: Expr, after: int = -1) -> Symbol:
        """The index itself, or one of another name where this one runs over another length or stands too early.

        All indices have one order, that of the array axes; ``after`` is the place in it behind which this one has to
        stand.
        """
        chosen, number = symbol, 0
        while chosen in self.lengths and not (
            same_size(self.lengths[chosen], length) and self.indices.index(chosen) > after
        ):
            number += 1
            chosen = index(f"_{symbol.name}{number}")
        if chosen not in self.lengths:
            self.lengths[chosen] = length
            self.indices += (chosen,)
        return chosen

    def in_order(self, symbols: Iterable[Expr]) -> tuple[Symbol, ...]:
        """The indices among some symbols, each once, in the order of the array axes."""
        found = set(symbols)
        return tuple(axis for axis in self.indices if axis in found)

    def facts(self, value: Value) -> Facts:
        """What is known of any value in the program."""
        if value in (ROW, COLUMN):
            return Facts(dtypes=self.uses.dtypes, along=True)
        if isinstance(value, MatrixSymbol) or (isinstance(value, Symbol) and value.name in self.known):
            return self.known[value.name]
        everything = self.uses.dtypes
        shape = shape_of(value)
        if isinstance(value, Symbol):
            return Facts((), (value,), dtypes=everything) if value in self.lengths else Facts()
        if isinstance(value, CONSTANTS):
            return Facts(shape, dtypes=everything)
        if isinstance(value, Member):
            known = self.known[value.name]
            axes = {symbol for position in value.positions for symbol in position.free_symbols}
            return Facts(shape, self.in_order(axes), known.batches, known.dtypes)
        parts = [self.facts(part) for part in value.args]
        axes = {axis for part in parts for axis in part.axes}
        if isinstance(value, OverAnIndex):
            axes.discard(value.symbol)
            parts = [self.facts(value.term)]
        ordered = self.in_order(axes)
        batches = frozenset[str]().union(*(part.batches for part in parts))
        along = not shape and any(part.along for part in parts)
        if isinstance(value, (Column, Row, Block, MatrixElement, OverAllowedKeys, Scatter)):
            parts = parts[:1]
        if isinstance(value, Piecewise):
            cases = [self.facts(case.expr) for case in value.args]
            numbers_alone = all(case.is_number for case in cases) and not all(part.is_number for part in parts)
            parts = [Facts(dtypes=everything)] if numbers_alone else cases
        if isinstance(value, (IndexCondition, Intersection)):
            return Facts(shape, ordered, batches, everything)
        dtypes = frozenset[str]().union(*(part.dtypes for part in parts))
        if isinstance(value, IndexedMatrix):
            dtypes = parts[0].dtypes or everything
        return Facts(shape, ordered, batches, dtypes, along)

    def covers(self, part: Value, whole: Value) -> bool:
        """Whether the result of an operation on ``part`` fits into the memory of ``part``, whatever the batches."""
        return self.covers_but_for_batches(part, whole) and self.facts(whole).batches <= self.facts(part).batches

    def covers_but_for_batches(self, part: Value, whole: Value) -> bool:
        """Whether it fits if it has no more batches than ``part``."""
        a, b = self.facts(part), self.facts(whole)
        return (
            is_matrix(part)
            and len(a.shape) == len(b.shape)
            and all(same_size(x, y) for x, y in zip(a.shape, b.shape, strict=True))
            and a.axes == b.axes
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

    def definition(self, name: str) -> Value | None:
        """The formula of a statement's value; nothing for an input."""
        return self._definitions.get(name)

    def finished(self, position: int) -> list[str]:
        """The names of large arrays that nothing reads after a statement, if a later one makes a large array."""
        done = [
            self.statements[place].name
            for place in self._read_until.get(position, ())
            if not (self.statements[place].is_truth or self.statements[place].tiled) and self._is_large_at(place)
        ]
        return done if done and self._last_large > position else []

    @cached_property
    def _last_large(self) -> int:
        """The position of the last statement that makes a large array."""
        return next(filter(self._is_large_at, reversed(range(len(self.statements)))), -1)

    def _is_large_at(self, position: int) -> bool:
        if position not in self._large:
            self._large[position] = self.is_large(self.statements[position].expression)
        return self._large[position]

    def is_read_once(self, name: str) -> bool:
        """Whether a single formula reads the memory of ``name``, and reads it once."""
        return self._all_reads[self._memory[name]] == 1

    def count_reads(self) -> None:
        """Find out which names share memory, and when each memory is read for the last time; once all are there."""
        self._memory = {name: name for name in self.system.inputs}
        for position, statement in enumerate(self.statements):
            seen = viewed(statement.expression)
            for name in statement.names:
                self._memory[name] = self._memory.get(seen, name) if seen else name
            names = mentions(statement.expression, self._memory)
            self._reads.append(Counter(self._memory[name] for name in names))
            self._all_reads.update(self._reads[-1])
            for name in names:
                self._last_read[self._memory[name]] = position
        for name in self.outputs:
            self._last_read[self._memory[name]] = len(self.statements)
        for position, statement in enumerate(self.statements):
            self._definitions.setdefault(statement.name, statement.expression)
            memory = self._memory[statement.name]
            if memory in self._last_read and memory not in self.system.inputs:
                self._read_until.setdefault(self._last_read[memory], []).append(position)

    def postpone_divisions(self) -> None:
        """Divide the product instead of the weights where ``softmax(S) @ V`` is smaller than the weights."""
        position_of = {statement.name: position for position, statement in enumerate(self.statements)}
        reads = self._all_reads
        for statement in self.statements:
            for product in products(statement.expression):
                weights = product.left
                if not isinstance(weights, (MatrixSymbol, Member)) or weights.name not in position_of:
                    continue
                if self.facts(weights).axes != getattr(weights, "positions", self.known[weights.name].axes):
                    continue  # not the whole family as it is stored
                if weights.name in self.outputs or reads[weights.name] != 1:
                    continue
                definition = self.statements[position_of[weights.name]].expression
                smaller = self._entries(product) <= self._entries(weights)
                if isinstance(definition, Softmax) and smaller:
                    self.postponed.add(weights.name)

    def is_large(self, value: Value) -> bool:
        """Whether a matrix is likely to have an entry for every query and key, or more."""
        return is_matrix(value) and self._entries(value) >= LONG * LONG

    def _entries(self, value: Value) -> int:
        return self.costs.entries([*value.shape, *(self.lengths[axis] for axis in self.facts(value).axes)])


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


def on_the_way(values: dict[str, Value], wanted: Iterable[str]) -> list[str]:
    """The names among some values that the wanted ones rest on, these included, in the order of the values."""
    asked, kept = set(wanted), list[str]()
    for name in reversed(values):
        if name in asked:
            kept.append(name)
            asked |= set(mentions(values[name], values))
    return kept[::-1]
