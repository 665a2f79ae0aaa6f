"""Names for parts of formulas before they are differentiated: what a derivative mentions has its own equation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sympy import MatrixSymbol, Symbol, Transpose
from sympy.matrices.expressions.matexpr import MatrixElement

from symattn.calculus.activity import SELECTIONS, Activity
from symattn.calculus.naming import Names
from symattn.equations import Equation
from symattn.nodes import (
    AbsoluteValue,
    Arithmetic,
    ByRowAndColumn,
    ColumnMax,
    ColumnSum,
    Concatenation,
    Cosine,
    ElementwiseDifference,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    ErrorFunction,
    Exponential,
    ExponentialLinear,
    GaussianLinear,
    HorizontalStack,
    HyperbolicTangent,
    IndexCondition,
    IndexedMatrix,
    IndexSum,
    Intersection,
    Logarithm,
    LogSumExp,
    MatrixProduct,
    Member,
    Negation,
    Node,
    OverAllowedKeys,
    OverAnIndex,
    RectifiedLinear,
    RowMax,
    RowNorm,
    RowSum,
    Sigmoid,
    Sine,
    Softmax,
    SquareRoot,
    Value,
    VerticalStack,
    is_matrix,
)

OWN_VALUE = frozenset({Softmax, Entmax, Exponential, HyperbolicTangent, Sigmoid, SquareRoot, RowNorm})
"""Nodes whose rows in the cotangent table mention the node's own value."""

ARGUMENT = frozenset(
    {
        Logarithm,
        Cosine,
        Sine,
        RectifiedLinear,
        ExponentialLinear,
        GaussianLinear,
        ErrorFunction,
        AbsoluteValue,
        LogSumExp,
        RowMax,
        ColumnMax,
        RowNorm,
        ElementwisePower,
    }
)
"""Nodes whose rows mention the argument."""

WHOLE = (Concatenation, HorizontalStack, VerticalStack)
"""Matrices of which each part is a matrix: what is taken out of their cotangent is taken out of a named one."""

PASSING = (ElementwiseSum, ElementwiseDifference, Negation, Transpose, IndexSum, RowSum, ColumnSum, *WHOLE)
"""Nodes that hand on their cotangent as it is, but for its shape and its sign."""

LIGHT = (Arithmetic, Negation, Member, *SELECTIONS, IndexCondition, Intersection)
"""Nodes that cost no more than a look at what they are made of."""

Axes = tuple[tuple[Symbol, Any], ...]


def mentions_itself(node: Value, moves: Activity) -> bool:
    """Whether the row of a node mentions its own value, for the arguments that move."""
    if isinstance(node, (ElementwiseQuotient, ElementwisePower)):
        return moves(node.args[1])
    return type(node) in OWN_VALUE


def mentioned_arguments(node: Value, moves: Activity) -> tuple[bool, ...]:
    """Which arguments the row of a node mentions."""
    if isinstance(node, (ElementwiseProduct, MatrixProduct)):
        return moves(node.args[1]), moves(node.args[0])
    if isinstance(node, ElementwiseQuotient):
        return False, True
    if type(node) in ARGUMENT:
        return (True, *(False for _ in node.args[1:]))
    return tuple(False for _ in node.args)


