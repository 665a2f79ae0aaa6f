"""Writes the statements of one tile inside the function of a whole pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from sympy import MatrixExpr, MatrixSymbol, Symbol, log

from symattn.equations import Equation, EquationSystem
from symattn.lowering.costs import Costs
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts, Program
from symattn.lowering.rewriting import cheaper, rebuilt
from symattn.lowering.sharing import Sharing
from symattn.lowering.target import Target
from symattn.lowering.tile_nodes import BinaryExponential, OnlyAllowed
from symattn.lowering.tile_sets import BOTTOM, LEFT, RIGHT, TOP, mask_of_comparisons, others, queries_to_mask
from symattn.lowering.tile_systems import COLUMNS, ROWS
from symattn.lowering.uses import ROW, Uses
from symattn.lowering.writer import Writer
from symattn.nodes import ElementwiseProduct, Exponential, Value, is_matrix, shape_of

NUMBERS = "_numbers"
"""Stands for the dtype that all arrays of a pass share."""


class TileWriter(Writer):
    """Writes values of a tile: its sizes, its queries and keys counted from the first of all.

    ``span`` are the names of its first query and of the one after its last; ``heads`` the indices that are numbers
    here; ``flags`` name, for each allowed set, what tells whether every key of the tile is allowed.
    """

    def __init__(
        self,
        outer: Writer,
        program: Program,
        span: tuple[str, str],
        heads: Iterable[Symbol],
        flags: Mapping[MatrixExpr, str],
    ) -> None:
        super().__init__(program, tile_target(outer.target))
        self.helpers, self.imports = outer.helpers, outer.imports
        self.outer, self.span, self.heads, self.flags = outer, span, frozenset(heads), flags

    def size(self, symbol: Symbol) -> Piece:
        """A size of the whole, of the tile, or which head it is of."""
        first, last = self.span
        texts = {TOP: first, BOTTOM: last, LEFT: "_left", RIGHT: "_right"}
        if symbol in (ROWS, COLUMNS):
            return Piece(f"{last} - {first}" if symbol == ROWS else "_right - _left", Facts(), Binding.SUM)
        if symbol in texts or symbol in self.heads:
            return Piece(texts.get(symbol, symbol.name), Facts())
        return self.outer.size(symbol)

    def along(self, symbol: Symbol) -> Piece:
        """The queries or the keys of the tile."""
        span = ", ".join(self.span) if symbol == ROW else "_left, _right"
        dtype = ", dtype=np.float64" if self.around.numbers == "real" else ""
        place = "[:, None]" if symbol == ROW and not self.around.flat else ""
        return Piece(f"np.arange({span}{dtype}){place}", self.program.facts(symbol))

    def dtype(self) -> str:
        """The dtype that all arrays of the pass share."""
        return self.outer.dtype()


def tile_target(target: Target) -> Target:
    """The target with rows for what stands in the equations of tiles alone."""
    own = {OnlyAllowed: only_allowed, BinaryExponential: target.rows[Exponential]}
    return replace(target, rows={**target.rows, **own}, functions={**target.functions, BinaryExponential: "np.exp2"})


def only_allowed(writer: Writer, node: OnlyAllowed, place: str) -> Piece:
    """The scores, minus infinity in their own memory where a key is not allowed; nothing is done where all are."""
    assert isinstance(writer, TileWriter)
    place = place or "_scores"
    scores = writer.value(node.scores, place)
    memory = writer.own(scores, place)
    if memory is None:
        memory = writer.temporary(place, f"{scores.within(Binding.ATOM)}.copy()")
    flag = writer.flags[node.allowed]
    writer.line(f"if not {flag}:")
    for line in _masking(writer, node.allowed, flag, memory):
        writer.line(f"    {line}")
    return writer.variable(memory, writer.program.facts(node))


def _masking(writer: TileWriter, allowed: MatrixExpr, flag: str, memory: str) -> list[str]:
    """The lines that put minus infinity where a key is not allowed; for the queries alone that lack one, if known."""
    start, span = len(writer.lines), writer.span
    end = queries_to_mask(writer, allowed)
    if end is not None:
        writer.line(f"_end = min({span[1]}, {end})")
        memory, writer.span = f"{memory}[: _end - {span[0]}]", (span[0], "_end")
    texts = mask_of_comparisons(writer, allowed) + ([mask_name(flag)] if others(allowed) else [])
    writer.span = span
    chosen = texts[0] if len(texts) == 1 and texts[0].isidentifier() else f"({' & '.join(texts)})"
    writer.line(f"np.copyto({memory}, -np.inf, where=~{chosen})")
    lines = writer.lines[start:]
    del writer.lines[start:]
    return lines


def mask_name(flag: str) -> str:
    """The name of the truth values that go with a flag."""
    return f"_mask{flag.removeprefix('_every')}"


def tile_program(
    outer: Program,
    given: Iterable[Value],
    equations: Sequence[tuple[str, Value]],
    texts: Mapping[str, Value],
    outputs: Sequence[str],
    truths: frozenset[str],
    within: Mapping[str, str] = MappingProxyType({}),
) -> Program:
    """The statements of one tile: formulas made cheaper, and a name for what is read twice.

    ``given`` are symbols of what is there before, ``texts`` equations as they were written, ``within`` the heads of
    the blocks that some statements stand in.
    """
    system = EquationSystem(
        "tile", tuple(given), tuple(Equation(name, value) for name, value in equations), equations[-1][0]
    )
    program = Program(system, tuple(outputs), Uses(truths, frozenset({NUMBERS})), Costs(system))
    program.truths |= truths
    program.share_names_of(outer)
    for symbol in system.input_symbols:
        program.known[symbol.name] = Facts(shape_of(symbol), (), frozenset(), frozenset({NUMBERS}))
    numbers = frozenset(outer.system.sizes)
    rewritten = [cheaper(equation.expression, numbers, program.costs) for equation in system]
    sharing = Sharing(program, rewritten)
    for equation, expression in zip(system, rewritten, strict=True):
        sharing.add(equation.name, expression, equation, ())
    program.statements = [
        replace(
            each,
            text=texts.get(each.name, _in_words(each.expression if each.text is None else each.text)),
            within=within.get(each.name, ""),
        )
        for each in program.statements
    ]
    program.count_reads()
    return program


def _in_words(value: Value) -> Value:
    """The value as comments show it, in nodes that the language has words for; nothing is said of allowed sets."""
    if isinstance(value, OnlyAllowed):
        return _in_words(value.scores)
    if isinstance(value, BinaryExponential):
        return Exponential(ElementwiseProduct(log(2), _in_words(value.argument)))
    if not is_matrix(value) or isinstance(value, MatrixSymbol):
        return value
    return rebuilt(value, tuple(map(_in_words, value.args)))


def large_names(program: Program) -> list[str]:
    """The names of what has the shape of a tile and is still there at its end."""
    gone = {name for position in range(len(program.statements)) for name in program.finished(position)}
    names = [each.name for each in program.statements if each.expression.shape == (ROWS, COLUMNS)]
    return [name for name in names if name not in gone]


def mentioned_symbols(values: Iterable[Value]) -> set[str]:
    """The names of all symbols in some values."""
    found = set[str]()
    for value in values:
        found |= {symbol.name for symbol in value.atoms(MatrixSymbol) | value.free_symbols}
    return found
