"""Rules for sums: split by ranges and by blocks, and taken out where nothing mentions the index."""

from __future__ import annotations

import re
from itertools import permutations

from symattn.proof import algebra, ranges
from symattn.proof.functions import floored
from symattn.proof.positions import solved
from symattn.proof.powers import power
from symattn.proof.substitution import substituted_powers
from symattn.proof.terms import (
    ONE,
    Expression,
    Factor,
    Index,
    IndexFactor,
    Powers,
    Product,
    added,
    fresh,
    negated,
    number,
    of_index,
    one,
    scaled,
    subtracted,
    zero,
)
from symattn.proof.truth_values import within

FEW = 4
"""How many positions a sum may have to be written out."""

DECIDING = re.compile(r"floor\[|holds\.|delta\.")


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
            inside = substituted_powers(rest, {index: added(of_index(shifted), start)})
            return algebra.over((*left, shifted), inside)
    return None


def shortened(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A sum over j with j <= e goes no further than the largest value of e."""
    for factor, _ in powers:
        if factor.kind != "holds":
            continue
        for index in bound:
            last = solved(factor.parts[0], index) if index in factor.free else None
            downward = any(c < 0 for term, c in factor.parts[0].terms if index in term.free)
            if last is None or not downward:
                continue
            largest = ranges.largest_value(last, algebra.multiplied)
            if largest is None or not last.free:
                continue
            length = added(largest, one())
            less = subtracted(index.length, length)
            if not all(ranges.surely_positive(value, algebra.multiplied) for value in (length, less)):
                continue
            own = fresh(length)
            left = tuple(each for each in bound if each != index)
            return algebra.over((*left, own), substituted_powers(powers, {index: of_index(own)}))
    return None


def found_blocks(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """Of all blocks r the one that position j is in: where r w <= j < r w + w, r is floor(j / w)."""
    held = {factor.parts[0].text: factor for factor, _ in powers if factor.kind == "holds"}
    for factor in held.values():
        for index in bound:
            width = _stride(factor.parts[0], index)
            if width is None:
                continue
            # With j - r w >= 0 here, the other end is r w + w - 1 - j >= 0.
            other = held.get(added(subtracted(width, one()), negated(factor.parts[0])).text)
            if other is None:
                continue
            position = added(factor.parts[0], algebra.multiplied(of_index(index), width))
            block = floored(algebra.multiplied(position, power(width, -ONE)))
            rest = substituted_powers(algebra.without(powers, factor, other), {index: block})
            left = tuple(each for each in bound if each != index)
            return algebra.over(left, algebra.multiplied(within(block, index.length), rest))
    return None


def reindexed(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A sum over j with 0 <= e(j) < M is one over e as well; of the two the one with the lesser length is taken.

    So is M - 1 - e: of the two directions the one that reads shorter is taken.
    """
    held = [factor for factor, _ in powers if factor.kind == "holds"]
    found: list[Expression] = []
    for low, high in permutations(held, 2):
        length = added(low.parts[0], high.parts[0], one())
        if length.free:
            continue
        for index in bound:
            # low is e >= 0 and high is M - 1 - e >= 0.
            if index not in low.free or not length.text < index.length.text:
                continue
            own = fresh(length)
            place = solved(subtracted(low.parts[0], of_index(own)), index)
            if place is None or not ranges.surely_positive(length, algebra.multiplied):
                continue
            rest = substituted_powers(algebra.without(powers, low, high), {index: place})
            left = tuple(each for each in bound if each != index)
            made = algebra.multiplied(within(place, index.length), rest)
            found.append(algebra.over((*left, own), made))
    return min(found, key=lambda made: (len(made.text), made.text), default=None)


def _stride(value: Expression, index: Index) -> Expression | None:
    """The width w of blocks in a formula j - r w, r being the index."""
    with_it = [(term, c) for term, c in value.terms if index in term.free]
    if len(with_it) != 1 or with_it[0][1] >= 0:
        return None
    term, coefficient = with_it[0]
    rest = tuple(power for power in term.factors if power != (IndexFactor(index), ONE))
    if len(rest) != len(term.factors) - 1 or any(f.kind != "size" or e < 0 for f, e in rest):
        return None
    return Expression(((Product((), rest), -coefficient),))


def split_blocks(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """Where positions are divided by the width of a block and rounded down, a sum is one over blocks and one inside."""
    for index in bound:
        width = next((w for factor, _ in powers if (w := block_width(factor, index)) is not None), None)
        if width is None:
            continue
        count = algebra.multiplied(index.length, power(width, -ONE))
        if not ranges.is_whole(count) or count.number == 1:
            continue
        block, inside = fresh(count), fresh(width)
        value = added(algebra.multiplied(of_index(block), width), of_index(inside))
        left = tuple(other for other in bound if other != index)
        return algebra.over((*left, block, inside), substituted_powers(powers, {index: value}))
    return None


def block_width(factor: Factor, index: Index) -> Expression | None:
    """By what an index is divided before it is rounded down, somewhere inside a factor."""
    if index not in factor.free:
        return None
    if (factor.kind, factor.head) == ("apply", "floor"):
        for term, coefficient in factor.parts[0].terms:
            rest = [(f, e) for f, e in term.factors if f.kind != "index"]
            alone = index in term.free and len(rest) == len(term.factors) - 1
            if alone and all(f.kind == "size" and e < 0 for f, e in rest) and coefficient > 0:
                width = scaled(algebra.product_of([(f, -e) for f, e in rest]), 1 / coefficient)
                if ranges.is_whole(width):
                    return width
    for part in factor.parts:
        for term, _ in part.terms:
            for inner, _ in term.factors:
                found = block_width(inner, index)
                if found is not None:
                    return found
    return None


def few_values(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A sum over two or three positions that something is decided by is written out."""
    for index in bound:
        count = index.length.number
        if count is None or count > FEW:
            continue
        if count == 1 or any(index in factor.free and DECIDING.search(factor.text) for factor, _ in powers):
            left = tuple(other for other in bound if other != index)
            values = (substituted_powers(powers, {index: number(place)}) for place in range(int(count)))
            return algebra.over(left, added(*values))
    return None


def unused_indices(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A sum over an index that nothing mentions is as many times the rest."""
    used = frozenset[Index]().union(*(factor.free for factor, _ in powers)) if powers else frozenset[Index]()
    unused = [index for index in bound if index not in used]
    if not unused:
        return None
    rest = algebra.simplified(tuple(index for index in bound if index in used), powers)
    return algebra.multiplied(rest, *(index.length for index in unused))
