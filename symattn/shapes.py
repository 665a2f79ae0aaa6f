"""Sizes, symbolic or concrete, and when two shapes conform for every value the sizes may take."""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral

from sympy import Expr, Integer, Symbol, expand, sympify

from symattn import limits
from symattn.errors import LimitError, ShapeError

Shape = tuple[Expr, ...]
"""``()`` for a scalar, ``(rows, columns)`` for a matrix."""


def size(name: str) -> Symbol:
    """The size called ``name``: a positive integer, the same symbol wherever the name is used.

    >>> size("n") == size("n"), size("d_k").is_positive
    (True, True)
    """
    return Symbol(name, integer=True, positive=True)


def concrete_size(value: object, name: str) -> Expr:
    """A given value for the size ``name``: a whole number from 1 on, or another size.

    >>> concrete_size(3, "n")
    3

    Errors: ``ShapeError`` for anything but a whole number of at least 1, ``LimitError`` above the bound on sizes.
    """
    if isinstance(value, Symbol):
        return size(value.name)
    if isinstance(value, Integral) and abs(int(value)) > 10**30:
        raise LimitError(f"size {name} is a number of more than 30 digits: the largest size is {limits.SIZE}.")
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < 1:
        equation = str(value) if str(value) == name else f"{name} = {value!r}"
        raise ShapeError(f"size {equation}: a size is a whole number of at least 1.")
    if int(value) > limits.SIZE:
        raise LimitError(f"size {name} = {value}: the largest size is {limits.SIZE}.")
    return Integer(int(value))


def same_size(left: Expr, right: Expr) -> bool:
    """Whether two sizes are equal for every value of the symbols in them.

    >>> n, m = size("n"), size("m")
    >>> same_size(2 * n, n + n), same_size(n, m)
    (True, False)
    """
    return left == right or expand(left - right) == 0


def broadcast(left: Shape, right: Shape) -> Shape | None:
    """The common shape under NumPy's rule (a size of 1 stretches), or ``None`` if there is none for all sizes.

    >>> n, m = size("n"), size("m")
    >>> broadcast((n, m), (n, Integer(1))), broadcast((n, m), (m, n))
    ((n, m), None)
    """
    if not left or not right:
        return left or right
    common = []
    for a, b in zip(left, right, strict=True):
        if same_size(a, b) or b == 1:
            common.append(a)
        elif a == 1:
            common.append(b)
        else:
            return None
    return tuple(common)


def show(shape: Iterable[object]) -> str:
    """A shape as an error message prints it.

    >>> show((size("n"), Integer(1)))
    '(n, 1)'
    """
    return "(" + ", ".join(str(sympify(length)) for length in shape) + ")"
