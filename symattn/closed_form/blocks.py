"""EntryBlocks: every entry of a value over named blocks, one block an equation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from symattn import limits
from symattn.closed_form.graph import ScalarGraph
from symattn.closed_form.growth import graph_of
from symattn.closed_form.positions import check_concrete, check_positions
from symattn.closed_form.program import Program
from symattn.closed_form.rows import rule_of
from symattn.closed_form.steps import Step, block_axes, family_axes
from symattn.equations import Equation, EquationSystem
from symattn.errors import LimitError
from symattn.nodes import Value


@dataclass(frozen=True, eq=False, repr=False)
class Block:
    """The entries of one equation: ``steps`` are the operations that make them, the last one the block's own.

    ``ids`` are the entries' numbers as a NumPy array; each step's ``references()`` are the numbers it reads.
    """

    name: str
    symbol: Value
    steps: tuple[Step, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.steps[-1].shape

    @property
    def ids(self) -> Any:
        """The numbers of the entries, a NumPy array of the block's shape.

        Errors: ``LimitError`` for more entries than ``limits.GRAPH_ENTRIES``.
        """
        return self.steps[-1].ids

    @property
    def operations(self) -> int:
        """Operations on single numbers in the whole block."""
        return sum(step.operations for step in self.steps)


class EntryBlocks:
    """Every entry of a value and of all it rests on, a block an equation; an entry refers to entries of earlier blocks.

    Blocks are described by strides, so that they cost the same for any size; single entries, and the arrays of all
    entries' numbers, are made when asked for. ``len`` is the number of blocks.

    >>> from symattn.mechanisms import named
    >>> blocks = named("dot").at(n=2, m=3, d_k=2, d_v=2).entries()
    >>> blocks
    <EntryBlocks of O (2, 2): S, P, O; 54 operations>
    >>> blocks.entry("S", 0, 1)
    K[1, 0]*Q[0, 0] + K[1, 1]*Q[0, 1]
    """

    def __init__(self, system: EquationSystem, name: str) -> None:
        system[name]
        check_concrete(system)
        self.system = system
        self.name = name
        self._program = Program(rule_of)
        self._blocks: dict[str, Block] = {}
        self._symbols: dict[int, Value] = {}
        for equation in system.needed(name):
            self._add(equation)
        if name not in self._blocks:
            self._program.input(system[name])

    def _add(self, equation: Equation) -> None:
        program, first = self._program, len(self._program.steps)
        own = {symbol: int(length) for symbol, length in equation.axes}
        view = program.read(equation.expression, own)
        view = program.own(view, {**own, **block_axes(equation.expression)}, first)
        program.named[equation.name] = view.renamed(dict(zip(own, family_axes(len(own)), strict=True)))
        steps = tuple(step for step in program.steps[first:] if step.operation not in ("input", "number"))
        self._blocks[equation.name] = Block(equation.name, equation.symbol, steps)
        self._symbols[view.source] = equation.symbol

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value asked for."""
        return tuple(int(length) for length in self.system.shape(self.name))

    @property
    def names(self) -> tuple[str, ...]:
        """The blocks' names, in order of evaluation."""
        return tuple(self._blocks)

    @property
    def operations(self) -> int:
        """Operations on single numbers in all blocks: what it takes to compute the value once."""
        return sum(block.operations for block in self)

    def __getitem__(self, name: str) -> Block:
        if name not in self._blocks:
            raise self.system.unknown(name)
        return self._blocks[name]

    def __iter__(self) -> Iterator[Block]:
        return iter(self._blocks.values())

    def __len__(self) -> int:
        return len(self._blocks)

    def __repr__(self) -> str:
        what = f"{self.name} {self.shape}" if self.shape else self.name
        return f"<EntryBlocks of {what}: {', '.join(self.names)}; {self.operations} operations>"

    def entry(self, name: str, *position: int, expand: bool = False, limit: int | None = None) -> Expr:
        """One entry over named values, or with ``expand=True`` over the inputs; its size is counted before it is built.

        Of a family the positions of the member stand before the row and the column.
        Errors: ``UnknownNameError``, ``ShapeError`` outside the matrix, ``LimitError`` above ``limit`` operations.
        """
        if name not in self._program.named:
            raise self.system.unknown(name)
        view = self._program.named[name]
        step = self._program.steps[view.source]
        place = self._place(name, position)
        named = {} if expand else {place: symbol for place, symbol in self._symbols.items() if place != view.source}
        limit = limits.ENTRY_OPERATIONS if limit is None else limit
        count = self._program.tree_operations(view.source, named)
        if count > limit:
            raise too_large(name, count, limit, expand)
        graph = graph_of(self._program, step, place, named)
        return graph.expand(graph.outputs[0][0], limit)

    def _place(self, name: str, position: Sequence[int]) -> int:
        place, shape = 0, self.system.shape(name)
        for along, length in zip(check_positions(self.system, name, position), shape, strict=bool(shape)):
            place = place * int(length) + int(along)
        return place

    def graph(self, *, limit: int | None = None) -> ScalarGraph:
        """Every entry of every block as a node of one graph.

        Errors: ``LimitError`` for more entries than ``limit`` (``limits.GRAPH_ENTRIES`` unless given).
        """
        limit = limits.GRAPH_ENTRIES if limit is None else limit
        if self._program.size > limit:
            raise LimitError(
                f"{self.name} and what it rests on have {self._program.size} entries; the limit is {limit}. "
                f"Pass limit={self._program.size}, or keep the blocks."
            )
        view = self._program.named[self.name]
        return graph_of(self._program, self._program.steps[view.source])


def too_large(name: str, count: int, limit: int, expand: bool) -> LimitError:
    """The error for an entry that would take too many operations."""
    instead = "leave out expand=True to have it over the named values" if expand else "keep its sizes symbolic"
    where = "written out to the inputs" if expand else "written out over the named values"
    return LimitError(
        f"an entry of {name} {where} takes {count} operations; the limit is {limit}. "
        f"Pass limit={count} to have it all the same, or {instead}."
    )
