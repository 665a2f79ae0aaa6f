"""All that reaches one value, added up: a cotangent in the shape of the value, over the indices of its family."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sympy import Eq, Expr, Integer, S, Symbol, Transpose, ZeroMatrix

from symattn.calculus.padding import padded, stacked
from symattn.nodes import (
    Cases,
    Concatenation,
    ElementwiseProduct,
    ElementwiseSum,
    IndexedMatrix,
    IndexSum,
    index,
)
from symattn.nodes.cases import put_in
from symattn.shapes import Shape, same_size

Axes = tuple[tuple[Symbol, Expr], ...]
"""Indices with the number of values that each takes."""


@dataclass(frozen=True)
class Contribution:
    """A cotangent of a part of a value, for each value of the indices in ``scope``.

    ``positions`` say which member of a family; ``row`` and ``column`` which row or column of the matrix, if not the
    whole; ``block`` its top, left, number of rows and of columns.
    """

    cotangent: Any
    scope: Axes = ()
    positions: tuple[Expr, ...] = ()
    row: Expr | None = None
    column: Expr | None = None
    block: tuple[Expr, ...] = ()
    order: tuple[int, ...] = ()

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(symbol for symbol, _ in self.scope)

    def renamed(self, replaced: dict[Any, Any]) -> Contribution:
        """The same with other names for the indices in scope."""

        def at(value: Any) -> Any:
            return None if value is None else value.xreplace(replaced)

        return replace(
            self,
            cotangent=put_in(self.cotangent, replaced),
            scope=tuple((replaced.get(symbol, symbol), length) for symbol, length in self.scope),
            positions=tuple(map(at, self.positions)),
            row=at(self.row),
            column=at(self.column),
            block=tuple(map(at, self.block)),
        )


def gathered(
    shape: Shape,
    axes: Axes,
    contributions: Iterable[Contribution],
    simplified: Callable[[Any], Any],
    fresh: Callable[[], Symbol],
) -> Any:
    """The sum of the contributions to a value of a shape, at the member that the indices of ``axes`` name."""
    ordered = sorted(contributions, key=lambda each: each.order)
    turned = [_over_axes(each, axes, fresh) for each in ordered]
    terms = _blocks_together([_whole_width(each, shape) for each in turned], shape)
    summed: Any = None
    for each in terms:
        term = simplified(_whole(each, shape))
        summed = term if summed is None else simplified(ElementwiseSum(summed, term))
    return ZeroMatrix(*shape) if summed is None else summed


def _over_axes(each: Contribution, axes: Axes, fresh: Callable[[], Symbol]) -> Contribution:
    """The contribution to the member at the axes' own indices: renamed, or times 1 or 0 where it has others."""
    matched: dict[Any, Any] = {}
    for position, (own, length) in zip(each.positions, axes, strict=True):
        taken = dict(each.scope)
        if position in taken and position not in matched and same_size(taken[position], length):
            matched[position] = own
    own_symbols = {own for own, _ in axes}
    renamed = {symbol: fresh() for symbol in each.symbols if symbol in own_symbols and symbol not in matched}
    replaced = {old: new for old, new in {**matched, **renamed}.items() if old != new}
    if replaced:
        each = each.renamed(replaced)
    used = set(matched.values())
    each = replace(each, scope=tuple(pair for pair in each.scope if pair[0] not in used))
    for position, (own, _) in zip(each.positions, axes, strict=True):
        if own not in used or position != own:
            here = Cases.of(Eq(own, position), S.One)
            each = replace(each, cotangent=ElementwiseProduct(here, each.cotangent))
    return each


def _whole_width(each: Contribution, shape: Shape) -> Contribution:
    """Rows, columns and blocks that an index runs over put side by side; the only row, or column, is the whole."""
    if each.row is not None and shape[0] == 1:
        each = replace(each, row=None)
    if each.column is not None and shape[1] == 1:
        each = replace(each, column=None)
    if _runs_over(each.row, each, shape[0]) and each.row != each.column:
        joined = _joined(Transpose(each.cotangent), each.row, shape[0], each)
        each = replace(joined, cotangent=Transpose(joined.cotangent), row=None)
    if each.row is None and _runs_over(each.column, each, shape[1]):
        each = replace(_joined(each.cotangent, each.column, shape[1], each), column=None)
    return _block_family(each, shape) if each.block else each


