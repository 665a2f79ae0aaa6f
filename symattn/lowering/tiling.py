"""Which values of a program are computed tile by tile: those with an entry for every query and key, never as a whole.

A value of the shape of scores is made one tile after the other, each time it is needed; what leaves the tiles are sums
over keys or over queries: products with values, sums of rows. Softmax needs the sum of a row before it has a weight, so
the statements fall into passes. A product of weights and values is merged from tile to tile in the pass of the scores
themselves; whatever else reads weights comes in the pass after, which knows the logarithm of each row's sum.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sympy import Expr, MatrixSymbol, S, Symbol

from symattn.errors import LoweringError
from symattn.lowering.comments import text_of
from symattn.lowering.program import Program, Statement, mentions, on_the_way
from symattn.lowering.recognising import flipped
from symattn.lowering.rewriting import rebuilt
from symattn.nodes import (
    ColumnMax,
    ColumnMean,
    ColumnSum,
    ElementwiseProduct,
    ElementwiseQuotient,
    Entmax,
    LogSumExp,
    MatrixProduct,
    Member,
    Negation,
    OverAllowedKeys,
    RowMax,
    RowMean,
    RowSum,
    Scatter,
    Softmax,
    Value,
    is_matrix,
)
from symattn.shapes import Shape, same_size

SUMS = (RowSum, ColumnSum, RowMax, ColumnMax, LogSumExp, Scatter)
"""What leaves the tiles, beside products."""

MEANS = {RowMean: RowSum, ColumnMean: ColumnSum}


class NotTiled(LoweringError):
    """Why a value is not computed tile by tile."""


@dataclass(frozen=True)
class Pass:
    """One walk over all tiles: ``axes`` are the indices it runs over, ``results`` what it gives.

    ``stored`` are values in tiles that are asked for as a whole, ``merged`` softmaxes whose weights a later pass reads.
    """

    number: int
    axes: tuple[Symbol, ...]
    results: tuple[Statement, ...] = ()
    stored: tuple[Statement, ...] = ()
    merged: tuple[str, ...] = ()


@dataclass
class Tiling:
    """The statements of a program sorted: made whole, made in tiles, or coming out of a pass over tiles."""

    program: Program
    shape: Shape
    tiles: dict[str, Statement] = field(default_factory=dict)
    results: dict[str, Statement] = field(default_factory=dict)
    whole: list[Statement] = field(default_factory=list)
    level: dict[str, int] = field(default_factory=dict)
    """After how many passes a value is there; for a value in tiles, in which pass it can be made."""
    merging: dict[str, int] = field(default_factory=dict)
    """In which pass the rows of a softmax are summed."""
    merged_with: dict[str, str] = field(default_factory=dict)
    """Results that are merged in the pass of the scores, each with its softmax."""
    passes: list[Pass] = field(default_factory=list)

    def __post_init__(self) -> None:
        for statement in list(self.program.statements):
            self._sort(statement)
        self._find_passes()

    def is_scores(self, value: Value) -> bool:
        """Whether a matrix has an entry for every query and key."""
        return is_matrix(value) and all(map(same_size, value.shape, self.shape))

    def in_tiles(self, value: Value) -> bool:
        """Whether a value rests on one that is made in tiles."""
        if isinstance(value, (MatrixSymbol, Member)):
            return value.name in self.tiles
        if is_matrix(value) and self.is_scores(value):
            return True
        return any(self.in_tiles(part) for part in value.args)

    def _sort(self, statement: Statement) -> None:
        if statement.tiled is not None:
            self.level |= dict.fromkeys(statement.names, self._latest(statement.expression))
            self.whole.append(statement)
            return
        value = self._apart(statement.expression, statement, is_whole=True)
        if statement.name in self.results:
            return
        statement = replace(statement, expression=value)
        if self.is_scores(value):
            self._check_positions(value, statement)
            self._add_tile(statement)
        elif self.in_tiles(value):
            raise NotTiled(f"{self._written(statement)} is no sum over scores")
        else:
            self.level[statement.name] = self._latest(value)
            self.whole.append(statement)

    def _add_tile(self, statement: Statement) -> None:
        value, level = statement.expression, self._latest(statement.expression)
        if isinstance(value, OverAllowedKeys):
            if not isinstance(value, Softmax):
                kind = "sparsemax or entmax" if isinstance(value, Entmax) else type(value).__name__.lower()
                raise NotTiled(f"{kind} asks for all scores of a query at once")
            self.merging[statement.name] = level
            level += 1
        self.tiles[statement.name] = statement
        self.level[statement.name] = level

    def _latest(self, value: Value) -> int:
        return max((self.level.get(name, 0) for name in mentions(value, self.level)), default=0)

    def _apart(self, value: Value, statement: Statement, is_whole: bool = False) -> Value:
        """The value with a name for each sum over tiles inside it; the sum itself where it is all of a statement."""
        if not self.in_tiles(value) or isinstance(value, (MatrixSymbol, Member)):
            return value
        if type(value) in MEANS:
            return self._apart(ElementwiseQuotient(MEANS[type(value)](value.argument), value.length), statement)
        parts = tuple(self._apart(part, statement) if self.in_tiles(part) else part for part in value.args)
        is_product = isinstance(value, MatrixProduct) and any(map(self.in_tiles, parts))
        if is_product and (self.is_scores(value) or all(map(self.in_tiles, parts))):
            raise NotTiled(f"{self._written(statement)} multiplies matrices that have an entry for every query and key")
        value = rebuilt(value, parts)
        if not (is_product or isinstance(value, SUMS)):
            return value
        return self._result(value, statement, is_whole)

    def _result(self, value: Value, statement: Statement, is_whole: bool) -> Value:
        for known in self.results.values():
            if known.expression == value:
                return MatrixSymbol(known.name, *value.shape)
        facts = self.program.facts(value)
        if is_whole and facts.axes == statement.axes:
            made = replace(statement, expression=value)
        else:
            name = self.program.fresh("_sum")
            made = Statement(name, value, None, False, name, facts.axes)
        self.program.known[made.name] = facts
        self.results[made.name] = made
        self._place(made)
        return MatrixSymbol(made.name, *value.shape)

    def _place(self, made: Statement) -> None:
        """In which pass a sum is made, and with which softmax it is merged, if with any."""
        value = made.expression
        if isinstance(value, MatrixProduct) and isinstance(value.left, (MatrixSymbol, Member)):
            weights, other = value.args
            number = self.merging.get(weights.name)
            if number is not None and self._latest(other) <= number:
                self.merged_with[made.name] = weights.name
                self.level[made.name] = number + 1
                return
        if isinstance(value, LogSumExp):
            weights = [name for name, tile in self.tiles.items() if tile.expression == Softmax(*value.args)]
            self.merged_with[made.name] = (weights or [made.name])[0]
            if not weights:
                self.merging[made.name] = self._latest(value)
        self.level[made.name] = self._latest(value) + 1

    def _check_positions(self, value: Value, statement: Statement) -> None:
        """Errors: ``NotTiled`` where a member of a family of scores other than the tile's own is read."""
        for part in value.atoms(Member):
            if part.name in self.tiles and part.positions != self.program.known[part.name].axes:
                raise NotTiled(f"{self._written(statement)} reads scores of another head")

    def _find_passes(self) -> None:
        program = self.program
        groups: dict[tuple[int, tuple[Symbol, ...]], dict[str, list]] = {}

        def group(number: int, name: str) -> dict[str, list]:
            axes = program.known[name].axes
            return groups.setdefault((number, axes), {"results": [], "stored": [], "merged": []})

        for name, statement in self.results.items():
            group(self.level[name] - 1, name)["results"].append(statement)
        for name in program.outputs:
            if name in self.tiles:
                group(self.level[name], name)["stored"].append(self.tiles[name])
        for name in self._read_as_weights(groups):
            group(self.merging[name], name)["merged"].append(name)
        for (number, axes), found in sorted(groups.items(), key=lambda item: item[0][0]):
            self.passes.append(Pass(number, axes, *(tuple(found[key]) for key in ("results", "stored", "merged"))))

    def _read_as_weights(self, groups: dict) -> list[str]:
        """The softmaxes that some pass reads after their rows have been summed."""
        read: set[str] = set()
        for found in list(groups.values()):
            for statement in (*found["results"], *found["stored"]):
                if statement.name not in self.merged_with:
                    read |= {each.name for each in self.needed(statement)}
        pending = [*self.merging]
        while pending:  # what the scores of a softmax are made of
            name = pending.pop()
            source = self.tiles.get(name) or self.results[name]
            read |= {each.name for each in self.needed(replace(source, name=""))}
        return [name for name in self.merging if name in read and name in self.tiles]

    def needed(self, *statements: Statement) -> list[Statement]:
        """The statements in tiles that some values rest on, themselves included where they are in tiles; in order.

        The scores of a softmax are needed for its weights.
        """
        values = {name: tile.expression for name, tile in self.tiles.items()}
        wanted = {each.name for each in statements}
        for statement in statements:
            wanted |= set(mentions(statement.expression, values))
        return [self.tiles[name] for name in on_the_way(values, wanted)]

    @staticmethod
    def _written(statement: Statement) -> str:
        return f"{statement.left_side} = {text_of(statement.expression if statement.text is None else statement.text)}"


