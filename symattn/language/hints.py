"""What would do: the formula that a user probably meant when two shapes do not conform."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from symattn.nodes import Value, shape_of
from symattn.shapes import broadcast, same_size, show


@dataclass(frozen=True)
class Operand:
    """One side of an operation: its text, its syntax and its value."""

    text: str
    tree: ast.expr
    value: Value

    @property
    def transposed(self) -> str:
        """The text of this operand's transpose; ``K.T`` becomes ``K``."""
        if isinstance(self.tree, ast.Attribute):
            return self.text.removesuffix(".T")
        return f"{self.text}.T" if isinstance(self.tree, (ast.Name, ast.Call, ast.Subscript)) else f"({self.text}).T"


def product_mistake(left: Operand, right: Operand) -> str:
    """Why ``left @ right`` does not conform, and which product would."""
    rows, inner = left.value.shape
    other_inner, columns = right.value.shape
    instead = ""
    if same_size(inner, columns):
        instead = f"{left.text} @ {right.transposed}"
    elif same_size(rows, other_inner):
        instead = f"{left.transposed} @ {right.text}"
    elif same_size(rows, columns):
        instead = f"{right.text} @ {left.text}"
    return (
        f"{left.text} @ {right.text} does not conform: {_shapes(left, right)}; "
        f"the inner sizes {inner} and {other_inner} must be equal.{_did_you_mean(instead)}"
    )


def broadcast_mistake(left: Operand, sign: str, right: Operand) -> str:
    """Why an operation on entries does not broadcast, and what would."""
    shape, other = shape_of(left.value), shape_of(right.value)
    instead = ""
    if sign == "*" and same_size(shape[1], other[0]):
        instead = f"{left.text} @ {right.text}"
    elif sign == "*" and same_size(shape[1], other[1]):
        instead = f"{left.text} @ {right.transposed}"
    elif broadcast(shape, other[::-1]) is not None:
        instead = f"{left.text} {sign} {right.transposed}"
    elif broadcast(shape[::-1], other) is not None:
        instead = f"{left.transposed} {sign} {right.text}"
    return (
        f"{left.text} {sign} {right.text} does not broadcast: {_shapes(left, right)}; "
        f"row counts and column counts must be equal, or 1.{_did_you_mean(instead)}"
    )


def _shapes(left: Operand, right: Operand) -> str:
    return f"{left.text} is {show(left.value.shape)}, {right.text} is {show(right.value.shape)}"


def _did_you_mean(formula: str) -> str:
    return f" Did you mean {formula}?" if formula else ""
