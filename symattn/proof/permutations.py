"""Rules for sums over permuted positions: a sum over p(i) is one over i, and [j = p(i)] fixes i as well as j."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from symattn.proof import algebra, ranges
from symattn.proof.places import inverse, is_inverse, placed
from symattn.proof.substitution import substituted_powers
from symattn.proof.terms import Expression, Factor, Index, Powers, fresh, negated, of_index
from symattn.proof.truth_values import within

MARK = "place."


def inverted_delta(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A delta ``[j = p(i)]`` with i bound and not in j fixes i: it is where p comes from at j."""
    for factor, _ in powers:
        if factor.kind != "delta" or MARK not in factor.text:
            continue
        for difference in (factor.parts[0], negated(factor.parts[0])):
            for index, place, position in _alone(difference, bound):
                value = placed(inverse(place.head), position, index.length)
                left = tuple(other for other in bound if other != index)
                rest = substituted_powers(algebra.without(powers, factor), {index: value})
                return algebra.over(left, algebra.multiplied(within(position, index.length), rest))
    return None


def _alone(difference: Expression, bound: tuple[Index, ...]) -> Iterator[tuple[Index, Factor, Expression]]:
    """The ways to read a difference as ``p(i) - j`` with a bound index i that j does not have."""
    for number, (term, coefficient) in enumerate(difference.terms):
        if coefficient != 1 or len(term.factors) != 1 or term.bound:
            continue
        factor, exponent = term.factors[0]
        index = factor.parts[0].single_index if factor.kind == "place" else None
        position = negated(Expression(difference.terms[:number] + difference.terms[number + 1 :]))
        if exponent != 1 or index is None or index not in bound or index in position.free:
            continue
        if factor.parts[1] == index.length and ranges.is_whole(position):
            yield index, factor, position


def renumbered(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A sum over i of what has only p(i), or has the inverse of p at i, is one over where p sends i, or comes from."""
    for index in bound:
        found = numbered_anew(index, lambda places: substituted_powers(powers, places), [f for f, _ in powers])
        if found is not None:
            own, made = found
            return algebra.over((*(other for other in bound if other != index), own), made)
    return None


def numbered_anew(
    index: Index, put_in: Callable[[dict[Index, Expression]], Expression], factors: Iterable[Factor]
) -> tuple[Index, Expression] | None:
    """Another index for the same things, and what they are by it; nothing where that says it no shorter.

    ``put_in`` gives what they are with another formula for the index, which stands in the factors.
    """
    heads = {place.head for factor in factors for place in _places(factor, index)}
    # Inverses come first: of the two ways to number things the one without an inverse is taken.
    for head in sorted(heads, key=lambda name: (not is_inverse(name), name)):
        own = fresh(index.length)
        place = placed(inverse(head), of_index(own), index.length)
        made = put_in({index: place})
        if is_inverse(head) or place.text[1:-1] not in made.text:
            return own, made
    return None


def _places(factor: Factor, index: Index) -> Iterator[Factor]:
    """The places of an index, under permutations of its whole range, that stand anywhere in a factor."""
    if index not in factor.free or MARK not in factor.text:
        return
    if factor.kind == "place" and factor.parts[0].single_index == index and factor.parts[1] == index.length:
        yield factor
    for part in factor.parts:
        for term, _ in part.terms:
            for inner, _ in term.factors:
                yield from _places(inner, index)
