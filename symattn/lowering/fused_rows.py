"""Rows for kernels of attention: the call, with its scale, its mask and its heads as torch's functions take them."""

from __future__ import annotations

from sympy import Expr, MatrixExpr, S, Symbol, Transpose

from symattn.lowering.fused import is_causal
from symattn.lowering.fused_nodes import KernelProduct
from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.uses import allows
from symattn.lowering.writer import Writer
from symattn.nodes import IndexCondition, Value

Axes = tuple[Symbol, ...]

LONGEST_CALL = 90
"""Characters of a call on one line."""


def kernel_product(writer: Writer, node: KernelProduct, place: str) -> Piece:
    """``scaled_dot_product_attention`` with the smallest mask that says the same."""
    axes = writer.program.facts(node).axes
    operands, shared = heads_of(writer, node.query, node.key, node.value, axes)
    options = [f"heads={len(axes)}"] if len(axes) > 1 else []
    options += [f"shared={shared}"] if shared else []
    bias = _sum(writer, node.biases, axes)
    helper = "_attention"
    if node.allowed is None:
        operands += [bias] if bias else []
    elif is_causal(node.allowed):
        options.append("is_causal=True")  # aligned at the upper left, as here
    else:
        allowed = writer.aligned(writer.value(node.allowed), axes).text
        if node.allowed.name not in writer.program.never_empty:
            helper = "_attention_of_some"
            operands += [allowed, *([bias] if bias else [])]
            if _allows_own_key(writer, node.allowed):
                rows, columns = (writer.value(length).text for length in (node.query.shape[0], node.key.shape[0]))
                options.append(f"never_empty={rows} <= {columns}")
        else:
            operands.append(f"torch.where({allowed}, {bias}, -torch.inf)" if bias else allowed)
    options.append(f"scale={scale_of(writer, node.scale)}")
    with_helpers(writer, "_as_heads", "_attention")
    return writer.new(spread(writer.call(helper, *operands, *options)), node)


def _allows_own_key(writer: Writer, allowed: Value) -> bool:
    """Whether a query may attend to the key at its own position, if there is one."""
    found = (each.expression for each in writer.program.statements if each.name == allowed.name)
    value = next(found, allowed)
    return isinstance(value, IndexCondition) and allows(value, value.row)


def heads_of(writer: Writer, query: Value, key: Value, value: Value, axes: Axes) -> tuple[list[str], int]:
    """Queries, keys and values with an axis for each index, and how many of the last ones keys and values lack."""
    facts = writer.program.facts
    known = {*facts(key).axes, *facts(value).axes}
    shared = 0
    while shared < len(axes) and axes[-1 - shared] not in known:
        shared += 1
    own = axes[: len(axes) - shared]
    texts = [_operand(writer, query, axes), _operand(writer, key, own), _operand(writer, value, own)]
    return texts, shared


def _operand(writer: Writer, value: Value, axes: Axes) -> str:
    piece = writer.aligned(writer.value(value), axes)
    if isinstance(value, Transpose):  # kernels are fast where the numbers of a row lie side by side
        return f"{piece.within(Binding.ATOM)}.contiguous()"
    return piece.text


def scale_of(writer: Writer, scale: Expr) -> str:
    """A number of sizes."""
    return "1.0" if scale == S.One else writer.value(scale).text


def with_helpers(writer: Writer, *names: str) -> None:
    """Put helpers into the module that other helpers call."""
    writer.helpers.update(names)


def _sum(writer: Writer, biases: tuple[MatrixExpr, ...], axes: Axes) -> str:
    """What is added to the scores."""
    pieces = [writer.aligned(writer.value(bias), axes) for bias in biases]
    if len(pieces) == 1:
        return named(writer, "_bias", pieces[0].text)
    return named(writer, "_bias", " + ".join(piece.within(Binding.SUM) for piece in pieces)) if pieces else ""


def spread(call: str) -> str:
    """A long call with an argument a line.

    >>> print(spread("f(" + "a" * 90 + ", (1, 2))").replace("a" * 90, "a"))
    f(
        a,
        (1, 2),
    )
    """
    if len(call) <= LONGEST_CALL:
        return call
    name, rest = call.split("(", 1)
    return "\n".join([f"{name}(", *(f"    {argument}," for argument in _arguments(rest[:-1])), ")"])


def _arguments(text: str) -> list[str]:
    found, depth = [""], 0
    for character in text:
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [argument.strip() for argument in found]


def named(writer: Writer, stem: str, text: str) -> str:
    """A variable that holds what the text computes."""
    return text if text.isidentifier() else writer.temporary(stem, text)
