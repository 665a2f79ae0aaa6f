"""Changes of one part of a formula, a row a kind of node: signs, scales, transposes, axes, products, terms, indices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import changing_indices as indices
from changing_indices import Change, Scope
from sympy import MatrixSymbol, Symbol, Transpose, ZeroMatrix, sqrt

import symattn.nodes as nodes
from symattn.errors import SymattnError
from symattn.nodes import Member, Value, is_matrix

HOMOGENEOUS = (
    nodes.Negation,
    Transpose,
    nodes.RowSum,
    nodes.ColumnSum,
    nodes.RowMean,
    nodes.ColumnMean,
    nodes.ElementwiseProduct,
    nodes.ElementwiseQuotient,
    nodes.MatrixProduct,
)
"""A scale or a sign of what stands inside is one of the whole: it is changed there."""

OTHER_AXIS = {
    nodes.RowSum: nodes.ColumnSum,
    nodes.ColumnSum: nodes.RowSum,
    nodes.RowMean: nodes.ColumnMean,
    nodes.ColumnMean: nodes.RowMean,
    nodes.RowMax: nodes.ColumnMax,
    nodes.ColumnMax: nodes.RowMax,
}


@dataclass(frozen=True)
class Parent:
    """What a part stands in, and as which argument."""

    node: Any
    place: int

    @property
    def is_homogeneous(self) -> bool:
        """Whether a scale or a sign of the part is one of the whole, where it is changed."""
        return isinstance(self.node, HOMOGENEOUS)

    @property
    def takes_a_set(self) -> bool:
        """Whether the part is a set of allowed keys: not its entries count, but which of them are not 0."""
        over_keys = isinstance(self.node, nodes.OverAllowedKeys) and self.place > 0
        return over_keys or isinstance(self.node, nodes.Intersection)

    @property
    def takes_a_root(self) -> bool:
        """Whether the part is to be positive: the opposite has no value wherever it has one."""
        if isinstance(self.node, nodes.ElementwisePower):
            return self.place == 0 and not self.node.right.is_integer
        return isinstance(self.node, (nodes.SquareRoot, nodes.Logarithm))


def changes(part: Any, parent: Parent, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    if not is_matrix(part):
        yield from _changed_numbers(part, scope, names)
        return
    if isinstance(part, ZeroMatrix):
        yield from indices.name(part, scope, names)
        return
    if not (parent.is_homogeneous or parent.takes_a_set):
        yield "sign: a minus added", None if parent.takes_a_root else nodes.Negation(part)
        yield "scale: doubled", nodes.ElementwiseProduct(2, part)
        yield "scale: halved", nodes.ElementwiseQuotient(part, 2)
    if not isinstance(parent.node, Transpose) and not isinstance(part, Transpose):
        yield "transpose: added", Transpose(part)
    for kind, row in CHANGES.items():
        if isinstance(part, kind):
            yield from row(part, scope, names)


def _changed_numbers(number: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    yield "sign: of a number", -number
    yield "scale: a number doubled", 2 * number
    yield "scale: a number halved", number / 2
    yield "scale: the root of a number", None if number.is_negative else sqrt(number)
    yield "scale: the square of a number", number**2
    if isinstance(number, Symbol):
        for other in names:
            if not is_matrix(other) and other != number:
                yield "name: another number", other


def _sum(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    left, right = part.args
    other = nodes.ElementwiseDifference if isinstance(part, nodes.ElementwiseSum) else nodes.ElementwiseSum
    yield "sign: + for - or - for +", other(left, right)
    if isinstance(part, nodes.ElementwiseDifference):
        yield "sign: the sides of a difference exchanged", nodes.ElementwiseDifference(right, left)
    yield "dropped: the right term", left
    yield "dropped: the left term", right
    yield "product for sum", nodes.ElementwiseProduct(left, right)


def _product(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    left, right = part.args
    yield "product: a quotient", nodes.ElementwiseQuotient(left, right)
    yield "product: the quotient turned round", nodes.ElementwiseQuotient(right, left)
    yield "dropped: the right factor", left
    yield "dropped: the left factor", right
    yield "sum for product", nodes.ElementwiseSum(left, right)


def _quotient(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    left, right = part.args
    yield "product: for a quotient", nodes.ElementwiseProduct(left, right)
    yield "product: the quotient turned round", nodes.ElementwiseQuotient(right, left)
    yield "dropped: the divisor", left
    yield "scale: divided twice", nodes.ElementwiseQuotient(part, right)


def _power(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    yield "dropped: the exponent", part.left
    yield "scale: one power more", nodes.ElementwisePower(part.left, part.right + 1)


def _matrix_product(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    left, right = part.args
    yield "dropped: the right factor", left
    yield "dropped: the left factor", right
    for make, what in ((nodes.MatrixProduct, "the sides exchanged"), (nodes.ElementwiseProduct, "entry by entry")):
        sides = (right, left) if make is nodes.MatrixProduct else (left, right)
        try:
            yield f"product: {what}", make(*sides)
        except SymattnError:
            yield f"product: {what}", None


def _transpose(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    yield "transpose: dropped", part.arg


def _negation(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    yield "sign: a minus dropped", part.args[0]


def _reduction(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    other = OTHER_AXIS.get(type(part))
    turned = Transpose(part.func(Transpose(part.argument))) if other is None else other(part.argument)
    yield "axis: the other one", turned
    yield "axis: the other one, turned", Transpose(turned)
    yield "dropped: the reduction", part.argument
    if isinstance(part, (nodes.RowSum, nodes.ColumnSum)):
        mean = nodes.RowMean if isinstance(part, nodes.RowSum) else nodes.ColumnMean
        yield "scale: a mean for a sum", mean(part.argument)
    elif isinstance(part, (nodes.RowMean, nodes.ColumnMean)):
        total = nodes.RowSum if isinstance(part, nodes.RowMean) else nodes.ColumnSum
        yield "scale: a sum for a mean", total(part.argument)


def _over_keys(part: Any, scope: Scope, names: tuple[Value, ...]) -> Iterator[Change]:
    """Over the columns in place of the rows; every key allowed."""
    allowed = part.allowed
    sets = () if allowed is None else (Transpose(allowed),)
    if not isinstance(allowed, (nodes.IndexCondition, nodes.Intersection)):
        yield "axis: over the columns", Transpose(part.func(Transpose(part.scores), *part.options, *sets))
    if allowed is not None:
        yield "dropped: the allowed set", part.func(part.scores, *part.options)


Row = Callable[[Any, Scope, tuple[Value, ...]], Iterator[Change]]

CHANGES: dict[Any, Row] = {
    nodes.ElementwiseSum: _sum,
    nodes.ElementwiseDifference: _sum,
    nodes.ElementwiseProduct: _product,
    nodes.ElementwiseQuotient: _quotient,
    nodes.ElementwisePower: _power,
    nodes.MatrixProduct: _matrix_product,
    Transpose: _transpose,
    nodes.Negation: _negation,
    nodes.Reduction: _reduction,
    nodes.OverAllowedKeys: _over_keys,
    nodes.HorizontalStack: indices.stack,
    nodes.OverAnIndex: indices.over_an_index,
    nodes.Column: indices.selected,
    nodes.Block: indices.block,
    nodes.ByRowAndColumn: indices.by_row_and_column,
    Member: indices.member,
    (MatrixSymbol, Member): indices.name,
}
