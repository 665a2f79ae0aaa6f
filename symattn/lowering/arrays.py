"""Rows that NumPy and torch share: products, transposes, rows and columns are written alike for both."""

from __future__ import annotations

from sympy import Expr, Symbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.target import Row, quoted
from symattn.lowering.writer import Writer
from symattn.nodes import (
    Arithmetic,
    Column,
    ElementwiseFunction,
    ElementwisePower,
    IndexSum,
    MatrixProduct,
    Negation,
    Reduction,
    Value,
)
from symattn.nodes import Row as RowNode

BINDING_OF_SIGN = {"+": Binding.SUM, "-": Binding.SUM, "*": Binding.PRODUCT, "/": Binding.PRODUCT}


def taken(writer: Writer, matrices: list[str]) -> list[str]:
    """The lines that make an array of every input that is a matrix."""
    lines = [f"{name} = {writer.call('_matrix', name, quoted(name))}" for name in matrices]
    truths = [name for name in writer.program.system.inputs if name in writer.program.truths]
    return lines + [f"{name} = {writer.call('_truth', name, quoted(name))}" for name in truths]


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
    matrix = _indexable(writer, node.matrix)
    if _is_index(writer, node.position):
        return writer.view(f"{matrix}.mT[..., None]", node)
    start, stop = _span(writer, node.position)
    return writer.view(f"{matrix}[..., {start}:{stop}]", node)


def row(writer: Writer, node: RowNode, place: str) -> Piece:
    """``A[a, :]``: for an index of a sum all rows, the index being a leading axis."""
    matrix = _indexable(writer, node.matrix)
    if _is_index(writer, node.position):
        return writer.view(f"{matrix}[..., None, :]", node)
    start, stop = _span(writer, node.position)
    return writer.view(f"{matrix}[..., {start}:{stop}, :]", node)


def entry(diagonal: str) -> Row:
    """``A[i, j]`` as an array whose last two axes have length 1, an index of a sum as a leading axis."""

    def write(writer: Writer, element: MatrixElement, place: str = "") -> Piece:
        matrix = _indexable(writer, element.args[0])
        i, j = element.args[1:]
        over_rows, over_columns = _is_index(writer, i), _is_index(writer, j)
        if over_rows and over_columns:
            if i == j:
                text = diagonal.format(matrix)
            else:
                indices = writer.program.indices
                text = matrix if indices.index(i) < indices.index(j) else f"{matrix}.mT"
            return writer.view(f"{text}[..., None, None]", element)
        at_row = ":" if over_rows else _position(writer, i)
        at_column = ":" if over_columns else _position(writer, j)
        return writer.view(f"{matrix}[..., {at_row}, {at_column}, None, None]", element)

    return write


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


def _is_index(writer: Writer, position: Expr) -> bool:
    return isinstance(position, Symbol) and position in writer.program.lengths


def _indexable(writer: Writer, matrix: Value) -> str:
    piece = writer.value(matrix)
    if piece.facts.axes:
        raise LoweringError(
            f"{writer.target.name} cannot select from {matrix}, which itself runs over {piece.facts.axes[0]}; "
            "write the sum over a named matrix."
        )
    return piece.within(Binding.ATOM)


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
