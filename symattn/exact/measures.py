"""What is measured of one row of attention weights: its winners, its entropy and its perplexity, all exact."""

from __future__ import annotations

from collections.abc import Sequence

from symattn.exact import Element, functions

ZERO = Element.of(0)


def winners(row: Sequence[Element]) -> tuple[int, ...]:
    """The keys with the largest weight, counted from 0: several if they tie exactly, none if every weight is 0.

    Weights are compared as exact numbers, so that a tie is one however many digits are printed.
    Errors: ``ExactnessError`` for weights whose order cannot be decided.

    >>> winners([Element.of("1/4"), Element.of("3/8"), Element.of("0.375")])
    (1, 2)
    >>> winners([Element.of("0.33333333333333333333"), Element.of("1/3")])
    (1,)
    """
    best = [0]
    for place in range(1, len(row)):
        order = (row[place] - row[best[0]]).sign
        if order >= 0:
            best = [place] if order else [*best, place]
    return () if row[best[0]].is_zero else tuple(best)


def entropy(row: Sequence[Element]) -> Element:
    """``-sum_j p_j log p_j`` in nats, a weight of 0 counting 0; between 0 and the logarithm of the number of keys.

    Source: Shannon 1948, "A Mathematical Theory of Communication", section 6.

    >>> entropy([Element.of("1/2"), Element.of(0), Element.of("1/2")])
    Element(log(2))
    """
    best = winners(row)
    if not best:
        return ZERO
    # Weights are written as multiples of the largest: for a softmax these are powers of e, and their logarithms
    # differences of scores, so that a single logarithm is left.
    largest = row[best[0]]
    found = -functions.log(largest)
    for weight in row:
        ratio = weight / largest
        if not weight.is_zero and ratio != 1:
            found = found - weight * functions.log(ratio)
    return found


def softmax_entropy(row: Sequence[Element], scores: Sequence[Element]) -> Element:
    """The entropy of a softmax from its scores: ``log(sum_j e**s_j) - sum_j p_j s_j``.

    >>> softmax_entropy([Element.of("1/2"), Element.of("1/2")], [Element.of(3), Element.of(3)])
    Element(log(2))
    """
    found = functions.log_sum_exp(scores)
    for weight, score in zip(row, scores, strict=True):
        found = found - weight * score
    return found


def spread(row: Sequence[Element]) -> Element:
    """The largest entry less the smallest.

    >>> spread([Element.of(3), Element.of(-1), Element.of(2)])
    Element(4)
    """
    return functions.largest(row) + functions.largest([-entry for entry in row])
