"""The definitions over the allowed keys of each row, in mpmath: softmax, log-sum-exp, hard maximum, entmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symattn.nodes import Entmax, OverAllowedKeys
from symattn.verification.evaluation import Evaluation, Number, Rows

Row = list[Number]
Weigh = Callable[[Evaluation, Row], Row]
"""The weights of the allowed scores of one row, of which there is at least one."""


def _allowed(e: Evaluation, node: OverAllowedKeys, scores: Rows) -> list[list[bool]]:
    if node.allowed is None:
        return [[True] * len(row) for row in scores]
    rows = [[x != 0 for x in row] for row in e.matrix(node.allowed)]
    wide = [row * len(scores[0]) if len(row) == 1 else row for row in rows]
    return wide * len(scores) if len(wide) == 1 else wide


def _of_allowed(e: Evaluation, node: OverAllowedKeys) -> tuple[list[list[bool]], Rows]:
    """Which keys are allowed, and the scores of those alone, row by row."""
    scores = e.matrix(node.scores)
    keys = _allowed(e, node, scores)
    pairs = zip(scores, keys, strict=True)
    return keys, [[x for x, kept in zip(row, allowed, strict=True) if kept] for row, allowed in pairs]


def weights_of_allowed(e: Evaluation, node: OverAllowedKeys, weigh: Weigh) -> Rows:
    """The weights of every row: those that ``weigh`` gives its allowed scores, and 0 for all other keys."""
    keys, scores = _of_allowed(e, node)
    found = []
    for allowed, row in zip(keys, scores, strict=True):
        weights = iter(weigh(e, row) if row else ())
        found.append([next(weights) if kept else e.mp.zero for kept in allowed])
    return found


def softmax(e: Evaluation, node: OverAllowedKeys) -> Rows:
    def weigh(e: Evaluation, row: Row) -> Row:
        powers = [e.exp(x) for x in row]
        total = e.mp.fsum(powers)
        return [e.quotient(x, total) for x in powers]

    return weights_of_allowed(e, node, weigh)


def log_sum_exp(e: Evaluation, node: OverAllowedKeys) -> Rows:
    _, scores = _of_allowed(e, node)
    totals = [e.mp.fsum(e.exp(x) for x in row) for row in scores]
    return [[e.mp.log(total) if total else e.mp.ninf] for total in totals]


def hardmax(e: Evaluation, node: OverAllowedKeys) -> Rows:
    """Scores that agree with the largest to all digits asked for, measured by the row's own size, are largest, too."""

    def weigh(e: Evaluation, row: Row) -> Row:
        largest = max(row)
        size = max((abs(x) for x in row if e.mp.isfinite(x)), default=e.mp.zero)
        top = [x == largest or largest - x <= e.near * size for x in row]
        return [e.mp.mpf(chosen) / sum(top) for chosen in top]

    return weights_of_allowed(e, node, weigh)


def entmax(e: Evaluation, node: Entmax) -> Rows:
    steepness = e.number(node.alpha - 1)
    inverse = 1 / (node.alpha - 1)
    exponent = int(inverse) if inverse.is_Integer else e.number(inverse)

    def weigh(e: Evaluation, row: Row) -> Row:
        heights = [steepness * x for x in row]
        # Digits before the point are lost in a difference of heights, so many more are carried.
        with e.mp.extraprec(max(0, e.mp.mag(e.moderate(max(map(abs, heights)) or 1)))):
            threshold = _threshold(e.mp, heights, exponent)
            return [(x - threshold) ** exponent if x > threshold else e.mp.zero for x in heights]

    return weights_of_allowed(e, node, weigh)


def _threshold(mp: Any, heights: Row, exponent: int | Number) -> Number:
    """The ``t`` with ``sum max(height - t, 0) ** exponent = 1``, by Newton's method inside an interval that halves.

    The sum falls as ``t`` rises: at ``max - 1`` the largest height alone gives 1, and at ``max - m ** (-1 / exponent)``
    each of the ``m`` gives at most ``1 / m``.
    """
    largest = max(heights)
    low, high = largest - 1, largest - mp.mpf(len(heights)) ** (-mp.one / exponent)
    t = low
    smallest_step = mp.mpf(2) ** (2 - mp.prec) * max(1, abs(largest))
    while high - low > smallest_step:
        above = [x - t for x in heights if x > t]
        excess = mp.fsum(x**exponent for x in above) - 1
        if excess >= 0:
            low = t
        else:
            high = t
        step = excess / (exponent * mp.fsum(x ** (exponent - 1) for x in above)) if above else mp.zero
        if abs(step) <= smallest_step:
            return t + step
        t = t + step if low < t + step < high else (low + high) / 2
    return t
