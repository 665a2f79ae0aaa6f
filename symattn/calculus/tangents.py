"""The tangent table: from the tangents of a node's arguments, the tangent of its value; one row a node.

A node whose Jacobian is symmetric, as that of a function of every entry and of softmax, takes its row from the
cotangent table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import OneMatrix, Transpose, ZeroMatrix

from symattn.calculus.cotangents import COTANGENT
from symattn.errors import MissingRowError
from symattn.nodes import (
    Block,
    Column,
    ColumnMax,
    ColumnMean,
    ColumnSum,
    Concatenation,
    ElementwiseDifference,
    ElementwiseFunction,
    ElementwisePower,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Entmax,
    Hardmax,
    HorizontalStack,
    IndexCondition,
    IndexSum,
    Intersection,
    Logarithm,
    LogSumExp,
    MatrixProduct,
    Negation,
    Row,
    RowMax,
    RowMean,
    RowNorm,
    RowSum,
    Scatter,
    Softmax,
    VerticalStack,
    is_matrix,
)

Tangents = tuple[Any, ...]
"""One for each argument: a matrix for a matrix, a number for a number; ``None`` for what does not move."""

TangentRow = Callable[[Any, Tangents, Any], Any]
"""``(node, tangents, value) -> tangent``; ``value`` stands for the node's own value, ``None`` comes back for zero."""


def tangent_of(node: Any, tangents: Tangents, value: Any = None) -> Any:
    """The tangent of a node's value, from the table; ``None`` where it is zero throughout.

    >>> from sympy import MatrixSymbol
    >>> from symattn import code
    >>> Q, K = MatrixSymbol("Q", 2, 4), MatrixSymbol("K", 4, 3)
    >>> code(tangent_of(MatrixProduct(Q, K), (MatrixSymbol("Q_dot", 2, 4), None)))
    'Q_dot @ K'

    Errors: ``MissingRowError`` for a node that the table has no row for.
    """
    if all(tangent is None for tangent in tangents):
        return None
    if type(node) not in TANGENT:
        raise MissingRowError(f"{type(node).__name__} has no tangent; add a row to calculus/tangents.py")
    return TANGENT[type(node)](node, tangents, node if value is None else value)


def _added(terms: list[Any]) -> Any:
    made = None
    for term in terms:
        if term is not None:
            made = term if made is None else ElementwiseSum(made, term)
    return made


def _in_shape(node: Any, tangent: Any) -> Any:
    """A tangent that broadcasting stretches, where nothing else brings it into the shape of the value."""
    if is_matrix(tangent) and tuple(tangent.shape) == tuple(node.shape):
        return tangent
    return ElementwiseProduct(tangent, OneMatrix(*node.shape))


def _sum(node: Any, tangents: Tangents, value: Any) -> Any:
    left, right = tangents
    if left is None or right is None:
        return _in_shape(node, left if right is None else right)
    if is_matrix(left) or is_matrix(right):
        return _in_shape(node, ElementwiseSum(left, right))
    return _in_shape(node, left + right)


def _difference(node: Any, tangents: Tangents, value: Any) -> Any:
    left, right = tangents
    if right is None:
        return _in_shape(node, left)
    if left is None:
        return Negation(_in_shape(node, right))
    return _in_shape(node, ElementwiseDifference(left, right) if is_matrix(left) or is_matrix(right) else left - right)


def _product(node: Any, tangents: Tangents, value: Any) -> Any:
    left, right = tangents
    first = None if left is None else ElementwiseProduct(left, node.right)
    second = None if right is None else ElementwiseProduct(node.left, right)
    return _in_shape(node, _added([first, second]))


def _quotient(node: Any, tangents: Tangents, value: Any) -> Any:
    left, right = tangents
    falling = None if right is None else ElementwiseProduct(value, right)
    if falling is None:
        return _in_shape(node, ElementwiseQuotient(left, node.right))
    risen = Negation(falling) if left is None else ElementwiseDifference(left, falling)
    return _in_shape(node, ElementwiseQuotient(risen, node.right))


def _power(node: Any, tangents: Tangents, value: Any) -> Any:
    base, exponent = tangents
    falling = ElementwisePower(node.left, node.right - 1) if node.right != 2 else node.left
    first = None if base is None else ElementwiseProduct(ElementwiseProduct(node.right, falling), base)
    rising = None if exponent is None else ElementwiseProduct(exponent, ElementwiseProduct(value, Logarithm(node.left)))
    return _added([first, rising])


def _matrix_product(node: Any, tangents: Tangents, value: Any) -> Any:
    left, right = tangents
    first = None if left is None else MatrixProduct(left, node.right)
    second = None if right is None else MatrixProduct(node.left, right)
    return _added([first, second])


def _symmetric(node: Any, tangents: Tangents, value: Any) -> Any:
    """The Jacobian is its own transpose."""
    return COTANGENT[type(node)](node, tangents[0], value)[0]


def _linear(node: Any, tangents: Tangents, value: Any) -> Any:
    """The node itself, of the tangent of its first argument."""
    return node.func(tangents[0], *node.args[1:])


def _of_weights(weights: Callable[[Any], Any], summed: type) -> TangentRow:
    """A weighted mean of the tangents, with weights that sum to 1."""
    return lambda node, tangents, value: summed(ElementwiseProduct(weights(node), tangents[0]))


def _row_norm(node: Any, tangents: Tangents, value: Any) -> Any:
    return ElementwiseQuotient(RowSum(ElementwiseProduct(node.argument, tangents[0])), value)


def _stack(node: Any, tangents: Tangents, value: Any) -> Any:
    pairs = zip(node.args, tangents, strict=True)
    return node.func(*(ZeroMatrix(*part.shape) if tangent is None else tangent for part, tangent in pairs))


def _none(node: Any, tangents: Tangents, value: Any) -> Any:
    return None


FUNCTIONS = tuple(node for node in COTANGENT if issubclass(node, ElementwiseFunction))

TANGENT: dict[type, TangentRow] = {
    ElementwiseSum: _sum,
    ElementwiseDifference: _difference,
    ElementwiseProduct: _product,
    ElementwiseQuotient: _quotient,
    ElementwisePower: _power,
    Negation: _linear,
    MatrixProduct: _matrix_product,
    Transpose: _linear,
    **dict.fromkeys(FUNCTIONS, _symmetric),
    RowSum: _linear,
    ColumnSum: _linear,
    RowMean: _linear,
    ColumnMean: _linear,
    RowMax: _of_weights(lambda node: Hardmax(node.argument), RowSum),
    ColumnMax: _of_weights(lambda node: Transpose(Hardmax(Transpose(node.argument))), ColumnSum),
    RowNorm: _row_norm,
    Softmax: _symmetric,
    Entmax: _symmetric,
    LogSumExp: _of_weights(lambda node: Softmax(node.scores, *node.args[1:]), RowSum),
    Hardmax: _none,
    IndexCondition: _none,
    Intersection: _none,
    IndexSum: _linear,
    Concatenation: _linear,
    HorizontalStack: _stack,
    VerticalStack: _stack,
    Column: _linear,
    Row: _linear,
    Block: _linear,
    Scatter: _linear,
}
"""``TANGENT[Node](node, tangents, value)``; matrices by entry and names are in ``forward``."""
