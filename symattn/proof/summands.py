"""A sum of sums that is zero summand by summand: one index for all of them, and what is summed is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, product

from symattn.proof import normal_form
from symattn.proof.terms import Expression, Factor, Index, Product, added, fresh, opened, renamed, scaled

WAYS = 16
"""How many ways of making the indices of several sums one are tried."""


def summands(value: Expression) -> Iterator[Expression]:
    """What a sum of sums is the sum of, over an index that is free in it: if that is zero, so is the whole.

    Each product has to be a sum over as many values as the others; one that is no such sum is as many times its part.
    """
    first = next((term for term, _ in value.terms if term.bound), None)
    if first is None:
        return
    for length in {index.length.text: index.length for index in first.bound}.values():
        index = fresh(length)
        choices = [list(_as_summand(term, index)) for term, _ in value.terms]
        if all(choices):
            for chosen in islice(product(*choices), WAYS):
                pairs = zip(chosen, value.terms, strict=True)
                yield added(*(scaled(part, c) for part, (_, c) in pairs))


def _as_summand(term: Product, index: Index) -> Iterator[Expression]:
    """A product without one of its sums, for each of its sums that has the length of the index."""
    fitting = [place for place, own in enumerate(term.bound) if own.length == index.length]
    if not fitting:
        share = normal_form.power(index.length, Fraction(-1))
        yield normal_form.multiplied(Expression(((term, Fraction(1)),)), share)
    for place in fitting:
        bound, powers = opened(term)
        made = normal_form.product_of(powers)
        for other in bound[:place] + bound[place + 1 :]:
            made = normal_form.total(other, made)
        yield renamed(made, {bound[place]: index})


def has_comparison(value: Expression) -> bool:
    """Whether a sum compares something, so that its parts may be equal without looking so."""
    return any(_compares(factor) for term, _ in value.terms for factor, _ in term.factors)


def _compares(factor: Factor) -> bool:
    return "compare." in factor.text or "holds." in factor.text
