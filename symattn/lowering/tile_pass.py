"""One pass over tiles, from the statements in tiles that its results rest on: the equations of a tile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sympy import Expr, MatrixExpr, MatrixSymbol, OneMatrix, S, log

from symattn.lowering.comments import text_of
from symattn.lowering.merging import BOUND, MERGED, SHIFTED_QUERY, SHIFTED_SCORES, WITH_ONES, rule
from symattn.lowering.program import Statement, mentions, on_the_way
from symattn.lowering.rewriting import rebuilt
from symattn.lowering.tile_nodes import BinaryExponential, OnlyAllowed
from symattn.lowering.tile_systems import ROWS, Operand, Slice, TileEquations
from symattn.lowering.tile_vanishing import vanishes
from symattn.lowering.tile_walks import UNHEARD, Bounded, Merged, OverTiles, Result, TiledPass, Walk
from symattn.lowering.tiling import Pass, Tiling, factors
from symattn.nodes import (
    ColumnMax,
    ElementwiseDifference,
    ElementwiseProduct,
    Exponential,
    Intersection,
    LogSumExp,
    MatrixProduct,
    Member,
    RowMax,
    Softmax,
    Value,
    is_matrix,
)


@dataclass
class Prepared:
    """What earlier passes have left: names of values made before tiles, and of each softmax what weights are made of;
    ``binary`` are those whose scores went into powers of two.
    """

    names: dict[Value, str] = field(default_factory=dict)
    kept: dict[str, tuple[str, str]] = field(default_factory=dict)
    binary: set[str] = field(default_factory=set)


def statements_of(found: Pass, tiling: Tiling, prepared: Prepared) -> list[Statement]:
    """The statements that stand for a pass: what is made before its tiles, and the pass itself."""
    return _OnePass(found, tiling, prepared).statements()


class _OnePass:
    def __init__(self, found: Pass, tiling: Tiling, prepared: Prepared) -> None:
        self.found, self.tiling, self.program, self.prepared = found, tiling, tiling.program, prepared
        self.equations = TileEquations(self.program, tiling, found.axes)
        self.before: list[Statement] = []
        self.states: list[MatrixSymbol] = []
        self.lines: list[tuple[str, Value]] = []
        self.carried: list[tuple[str, str]] = []
        self.results: list[Result] = []
        self.allowed: list[MatrixExpr] = []
        self.ordinary = [each for each in found.results if each.name not in tiling.merged_with]
        self.softmaxes = list(dict.fromkeys([*found.merged, *self._merging_results()]))
        self.sources = {name: tiling.tiles.get(name) or tiling.results[name] for name in self.softmaxes}
        self.needed = self._needed()
        self.reads = Counter(
            name for each in (*self.needed, *self.ordinary) for name in mentions(each.expression, tiling.tiles)
        )

    def statements(self) -> list[Statement]:
        """What is made before, and the pass."""
        found, tiling = self.found, self.tiling
        is_alone = len(self.softmaxes) == 1 and not self.ordinary and not found.stored
        if is_alone and self._linear(self._softmax(self.softmaxes[0]).scores) is not None:
            self.equations.scales_in_tiles = True
            self.prepared.binary.add(self.softmaxes[0])
        texts: dict[str, Value] = {}
        for statement in self.needed:
            if not statement.is_truth:
                self.lines.append((statement.name, self._tile_value(statement)))
                texts[statement.name] = statement.expression if statement.text is None else statement.text
        self.lines = self._used()
        merged = [self._merge(name) for name in self.softmaxes]
        for statement in self.ordinary:
            self._sum(statement)
        for statement in found.stored:
            symbol = self.equations.symbol(statement.name)
            self.results.append(Result(statement.name, tiling.shape, symbol, "both"))
        walk = Walk(tuple(self.lines), texts, tuple(self.carried), tuple(dict.fromkeys(self.allowed)), self._can_skip())
        made = TiledPass(found.axes, tiling.shape, self.equations, tuple(self.results), tuple(merged), walk)
        if is_alone:
            made.bounded = self._bounded(merged[0])
        made.states = tuple(self.states)
        made.comments = tuple(self._comments())
        made.read = self._read(made)
        name = made.results[0].name
        operands = OverTiles(*(operand.value for operand in made.read))
        names = tuple(each.name for each in made.results)
        return [*self.before, Statement(name, operands, left_side=name, axes=found.axes, tiled=made, defines=names)]

    def _can_skip(self) -> bool:
        """Whether a tile without allowed keys adds nothing to any result."""
        has_sets = all(self._softmax(name).allowed is not None for name in self.softmaxes)
        return has_sets and all(vanishes(each.expression, self.tiling) for each in (*self.ordinary, *self.found.stored))

    def _softmax(self, name: str) -> Softmax | LogSumExp:
        value = self.sources[name].expression
        assert isinstance(value, (Softmax, LogSumExp))
        return value

    def _merging_results(self) -> list[str]:
        """The softmaxes, or logarithms of sums, that results of a pass are merged with."""
        merged_with = self.tiling.merged_with
        return [merged_with[each.name] for each in self.found.results if each.name in merged_with]

    def _needed(self) -> list[Statement]:
        """The statements in tiles of a pass, without the softmaxes whose rows are only summed in it."""
        scores = [replace(each, name="") for each in self.sources.values()]
        return self.tiling.needed(*scores, *self.ordinary, *self.found.stored)

    def _used(self) -> list[tuple[str, Value]]:
        """The equations that results rest on; scores that were folded into products are left out."""
        values = dict(self.lines)
        asked = (*self.sources.values(), *self.ordinary)
        wanted = {name for each in asked for name in mentions(each.expression, values)}
        names = on_the_way(values, wanted | {each.name for each in self.found.stored})
        return [(name, values[name]) for name in names]

    def _tile_value(self, statement: Statement) -> Value:
        value = statement.expression
        if isinstance(value, Softmax):
            return self._weights(statement.name, value)
        return self.equations.tile(self._folded(value))

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
        return isinstance(value, (MatrixSymbol, Member)) and self.reads[value.name] == 1

    def _shifted(self, query: Value, key: Value, number: Value) -> Value:
        """``query @ key.T - number``, the number being a column of the queries and ones one of the keys."""
        queries = self._made_before(rule(SHIFTED_QUERY, {"Q": query, "b": number}), "_queries")
        keys = self._made_before(rule(WITH_ONES, {"K": key}), "_keys")
        return rule(SHIFTED_SCORES, {"A": queries, "B": keys})

    def _weights(self, name: str, value: Softmax) -> Value:
        """The weights, computed again from the scores as the pass before computed them."""
        found, equations = self._linear(value.scores) if name in self.prepared.binary else None, self.equations
        reference, share = (MatrixSymbol(each, self.tiling.shape[0], 1) for each in self.prepared.kept[name])
        chosen = self._allowed(value)
        powers: Value
        if found is not None:
            factor, query, key = found
            query = self._made_before(_times(query, factor / log(2)), "_queries")
            powers = BinaryExponential(_only(equations.tile(self._shifted(query, key, reference)), chosen))
        else:
            number = equations.operand(reference, Slice.OF_QUERIES)
            powers = Exponential(_only(ElementwiseDifference(equations.tile(value.scores), number), chosen))
        return ElementwiseProduct(powers, equations.operand(share, Slice.OF_QUERIES))

    def _linear(self, scores: Value) -> tuple[Expr, Value, Value] | None:
        return factors(scores, self.tiling)

    def _allowed(self, value: Softmax | LogSumExp) -> MatrixExpr | None:
        if value.allowed is None:
            return None
        self.allowed.append(self.equations.tile(self._defined(value.allowed)))
        return self.allowed[-1]

    def _defined(self, allowed: Value) -> Value:
        """An allowed set with its definition in the place of its name."""
        if isinstance(allowed, (MatrixSymbol, Member)) and allowed.name in self.tiling.tiles:
            return self._defined(self.tiling.tiles[allowed.name].expression)
        if isinstance(allowed, Intersection):
            return rebuilt(allowed, tuple(map(self._defined, allowed.args)))
        return allowed

    def _merge(self, name: str) -> Merged:
        """The equations of the merge rule for one softmax and what is merged with it."""
        tiling, program = self.tiling, self.program
        value = self._softmax(name)
        scores = _only(self.equations.tile(value.scores), self._allowed(value))
        given = {"m_1": self._state("_largest"), "l_1": self._state("_total"), "S_2": scores}
        new = {key: program.fresh(stem) for key, stem in (("m", "_larger"), ("l", "_sums"))}
        self.lines.append((new["m"], rule(MERGED["m"], {"m_1": given["m_1"], "S_2": scores})))
        given["m"] = MatrixSymbol(new["m"], ROWS, 1)
        self.lines.append((new["l"], rule(MERGED["l"], given)))
        self.carried += [(given["m_1"].name, new["m"]), (given["l_1"].name, new["l"])]
        products = []
        log_sum, kept = None, None
        for result in self.found.results:
            if tiling.merged_with.get(result.name) != name:
                continue
            if isinstance(result.expression, LogSumExp):
                log_sum = result.name
                continue
            right = result.expression.right
            state, value_name = self._state("_weighted", right.shape[1]), program.fresh("_values")
            other = self.equations.operand(right, Slice.OF_KEYS)
            more = {"o_1": state, "m_1": given["m_1"], "m": given["m"], "S_2": scores, "V_2": other}
            self.lines.append((value_name, rule(MERGED["o"], more)))
            self.carried.append((state.name, value_name))
            products.append((result.name, state.name))
            self.results.append(Result(result.name, result.expression.shape, None, "queries"))
        column = (self.tiling.shape[0], S.One)
        if name in self.found.merged:
            kept = self.prepared.kept[name] = program.fresh("_reference"), program.fresh("_share")
            for each in kept:
                program.known[each] = replace(program.facts(value), shape=column)
                self.results.append(Result(each, column, None, "queries"))
        if log_sum is not None:
            self.results.append(Result(log_sum, column, None, "queries"))
        empty = value.allowed is not None
        return Merged(given["m_1"].name, given["l_1"].name, tuple(products), log_sum, kept, empty)

    def _state(self, stem: str, columns: Expr = S.One) -> MatrixSymbol:
        symbol = MatrixSymbol(self.program.fresh(stem), ROWS, columns)
        self.states.append(symbol)
        return symbol

    def _sum(self, statement: Statement) -> None:
        value = statement.expression
        folded = rebuilt(value, tuple(self._folded(part) for part in value.args))
        added, along = self.equations.sum_of(folded)
        is_largest = isinstance(value, (RowMax, ColumnMax))
        self.results.append(Result(statement.name, value.shape, added, along, is_largest))

    def _made_before(self, value: Value, stem: str, within: str = "") -> Value:
        """The name of a value that is made before any tile, in a block of its own if its head is given."""
        if isinstance(value, (MatrixSymbol, Member)):
            return value
        if value not in self.prepared.names:
            name, facts = self.program.fresh(stem), self.program.facts(value)
            self.program.known[name] = facts
            self.prepared.names[value] = name
            self.before.append(Statement(name, value, None, False, name, facts.axes, within=within))
        return MatrixSymbol(self.prepared.names[value], *value.shape)

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

    def _bounded(self, merged: Merged) -> Bounded | None:
        """The walk without largest scores, if the scores are products of queries and keys times a number."""
        tiling, equations = self.tiling, self.equations
        value = self._softmax(self.softmaxes[0])
        found = self._linear(value.scores)
        if found is None:
            return None
        factor, query, key = found
        query = self._made_before(_times(query, factor / log(2)), "_queries")
        bound = self._made_before(rule(BOUND, {"Q": query, "K": key}), "_bound", UNHEARD)
        allowed = self._allowed(value)
        product = self._shifted(query, key, bound)
        scores = _only(equations.tile(product), allowed)
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
        walk = Walk(tuple(lines), {}, tuple(carried), () if allowed is None else (allowed,), True)
        equations.operand(bound, Slice.OF_QUERIES)
        return Bounded(walk, powers, weighted, tuple(others), bound, product.left, tuple(states))

    def _comments(self) -> Iterable[str]:
        softmaxes = [self.tiling.tiles.get(name) for name in self._merging_results()]
        for statement in (
            *self.needed,
            *(each for each in softmaxes if each is not None and each not in self.needed),
            *self.found.results,
        ):
            if not statement.name.startswith("_") and not statement.is_truth:
                value = statement.expression if statement.text is None else statement.text
                yield f"{statement.left_side} = {text_of(value)}"


def _times(query: Value, factor: Expr) -> Value:
    return query if factor == 1 else ElementwiseProduct(query, factor)


def _ones(length: Expr) -> Value:
    return OneMatrix(length, 1)


def _only(scores: Value, allowed: MatrixExpr | None) -> Value:
    return scores if allowed is None else OnlyAllowed(scores, allowed)
