"""Rules for truth values: what is decided for all indices, and deltas, which fix an index."""

from __future__ import annotations

from functools import partial

from symattn.proof import algebra, ranges
from symattn.proof.positions import row_and_column, solved
from symattn.proof.powers import power
from symattn.proof.substitution import replaced, substituted_powers
from symattn.proof.terms import (
    Expression,
    Factor,
    Index,
    Powers,
    negated,
    of_factor,
    one,
    subtracted,
    zero,
)
from symattn.proof.truth_values import known_truth, within


def decided_truths(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A predicate or a delta that is decided for all indices is 1 or 0."""
    for factor, _ in powers:
        known = known_truth(factor)
        if known is not None:
            return algebra.over(bound, algebra.product_of(algebra.without(powers, factor))) if known else zero()
    for factor, _ in powers:
        if factor.kind == "nonzero" and any(
            other.kind == "base" and other.parts == factor.parts and e < 0 for other, e in powers
        ):
            return algebra.over(bound, algebra.product_of(algebra.without(powers, factor)))
    held = {factor.parts[0].text: factor for factor, _ in powers if factor.kind == "holds"}
    for factor, _ in powers:
        if factor.kind != "holds":
            continue
        value = factor.parts[0]
        if subtracted(negated(value), one()).text in held:
            return zero()
        for other, _ in powers:
            # Of two bounds on one formula the tighter says it all.
            if other.kind == "holds" and other is not factor:
                gap = subtracted(other.parts[0], value)
                if not gap.free and ranges.surely_nonnegative(gap, algebra.multiplied):
                    return algebra.over(bound, algebra.product_of(algebra.without(powers, other)))
    return None


def known_inside(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """Beside a truth value the same one inside another factor is 1, and the opposite one 0: T f(T) = T f(1)."""
    for truth, _ in powers:
        if truth.kind not in ("holds", "compare", "delta"):
            continue
        for text, value in _known_with(truth).items():
            for other, exponent in powers:
                if other == truth or not any(text in part.text for part in other.parts):
                    continue
                made = replaced(of_factor(other), text, partial(_one_for_another, {text: value}))
                rest = algebra.product_of(algebra.without(powers, other))
                return algebra.over(bound, algebra.multiplied(rest, power(made, exponent)))
    return None


def _known_with(truth: Factor) -> dict[str, Expression]:
    """The texts of factors whose values are known where a truth value is 1."""
    known = {truth.text: one()}
    if truth.kind == "holds":
        known[Factor("holds", "", (subtracted(negated(truth.parts[0]), one()),)).text] = zero()
    return known


def _one_for_another(known: dict[str, Expression], factor: Factor) -> Expression | None:
    return known.get(factor.text)


def eliminated_delta(bound: tuple[Index, ...], powers: Powers) -> Expression | None:
    """A delta fixes a bound index, or two; otherwise it makes two free indices one in everything beside it."""
    for factor, _ in powers:
        if factor.kind != "delta":
            continue
        rest = algebra.without(powers, factor)
        pair = row_and_column(factor.parts[0], bound)
        if pair is not None:
            left = tuple(other for other in bound if other not in pair)
            ranged = [within(value, index.length) for index, value in pair.items()]
            return algebra.over(left, algebra.multiplied(*ranged, substituted_powers(rest, pair)))
        for index in bound:
            value = solved(factor.parts[0], index)
            if value is not None:
                left = tuple(other for other in bound if other != index)
                inside = algebra.multiplied(within(value, index.length), substituted_powers(rest, {index: value}))
                return algebra.over(left, inside)
        made = _one_free_index(bound, factor, rest)
        if made is not None:
            return made
    return None


def _one_free_index(bound: tuple[Index, ...], factor: Factor, rest: Powers) -> Expression | None:
    # The index with the later name gives way, so that what is left does not depend on the order of rewriting.
    for index in sorted(factor.free - set(bound), key=lambda index: (len(index.name), index.name), reverse=True):
        value = solved(factor.parts[0], index)
        if value is not None and not value.free & set(bound):
            if not any(index in other.free for other, _ in rest):
                return None
            return algebra.over(bound, algebra.multiplied(of_factor(factor), substituted_powers(rest, {index: value})))
    return None
