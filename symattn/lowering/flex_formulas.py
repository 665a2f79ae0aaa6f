"""Formulas at one score: what matrices hold for the query ``q_idx``, the key ``kv_idx``, head ``h`` and batch ``b``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Mul, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.bounds import surely_inside
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.uses import COLUMN, ROW, viewed
from symattn.lowering.whole import is_of_indices, is_of_whole_numbers
from symattn.lowering.writer import Writer
from symattn.nodes import (
    Member,
    Value,
)
from symattn.shapes import Shape

OF_SIGN = {"+": Binding.SUM, "-": Binding.SUM, "*": Binding.PRODUCT, "/": Binding.PRODUCT, "**": Binding.POWER}

PLACES = {ROW: "q_idx", COLUMN: "kv_idx"}
NAMES = frozenset({"score", "b", "h", *PLACES.values()})
"""What the functions of one score call what they are given."""


class NoFormula(LoweringError):
    """A matrix that is no formula of one score; it is made as a whole before."""


@dataclass(frozen=True)
class Read:
    """An array with batches that a function of one score reads: ``name`` there, a ``part`` of what ``text`` computes,
    which has ``axes`` behind its batches.
    """

    name: str
    text: str
    axes: int
    part: str


class ScoreWriter(Writer):
    """Writes what is computed of one score; what it reads is made by the writer of the function around it."""

    def __init__(self, outer: Writer, heads: tuple[Symbol, ...], shape: Shape) -> None:
        words = "torch.full_like(q_idx, {0}, dtype={1})"
        super().__init__(outer.program, replace(outer.target, result_of_number=words))
        self.helpers = outer.helpers
        self.reads: list[Read] = []
        self.depends_on_batch = False
        self.depends_on_head = False
        self.outer, self._sides, self._heads = outer, shape, heads
        self._names: dict[tuple[str, str], str] = {}
        self._apart: dict[Symbol, str] = {}

    def body(self, text: str) -> list[str]:
        """The lines of the function that returns the text."""
        return [f"    {line}" for line in [*self.lines, f"return {text}"]]

    def attempt(self, write: Callable[[], Piece]) -> Piece | None:
        """What is written, or nothing, and no trace of it, if it is no formula of one score."""
        lines, reads, names, apart = [*self.lines], [*self.reads], {**self._names}, {**self._apart}
        depends, parents = (self.depends_on_batch, self.depends_on_head), [*self._parents]
        try:
            return write()
        except NoFormula:
            self.lines, self.reads, self._names, self._apart = lines, reads, names, apart
            (self.depends_on_batch, self.depends_on_head), self._parents = depends, parents
            return None

    def value(self, value: Value, place: str = "") -> Piece:
        """The code of a scalar in the places of ``at``."""
        if isinstance(value, MatrixElement):
            return self._looked_up(value)
        return super().value(value, place)

    def along(self, symbol: Symbol) -> Piece:
        """An index: the query, the key, or what the head is in a family."""
        facts = self.program.facts(symbol)
        if symbol in PLACES:
            text = PLACES[symbol]
        elif symbol in self._heads:
            text = self.head(symbol)
        else:
            raise NoFormula(f"flex_attention has no place for the index {symbol}.")
        return Piece(f"{text}.to({self.target.words.real})" if self.around.numbers == "real" else text, facts)

    def aligned(self, piece: Piece, axes: tuple[Symbol, ...]) -> Piece:
        """The value itself: one score has no axes."""
        return replace(piece, facts=replace(piece.facts, axes=axes))

    def named(self, name: str) -> Piece:
        """A number by its name."""
        facts = self.program.known[name]
        if facts.is_number:
            return Piece(self._not_hidden(name), facts)
        return Piece(self.read(name, Piece(name, facts), ["0", "0"]), facts)

    def size(self, symbol: Symbol) -> Piece:
        """A size, by a name that no index hides."""
        return Piece(self._not_hidden(self.outer.size(symbol).text), Facts())

    def dtype(self) -> str:
        """The dtype of the scores, which on some devices is finer than that of the inputs."""
        return "score.dtype"

    def device(self) -> str:
        """The inputs' device."""
        return self.outer.device()

    def _of_indices(self, value: Value) -> Piece:
        """A number made of indices, exactly or in double precision and rounded once; what heads have is made before."""
        whole = is_of_whole_numbers(value)
        if not whole and not value.has(ROW, COLUMN):
            return self._made_before(value)
        if isinstance(value, Mul) and not whole:
            before = [factor for factor in value.args if self._is_of_head(factor)]
            if before:
                rest = self.value(Mul(*(factor for factor in value.args if factor not in before)))
                first = self._made_before(Mul(*before))
                text = f"{first.within(Binding.PRODUCT)} * {rest.within(Binding.NEGATION)}"
                return Piece(text, self.facts(value), Binding.PRODUCT)
        with self.having(numbers="whole" if whole else "real"):
            piece = self.value(value)
        if whole:
            return piece
        return Piece(f"{piece.within(Binding.ATOM)}.to({self.dtype()})", piece.facts)

    def _is_of_head(self, value: Expr) -> bool:
        of_indices = is_of_indices(self.program, value)
        return of_indices and not value.has(ROW, COLUMN) and not is_of_whole_numbers(value)

    def _made_before(self, value: Expr) -> Piece:
        """A number of each head that rests on no input."""
        piece = self.outer.value(value)
        at = [self.head(axis) for axis in piece.facts.axes]
        return Piece(self.read("of_head", piece, [*at, "0", "0"]), piece.facts)

    def _looked_up(self, element: MatrixElement) -> Piece:
        matrix, (row, column) = element.args[0], element.args[1:]
        lengths: tuple[Expr, ...]
        if isinstance(matrix, Member):
            piece = Piece(matrix.name, self.program.known[matrix.name])
            positions, lengths = matrix.positions, matrix.family.lengths
        else:
            piece = self.outer.value(matrix)
            positions = piece.facts.axes
            lengths = tuple(self.program.lengths[axis] for axis in positions)
        asked = (*positions, row, column)
        at = [self._place(at, length) for at, length in zip(asked, (*lengths, *matrix.shape), strict=True)]
        return Piece(self.read(viewed(matrix) or "table", piece, at), self.facts(element))

    def _place(self, position: Expr, length: Expr) -> str:
        """A position that lies inside, also where no case is taken that asks for it."""
        if not position.is_integer:
            raise NoFormula(f"the position {position} is no whole number for all indices.")
        whole = is_of_whole_numbers(position)
        with self.having(numbers="whole" if whole else "real"):
            piece = self.value(position)
        if not whole and not piece.facts.is_number:
            piece = Piece(self.target.words.whole.format(piece.text), piece.facts)
        inside = [self._is_inside(position, length, guards) for guards in ((), self.around.guards)]
        if inside[0]:
            return piece.text
        if not inside[1]:
            raise NoFormula(f"the position {position} may lie outside a length of {length}.")
        last = self.value(length - 1).text
        if piece.facts.is_number:
            return f"min(max({piece.text}, 0), {last})"
        return f"{piece.within(Binding.ATOM)}.clip(0, {last})"

    def _is_inside(self, position: Expr, length: Expr, guards: Sequence[Expr]) -> bool:
        lengths = {**self.program.lengths, **dict(zip(PLACES, self._sides, strict=True))}
        return surely_inside(position, length, lengths, guards)

    def head(self, symbol: Symbol) -> str:
        """The place along an axis of heads, from the place along all of them."""
        self.depends_on_head = True
        if len(self._heads) == 1:
            return "h"
        if symbol not in self._apart:
            place = self._heads.index(symbol)
            text = "h"
            if behind := self._heads[place + 1 :]:
                text += f" // {self.value(Mul(*(self.program.lengths[axis] for axis in behind))).within(Binding.ATOM)}"
            if place:
                text += f" % {self.value(self.program.lengths[symbol]).within(Binding.ATOM)}"
            self._apart[symbol] = self.program.fresh(f"_{symbol.name}")
            self.line(f"{self._apart[symbol]} = {text}")
        return self._apart[symbol]

    def read(self, stem: str, array: Piece, at: Sequence[str]) -> str:
        """The entry of an array from outside, which is bound to a name that no index hides; where all scores read the
        same row or column, that one alone is bound.
        """
        stem, has_batches = stem.strip("_"), bool(array.facts.batches)
        fixed = ", ".join(place if place.isdigit() else ":" for place in at) if any(map(str.isdigit, at)) else ""
        part = f"[..., {fixed.lstrip(':, ')}]" if fixed else ""
        if (array.text, fixed) not in self._names:
            if has_batches:
                whole = array.text if array.text.isidentifier() else self.outer.temporary(f"_{stem}", array.text)
                self.reads.append(Read(self.program.fresh(f"_all_{stem}"), whole, len(at), part))
                name = self.reads[-1].name
            else:
                name = f"{array.within(Binding.ATOM)}{part}"
                name = name if name.isidentifier() else self.outer.temporary(f"_{stem}", name)
            self._names[array.text, fixed] = self._not_hidden(name)
        self.depends_on_batch |= has_batches
        places = [*(["b"] if has_batches else []), *(place for place in at if not place.isdigit())]
        name = self._names[array.text, fixed]
        return f"{name}[{', '.join(places)}]" if places else name

    def _not_hidden(self, name: str) -> str:
        if name not in NAMES:
            return name
        other = self.program.fresh(f"_{name}")
        self.outer.line(f"{other} = {name}")
        return other

    def facts(self, value: Value) -> Facts:
        return self.program.facts(value)
