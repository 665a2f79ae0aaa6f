"""The first lines of a function: sizes from the inputs' shapes, and a comparison for each shape that could disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sympy import Expr, Integer, Symbol, expand
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.pieces import Binding
from symattn.lowering.program import Program
from symattn.lowering.writer import Writer
from symattn.nodes import Column, IndexedMatrix, Member, Row, Value, full_shape
from symattn.shapes import Shape


@dataclass
class Sizes:
    """Where each size is found: an axis of an input, perhaps one of which it is a part, as ``r`` is of ``2*r + 1``."""

    program: Program
    places: dict[Expr, tuple[str, int]] = field(default_factory=dict)
    part_of: dict[Expr, tuple[Expr, Expr]] = field(default_factory=dict)
    """What a size is multiplied by in the length of its axis, and what is added to that."""

    def __post_init__(self) -> None:
        axes = list(self.axes())
        for name, axis, length in axes:
            if isinstance(length, Symbol):
                self.places.setdefault(length, (name, axis))
        searching = True
        while searching:
            searching = False
            for name, axis, length in axes:
                unknown = [symbol for symbol in length.free_symbols if symbol not in self.places]
                if len(unknown) == 1 and (factor := expand(length).coeff(unknown[0], 1)) != 0:
                    rest = expand(length - factor * unknown[0])
                    if not rest.has(unknown[0]):
                        self.places[unknown[0]] = (name, axis)
                        self.part_of[unknown[0]] = (factor, rest)
                        searching = True

    def axes(self) -> Iterator[tuple[str, int, Expr]]:
        """Every axis of every matrix or family among the inputs: its name, its place from the end, its length."""
        for symbol in self.program.system.input_symbols:
            for axis, length in from_the_end(full_shape(symbol)):
                yield symbol.name, axis, length

    def is_known(self, length: Expr) -> bool:
        """Whether a length can be computed from the shapes of the inputs."""
        return all(symbol in self.places for symbol in length.free_symbols)

    def lines(self, writer: Writer) -> list[str]:
        """The lines that take the sizes from the shapes and compare the rest with them."""
        checks = [*self._checks(writer), *self._subscripts(writer)]
        return [*self._assignments(writer), *checks]

    def _assignments(self, writer: Writer) -> list[str]:
        lines = []
        pending = set(writer.sizes)
        while pending:
            parts = {part for symbol in pending for part in self.part_of.get(symbol, ())}
            more = {symbol for part in parts for symbol in part.free_symbols}
            pending = more - writer.sizes
            writer.sizes |= more
        unknown = sorted(symbol.name for symbol in writer.sizes if symbol not in self.places)
        if unknown:
            raise LoweringError(f"the size {unknown[0]} cannot be found from the shapes of the inputs.")
        plain = [symbol for symbol in self.places if symbol in writer.sizes and symbol not in self.part_of]
        of_input: dict[str, dict[int, Symbol]] = {}
        for symbol in plain:
            name, axis = self.places[symbol]
            of_input.setdefault(name, {})[axis] = symbol
        for name, found in of_input.items():
            last = range(-len(found), 0)
            if len(found) > 1 and set(found) == set(last):
                lines.append(f"{', '.join(found[axis].name for axis in last)} = {name}.shape[{-len(found)}:]")
            else:
                lines += [f"{symbol} = {name}.shape[{axis}]" for axis, symbol in found.items()]
        for symbol, (factor, rest) in self.part_of.items():
            if symbol in writer.sizes:
                name, axis = self.places[symbol]
                length = f"{name}.shape[{axis}]"
                if rest != 0:
                    length = f"{length} - {writer.value(rest).within(Binding.PRODUCT)}"
                if factor != 1:
                    length = f"({length})" if rest != 0 else length
                    length = f"{length} // {writer.value(factor).within(Binding.NEGATION)}"
                lines.append(f"{symbol} = {length}")
        return lines

    def _checks(self, writer: Writer) -> Iterator[str]:
        for symbol in self.program.system.input_symbols:
            wrong, shape = [], full_shape(symbol)
            told: set[str] = set()
            for axis, length in from_the_end(shape):
                if self.places.get(length) == (symbol.name, axis):
                    continue
                if self.is_known(length):
                    wrong.append(f"{symbol.name}.shape[{axis}] != {writer.value(length).text}")
                    told |= {part.name for part in length.free_symbols}
                elif (first := self._first_place(length)) != (symbol.name, axis):
                    wrong.append(f"{symbol.name}.shape[{axis}] != {first[0]}.shape[{first[1]}]")
            if wrong:
                asked = ", ".join(str(length) for length in shape)
                mentioned = sorted(told)
                values = " with " + ", ".join(f"{name} = {{{name}}}" for name in mentioned) if mentioned else ""
                yield f"if {' or '.join(wrong)}:"
                yield (
                    f'    raise ValueError(f"{symbol.name} takes shape (..., {asked}){values}; '
                    f'found {{tuple({symbol.name}.shape)}}.")'
                )

    def _first_place(self, length: Expr) -> tuple[str, int]:
        return next((name, axis) for name, axis, other in self.axes() if other == length)

    def _subscripts(self, writer: Writer) -> Iterator[str]:
        """A whole number as a subscript has to lie inside a length that only the inputs' shapes tell."""
        largest: dict[Expr, int] = {}
        for statement in self.program.statements:
            for position, length in subscripts(statement.expression):
                if isinstance(position, Integer) and not isinstance(length, Integer):
                    largest[length] = max(int(position), largest.get(length, 0))
        for length, position in largest.items():
            if position > 0:
                text = writer.value(length).text
                yield f"if {text} <= {position}:"
                yield f'    raise ValueError(f"subscript {position} is outside a length of {length} = {{{text}}}.")'


def from_the_end(shape: Shape) -> list[tuple[int, Expr]]:
    """Each length of a shape with its axis, counted from the end so that batches may stand before."""
    return [(position - len(shape), length) for position, length in enumerate(shape)]


def subscripts(value: Value) -> Iterator[tuple[Expr, Expr]]:
    """Every subscript in a value, with the length that it must lie inside."""
    if isinstance(value, IndexedMatrix):
        return  # compared where the entry is looked up, for a case may not ask for it
    if isinstance(value, Member):
        yield from zip(value.positions, value.family.lengths, strict=True)
    elif isinstance(value, Row):
        yield value.position, value.matrix.shape[0]
    elif isinstance(value, Column):
        yield value.position, value.matrix.shape[1]
    elif isinstance(value, MatrixElement):
        yield from zip(value.args[1:], value.args[0].shape, strict=True)
    for part in value.args:
        yield from subscripts(part)
