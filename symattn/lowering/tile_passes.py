"""A program whose scores are computed tile by tile: passes over tiles in the place of statements, by the merge rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sympy import Expr, MatrixExpr, MatrixSymbol, OneMatrix, S, Symbol, Transpose, log

from symattn.errors import LoweringError
from symattn.lowering.comments import text_of
from symattn.lowering.merging import BOUND, MERGED, SHIFTED_QUERY, SHIFTED_SCORES, WITH_ONES, rule
from symattn.lowering.program import Program, Statement, mentions
from symattn.lowering.rewriting import rebuilt
from symattn.lowering.tile_joined import split_joined
from symattn.lowering.tile_nodes import BinaryExponential, OnlyAllowed
from symattn.lowering.tile_systems import ROWS, Operand, Slice, TileEquations
from symattn.lowering.tiling import NotTiled, Pass, Tiling, factors, score_shapes
from symattn.nodes import (
    ColumnMax,
    ColumnSum,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Exponential,
    Intersection,
    LogSumExp,
    MatrixProduct,
    Member,
    Negation,
    RowMax,
    RowSum,
    Scatter,
    Softmax,
    Value,
    is_matrix,
)
from symattn.shapes import Shape


class OverTiles(MatrixExpr):
    """Stands in a program for a pass over tiles; its arguments are what the pass reads."""

    def __new__(cls, *read: Value) -> OverTiles:
        return MatrixExpr.__new__(cls, *read)

    shape = (S.One, S.One)


@dataclass(frozen=True)
class Result:
    """An array that a pass gives: ``value`` is what one tile adds to it, ``along`` the sides that are the tile's."""

    name: str
    shape: Shape
    value: Value | None
    along: str
    is_largest: bool = False
    is_asked: bool = True

    @property
    def is_of_queries(self) -> bool:
        """Whether each query has an entry of its own, which the tiles of its keys alone add to."""
        return self.along in ("queries", "across queries")

    @property
    def is_gathered(self) -> bool:
        """Whether tiles of several queries add to the same entries."""
        return self.along in ("keys", "across keys", "all")


@dataclass(frozen=True)
class Merged:
    """The state of one softmax: the names of its largest scores, its sums and the results that are merged with it.

    ``results`` are pairs of a result's name and of the name of its weighted values; ``log_sum`` is the name of the
    result that takes the logarithm of the sums, if one does; ``is_binary``: to the base 2.
    """

    largest: str
    total: str
    results: tuple[tuple[str, str], ...]
    log_sum: str | None
    is_binary: bool
    may_be_empty: bool


@dataclass(frozen=True)
class Walk:
    """What is computed in each tile while the keys of one tile of queries are walked over.

    ``equations``: names and values; ``carried``: what the next tile goes on from, each with the name of its new value.
    """

    equations: tuple[tuple[str, Value], ...]
    texts: dict[str, Value]
    carried: tuple[tuple[str, str], ...]
    allowed: tuple[MatrixExpr, ...]
    can_skip: bool


@dataclass(frozen=True)
class Bounded:
    """The form without largest scores: one walk whose last column of ``weighted`` are the sums of the rows."""

    walk: Walk
    weighted: str
    others: tuple[tuple[str, str], ...]
    bound: Value
    states: tuple[tuple[str, Expr], ...]


@dataclass
class TiledPass:
    """A pass over tiles as code is written from it."""

    axes: tuple[Symbol, ...]
    shape: Shape
    equations: TileEquations
    results: tuple[Result, ...]
    merged: tuple[Merged, ...]
    walk: Walk
    bounded: Bounded | None = None
    comments: tuple[str, ...] = ()
    states: tuple[MatrixSymbol, ...] = ()
    read: tuple[Operand, ...] = ()


def tile(program: Program) -> None:
    """Put passes over tiles in the place of statements that make scores as a whole.

    Errors: ``LoweringError`` with the reasons if there is nothing that can be computed so.
    """
    reasons: list[str] = []
    done = False
    before = list(program.statements), dict(program.known)
    try:
        split_joined(program)
    except NotTiled as reason:
        program.statements, program.known = before
        reasons.append(str(reason))
    for shape in score_shapes(program):
        before = list(program.statements), dict(program.known)
        try:
            made = _Passes(program, Tiling(program, shape)).statements()
            done |= any(statement.tiled for statement in made)
            program.statements = made
        except NotTiled as reason:
            reasons.append(str(reason))
            program.statements, program.known = before
    if not done:
        why = "; ".join(dict.fromkeys(reasons)) or "nothing in it has an entry for every query and key"
        raise LoweringError(
            f"strategy='tiled' finds nothing in {program.system.name} to compute tile by tile: {why}. "
            "strategy='direct' computes it."
        )
    program.direct = tuple(dict.fromkeys(reasons))


