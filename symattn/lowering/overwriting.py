"""Rows of the torch target that write over large arrays which nothing reads again, where no gradient is recorded."""

from __future__ import annotations

from sympy import MatrixSymbol

from symattn.lowering import arrays
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.target import quoted
from symattn.lowering.writer import Writer
from symattn.nodes import (
    Arithmetic,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    MatrixProduct,
    Member,
    Negation,
    Softmax,
    Value,
    is_matrix,
)

METHODS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
COMMUTES = ("+", "*")

FRESH = (ElementwiseDifference, ElementwiseProduct, ElementwiseQuotient, ElementwiseSum, MatrixProduct, Negation)
"""Nodes whose value is memory that no other value shares, no entry of it twice, and that no gradient needs: torch
keeps what these operations read, where others, such as softmax, keep what they gave.
"""


def has_room(writer: Writer, piece: Piece, part: Value, whole: Value) -> bool:
    """Whether ``whole`` fits into the memory of a part of it, a large array that nothing reads again.

    Of batches that the part lacks torch tells when the code runs.
    """
    program = writer.program
    if not (is_matrix(part) and program.is_large(whole) and program.covers_but_for_batches(part, whole)):
        return False
    if isinstance(part, (MatrixSymbol, Member)):
        return piece.dying and piece.text == part.name and isinstance(program.definition(part.name), FRESH)
    return (piece.makes_memory or piece.dying) and isinstance(part, FRESH)


def written_over(writer: Writer, piece: Piece, method: str, whole: Value, *others: str) -> Piece:
    """``piece.method(others)``, in the memory of the piece if torch allows it."""
    return writer.new(writer.call("_in_place", piece.text, quoted(method), *others), whole)


def arithmetic(writer: Writer, node: Arithmetic, place: str) -> Piece:
    """``A - B`` in the memory of ``A``; a sum or a product also in that of ``B``."""
    axes, method = writer.program.facts(node).axes, METHODS[node.sign]
    left, right = writer.value(node.left), writer.value(node.right)
    if has_room(writer, left, node.left, node):
        return written_over(writer, left, method, node, writer.aligned(right, axes).text)
    if node.sign in COMMUTES and has_room(writer, right, node.right, node):
        return written_over(writer, right, method, node, writer.aligned(left, axes).text)
    return arrays.join(writer, node.sign, left, right, node)


def negation(writer: Writer, node: Negation, place: str) -> Piece:
    """``-A`` in the memory of ``A``."""
    argument = writer.value(node.args[0])
    if has_room(writer, argument, node.args[0], node):
        return written_over(writer, argument, "neg", node)
    return writer.new(f"-{argument.within(Binding.NEGATION)}", node, Binding.NEGATION)


def function(writer: Writer, node: ElementwiseFunction, place: str) -> Piece:
    """``torch.f(A)`` in the memory of ``A``, where tensors have a method of that name."""
    name = writer.target.functions[type(node)]
    module, _, method = name.rpartition(".")
    argument = writer.value(node.argument)
    if module == "torch" and has_room(writer, argument, node.argument, node):
        return written_over(writer, argument, method, node)
    return writer.new(writer.call(name, argument.text), node)


def masked_softmax(writer: Writer, node: Softmax) -> Piece:
    """Softmax of scores that are -inf where a key is not allowed, put there in the memory of the scores."""
    axes, scores = writer.program.facts(node).axes, writer.value(node.scores)
    allowed: MatrixSymbol = node.allowed
    where = writer.aligned(writer.value(allowed), axes)
    spare = has_room(writer, scores, node.scores, node)
    whole = writer.aligned(scores, axes)
    if allowed.name not in writer.program.never_empty:
        more = ["spare=True"] if spare else []
        if spare:
            writer.call("_in_place")
        return writer.new(writer.call("_masked_softmax", whole.text, where.text, *more), node)
    if spare:
        blocked = f"~{where.within(Binding.ATOM)}"
        text = written_over(writer, whole, "masked_fill", node, blocked, "-torch.inf").text
    else:
        text = f"torch.where({where.text}, {whole.text}, -torch.inf)"
    return writer.new(f"torch.softmax({text}, dim=-1)", node)
