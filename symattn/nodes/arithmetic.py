"""Entry-by-entry arithmetic with NumPy's broadcasting, written as typed: no sorting, no flattening, no folding."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Self

from sympy import Expr, sympify

from symattn.errors import ShapeError
from symattn.nodes.base import Indices, Node, broadcast_entry, entry_of, is_matrix, matrix_argument, shape_of
from symattn.nodes.written import added, divided, multiplied, negated, raised
from symattn.shapes import Shape, broadcast, show


class Arithmetic(Node):
    """An operation on the entries of two values, at least one of them a matrix; a size of 1 or a scalar stretches.

    Shapes: ``(n, m), (n, m) | (n, 1) | (1, m) | (1, 1) | () -> (n, m)``, in either order.
    Errors: ``TypeError`` if both are scalars, ``ShapeError`` if the shapes have no common one for all sizes.
    """

    sign = "?"

    def __new__(cls, left: Any, right: Any) -> Self:
        left, right = sympify(left), sympify(right)
        if not (is_matrix(left) or is_matrix(right)):
            raise TypeError(f"{cls.__name__} takes at least one matrix, found {left} and {right}")
        if broadcast(shape_of(left), shape_of(right)) is None:
            raise ShapeError(
                f"shapes {show(left.shape)} and {show(right.shape)} do not broadcast: "
                "row counts and column counts must be equal for all sizes, or 1."
            )
        return super().__new__(cls, left, right)

    @property
    def left(self) -> Expr:
        return self.args[0]

    @property
    def right(self) -> Expr:
        return self.args[1]

    @cached_property
    def shape(self) -> Shape:
        common = broadcast(shape_of(self.left), shape_of(self.right))
        assert common is not None
        return common

    @staticmethod
    def combine(left: Expr, right: Expr) -> Expr:
        """The operation on two entries, in the order in which they were written."""
        raise NotImplementedError

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        left = broadcast_entry(self.left, i, j, indices)
        return self.combine(left, broadcast_entry(self.right, i, j, indices))


class ElementwiseSum(Arithmetic):
    """``A + B``, entry by entry; see :class:`Arithmetic` for shapes and errors.

    >>> from sympy import MatrixSymbol
    >>> ElementwiseSum(MatrixSymbol("S", 2, 3), MatrixSymbol("b", 1, 3))[0, 1]
    S[0, 1] + b[0, 1]
    """

    sign = "+"

    @staticmethod
    def combine(left: Expr, right: Expr) -> Expr:
        return added(left, right)


class ElementwiseDifference(Arithmetic):
    """``A - B``, entry by entry; see :class:`Arithmetic` for shapes and errors.

    >>> from sympy import MatrixSymbol
    >>> ElementwiseDifference(MatrixSymbol("S", 2, 3), 1)[0, 1]
    S[0, 1] - 1
    """

    sign = "-"

    @staticmethod
    def combine(left: Expr, right: Expr) -> Expr:
        return added(left, negated(right))


class ElementwiseProduct(Arithmetic):
    """``A * B``, entry by entry (Hadamard); see :class:`Arithmetic` for shapes and errors.

    >>> from sympy import MatrixSymbol
    >>> ElementwiseProduct(2, MatrixSymbol("S", 2, 3))[0, 1]
    2*S[0, 1]
    """

    sign = "*"

    @staticmethod
    def combine(left: Expr, right: Expr) -> Expr:
        return multiplied(left, right)


class ElementwiseQuotient(Arithmetic):
    """``A / B``, entry by entry; see :class:`Arithmetic` for shapes and errors.

    >>> from sympy import MatrixSymbol, sqrt
    >>> ElementwiseQuotient(MatrixSymbol("S", 2, 3), sqrt(3)).shape
    (2, 3)
    """

    sign = "/"

    @staticmethod
    def combine(left: Expr, right: Expr) -> Expr:
        return divided(left, right)


class ElementwisePower(Arithmetic):
    """``A ** c`` with a scalar exponent, entry by entry; shapes ``(n, m), () -> (n, m)``.

    Errors: ``TypeError`` unless the base is a matrix and the exponent a scalar.

    >>> from sympy import MatrixSymbol
    >>> ElementwisePower(MatrixSymbol("S", 2, 3), 2)[0, 1]
    S[0, 1]**2
    """

    sign = "**"

    def __new__(cls, left: Any, right: Any) -> Self:
        if not is_matrix(sympify(left)) or is_matrix(sympify(right)):
            raise TypeError(f"a power takes a matrix and a scalar exponent, found {left} and {right}")
        return super().__new__(cls, left, right)

    @staticmethod
    def combine(left: Expr, right: Expr) -> Expr:
        return raised(left, right)


class Negation(Node):
    """``-A``, entry by entry; shapes ``(n, m) -> (n, m)``.

    Errors: ``TypeError`` unless ``A`` is a matrix.

    >>> from sympy import MatrixSymbol
    >>> Negation(MatrixSymbol("S", 2, 3))[0, 1]
    -S[0, 1]
    """

    def __new__(cls, argument: Any) -> Negation:
        return super().__new__(cls, matrix_argument(argument, "Negation"))

    @cached_property
    def shape(self) -> Shape:
        return tuple(self.args[0].shape)

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return negated(entry_of(self.args[0], i, j, indices))
