"""Writes a pass over tiles: a function for the tiles of some queries, and the call that shares them among threads."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sympy import MatrixSymbol, Symbol

from symattn.lowering.program import Statement
from symattn.lowering.tile_sets import differences, holds, mask, narrowed, others
from symattn.lowering.tile_systems import Operand, Slice
from symattn.lowering.tile_walks import UNHEARD, Merged, Result, TiledPass, Walk
from symattn.lowering.tile_writer import TileWriter, large_names, mask_name, mentioned_symbols, tile_program
from symattn.lowering.uses import viewed
from symattn.lowering.writer import Writer
from symattn.nodes import Value

OF_QUERIES = (Slice.OF_QUERIES, Slice.ACROSS_QUERIES)
OF_KEYS = (Slice.OF_KEYS, Slice.ACROSS_KEYS)


def over_tiles(writer: Writer, statement: Statement) -> None:
    """The lines of a pass over tiles."""
    _PassWriter(writer, statement.tiled).write()


class _PassWriter:
    def __init__(self, writer: Writer, made: TiledPass) -> None:
        self.outer, self.made, self.program = writer, made, writer.program
        self.dtype = writer.dtype()
        self.columns = writer.value(made.shape[1]).text
        self.into = {result.name: self.program.fresh(f"_into_{result.name.lstrip('_')}") for result in made.results}
        self.sums = {
            result.name: self.program.fresh(f"_sum_{result.name.lstrip('_')}")
            for result in made.results
            if result.value is not None and result.is_of_queries
        }
        self.arrays: dict[Value, str] = {}
        self.outside: dict[str, str] = {}
        self.whole = {}
        if self._narrows(made.walk):
            self.whole = {symbol.name: self.program.fresh(f"_all{symbol.name}") for symbol in made.states}
        self.truths = frozenset(each.symbol.name for each in made.read if viewed(each.value) in self.program.truths)

    def write(self) -> None:
        writer, made = self.outer, self.made
        for comment in made.comments:
            writer.line(f"# {comment}")
        writer.line("# tile by tile: what the tiles of some keys give is merged with that of the keys before")
        texts = {operand.value: self._outer_text(operand.value) for operand in made.read}
        self.arrays = {value: self.program.fresh(f"_all_{(viewed(value) or 'value').lstrip('_')}") for value in texts}
        shapes = [f"{text}.shape[:-2]" for text in dict.fromkeys(texts.values())]
        lengths = [writer.value(self.program.lengths[axis]).text for axis in made.axes]
        shapes += [f"({', '.join(lengths)},)"] if lengths else []
        leading = writer.temporary("_leading", f"np.broadcast_shapes({', '.join(shapes)})")
        for result in made.results:
            names = [result.name]
            if result.along == "both":  # in the function the name is that of a tile
                self.outside[result.name] = self.program.fresh(f"_whole_{result.name}")
                names.append(self.outside[result.name])
            writer.line(f"{' = '.join(names)} = {self._new(result, f'{leading} + ')}")
        name = self.program.fresh("_tiles")
        writer.line(f"def {name}(_at, _spans):")
        for line in self._function(texts):
            writer.line(f"    {line}")
        writer.helpers.update(("_held", "_part", "_results_of"))
        rows = writer.value(made.shape[0]).text
        gathered = [result for result in made.results if result.is_gathered]
        more = [f"[{', '.join(result.name for result in gathered)}]"] if gathered else []
        if any(result.is_largest for result in gathered):
            more.append(f"[{', '.join(str(result.is_largest) for result in gathered)}]")
        has_sets = str(any(differences(allowed) for allowed in made.walk.allowed))
        writer.line(writer.call("_over_tiles", name, leading, rows, self.columns, has_sets, *more))

    def _new(self, result: Result, leading: str = "") -> str:
        """New memory for a result; ``leading`` is the code of the lengths before those of a matrix."""
        lengths = f"({', '.join(self.outer.value(length).text for length in result.shape)})"
        shape = f"{leading}{lengths}"
        if result.is_largest:
            return f"np.full({shape}, -np.inf, {self.dtype})"
        return f"np.zeros({shape}, {self.dtype})"

    def _outer_text(self, value: Value) -> str:
        writer = self.outer
        piece = writer.named(value.name) if isinstance(value, Symbol) else writer.value(value)
        return writer.aligned(piece, self.made.axes).text

    def _function(self, texts: dict[Value, str]) -> list[str]:
        """The body of the function that goes over the tiles of some spans of queries."""
        made, call = self.made, self.outer.call
        lines = []
        for place, axis in enumerate(made.axes):
            if axis in made.equations.uses_heads:
                lines.append(f"{axis.name} = _at[{place - len(made.axes)}]")
        for value, text in texts.items():
            more = [] if viewed(value) in self.program.truths else [self.dtype]
            lines.append(f"{self.arrays[value]} = {call('_part', text, '_at', *more)}")
        for result in made.results:
            whole = self.outside.get(result.name, result.name)
            new = self._new(result) if result.is_gathered else call("_part", whole, "_at")
            lines.append(f"{self.into[result.name]} = {new}")
        inner = self._bounded() if made.bounded is not None else []
        inner += self._exact()
        lines += ["for _top, _bottom in _spans:", *indented(inner)]
        gathered = [self.into[result.name] for result in made.results if result.is_gathered]
        return [*lines, f"return [{', '.join(gathered)}]"] if gathered else lines

    @staticmethod
    def _narrows(walk: Walk) -> bool:
        """Whether a tile's part in a walk is that of the queries that have a key in it, and no others."""
        return walk.can_skip and len(walk.allowed) == 1 and bool(differences(walk.allowed[0]))

    def _state(self, name: str) -> str:
        """The array of a state for all queries of a span."""
        return self.whole.get(name, name)

    def _zeros(self, columns: str) -> str:
        return f"np.zeros((_bottom - _top, {columns}), {self.dtype})"

    def _bounded(self) -> list[str]:
        """The walk by bounds; it is over with a tile of queries unless a bound turns out to be far too high."""
        bounded, merged = self.made.bounded, self.made.merged[0]
        assert bounded is not None
        lines = ["# every score less a bound of its query's scores, so that no largest score is looked for"]
        lines += self._powers(UNHEARD)
        least = f"({self.columns} + 1) * 8 * np.finfo({self.dtype}).tiny / np.finfo({self.dtype}).eps"
        lines.append(f"if np.min({merged.total}) >= {least}:  # nothing that counts was rounded to 0")
        others_of = dict(bounded.others)
        inside = []
        for name, _ in merged.results:
            source = others_of.get(name, f"{bounded.weighted}[:, :-1]")
            inside.append(f"np.divide({source}, {merged.total}, out={self.into[name]}[_top:_bottom])")
        bound = f"{self.arrays[bounded.bound]}[_top:_bottom]"
        if merged.log_sum is not None:
            inside.append(
                f"{self.into[merged.log_sum]}[_top:_bottom] = ({bound} + np.log2({merged.total})) * np.log(2)"
            )
        inside += self._kept(merged, bound, merged.total)
        return [*lines, *indented([*inside, "continue"]), "# the same by the largest score of each query"]

    def _powers(self, within: str = "") -> list[str]:
        """The walk over powers of two of scores less a number; it ends with the sum of each query's.

        The powers are made in a block of their own if its head is given.
        """
        bounded, merged = self.made.bounded, self.made.merged[0]
        assert bounded is not None
        lines = [f"{name} = {self._zeros(self.outer.value(columns).text)}" for name, columns in bounded.states]
        return [
            *lines,
            *self._walk(bounded.walk, {bounded.powers: within}),
            f"{merged.total} = {bounded.weighted}[:, -1:]",
        ]

    def _kept(self, merged: Merged, reference: str, total: str) -> list[str]:
        """What a later pass makes weights of."""
        if merged.kept is None:
            return []
        number, share = (f"{self.into[name]}[_top:_bottom]" for name in merged.kept)
        return [f"{number} = {reference}", f"{share} = 1 / {total}"]

    def _kept_by_largest(self, merged: Merged) -> list[str]:
        """The same where the largest score is what is taken off; powers of two are summed again, as they will be."""
        if merged.kept is None:
            return []
        largest, total = self._state(merged.largest), self._state(merged.total)
        reference = f"np.where({largest} > np.finfo({self.dtype}).min, {largest}, 0)"
        bounded = self.made.bounded
        if bounded is None:
            return self._kept(merged, reference, total)
        queries = self.arrays[bounded.shifted]
        lines = [
            f"_reference_here = {reference} / np.log(2)",
            f"{queries} = {queries}.copy()",
            f"{queries}[_top:_bottom, -1:] = -_reference_here",
            *self._powers(),
        ]
        return [*lines, *self._kept(merged, "_reference_here", f"({merged.total} + ({merged.total} == 0))")]

    def _exact(self) -> list[str]:
        """The walk by largest scores, and what it gives."""
        made, lines = self.made, []
        for merged in made.merged:
            lowest = f"np.full((_bottom - _top, 1), np.finfo({self.dtype}).min, {self.dtype})"
            lines.append(f"{self._state(merged.largest)} = {lowest}")
            lines.append(f"{self._state(merged.total)} = {self._zeros('1')}")
            for name, state in merged.results:
                shape = next(result.shape for result in made.results if result.name == name)
                lines.append(f"{self._state(state)} = {self._zeros(self.outer.value(shape[1]).text)}")
        results = {result.name: result for result in made.results}
        for name, memory in self.sums.items():
            result = results[name]
            sides = ["_bottom - _top", self.outer.value(result.shape[1 if result.along == "queries" else 0]).text]
            lengths = ", ".join(sides if result.along == "queries" else sides[::-1])
            zeros = (
                f"np.full(({lengths}), -np.inf, {self.dtype})"
                if result.is_largest
                else f"np.zeros(({lengths}), {self.dtype})"
            )
            lines.append(f"{memory} = {zeros}")
        lines += self._walk(made.walk)
        for merged in made.merged:
            lines += self._finished(merged)
        for name, memory in self.sums.items():
            place = "[_top:_bottom]" if results[name].along == "queries" else "[:, _top:_bottom]"
            lines.append(f"{self.into[name]}{place} = {memory}")
        return lines

    def _finished(self, merged: Merged) -> list[str]:
        """The results of one softmax, from its state after the last key."""
        lines = []
        largest, total = self._state(merged.largest), self._state(merged.total)
        if merged.may_be_empty:
            lines.append(f"{total} += {total} == 0  # a query without keys: 0 is divided by 1")
        elif merged.results or merged.kept:
            lines += [f"if {self.columns} == 0:", f"    {total} += 1  # without any key 0 is divided by 1"]
        for name, state in merged.results:
            lines.append(f"np.divide({self._state(state)}, {total}, out={self.into[name]}[_top:_bottom])")
        if merged.log_sum is not None:
            if merged.may_be_empty:
                largest = f"np.where({largest} > np.finfo({self.dtype}).min, {largest}, -np.inf)"
            lines.append(f"{self.into[merged.log_sum]}[_top:_bottom] = {largest} + np.log({total})")
        return [*lines, *self._kept_by_largest(merged)]

    def _walk(self, walk: Walk, within: Mapping[str, str] = MappingProxyType({})) -> list[str]:
        """The loop over the tiles of keys, for one tile of queries; for ``within`` see ``tile_program``."""
        made, program = self.made, self.program
        results = [result for result in made.results if result.value is not None] if walk is made.walk else []
        equations, added = list(walk.equations), dict[str, str]()
        for result in results:
            assert result.value is not None
            if isinstance(result.value, MatrixSymbol):
                added[result.name] = result.value.name
            else:
                added[result.name] = program.fresh("_adding")
                equations.append((added[result.name], result.value))
        states = [symbol for symbol in made.states if symbol.name in dict(walk.carried)]
        flags = {allowed: f"_every{number or ''}" for number, allowed in enumerate(walk.allowed)}
        narrows = self._narrows(walk)
        span = ("_first", "_last") if narrows else ("_top", "_bottom")
        used = mentioned_symbols([*(value for _, value in equations), *walk.allowed])
        operands = [operand for operand in made.read if operand.symbol.name in used]
        outputs = [*(new for _, new in walk.carried), *added.values()]
        given = [*(operand.symbol for operand in operands), *states]
        statements = tile_program(program, given, equations, walk.texts, outputs, self.truths, within)
        writer = TileWriter(self.outer, statements, span, made.equations.uses_heads, flags)
        before = [each for each in operands if each.part is Slice.WHOLE or (each.part in OF_QUERIES and not narrows)]
        inner = [f"_right = min(_left + _WIDTH, {self.columns})"]
        later = [self._sliced(each, span) for each in operands if each not in before]
        for allowed, flag in flags.items():
            skips = walk.can_skip and len(flags) == 1
            inner += _coverage(writer, allowed, flag, skips, narrows, later)
        inner += later
        if narrows:
            inner.append("_rows = slice(_first - _top, _last - _top)")
        writer.write()
        inner += self._of_states(walk)
        inner += writer.lines
        inner += self._carried(walk, narrows)
        inner += [self._add(result, added[result.name], span, narrows) for result in results]
        gone = large_names(statements)
        inner += [f"del {', '.join(gone)}"] if gone else []
        head = [self._sliced(each, ("_top", "_bottom")) for each in before]
        return [*head, f"for _left in range(0, {self.columns}, _WIDTH):", *indented(inner)]

    def _of_states(self, walk: Walk) -> list[str]:
        """What the tile goes on from, where only some of its queries count: the part that is theirs."""
        names = [old for old, _ in walk.carried if old in self.whole]
        return [f"{', '.join(names)} = {', '.join(f'{self.whole[name]}[_rows]' for name in names)}"] if names else []

    def _carried(self, walk: Walk, narrows: bool) -> list[str]:
        if not walk.carried:
            return []
        place = "[_rows]" if narrows else ""
        if walk is not self.made.walk:
            return [f"{old}{place} += {new}" for old, new in walk.carried]
        olds, news = zip(*walk.carried, strict=True)
        return [f"{', '.join(f'{self._state(old)}{place}' for old in olds)} = {', '.join(news)}"]

    def _sliced(self, operand: Operand, span: tuple[str, str]) -> str:
        first, last = span
        part = operand.part.value.format(top=first, bottom=last, left="_left", right="_right")
        return f"{operand.symbol.name} = {self.arrays[operand.value]}{part}"

    def _add(self, result: Result, name: str, span: tuple[str, str], narrows: bool) -> str:
        """The line that adds what a tile gives to what the others have given."""
        first, last = span
        if result.along == "both":
            return f"{self.into[result.name]}[{first}:{last}, _left:_right] = {name}"
        if result.is_of_queries:
            rows = "[_rows]" if result.along == "queries" else "[:, _rows]"
            place = f"{self.sums[result.name]}{rows if narrows else ''}"
        else:
            places = {"keys": "[_left:_right]", "across keys": "[:, _left:_right]", "all": ""}
            place = f"{self.into[result.name]}{places[result.along]}"
        return f"np.maximum({place}, {name}, out={place})" if result.is_largest else f"{place} += {name}"


