"""Statements to lines of code: walks each expression by a target's table and keeps account of memory and names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sympy import Expr, MatrixSymbol, S, Symbol
from sympy.logic.boolalg import Boolean

from symattn.lowering.comments import text_of
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts, Program, Statement
from symattn.lowering.target import Target
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.whole import is_of_indices, is_of_whole_numbers
from symattn.nodes import Value, is_matrix
from symattn.shapes import Shape

LONGEST_FORMULA = 72
"""Characters of a formula inside another before it gets a line and a name of its own."""


@dataclass(frozen=True)
class Surroundings:
    """What stands around a value that is written.

    ``sides``: the shape of the array that is made entry by entry. ``numbers``: how indices are counted inside a number
    made of them alone, as ``"whole"`` numbers or ``"real"`` ones in double precision; ``""`` outside such a number.
    ``flat``: whether rows lie along a single axis. ``guards``: the conditions under which the value is asked for.
    """

    sides: Shape | None = None
    numbers: str = ""
    flat: bool = False
    guards: tuple[Boolean, ...] = ()


class Writer:
    """What the rows of a table write with; one is used for one function."""

    def __init__(self, program: Program, target: Target) -> None:
        self.program = program
        self.target = target
        self.lines: list[str] = []
        self.helpers: set[str] = set()
        self.imports: dict[str, None] = {}
        self.sizes: set[Symbol] = set()
        self.needs_dtype = False
        self.needs_device = False
        self.around = Surroundings()
        self._arrays: dict[str, str] = {}
        self._temporaries: set[str] = set()
        self._taken_over: set[str] = set()
        self._divisors: dict[str, Piece] = {}
        self._parents: list[type] = []
        self._position = 0

    def write(self) -> None:
        """Write every statement of the program."""
        for position, statement in enumerate(self.program.statements):
            self._position = position
            self._statement(statement)

    def _statement(self, statement: Statement) -> None:
        if statement.tiled is not None:
            assert self.target.over_tiles is not None
            self.target.over_tiles(self, statement)
            return
        name, value = statement.name, statement.expression
        later = name in self.program.postponed and self.target.postponed is not None
        for line in statement.inside:
            self.line(f"# {line}")
        comment = f"# {statement.left_side} = {text_of(value if statement.text is None else statement.text)}"
        self.line(comment + (", its rows divided by their sums after the product below" if later else ""))
        start = len(self.lines)
        if later:
            assert self.target.postponed is not None
            piece = self.target.postponed(self, value, "_value")
        elif statement.is_truth:
            piece = self.target.truth(self, value)
        else:
            piece = self.running_over(self.value(value, "_value"), statement.axes)
        if piece.divisor is not None:
            self._divisors[name] = piece.divisor
        if piece.text in self._temporaries:
            word = re.compile(rf"\b{piece.text}\b")
            self.lines[start:] = [word.sub(name, line) for line in self.lines[start:]]
        else:
            self.line(f"{name} = {piece.text}")
        if statement.within:
            self.lines[start:] = [statement.within, *(f"    {line}" for line in self.lines[start:])]
        finished = [other for other in self.program.finished(self._position) if other not in self._taken_over]
        if finished:
            self.line(f"del {', '.join(finished)}")

    def line(self, text: str) -> None:
        """One line of the function's body."""
        self.lines += text.split("\n")

    def value(self, value: Value, place: str = "") -> Piece:
        """The code of any value; see ``Row`` for ``place``."""
        if isinstance(value, MatrixSymbol):
            return self.named(value.name)
        if not self.around.numbers and not is_matrix(value) and is_of_indices(self.program, value):
            return self._of_indices(value)
        inside = self._parents[-1] if self._parents else None
        self._parents.append(type(value))
        try:
            if is_matrix(value):
                piece = self.target.row(value, inside)(self, value, place)
            else:
                piece = self.target.scalar_row(value, inside)(self, value)
        finally:
            self._parents.pop()
        if self._parents and len(piece.text) > LONGEST_FORMULA and not piece.facts.is_number:
            name = self.temporary("_value", piece.text)
            return Piece(name, piece.facts, dying=piece.makes_memory, divisor=piece.divisor)
        return piece

    def _of_indices(self, value: Value) -> Piece:
        """A number made of indices, in the inputs' dtype: computed exactly or in double precision, and rounded once."""
        if value in self.program.lengths:
            length = self.value(self.program.lengths[value]).text
            return self.new(f"{self.target.words.numbers.format(length, self.dtype())}[:, None, None]", value)
        with self.having(numbers="whole" if is_of_whole_numbers(value) else "real"):
            piece = self.value(value)
        return self.new(self.target.words.cast.format(piece.within(Binding.ATOM), self.dtype()), value)

    @contextmanager
    def having(self, **changes: Any) -> Iterator[None]:
        """Inside: other surroundings of the value that is written."""
        before, self.around = self.around, replace(self.around, **changes)
        try:
            yield
        finally:
            self.around = before

    def along(self, symbol: Symbol) -> Piece:
        """An index, or the rows or columns of the array that is being made, as an array along its axis."""
        facts, words = self.program.facts(symbol), self.target.words
        if symbol in (ROW, COLUMN):
            assert self.around.sides is not None
            length = self.around.sides[0 if symbol == ROW else 1]
            stem, place = symbol.name, "[:, None]" if symbol == ROW and not self.around.flat else ""
        else:
            length, stem, place = self.program.lengths[symbol], "_index", "[:, None, None]"
        numbers = words.real_numbers if self.around.numbers == "real" else words.whole_numbers
        return Piece(self.array(stem, numbers.format(self.value(length).text, self.device()) + place), facts)

    def named(self, name: str) -> Piece:
        """The code of an input or of an earlier statement's value."""
        program = self.program
        dying = program.is_dying(name, self._position)
        if dying and self.target.may_be_kept:
            dying = program.is_read_once(name)
        return Piece(name, program.known[name], dying=dying, divisor=self._divisors.get(name))

    def size(self, symbol: Symbol) -> Piece:
        """A size, which the function then takes from the inputs' shapes."""
        self.sizes.add(symbol)
        return Piece(symbol.name, Facts())

    def shape(self, *lengths: Expr) -> str:
        """A tuple of lengths."""
        return "(" + ", ".join(self.value(length).text for length in lengths) + ")"

    def call(self, name: str, *arguments: str) -> str:
        """A call; the function is put into the module if it is one of the target's helpers."""
        if name in self.target.helpers:
            self.helpers.add(name)
        return f"{name}({', '.join(arguments)})"

    def dtype(self) -> str:
        """The inputs' common dtype, which the function then finds out."""
        self.needs_dtype = True
        return "_dtype"

    def device(self) -> str:
        """The inputs' device, which the function then finds out."""
        self.needs_device = True
        return "_device"

    def array(self, stem: str, text: str) -> str:
        """The variable that holds an array made from sizes alone, the same one for the same text."""
        if text not in self._arrays:
            name = self.program.fresh(stem)
            self.program.known[name] = Facts(dtypes=frozenset([name]))
            self._arrays[text] = name
            self.line(f"{name} = {text}")
        return self._arrays[text]

    def temporary(self, stem: str, text: str) -> str:
        """A new variable that holds a value."""
        name = self.program.fresh(stem)
        self._temporaries.add(name)
        self.line(f"{name} = {text}")
        return name

    def own(self, piece: Piece, place: str) -> str | None:
        """A variable whose memory holds the value and may be written over; ``None`` if there is none."""
        if piece.text in self._temporaries and piece.dying:
            return piece.text
        if piece.makes_memory and place:
            return self.temporary(place, piece.text)
        if piece.dying and place and piece.text.isidentifier():
            self._taken_over.add(piece.text)
            return self.temporary(place, f"{piece.text}  # memory that nothing reads again")
        return None

    def variable(self, name: str, facts: Facts, divisor: Piece | None = None) -> Piece:
        """The value that a variable of the current statement holds."""
        return Piece(name, facts, dying=True, divisor=divisor)

    def new(self, text: str, value: Value, binding: Binding = Binding.ATOM) -> Piece:
        """An expression whose value is new memory."""
        return Piece(text, self.program.facts(value), binding, makes_memory=True)

    def view(self, text: str, value: Value) -> Piece:
        """An expression whose value is part of memory that has another name already."""
        return Piece(text, self.program.facts(value))

    def running_over(self, piece: Piece, axes: tuple[Symbol, ...]) -> Piece:
        """The value at its full length along some indices, also those that it does not depend on."""
        missing = [axis for axis in axes if axis not in piece.facts.axes]
        if not missing:
            return piece
        lengths = [self.program.lengths[axis] if axis in missing else S.One for axis in axes]
        ones = self.ones(*lengths, S.One, S.One)
        text = f"{self.aligned(piece, axes).within(Binding.PRODUCT)} * {ones}"
        return Piece(text, replace(piece.facts, axes=axes), Binding.PRODUCT, makes_memory=True)

    def ones(self, *lengths: Expr) -> str:
        """An array of ones in the inputs' dtype."""
        return self.target.words.ones.format(self.shape(*lengths), self.dtype())

    def aligned(self, piece: Piece, axes: tuple[Symbol, ...]) -> Piece:
        """The value with an axis of length 1 for each index that it does not run over but its partner does."""
        facts = piece.facts
        if facts.axes == axes or not (facts.axes or facts.batches):
            return piece
        places = [":" if axis in facts.axes else "None" for axis in axes]
        text = f"{piece.within(Binding.ATOM)}[{', '.join(['...', *places, ':', ':'])}]"
        return replace(piece, text=text, facts=replace(facts, axes=axes), binding=Binding.ATOM, makes_memory=False)
