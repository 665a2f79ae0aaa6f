"""Whether a computed position surely lies inside a matrix: then nothing has to be compared when the code runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from sympy import (
    Abs,
    Dummy,
    Eq,
    Expr,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Max,
    Min,
    Mod,
    Ne,
    Poly,
    S,
    Symbol,
    cancel,
    expand,
    floor,
    fraction,
    together,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean

from symattn.lowering.intervals import interval

Range = tuple[Expr, Expr]
"""The smallest and the largest value."""

MOST_TOGETHER = 2
"""How many conditions are added up."""


def surely_inside(
    position: Expr, length: Expr, lengths: Mapping[Symbol, Expr], conditions: Sequence[Boolean] = ()
) -> bool:
    """Whether ``0 <= position < length`` for all values of the indices for which the conditions hold, and all sizes.

    ``lengths`` are the numbers of values that the indices take, from 0 on.

    >>> from symattn.shapes import size
    >>> i, n = Symbol("i", integer=True, nonnegative=True), size("n")
    >>> surely_inside(i - 1, n, {i: n}), surely_inside(i - 1, n, {i: n}, [i >= 1])
    (False, True)
    """
    if isinstance(length, Integer):
        least, most = interval(position, [part for condition in conditions for part in And.make_args(condition)])
        if least >= 0 and most <= length - 1:
            return True
    known = [part for condition in conditions for part in And.make_args(condition) if _is_of_whole_numbers(part)]
    ranges: dict[Symbol, Range] = {symbol: (S.Zero, count - 1) for symbol, count in lengths.items()}
    replaced: dict[Expr, Expr] = {}
    for symbol, remainder, divisor in _remainders(known):
        if symbol in ranges and symbol not in replaced:
            quotient = Dummy(integer=True, nonnegative=True)
            ranges[quotient] = (S.Zero, floor(expand((ranges[symbol][1] - remainder) / divisor)))
            replaced[symbol] = divisor * quotient + remainder
    slacks = [slack.xreplace(replaced) for part in known for slack in _slacks(part)]
    position = position.xreplace(replaced)
    return _follows(position, slacks, ranges) and _follows(length - 1 - position, slacks, ranges)


def _is_of_whole_numbers(condition: Boolean) -> bool:
    return all(symbol.is_integer for symbol in condition.free_symbols)


def _remainders(conditions: Sequence[Boolean]) -> Iterator[tuple[Symbol, Expr, Expr]]:
    """``j % 2 == 1`` and the like: an index, its remainder and what it is divided by."""
    for condition in conditions:
        if not isinstance(condition, (Eq, Ne)):
            continue
        for left, right in (condition.args, condition.args[::-1]):
            if not isinstance(left, Mod) or not isinstance(left.args[0], Symbol):
                continue
            if isinstance(condition, Ne) and left.args[1] == 2 and right in (0, 1):
                right = 1 - right
            elif isinstance(condition, Ne):
                continue
            yield left.args[0], right, left.args[1]


def _slacks(condition: Boolean) -> list[Expr]:
    """What a condition on whole numbers says is not negative."""
    if not isinstance(condition, Relational):
        return []
    left, right = condition.args
    if isinstance(condition, Eq):
        return [left - right, right - left]
    if isinstance(condition, (Le, Lt)):
        left, right = right, left
    elif not isinstance(condition, (Ge, Gt)):
        return []
    strict = isinstance(condition, (Lt, Gt)) and left.is_integer and right.is_integer
    return [left - right - 1 if strict else left - right]


def _follows(value: Expr, slacks: list[Expr], ranges: Mapping[Symbol, Range]) -> bool:
    """Whether a value is at least 0 because it is, or because it is at least a sum of slacks."""
    for count in range(MOST_TOGETHER + 1):
        for chosen in combinations(slacks, count):
            if _is_nonnegative(expand(value - sum(chosen, S.Zero)), ranges):
                return True
    return False


def _is_nonnegative(value: Expr, ranges: Mapping[Symbol, Range]) -> bool:
    for part in sorted(value.atoms(Max, Min, Abs), key=lambda part: -len(str(part))):
        sides = (part.args[0], -part.args[0]) if isinstance(part, Abs) else part.args
        factor = expand(value).coeff(part, 1)
        rest = expand(value - factor * part)
        if rest.has(part) or not factor.is_number or not factor:
            return False
        largest = isinstance(part, (Max, Abs))
        enough = any if largest == bool(factor > 0) else all
        return enough(_is_nonnegative(expand(rest + factor * side), ranges) for side in sides)
    least = _least(value, ranges)
    return least is not None and _never_negative(least)


def _least(value: Expr, ranges: Mapping[Symbol, Range]) -> Expr | None:
    """The smallest value of a sum of indices, remainders and whole quotients, each at the end of its range."""
    value = expand(value)
    for part in sorted(value.atoms(Mod, floor), key=lambda part: -len(str(part))):
        within = _range_of(part, ranges)
        if within is None:
            return None
        symbol = Dummy(integer=True)
        return _least(value.xreplace({part: symbol}), {**ranges, symbol: within})
    for symbol in sorted(value.free_symbols & set(ranges), key=str):
        factor = value.coeff(symbol, 1)
        rest = expand(value - factor * symbol)
        if rest.has(symbol) or factor.has(*ranges):
            return None
        if _never_negative(factor):
            value = expand(rest + factor * ranges[symbol][0])
        elif _never_negative(-factor):
            value = expand(rest + factor * ranges[symbol][1])
        else:
            return None
    return value


def _range_of(part: Expr, ranges: Mapping[Symbol, Range]) -> Range | None:
    if isinstance(part, Mod):
        return S.Zero, part.args[1] - 1
    numerator, divisor = fraction(together(part.args[0]))
    least, most = _least(numerator, ranges), _least(-numerator, ranges)
    if least is None or most is None or not divisor.is_positive:
        return None
    after = cancel((1 - most) / divisor)  # the first number that the numerator does not reach, divided
    if after.is_integer:
        return _whole(least / divisor, -1), expand(after - 1)
    return _whole(least / divisor, -1), _whole(-most / divisor, 0)


def _whole(value: Expr, otherwise: int) -> Expr:
    """What a number is rounded down to, or a bound on that where sizes do not tell it."""
    rounded = floor(expand(value))
    return expand(value + otherwise if rounded.has(floor) else rounded)


def _never_negative(value: Expr) -> bool:
    """Whether a polynomial in sizes, each at least 1, has no negative coefficient in what each size has above 1."""
    value = expand(value)
    sizes = sorted(value.free_symbols, key=str)
    if not sizes:
        return bool(value.is_nonnegative)
    if not value.is_polynomial(*sizes):
        return bool(value.is_nonnegative)
    shifted = Poly(expand(value.subs({size: size + 1 for size in sizes}, simultaneous=True)), *sizes)
    return all(coefficient.is_nonnegative for coefficient in shifted.coeffs())