def _coverage(
    writer: TileWriter, allowed: Value, flag: str, can_skip: bool, narrows: bool, later: list[str]
) -> list[str]:
    """Lines that find out which queries have a key in a tile, and whether every key is allowed to each of them."""
    lines, every = [], []
    found = differences(allowed)
    if narrows:
        writer.span = ("_top", "_bottom")
        firsts, lasts, rest = narrowed(writer, found)
        first = f"max({', '.join(['_top', *firsts])})" if firsts else "_top"
        last = f"min({', '.join(['_bottom', *lasts])})" if lasts else "_bottom"
        lines += [f"_first, _last = {first}, {last}"]
        skipping = ["_first >= _last"] + ([f"not ({holds(writer, rest, True)})"] if rest else [])
        lines += [f"if {' or '.join(skipping)}:", "    continue"]
        writer.span = ("_first", "_last")
    if found:
        every.append(holds(writer, found, False))
    if others(allowed):
        lines += later
        later.clear()
        name = mask_name(flag)
        start = len(writer.lines)
        text = mask(writer, allowed)
        lines += [*writer.lines[start:], f"{name} = {text}"]
        del writer.lines[start:]
        if can_skip:
            lines += [f"if not {name}.any():", "    continue"]
        every.append(f"{name}.all()")
    return [*lines, f"{flag} = {' and '.join(every)}"]


def indented(lines: list[str]) -> list[str]:
    """The lines one step further in."""
    return [f"    {line}" for line in lines]
