"""Every entry of every value as a number in one count, described by strides: no entry is stored, none is left out.

A *step* is one operation carried out for all entries of a block; its entries take the next free numbers. What it reads
are *views*: entries of an earlier step, addressed by a start and a stride for each axis. Transposing a view renames
its axes, broadcasting leaves one out, and a sum runs along one. A block of a million entries costs as much as one of
four; whatever needs single entries, or the arrays of their numbers, makes them from the strides.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

from sympy import Symbol

from symattn import limits
from symattn.closed_form.gathering import Sources
from symattn.closed_form.operations import OPERATIONS
from symattn.errors import LimitError
from symattn.nodes import Value, full_shape, index, lengths_of

Axis = Hashable
"""``ROW``, ``COLUMN``, ``ALONG``, an axis of a family, or the index of a sum or a family around the value."""

ROW = "row"
COLUMN = "column"
ALONG = "along"
"""The axis that a dot product, a sum or a maximum runs along."""

GATHER = "gather"
"""The operation that only says where an entry comes from: another one for each position."""


def family_axes(count: int) -> tuple[Axis, ...]:
    """The axes of a named family, outermost first, whatever its indices are called."""
    return tuple(f"axis {place}" for place in range(count))


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

    def moved(self, axis: Axis, start: int, along: Mapping[Axis, int], keep: bool = False) -> View:
        """The entries at position ``start + sum(stride * index)`` of an axis, for the indices of ``along``.

        The axis disappears, or with ``keep`` goes on from there.
        """
        own = self.strides.get(axis, 0)
        strides = {other: stride for other, stride in self.strides.items() if keep or other != axis}
        for symbol, stride in along.items():
            if own:
                strides[symbol] = strides.get(symbol, 0) + own * stride
        return View(self.source, self.start + own * start, strides)


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """One operation for all entries of a block.

    ``axes`` are the block's axes with their lengths, the last varying fastest; ``along`` is the number of operands that
    a dot product, a sum or a maximum runs over (0 for the other operations). ``detail`` is the symbol of an input, the
    value of a number, a condition or a formula of indices and the symbols in it for the axes. An entry of ``gather`` is
    one of the entries that its operands hold, as its ``detail`` says: a case for each operand, and the symbols.
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

    def sources(self, positions: Iterable[int]) -> list[list[int]]:
        """For each operand the entry numbers that entries at some positions of the block read; ``ALONG`` at 0."""
        if self.operation == GATHER:
            cases, symbols = self.detail
            return [Sources(self.axes, self.operands, cases, symbols).numbers(self.places(positions))]
        positions = list(positions)
        return [self.first_numbers(view, positions) for view in self.operands]

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
        if self.operation == GATHER:
            return (np.array(self.sources(range(self.size))[0]).reshape(self.shape),)
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


def block_axes(value: Value) -> dict[Axis, int]:
    """The axes of a value's own block, none for a scalar, those of a family first."""
    axes = (*family_axes(len(lengths_of(value))), ROW, COLUMN)
    return dict(zip(axes, (int(length) for length in full_shape(value)), strict=False))


def symbol_of(axis: Axis) -> Symbol:
    """The symbol for an axis in formulas; no declared name begins with a digit."""
    return axis if isinstance(axis, Symbol) else index(f"0 {axis}")
