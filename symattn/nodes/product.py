"""The matrix product, brackets kept."""

from __future__ import annotations

from functools import cached_property

from sympy import Expr, MatrixExpr, sympify

from symattn.errors import ShapeError
from symattn.nodes.base import Indices, Node, entry_of, is_matrix
from symattn.nodes.written import multiplied
from symattn.shapes import same_size, show


class MatrixProduct(Node):
    """The product ``A @ B``, ``(A B)[i, j] = sum_r A[i, r] B[r, j]``; ``(A @ B) @ C`` and ``A @ (B @ C)`` differ.

    Shapes: ``A (n, d), B (d, m) -> (n, m)``. Units: those of ``A`` times those of ``B``.
    Errors: ``TypeError`` unless both are matrices, ``ShapeError`` unless the inner sizes are equal for all sizes.

    >>> from sympy import MatrixSymbol
    >>> MatrixProduct(MatrixSymbol("Q", 2, 4), MatrixSymbol("W", 4, 3)).shape
    (2, 3)
    """

    def __new__(cls, left: MatrixExpr, right: MatrixExpr) -> MatrixProduct:
        left, right = sympify(left), sympify(right)
        if not (is_matrix(left) and is_matrix(right)):
            raise TypeError(f"a matrix product takes two matrices, found {left} and {right}")
        if not same_size(left.shape[1], right.shape[0]):
            raise ShapeError(
                f"a product of shapes {show(left.shape)} and {show(right.shape)} does not conform: "
                f"the inner sizes {left.shape[1]} and {right.shape[0]} must be equal."
            )
        return super().__new__(cls, left, right)

    @property
    def left(self) -> MatrixExpr:
        return self.args[0]

    @property
    def right(self) -> MatrixExpr:
        return self.args[1]

    @cached_property
    def shape(self) -> tuple[Expr, Expr]:
        return self.left.shape[0], self.right.shape[1]

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        def term(r: Expr) -> Expr:
            return multiplied(entry_of(self.left, i, r, indices), entry_of(self.right, r, j, indices))

        return indices.over(self.left.shape[1], term)
