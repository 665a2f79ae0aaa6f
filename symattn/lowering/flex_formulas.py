"""Formulas at one score: what matrices hold for the query ``q_idx``, the key ``kv_idx``, head ``h`` and batch ``b``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Integer, Mul, OneMatrix, Piecewise, S, Symbol, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.bounds import surely_inside
from symattn.lowering.conditions import boolean, joined
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.uses import COLUMN, ROW, viewed
from symattn.lowering.whole import is_of_indices, is_of_whole_numbers
from symattn.lowering.writer import Writer
from symattn.nodes import (
    Arithmetic,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseSum,
    IndexCondition,
    IndexedMatrix,
    Intersection,
    Member,
    Negation,
    Value,
    is_matrix,
)
from symattn.nodes.cases import put_in
from symattn.shapes import Shape

OF_SIGN = {"+": Binding.SUM, "-": Binding.SUM, "*": Binding.PRODUCT, "/": Binding.PRODUCT, "**": Binding.POWER}

PLACES = {ROW: "q_idx", COLUMN: "kv_idx"}
NAMES = frozenset({"score", "b", "h", *PLACES.values()})
"""What the functions of one score call what they are given."""


class NoFormula(LoweringError):
    """A matrix that is no formula of one score; it is made as a whole before."""


@dataclass(frozen=True)
class Read:
    """An array with batches that a function of one score reads: ``name`` there, made of ``text``, which has ``axes``
    behind its batches.
    """

    name: str
    text: str
    axes: int


class ScoreWriter(Writer):
    """Writes what is computed of one score; what it reads is made by the writer of the function around it."""

    def __init__(self, outer: Writer, heads: tuple[Symbol, ...], batch: str, shape: Shape, score: Value) -> None:
        words = "torch.full_like(q_idx, {0}, dtype={1})"
        super().__init__(outer.program, replace(outer.target, result_of_number=words))
        self.helpers = outer.helpers
        self.reads: list[Read] = []
        self.depends_on_batch = False
        self.depends_on_head = False
        self._outer, self._heads, self._shape, self._score = outer, heads, shape, score
        self._names: dict[str, str] = {}
        self._apart: dict[Symbol, str] = {}

    def body(self, text: str) -> list[str]:
        """The lines of the function that returns the text."""
        return [f"    {line}" for line in [*self.lines, f"return {text}"]]

    def at(self, value: Value) -> Piece:
        """The entry of a matrix, or a number, for one score."""
        if value == self._score:
            return Piece("score", self._facts(value))
        if not is_matrix(value):
            return self.value(value)
        if isinstance(value, (OneMatrix, ZeroMatrix)):
            return Piece("1" if isinstance(value, OneMatrix) else "0", Facts())
        if isinstance(value, IndexedMatrix):
            formula = _at_lengths_of_one(value)
            found = self._attempt(lambda: self.value(formula))
            return self._entry_of_whole(value) if found is None else found
        if not value.has(self._score, IndexedMatrix):
            return self._entry_of_whole(value)
        if isinstance(value, Negation):
            return Piece(f"-{self.at(value.args[0]).within(Binding.NEGATION)}", self._facts(value), Binding.NEGATION)
        if isinstance(value, ElementwiseFunction):
            argument = self._real(value.argument).text
            return Piece(self.call(self.target.functions[type(value)], argument), self._facts(value))
        if isinstance(value, Arithmetic):
            return self._arithmetic(value)
        return self._entry_of_whole(value)

    def _arithmetic(self, value: Arithmetic) -> Piece:
        sign = "**" if isinstance(value, ElementwisePower) else value.sign
        exact = isinstance(value, (ElementwiseSum, ElementwiseDifference, ElementwiseProduct))
        left, right = (self.at(side) if exact else self._real(side) for side in value.args)
        binding = OF_SIGN[sign]
        tighter = Binding(min(binding + 1, Binding.ATOM))
        first = left.within(tighter if sign == "**" else binding)
        return Piece(f"{first} {sign} {right.within(tighter)}", self._facts(value), binding)

    def _real(self, value: Value) -> Piece:
        """An entry that is no whole number in torch's sense, whose functions would be of the default dtype."""
        piece = self.at(value)
        if is_matrix(value) and self._is_whole(value):
            return Piece(f"{piece.within(Binding.ATOM)}.to(score.dtype)", piece.facts)
        return piece

    def _is_whole(self, value: Value) -> bool:
        if isinstance(value, IndexedMatrix):
            return is_of_indices(self.program, value.formula) and is_of_whole_numbers(value.formula)
        if isinstance(value, (Negation, ElementwiseSum, ElementwiseDifference, ElementwiseProduct)):
            return all(self._is_whole(part) for part in value.args if is_matrix(part))
        return False

    def truth(self, allowed: Value) -> Piece:
        """Whether the key is allowed for the query."""
        if isinstance(allowed, IndexCondition):
            with self.having(sides=self._shape):
                piece = boolean(self, allowed.condition)
            if piece.facts.is_number:
                piece = Piece(f"(q_idx >= 0) & {piece.within(Binding.ATOM)}", self._facts(allowed), Binding.CONDITION)
            return piece
        if isinstance(allowed, Intersection):
            sides = [self.truth(side).within(Binding.SUM) for side in allowed.args]
            return Piece(" & ".join(sides), self._facts(allowed), Binding.CONDITION)
        if isinstance(allowed, IndexedMatrix):
            conditions = _conditions_of_ones(allowed)
            if conditions:
                found = self._attempt(lambda: joined(self, conditions, " | ", self._facts(allowed)))
                if found is not None:
                    return found
        piece = self.at(allowed)
        if viewed(allowed) in self.program.truths:
            return piece
        return Piece(f"{piece.within(Binding.SUM)} != 0", piece.facts, Binding.CONDITION)

    def _attempt(self, write: Callable[[], Piece]) -> Piece | None:
        """What is written, or nothing, and no trace of it, if it is no formula of one score."""
        lines, reads, names, apart = [*self.lines], [*self.reads], {**self._names}, {**self._apart}
        depends, parents = (self.depends_on_batch, self.depends_on_head), [*self._parents]
        try:
            with self.having(sides=self._shape):
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
            text = self._head(symbol)
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
        return Piece(self._read(name, name, 2, bool(facts.batches), ["0", "0"]), facts)

    def size(self, symbol: Symbol) -> Piece:
        """A size, by a name that no index hides."""
        return Piece(self._not_hidden(self._outer.size(symbol).text), Facts())

    def dtype(self) -> str:
        """The dtype of the scores, which on some devices is finer than that of the inputs."""
        return "score.dtype"

    def device(self) -> str:
        """The inputs' device."""
        return self._outer.device()

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
                return Piece(text, self._facts(value), Binding.PRODUCT)
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
        piece = self._outer.value(value)
        at = [self._head(axis) for axis in piece.facts.axes]
        return Piece(self._read("of_head", piece.text, len(at) + 2, False, [*at, "0", "0"]), piece.facts)

    def _entry_of_whole(self, value: Value) -> Piece:
        """The entry of a matrix that is made as a whole before."""
        piece = self._outer.value(value)
        at = [self._head(axis) for axis in piece.facts.axes]
        at += ["0" if length == 1 else place for place, length in zip(PLACES.values(), value.shape, strict=True)]
        stem = viewed(value) or "scores"
        return Piece(self._read(stem, piece.text, len(at), bool(piece.facts.batches), at), piece.facts)

    def _looked_up(self, element: MatrixElement) -> Piece:
        matrix, (row, column) = element.args[0], element.args[1:]
        known = self.program.known
        lengths: tuple[Expr, ...]
        if isinstance(matrix, Member):
            text, batches = matrix.name, known[matrix.name].batches
            positions, lengths = matrix.positions, matrix.family.lengths
        else:
            piece = self._outer.value(matrix)
            text, batches, positions = piece.text, piece.facts.batches, piece.facts.axes
            lengths = tuple(self.program.lengths[axis] for axis in positions)
        asked = (*positions, row, column)
        at = [self._place(at, length) for at, length in zip(asked, (*lengths, *matrix.shape), strict=True)]
        stem = viewed(matrix) or "table"
        return Piece(self._read(stem, text, len(at), bool(batches), at), self._facts(element))

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
        lengths = {**self.program.lengths, **dict(zip(PLACES, self._shape, strict=True))}
        return surely_inside(position, length, lengths, guards)

    def _head(self, symbol: Symbol) -> str:
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

    def _read(self, stem: str, text: str, axes: int, has_batches: bool, at: Sequence[str]) -> str:
        """The entry of an array from outside, which is bound to a name that no index hides."""
        if text not in self._names:
            name = text if text.isidentifier() else self._outer.temporary(f"_{stem.strip('_')}", text)
            if has_batches:
                self.reads.append(Read(self.program.fresh(f"_all_{stem.strip('_')}"), name, axes))
                name = self.reads[-1].name
            self._names[text] = self._not_hidden(name)
        self.depends_on_batch |= has_batches
        return f"{self._names[text]}[{', '.join([*(['b'] if has_batches else []), *at])}]"

    def _not_hidden(self, name: str) -> str:
        if name not in NAMES:
            return name
        other = self.program.fresh(f"_{name}")
        self._outer.line(f"{other} = {name}")
        return other

    def _facts(self, value: Value) -> Facts:
        return self.program.facts(value)


def _at_lengths_of_one(matrix: IndexedMatrix) -> Expr:
    """The formula, the only row or column being the first one."""
    only = {place: S.Zero for place, length in zip((ROW, COLUMN), matrix.shape, strict=True) if length == 1}
    return put_in(matrix.formula, only) if only else matrix.formula


def _conditions_of_ones(matrix: IndexedMatrix) -> list[Expr]:
    """The conditions any of which makes an entry of ones and zeros 1, where they say it all; else none."""
    formula = _at_lengths_of_one(matrix)
    if not isinstance(formula, Piecewise):
        return []
    values = [case.expr for case in formula.args]
    if all(isinstance(value, Integer) for value in values) and values[-1] == 0 and 0 not in values[:-1]:
        return [case.cond for case in formula.args[:-1]]
    return []
