"""Lookups that take every entry of an array once, in the order in which they lie in memory: a reshape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Expr, Mod, S, Symbol, expand, floor
from sympy.core.mul import prod

from symattn.lowering.bounds import surely_inside
from symattn.lowering.whole import whole_quotient
from symattn.shapes import same_size


def is_in_order(positions: Sequence[Expr], lengths: Sequence[Expr], places: Mapping[Symbol, Expr]) -> bool:
    """Whether the places, an index and its length each, ask for the entries in order and for each of them once.

    ``positions`` are where they ask, one along each axis of an array of these lengths.

    >>> from symattn.shapes import size
    >>> j, H, W = Symbol("j", integer=True, nonnegative=True), size("H"), size("W")
    >>> is_in_order([floor(j / W), Mod(j, W)], [H, W], {j: H * W})
    True
    >>> is_in_order([Mod(j, W), floor(j / W)], [W, H], {j: H * W})
    False
    """
    if not same_size(prod(lengths), prod(places.values())):
        return False
    alone = {symbol: S.Zero for symbol, length in places.items() if length == 1}
    before = _offset(list(places), list(places.values()))
    if _offset(positions, lengths).xreplace(alone) != before.xreplace(alone):
        return False
    return all(surely_inside(position, length, places) for position, length in zip(positions, lengths, strict=True))


def _offset(positions: Sequence[Expr], lengths: Sequence[Expr]) -> Expr:
    """How many entries lie before the one at these positions, whole quotients written by their remainders."""
    offset, step = S.Zero, S.One
    for position, length in zip(reversed(positions), reversed(lengths), strict=True):
        offset, step = offset + position * step, step * length
    while offset.has(floor):
        offset = expand(offset.xreplace({part: _by_remainder(part) for part in offset.atoms(floor)}))
    return expand(offset)


def _by_remainder(quotient: floor) -> Expr:
    numerator, divisor = whole_quotient(quotient.args[0])
    return (numerator - Mod(numerator, divisor)) / divisor
