"""What every node has in common, and the supply of index names that never repeat within one expression."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from sympy import (
    Expr,
    Identity,
    Integer,
    KroneckerDelta,
    MatrixExpr,
    MatrixSymbol,
    OneMatrix,
    S,
    Sum,
    Symbol,
    Transpose,
    ZeroMatrix,
    sympify,
)

from symattn.errors import MissingRowError
from symattn.nodes.written import added, element, names_in, summed
from symattn.shapes import Shape

Value: TypeAlias = Expr
"""A scalar or a matrix: what an equation may stand for."""

SUMMATION_LETTERS = "rcltupqsvwxyzabefghk"
"""Letters for bound indices; ``i`` and ``j`` are left for the entry that is asked for."""


class Indices:
    """A supply of index symbols, none handed out twice and none that bears a name already in use.

    ``avoid`` holds names and values: the name of every symbol in them is taken, a matrix's and a size's as much as an
    index's. With ``explicit=True`` what runs over a known number of terms is written out term by term.

    >>> supply = Indices(avoid=[Symbol("r", integer=True), MatrixSymbol("c", 2, 2), "l"])
    >>> supply.fresh(), supply.fresh(), supply.fresh(like=index("a"))
    (t, u, a)
    """

    def __init__(self, avoid: Iterable[Any] = (), *, explicit: bool = False) -> None:
        self._taken = names_in(avoid)
        self._names = self._candidates()
        self._explicit = explicit

    @staticmethod
    def _candidates() -> Iterator[str]:
        yield from SUMMATION_LETTERS
        number = 1
        while True:
            yield from (f"{letter}_{number}" for letter in SUMMATION_LETTERS)
            number += 1

    def fresh(self, like: Symbol | None = None) -> Symbol:
        """The next unused index, a non-negative integer symbol; with the name of ``like`` if that is still free."""
        if like is None or like.name in self._taken:
            name = next(name for name in self._names if name not in self._taken)
        else:
            name = like.name
        self._taken.add(name)
        return index(name)

    def written_out(self, length: Expr) -> tuple[Expr, ...] | None:
        """The positions of a row whose terms stand one by one; ``None`` where an index stands for them all.

        >>> Indices().written_out(Integer(3)), Indices(explicit=True).written_out(Integer(3))
        (None, (0, 1, 2))
        """
        if length == 1 or (self._explicit and length.is_Integer):
            return tuple(map(Integer, range(int(length))))
        return None

    def over(
        self,
        length: Expr,
        term: Callable[[Expr], Expr],
        *,
        kind: type[Expr] = Sum,
        joined: Callable[..., Expr] = added,
        like: Symbol | None = None,
    ) -> Expr:
        """``kind``, a sum unless told, of a term as its index runs over ``length`` values; one term is just itself.

        >>> A = MatrixSymbol("A", 2, 3)
        >>> Indices().over(Integer(3), lambda r: A[0, r])
        Sum(A[0, r], (r, 0, 2))
        >>> Indices(explicit=True).over(Integer(3), lambda r: A[0, r])
        A[0, 0] + A[0, 1] + A[0, 2]
        """
        positions = self.written_out(length)
        if positions is not None:
            return term(S.Zero) if length == 1 else joined(*map(term, positions))
        symbol = self.fresh(like)
        return summed(kind, term(symbol), symbol, length)


def index(name: str) -> Symbol:
    """The index called ``name``, counted from 0.

    >>> index("i").is_nonnegative
    True
    """
    return Symbol(name, integer=True, nonnegative=True)


def is_index(value: object) -> bool:
    """Whether a value is a bound or free index, which counts from 0 in the language and from 1 in print."""
    return isinstance(value, Symbol) and bool(value.is_integer) and not value.is_positive and bool(value.is_nonnegative)


def shape_of(value: Value) -> Shape:
    """The shape of a value: ``()`` for a scalar, ``(rows, columns)`` for a matrix."""
    return tuple(value.shape) if is_matrix(value) else ()


def is_matrix(value: object) -> bool:
    """Whether a value is a matrix rather than a scalar."""
    return isinstance(value, MatrixExpr)


def matrix_argument(value: object, node: str) -> MatrixExpr:
    """What a node is given in the place of a matrix.

    Errors: ``TypeError`` that names the node, unless it is one.
    """
    value = sympify(value)
    if not is_matrix(value):
        raise TypeError(f"{node} takes a matrix, found {value}")
    return value


PRINTERS: dict[str, Callable[[Value], str]] = {}
"""How SymPy's own printers show a node: ``"latex"`` and ``"code"``, put here by the part that can print."""


class Node(MatrixExpr):
    """A matrix operation that SymPy lacks: arguments, shape and one entry, and nothing else.

    How a node is printed, computed and differentiated stands in tables, one row a node.
    A subclass says its ``shape`` and its ``entry(i, j, indices)``; arguments may be matrices or scalars.
    """

    is_commutative = False

    def entry(self, i: Expr, j: Expr, indices: Indices) -> Expr:
        """Entry ``(i, j)`` by definition, its bound indices drawn from ``indices``."""
        raise NotImplementedError(f"{type(self).__name__} does not define its entry")

    def _entry(self, i: Expr, j: Expr, **_: Any) -> Expr:
        return self.entry(i, j, Indices(avoid=(i, j, self)))

    def _eval_transpose(self) -> MatrixExpr:
        return Transpose(self)

    def _latex(self, printer: Any, **_: Any) -> str:
        return PRINTERS["latex"](self) if "latex" in PRINTERS else printer._print_Basic(self)

    def _sympystr(self, printer: Any) -> str:
        return PRINTERS["code"](self) if "code" in PRINTERS else printer._print_Basic(self)


def scalar_symbols(value: Value) -> set[Symbol]:
    """The scalar symbols that occur in a value, the indices of its sums and the sizes of its matrices included."""
    found: set[Symbol] = set()
    pending: list[Any] = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, Symbol):
            found.add(part)
        pending.extend(getattr(part, "args", ()))
    return found


def entry_of(value: Value, i: Expr, j: Expr, indices: Indices) -> Expr:
    """Entry ``(i, j)`` of any matrix of the language; a scalar is its own entry.

    >>> entry_of(Transpose(MatrixSymbol("K", 2, 3)), index("i"), index("j"), Indices())
    K[j, i]
    """
    if not is_matrix(value):
        return value
    if isinstance(value, Node):
        return value.entry(i, j, indices)
    if isinstance(value, MatrixSymbol):
        return element(value, i, j)
    if isinstance(value, Transpose):
        return entry_of(value.arg, j, i, indices)
    if isinstance(value, Identity):
        return KroneckerDelta(i, j)
    if isinstance(value, OneMatrix):
        return S.One
    if isinstance(value, ZeroMatrix):
        return S.Zero
    raise MissingRowError(f"{type(value).__name__} has no entry in nodes/base.py; write it with symattn's own nodes.")


def broadcast_entry(value: Value, i: Expr, j: Expr, indices: Indices) -> Expr:
    """The entry that a value stretched by broadcasting has at ``(i, j)``."""
    if not is_matrix(value):
        return value
    rows, columns = value.shape
    at_row: Expr = S.Zero if rows == 1 else i
    at_column: Expr = S.Zero if columns == 1 else j
    return entry_of(value, at_row, at_column, indices)


ONE = Integer(1)
