"""Mistakes about the weights: the wrong axis, not normalised, the values inside, another base."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sympy import Integer, MatrixSymbol, Mul, Pow, Transpose, log

from symattn.auditing.of_masks import indicator, transposed_set
from symattn.auditing.rewriting import Surroundings
from symattn.nodes import (
    ColumnSum,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    Exponential,
    IndexSum,
    Logarithm,
    MatrixProduct,
    Member,
    Negation,
    OverAllowedKeys,
    RowSum,
    Softmax,
    SquareRoot,
    index,
    is_matrix,
)
from symattn.nodes.cases import put_in


def weights_of(part: OverAllowedKeys) -> Any:
    """The exponentials of the allowed scores, and 0 for the others."""
    exponentials = Exponential(part.scores)
    if part.allowed is None:
        return exponentials
    return ElementwiseProduct(exponentials, indicator(part.allowed, part.shape))


def over_queries(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S)`` becomes ``softmax(S.T).T``: columns sum to 1 and not rows."""
    if isinstance(part, OverAllowedKeys):
        allowed = None if part.allowed is None else transposed_set(part.allowed)
        yield Transpose(type(part)(Transpose(part.scores), *part.options, allowed=allowed))
    if isinstance(part, ElementwiseQuotient) and isinstance(part.right, RowSum):
        yield ElementwiseQuotient(part.left, ColumnSum(part.right.argument))


def over_everything(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S)`` becomes ``exp(S) / sum of all``: the whole matrix sums to 1."""
    if isinstance(part, Softmax):
        weights = weights_of(part)
        yield ElementwiseQuotient(weights, ColumnSum(RowSum(weights)))


def over_heads(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S[h])`` becomes ``exp(S[h]) / sum(a, exp(S[a]))``: the heads sum to 1 at each query and key."""
    if isinstance(part, Softmax) and part.allowed is None:
        weights = Exponential(part.scores)
        for symbol, length in inside.equation.axes:
            if part.scores.has(symbol):
                other = index(f"{symbol.name}_other")
                yield ElementwiseQuotient(weights, IndexSum(put_in(weights, {symbol: other}), other, length))


def not_normalised(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S)`` becomes ``exp(S)``, and ``A / rowsum(A)`` becomes ``A``."""
    if isinstance(part, Softmax):
        yield weights_of(part)
    if isinstance(part, ElementwiseQuotient) and is_matrix(part.right) and 1 in part.right.shape:
        yield part.left


def times_the_row_sum(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S)`` becomes ``exp(S) * rowsum(exp(S))``, and ``A / l`` becomes ``A * l`` for a column ``l``."""
    if isinstance(part, Softmax):
        weights = weights_of(part)
        yield ElementwiseProduct(weights, RowSum(weights))
    if isinstance(part, ElementwiseQuotient) and is_matrix(part.right):
        yield ElementwiseProduct(part.left, part.right)


def of_the_values(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S) @ V`` becomes ``softmax(S @ V)``."""
    if isinstance(part, MatrixProduct):
        weights = inside.meaning(part.left)
        if isinstance(weights, Softmax):
            scores = weights.scores
            if weights.allowed is not None:
                yield Softmax(
                    MatrixProduct(ElementwiseProduct(scores, indicator(weights.allowed, weights.shape)), part.right)
                )
            yield Softmax(MatrixProduct(scores, part.right))


def forgotten(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S)`` becomes ``S``."""
    if isinstance(part, OverAllowedKeys):
        yield (
            part.scores
            if part.allowed is None
            else ElementwiseProduct(part.scores, indicator(part.allowed, part.shape))
        )


def twice(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``softmax(S)`` becomes ``softmax(softmax(S))``."""
    if isinstance(part, Softmax):
        yield type(part)(part, allowed=part.allowed)


def of_base_two(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``exp(s)`` becomes ``2 ** s`` in softmax, and ``log(m)`` becomes ``log(m) / log(2)``, or to the base 10."""
    if isinstance(part, Softmax):
        yield Softmax(ElementwiseProduct(log(2), part.scores), allowed=part.allowed)
    for base in (2, 10):
        if isinstance(part, Logarithm):
            yield ElementwiseQuotient(part, log(base))
        if isinstance(part, log) and not part.is_number:
            yield Mul(part, Pow(log(Integer(base)), -1))


def not_transposed(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``Q @ K.T`` becomes ``Q @ K``."""
    if isinstance(part, MatrixProduct) and isinstance(part.right, Transpose):
        yield MatrixProduct(part.left, part.right.arg)


def left_not_transposed(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``P.T @ dO`` becomes ``P @ dO``."""
    if isinstance(part, MatrixProduct) and isinstance(part.left, Transpose):
        yield MatrixProduct(part.left.arg, part.right)


def weight_transposed(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``X @ W`` becomes ``X @ W.T`` for an input ``W``, as of a layer that keeps its weight the other way round."""
    if isinstance(part, MatrixProduct) and isinstance(part.right, (MatrixSymbol, Member)):
        yield MatrixProduct(part.left, Transpose(part.right))


def exchanged(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``Q @ K.T`` becomes ``K @ Q.T``."""
    if isinstance(part, MatrixProduct) and isinstance(part.right, Transpose):
        yield MatrixProduct(part.right.arg, Transpose(part.left))


def diagonal_jacobian(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``P * (dP - rowsum(P * dP))`` becomes ``P * dP``: the row sum is left out of softmax's gradient."""
    if isinstance(part, ElementwiseDifference):
        right = inside.meaning(part.right)
        if isinstance(right, RowSum) or (isinstance(right, ElementwiseProduct) and right.atoms(RowSum)):
            yield part.left


def row_sum_without_weights(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``P * (dP - rowsum(P * dP))`` becomes ``P * (dP - rowsum(dP))``."""
    if isinstance(part, ElementwiseDifference) and isinstance(inside.meaning(part.right), RowSum):
        yield ElementwiseDifference(part.left, RowSum(part.left))


def sign_changed(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``A + B`` becomes ``A - B`` and the other way round, for matrices that are added."""
    if isinstance(part, ElementwiseSum) and is_matrix(part.right):
        yield ElementwiseDifference(*part.args)
    if isinstance(part, ElementwiseDifference) and is_matrix(part.right):
        yield ElementwiseSum(*part.args)


def value_negated(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``S = A`` becomes ``S = -A`` and the other way round, for a whole right side."""
    if part is inside.equation.expression and is_matrix(part):
        yield part.args[0] if isinstance(part, Negation) else Negation(part)


def term_left_out(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``S + B`` becomes ``S``, for matrices that are added."""
    if isinstance(part, (ElementwiseSum, ElementwiseDifference)) and all(map(is_matrix, part.args)):
        yield part.left
        yield part.right


def epsilon_moved(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``sqrt(x + eps)`` becomes ``sqrt(x) + eps``."""
    if isinstance(part, SquareRoot):
        inner = part.args[0]
        if isinstance(inner, ElementwiseSum) and not is_matrix(inner.right):
            yield ElementwiseSum(SquareRoot(inner.left), inner.right)


def epsilon_left_out(part: Any, inside: Surroundings) -> Iterator[Any]:
    """``sqrt(x + eps)`` becomes ``sqrt(x)``."""
    if isinstance(part, SquareRoot):
        inner = part.args[0]
        if isinstance(inner, ElementwiseSum) and not is_matrix(inner.right):
            yield SquareRoot(inner.left)
