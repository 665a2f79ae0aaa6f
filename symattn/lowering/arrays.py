"""Rows that NumPy and torch share: products, transposes, rows and columns are written alike for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr, Symbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.target import Row, quoted
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.writer import Writer
from symattn.nodes import (
    Arithmetic,
    Column,
    Concatenation,
    ElementwiseFunction,
    ElementwisePower,
    IndexSum,
    MatrixProduct,
    Member,
    Negation,
    Reduction,
    Value,
    lengths_of,
)
from symattn.nodes import Row as RowNode

AXIS_LETTERS = "abcdefghijklmnopqrstuvwx"
"""Letters for the axes of an ``einsum``."""

BINDING_OF_SIGN = {"+": Binding.SUM, "-": Binding.SUM, "*": Binding.PRODUCT, "/": Binding.PRODUCT}


def taken(writer: Writer, matrices: list[str]) -> list[str]:
    """The lines that make an array of every input that is a matrix."""
    truths = [name for name in writer.program.system.inputs if name in writer.program.truths]
    return [_taken(writer, "_matrix", name) for name in matrices] + [_taken(writer, "_truth", name) for name in truths]


def _taken(writer: Writer, helper: str, name: str) -> str:
    count = len(lengths_of(writer.program.system.inputs[name]))
    more = [str(count + 2)] if count else []
    return f"{name} = {writer.call(helper, name, quoted(name), *more)}"


def arranged(
    writer: Writer, text: str, labels: Sequence[Expr], order: Sequence[Expr], row: Expr = ROW, column: Expr = COLUMN
) -> str:
    """The axes before the last two, and those, in another order; an axis that occurs twice is taken at one position.

    ``labels`` name the axes that the array has before the last two, which are ``row`` and ``column``; ``order`` names
    all the axes that it is to have behind its batches.
    """
    letters: dict[Expr, str] = {row: "y", column: "z"} if row != column else {row: "y"}
    for label in labels:
        letters.setdefault(label, AXIS_LETTERS[len(letters)])
    before = "".join(letters[label] for label in [*labels, row, column])
    after = "".join(letters[label] for label in order)
    if before == after:
        return text
    return f'{writer.target.library}.einsum("...{before}->...{after}", {text})'


def member(writer: Writer, node: Member, place: str) -> Piece:
    """``A`` for ``A[h]``, the index being an axis; ``A[..., 0, :, :]`` for ``A[0]``; axes in the order of indices."""
    whole, facts = writer.named(node.name), writer.program.facts(node)
    if node.positions == facts.axes:
        divisor = whole.divisor and replace(whole.divisor, facts=replace(whole.divisor.facts, axes=facts.axes))
        return replace(whole, facts=facts, divisor=divisor)
    at = [":" if _is_index(writer, position) else _position(writer, position) for position in node.positions]
    text = whole.text if set(at) == {":"} else f"{whole.text}[..., {', '.join(at)}, :, :]"
    labels = [position for position in node.positions if _is_index(writer, position)]
    return writer.view(arranged(writer, text, labels, [*facts.axes, ROW, COLUMN]), node)


def named(writer: Writer, node: Value, place: str) -> Piece:
    """``A`` itself."""
    return writer.named(node.name)


def transpose(writer: Writer, node: Transpose, place: str) -> Piece:
    """``A.mT``, whatever stands before the last two axes."""
    return writer.view(f"{writer.value(node.arg).within(Binding.ATOM)}.mT", node)


def join(writer: Writer, sign: str, left: Piece, right: Piece, node: Value) -> Piece:
    """``left sign right``, each aligned with the other's indices."""
    binding = BINDING_OF_SIGN.get(sign, Binding.PRODUCT)
    axes = writer.program.facts(node).axes
    tighter = Binding(binding + 1)
    first = writer.aligned(left, axes).within(tighter if sign == "@" else binding)
    return writer.new(f"{first} {sign} {writer.aligned(right, axes).within(tighter)}", node, binding)


def arithmetic(writer: Writer, node: Arithmetic, place: str) -> Piece:
    """``A + B`` as one expression."""
    return join(writer, node.sign, writer.value(node.left), writer.value(node.right), node)


def power(writer: Writer, node: ElementwisePower, place: str) -> Piece:
    """``A ** c``."""
    axes = writer.program.facts(node).axes
    base = writer.aligned(writer.value(node.left), axes).within(Binding.ATOM)
    exponent = writer.aligned(writer.value(node.right), axes).within(Binding.ATOM)
    return writer.new(f"{base} ** {exponent}", node, Binding.POWER)


def negation(writer: Writer, node: Negation, place: str) -> Piece:
    """``-A``."""
    return writer.new(f"-{writer.value(node.args[0]).within(Binding.NEGATION)}", node, Binding.NEGATION)


def product(writer: Writer, node: MatrixProduct, place: str) -> Piece:
    """``A @ B`` over the last two axes."""
    return join(writer, "@", writer.value(node.left), writer.value(node.right), node)


def function(writer: Writer, node: ElementwiseFunction, place: str) -> Piece:
    """``f(A)`` by the target's name for ``f``."""
    name = writer.target.functions[type(node)]
    return writer.new(writer.call(name, writer.value(node.argument).text), node)


