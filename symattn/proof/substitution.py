"""Formulas in the place of indices and of factors, and the normal form of what they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symattn.proof.algebra import multiplied, nonzero, over, product_of
from symattn.proof.functions import applied
from symattn.proof.largest_values import greatest, largest
from symattn.proof.places import placed
from symattn.proof.powers import power
from symattn.proof.terms import (
    ZERO,
    Expression,
    Factor,
    Index,
    Powers,
    added,
    fresh,
    negated,
    of_factor,
    one,
    opened,
    renamed,
    scaled,
    subtracted,
    zero,
)
from symattn.proof.truth_values import compare, delta, holds


def oriented(value: Expression) -> Expression:
    """The expression with each predicate said in one of its two ways: the one with the larger constant."""

    def change(factor: Factor) -> Expression | None:
        if factor.kind != "holds":
            return None
        (inside,) = factor.parts
        constant = next((c for term, c in inside.terms if not term.factors and not term.bound), ZERO)
        if constant >= -1 - constant:
            return None
        return subtracted(one(), of_factor(Factor("holds", "", (subtracted(negated(inside), one()),))))

    return replaced(value, "holds.", change)


def substituted(value: Expression, places: Mapping[Index, Expression]) -> Expression:
    """The expression with formulas in the place of free indices, in normal form."""
    if value.free.isdisjoint(places):
        return value
    renaming = _as_renaming(places)
    if renaming is not None and _keeps_apart(value, renaming):
        return renamed(value, renaming)
    parts = []
    for term, coefficient in value.terms:
        if term.free.isdisjoint(places):
            parts.append(Expression(((term, coefficient),)))
            continue
        bound, powers = opened(term)
        parts.append(scaled(over(bound, substituted_powers(powers, places)), coefficient))
    return added(*parts)


def _as_renaming(places: Mapping[Index, Expression]) -> dict[Index, Index] | None:
    found = {index: value.single_index for index, value in places.items()}
    return None if None in found.values() else {index: other for index, other in found.items() if other is not None}


def _keeps_apart(value: Expression, renaming: Mapping[Index, Index]) -> bool:
    """Whether a renaming makes no two free indices one, changes no range, and so needs no rule to be tried again."""
    targets = [renaming.get(index, index) for index in value.free]
    same_ranges = all(index.length == renaming[index].length for index in value.free if index in renaming)
    return len(set(targets)) == len(targets) and same_ranges


def substituted_powers(powers: Powers, places: Mapping[Index, Expression]) -> Expression:
    """A product of powers with formulas in the place of free indices."""
    kept = [(factor, e) for factor, e in powers if factor.free.isdisjoint(places)]
    made = product_of(kept)
    for factor, e in powers:
        if not factor.free.isdisjoint(places):
            made = multiplied(made, power(substituted_factor(factor, places), e))
    return made


def substituted_factor(factor: Factor, places: Mapping[Index, Expression]) -> Expression:
    """A factor with formulas in the place of free indices."""
    if factor.free.isdisjoint(places):
        return of_factor(factor)
    if factor.kind == "index":
        (index,) = factor.free
        return places[index]
    parts = tuple(substituted(part, places) for part in factor.parts)
    return rebuilt(factor, parts)


def rebuilt(factor: Factor, parts: tuple[Expression, ...]) -> Expression:
    """What a factor is with other parts."""
    if factor.kind == "delta":
        return delta(parts[0], zero())
    if factor.kind == "holds":
        return holds(parts[0])
    if factor.kind == "compare":
        return compare(factor.head, parts[0])
    if factor.kind == "base":
        return parts[0]
    if factor.kind == "apply":
        return applied(factor.head, parts[0])
    if factor.kind == "nonzero":
        return nonzero(parts[0])
    if factor.kind == "greatest":
        return greatest(*parts)
    if factor.kind == "place":
        return placed(factor.head, *parts)
    if factor.bound:
        (index,) = factor.bound
        own = fresh(index.length)
        return largest(own, renamed(parts[0], {index: own}), factor.kind, factor.head)
    return of_factor(Factor(factor.kind, factor.head, parts))


def replaced(value: Expression, mark: str, change: Callable[[Factor], Expression | None]) -> Expression:
    """The expression with other values for some factors, in normal form.

    ``change`` gives a factor's other value, or nothing for one that stays; every factor of interest has ``mark`` in
    its text.
    """
    if mark not in value.text:
        return value
    parts = []
    for term, coefficient in value.terms:
        if mark not in term.text:
            parts.append(Expression(((term, coefficient),)))
            continue
        bound, powers = opened(term)
        made = product_of([pair for pair in powers if mark not in pair[0].text])
        for factor, e in powers:
            if mark in factor.text:
                made = multiplied(made, power(_replaced_factor(factor, mark, change), e))
        parts.append(scaled(over(bound, made), coefficient))
    return added(*parts) if parts else value


def _replaced_factor(factor: Factor, mark: str, change: Callable[[Factor], Expression | None]) -> Expression:
    other = change(factor)
    if other is not None:
        return other
    if mark not in "".join(part.text for part in factor.parts):
        return of_factor(factor)
    if factor.bound:
        (index,) = factor.bound
        own = fresh(index.length)
        inside = replaced(renamed(factor.parts[0], {index: own}), mark, change)
        return largest(own, inside, factor.kind, factor.head)
    return rebuilt(factor, tuple(replaced(part, mark, change) for part in factor.parts))