class Parts:
    """Splits equations; ``moves`` tells what a derivative is asked for, and learns of the parts that get a name."""

    def __init__(self, names: Names, moves: Activity) -> None:
        self.names, self.moves = names, moves
        self.equations: list[Equation] = []
        self._known: dict[tuple[Value, Axes], Value] = {}

    def add(self, equation: Equation) -> None:
        """The equation, if it moves with its parts before it under names of their own."""
        if self.moves(equation.expression):
            self.moves.active.add(equation.name)
            equation = replace(equation, expression=self._split(equation.expression, equation.axes, top=True))
        self._known.setdefault((equation.expression, equation.axes), equation.left_side)
        self.equations.append(equation)

    def _split(
        self, node: Value, axes: Axes, *, top: bool = False, wanted: bool = False, scaled: bool = False, stem: str = ""
    ) -> Value:
        """The node over names; ``wanted``: its value is mentioned; ``scaled``: its cotangent is made from another."""
        if not is_matrix(node) or isinstance(node, (MatrixSymbol, Member)) or not node.args:
            return node
        if isinstance(node, Transpose) and not top:
            inside = self._split(node.arg, axes, wanted=wanted, scaled=scaled, stem=stem)
            return node if inside is node.arg else Transpose(inside)
        named = not top and self._needs_a_name(node, wanted, scaled)
        if (self.moves(node) or named) and not isinstance(node, ByRowAndColumn):
            node = self._with_parts(node, axes, scaled and not named)
        return self._named(node, axes, stem) if named else node

    def _with_parts(self, node: Value, axes: Axes, scaled: bool) -> Value:
        if isinstance(node, OverAnIndex):
            axes = (*axes, (node.symbol, node.length))
        mentioned = mentioned_arguments(node, self.moves)
        scaled = self._scales(node, scaled)
        stem = "S" if isinstance(node, OverAllowedKeys) else ""
        parts = []
        for part, wanted in zip(node.args, mentioned, strict=True):
            selected = isinstance(node, SELECTIONS) and is_matrix(part) and not is_named(part) and self.moves(part)
            part = self._split(part, axes, top=selected, wanted=wanted, scaled=scaled, stem=stem)
            parts.append(self._named(part, axes) if selected else part)
        return node if tuple(parts) == node.args else node.func(*parts)

    def _scales(self, node: Value, scaled: bool) -> bool:
        """Whether what reaches the arguments of a node is made from something else."""
        return scaled or not (isinstance(node, PASSING) or self._by_a_number(node))

    def _by_a_number(self, node: Value) -> bool:
        """A multiple, or a quotient, by a number that does not move."""
        if isinstance(node, (ElementwiseProduct, ElementwiseQuotient)):
            return any(not is_matrix(part) and not self.moves(part) for part in node.args)
        return False

    def _needs_a_name(self, node: Value, wanted: bool, scaled: bool) -> bool:
        if wanted and is_work(node):
            return True
        if not self.moves(node):
            return False
        if mentions_itself(node, self.moves) or isinstance(node, WHOLE):
            return True
        return scaled and (isinstance(node, IndexedMatrix) or self.moves.count(node) > 1)

    def _named(self, node: Value, axes: Axes, stem: str = "") -> Value:
        own = tuple((symbol, length) for symbol, length in axes if node.has(symbol))
        known = self._known.get((node, own))
        if known is not None:
            return known
        equation = Equation(self.names.part(node, stem), node, own)
        self.equations.append(equation)
        if self.moves(node):
            self.moves.active.add(equation.name)
        self._known[node, own] = equation.left_side
        return equation.left_side


class TangentParts(Parts):
    """The same for forward mode: what a tangent is mentioned twice for gets a name, whatever it is made of."""

    def _scales(self, node: Value, scaled: bool) -> bool:
        return isinstance(node, (Softmax, Entmax))

    def _needs_a_name(self, node: Value, wanted: bool, scaled: bool) -> bool:
        return (wanted and is_work(node)) or (self.moves(node) and (scaled or mentions_itself(node, self.moves)))


def is_work(value: Value) -> bool:
    """Whether a value costs more than a look, or some arithmetic, at what has a name already."""
    if isinstance(value, IndexedMatrix):
        return value.formula.has(MatrixElement)
    if isinstance(value, Node) and not isinstance(value, LIGHT):
        return True
    return any(map(is_work, matrices(value)))


def is_named(value: Value) -> bool:
    """Whether a value is a matrix that has a name."""
    return isinstance(value, (MatrixSymbol, Member))


def is_name(value: Value) -> bool:
    """Whether a value is a name, or a name transposed."""
    return is_named(value.arg if isinstance(value, Transpose) else value)


def matrices(value: Value) -> Iterable[Value]:
    """The arguments that are matrices, if the value is no name."""
    return () if is_named(value) else (part for part in value.args if is_matrix(part))