def method(text: str) -> Row:
    """A row for a reduction that is a method, such as ``{A}.sum(axis={axis}, keepdims=True)``."""

    def row(writer: Writer, node: Reduction, place: str) -> Piece:
        argument = writer.value(node.argument).within(Binding.ATOM)
        return writer.new(f"{argument}{text.format(axis=-1 if node.over_rows else -2)}", node)

    return row


def called(name: str, arguments: str = "") -> Row:
    """A row for a reduction that is a function, such as ``logsumexp({A}, dim={axis}, keepdim=True)``."""

    def row(writer: Writer, node: Reduction, place: str) -> Piece:
        more = [arguments.format(axis=-1 if node.over_rows else -2)] if arguments else []
        return writer.new(writer.call(name, writer.value(node.argument).text, *more), node)

    return row


def column(writer: Writer, node: Column, place: str) -> Piece:
    """``A[:, a]``: for an index of a sum all columns, the index being a leading axis."""
    matrix = writer.value(node.matrix)
    text = matrix.within(Binding.ATOM)
    if _is_index(writer, node.position):
        return writer.view(f"{_selected(writer, matrix, ROW, node.position, node)}[..., None]", node)
    start, stop = _span(writer, node.position)
    return writer.view(f"{text}[..., {start}:{stop}]", node)


def row(writer: Writer, node: RowNode, place: str) -> Piece:
    """``A[a, :]``: for an index of a sum all rows, the index being a leading axis."""
    matrix = writer.value(node.matrix)
    text = matrix.within(Binding.ATOM)
    if _is_index(writer, node.position):
        return writer.view(f"{_selected(writer, matrix, node.position, COLUMN, node)}[..., None, :]", node)
    start, stop = _span(writer, node.position)
    return writer.view(f"{text}[..., {start}:{stop}, :]", node)


def entry(writer: Writer, element: MatrixElement, place: str = "") -> Piece:
    """``A[i, j]`` as an array whose last two axes have length 1, an index as an axis before them."""
    matrix = writer.value(element.args[0])
    i, j = element.args[1:]
    axes = writer.program.facts(element).axes
    over_rows, over_columns = _is_index(writer, i), _is_index(writer, j)
    if (*matrix.facts.axes, *([i] if over_rows else []), *([j] if over_columns else [])) == axes:
        at_row = ":" if over_rows else _position(writer, i)
        at_column = ":" if over_columns else _position(writer, j)
        places = "" if over_rows and over_columns else f"{at_row}, {at_column}, "
        return writer.view(f"{matrix.within(Binding.ATOM)}[..., {places}None, None]", element)
    order = [*axes, *([] if over_rows else [ROW]), *([] if over_columns else [COLUMN])]
    row, column = i if over_rows else ROW, j if over_columns else COLUMN
    text = _arranged(writer, matrix, row, column, order)
    places = ", ".join(_position(writer, at) for at in (i, j) if not _is_index(writer, at))
    return writer.view(f"{text}[..., {places}{', ' if places else ''}None, None]", element)


def index_sum(axis: str) -> Row:
    """``sum(a, term)``: the term for every ``a`` at once, then the sum over that axis."""

    def write(writer: Writer, node: IndexSum, place: str) -> Piece:
        term = writer.value(node.term, "_terms")
        axes = term.facts.axes
        if node.symbol not in axes:
            return join(writer, "*", term, writer.value(node.length), node)
        position = axes.index(node.symbol) - len(axes) - 2
        if len(term.text) > 20 and place:
            term = Piece(writer.temporary("_terms", term.text), term.facts)
        return writer.new(f"{term.within(Binding.ATOM)}.sum({axis}={position})", node)

    return write


def concatenation(writer: Writer, node: Concatenation, place: str) -> Piece:
    """``concat(a, term)``: the term for every ``a`` at once, then that axis moved next to the columns."""
    term = writer.value(node.term)
    axes = writer.program.in_order([*term.facts.axes, node.symbol])
    term = writer.running_over(term, axes)
    position = axes.index(node.symbol) - len(axes) - 2
    more = [] if position == -3 else [str(position)]
    return writer.new(writer.call("_side_by_side", term.text, *more), node)


def _is_index(writer: Writer, position: Expr) -> bool:
    return isinstance(position, Symbol) and position in writer.program.lengths


def _selected(writer: Writer, matrix: Piece, row: Expr, column: Expr, node: Value) -> str:
    """All rows, or all columns, of a matrix, the index of them as an axis before the one that is left."""
    rest = [place for place in (row, column) if place in (ROW, COLUMN)]
    return _arranged(writer, matrix, row, column, [*writer.program.facts(node).axes, *rest])


def _arranged(writer: Writer, matrix: Piece, row: Expr, column: Expr, order: Sequence[Expr]) -> str:
    text = matrix.within(Binding.ATOM)
    if (*matrix.facts.axes, column, row) == tuple(order):
        return f"{text}.mT"
    return arranged(writer, text, matrix.facts.axes, order, row, column)


def _position(writer: Writer, position: Expr) -> str:
    piece = writer.value(position)
    if not piece.facts.is_number or not position.is_integer:
        name = writer.target.name
        raise LoweringError(f"{name} cannot select at {position}: a subscript is a whole number or an index.")
    return piece.text


def _span(writer: Writer, position: Expr) -> tuple[str, str]:
    start = _position(writer, position)
    return start, _position(writer, position + 1)


def plain_number(text: str, binding: Binding = Binding.ATOM) -> Piece:
    """A number that is known before any array is."""
    return Piece(text, Facts(), binding)
