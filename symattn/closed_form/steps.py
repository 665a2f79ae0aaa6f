"""Every entry of every value as a number in one count, described by strides: no entry is stored, none is left out.

A *step* is one operation carried out for all entries of a block; its entries take the next free numbers. What it reads
are *views*: entries of an earlier step, addressed by a start and a stride for each axis. Transposing a view renames
its axes, broadcasting leaves one out, and a sum runs along one. A block of a million entries costs as much as one of
four; whatever needs single entries, or the arrays of their numbers, makes them from the strides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

from sympy import Expr

from symattn import limits
from symattn.closed_form.operations import OPERATIONS
from symattn.errors import LimitError
from symattn.nodes import Value, shape_of

Axis = Hashable
"""``ROW``, ``COLUMN``, ``ALONG``, or the index of a sum around the value."""

ROW = "row"
COLUMN = "column"
ALONG = "along"
"""The axis that a dot product, a sum or a maximum runs along."""


class View(NamedTuple):
    """Some entries of the step number ``source``: entry numbers ``start + sum(stride * position)``."""

    source: int
    start: int
    strides: Mapping[Axis, int]

    def renamed(self, names: Mapping[Axis, Axis]) -> View:
        """The same entries under other axes; two axes of one new name are walked together, as on a diagonal."""
        strides: dict[Axis, int] = {}
        for axis, stride in self.strides.items():
            name = names.get(axis, axis)
            strides[name] = strides.get(name, 0) + stride
        return self._replace(strides=strides)

    def at(self, axis: Axis, position: int) -> View:
        """The entries at one position of an axis, which disappears."""
        stride = self.strides.get(axis, 0)
        rest = {other: length for other, length in self.strides.items() if other != axis}
        return View(self.source, self.start + stride * position, rest)


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """One operation for all entries of a block.

    ``axes`` are the block's axes with their lengths, the last varying fastest; ``along`` is the number of operands that
    a dot product, a sum or a maximum runs over (0 for the other operations). ``detail`` is the symbol of an input, the
    value of a number, a condition and the symbols in it for the axes.
    """

    operation: str
    start: int
    axes: tuple[tuple[Axis, int], ...]
    operands: tuple[View, ...] = ()
    along: int = 0
    detail: Any = None

    @cached_property
    def size(self) -> int:
        """How many entries the block has."""
        return prod(length for _, length in self.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(length for _, length in self.axes)

    @property
    def operand_count(self) -> int:
        """How many numbers one entry is made from."""
        return len(self.operands) * (self.along or 1)

    @property
    def operations(self) -> int:
        """Operations on single numbers in the whole block."""
        row = OPERATIONS.get(self.operation)
        return self.size * row.count(self.operand_count) if row else 0

    @cached_property
    def strides(self) -> dict[Axis, int]:
        """The stride of each axis among the block's own entries; an axis of one position needs none."""
        strides, stride = {}, self.size
        for axis, length in self.axes:
            stride //= length
            if length > 1:
                strides[axis] = stride
        return strides

    def places(self, positions: Iterable[int]) -> Iterator[tuple[int, ...]]:
        """Where positions in the block lie, as one place along each axis."""
        for position in positions:
            place = []
            for length in reversed(self.shape):
                position, along = divmod(position, length)
                place.append(along)
            yield tuple(reversed(place))

    def first_numbers(self, view: View, positions: Iterable[int] | None = None) -> list[int]:
        """The entry numbers that a view has at all positions of the block, or at some; ``ALONG`` at 0."""
        if positions is None:
            numbers = [view.start]
            for axis, length in self.axes:
                stride = view.strides.get(axis, 0)
                numbers = [number + stride * place for number in numbers for place in range(length)]
            return numbers
        own = [(stride, length, view.strides.get(axis, 0)) for axis, length, stride in self._walk]
        return [view.start + sum(place // s % length * stride for s, length, stride in own) for place in positions]

    @cached_property
    def _walk(self) -> list[tuple[Axis, int, int]]:
        lengths = dict(self.axes)
        return [(axis, lengths[axis], stride) for axis, stride in self.strides.items()]

    @property
    def ids(self) -> Any:
        """The numbers of the block's own entries, a NumPy array of the block's shape."""
        import numpy as np

        self._check_size()
        return np.arange(self.start, self.start + self.size).reshape(self.shape)

    def references(self) -> tuple[Any, ...]:
        """For each operand the numbers it reads, a NumPy array of the block's shape, with ``along`` as a last axis.

        Errors: ``LimitError`` for more entries than ``limits.GRAPH_ENTRIES``.
        """
        import numpy as np

        self._check_size()
        axes = [*self.axes, *([(ALONG, self.along)] if self.along else [])]
        arrays = []
        for view in self.operands:
            numbers = np.full((1,) * len(axes), view.start)
            for place, (axis, length) in enumerate(axes):
                if axis in view.strides:
                    along = np.arange(length) * view.strides[axis]
                    numbers = numbers + along.reshape([-1 if place == other else 1 for other in range(len(axes))])
            arrays.append(np.broadcast_to(numbers, [length for _, length in axes]))
        return tuple(arrays)

    def _check_size(self) -> None:
        if self.size > limits.GRAPH_ENTRIES:
            raise LimitError(
                f"a block of {self.size} entries; the most that are made one by one is {limits.GRAPH_ENTRIES}. "
                "Ask for single entries instead."
            )


@dataclass(eq=False, repr=False)
class Program:
    """Steps in order, each reading earlier ones; ``named`` says which view bears which name."""

    steps: list[Step] = field(default_factory=list)
    named: dict[str, View] = field(default_factory=dict)
    size: int = 0
    """How many entry numbers are taken."""
    known: dict[Any, View] = field(default_factory=dict)
    """Values met before, so that none is written out twice."""
    around: list[str] = field(default_factory=list)
    """The nodes that the value being read stands in, for messages."""

    def view(self, number: int) -> View:
        """All entries of one step."""
        step = self.steps[number]
        return View(number, step.start, step.strides)

    def add(
        self,
        operation: str,
        operands: tuple[View, ...],
        lengths: Mapping[Axis, int],
        along: int = 0,
        detail: Any = None,
    ) -> View:
        """Append an operation for all positions of the axes in ``lengths``, less those of sums that nothing reads."""
        read = {axis for view in operands for axis in view.strides} | {ROW, COLUMN}
        axes = tuple((axis, length) for axis, length in lengths.items() if axis in read or not operands)
        self.steps.append(Step(operation, self.size, axes, operands, along, detail))
        self.size += self.steps[-1].size
        return self.view(len(self.steps) - 1)

    def input(self, symbol: Value) -> View:
        """The entries of a symbol that is given."""
        if symbol.name not in self.named:
            self.named[symbol.name] = self.add("input", (), block_axes(symbol), detail=symbol)
        return self.named[symbol.name]

    def number(self, value: Expr) -> View:
        """A number, the same for every position."""
        if value not in self.known:
            self.known[value] = self.add("number", (), {}, detail=value)
        return self.known[value]

    def own(self, view: View, lengths: Mapping[Axis, int], first: int) -> View:
        """The view itself if it is all of a step from ``first`` on, else a copy: a name has entries of its own."""
        whole = view == self.view(view.source) and self.steps[view.source].axes == tuple(lengths.items())
        if whole and view.source >= first:
            return view
        return self.add("copy", (view,), lengths)

    def step_of(self, number: int) -> int:
        """The step that an entry's number belongs to."""
        return bisect_right(self.steps, number, key=lambda step: step.start) - 1

    def tree_operations(self, source: int, named: Container[int] = ()) -> int:
        """Operations in one entry of a step written out as a tree, down to the inputs and the ``named`` steps.

        Counted from the blocks, of which all entries are alike, before any entry is made; zeros and ones among the
        numbers are not yet left out.
        """
        sizes: list[int] = []
        for position, step in enumerate(self.steps[: source + 1]):
            row = OPERATIONS.get(step.operation)
            if row is None or (position in named and position != source):
                sizes.append(0)
                continue
            read = sum(sizes[view.source] for view in step.operands) * (step.along or 1)
            sizes.append(row.count(step.operand_count) + row.repeats * read)
        return sizes[source]


def block_axes(value: Value) -> dict[Axis, int]:
    """The axes of a value's own block, none for a scalar."""
    return dict(zip((ROW, COLUMN), (int(length) for length in shape_of(value)), strict=False))
