"""Allowed sets: which keys each query may attend to, as matrices whose entries other than 0 mean "allowed"."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, MatrixExpr, Ne, Piecewise, S, Symbol, sympify
from sympy.core.function import Application
from sympy.logic.boolalg import And, Boolean

from symattn.errors import ShapeError
from symattn.nodes.base import Indices, Node, broadcast_entry, is_index, matrix_argument, shape_of
from symattn.nodes.by_row_and_column import ByRowAndColumn
from symattn.nodes.cases import Cases
from symattn.nodes.written import added
from symattn.shapes import Shape, broadcast, show


def condition_at(allowed: MatrixExpr, i: Expr, j: Expr, indices: Indices) -> Boolean:
    """Whether query ``i`` may attend to key ``j``: the condition itself, not its 0 or 1.

    >>> from sympy import MatrixSymbol
    >>> condition_at(MatrixSymbol("M", 2, 3), S.Zero, S.One, Indices())
    Ne(M[0, 1], 0)
    """
    if isinstance(allowed, IndexCondition):
        return allowed.at(i, j)
    if isinstance(allowed, Intersection):
        return And(*(condition_at(side, i, j, indices) for side in allowed.args))
    return is_allowed(broadcast_entry(allowed, i, j, indices))


def is_allowed(entry: Expr) -> Boolean:
    """That an entry of an allowed set is not 0; of one that stands for a condition, the condition.

    >>> is_allowed(S.One), is_allowed(Symbol("x")), is_allowed(Piecewise((1, Symbol("x") > 2), (0, True)))
    (True, Ne(x, 0), x > 2)
    """
    if entry.is_number:
        return S(bool(entry != 0))
    if isinstance(entry, Piecewise) and entry.args[1:] == ((0, True),) and entry.args[0].expr == 1:
        return entry.args[0].cond
    return Ne(entry, 0)


class IndexCondition(ByRowAndColumn):
    """The 0/1 matrix of a condition on the query index and the key index, such as ``j <= i``.

    Shapes: ``(rows, columns)``. Units: dimensionless.
    Errors: ``TypeError`` unless the condition is one and the indices are symbols.

    >>> i, j = Symbol("i", integer=True, nonnegative=True), Symbol("j", integer=True, nonnegative=True)
    >>> causal = IndexCondition(j <= i, i, j, 2, 3)
    >>> causal[0, 1], causal[1, 1]
    (0, 1)
    """

    def __new__(cls, condition: Any, row: Any, column: Any, rows: Any, columns: Any) -> IndexCondition:
        condition, row, column = sympify(condition), sympify(row), sympify(column)
        if not (isinstance(condition, Boolean) and isinstance(row, Symbol) and isinstance(column, Symbol)):
            raise TypeError(f"IndexCondition takes a condition and two indices, found {condition}, {row}, {column}")
        return super().__new__(cls, condition, row, column, sympify(rows), sympify(columns))

    @property
    def condition(self) -> Boolean:
        return self.args[0]

    def at(self, i: Expr, j: Expr) -> Boolean:
        """The condition for one query and one key."""
        return self.condition.subs({self.row: i, self.column: j}, simultaneous=True)

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return Cases.of(self.at(i, j), S.One)


class Intersection(Node):
    """The keys that two allowed sets both contain, ``A & B``; shapes as for entry-by-entry arithmetic.

    Errors: ``TypeError`` unless both are matrices, ``ShapeError`` if the shapes have no common one for all sizes.

    >>> from sympy import MatrixSymbol
    >>> Intersection(MatrixSymbol("M", 2, 3), MatrixSymbol("padding", 1, 3)).shape
    (2, 3)
    """

    def __new__(cls, left: Any, right: Any) -> Intersection:
        left, right = matrix_argument(left, "Intersection"), matrix_argument(right, "Intersection")
        if broadcast(shape_of(left), shape_of(right)) is None:
            raise ShapeError(f"allowed sets of shapes {show(left.shape)} and {show(right.shape)} do not broadcast.")
        return super().__new__(cls, left, right)

    @property
    def shape(self) -> Shape:
        common = broadcast(shape_of(self.args[0]), shape_of(self.args[1]))
        assert common is not None
        return common

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        return Cases.of(condition_at(self, i, j, indices), S.One)


def in_order(value: Expr) -> Expr:
    """A side of a comparison with the index before the sizes, the sizes before numbers, and what is taken away last.

    >>> i, m, n = Symbol("i", integer=True, nonnegative=True), Symbol("m", positive=True), Symbol("n", positive=True)
    >>> in_order(2 + m - n + i).args
    (i, m, 2, -n)
    """
    if not isinstance(value, Add):
        return value

    def place(term: Expr) -> tuple[bool, bool, bool, bool, str]:
        has_index = any(map(is_index, term.free_symbols))
        return bool(term.could_extract_minus_sign()), term.is_number, not has_index, term.has(Application), str(term)

    return added(*sorted(value.args, key=place))
