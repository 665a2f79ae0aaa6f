"""EntryBlocks: every entry of a value over named blocks, one block an equation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from symattn import limits
from symattn.closed_form.graph import ScalarGraph
from symattn.closed_form.growth import graph_of
from symattn.closed_form.positions import check_concrete, check_position
from symattn.closed_form.rows import view_of
from symattn.closed_form.steps import Program, Step, block_axes
from symattn.equations import EquationSystem
from symattn.errors import LimitError
from symattn.nodes import Value, shape_of


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
        self._program = Program()
        self._blocks: dict[str, Block] = {}
        self._symbols: dict[int, Value] = {}
        for equation in system.needed(name):
            self._add(equation.name, equation.symbol, equation.expression)
        if name not in self._blocks:
            self._program.input(system[name])

    def _add(self, name: str, symbol: Value, value: Value) -> None:
        program, first = self._program, len(self._program.steps)
        view = program.own(view_of(program, value), block_axes(value), first)
        program.named[name] = view
        steps = tuple(step for step in program.steps[first:] if step.operation not in ("input", "number"))
        self._blocks[name] = Block(name, symbol, steps)
        self._symbols[view.source] = symbol

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

    def entry(self, name: str, i: int, j: int, *, expand: bool = False, limit: int | None = None) -> Expr:
        """One entry over named values, or with ``expand=True`` over the inputs; its size is counted before it is built.

        Errors: ``UnknownNameError``, ``ShapeError`` outside the matrix, ``LimitError`` above ``limit`` operations.
        """
        if name not in self._program.named:
            raise self.system.unknown(name)
        view = self._program.named[name]
        step = self._program.steps[view.source]
        position = self._position(name, i, j)
        named = {} if expand else {place: symbol for place, symbol in self._symbols.items() if place != view.source}
        limit = limits.ENTRY_OPERATIONS if limit is None else limit
        count = self._program.tree_operations(view.source, named)
        if count > limit:
            raise too_large(name, count, limit, expand)
        graph = graph_of(self._program, step, position, named)
        return graph.expand(graph.outputs[0][0], limit)

    def _position(self, name: str, i: int, j: int) -> int:
        shape = shape_of(self._blocks[name].symbol if name in self._blocks else self.system[name])
        row, column = (check_position(self.system, name, shape, place, axis) for axis, place in enumerate((i, j)))
        return int(row) * int(shape[1]) + int(column) if shape else 0

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