class _Passes:
    def __init__(self, program: Program, tiling: Tiling) -> None:
        self.program, self.tiling = program, tiling
        self._prepared: dict[Value, str] = {}
        self._log_sums: dict[str, tuple[str, bool]] = {}
        """The name of the logarithm of the sums of each softmax, and whether it is to the base 2."""

    def statements(self) -> list[Statement]:
        """The program's statements with passes in the place of those in tiles."""
        found: list[Statement] = []
        level = 0
        pending = list(self.tiling.passes)
        if not pending:
            return list(self.program.statements)
        while True:
            found += [each for each in self.tiling.whole if self.tiling.level[each.name] == level]
            now = [each for each in pending if each.number == level]
            for each in now:
                found += self._pass(each)
            pending = [each for each in pending if each.number > level]
            level += 1
            if not pending and level > max(self.tiling.level.values(), default=0):
                return found

    def _pass(self, found: Pass) -> list[Statement]:
        self._before: list[Statement] = []
        self._states: list[MatrixSymbol] = []
        self._equations = equations = TileEquations(self.program, self.tiling, found.axes)
        ordinary = [each for each in found.results if each.name not in self.tiling.merged_with]
        softmaxes = list(dict.fromkeys([*found.merged, *self._merging_results(found)]))
        is_bounded = len(softmaxes) == 1 and not ordinary and not found.stored
        equations.scales_in_tiles = is_bounded and self._is_linear(softmaxes[0])
        needed = self._needed(found, softmaxes, ordinary)
        self._reads = Counter(
            name for each in (*needed, *ordinary) for name in mentions(each.expression, self.tiling.tiles)
        )
        lines: list[tuple[str, Value]] = []
        texts: dict[str, Value] = {}
        allowed: list[MatrixExpr] = []
        for statement in needed:
            if not statement.is_truth:
                lines.append((statement.name, self._tile_value(statement, allowed)))
                texts[statement.name] = statement.expression if statement.text is None else statement.text
        lines = _used(lines, self._roots(softmaxes, ordinary, found))
        results: list[Result] = []
        carried: list[tuple[str, str]] = []
        merged: list[Merged] = []
        for name in softmaxes:
            merged.append(self._merge(name, found, lines, texts, carried, results, allowed))
        for statement in ordinary:
            self._sum(statement, lines, texts, results)
        for statement in found.stored:
            results.append(Result(statement.name, self.tiling.shape, equations.symbol(statement.name), "both"))
        skip = all(self._vanishes(each.expression) for each in (*ordinary, *found.stored))
        walk = Walk(tuple(lines), texts, tuple(carried), tuple(dict.fromkeys(allowed)), skip)
        made = TiledPass(found.axes, self.tiling.shape, equations, tuple(results), tuple(merged), walk)
        if is_bounded:
            made.bounded = self._bounded(softmaxes[0], merged[0])
        made.states = tuple(self._states)
        made.comments = tuple(self._comments(found, needed))
        made.read = self._read(made)
        before, operands = self._before, [operand.value for operand in made.read]
        loop = Statement(
            made.results[0].name,
            OverTiles(*operands),
            left_side=made.results[0].name,
            axes=found.axes,
            tiled=made,
            defines=tuple(each.name for each in made.results),
        )
        return [*before, loop]

    def _merging_results(self, found: Pass) -> list[str]:
        """The softmaxes, or logarithms of sums, that results of a pass are merged with."""
        return [self.tiling.merged_with[each.name] for each in found.results if each.name in self.tiling.merged_with]

    def _needed(self, found: Pass, softmaxes: list[str], ordinary: list[Statement]) -> list[Statement]:
        """The statements in tiles of a pass, without the softmaxes whose rows are only summed in it."""
        tiling = self.tiling
        sources = [tiling.tiles.get(name) or tiling.results[name] for name in softmaxes]
        scores = [replace(each, name="", expression=each.expression) for each in sources]
        return tiling.needed(*scores, *ordinary, *found.stored)

    def _roots(self, softmaxes: list[str], ordinary: list[Statement], found: Pass) -> list[Value]:
        tiling = self.tiling
        sources = [tiling.tiles.get(name) or tiling.results[name] for name in softmaxes]
        return [*(each.expression for each in (*sources, *ordinary)), *(tiling_symbol(each) for each in found.stored)]

    def _tile_value(self, statement: Statement, allowed: list[MatrixExpr]) -> Value:
        value = statement.expression
        if isinstance(value, Softmax):
            return self._weights(statement.name, value, allowed)
        return self._equations.tile(self._folded(value))

    def _folded(self, value: Value) -> Value:
        """The value with differences of a product and a number for each query as one product."""
        if not is_matrix(value) or isinstance(value, (MatrixSymbol, Member)) or not self.tiling.in_tiles(value):
            return value
        if isinstance(value, ElementwiseDifference) and self._is_single_product(value.left):
            found = factors(value.left, self.tiling)
            number = value.right
            is_column = is_matrix(number) and number.shape[1] == 1 and not self.tiling.in_tiles(number)
            if found is not None and is_column and found[0] == 1:
                return self._shifted(found[1], found[2], number)
        return rebuilt(value, tuple(map(self._folded, value.args)))

    def _is_single_product(self, value: Value) -> bool:
        if isinstance(value, MatrixProduct):
            return True
        return isinstance(value, (MatrixSymbol, Member)) and self._reads[value.name] == 1

    def _shifted(self, query: Value, key: Value, number: Value) -> Value:
        """``query @ key.T - number``, the number being a column of the queries and ones one of the keys."""
        queries = self._made_before(rule(SHIFTED_QUERY, {"Q": query, "b": number}), "_queries")
        keys = self._made_before(rule(WITH_ONES, {"K": key}), "_keys")
        return rule(SHIFTED_SCORES, {"A": queries, "B": keys})

    def _weights(self, name: str, value: Softmax, allowed: list[MatrixExpr]) -> Value:
        """The weights, computed again from the scores and the logarithm of the sum of each row."""
        found, equations = self._linear(value.scores), self._equations
        log_sum, is_binary = self._log_sums[name]
        number = MatrixSymbol(log_sum, self.tiling.shape[0], 1)
        chosen = self._allowed(value, allowed)
        if found is not None:
            factor, query, key = found
            binary = number if is_binary else ElementwiseQuotient(number, log(2))
            scores = equations.tile(self._shifted(_times(query, factor / log(2)), key, binary))
            return BinaryExponential(_only(scores, chosen))
        scores = ElementwiseDifference(equations.tile(value.scores), equations.operand(number, Slice.OF_QUERIES))
        return Exponential(_only(scores, chosen))

    def _is_linear(self, softmax: str) -> bool:
        source = self.tiling.tiles.get(softmax) or self.tiling.results[softmax]
        return self._linear(source.expression.args[0]) is not None

    def _linear(self, scores: Value) -> tuple[Expr, Value, Value] | None:
        return factors(scores, self.tiling)

    def _allowed(self, value: Softmax | LogSumExp, allowed: list[MatrixExpr]) -> MatrixExpr | None:
        if value.allowed is None:
            return None
        chosen = self._equations.tile(self._defined(value.allowed))
        allowed.append(chosen)
        return chosen

    def _defined(self, allowed: Value) -> Value:
        """An allowed set with its definition in the place of its name."""
        if isinstance(allowed, (MatrixSymbol, Member)) and allowed.name in self.tiling.tiles:
            return self._defined(self.tiling.tiles[allowed.name].expression)
        if isinstance(allowed, Intersection):
            return rebuilt(allowed, tuple(map(self._defined, allowed.args)))
        return allowed

    def _merge(
        self,
        name: str,
        found: Pass,
        lines: list[tuple[str, Value]],
        texts: dict[str, Value],
        carried: list[tuple[str, str]],
        results: list[Result],
        allowed: list[MatrixExpr],
    ) -> Merged:
        """The equations of the merge rule for one softmax and what is merged with it."""
        tiling, program = self.tiling, self.program
        source = tiling.tiles.get(name) or tiling.results[name]
        value = source.expression
        assert isinstance(value, (Softmax, LogSumExp))
        scores = _only(self._equations.tile(value.scores), self._allowed(value, allowed))
        given = {"m_1": self._state("_largest"), "l_1": self._state("_total"), "S_2": scores}
        new = {key: program.fresh(stem) for key, stem in (("m", "_larger"), ("l", "_sums"))}
        lines.append((new["m"], rule(MERGED["m"], {"m_1": given["m_1"], "S_2": scores})))
        given["m"] = MatrixSymbol(new["m"], ROWS, 1)
        lines.append((new["l"], rule(MERGED["l"], given)))
        carried += [(given["m_1"].name, new["m"]), (given["l_1"].name, new["l"])]
        products = []
        log_sum, is_binary = None, False
        for result in found.results:
            if tiling.merged_with.get(result.name) != name:
                continue
            if isinstance(result.expression, LogSumExp):
                log_sum = result.name
                continue
            right = result.expression.right
            state, value_name = self._state("_weighted", right.shape[1]), program.fresh("_values")
            other = self._equations.operand(right, Slice.OF_KEYS)
            more = {"o_1": state, "m_1": given["m_1"], "m": given["m"], "S_2": scores, "V_2": other}
            lines.append((value_name, rule(MERGED["o"], more)))
            carried.append((state.name, value_name))
            products.append((result.name, state.name))
            results.append(Result(result.name, result.expression.shape, None, "queries"))
        column = (self.tiling.shape[0], S.One)
        asked = log_sum is not None
        if name in found.merged:
            is_binary = not asked and self._linear(value.scores) is not None
            log_sum = log_sum or program.fresh("_log_sum")
            self._log_sums[name] = log_sum, is_binary
            program.known[log_sum] = replace(program.facts(value), shape=column)
        if log_sum is not None:
            results.append(Result(log_sum, column, None, "queries", is_asked=asked))
        empty = value.allowed is not None
        return Merged(given["m_1"].name, given["l_1"].name, tuple(products), log_sum, is_binary, empty)

    def _state(self, stem: str, columns: Expr = S.One) -> MatrixSymbol:
        symbol = MatrixSymbol(self.program.fresh(stem), ROWS, columns)
        self._states.append(symbol)
        return symbol

    def _sum(
        self,
        statement: Statement,
        lines: list[tuple[str, Value]],
        texts: dict[str, Value],
        results: list[Result],
    ) -> None:
        value = statement.expression
        folded = rebuilt(value, tuple(self._folded(part) for part in value.args))
        added, along = self._equations.sum_of(folded)
        is_largest = isinstance(value, (RowMax, ColumnMax))
        results.append(Result(statement.name, value.shape, added, along, is_largest))

    def _made_before(self, value: Value, stem: str) -> Value:
        """The name of a value that is made before any tile."""
        if isinstance(value, (MatrixSymbol, Member)):
            return value
        if value not in self._prepared:
            name, facts = self.program.fresh(stem), self.program.facts(value)
            self.program.known[name] = facts
            self._prepared[value] = name
            self._before.append(Statement(name, value, None, False, name, facts.axes))
        return MatrixSymbol(self._prepared[value], *value.shape)

    def _read(self, made: TiledPass) -> tuple[Operand, ...]:
        """What a pass reads, each under a name: formulas are computed before it."""
        walks = [made.walk, *([made.bounded.walk] if made.bounded else [])]
        values = [value for walk in walks for _, value in walk.equations]
        values += [allowed for walk in walks for allowed in walk.allowed]
        values += [result.value for result in made.results if result.value is not None]
        named = {symbol for value in values for symbol in value.atoms(MatrixSymbol) | value.free_symbols}
        bound = {(made.bounded.bound, Slice.OF_QUERIES)} if made.bounded else set()
        read: list[Operand] = []
        for key, operand in made.equations.operands.items():
            if operand.symbol not in named and key not in bound:
                continue
            value = operand.value
            if is_matrix(value) and not isinstance(value, MatrixSymbol):
                is_plain = isinstance(value, Member) and value.positions == self.program.facts(value).axes
                if not is_plain:
                    value = self._made_before(value, "_operand")
            read.append(Operand(value, operand.part, operand.symbol))
        return tuple(read)

    def _bounded(self, softmax: str, merged: Merged) -> Bounded | None:
        """The walk without largest scores, if the scores are products of queries and keys times a number."""
        tiling, equations = self.tiling, self._equations
        value = (tiling.tiles.get(softmax) or tiling.results[softmax]).expression
        found = self._linear(value.scores)
        if found is None:
            return None
        factor, query, key = found
        query = self._made_before(_times(query, factor / log(2)), "_queries")
        bound = self._made_before(rule(BOUND, {"Q": query, "K": key}), "_bound")
        allowed: list[MatrixExpr] = []
        scores = _only(equations.tile(self._shifted(query, key, bound)), self._allowed(value, allowed))
        powers = self.program.fresh("_powers")
        lines: list[tuple[str, Value]] = [(powers, BinaryExponential(scores))]
        carried, others, states = [], [], []
        weighted = ""
        products = [tiling.results[result].expression.right for result, _ in merged.results]
        ones = products or [S.Zero]
        for place, right in enumerate(ones):
            if not products:
                values = self._made_before(_ones(tiling.shape[1]), "_ones")
            else:
                values = self._made_before(rule(WITH_ONES, {"K": right}), "_values") if place == 0 else right
            name, new = self.program.fresh("_weighted"), self.program.fresh("_added")
            tile_product = MatrixProduct(equations.symbol(powers), equations.operand(values, Slice.OF_KEYS))
            lines.append((new, tile_product))
            carried.append((name, new))
            states.append((name, values.shape[1]))
            if place == 0:
                weighted = name
            else:
                others.append((merged.results[place][0], name))
        walk = Walk(tuple(lines), {}, tuple(carried), tuple(dict.fromkeys(allowed)), True)
        equations.operand(bound, Slice.OF_QUERIES)
        return Bounded(walk, weighted, tuple(others), bound, tuple(states))

    def _vanishes(self, value: Value) -> bool:
        """Whether what a tile adds is 0 where all its weights are: a tile without allowed keys can be left out."""
        if isinstance(value, (MatrixSymbol, Member)):
            if value.name not in self.tiling.tiles:
                return False
            return self._vanishes(self.tiling.tiles[value.name].expression)
        if isinstance(value, Softmax):
            return value.allowed is not None
        if isinstance(value, ElementwiseProduct):
            return any(is_matrix(side) and self._vanishes(side) for side in value.args)
        if isinstance(value, MatrixProduct):
            return any(map(self._vanishes, value.args))
        if isinstance(value, ElementwiseQuotient):
            return is_matrix(value.left) and self._vanishes(value.left)
        if isinstance(value, (Negation, Transpose)):
            return self._vanishes(value.args[0])
        if isinstance(value, Scatter):
            return self._vanishes(value.matrix)
        if isinstance(value, (RowSum, ColumnSum)):
            return self._vanishes(value.argument)
        if isinstance(value, (ElementwiseSum, ElementwiseDifference)):
            return all(is_matrix(side) and self._vanishes(side) for side in value.args)
        return False

    def _comments(self, found: Pass, needed: Iterable[Statement]) -> Iterable[str]:
        softmaxes = [self.tiling.tiles.get(name) for name in self._merging_results(found)]
        for statement in (
            *needed,
            *(each for each in softmaxes if each is not None and each not in needed),
            *found.results,
        ):
            if not statement.name.startswith("_") and not statement.is_truth:
                value = statement.expression if statement.text is None else statement.text
                yield f"{statement.left_side} = {text_of(value)}"


def tiling_symbol(statement: Statement) -> Value:
    """The symbol of a statement's value."""
    return MatrixSymbol(statement.name, *statement.expression.shape)


def _times(query: Value, factor: Expr) -> Value:
    return query if factor == 1 else ElementwiseProduct(query, factor)


def _ones(length: Expr) -> Value:
    return OneMatrix(length, 1)


def _only(scores: Value, allowed: MatrixExpr | None) -> Value:
    return scores if allowed is None else OnlyAllowed(scores, allowed)


def _used(lines: list[tuple[str, Value]], roots: Iterable[Value]) -> list[tuple[str, Value]]:
    """The equations that others, or the roots, mention; scores that were folded into products are left out."""
    names = [name for name, _ in lines]
    wanted = {name for root in roots for name in mentions(root, names)}
    kept = []
    for name, value in reversed(lines):
        if name in wanted:
            kept.append((name, value))
            wanted |= set(mentions(value, names))
    return kept[::-1]
