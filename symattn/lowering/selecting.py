"""Parts of arrays: members, rows, columns and entries, an index of them as an axis before the last two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.errors import LoweringError
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.writer import Writer
from symattn.nodes import Column, Member
from symattn.nodes import Row as RowNode

AXIS_LETTERS = "abcdefghijklmnopqrstuvwx"
"""Letters for the axes of an ``einsum``; rows are ``y`` and columns ``z``."""


def rearranged(writer: Writer, text: str, labels: Sequence[Expr], order: Sequence[Expr]) -> str:
    """The array with its axes behind the batches in another order; an axis that occurs twice is taken at one position.

    ``labels`` name the axes that it has, ``order`` those that it is to have.
    """
    labels, order = list(labels), list(order)
    if labels == order:
        return text
    if len(labels) == len(order):
        a, *_, b = [place - len(order) for place in range(len(order)) if labels[place] != order[place]]
        swapped = [*order]
        swapped[a], swapped[b] = swapped[b], swapped[a]
        if swapped == labels:
            return f"{text}.mT" if (a, b) == (-2, -1) else f"{text}.swapaxes({a}, {b})"
    letters: dict[Expr, str] = {ROW: "y", COLUMN: "z"}
    for label in labels:
        letters.setdefault(label, AXIS_LETTERS[len(letters) - 2])
    before, after = ("".join(letters[label] for label in each) for each in (labels, order))
    return f'{writer.target.words.library}.einsum("...{before}->...{after}", {text})'


def member(writer: Writer, node: Member, place: str = "") -> Piece:
    """``A`` for ``A[h]``, the index being an axis; ``A[..., 0, :, :]`` for ``A[0]``; axes in the order of indices."""
    whole, facts = writer.named(node.name), writer.program.facts(node)
    if node.positions == facts.axes:
        divisor = whole.divisor and replace(whole.divisor, facts=replace(whole.divisor.facts, axes=facts.axes))
        return replace(whole, facts=facts, divisor=divisor)
    at = [":" if is_index(writer, position) else whole_number(writer, position) for position in node.positions]
    text = whole.text if set(at) == {":"} else f"{whole.text}[..., {', '.join(at)}, :, :]"
    labels = [position for position in node.positions if is_index(writer, position)]
    return writer.view(rearranged(writer, text, [*labels, ROW, COLUMN], [*facts.axes, ROW, COLUMN]), node)


def column(writer: Writer, node: Column, place: str) -> Piece:
    """``A[:, a]``: for an index all columns, the index being an axis before the rows."""
    matrix = writer.value(node.matrix)
    text = matrix.within(Binding.ATOM)
    if is_index(writer, node.position):
        labels = [*matrix.facts.axes, ROW, node.position]
        text = rearranged(writer, text, labels, [*writer.program.facts(node).axes, ROW])
        return writer.view(f"{text}[..., None]", node)
    return writer.view(f"{text}[..., {_span(writer, node.position)}]", node)


def row(writer: Writer, node: RowNode, place: str) -> Piece:
    """``A[a, :]``: for an index all rows, the index being an axis before the columns."""
    matrix = writer.value(node.matrix)
    text = matrix.within(Binding.ATOM)
    if is_index(writer, node.position):
        labels = [*matrix.facts.axes, node.position, COLUMN]
        text = rearranged(writer, text, labels, [*writer.program.facts(node).axes, COLUMN])
        return writer.view(f"{text}[..., None, :]", node)
    return writer.view(f"{text}[..., {_span(writer, node.position)}, :]", node)


def entry(writer: Writer, element: MatrixElement, place: str = "") -> Piece:
    """``A[i, j]`` as an array whose last two axes have length 1, an index as an axis before them."""
    matrix, (i, j) = writer.value(element.args[0]), element.args[1:]
    text, axes = matrix.within(Binding.ATOM), writer.program.facts(element).axes
    labels = [*matrix.facts.axes, *(at for at in (i, j) if is_index(writer, at))]
    places = [":" if is_index(writer, at) else whole_number(writer, at) for at in (i, j)]
    taken = "" if places == [":", ":"] else f", {', '.join(places)}"
    if tuple(labels) == axes:
        return writer.view(f"{text}[...{taken}, None, None]", element)
    text = rearranged(writer, f"{text}[...{taken}]" if taken else text, labels, axes)
    return writer.view(f"{text}[..., None, None]", element)


def is_index(writer: Writer, position: Expr) -> bool:
    """Whether a position is an index, which every place along an axis is taken for."""
    return isinstance(position, Symbol) and position in writer.program.lengths


def whole_number(writer: Writer, position: Expr) -> str:
    """The code of a position that is known before any array is."""
    piece = writer.value(position)
    if not piece.facts.is_number or not position.is_integer:
        name = writer.target.name
        raise LoweringError(f"{name} cannot select at {position}: a subscript is a whole number or an index.")
    return piece.text


def _span(writer: Writer, position: Expr) -> str:
    return f"{whole_number(writer, position)}:{whole_number(writer, position + 1)}"
