"""Allowed sets and tiles: which queries of a tile have a key in it, and whether every key is allowed to each of them.

Of linear comparisons, as of causal sets and windows, the corners of a tile tell; of any other set the truth values of
the tile itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sympy import Abs, And, Expr, Ge, Gt, Le, Lt, MatrixExpr, floor

from symattn.lowering.conditions import boolean
from symattn.lowering.pieces import Binding
from symattn.lowering.truths import truth
from symattn.lowering.uses import COLUMN, ROW
from symattn.lowering.writer import Writer
from symattn.nodes import IndexCondition, Intersection
from symattn.shapes import size

TOP, BOTTOM, LEFT, RIGHT = size("_top"), size("_bottom"), size("_left"), size("_right")
"""The first query of a tile and the one after its last, and the same of its keys."""

QUERY = size("_query")


@dataclass(frozen=True)
class Difference:
    """``value >= 0`` where a key is allowed; ``by_query`` and ``by_key`` are the signs in which it grows with them."""

    value: Expr
    by_query: int
    by_key: int
    slope: Expr

    def at(self, is_best: bool, query: Expr | None = None) -> Expr:
        """The difference at the corner of a tile where it is largest, or smallest; or for one query."""
        first_query, first_key = (self.by_query < 0) == is_best, (self.by_key < 0) == is_best
        if query is None:
            query = TOP if first_query else BOTTOM - 1
        key = LEFT if first_key else RIGHT - 1
        return self.value.xreplace({ROW: query, COLUMN: key}).expand()


def differences(allowed: MatrixExpr) -> list[Difference]:
    """The linear comparisons among the conditions of an allowed set."""
    return [each for part in parts(allowed) for each in linear(part) or ()]


def others(allowed: MatrixExpr) -> list[MatrixExpr]:
    """What else an allowed set is made of."""
    return [part for part in parts(allowed) if linear(part) is None]


def parts(allowed: MatrixExpr) -> list[MatrixExpr]:
    """The sets whose intersection an allowed set is."""
    if isinstance(allowed, Intersection):
        return [part for side in allowed.args for part in parts(side)]
    return [allowed]


def linear(allowed: MatrixExpr) -> list[Difference] | None:
    """The differences that must not be negative; ``None`` for a set that is not given by linear comparisons alone.

    >>> n = size("n")
    >>> [each.value for each in linear(IndexCondition(Le(COLUMN, ROW), ROW, COLUMN, n, n))]
    [_i - _j]
    """
    if not isinstance(allowed, IndexCondition):
        return None
    found = []
    for part in And.make_args(allowed.condition):
        if not isinstance(part, (Le, Lt, Ge, Gt)):
            return None
        greater, less = (part.lhs, part.rhs) if isinstance(part, (Ge, Gt)) else (part.rhs, part.lhs)
        for side in [less.args[0], -less.args[0]] if isinstance(less, Abs) else [less]:
            difference = (greater - side).expand()
            if isinstance(part, (Lt, Gt)):
                if not difference.is_integer:
                    return None
                difference -= 1
            slopes = [difference.diff(symbol) for symbol in (ROW, COLUMN)]
            if any(slope.free_symbols or not slope.is_comparable for slope in slopes) or difference.has(floor, Abs):
                return None
            by_query, by_key = (int(bool(slope > 0)) - int(bool(slope < 0)) for slope in slopes)
            found.append(Difference(difference, by_query, by_key, slopes[0]))
    return found


def holds(writer: Writer, found: Iterable[Difference], is_best: bool) -> str:
    """The code for whether some, or every, query and key of a tile fulfil linear comparisons."""
    texts = []
    for difference in found:
        value = difference.at(is_best)
        terms = value.as_ordered_terms()
        less = [-term for term in terms if term.could_extract_minus_sign()]
        more = [term for term in terms if not term.could_extract_minus_sign()]
        texts.append(boolean(writer, Le(sum(less), sum(more), evaluate=False)).within(Binding.SUM))
    return " and ".join(texts)


def narrowed(writer: Writer, found: Iterable[Difference]) -> tuple[list[str], list[str], list[Difference]]:
    """The code of the first queries from which on keys of a tile are allowed, of those up to which they are, and the
    comparisons that say neither.
    """
    firsts, lasts, rest = [], [], []
    for difference in found:
        value = difference.at(True, query=QUERY)
        constant = (value - difference.slope * QUERY).expand()
        if not (difference.slope.is_Integer and constant.is_integer) or difference.slope == 0:
            rest.append(difference)
        elif difference.slope > 0:
            firsts.append(writer.value(-floor(constant / difference.slope)).text)
        else:
            lasts.append(writer.value(floor(constant / -difference.slope) + 1).text)
    return firsts, lasts, rest


def queries_to_mask(writer: Writer, allowed: MatrixExpr) -> str | None:
    """The code of the first query from which on every key of a tile is allowed, if a single comparison says so."""
    found = differences(allowed)
    if len(found) != 1 or others(allowed) or not (found[0].slope.is_Integer and found[0].slope > 0):
        return None
    constant = (found[0].at(False, query=QUERY) - found[0].slope * QUERY).expand()
    return writer.value(-floor(constant / found[0].slope)).text if constant.is_integer else None


def mask(writer: Writer, allowed: MatrixExpr) -> str:
    """The truth values of the parts of an allowed set that are no linear comparisons."""
    pieces = [truth(writer, part) for part in others(allowed)]
    return " & ".join(piece.within(Binding.SUM) for piece in pieces)


def mask_of_comparisons(writer: Writer, allowed: MatrixExpr) -> list[str]:
    """The truth values of the linear comparisons of an allowed set."""
    return [truth(writer, part).within(Binding.SUM) for part in parts(allowed) if linear(part) is not None]
