"""Rules for sums: split by ranges and by blocks, and taken out where nothing mentions the index."""

from __future__ import annotations

from symattn.proof import algebra, ranges
from symattn.proof.positions import solved
from symattn.proof.terms import ONE, Expression, Factor, Index, Powers, added, fresh, of_index, one, subtracted, zero


def split_ranges(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A sum over the first positions, or over all from one on, is a shorter sum; one over blocks is two."""
    for factor, _ in powers:
        if factor.kind != "holds":
            continue
        for index in bound:
            if index not in factor.free or len(factor.free) != 1:
                continue
            bound_on = solved(factor.parts[0], index)
            if bound_on is None:
                continue
            rest = algebra.without(powers, factor)
            left = tuple(other for other in bound if other != index)
            upward = any(c > 0 for term, c in factor.parts[0].terms if index in term.free)
            start = bound_on if upward else zero()
            # j >= a: from a on; j <= b: the first b + 1.
            stop = index.length if upward else added(bound_on, one())
            room = (start, subtracted(stop, start), subtracted(index.length, stop))
            if not all(ranges.surely_nonnegative(part, algebra.multiplied) for part in room):
                continue
            if not ranges.surely_positive(room[1], algebra.multiplied):
                continue
            shifted = fresh(room[1])
            inside = algebra.substituted_powers(rest, {index: added(of_index(shifted), start)})
            return algebra.over((*left, shifted), inside)
    return None


def split_blocks(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """Where positions are divided by the width of a block and rounded down, a sum is one over blocks and one inside."""
    for index in bound:
        width = next((w for factor, _ in powers if (w := _width(factor, index)) is not None), None)
        if width is None:
            continue
        count = algebra.multiplied(index.length, algebra.power(width, -ONE))
        if not ranges.is_whole(count):
            continue
        block, inside = fresh(count), fresh(width)
        value = added(algebra.multiplied(of_index(block), width), of_index(inside))
        left = tuple(other for other in bound if other != index)
        return algebra.over((*left, block, inside), algebra.substituted_powers(powers, {index: value}))
    return None


def _width(factor: Factor, index: Index) -> Expression | None:
    """By what an index is divided before it is rounded down, somewhere inside a factor."""
    if index not in factor.free:
        return None
    if (factor.kind, factor.head) == ("apply", "floor"):
        (inside,) = factor.parts
        if len(inside.terms) == 1 and inside.terms[0][1] == 1:
            powers = inside.terms[0][0].factors
            rest = [(f, e) for f, e in powers if f.kind != "index"]
            if len(rest) == len(powers) - 1 and all(f.kind == "size" and e < 0 for f, e in rest):
                return algebra.product_of([(f, -e) for f, e in rest])
    for part in factor.parts:
        for term, _ in part.terms:
            for inner, _ in term.factors:
                found = _width(inner, index)
                if found is not None:
                    return found
    return None


def unused_indices(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A sum over an index that nothing mentions is as many times the rest."""
    used = frozenset[Index]().union(*(factor.free for factor, _ in powers)) if powers else frozenset[Index]()
    unused = [index for index in bound if index not in used]
    if not unused:
        return None
    rest = algebra.simplified(tuple(index for index in bound if index in used), powers)
    return algebra.multiplied(rest, *(index.length for index in unused))
