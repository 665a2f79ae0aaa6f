"""Matrices put together from blocks, and blocks cut out of them: ``hstack``, ``vstack``, ``concat``, ``A[:, a:b]``."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from sympy import Expr, Lt, MatrixExpr, Mod, S, floor, sympify

from symattn.errors import ShapeError
from symattn.nodes.base import Indices, Node, entry_of, matrix_argument
from symattn.nodes.cases import Cases, put_in
from symattn.nodes.over_an_index import OverAnIndex
from symattn.shapes import Shape, same_size, show


class HorizontalStack(Node):
    """``hstack(A, B, ...)``, matrices side by side; shapes ``(n, a), (n, b) -> (n, a + b)``.

    Errors: ``TypeError`` unless all are matrices, ``ShapeError`` unless all have one number of rows for all sizes.

    >>> from sympy import MatrixSymbol
    >>> HorizontalStack(MatrixSymbol("A", 2, 3), MatrixSymbol("B", 2, 1))[0, 3]
    B[0, 0]
    """

    common = 0

    def __new__(cls, *parts: Any) -> HorizontalStack:
        matrices = [matrix_argument(part, cls.__name__) for part in parts]
        if not matrices:
            raise TypeError(f"{cls.__name__} takes at least one matrix")
        first = matrices[0].shape[cls.common]
        for matrix in matrices[1:]:
            if not same_size(matrix.shape[cls.common], first):
                shapes = ", ".join(show(part.shape) for part in matrices)
                what = "rows" if cls.common == 0 else "columns"
                raise ShapeError(f"matrices of shapes {shapes} have no common number of {what}.")
        return super().__new__(cls, *matrices)

    @cached_property
    def shape(self) -> Shape:
        stacked = sum((part.shape[1 - self.common] for part in self.args), S.Zero)
        along = self.args[0].shape[self.common]
        return (along, stacked) if self.common == 0 else (stacked, along)

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        cases, start = [], S.Zero
        position = j if self.common == 0 else i
        for place, part in enumerate(self.args, 1):
            stop = start + part.shape[1 - self.common]
            inside = position - start
            at = (i, inside) if self.common == 0 else (inside, j)
            condition = S.true if place == len(self.args) else Lt(position, stop)
            if condition is not S.false:
                cases.append((entry_of(part, *at, indices), condition))
            if condition is S.true:
                break
            start = stop
        return Cases(*cases)


class VerticalStack(HorizontalStack):
    """``vstack(A, B, ...)``, matrices one below another; shapes ``(a, d), (b, d) -> (a + b, d)``.

    Errors: ``TypeError`` unless all are matrices, ``ShapeError`` unless all have one number of columns for all sizes.

    >>> from sympy import MatrixSymbol
    >>> VerticalStack(MatrixSymbol("K", 2, 3), MatrixSymbol("k", 1, 3))[2, 0]
    k[0, 0]
    """

    common = 1


class Concatenation(OverAnIndex):
    """``concat(h, term)``: the term for each value of an index, side by side; shapes ``(n, d) -> (n, length * d)``.

    Errors: ``TypeError`` unless the term is a matrix and the index a symbol.

    >>> from sympy import Symbol
    >>> from symattn.nodes.family import FamilySymbol, Member
    >>> h = Symbol("h", integer=True, nonnegative=True)
    >>> head, i, j = Concatenation(Member(FamilySymbol("O", 3, 4, 2), h), h, 2)[0, 5].args
    >>> head.positions, i, j
    ((1,), 0, 1)
    """

    @cached_property
    def shape(self) -> Shape:
        rows, columns = self.term.shape
        return rows, self.length * columns

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        width = self.term.shape[1]
        block = S.Zero if self.length == 1 else floor(j / width)
        inside = S.Zero if width == 1 else Mod(j, width)
        return entry_of(put_in(self.term, {self.symbol: block}), i, inside, indices)


class Block(Node):
    """``A[a:b, c:d]``, the block of ``rows`` and ``columns`` that begins at ``(top, left)``, counted from 0.

    Errors: ``TypeError`` unless ``A`` is a matrix.

    >>> from sympy import MatrixSymbol
    >>> Block(MatrixSymbol("A", 2, 6), 0, 4, 2, 2)[1, 1]
    A[1, 5]
    """

    def __new__(cls, matrix: Any, top: Any, left: Any, rows: Any, columns: Any) -> Block:
        places = map(sympify, (top, left, rows, columns))
        return super().__new__(cls, matrix_argument(matrix, cls.__name__), *places)

    @property
    def matrix(self) -> MatrixExpr:
        return self.args[0]

    @property
    def top(self) -> Expr:
        return self.args[1]

    @property
    def left(self) -> Expr:
        return self.args[2]

    @cached_property
    def shape(self) -> Shape:
        return self.args[3], self.args[4]

    @property
    def takes_all_rows(self) -> bool:
        return self.top == 0 and same_size(self.shape[0], self.matrix.shape[0])

    @property
    def takes_all_columns(self) -> bool:
        return self.left == 0 and same_size(self.shape[1], self.matrix.shape[1])

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return entry_of(self.matrix, self.top + i, self.left + j, indices)
