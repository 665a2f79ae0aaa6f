"""Maxima over joined parts: over a range that predicates cut it is the greatest of the largest of the pieces.

Only equality uses these rules: what is largest in several places shares its derivative by the places, not by the
pieces, so that a maximum is differentiated as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from symattn.proof import algebra, ranges
from symattn.proof.largest_values import greatest, largest
from symattn.proof.permutations import numbered_anew
from symattn.proof.positions import solved
from symattn.proof.substitution import replaced, substituted
from symattn.proof.terms import Expression, Factor, Index, added, fresh, number, of_index, one, renamed, subtracted

FEW = 6
"""How many values are written out one by one."""

MARK = "largest."


def in_pieces(value: Expression) -> Expression:
    """The expression with every maximum over a range as the greatest of those over the pieces of the range."""
    return replaced(value, MARK, _parted)


def _parted(factor: Factor) -> Expression | None:
    if factor.kind != "largest":
        return None
    (bound,) = factor.bound
    own = fresh(bound.length)
    return greatest(*_pieces(own, in_pieces(renamed(factor.parts[0], {bound: own}))))


def _pieces(index: Index, value: Expression) -> Iterator[Expression]:
    """The largest values over pieces of the range of an index, of which none is empty."""
    factors = [factor for term, _ in value.terms for factor, _ in term.factors]
    found = numbered_anew(index, partial(substituted, value), factors)
    if found is not None:
        yield from _pieces(*found)
        return
    count = index.length.number
    if count is not None and count <= FEW:
        for place in range(int(count)):
            yield substituted(value, {index: number(place)})
        return
    cut = next(_cuts(index, value), None)
    if cut is None:
        yield _in_one_order(index, value)
        return
    before, after = fresh(cut), fresh(subtracted(index.length, cut))
    yield from _pieces(before, substituted(value, {index: of_index(before)}))
    yield from _pieces(after, substituted(value, {index: added(of_index(after), cut)}))


def _in_one_order(index: Index, value: Expression) -> Expression:
    """The largest over an index of what may be the largest over another one: of the two orders always the same."""
    made, inner = largest(index, value), value.single_factor
    if inner is None or inner.kind != "largest":
        return made
    (bound,) = inner.bound
    own = fresh(bound.length)
    other = largest(own, _in_one_order(index, renamed(inner.parts[0], {bound: own})))
    return min(made, other, key=lambda found: found.text)


def _cuts(index: Index, value: Expression) -> Iterator[Expression]:
    """Positions inside a range, in sizes alone, at which a predicate in a product changes its value."""
    for term, _ in value.terms:
        for factor, _ in term.factors:
            if factor.kind != "holds" or factor.free != {index}:
                continue
            end = solved(factor.parts[0], index)
            if end is None:
                continue
            upward = any(c > 0 for t, c in factor.parts[0].terms if index in t.free)
            # j >= e changes at e, j <= e at e + 1.
            cut = end if upward else added(end, one())
            if all(ranges.surely_positive(part, algebra.multiplied) for part in (cut, subtracted(index.length, cut))):
                yield cut