def score_shapes(program: Program) -> list[Shape]:
    """The shapes of what has an entry for every query and key: of scores, and of large products that are summed up."""
    found: list[Shape] = []
    large: list[Shape] = []
    for statement in program.statements:
        scores = [part.scores.shape for part in statement.expression.atoms(OverAllowedKeys)]
        for shape in scores:
            if not any(_same(shape, other) for other in found):
                found.append(shape)
        value = statement.expression
        if program.is_large(value) and not statement.is_truth:
            large.append(value.shape)
    return found or [shape for place, shape in enumerate(large) if shape not in large[:place]]


def _same(a: Shape, b: Shape) -> bool:
    return all(map(same_size, a, b))


def factors(value: Value, tiling: Tiling) -> tuple[Expr, Value, Value] | None:
    """A number and two matrices of which the scores are ``number * A @ B.T``; ``None`` if they are something else."""
    if isinstance(value, (MatrixSymbol, Member)) and value.name in tiling.tiles:
        return factors(tiling.tiles[value.name].expression, tiling)
    if isinstance(value, MatrixProduct) and not any(map(tiling.in_tiles, value.args)):
        return S.One, value.left, flipped(value.right)
    if isinstance(value, Negation):
        found = factors(value.args[0], tiling)
        return found and (-found[0], *found[1:])
    if isinstance(value, ElementwiseQuotient) and not is_matrix(value.right):
        found = factors(value.left, tiling)
        return found and (found[0] / value.right, *found[1:])
    if isinstance(value, ElementwiseProduct):
        for scores, number in (value.args, value.args[::-1]):
            if not is_matrix(number) and is_matrix(scores):
                found = factors(scores, tiling)
                return found and (found[0] * number, *found[1:])
    return None
