"""Entries at computed positions: a gather by arrays of whole numbers, which are compared with the matrix's lengths."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Integer, S, Symbol
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.language.to_code import formula
from symattn.lowering.bounds import surely_inside
from symattn.lowering.conditions import joined
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.reshaping import is_in_order
from symattn.lowering.selecting import entry, is_index
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.whole import is_of_indices, is_of_whole_numbers
from symattn.lowering.writer import Writer
from symattn.nodes import Member, Value
from symattn.nodes.written import element as entry_at
from symattn.shapes import same_size


def element(writer: Writer, value: MatrixElement) -> Piece:
    """``A[i, j]``, ``A[i, j - 1]``, ``A[h // 2][j, 0]``: any entry of a matrix, or of a member of a family."""
    matrix, *places = value.args
    positions = list(zip(places, matrix.shape, strict=True))
    if isinstance(matrix, Member):
        positions += zip(matrix.positions, matrix.family.lengths, strict=True)
    checked = writer.around.sides is None  # whole numbers as subscripts, once for the whole program
    for at, length in positions:
        if not (is_index(writer, at) or (isinstance(at, Integer) and (checked or surely_inside(at, length, {})))):
            return lookup(writer, matrix, *places)
    return entry(writer, value)


def lookup(writer: Writer, matrix: Value, row: Expr, column: Expr) -> Piece:
    """The entries of a matrix at a row and a column for each place of the array that is being made."""
    return _Lookup(writer, matrix, row, column).piece()


class _Lookup:
    def __init__(self, writer: Writer, matrix: Value, row: Expr, column: Expr) -> None:
        self.writer, self.matrix, self.row, self.column = writer, matrix, row, column
        self.element = entry_at(matrix, row, column)
        self.facts = writer.program.facts(self.element)
        self.has_rows = bool(self.facts.axes) or self.element.has(ROW)

    def piece(self) -> Piece:
        own = self.matrix.positions if isinstance(self.matrix, Member) else ()
        if all(is_index(self.writer, at) or isinstance(at, Integer) for at in own):
            base = self.writer.value(self.matrix)
            members = (self.writer.program.lengths[axis] for axis in base.facts.axes)
            reshaped = self._reshaped(base, base.facts.axes, (*members, *self.matrix.shape))
            if reshaped is not None:
                return reshaped
            foreign = self.writer.program.in_order(self.row.free_symbols | self.column.free_symbols)
            if (*base.facts.axes, *foreign) == self.facts.axes:
                # The members come whole, so that only the indices in the positions are axes of what they make.
                self.has_rows = bool(foreign) or self.row.has(ROW) or self.column.has(ROW)
                return self._of_whole(base.within(Binding.ATOM))
        if not own:
            name = self.writer.target.name
            raise LoweringError(f"{name} cannot look up entries of {self.matrix}; name the matrix first.")
        lengths = (*self.matrix.family.lengths, *self.matrix.shape)
        positions = (*own, self.row, self.column)
        reshaped = self._reshaped(self.writer.named(self.matrix.name), own, lengths)
        if reshaped is not None:
            return reshaped
        places = [self._at(at, length) for at, length in zip(positions, lengths, strict=True)]
        return self._made(f"{self.matrix.name}[{', '.join(['...', *places])}]")

    def _reshaped(self, base: Piece, own: Sequence[Expr], lengths: Sequence[Expr]) -> Piece | None:
        """The array in another shape, if its entries are asked for in the order in which they lie in memory."""
        writer, positions = self.writer, (*own, self.row, self.column)
        assert writer.around.sides is not None
        places = {axis: writer.program.lengths[axis] for axis in self.facts.axes}
        places |= dict(zip((ROW, COLUMN), writer.around.sides, strict=True))
        if positions == tuple(places) or not is_in_order(positions, lengths, places):
            return None
        name = base.text if base.text.isidentifier() else writer.temporary("_value", base.text)
        shape = writer.shape(*places.values())[1:-1]
        return writer.view(f"{name}.reshape(*{name}.shape[:-{len(positions)}], {shape})", self.element)

    def _of_whole(self, text: str) -> Piece:
        """From all members at once: by slices where a position is the place itself, else by arrays."""
        sides, (rows, columns) = self.writer.around.sides, self.matrix.shape
        assert sides is not None
        if (self.row, self.column) == (COLUMN, ROW) and same_size(rows, sides[1]) and same_size(columns, sides[0]):
            return self.writer.view(f"{text}.mT", self.element)
        all_rows = self.row == ROW and same_size(rows, sides[0])
        all_columns = self.column == COLUMN and same_size(columns, sides[1])
        if all_rows and all_columns:
            return self.writer.view(text, self.element)
        if all_rows and self._runs_over(self.column, COLUMN):
            at = self._at(self.column, columns, flat=True)
            return self._made(f"{text}[..., {at}{'' if self.column.has(COLUMN) else ', None'}]")
        if all_columns and self._runs_over(self.row, ROW):
            at = self._at(self.row, rows, flat=True)
            return self._made(f"{text}[..., {at}, {'' if self.row.has(ROW) else 'None, '}:]")
        at_row, at_column = self._at(self.row, rows), self._at(self.column, columns)
        numbers_alone = not (self.has_rows or self.row.has(COLUMN) or self.column.has(COLUMN))
        return self._made(f"{text}[..., {at_row}, {at_column}{', None, None' if numbers_alone else ''}]")

    def _runs_over(self, position: Expr, symbol: Symbol) -> bool:
        """Whether a position depends on nothing but sizes and, perhaps, one index."""
        return not is_of_indices(self.writer.program, position.xreplace({symbol: S.Zero}))

    def _made(self, text: str) -> Piece:
        return Piece(text, self.facts, makes_memory=True)

    def _at(self, position: Expr, length: Expr, flat: bool = False) -> str:
        """The code of one position: whole numbers that lie inside, also where no case is taken that asks for one."""
        writer, whole = self.writer, is_of_whole_numbers(position)
        if not position.is_integer:
            name = writer.target.name
            raise LoweringError(f"{name} cannot look up {self._text()}: a position is a whole number for all indices.")
        with writer.having(numbers="whole" if whole else "real", flat=flat):
            piece = writer.value(position)
        piece = writer.aligned(piece, self.facts.axes) if piece.facts.axes else piece
        if position.has(COLUMN) and not (flat or self.has_rows):
            piece = Piece(f"{piece.within(Binding.ATOM)}[None]", piece.facts)
        if not whole and not piece.facts.is_number:
            piece = Piece(writer.target.words.whole.format(piece.text), piece.facts)
        inside = [self._is_inside(position, length, guards) for guards in ((), writer.around.guards)]
        if inside[0]:
            return piece.text
        if not inside[1]:
            piece = self._named(piece)
            self._check("_check_inside", piece, position, flat, writer.value(length).text)
        last = writer.value(length - 1).text
        if piece.facts.is_number:
            return f"min(max({piece.text}, 0), {last})"
        return f"{piece.within(Binding.ATOM)}.clip(0, {last})"

    def _named(self, piece: Piece) -> Piece:
        if piece.text.isidentifier() or piece.facts.is_number:
            return piece
        return Piece(self.writer.temporary("_at", piece.text), piece.facts)

    def _is_inside(self, position: Expr, length: Expr, guards: tuple[Boolean, ...]) -> bool:
        writer = self.writer
        assert writer.around.sides is not None
        lengths = {**writer.program.lengths, **dict(zip((ROW, COLUMN), writer.around.sides, strict=True))}
        return surely_inside(position, length, lengths, guards)

    def _check(self, helper: str, piece: Piece, position: Expr, flat: bool, *more: str) -> None:
        """A line that compares positions, only those that are asked for where cases surround them."""
        writer, guards = self.writer, self.writer.around.guards
        arguments = [*more, repr(self._text())]
        symbols = {symbol for guard in guards for symbol in guard.free_symbols}
        axes = writer.program.in_order({*piece.facts.axes, *symbols})
        text = f"{piece.text}[:, None]" if flat and position.has(ROW) else piece.text
        if guards:
            text = writer.aligned(Piece(text, piece.facts), axes).text if piece.facts.axes else text
            with writer.having(flat=False, guards=()):
                arguments.append(joined(writer, guards, " & ", Facts(axes=axes)).text)
        writer.line(writer.call(helper, text, *arguments))

    def _text(self) -> str:
        return formula(self.element, name=lambda symbol: symbol.name.lstrip("_"), lenient=True)
