"""Whether an expression in index notation is zero: its normal form, denominators cleared, signs gone through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial

from symattn.proof import maxima, normal_form, ranges, sums
from symattn.proof.matching import contains
from symattn.proof.positivity import is_positive_factor
from symattn.proof.summands import has_comparison, summands
from symattn.proof.terms import (
    Expression,
    Factor,
    Index,
    added,
    fresh,
    negated,
    number,
    of_factor,
    of_index,
    one,
    opened,
    scaled,
    subtracted,
    zero,
)

MOST_CASES = 6
"""How many signs are gone through one inside the other."""


def is_zero(value: Expression, depth: int = 0) -> bool:
    """Whether an expression is 0 wherever it is defined; ``False`` means that it is not known to be.

    Denominators that rest on no bound index are multiplied out; what is compared with 0 is taken to be above, below
    and, where that can be put in for an entry, equal to 0 in turn; under sums, one summand is looked at.
    """
    if value.is_zero:
        return True
    few = _few_places(value)
    if few:
        return all(is_zero(normal_form.substituted(value, place), depth) for place in few)
    cleared = _cleared(normal_form.oriented(value))
    if cleared.is_zero:
        return True
    if "apply.tanh[" in cleared.text:
        return is_zero(normal_form.replaced(cleared, "apply.tanh[", _by_exponentials), depth)
    if maxima.MARK in cleared.text:
        parted = maxima.in_pieces(cleared)
        if parted != cleared:
            return is_zero(parted, depth)
    if depth == MOST_CASES:
        return False
    place = _block_and_inside(cleared)
    if place:
        return is_zero(normal_form.substituted(cleared, place), depth + 1)
    factor = next(_comparisons(cleared), None)
    if factor is None:
        if not has_comparison(cleared):
            return False
        return any(is_zero(summand, depth + 1) for summand in summands(cleared))
    return all(is_zero(case, depth + 1) for case in _cases(cleared, factor))


def _few_places(value: Expression) -> list[dict[Index, Expression]]:
    """Each place of a free index that takes few values, by which something is decided; nothing without such an index.

    They are gone through before denominators are cleared, as those of one place say nothing of another.
    """
    for index in sorted(value.free, key=lambda index: index.name):
        few = index.length.number
        if few is not None and few <= sums.FEW and sums.DECIDING.search(value.text):
            return [{index: number(place)} for place in range(int(few))]
    return []


def _block_and_inside(value: Expression) -> dict[Index, Expression]:
    """What to put in for a free index that is divided: a block, and a position inside it."""
    for index in sorted(value.free, key=lambda index: index.name):
        factors = [factor for term, _ in value.terms for factor, _ in term.factors]
        for width in filter(None, (sums.block_width(factor, index) for factor in factors)):
            count = normal_form.multiplied(index.length, normal_form.power(width, Fraction(-1)))
            if ranges.is_whole(count) and count.number != 1:
                block, inside = of_index(fresh(count)), of_index(fresh(width))
                return {index: added(normal_form.multiplied(block, width), inside)}
    return {}


def _by_exponentials(factor: Factor) -> Expression | None:
    """tanh x = 1 - 2 / (exp(2 x) + 1)."""
    if factor.kind != "apply" or factor.head != "tanh":
        return None
    above = added(one(), normal_form.applied("exp", scaled(factor.parts[0], 2)))
    return added(one(), scaled(normal_form.power(above, Fraction(-1)), -2))


def _cleared(value: Expression) -> Expression:
    """The expression times the denominators that are the same in all values of its bound indices.

    What may be 0 waits until no comparison is left: a case may rule the division out where another value is claimed.
    """
    for _ in range(8):
        found = next(_denominators(value), None)
        if found is None:
            return value
        factor, exponent = found
        value = normal_form.multiplied(value, of_factor(factor, exponent))
    return value


def _denominators(value: Expression) -> Iterator[tuple[Factor, Fraction]]:
    open_cases = next(_comparisons(value), None) is not None
    for term, _ in value.terms:
        for factor, exponent in term.factors:
            whole = factor.kind == "base" and exponent < 0 and exponent.denominator == 1
            harmless = whole and normal_form.surely_not_zero(factor.parts[0])
            harmless = harmless and (not open_cases or _of_positive_terms(factor.parts[0]))
            if harmless and factor.free.isdisjoint(term.bound) and len(factor.parts[0].terms) > 1:
                lowest = min(e for t, _ in value.terms for f, e in t.factors if f == factor)
                yield factor, -lowest


def _of_positive_terms(value: Expression) -> bool:
    """Whether a sum is one of positive products, some of them where truth values hold."""
    return all(
        c > 0 and all(f.kind in normal_form.TRUTHS or is_positive_factor(f) for f, _ in term.factors)
        for term, c in value.terms
    )


def _comparisons(value: Expression) -> Iterator[Factor]:
    """The comparisons with 0, of numbers and of positions, of what rests on no bound index; inner ones come first.

    Before them come those that say whether any of some truths holds: if none does, each of them is 0 beside it.
    """
    pending = [factor for term, _ in value.terms for factor, _ in term.factors]
    found: list[tuple[int, int, Factor]] = []
    while pending:
        factor = pending.pop(0)
        if factor.kind in ("compare", "holds") and factor.free <= value.free:
            inner = factor.text.count("compare.") + factor.text.count("holds.")
            counts = factor.kind == "compare" and factor.head == ">" and _counts_truths(factor.parts[0])
            found.append((0 if counts else inner, len(found), factor))
        pending.extend(inner for part in factor.parts for term, _ in part.terms for inner, _ in term.factors)
    yield from (factor for _, _, factor in sorted(found, key=lambda each: each[:2]))


def _cases(value: Expression, factor: Factor) -> Iterator[Expression]:
    """The expression where what is compared is above 0, below 0, and 0."""
    compared = factor.parts[0]
    if factor.kind == "holds":
        opposite = Factor("holds", "", (subtracted(negated(compared), one()),))
        for truth in (one(), zero()):
            known = {factor.text: truth, opposite.text: subtracted(one(), truth)}
            yield normal_form.replaced(value, "holds.", partial(_known, known))
        return
    if _counts_truths(compared):
        yield _with_sign(value, compared, 1)
        yield _with_none_of(_with_sign(value, compared, 0), compared)
        return
    for sign in (1, -1):
        yield _with_sign(value, compared, sign)
    at_zero = _with_sign(value, compared, 0)
    solved = _solved_for_an_entry(compared)
    if solved is not None:
        entry, rest = solved
        at_zero = normal_form.replaced(at_zero, entry.text, lambda part: rest if part == entry else None)
    yield at_zero


def _counts_truths(value: Expression) -> bool:
    """Whether an expression is a sum of truth values, so that none of them holds where it is not above 0."""
    return all(
        c > 0 and all(factor.kind in normal_form.TRUTHS for factor, _ in term.factors) for term, c in value.terms
    )


def _with_none_of(value: Expression, counted: Expression) -> Expression:
    """The expression where no truth value of a sum holds: what has one of them as a factor is 0."""
    kept = []
    for term, coefficient in value.terms:
        bound, powers = opened(term)
        if not any(contains(pattern, bound, powers) for pattern, _ in counted.terms):
            kept.append((term, coefficient))
    return Expression(tuple(kept))


def _known(known: Mapping[str, Expression], factor: Factor) -> Expression | None:
    return known.get(factor.text)


def _with_sign(value: Expression, compared: Expression, sign: int) -> Expression:
    texts = {compared.text: sign, negated(compared).text: -sign}

    def truth(factor: Factor) -> Expression | None:
        if factor.kind != "compare" or factor.parts[0].text not in texts:
            return None
        found = texts[factor.parts[0].text]
        return one() if (found > 0 if factor.head == ">" else found != 0) else zero()

    return normal_form.replaced(value, "compare.", truth)


def _solved_for_an_entry(compared: Expression) -> tuple[Factor, Expression] | None:
    """An entry that a sum contains once and to the first power, and what it is where the sum is 0."""
    for place, (term, coefficient) in enumerate(compared.terms):
        if term.bound or len(term.factors) != 1:
            continue
        factor, exponent = term.factors[0]
        others = Expression(compared.terms[:place] + compared.terms[place + 1 :])
        if factor.kind == "entry" and exponent == 1 and factor.text not in others.text:
            return factor, scaled(added(others, number(0)), -1 / coefficient)
    return None
