"""How small and how large a bound becomes while the indices in it run from 0 up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import Add, Expr, Max, Min, Mul, S, Symbol, expand, floor


def smallest(bound: Expr, lengths: Mapping[Symbol, Expr]) -> Expr | None:
    """The smallest value of a bound while each index takes its values; nothing if an index makes it rise and fall.

    >>> h, H, d = (Symbol(name, integer=True, nonnegative=True) for name in ("h", "H", "d"))
    >>> smallest(d * h, {h: H}), smallest(3 - h, {h: H}), smallest(h * (4 - h), {h: H})
    (0, 4 - H, None)
    """
    return _at_an_end(bound, lengths, 1)


def largest(bound: Expr, lengths: Mapping[Symbol, Expr]) -> Expr | None:
    """The largest value of a bound while each index takes its values; nothing if an index makes it rise and fall.

    >>> h, H, d = (Symbol(name, integer=True, nonnegative=True) for name in ("h", "H", "d"))
    >>> largest(d * h + d, {h: H}), largest(3 - h, {h: H})
    (H*d, 3)
    """
    return _at_an_end(bound, lengths, -1)


def _at_an_end(bound: Expr, lengths: Mapping[Symbol, Expr], sign: int) -> Expr | None:
    for symbol, length in lengths.items():
        way = direction(bound, symbol)
        if way is None:
            return None
        bound = expand(bound.xreplace({symbol: S.Zero if way == sign else length - 1}))
    return bound


def direction(value: Expr, symbol: Symbol) -> int | None:
    """Which way a value goes as the symbol grows: 1 up, -1 down, 0 if it does not mention it; nothing if unknown.

    >>> h, d = Symbol("h", integer=True), Symbol("d", positive=True)
    >>> direction(d * floor(h / 2) + 1, h), direction(-d * h, h), direction(d, h), direction(h * h, h)
    (1, -1, 0, None)
    """
    if not value.has(symbol):
        return 0
    if value == symbol:
        return 1
    row = ROWS.get(type(value))
    return None if row is None else row(value, symbol)


def _together(value: Expr, symbol: Symbol) -> int | None:
    """All parts go one way, apart from those that stay."""
    ways = {direction(part, symbol) for part in value.args} - {0}
    return ways.pop() if len(ways) == 1 else None


def _product(value: Expr, symbol: Symbol) -> int | None:
    moving = [factor for factor in value.args if factor.has(symbol)]
    way = direction(moving[0], symbol)
    rest = Mul(*(factor for factor in value.args if not factor.has(symbol)))
    if len(moving) > 1 or way is None or not (rest.is_nonnegative or rest.is_nonpositive):
        return None
    return way if rest.is_nonnegative else -way


ROWS: dict[type, Callable[[Expr, Symbol], int | None]] = {
    Add: _together,
    Mul: _product,
    Max: _together,
    Min: _together,
    floor: lambda value, symbol: direction(value.args[0], symbol),
}
