"""The first lines of a function: sizes from the inputs' shapes, and a comparison for each shape that could disagree."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Integer, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.pieces import Binding
from symattn.lowering.places import Places, from_the_end
from symattn.lowering.program import Program
from symattn.lowering.writer import Writer
from symattn.nodes import Column, IndexedMatrix, Member, Row, Value, full_shape


class Sizes(Places):
    """The sizes of a program's inputs, and the lines of code that take them from the inputs' shapes."""

    def __init__(self, program: Program) -> None:
        self.program = program
        super().__init__(program.system.input_symbols)

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
                elif (first := self.first_place(length)) != (symbol.name, axis):
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
