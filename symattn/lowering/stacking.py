"""Sums and stacks: what runs over an index added up or put side by side, matrices put beside one another."""

from __future__ import annotations

from dataclasses import replace

from sympy import Symbol, Transpose

from symattn.lowering.arrays import join
from symattn.lowering.contracting import weighted_sum
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.target import Row
from symattn.lowering.uses import viewed
from symattn.lowering.writer import Writer
from symattn.nodes import Concatenation, ElementwiseProduct, HorizontalStack, IndexSum, MatrixProduct, Value


def index_sum(axis: str) -> Row:
    """``sum(a, term)``: the term for every ``a`` at once, then the sum over that axis."""

    def write(writer: Writer, node: IndexSum, place: str) -> Piece:
        symbols, inside = _within(node, IndexSum)
        if isinstance(inside, MatrixProduct):
            whole = _as_one_product(writer, node, symbols, inside)
            if whole is not None:
                return whole
        elif isinstance(inside, ElementwiseProduct):
            whole = weighted_sum(writer, node, symbols, inside)
            if whole is not None:
                return whole
        term = writer.value(node.term, "_terms")
        axes = term.facts.axes
        if node.symbol not in axes:
            return join(writer, "*", term, writer.value(node.length), node)
        position = axes.index(node.symbol) - len(axes) - 2
        if len(term.text) > 20 and place:
            term = Piece(writer.temporary("_terms", term.text), term.facts)
        return writer.new(f"{term.within(Binding.ATOM)}.sum({axis}={position})", node)

    return write


def _within(node: IndexSum | Concatenation, kind: type[IndexSum | Concatenation]) -> tuple[list[Symbol], Value]:
    """The indices of sums of sums, or of concatenations of concatenations, outermost first, and what is inside."""
    symbols, term = [node.symbol], node.term
    while isinstance(term, kind) and term.symbol not in symbols:
        symbols.append(term.symbol)
        term = term.term
    return symbols, term


def _as_one_product(writer: Writer, node: IndexSum, symbols: list[Symbol], product: MatrixProduct) -> Piece | None:
    """``sum(a, A[a] @ B[a])`` as one product: all ``A[a]`` side by side with all ``B[a]`` one below another.

    Of transposes side by side is the transpose of what is one below another, and the other way round: rows stay rows
    where they are copied.
    """
    program = writer.program
    if viewed(product.left) in program.postponed:
        return None  # each term has a divisor of its own
    if any(not set(symbols) <= set(program.facts(side).axes) for side in (product.left, product.right)):
        return None
    helpers, axes, texts = ("_side_by_side", "_one_below_another"), program.facts(node).axes, []
    for side, helper, of_transposes in zip((product.left, product.right), helpers, reversed(helpers), strict=True):
        turned = isinstance(side, Transpose)
        stack = writer.value(side.arg if turned else side)
        text = (
            f"{_along(writer, of_transposes, stack, symbols)}.mT" if turned else _along(writer, helper, stack, symbols)
        )
        rest = tuple(axis for axis in stack.facts.axes if axis not in symbols)
        texts.append(writer.aligned(Piece(text, replace(program.facts(side), axes=rest)), axes).text)
    return writer.new(" @ ".join(texts), node, Binding.PRODUCT)


def concatenation(writer: Writer, node: Concatenation, place: str) -> Piece:
    """``concat(a, term)``: the term for every ``a`` at once, then that axis moved next to the columns."""
    symbols, inside = _within(node, Concatenation)
    term = writer.value(inside)
    whole = writer.running_over(term, writer.program.in_order([*term.facts.axes, *symbols]))
    return writer.new(_along(writer, "_side_by_side", whole, symbols), node)


def _along(writer: Writer, helper: str, stack: Piece, symbols: list[Symbol]) -> str:
    axes = stack.facts.axes
    positions = [axes.index(symbol) - len(axes) - 2 for symbol in symbols]
    return writer.call(helper, stack.text, *map(str, positions if positions != [-3] else []))


def stack(writer: Writer, node: HorizontalStack, place: str) -> Piece:
    """``hstack(A, B)`` and ``vstack(A, B)``, whatever axes and batches the parts have."""
    axes = writer.program.facts(node).axes
    parts = [writer.aligned(writer.value(part), axes).text for part in node.args]
    return writer.new(writer.call("_stack", f"({', '.join(parts)})", str(-1 - node.common)), node)
