"""Matrices with zeros around them, and between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sympy import Expr, S, ZeroMatrix

from symattn.nodes import HorizontalStack, VerticalStack


def padded(cotangent: Any, block: tuple[Expr, ...], shape: tuple[Expr, ...]) -> Any:
    """A block with zeros around it; ``block`` is its top, left, number of rows and of columns."""
    top, left, rows, columns = block
    wide = stacked([(left, cotangent, columns)], (rows, shape[1]), 1)
    return stacked([(top, wide, rows)], shape, 0)


def stacked(parts: Sequence[tuple[Expr, Any, Expr]], shape: tuple[Expr, ...], along: int) -> Any:
    """Matrices side by side (``along`` 1) or one below another (0), each with where it starts and how far it goes.

    Zeros stand in the gaps.
    """
    made: list[Any] = []
    end: Expr = S.Zero
    for start, matrix, length in [*parts, (shape[along], None, S.Zero)]:
        gap = (start - end).expand()
        if gap != 0:
            made.append(ZeroMatrix(shape[0], gap) if along == 1 else ZeroMatrix(gap, shape[1]))
        if matrix is not None:
            made.append(matrix)
        end = start + length
    if len(made) == 1:
        return made[0]
    return (HorizontalStack if along == 1 else VerticalStack)(*made)
