"""Where an entry comes from when its place is computed: relative positions, stacks, values by cases of indices."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol

from sympy import Expr, S, Symbol
from sympy.logic.boolalg import Boolean

from symattn.errors import ShapeError
from symattn.nodes.conditions import decider, number_at, whole_number_at


class Place(NamedTuple):
    """A position along one axis, computed from the indices; ``what`` is asked for, and has ``length`` positions."""

    axis: Hashable
    formula: Expr
    length: int
    what: str


class Case(NamedTuple):
    """When an operand is the one to take from, and at which positions; along other axes at the entry's own."""

    condition: Boolean = S.true
    places: tuple[Place, ...] = ()


class Strided(Protocol):
    """What is asked of a view here."""

    @property
    def start(self) -> int: ...

    @property
    def strides(self) -> Mapping[Hashable, int]: ...


class Sources:
    """The entry numbers that the entries of a gathering step are.

    Errors, when it is asked: ``ShapeError`` for a position outside its matrix.
    """

    def __init__(
        self,
        axes: Sequence[tuple[Hashable, int]],
        views: Sequence[Strided],
        cases: Sequence[Case],
        symbols: tuple[Symbol, ...],
    ) -> None:
        self._symbols = symbols
        self._cases = [
            (decides(case.condition, symbols), _number_in(view, axes, case, symbols))
            for view, case in zip(views, cases, strict=True)
        ]

    def numbers(self, places: Iterable[tuple[int, ...]]) -> list[int]:
        """The entry number for each place in the block."""
        return [next(number(place) for holds, number in self._cases if holds(place)) for place in places]


def _number_in(
    view: Strided, axes: Sequence[tuple[Hashable, int]], case: Case, symbols: tuple[Symbol, ...]
) -> Callable[[tuple[int, ...]], int]:
    computed = [(view.strides.get(place.axis, 0), whole_number(place.formula, symbols), place) for place in case.places]
    taken = {place.axis for place in case.places}
    strides = [0 if axis in taken else view.strides.get(axis, 0) for axis, _ in axes]

    def number(place: tuple[int, ...]) -> int:
        found = view.start + sum(stride * along for stride, along in zip(strides, place, strict=True))
        for stride, position_at, asked in computed:
            position = position_at(place)
            if not 0 <= position < asked.length:
                where = ", ".join(f"{symbol} = {at}" for symbol, at in zip(symbols, place, strict=True))
                raise ShapeError(
                    f"{asked.what} is outside where {where}: {asked.formula} is {position} there, "
                    f"and positions run from 0 to {asked.length - 1}. Guard it, as in … if {asked.formula} >= 0 else 0."
                )
            found += stride * position
        return found

    return number


@lru_cache(maxsize=1024)
def decides(condition: Boolean, symbols: tuple[Symbol, ...]) -> Callable[[Sequence[int]], bool]:
    """Whether a condition on indices holds at whole numbers, made once."""
    return decider(condition, symbols)


@lru_cache(maxsize=1024)
def whole_number(formula: Expr, symbols: tuple[Symbol, ...]) -> Callable[[Sequence[int]], int]:
    """A position computed from indices, made once."""
    return whole_number_at(formula, symbols)


@lru_cache(maxsize=1024)
def value(formula: Expr, symbols: tuple[Symbol, ...]) -> Callable[[Sequence[int]], Expr]:
    """A number computed from indices, made once."""
    return number_at(formula, symbols)
