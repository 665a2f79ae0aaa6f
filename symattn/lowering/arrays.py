"""Rows that NumPy and torch share: products, transposes and reductions are written alike for both."""

from __future__ import annotations

from sympy import Transpose

from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.program import Facts
from symattn.lowering.target import Row, quoted
from symattn.lowering.writer import Writer
from symattn.nodes import (
    ElementwisePower,
    Reduction,
    Value,
    lengths_of,
)

BINDING_OF_SIGN = {"+": Binding.SUM, "-": Binding.SUM, "*": Binding.PRODUCT, "/": Binding.PRODUCT}


def taken(writer: Writer, matrices: list[str]) -> list[str]:
    """The lines that make an array of every input that is a matrix."""
    truths = [name for name in writer.program.system.inputs if name in writer.program.truths]
    return [_taken(writer, "_matrix", name) for name in matrices] + [_taken(writer, "_truth", name) for name in truths]


def _taken(writer: Writer, helper: str, name: str) -> str:
    count = len(lengths_of(writer.program.system.inputs[name]))
    more = [str(count + 2)] if count else []
    return f"{name} = {writer.call(helper, name, quoted(name), *more)}"


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


def power(writer: Writer, node: ElementwisePower, place: str) -> Piece:
    """``A ** c``."""
    axes = writer.program.facts(node).axes
    base = writer.aligned(writer.value(node.left), axes).within(Binding.ATOM)
    exponent = writer.aligned(writer.value(node.right), axes).within(Binding.ATOM)
    return writer.new(f"{base} ** {exponent}", node, Binding.POWER)


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


def plain_number(text: str, binding: Binding = Binding.ATOM) -> Piece:
    """A number that is known before any array is."""
    return Piece(text, Facts(), binding)
