"""What helpers compute of each row of scores over the allowed keys: relatives of softmax that can be exactly 0."""

from __future__ import annotations

from sympy import Expr, Integer, Rational

from symattn.lowering.pieces import Binding, Piece
from symattn.lowering.target import Row
from symattn.lowering.writer import Writer
from symattn.nodes import OverAllowedKeys

SPECIAL_ALPHAS: dict[Expr, str] = {Integer(2): "_sparsemax", Rational(3, 2): "_entmax15"}
"""What entmax is computed by where its threshold has a closed form."""


def over_keys(helper: str, is_zero_without_keys: bool = True) -> Row:
    """A row for what a helper computes of each row of scores, of -inf where a key is not allowed."""

    def row(writer: Writer, node: OverAllowedKeys, place: str) -> Piece:
        scores, options = writer.value(node.scores), [writer.value(option).text for option in node.options]
        name = SPECIAL_ALPHAS.get(node.options[0], helper) if node.options else helper
        options = options if name == helper else []
        if node.allowed is None:
            return writer.new(writer.call(name, scores.text, *options), node)
        words, axes = writer.target.words, writer.program.facts(node).axes
        allowed = writer.aligned(writer.value(node.allowed), axes).within(Binding.ATOM)
        masked = f"{words.where}({allowed}, {writer.aligned(scores, axes).text}, -{words.library}.inf)"
        text = writer.call(name, masked, *options)
        if node.allowed.name in writer.program.never_empty or not is_zero_without_keys:
            return writer.new(text, node)
        return writer.new(f"{text} * {allowed}", node, Binding.PRODUCT)

    return row
