"""Positions turned round: which row and column of a matrix by entry looks at a given place of another matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sympy import Eq, Expr, Lt, Mod, S, Symbol, Wild, floor
from sympy.logic.boolalg import And, Boolean

from symattn.shapes import same_size


@dataclass
class Inverse:
    """``values``: indices as formulas of the place; ``left``: indices that it does not tell, to be summed over.

    ``conditions`` hold where the place is looked at, for these values of the indices that are left.
    """

    values: dict[Symbol, Expr] = field(default_factory=dict)
    left: dict[Symbol, Expr] = field(default_factory=dict)
    conditions: list[Boolean] = field(default_factory=list)

    @property
    def condition(self) -> Boolean:
        return And(*self.conditions)


@dataclass
class _Coordinate:
    position: Expr
    place: Symbol
    length: Expr


def inverted(
    positions: Sequence[tuple[Expr, Symbol, Expr]], ranges: Mapping[Symbol, Expr], fresh: Callable[[], Symbol]
) -> Inverse | None:
    """Indices solved for: each of ``positions`` is a formula, the place that it is to be, and how many there are.

    ``ranges`` are the indices with the number of values of each, first those to solve for rather than others. Solved
    are indices themselves, shifts, multiples, quotients and remainders, and whole numbers written in two digits;
    nothing is given for anything else.

    >>> from symattn.nodes import index
    >>> from symattn.shapes import size
    >>> i, j, a, b = map(index, "ijab")
    >>> H, W = size("H"), size("W")
    >>> inverted([(i * W + j, b, H * W)], {i: H, j: W}, lambda: index("x")).values
    {j: Mod(b, W), i: floor(b/W)}
    """
    return _Solver(ranges, fresh).solve([_Coordinate(*each) for each in positions])


class _Solver:
    def __init__(self, ranges: Mapping[Symbol, Expr], fresh: Callable[[], Symbol]) -> None:
        self.unsolved = dict(ranges)
        self.ranges = dict(ranges)
        self.found = Inverse()
        self.fresh = fresh

    def solve(self, coordinates: list[_Coordinate]) -> Inverse | None:
        coordinates = self._digits(coordinates)
        left = list(coordinates)
        progress = True
        while left and progress:
            progress = False
            for step in (self._known, self._itself, self._two_digits, self._shifted):
                for each in list(left):
                    if step(each):
                        left.remove(each)
                        progress = True
                if progress:
                    break
        if left:
            return None
        values = self.found.values
        for _ in values:
            values = {symbol: value.xreplace(values) for symbol, value in values.items()}
        self.found.values = values
        self.found.conditions = [condition.xreplace(values) for condition in self.found.conditions]
        self.found.left = self.unsolved
        return self.found

    def _digits(self, coordinates: list[_Coordinate]) -> list[_Coordinate]:
        """An index of which quotient and remainder are asked for, written as the two digits that these are."""
        for symbol, length in list(self.unsolved.items()):
            divisors = {
                part.args[1] if isinstance(part, Mod) else _divisor(part, symbol)
                for each in coordinates
                for part in each.position.atoms(floor, Mod)
                if part.has(symbol)
            }
            if len(divisors) != 1 or None in divisors:
                continue
            (divisor,) = divisors
            count = (length / divisor).expand()
            if not (count.is_integer and count.is_positive):
                continue
            high, low = self.fresh(), self.fresh()
            digits = {floor(symbol / divisor): high, Mod(symbol, divisor): low}
            replaced = [_Coordinate(each.position.xreplace(digits), each.place, each.length) for each in coordinates]
            if any(each.position.has(symbol) for each in replaced):
                continue
            coordinates = replaced
            del self.unsolved[symbol]
            self.unsolved |= {high: count, low: divisor}
            self.ranges |= {high: count, low: divisor}
            self.found.values[symbol] = divisor * high + low
        return coordinates

    def _free(self, value: Expr) -> list[Symbol]:
        return [symbol for symbol in self.unsolved if value.has(symbol)]

    def _known(self, each: _Coordinate) -> bool:
        """A position of indices that are solved for already: it has to be the place."""
        if self._free(each.position):
            return False
        self.found.conditions.append(Eq(each.position, each.place, evaluate=False))
        return True

    def _itself(self, each: _Coordinate) -> bool:
        if each.position not in self.unsolved:
            return False
        self._settle(each.position, each.place, each.length)
        return True

    def _settle(self, symbol: Any, value: Expr, length: Expr | None) -> None:
        """``length``: how many values the formula is known to take, counted from 0."""
        range_of = self.unsolved.pop(symbol)
        self.found.values[symbol] = value
        if length is None:
            self.found.conditions.append(S.Zero <= value)
        if length is None or not same_size(length, range_of):
            self.found.conditions.append(Lt(value, range_of))

    def _two_digits(self, each: _Coordinate) -> bool:
        """``u * w + v`` with ``v < w``: quotient and remainder of the place."""
        free = self._free(each.position)
        if len(free) != 2:
            return False
        for high, low in (free, free[::-1]):
            width = self.unsolved[low]
            if same_size(each.position, high * width + low) and width != 1:
                count = self.unsolved[high]
                self._settle(low, Mod(each.place, width), width)
                self._settle(high, floor(each.place / width), count if same_size(count * width, each.length) else None)
                return True
        return False

    def _shifted(self, each: _Coordinate) -> bool:
        """``k * v + c``: the place less ``c``, divided by ``k``; another index in ``c`` is left to be summed over."""
        for symbol in self._free(each.position):
            factor, rest = Wild("k", exclude=[symbol]), Wild("c", exclude=[symbol])
            matched = each.position.expand().match(factor * symbol + rest)
            if not matched or not matched[factor].is_integer or not matched[factor].is_nonzero:
                continue
            k, inside = matched[factor], each.place - matched[rest]
            if self._free(matched[factor]) or matched[rest].has(floor, Mod):
                continue
            if k == 1 or k == -1:
                self._settle(symbol, inside * k, None)
                return True
            if k.is_positive:
                self.found.conditions.append(Eq(Mod(inside, k), 0))
                self._settle(symbol, floor(inside / k), None)
                return True
        return False


def _divisor(part: Any, symbol: Symbol) -> Expr | None:
    """``w`` of ``floor(v / w)``."""
    quotient = (part.args[0] / symbol).expand()
    return None if quotient.has(symbol) or quotient == 0 else 1 / quotient
