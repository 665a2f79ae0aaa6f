"""Whether what a tile adds to a sum is 0 where all its weights are, so that a tile without allowed keys is left out."""

from __future__ import annotations

from sympy import MatrixSymbol, Transpose

from symattn.lowering.tiling import Tiling
from symattn.nodes import (
    ColumnSum,
    ElementwiseDifference,
    ElementwiseProduct,
    ElementwiseQuotient,
    ElementwiseSum,
    MatrixProduct,
    Member,
    Negation,
    RowSum,
    Scatter,
    Softmax,
    Value,
    is_matrix,
)


def vanishes(value: Value, tiling: Tiling) -> bool:
    """Whether a value is 0 for a query and a key that is not allowed to it, and a sum of such values then too."""

    def of(part: Value) -> bool:
        return is_matrix(part) and vanishes(part, tiling)

    if isinstance(value, (MatrixSymbol, Member)):
        return value.name in tiling.tiles and of(tiling.tiles[value.name].expression)
    if isinstance(value, Softmax):
        return value.allowed is not None
    if isinstance(value, (ElementwiseProduct, MatrixProduct)):
        return any(map(of, value.args))
    if isinstance(value, (ElementwiseSum, ElementwiseDifference)):
        return all(map(of, value.args))
    if isinstance(value, (ElementwiseQuotient, Negation, Transpose, Scatter, RowSum, ColumnSum)):
        return of(value.args[0])
    return False
