"""A pass over tiles as data: what is computed in a tile, what goes on to the next one, and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, MatrixExpr, MatrixSymbol, S, Symbol

from symattn.lowering.tile_systems import Operand, TileEquations
from symattn.nodes import Value
from symattn.shapes import Shape

UNHEARD = 'with np.errstate(over="ignore", invalid="ignore"):  # of an infinite bound the sums are 0'
"""Around what is made of a bound: where the bound overflows, the same is computed by largest scores."""


class OverTiles(MatrixExpr):
    """Stands in a program for a pass over tiles; its arguments are what the pass reads."""

    def __new__(cls, *read: Value) -> OverTiles:
        return MatrixExpr.__new__(cls, *read)

    shape = (S.One, S.One)


@dataclass(frozen=True)
class Result:
    """An array that a pass gives: ``value`` is what one tile adds to it, ``along`` the sides that are the tile's."""

    name: str
    shape: Shape
    value: Value | None
    along: str
    is_largest: bool = False

    @property
    def is_of_queries(self) -> bool:
        """Whether each query has an entry of its own, which the tiles of its keys alone add to."""
        return self.along in ("queries", "across queries")

    @property
    def is_gathered(self) -> bool:
        """Whether tiles of several queries add to the same entries."""
        return self.along in ("keys", "across keys", "all")


@dataclass(frozen=True)
class Merged:
    """The state of one softmax: the names of its largest scores, its sums and the results that are merged with it.

    ``results`` are pairs of a result's name and of the name of its weighted values; ``log_sum`` is the name of the
    result that takes the logarithm of the sums, if the equations ask for it. ``kept`` are the names of what a later
    pass makes the weights of: the number that is taken off the scores of a query, and one over the sum of what is left,
    both as the same products give them, so that the weights add up to 1 however large the scores are.
    """

    largest: str
    total: str
    results: tuple[tuple[str, str], ...]
    log_sum: str | None
    kept: tuple[str, str] | None
    may_be_empty: bool


@dataclass(frozen=True)
class Walk:
    """What is computed in each tile while the keys of one tile of queries are walked over.

    ``equations``: names and values; ``carried``: what the next tile goes on from, each with the name of its new value.
    """

    equations: tuple[tuple[str, Value], ...]
    texts: dict[str, Value]
    carried: tuple[tuple[str, str], ...]
    allowed: tuple[MatrixExpr, ...]
    can_skip: bool


@dataclass(frozen=True)
class Bounded:
    """The form without largest scores: one walk whose last column of ``weighted`` are the sums of the rows.

    ``powers`` is the name of a tile's powers of two, which may overflow where the bound did: their sums tell it.
    ``shifted`` are the queries with the number that is taken off, of which ``bound`` is the first choice.
    """

    walk: Walk
    powers: str
    weighted: str
    others: tuple[tuple[str, str], ...]
    bound: Value
    shifted: Value
    states: tuple[tuple[str, Expr], ...]


@dataclass
class TiledPass:
    """A pass over tiles as code is written from it."""

    axes: tuple[Symbol, ...]
    shape: Shape
    equations: TileEquations
    results: tuple[Result, ...]
    merged: tuple[Merged, ...]
    walk: Walk
    bounded: Bounded | None = None
    comments: tuple[str, ...] = ()
    states: tuple[MatrixSymbol, ...] = ()
    read: tuple[Operand, ...] = ()
