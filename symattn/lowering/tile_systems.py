"""The equations of one tile: the program's own, with tiles in the place of scores and slices in that of operands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from sympy import Basic, Expr, Identity, MatrixSymbol, OneMatrix, Symbol, Transpose, ZeroMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.lowering.program import Program
from symattn.lowering.rewriting import rebuilt
from symattn.lowering.tiling import NotTiled, Tiling
from symattn.lowering.uses import COLUMN, ROW, viewed
from symattn.nodes import (
    Arithmetic,
    Block,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    Hardmax,
    HorizontalStack,
    IndexCondition,
    IndexedMatrix,
    IndexSum,
    Intersection,
    MatrixProduct,
    Member,
    Negation,
    Scatter,
    Value,
    VerticalStack,
    is_matrix,
)
from symattn.nodes.cases import put_in
from symattn.nodes.written import element
from symattn.shapes import same_size, size

ROWS, COLUMNS = size("_rows"), size("_columns")
"""How many queries and how many keys a tile has."""


WORDS: dict[type, str] = {
    IndexSum: "a sum over an index",
    Transpose: "the transpose of scores",
    HorizontalStack: "hstack",
    VerticalStack: "vstack",
    Identity: "eye",
    Block: "a block of scores",
    Hardmax: "the largest score of a row",
}
"""What has no tiles, as users write it."""


class Slice(Enum):
    """Which part of an array a tile needs: ``[queries]``, ``[keys]``, the same along the last axis, both, or all."""

    OF_QUERIES = "[{top}:{bottom}]"
    OF_KEYS = "[{left}:{right}]"
    ACROSS_QUERIES = "[:, {top}:{bottom}]"
    ACROSS_KEYS = "[:, {left}:{right}]"
    OF_BOTH = "[{top}:{bottom}, {left}:{right}]"
    WHOLE = ""


@dataclass(frozen=True)
class Operand:
    """What a tile reads: a value made before, and the part of it that belongs to the tile under a name of its own."""

    value: Value
    part: Slice
    symbol: Value


@dataclass
class TileEquations:
    """Makes equations of one tile, and keeps account of what they read."""

    program: Program
    tiling: Tiling
    axes: tuple[Symbol, ...]
    operands: dict[tuple[Value, Slice], Operand] = field(default_factory=dict)
    uses_heads: set[Symbol] = field(default_factory=set)
    scales_in_tiles: bool = False

    def operand(self, value: Value, part: Slice) -> Value:
        """The symbol for a part of a value that is made before any tile; a number times it stays in the tile if
        ``scales_in_tiles``, as where tiles are made in rare cases only.
        """
        scaled = isinstance(value, (ElementwiseProduct, ElementwiseQuotient)) and not is_matrix(value.right)
        if scaled and self.scales_in_tiles and value.right.free_symbols <= set(self.program.system.sizes):
            return value.func(self.operand(value.left, part), value.right)
        if (value, part) not in self.operands:
            name = self.program.fresh(f"_{viewed(value) or 'value'}".replace("__", "_"))
            if not is_matrix(value):
                symbol: Value = Symbol(name, real=True)
            else:
                symbol = MatrixSymbol(name, *self._shape(value, part))
            self.operands[value, part] = Operand(value, part, symbol)
        return self.operands[value, part].symbol

    @staticmethod
    def _shape(value: Value, part: Slice) -> tuple[Expr, Expr]:
        rows, columns = value.shape
        if part in (Slice.OF_QUERIES, Slice.OF_BOTH):
            rows = ROWS
        if part is Slice.OF_KEYS:
            rows = COLUMNS
        if part in (Slice.ACROSS_KEYS, Slice.OF_BOTH):
            columns = COLUMNS
        if part is Slice.ACROSS_QUERIES:
            columns = ROWS
        return rows, columns

    def of_keys(self, value: Value) -> Value:
        """The keys of a tile, from a matrix with a column for each: ``K.T`` gives the transpose of a slice of ``K``."""
        if isinstance(value, Transpose):
            return Transpose(self.operand(value.arg, Slice.OF_KEYS))
        return self.operand(value, Slice.ACROSS_KEYS)

    def of_queries(self, value: Value) -> Value:
        """The queries of a tile, from a matrix with a column for each."""
        if isinstance(value, Transpose):
            return Transpose(self.operand(value.arg, Slice.OF_QUERIES))
        return self.operand(value, Slice.ACROSS_QUERIES)

    def symbol(self, name: str) -> MatrixSymbol:
        """A value in tiles."""
        return MatrixSymbol(name, ROWS, COLUMNS)

    def tile(self, value: Value) -> Value:
        """What a matrix of scores, or one that stretches to it, is in one tile.

        Errors: ``NotTiled`` for an operation that asks for more than a tile.
        """
        if not is_matrix(value):
            return self._scalar(value)
        tiling = self.tiling
        if isinstance(value, (MatrixSymbol, Member)) and value.name in tiling.tiles:
            return self.symbol(value.name)
        if not tiling.in_tiles(value) or (isinstance(value, (MatrixSymbol, Member))):
            return self._stretched(value)
        if isinstance(value, MatrixProduct):
            return MatrixProduct(self.operand(value.left, Slice.OF_QUERIES), self.of_keys(value.right))
        if isinstance(value, (IndexedMatrix, IndexCondition)):
            return self._by_row_and_column(value)
        if isinstance(value, (OneMatrix, ZeroMatrix)):
            return value.func(ROWS, COLUMNS)
        if isinstance(value, (Arithmetic, ElementwisePower, ElementwiseFunction, Negation, Intersection)):
            return rebuilt(value, tuple(map(self.tile, value.args)))
        raise NotTiled(f"{WORDS.get(type(value), type(value).__name__.lower())} has no tiles")

    def _stretched(self, value: Value) -> Value:
        """A matrix that is made before, of which a tile needs its own part."""
        rows, columns = (same_size(a, b) and a != 1 for a, b in zip(value.shape, self.tiling.shape, strict=True))
        if rows and columns:
            return self.operand(value, Slice.OF_BOTH)
        if value.shape == (1, 1):
            return self.operand(value, Slice.WHOLE)
        if rows and value.shape[1] == 1:
            return self.operand(value, Slice.OF_QUERIES)
        if columns and value.shape[0] == 1:
            return self.of_keys(value)
        raise NotTiled(f"a matrix of shape {value.shape} does not stretch to scores")

    def _by_row_and_column(self, value: Value) -> Value:
        row, column = value.row, value.column
        own = tuple(ROWS if same_size(a, b) else a for a, b in [(value.shape[0], self.tiling.shape[0])])
        shape = (*own, COLUMNS if same_size(value.shape[1], self.tiling.shape[1]) else value.shape[1])
        formula = value.condition if isinstance(value, IndexCondition) else value.formula
        return value.func(self._scalar(formula), row, column, *shape)

    def _scalar(self, value: Basic) -> Basic:
        """A number or condition, with what is made before any tile under the names that it has in a tile."""
        replaced: dict[Basic, Basic] = {}
        for part in value.atoms(MatrixElement):
            matrix, *position = part.args
            if self.tiling.in_tiles(matrix):
                raise NotTiled("it reads single scores")
            if not any(place.has(ROW, COLUMN) for place in position):
                replaced[part] = self.operand(part, Slice.WHOLE)
                continue
            replaced[part] = element(self.operand(matrix, Slice.WHOLE), *map(self._scalar, position))
        known = self.program.known
        for symbol in value.free_symbols:
            if symbol in self.axes:
                self.uses_heads.add(symbol)
            elif symbol.name in known and not known[symbol.name].is_number and not is_matrix(symbol):
                replaced[symbol] = self.operand(symbol, Slice.WHOLE)
        return put_in(value, replaced) if replaced else value

    def sum_of(self, value: Value) -> tuple[Value, str]:
        """What one tile adds to a sum over scores, and whose sum it is: the ``queries``', the ``keys``' or ``all``."""
        in_tiles = self.tiling.in_tiles
        if isinstance(value, Scatter):
            places = (*map(self._scalar, value.positions), value.row, value.column, *value.shape)
            return Scatter(self.tile(value.matrix), *places), "all"
        if not isinstance(value, MatrixProduct):
            return value.func(self.tile(value.argument)), "queries" if value.over_rows else "across keys"
        left, right = value.args
        if in_tiles(left):
            if isinstance(left, Transpose):
                return MatrixProduct(Transpose(self.tile(left.arg)), self.operand(right, Slice.OF_QUERIES)), "keys"
            return MatrixProduct(self.tile(left), self.operand(right, Slice.OF_KEYS)), "queries"
        if isinstance(right, Transpose):
            return MatrixProduct(self.of_keys(left), Transpose(self.tile(right.arg))), "across queries"
        return MatrixProduct(self.of_queries(left), self.tile(right)), "across keys"