def _runs_over(position: Any, each: Contribution, length: Expr) -> bool:
    """Whether a position is an index that takes every value there is."""
    return any(position == symbol and same_size(count, length) for symbol, count in each.scope)


def _joined(cotangent: Any, symbol: Any, length: Expr, each: Contribution) -> Contribution:
    """``concat(a, …)`` over an index, the other indices summed over first."""
    kept = tuple(pair for pair in each.scope if pair[0] == symbol)
    positions = {part for value in (each.row, each.column) if value is not None for part in value.free_symbols}
    outer = tuple(pair for pair in each.scope if pair[0] != symbol and pair[0] in positions)
    inner = tuple(pair for pair in each.scope if pair not in kept and pair not in outer)
    made = Concatenation(_summed(cotangent, inner), symbol, length)
    return replace(each, cotangent=made, scope=outer)


def _block_family(each: Contribution, shape: Shape) -> Contribution:
    """Blocks side by side, or one below another, that an index runs over without a gap."""
    top, left, rows, columns = each.block
    for symbol, length in each.scope:
        summed = _summed(each.cotangent, tuple(pair for pair in each.scope if pair[0] != symbol))
        wide = same_size(rows, shape[0]) and same_size(left, symbol * columns) and same_size(length * columns, shape[1])
        if wide and top == 0:
            return replace(each, cotangent=Concatenation(summed, symbol, length), scope=(), block=())
        high = same_size(columns, shape[1]) and same_size(top, symbol * rows) and same_size(length * rows, shape[0])
        if high and left == 0:
            made = Transpose(Concatenation(Transpose(summed), symbol, length))
            return replace(each, cotangent=made, scope=(), block=())
    return each


def _blocks_together(terms: Sequence[Contribution], shape: Shape) -> list[Contribution]:
    """Blocks that stand side by side, or one below another, stacked; gaps between them are zeros."""
    for along in (1, 0):
        chosen = [each for each in terms if each.block and _is_plain_band(each, shape, along)]
        chain = _chain(chosen, along)
        if len(chain) > 1:
            parts = [(each.block[along], each.cotangent, each.block[2 + along]) for each in chain]
            first = next(place for place, each in enumerate(terms) if each in chain)
            rest = [each for each in terms if each not in chain]
            rest.insert(first, Contribution(stacked(parts, shape, along), order=terms[first].order))
            return _blocks_together(rest, shape)
    return list(terms)


def _is_plain_band(each: Contribution, shape: Shape, along: int) -> bool:
    across = 1 - along
    return not each.scope and each.block[across] == 0 and same_size(each.block[2 + across], shape[across])


def _chain(bands: Sequence[Contribution], along: int) -> list[Contribution]:
    """Bands in order that do not overlap, as far as that is known."""
    chain: list[Contribution] = []
    left = list(bands)
    while left:
        end = chain[-1].block[along] + chain[-1].block[2 + along] if chain else S.Zero
        following = [each for each in left if (each.block[along] - end).expand().is_nonnegative]
        if not following:
            return chain
        nearest = min(following, key=lambda each: not same_size(each.block[along], end))
        chain.append(nearest)
        left.remove(nearest)
    return chain


def _whole(each: Contribution, shape: Shape) -> Any:
    """The contribution in the shape of the value: zeros where it has nothing to say, summed over the indices left."""
    cotangent = each.cotangent
    i, j = index("i"), index("j")
    if each.row is not None:
        here = IndexedMatrix(Cases.of(Eq(i, each.row), S.One), i, j, shape[0], Integer(1))
        cotangent = ElementwiseProduct(cotangent, here)
    if each.column is not None:
        here = IndexedMatrix(Cases.of(Eq(j, each.column), S.One), i, j, Integer(1), shape[1])
        cotangent = ElementwiseProduct(cotangent, here)
    if each.block:
        cotangent = padded(cotangent, each.block, shape)
    return _summed(cotangent, each.scope)


def _summed(cotangent: Any, scope: Axes) -> Any:
    for symbol, length in scope:
        cotangent = IndexSum(cotangent, symbol, length)
    return cotangent
